"""Ways through a block: exceptions that are or are not raised, `finally`, `with`, `match`, generators, tests that assign."""

from __future__ import annotations

from growing import Form, Growing


class Leaving(Growing):
    def grown(self) -> list[Form]:
        forms: list[Form] = [(2, self.generator_sum), (1, self.walrus_in_parts)]
        if self.depth < 4:
            forms += [(3, self.try_plain), (3, self.try_raising), (2, self.try_natural), (2, self.with_block), (3, self.match_number), (2, self.match_shape)]
            if self.work <= 12:
                forms += [(3, self.for_generator), (2, self.while_walrus), (2, self.search)]
        return [*super().grown(), *forms]

    def handled(self, error: str) -> None:
        """The handler, and perhaps `else` and `finally`; what follows knows what each of the ways defines."""
        before, after = self.before, self.scope
        self.scope = before.meet(after).copy()
        self.emit(f"except {error}:")
        with self.indented():
            self.block(self.random.choice((1, 2)))
        handled = self.scope
        self.scope = after
        if self.chance(0.25):
            self.emit("else:")
            with self.indented():
                self.block(1)
        self.scope = self.scope.meet(handled)

    def finally_part(self) -> None:
        self.emit("finally:")
        with self.indented():
            self.assign() if self.chance(0.6) else self.augment()

    def tried(self) -> None:
        self.emit("try:")
        self.before = self.scope
        self.scope = self.before.copy()

    def try_plain(self) -> None:
        """A body that may leave, but raises nothing."""
        self.tried()
        kept = self.before
        with self.indented():
            self.block(self.random.choice((1, 2, 3)))
        self.before = kept
        if self.chance(0.5):
            self.handled("ValueError")
            if self.chance(0.3):
                self.finally_here(kept)
        else:
            self.finally_here(kept)

    def finally_here(self, before: object) -> None:
        after = self.scope
        self.scope = before.meet(after)  # type: ignore[attr-defined]
        names = set(self.scope.floats)
        self.finally_part()
        for name in self.scope.floats:
            if name not in names:
                after.floats.append(name)
        self.scope = after

    def try_raising(self) -> None:
        error = self.any_of("ValueError", "KeyError", "ArithmeticError")
        self.tried()
        kept = self.before
        with self.indented():
            if self.chance(0.6):
                self.assign() if self.chance(0.7) else self.block(1)
            self.emit(f"if {self.test()}:")
            self.emit(f"    raise {error}{self.any_of('', '(0.5)')}")
            self.assign() if self.chance(0.5) else self.block(1)
        self.before = kept
        self.handled(self.any_of(error, f"({error}, IndexError)", "Exception", f"{error} as e_"))

    def try_natural(self) -> None:
        """What Python itself raises."""
        name = self.any_of(*self.things("grow"), "") or None
        if name and self.chance(0.5):
            text, error = f"{name}[{self.any_of('1', '3', '-2')}]", "IndexError"
        else:
            text, error = f"math.sqrt({self.scalar(1)} + 0.013)", "ValueError"
        target = self.random.choice([n for n in self.scope.floats if n not in self.scope.frozen] or [self.new_name()])
        self.tried()
        with self.indented():
            self.emit(f"{target} = {text}")
        self.define(target)
        self.handled(error)

    def with_block(self) -> None:
        name = self.target()
        if self.chance(0.5):
            self.emit(f"with {self.any_of('np.errstate(all=' + repr('ignore') + ')', 'Noted(0.5)')}:")
            before = self.scope.copy()
            with self.indented():
                self.block(self.random.choice((1, 2)))
            self.scope = before.meet(self.scope)
        else:
            self.emit(f"with {self.any_of('Noted', 'noted')}({self.value()}) as {name}:")
            self.define(name)
            with self.indented():
                self.block(self.random.choice((1, 2)))

    def cases(self, heads: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
        before, after = self.scope, None
        for head, names in heads:
            self.scope = before.copy()
            self.define(*names)
            with self.indented():
                self.emit(f"case {head}:")
                with self.indented():
                    self.block(self.random.choice((1, 2)))
            after = self.scope if after is None else after.meet(self.scope)
        assert after is not None
        self.scope = before.meet(after) if heads[-1][0] != "_" else after

    def match_number(self) -> None:
        subject = f"{self.random.choice(self.scope.ints)} % 3" if self.scope.ints else f"int(2 * {self.smooth(self.leaf())})"
        self.emit(f"match {subject}:")
        guard = f"1 if {self.test()}" if self.chance(0.4) else "1 | 2"
        self.cases((("0", ()), (guard, ()), ("_", ())))

    def match_shape(self) -> None:
        a, b = self.distinct_targets(2)
        name = self.pick("grow")
        if name:
            rest = self.new_name()
            self.emit(f"match {name}:")
            self.cases(((f"[{a}]", (a,)), (f"[{a}, {b}]" + (f" if {a} > 0.1" if self.chance(0.4) else ""), (a, b)), (f"[{a}, *{rest}]", (a,))))
        else:
            self.emit(f"match ({self.value()}, {self.any_of('1', '2')}):")
            self.cases(((f"({a}, 1)", (a,)), (f"({a}, _)", (a,))))

    # generators

    def generator(self) -> str:
        name = self.new_name()
        self.emit(f"def {name}(v_, n_):")
        body = self.random.randrange(4)
        with self.indented():
            self.emit("for k_ in range(n_):")
            if body == 0:
                self.emit("    yield v_")
                self.emit(f"    v_ = {self.smooth('v_')} * 0.7")
            elif body == 1:
                self.emit("    if v_ > 0.6:")
                self.emit("        return")
                self.emit("    v_ = 0.5 * v_ + 0.2 * k_")
                self.emit("    yield v_ * v_")
            elif body == 2:
                self.emit("    try:")
                self.emit("        yield 0.3 * v_")
                self.emit("    finally:")
                self.emit("        v_ = v_ + 0.1")
            else:
                self.emit("    w_ = 0.4 * v_")
                self.emit("    yield w_")
                self.emit("    yield math.sin(w_)")
                self.emit("    v_ -= 0.2 * w_")
            if self.chance(0.3):
                self.emit("yield from (v_, 0.5)")
        return name

    def generator_sum(self) -> None:
        name = self.generator()
        call = f"{name}({self.leaf()}, {self.any_of('0', '2', '3')})"
        self.assigned(self.any_of(f"math.tanh(sum({call}))", f"max([0.1, *{call}])", f"math.tanh(sum(v_ * k_ for k_, v_ in enumerate({call})))", f"math.sin(sum(list({call})))"))

    def for_generator(self) -> None:
        name, a, b = self.generator(), *self.distinct_targets(2)
        call = f"{name}({self.leaf()}, {self.any_of('2', '3')})"
        if self.chance(0.3):
            self.over(f"for {a}, {b} in zip(list({call}), ({self.leaf()}, 0.5, 0.7)):", 3, a, b, surely=False)
        else:
            self.over(f"for {a} in {self.any_of(call, f'list({call})', f'(0.5 * v_ for v_ in {call})')}:", 4, a, surely=False)

    # tests that assign, loops that search

    def walrus_in_parts(self) -> None:
        name, target = self.distinct_targets(2)
        self.emit(f"{target} = {self.any_of('sum', 'max')}([({name} := {self.value()}), {self.smooth(name) if name in self.scope.floats else '0.5'}, 0.5 * {name}])")
        self.define(name, target)

    def while_walrus(self) -> None:
        self.fresh += 1
        counter, name = f"count{self.fresh}", self.target()
        self.emit(f"{counter} = 0")
        self.bind_int(counter)
        value = self.value()
        self.emit(f"while ({name} := {value}) > {self.any_of('-0.3', '0.1')} and {counter} < 3:")
        self.define(name)
        with self.indented():
            self.emit(f"{counter} += 1")
        self.loop_body(3, lambda: self.define(name), False)
        self.loop_else()

    def search(self) -> None:
        """A loop that looks for an item, with what is done if there is none."""
        name, a = self.pick("grow"), self.target()
        items = f"{name}[:4]" if name else f"({self.value()}, {self.value()})"
        self.emit(f"for {a} in {items}:")
        before = self.scope
        self.define(a)
        with self.indented():
            self.emit(f"if {a} > {self.any_of('0.1', '0.5', '9')}:")
            with self.indented():
                self.emit(f"{a} *= {self.smooth(a)}")
                self.emit("break")
        self.scope = before
        self.define(a)
        self.emit("else:")
        with self.indented():
            self.emit(f"{a} = {self.value()}")
