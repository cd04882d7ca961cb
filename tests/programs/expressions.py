"""Random expressions over the names of a scope: smooth and bounded where a value may grow.

They are fully parenthesised; `ast.unparse` drops what is not needed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scope import Helper, Loop, Scope


class Expressions:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.depth = 0
        self.scope = Scope()
        self.loops: list[Loop] = []
        self.helpers: list[Helper] = []
        self.results = 1
        self.budget = 0
        self.arrays = False
        self.size = 3
        self.fresh = 0
        self.work = 1  # how often a statement here runs at most

    # Text

    def emit(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    @contextmanager
    def indented(self) -> Iterator[None]:
        self.depth += 1
        yield
        self.depth -= 1

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def constant(self) -> str:
        return self.random.choice(("0.3", "0.5", "0.7", "0.9", "1.1", "1.5", "2", "-0.4", "-0.8", "1e-1", "3", "SCALE"))

    # Numbers

    def leaf(self) -> str:
        scope, pick = self.scope, self.random.random()
        if pick < 0.08:
            return self.constant()
        if pick < 0.14 and scope.ints:
            return f"(0.2 * {self.random.choice(scope.ints)})"
        if pick < 0.22 and scope.tuples:
            name = self.random.choice(list(scope.tuples))
            return f"{name}[{self.random.choice((0, scope.tuples[name] - 1, -1))}]"
        if pick < 0.30 and scope.vectors:
            return f"{self.random.choice(scope.vectors)}[{self.index()}]"
        if self.chance(0.5):  # what was assigned last is more likely to matter
            return self.random.choice(scope.floats[-3:])
        return self.random.choice(scope.floats)

    def index(self) -> str:
        return str(self.random.choice((0, 1, self.size - 1, -1)))

    def module(self) -> str:
        return "np" if self.chance(0.6 if self.arrays else 0.06) else "math"

    def smooth(self, text: str) -> str:
        """A bounded function of `text`."""
        module = self.module()
        choice = self.random.randrange(5)
        if choice == 0:
            return f"{module}.tanh({text})"
        if choice == 1:
            return f"{module}.cos({text})"
        if choice == 2:
            return f"{module}.{'arctan' if module == 'np' else 'atan'}({text})"
        return f"{module}.sin({text})"

    def scalar(self, depth: int) -> str:
        if depth <= 0:
            return self.leaf()
        forms: list[tuple[int, Callable[[int], str]]] = [
            (6, lambda d: f"({self.scalar(d)} + {self.scalar(d - 1)})"),
            (5, lambda d: f"({self.scalar(d)} - {self.scalar(d - 1)})"),
            (6, lambda d: f"({self.scalar(d)} * {self.scalar(d - 1)})"),
            (2, lambda d: f"(-{self.scalar(d)})"),
            (8, lambda d: self.smooth(self.scalar(d))),
            (2, self.quotient),
            (3, self.power),
            (2, self.positive),
            (2, self.kinked),
            (2, lambda d: f"({self.scalar(d)} if {self.test()} else {self.scalar(d)})"),
            (1, self.selection),
            (1, self.discrete),
            (3, self.call),
            (1, self.gathered),
        ]
        if self.scope.vectors:
            forms.append((8, self.reduction))
        return self.weighted(forms)(depth - 1)

    def weighted(self, forms: list[tuple[int, Callable[..., str]]]) -> Callable[..., str]:
        return self.random.choices([form for _, form in forms], [weight for weight, _ in forms])[0]

    def quotient(self, depth: int) -> str:
        v = self.leaf()
        if self.chance(0.5):
            return f"({self.scalar(depth)} / (1 + {v} * {v}))"
        return f"({self.scalar(depth)} / (1.5 + {self.smooth(v)} / 2))"

    def power(self, depth: int) -> str:
        v = self.leaf()
        choice = self.random.randrange(6)
        if choice == 0:
            return f"((1 + {v} * {v}) ** {self.random.choice(('0.5', '-0.5', '1.5', '-1'))})"
        if choice == 1:
            return f"((1.2 + {self.smooth(v)} / 4) ** {self.smooth(self.scalar(depth))})"
        if choice == 2:
            return f"(2 ** {self.smooth(v)})"
        return f"({self.smooth(self.scalar(depth))} ** {self.random.choice(('2', '2', '3', '2.0'))})"

    def positive(self, depth: int) -> str:
        v, module = self.leaf(), self.module()
        choice = self.random.randrange(4)
        if choice == 0:
            return f"{module}.sqrt(1 + {v} * {v})"
        if choice == 1:
            return f"{module}.exp({self.smooth(self.scalar(depth))})"
        if choice == 2:
            return f"{module}.log(1.5 + {v} * {v})"
        return f"{module}.exp(-{v} * {v})"

    def kinked(self, depth: int) -> str:
        choice = self.random.randrange(4)
        if choice == 0:
            return f"abs({self.scalar(depth)})"
        if choice == 1:
            return f"max({self.scalar(depth)}, {self.scalar(depth)})"
        if choice == 2:
            return f"min({self.scalar(depth)}, {self.constant()}, {self.leaf()})"
        return f"({self.scalar(depth)} % 1.5)"

    def selection(self, depth: int) -> str:
        """`and` and `or` give one of their operands."""
        word = self.random.choice(("and", "or"))
        return f"({self.test()} {word} {self.scalar(depth)} or {self.scalar(depth)})" if word == "and" else (
            f"({self.scalar(depth)} or {self.scalar(depth)})"
        )

    def discrete(self, depth: int) -> str:
        choice = self.random.randrange(4)
        inner = self.scalar(depth)
        if choice == 0:
            return f"(int(2 * {self.smooth(inner)}) * {self.leaf()})"
        if choice == 1:
            return f"(({self.smooth(inner)} // 0.4) * 0.3)"
        if choice == 2:
            return f"float({inner})"
        return f"(round(3 * {self.smooth(inner)}) * 0.2)"

    def gathered(self, depth: int) -> str:
        items = [self.scalar(depth) for _ in range(self.random.choice((2, 3)))]
        choice = self.random.randrange(3)
        if choice == 0:
            return f"sum(({', '.join(items)}))"
        if choice == 1:
            return f"({', '.join(items)})[{self.random.randrange(len(items))}]"
        return f"{{'m': {items[0]}, 'n': {items[1]}}}['{self.random.choice('mn')}']"

    def call(self, depth: int) -> str:
        helpers = [helper for helper in self.helpers if helper.results == 1]
        if self.scope.callables and (self.chance(0.5) or not helpers):
            return f"{self.random.choice(self.scope.callables)}({self.scalar(depth)})"
        if not helpers or self.work > 30:
            return self.smooth(self.scalar(depth))
        return self.helper_call(self.random.choice(helpers), depth)

    def helper_call(self, helper: Helper, depth: int) -> str:
        arguments = [self.scalar(depth) for _ in range(helper.parameters)]
        if helper.keyword:
            if self.chance(0.4):
                arguments.pop()
            elif self.chance(0.5):
                arguments[-1] = f"shift={arguments[-1]}"
        return f"{helper.name}({', '.join(arguments)})"

    # Vectors of `size` elements

    def vector(self, depth: int) -> str:
        if depth <= 0 or not self.scope.vectors:
            return self.random.choice(self.scope.vectors) if self.scope.vectors else f"np.zeros({self.size})"
        forms: list[tuple[int, Callable[[int], str]]] = [
            (5, lambda d: f"({self.vector(d)} + {self.vector(d - 1)})"),
            (3, lambda d: f"({self.vector(d)} - {self.leaf()})"),
            (5, lambda d: f"({self.vector(d)} * {self.vector(d - 1)})"),
            (4, lambda d: f"({self.leaf()} * {self.vector(d)})"),
            (2, lambda d: f"({self.vector(d)} / (1 + {self.random.choice(self.scope.vectors)} ** 2))"),
            (6, lambda d: f"np.{self.random.choice(('sin', 'tanh', 'cos'))}({self.vector(d)})"),
            (2, lambda d: f"np.maximum({self.vector(d)}, {self.random.choice(('0.1', '-0.2', self.vector(d)))})"),
            (2, lambda d: f"np.where({self.vector(d)} > {self.constant()}, {self.vector(d)}, {self.scalar(d)})"),
            (3, self.rejoined),
            (1, lambda d: f"np.exp(-{self.random.choice(self.scope.vectors)} ** 2)"),
            (1, lambda d: f"{self.vector(d)}[::-1]"),
            (1, lambda d: f"np.dot(np.outer({self.vector(0)}, {self.vector(0)}), {self.vector(d)})"),
        ]
        return self.weighted(forms)(depth - 1)

    def rejoined(self, depth: int) -> str:
        v, w = self.vector(depth), self.vector(0)
        cut = self.random.randrange(1, self.size)
        return f"np.concatenate(({v}[:{cut}], {w}[{cut}:]))"

    def reduction(self, depth: int) -> str:
        v = self.vector(depth)
        choice = self.random.randrange(6)
        if choice == 0:
            return f"np.mean({v})"
        if choice == 1:
            return f"{v}.sum()" if v.isidentifier() else f"({v}).sum()"
        if choice == 2:
            return f"({v} @ {self.vector(0)})"
        if choice == 3:
            return f"({v})[{self.index()}]"
        if choice == 4:
            return f"np.sum(({v})[{self.random.choice(('1:', ':-1', '::2'))}])"
        return f"np.sum({v})"

    # Tests

    def test(self, depth: int = 1) -> str:
        choice = self.random.randrange(12)
        if choice == 0 and depth:
            return f"({self.test(0)} and {self.test(0)})"
        if choice == 1 and depth:
            return f"({self.test(0)} or {self.test(0)})"
        if choice == 2 and depth:
            return f"(not {self.test(0)})"
        if choice == 3:
            return f"(-0.6 < {self.leaf()} <= 0.8)"
        if choice in (4, 5) and self.scope.ints:
            name = self.random.choice(self.scope.ints)
            return self.random.choice((f"({name} % 2 == 0)", f"({name} == 1)", f"({name} > 0)", f"({name} != 2)"))
        if choice == 6 and self.scope.flags:
            return self.random.choice(list(self.scope.flags))
        if choice == 7:
            return f"({self.scalar(1)} > {self.scalar(1)})"
        return f"({self.leaf()} {self.random.choice(('<', '>', '<=', '>='))} {self.random.choice(('0.1', '0.4', '-0.3', '0.65'))})"
