"""What the parts of the wide generator share: each adds statements and expressions of its own, and knows how to read its things.

A thing's kind never changes under a name, so a loop's next turn finds what the last one left. A list of kind `grow` or `table`
has one item or more at every line, whatever was taken away before; how many, only the run knows.
"""

from __future__ import annotations

from collections.abc import Callable

from memory import Writing

Form = tuple[int, Callable[[], None]]
"""How often a statement is chosen, and what writes it."""


class Growing(Writing):
    def grown(self) -> list[Form]:
        """The statements that the parts add."""
        return []

    def reads(self) -> list[str]:
        """Expressions for one number, read from a thing."""
        return []

    def tests(self) -> list[str]:
        """Tests of things."""
        return []

    def pick(self, kind: str) -> str | None:
        names = self.things(kind)
        return self.random.choice(names) if names else None

    def place(self, name: str) -> str:
        """An index of an item that a list has, however long it is."""
        ints = self.scope.ints
        if not ints or self.chance(0.4):
            return self.random.choice(("0", "-1"))
        i = self.random.choice(ints)
        return self.random.choice((f"{i} % len({name})", f"-1 - {i} % len({name})", f"(2 * {i} + 1) % len({name})", f"{i} // 2 % len({name})"))

    def any_of(self, *texts: str) -> str:
        return self.random.choice(texts)

    def over(self, head: str, trips: int, *names: str, surely: bool = True, also: str = "") -> None:
        """A loop whose head binds the names to numbers; `also` is a line before the rest of the body."""
        self.emit(head)
        if also:
            with self.indented():
                self.emit(also)
        self.loop_body(trips, lambda: self.define(*names), surely)
        self.loop_else()

    def assigned(self, text: str) -> None:
        target = self.target()
        self.emit(f"{target} = {text}")
        self.define(target)

    def branched(self, head: str, *names: str) -> None:
        """An indented block in which these names are numbers; what follows knows what was known before and after it."""
        self.emit(head)
        before = self.scope
        self.scope = before.copy()
        self.define(*names)
        with self.indented():
            self.block(self.random.choice((1, 2, 2)))
        self.scope = before.meet(self.scope)

    def statement(self) -> None:
        if not self.chance(0.55):
            return super().statement()
        if self.depth >= 4:
            return self.assign()
        self.weighted(self.grown())()  # type: ignore[arg-type]
        return None

    def leaf(self) -> str:
        if self.chance(0.2):
            texts = self.reads()
            if texts:
                return self.random.choice(texts)
        return super().leaf()

    def test(self, depth: int = 1) -> str:
        if self.chance(0.12):
            texts = self.tests()
            if texts:
                return f"({self.random.choice(texts)})"
        return super().test(depth)
