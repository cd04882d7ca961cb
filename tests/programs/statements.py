"""Random statements: assignments of every form, branches, names defined on one path only, nested functions."""

from __future__ import annotations

from expressions import Expressions

FLOAT_NAMES = ("a", "b", "c", "d", "s", "t", "u", "v", "w", "z")
VECTOR_NAMES = ("p", "q", "r")


class Statements(Expressions):
    def statement(self) -> None:
        """One statement of any form; the class with loops has it."""
        raise NotImplementedError

    def value(self) -> str:
        """What a statement assigns: bounded, so that loops stay bounded."""
        choice = self.random.randrange(10)
        if choice == 0:
            return self.leaf()
        if choice in (1, 2):
            return f"(0.6 * {self.leaf()} + 0.3 * {self.scalar(1)})"
        if choice == 3:
            v = self.leaf()
            return f"({v} / (1 + {v} * {v}))"
        return self.smooth(self.scalar(self.random.choice((1, 2, 2, 3))))

    def target(self) -> str:
        name = self.random.choice(FLOAT_NAMES if self.chance(0.4) else self.scope.floats)
        return name if name not in self.scope.frozen else self.new_name()

    def new_name(self) -> str:
        self.fresh += 1
        return f"e{self.fresh}"

    def define(self, *names: str) -> None:
        for name in names:
            self.scope.forget(name)
            self.scope.floats.append(name)

    def block(self, count: int) -> None:
        """At least one statement."""
        before = len(self.lines)
        for _ in range(count):
            if self.budget > 0:
                self.budget -= 1
                self.statement()
        if len(self.lines) == before:
            self.assign()

    def assign(self) -> None:
        text = self.value()
        name = self.target()
        annotation = ": float" if self.chance(0.05) else ""
        self.emit(f"{name}{annotation} = {text}")
        self.define(name)

    def assign_vector(self) -> None:
        text = f"np.{self.random.choice(('sin', 'tanh', 'cos'))}({self.vector(2)})" if self.chance(0.6) else f"0.5 * {self.vector(2)}"
        name = self.random.choice(VECTOR_NAMES)
        if name in self.scope.frozen:
            return self.assign()
        self.emit(f"{name} = {text}")
        self.scope.forget(name)
        self.scope.vectors.append(name)

    def augment(self) -> None:
        names = [name for name in self.scope.floats if name not in self.scope.frozen]
        if not names:
            return self.assign()
        name = self.random.choice(names)
        choice = self.random.randrange(5)
        if choice == 0:
            self.emit(f"{name} *= {self.smooth(self.scalar(1))}")
        elif choice == 1:
            self.emit(f"{name} -= 0.3 * {self.smooth(self.scalar(1))}")
        elif choice == 2:
            v = self.leaf()
            self.emit(f"{name} /= 1 + {v} * {v}")
        else:
            self.emit(f"{name} += 0.4 * {self.smooth(self.scalar(1))}")

    def distinct_targets(self, count: int) -> list[str]:
        names: list[str] = []
        while len(names) < count:
            name = self.target()
            names.append(name if name not in names else self.new_name())
        return names

    def unpack(self) -> None:
        values = [self.value() for _ in range(3)]
        a, b, c = self.distinct_targets(3)
        if self.chance(0.5):
            self.emit(f"{a}, {b} = {values[0]}, {values[1]}")
            self.define(a, b)
        else:
            self.emit(f"({a}, {b}), {c} = ({values[0]}, {values[1]}), {values[2]}")
            self.define(a, b, c)

    def swap(self) -> None:
        names = [name for name in self.scope.floats if name not in self.scope.frozen]
        if len(names) < 2:
            return self.assign()
        count = 3 if len(names) > 2 and self.chance(0.3) else 2
        chosen = self.random.sample(names, count)
        self.emit(f"{', '.join(chosen)} = {', '.join(chosen[1:] + chosen[:1])}")

    def star(self) -> None:
        values = [self.value() for _ in range(4)]
        (a, b), rest = self.distinct_targets(2), self.new_name()
        opening, closing = self.random.choice(("()", "[]"))
        self.emit(f"{a}, *{rest}, {b} = {opening}{', '.join(values)}{closing}")
        self.define(a, b)
        self.scope.tuples[rest] = 2

    def chain(self) -> None:
        text = self.value()
        a, b = self.distinct_targets(2)
        self.emit(f"{a} = {b} = {text}")
        self.define(a, b)

    def pack(self) -> None:
        values = [self.value() for _ in range(self.random.choice((2, 3)))]
        name = self.new_name()
        opening, closing = self.random.choice(("()", "[]"))
        self.emit(f"{name} = {opening}{', '.join(values)}{closing}")
        self.scope.tuples[name] = len(values)

    def say(self) -> None:
        if self.chance(0.5):
            self.emit(f"print(f'{{{self.random.choice(self.scope.floats)}:.3f}} seen')")
        else:
            self.emit(f"assert {self.random.choice(self.scope.floats)} < 1e9, 'too large'")

    def walrus(self) -> None:
        text = self.value()
        name = self.target()
        if self.chance(0.5):
            self.emit(f"if ({name} := {text}) > {self.random.choice(('0.2', '-0.1'))}:")
            self.define(name)
            self.branch_bodies(orelse=self.chance(0.4))
        else:
            other = self.target()
            self.emit(f"{other} = ({name} := {text}) * {self.smooth(name)}")
            self.define(name, other)

    def optional(self) -> None:
        """A name that is None unless a branch was taken."""
        name = self.new_name()
        self.emit(f"{name} = None")
        self.emit(f"if {self.test()}:")
        with self.indented():
            self.emit(f"{name} = {self.value()}")
        self.emit(f"if {name} is not None:")
        target = self.random.choice([n for n in self.scope.floats if n not in self.scope.frozen] or [self.new_name()])
        with self.indented():
            self.emit(f"{target} = {name} * {self.smooth(name)}")

    def unpack_helper(self) -> None:
        helpers = [helper for helper in self.helpers if helper.results == 2]
        if not helpers or self.work > 30:
            return self.unpack()
        text = self.helper_call(self.random.choice(helpers), 1)
        a, b = self.distinct_targets(2)
        self.emit(f"{a}, {b} = {text}")
        self.define(a, b)

    def branch(self) -> None:
        self.emit(f"if {self.test()}:")
        self.branch_bodies(orelse=self.chance(0.6), more=self.chance(0.25))

    def branch_bodies(self, orelse: bool, more: bool = False) -> None:
        before = self.scope
        self.scope = before.copy()
        with self.indented():
            self.block(self.random.choice((1, 2, 2, 3)))
        after = self.scope
        if more:
            self.scope = before.copy()
            self.emit(f"elif {self.test()}:")
            with self.indented():
                self.block(self.random.choice((1, 2)))
            after = after.meet(self.scope)
        self.scope = before.copy()
        if orelse:
            self.emit("else:")
            with self.indented():
                self.block(self.random.choice((1, 2)))
        self.scope = after.meet(self.scope)

    def flagged(self) -> None:
        """A name that is defined in one branch only, and read where the same test holds."""
        ready = [flag for flag, names in self.scope.flags.items() if names]
        if ready:
            flag = self.random.choice(ready)
            self.emit(f"if {flag}:")
            before = self.scope
            self.scope = before.copy()
            self.define(*self.scope.flags[flag])
            with self.indented():
                self.assign()
                self.block(1)
            self.scope = before.meet(self.scope)
            return
        self.fresh += 1
        flag, name = f"flag{self.fresh}", f"only{self.fresh}"
        self.emit(f"{flag} = {self.test()}")
        self.emit(f"if {flag}:")
        with self.indented():
            self.emit(f"{name} = {self.value()}")
        self.scope.flags[flag] = [name]

    def nested_def(self) -> None:
        """A closure that is called later; what it reads is not assigned again."""
        captured = self.random.choice(self.scope.floats)
        name = self.new_name()
        if self.loops:  # the next turn may assign it again before the call
            captured = next((n for n in self.scope.floats if n in self.scope.frozen), "")
        text = f"{self.smooth('y_0')} * 0.7" + (f" + {captured} * y_0" if captured else "")
        if self.chance(0.5):
            self.emit(f"{name} = lambda y_0: {text}")
        else:
            self.emit(f"def {name}(y_0):")
            with self.indented():
                if self.chance(0.4):
                    self.emit("if y_0 > 0.3:")
                    with self.indented():
                        self.emit(f"return {self.smooth('y_0')}")
                self.emit(f"return {text}")
        self.scope.frozen.add(captured)
        self.scope.callables.append(name)
