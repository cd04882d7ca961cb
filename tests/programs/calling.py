"""Functions as values: chosen from tuples and dicts, handed over, made by others, with stars, defaults and variables that they share."""

from __future__ import annotations

from growing import Form, Growing


class Calling(Growing):
    def grown(self) -> list[Form]:
        forms: list[Form] = [(1, self.chosen), (2, self.spread_call), (2, self.handed_over), (2, self.made_function), (2, self.inner_recursion), (3, self.call_kept)]
        if self.depth < 4:
            forms += [(2, self.keeper), (2, self.adder)]
            if self.work <= 12:
                forms.append((2, self.for_functions))
        return [*super().grown(), *forms]

    def function(self) -> str:
        return self.any_of("math.sin", "math.tanh", f"(lambda v_: {self.smooth('v_')} * {self.leaf()})", "(lambda v_, s_=0.5: s_ * v_ + 0.1)", *self.scope.callables, *self.plain_helpers())

    def plain_helpers(self) -> list[str]:
        return [helper.name for helper in self.helpers if helper.results == 1 and helper.parameters - helper.keyword == 1] if self.work <= 12 else []

    def plain_function(self) -> str:
        """One that is known before the run, and reads nothing around it."""
        return self.any_of("math.sin", "math.tanh", "math.cos", "damped(math.sin)", "(lambda v_: 0.4 * v_ * v_)", *self.plain_helpers())

    def number_key(self) -> str:
        if self.scope.ints and self.chance(0.7):
            return f"{self.random.choice(self.scope.ints)} % 3"
        return self.any_of("0", "1", "-1", f"int({self.leaf()} > 0.2)")

    def chosen(self) -> None:
        functions = ", ".join(self.plain_function() for _ in range(3))
        if self.chance(0.7):
            self.assigned(f"math.tanh(({functions})[{self.number_key()}]({self.scalar(1)}))")
        else:
            key = self.number_key().replace("-1", "2")
            self.assigned(f"math.tanh({{{', '.join(f'{k}: {f}' for k, f in enumerate(self.plain_function() for _ in range(3)))}}}[{key}]({self.leaf()}))")

    def for_functions(self) -> None:
        name, target = self.new_name(), self.random.choice(self.scope.floats)
        if target in self.scope.frozen:
            return self.chosen()
        self.emit(f"for {name} in ({', '.join(self.function() for _ in range(2))}):")
        with self.indented():
            self.emit(f"{target} = math.tanh({name}({target}))")
        self.loop_body(2, lambda: None, True)
        return None

    def spread_call(self) -> None:
        values = [self.value() for _ in range(2)]
        star = f"*({values[1]}, 0.5)"
        self.assigned(self.any_of(
            f"spread({values[0]})", f"spread({values[0]}, {values[1]}, scale={self.leaf()})", f"spread({star}, {values[0]})",
            f"spread({values[0]}, **{{'scale': {self.leaf()}, 'more': {values[1]}}})", f"spread({values[0]}, {star}, other={values[1]})",
        ))  # fmt: skip

    def handed_over(self) -> None:
        self.assigned(self.any_of(f"twice({self.function()}, {self.leaf()})", f"math.tanh(sum(map({self.function()}, ({self.leaf()}, {self.leaf()}))))",
                                  f"functools.reduce(lambda v_, w_: math.sin(v_) * 0.7 + w_, ({self.leaf()}, {self.leaf()}, {self.leaf()}))",
                                  f"functools.partial(spread, {self.leaf()}, scale={self.leaf()})({self.leaf()})"))  # fmt: skip

    def made_function(self) -> None:
        """A function that a function made, called at once or kept."""
        name = self.new_name()
        if self.chance(0.4):
            self.emit(f"{name} = scaled({self.leaf()})")
        elif self.chance(0.5):
            self.emit(f"{name} = [(lambda v_, k_=k_: k_ * 0.3 * math.sin(v_)) for k_ in range(3)][{self.any_of('1', '2')}]")
        else:
            self.emit("@damped")
            self.emit(f"def {name}(v_):")
            self.emit(f"    return {self.smooth('v_')}")
        self.scope.callables.append(name)

    def inner_recursion(self) -> None:
        name = self.new_name()
        self.emit(f"def {name}(v_, n_):")
        with self.indented():
            self.emit("if n_ <= 0:")
            self.emit(f"    return {self.smooth('v_')}")
            if self.chance(0.4):
                self.emit("if v_ > 0.5:")
                self.emit(f"    return 0.5 * v_ * {name}(0.4 * v_, n_ - 1)")
            again = f"{name}(v_ * 0.5, n_ - {self.any_of('1', '2')})"
            self.emit(f"return {self.smooth(f'0.7 * v_ + {again}')}")
        self.assigned(f"{name}({self.leaf()}, {self.any_of('0', '2', '3', *self.scope.ints[:1])})")

    def keeper(self) -> None:
        """A variable of this function that a nested one changes, also made in loops."""
        name, held = self.new_name(), self.new_name()
        self.emit(f"{held} = {self.value()}")
        self.emit(f"def {name}(y_0, n_=1):")
        self.emit(f"    nonlocal {held}")
        self.emit("    for k_ in range(n_):")
        self.emit(f"        {held} = 0.5 * {held} + math.sin(y_0)")
        self.emit(f"    return {held}")
        self.make(name, "keeper", 1)

    def adder(self) -> None:
        """A function that puts into a list around it."""
        into = self.pick("grow")
        if into is None or into in self.scope.frozen:
            return self.keeper()
        name = self.new_name()
        self.emit(f"def {name}(y_0, n_=1):")
        self.emit(f"    {into}.append({self.smooth('y_0')})")
        self.emit(f"    return {into}[-1] * {into}[0]")
        self.make(name, "keeper", 1)
        return None

    def call_kept(self) -> None:
        name = self.pick("keeper")
        if name is None:
            return self.keeper()
        if self.chance(0.3):
            self.emit(f"{name}({self.leaf()})")
        else:
            self.assigned(f"math.tanh({name}({self.leaf()}{self.any_of('', ', 2', ', n_=0')}) * {self.leaf()})")
        return None
