"""Random loops, and the ways out of them: `break`, `continue`, `return`, and the `else` of a loop."""

from __future__ import annotations

from collections.abc import Callable

from scope import Loop
from statements import Statements

LOOP_NAMES = ("i", "j", "k", "l")


class Loops(Statements):
    def statement(self) -> None:
        deep = self.depth >= 4
        forms: list[tuple[int, Callable[[], None]]] = [
            (10, self.assign),
            (6, self.augment),
            (3, self.unpack),
            (2, self.swap),
            (2, self.star),
            (1, self.chain),
            (1, self.pack),
            (1, self.say),
            (2, self.walrus),
            (1, self.optional),
            (1, self.unpack_helper),
        ]
        if not deep:
            forms += [(6, self.branch), (2, self.flagged), (2, self.nested_def)]
            if self.work <= 12:
                forms += [(5, self.for_range), (3, self.for_items), (4, self.while_loop), (1, self.for_vector)]
        if self.loops:
            forms += [(6, self.leave_turn)]
        if self.depth >= 1:
            forms += [(2, self.leave_function)]
        if self.arrays:
            forms += [(8, self.assign_vector)]
        self.weighted(forms)()  # type: ignore[arg-type]

    def loop_name(self) -> str:
        return LOOP_NAMES[min(len(self.loops), len(LOOP_NAMES) - 1)]

    def loop_body(self, trips: int, binds: Callable[[], None], surely: bool) -> None:
        """The indented body; `binds` defines the loop's own names; `surely`: it runs at least once."""
        before = self.scope
        self.scope = before.copy()
        binds()
        loop = Loop()
        self.loops.append(loop)
        work, self.work = self.work, self.work * max(trips, 1)
        with self.indented():
            self.block(self.random.choice((1, 2, 3, 3)))
        self.work = work
        self.loops.pop()
        after = self.scope if loop.sure is None else loop.sure.meet(self.scope)
        # what the body has redefined as something else is lost even if it did not run
        self.scope = after if surely else before.meet(after)

    def loop_else(self) -> None:
        if self.chance(0.2):
            before = self.scope.copy()
            self.emit("else:")
            with self.indented():
                self.block(self.random.choice((1, 1, 2)))
            self.scope = before.meet(self.scope)

    def for_range(self) -> None:
        name = self.loop_name()
        text, trips = self.random.choice(
            (("3", 3), ("2", 2), ("1, 4", 3), ("4, 0, -1", 4), ("0, 5, 2", 3), ("0", 0), ("2, 2", 0), ("len((1, 2, 3))", 3))
        )
        if self.chance(0.3) and "n" in self.scope.ints:
            text, trips = "n", 3
            sure = False
        else:
            sure = trips > 0
        self.emit(f"for {name} in range({text}):")
        self.loop_body(trips, lambda: self.bind_int(name), sure)
        self.loop_else()

    def bind_int(self, name: str) -> None:
        self.scope.forget(name)
        self.scope.ints.append(name)

    def for_items(self) -> None:
        count = self.random.choice((2, 3))
        items = ", ".join(self.value() for _ in range(count))
        others = ", ".join(self.value() for _ in range(count))
        opening, closing = self.random.choice(("()", "[]"))
        items, others = f"{opening}{items}{closing}", f"({others})"
        if self.scope.tuples and self.chance(0.4):
            items = self.random.choice(list(self.scope.tuples))
            count = min(count, self.scope.tuples[items])
        name = self.loop_name()
        a, b = self.distinct_targets(2)
        choice = self.random.randrange(5)
        if choice == 0:
            self.emit(f"for {name}, {a} in enumerate({items}):")
            self.loop_body(count, lambda: (self.bind_int(name), self.define(a))[0], True)
        elif choice == 1:
            self.emit(f"for {a}, {b} in zip({items}, {others}):")
            self.loop_body(count, lambda: self.define(a, b), True)
        elif choice == 2:
            self.emit(f"for {a} in reversed({items}):")
            self.loop_body(count, lambda: self.define(a), True)
        else:
            self.emit(f"for {a} in {items}:")
            self.loop_body(count, lambda: self.define(a), True)
        self.loop_else()

    def for_vector(self) -> None:
        if not self.scope.vectors:
            return self.for_items()
        vector = self.vector(self.random.choice((0, 1)))
        a = self.target()
        self.emit(f"for {a} in {vector}:")
        self.loop_body(self.size, lambda: self.define(a), True)
        self.loop_else()

    def while_loop(self) -> None:
        """Counted, so that it ends; the counter goes up before anything may leave the turn."""
        self.fresh += 1
        counter, limit = f"count{self.fresh}", self.random.choice((0, 1, 2, 3, 4))
        self.emit(f"{counter} = 0")
        self.bind_int(counter)
        head = self.random.randrange(3)
        if head == 0:
            self.emit(f"while {counter} < {limit}:")
        elif head == 1:
            self.emit(f"while {counter} < {limit} and {self.leaf()} > {self.random.choice(('-0.7', '0.1'))}:")
        else:
            self.emit("while True:")
        with self.indented():
            self.emit(f"{counter} += 1")
            if head == 2:
                self.emit(f"if {counter} > {limit}" + (f" or {self.test()}:" if self.chance(0.5) else ":"))
                with self.indented():
                    self.emit("break")
        self.loop_body(limit, lambda: None, False)
        if head != 2:
            self.loop_else()

    def leave_turn(self) -> None:
        """`if test: ...; break` (or continue), or the same as the `else` of a branch."""
        loop = self.loops[-1]
        if loop.sure is None:
            loop.sure = self.scope.copy()
        else:
            loop.sure = loop.sure.meet(self.scope)
        self.emit(f"if {self.test()}:")
        before = self.scope
        self.scope = before.copy()
        with self.indented():
            if self.chance(0.5):
                self.assign()
            self.emit(self.random.choice(("break", "continue")))
        loop.sure = loop.sure.meet(self.scope)
        self.scope = before.copy()
        if self.chance(0.2):
            self.emit("else:")
            with self.indented():
                self.block(1)
        self.scope = before.meet(self.scope)

    def result(self) -> str:
        values = [self.output() for _ in range(self.results)]
        return f"({', '.join(values)})" if self.results > 1 else values[0]

    def output(self) -> str:
        choice = self.random.randrange(4)
        if choice == 0:
            return self.leaf()
        if choice == 1:
            return self.smooth(self.scalar(1))
        names = self.random.sample(self.scope.floats, min(3, len(self.scope.floats)))
        return f"({' + '.join([*names[1:], self.smooth(names[0])])})"

    def leave_function(self) -> None:
        self.emit(f"if {self.test()}:")
        before = self.scope
        self.scope = before.copy()
        with self.indented():
            if self.chance(0.4):
                self.assign()
            self.emit(f"return {self.result()}")
        self.scope = before.copy()
