"""Random programs in the IR, with names as tangled as passes could ever leave them.

Every value is one of a few variables in some version, branches and loops hand on any of them to any other, and blocks leave by
`break`, `continue` and `return`: what naming has to keep apart.
"""

from __future__ import annotations

import random

BASES = ("a", "b", "c", "%", "a_bar")


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.counts: dict[str, int] = {}

    def fresh(self, base: str = "") -> str:
        base = base or self.random.choice(BASES)
        number = self.counts.get(base, 0)
        self.counts[base] = number + 1
        return f"%{number}" if base == "%" else f"{base}.{number}"

    def atom(self, seen: list[str]) -> str:
        if self.random.random() < 0.1:
            return self.random.choice(("0.5", "-1.0", "2"))
        return self.random.choice(seen[-5:] if self.random.random() < 0.7 else seen)

    def expression(self, seen: list[str]) -> str:
        a, b = self.atom(seen), self.atom(seen)
        if self.random.random() < 0.25:
            return f"math.sin({a})"
        return f"{a} {self.random.choice(('+', '-'))} {b}"

    def block(self, indent: str, depth: int, seen: list[str], loop: int | None) -> list[str]:
        """Lines; `seen` grows by what they bind. `loop` is the number of values that the innermost loop carries."""
        lines: list[str] = []
        for _ in range(self.random.randint(1, 4)):
            kind = self.random.random()
            if depth and kind < 0.25:
                lines += self.branch(indent, depth - 1, seen, loop)
            elif depth and kind < 0.45:
                lines += self.loop(indent, depth - 1, seen)
            else:
                expression = self.expression(seen)
                seen.append(self.fresh())
                lines.append(f"{indent}{seen[-1]} = {expression}")
        return lines

    def values(self, count: int, seen: list[str]) -> str:
        return " " + ", ".join(self.atom(seen) for _ in range(count)) if count else ""

    def test(self, indent: str, seen: list[str]) -> tuple[str, str]:
        line, name = f"{self.atom(seen)} > {self.atom(seen)}", self.fresh("%")
        return f"{indent}{name} = {line}", name

    def branch(self, indent: str, depth: int, seen: list[str], loop: int | None) -> list[str]:
        test, name = self.test(indent, seen)
        count = self.random.randint(0, 3)
        inner = indent + "    "
        sides, leaving = [], self.random.randrange(5)
        for side in range(2):
            own = list(seen)
            body = self.block(inner, depth, own, loop) if self.random.random() < 0.8 else []
            if leaving == side and self.random.random() < 0.6:
                words = ["return"] if loop is None else ["break", "continue", "return"]
                word = self.random.choice(words)
                body.append(f"{inner}{word}{self.values(1 if word == 'return' else loop or 0, own)}")
            else:
                body.append(f"{inner}yield{self.values(count, own)}")
            sides.append(body)
        targets = [self.fresh() for _ in range(count)]
        head = f"{', '.join(targets)} = if {name}:" if targets else f"if {name}:"
        seen += targets
        return [test, indent + head, *sides[0], f"{indent}else:", *sides[1]]

    def loop(self, indent: str, depth: int, seen: list[str]) -> list[str]:
        count = self.random.randint(1, 3)
        carried, targets = [self.fresh() for _ in range(count)], [self.fresh() for _ in range(count)]
        initial = [self.atom(seen) for _ in range(count)]
        pairs = ", ".join(f"{a} = {b}" for a, b in zip(carried, initial))
        inner = indent + "    "
        if self.random.random() < 0.7:
            source, element = self.fresh("%"), self.fresh(self.random.choice(("a", "i")))
            own = [*seen, *carried, element]
            lines = [f"{indent}{source} = range({self.random.randint(0, 3)})"]
            lines.append(f"{indent}{', '.join(targets)} = for {element} in {source} carry {pairs}:")
            lines += self.block(inner, depth, own, count)
            lines.append(f"{inner}yield{self.values(count, own)}")
        else:
            counter, after, following = self.fresh("n"), self.fresh("n"), self.fresh("n")
            own = [*seen, *carried]
            lines = [f"{indent}{after}, {', '.join(targets)} = while carry {counter} = 0, {pairs}:", f"{inner}test:"]
            deeper = inner + "    "
            if self.random.random() < 0.3:
                own.append(self.fresh())
                lines.append(f"{deeper}{own[-1]} = {self.expression(own[:-1])}")
            test = self.fresh("%")
            lines += [f"{deeper}{test} = {counter} < {self.random.randint(0, 3)}", f"{deeper}pass {test}", f"{inner}body:"]
            lines += [f"{deeper}{following} = {counter} + 1"]
            body = self.block(deeper, depth, own, None)
            body = [line for line in body if "return" not in line] if not any("return" in line for line in body) else []
            own = [name for name in own if name in seen or name in carried] if not body else own
            lines += body
            lines.append(f"{deeper}yield {following},{self.values(count, own)}")
        seen += targets
        return lines

    def function(self) -> str:
        seen = ["a", "b", "x"]
        lines = self.block("    ", 3, seen, None)
        if self.random.random() < 0.5:  # adjoint lines are put together more boldly
            lines.insert(0, "    comment('reverse sweep')")
        return "\n".join(["function f(a, b, x):", *lines, f"    return {self.atom(seen)}"])


def program(seed: int) -> str:
    return Maker(seed).function()
