"""Lists of numbers that grow and shrink, also while they are read; lists of lists as tables; comprehensions."""

from __future__ import annotations

from growing import Form, Growing


class Sequences(Growing):
    def grown(self) -> list[Form]:
        forms: list[Form] = [
            (4, self.new_grow), (9, self.change_grow), (4, self.read_grow), (2, self.collect), (2, self.new_table), (5, self.change_table),
        ]  # fmt: skip
        if self.work <= 12 and self.depth < 4:
            forms += [(5, self.for_grow), (3, self.while_grow), (3, self.grow_while_read), (3, self.for_table)]
        return [*super().grown(), *forms]

    def reads(self) -> list[str]:
        texts = [f"{name}[{self.place(name)}]" for name in self.things("grow")]
        texts += [f"{name}[{self.place(name)}][{self.any_of('0', '-1')}]" for name in self.things("table")]
        return [*super().reads(), *texts]

    def tests(self) -> list[str]:
        texts = [f"len({name}) {self.any_of('> 2', '% 2 == 0', '< 4')}" for name in self.things("grow")]
        texts += [f"any(v_ > 0.3 for v_ in {name})" for name in self.things("grow")]
        return [*super().tests(), *texts]

    def items(self) -> str:
        return ", ".join(self.value() for _ in range(self.random.choice((1, 2, 3))))

    # numbers in a list

    def new_grow(self) -> None:
        name, other = self.new_name(), self.pick("grow")
        texts = [f"[{self.items()}]", f"[{self.value()}] * 3", f"[0.4 * k_ + {self.leaf()} for k_ in range(3)]"]
        if self.scope.vectors:
            texts.append(f"list({self.random.choice(self.scope.vectors)})")
        if other:
            texts += [f"{other}[:]", f"sorted({other})", f"{other} + [{self.value()}]", f"list(reversed({other}))", f"[0.5 * v_ for v_ in {other}]",
                      f"[v_ * {self.leaf()} for v_ in {other} if v_ > 0.1] or [0.3]", f"{other}[::-1]", f"[*{other}[1:], {self.value()}]"]  # fmt: skip
            texts += [f"[v_ - w_ for v_, w_ in zip({other}, {other}[1:])] + [{self.value()}]", f"list(map(math.sin, {other}))", other]
        self.emit(f"{name} = {self.random.choice(texts)}")
        self.make(name, "grow", 1)

    def change_grow(self) -> None:
        name = self.pick("grow")
        if name is None:
            return self.new_grow()
        choice = self.random.randrange(14)
        if choice < 3:
            self.emit(f"{name}.append({self.value()})")
        elif choice == 3:
            self.emit(f"{name}.insert({self.any_of('0', '1', '-1')}, {self.value()})")
        elif choice == 4:
            self.emit(self.any_of(f"{name}.extend([{self.items()}])", f"{name} += [{self.items()}]", f"{name}.extend({name}[:2])"))
        elif choice in (5, 6):
            self.shrink(name)
        elif choice == 7:
            self.emit(f"{name}[0], {name}[-1] = {name}[-1], {name}[0]")
        elif choice == 8:
            self.emit(f"{name}[{self.any_of('1:2', ':1', '-1:', '1:1')}] = [{self.items()}]")
        elif choice == 9:
            self.emit(self.any_of(f"{name}.reverse()", f"{name}.sort()", f"{name}.sort(key=lambda v_: -v_)", f"{name}[:] = [0.5 * v_ for v_ in {name}]"))
        elif choice == 10:
            self.emit(f"{name}.clear()")
            self.emit(f"{name}.append({self.value()})")
        elif choice == 11:
            self.emit(f"{name}[{self.place(name)}] {self.any_of('+=', '-=', '*=')} {self.bounded()}")
        else:
            self.emit(f"{name}[{self.place(name)}] = {self.value()}")
        return None

    def shrink(self, name: str) -> None:
        target = self.random.choice([n for n in self.scope.floats if n not in self.scope.frozen] or [self.new_name()])
        self.emit(f"if len({name}) > 1:")
        with self.indented():
            self.emit(self.any_of(f"{target} = {name}.pop()", f"{target} = {name}.pop(0)", f"{name}.pop()"))

    def read_grow(self) -> None:
        name = self.pick("grow")
        if name is None:
            return self.new_grow()
        self.assigned(self.any_of(
            f"math.tanh(sum({name}))", f"max({name}, key=lambda v_: math.sin(v_))", f"min({name})", f"sorted({name}, key=lambda v_: -v_)[0]",
            f"math.sin(sum(v_ * w_ for v_, w_ in zip({name}, {name}[::-1])))", f"({name}[1:] or [{self.leaf()}])[0]", f"{name}[len({name}) // 2]",
            f"math.tanh(sum([v_ * k_ for k_, v_ in enumerate({name}) if k_ != 1]))", f"math.cos(sum({name}[1:], {self.leaf()}))",
            f"np.tanh(np.array({name}).sum())", f"sum({name}) / len({name})",
        ))  # fmt: skip
        return None

    def collect(self) -> None:
        """A comprehension of numbers, nested or with tests, and what is made of it."""
        name, kept = self.pick("grow"), self.new_name()
        over = name or f"({self.items()},)"
        self.emit(f"{kept} = " + self.any_of(
            f"[v_ * w_ for v_ in {over} for w_ in (0.5, {self.leaf()}) if v_ != w_]", f"[(v_, 0.5 * v_) for v_ in {over}]",
            f"{{k_: v_ * {self.leaf()} for k_, v_ in enumerate(({self.leaf()}, 0.3))}}", f"[v_ if v_ > 0.2 else -v_ for v_ in {over}]",
            f"[[v_ * w_ for w_ in (0.3, {self.leaf()})] for v_ in {over}]",
        ))  # fmt: skip
        form = self.lines[-1]
        if "{" in form.partition("=")[2][:3]:
            self.assigned(f"math.tanh(sum({kept}.values()))")
        elif "[(" in form or "[[" in form:
            self.assigned(f"math.sin(sum(a_ * b_ for a_, b_ in {kept}))")
        else:
            self.assigned(f"math.tanh(sum({kept}))")

    # loops over lists

    def for_grow(self) -> None:
        name = self.pick("grow")
        if name is None:
            return self.new_grow()
        a, b = self.distinct_targets(2)
        choice = self.random.randrange(5)
        if choice == 0:
            self.over(f"for {a} in {self.any_of(f'{name}[:4]', f'reversed({name}[:3])', f'sorted({name}[:3])', f'{name}[::-2]')}:", 4, a)
        elif choice == 1:
            self.over(f"for {a}, {b} in zip({name}[:3], {name}[::-1]):", 3, a, b)
        elif choice == 2:
            i = self.loop_name()
            self.emit(f"for {i} in range(len({name}){self.any_of('', ' - 1')}):")
            self.loop_body(4, lambda: self.bind_int(i), False)
        elif choice == 3:
            i = self.loop_name()
            self.emit(f"for {i}, {a} in enumerate({name}{self.any_of('[:4]', '[1:4]')}, {self.any_of('0', '1')}):")
            self.loop_body(4, lambda: (self.bind_int(i), self.define(a))[0], False)
        else:
            self.over(f"for {a} in {name}[:]:", 4, a)
        return None

    def while_grow(self) -> None:
        """A list is used up, in not more than four turns; more may be put into it meanwhile."""
        name = self.pick("grow")
        if name is None:
            return self.new_grow()
        self.fresh += 1
        counter, a = f"count{self.fresh}", self.target()
        self.emit(f"{counter} = 0")
        self.bind_int(counter)
        self.emit(f"while len({name}) > 1 and {counter} < 4:")
        with self.indented():
            self.emit(f"{counter} += 1")
            self.emit(f"{a} = {name}.pop({self.any_of('', '0', '-2')})")
        self.loop_body(3, lambda: self.define(a), False)
        self.loop_else()
        return None

    def grow_while_read(self) -> None:
        name = self.pick("grow")
        if name is None:
            return self.new_grow()
        i = self.loop_name()
        self.emit(f"for {i} in range({self.any_of('2', '3')}):")
        with self.indented():
            self.emit(f"{name}.append({self.smooth(f'{name}[-1] - {name}[{i} % len({name})]')} + 0.2 * {name}[len({name}) // 2])")
        self.loop_body(3, lambda: self.bind_int(i), True)
        return None

    # tables

    def new_table(self) -> None:
        name, other = self.new_name(), self.pick("table")
        texts = [f"[[{self.items()}], [{self.items()}]]", "[[0.0] * 3 for k_ in range(2)]", f"[[{self.leaf()} * k_ + 0.1 * l_ for l_ in range(2)] for k_ in range(3)]"]
        if other:
            texts += [f"[r_[:] for r_ in {other}]", f"[[0.5 * v_ for v_ in r_] for r_ in {other}]", f"list({other})"]
        self.emit(f"{name} = {self.random.choice(texts)}")
        self.make(name, "table", 1)

    def change_table(self) -> None:
        name = self.pick("table")
        if name is None:
            return self.new_table()
        row, column, choice = self.place(name), self.any_of("0", "-1"), self.random.randrange(8)
        if choice == 0:
            self.emit(f"{name}.append([{self.items()}])")
        elif choice == 1:
            self.emit(f"{name}[{row}].append({self.value()})")
        elif choice == 2:
            kept = self.new_name()
            self.emit(f"{kept} = {name}[{row}]")
            self.make(kept, "grow", 1)
            self.emit(f"{kept}[{column}] += {self.bounded()}")
        elif choice == 3:
            self.emit(f"{name}[0], {name}[-1] = {name}[-1], {name}[0]")
        elif choice == 4:
            self.emit(f"{name}[{row}] = [{self.items()}]")
        elif choice == 5:
            self.assigned(f"math.tanh(sum({self.any_of(f'sum(r_) for r_ in {name}', f'v_ for r_ in {name} for v_ in r_ if v_ > 0', f'r_[0] * r_[-1] for r_ in {name}')}))")
        else:
            self.emit(f"{name}[{row}][{column}] {self.any_of('=', '+=', '*=')} {self.bounded()}")
        return None

    def for_table(self) -> None:
        name = self.pick("table")
        if name is None:
            return self.new_table()
        row, choice = self.new_name(), self.random.randrange(3)
        if choice == 0:
            self.emit(f"for {row} in {name}[:3]:")
            self.loop_body(3, lambda: self.make(row, "grow", 1), False)
            self.scope.forget(row)
        elif choice == 1:
            a = self.target()
            self.emit(f"for {row} in {name}[:3]:")
            with self.indented():
                self.over(f"for {a} in {row}[:2]:", 6, a)
        else:
            self.emit(f"for {row} in range(len({name})):")
            with self.indented():
                self.emit(f"{name}[{row}][-1] = {self.bounded()} + 0.3 * {name}[{row} - 1][0]")
        return None
