"""Random programs that write in place: views, writes through paths, branches and loops, in the order in which they come up.

>>> print(Program(5).text().splitlines()[0])
function f(a, b, x, ix):

Every array is known by its newest version, so the program is one that Python could run; a view is used until its array is written to.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

SLICES = ("0, 3, None", "1, 4, None", "None, 3, None", "3, None, None", "2, 5, None", "-3, None, None", "None, None, 2", "None, None, -2")
"""Three elements of six."""


@dataclass
class Scope:
    """What the lines of a block can read."""

    arrays: dict[str, str]  # the newest version of each
    scalars: list[str]
    parts: list[str] = field(default_factory=list)  # arrays of three elements, of their own
    views: dict[str, str] = field(default_factory=dict)  # those that show (the array of) a name
    variables: list[str] = field(default_factory=list)  # of the loops around

    def inside(self) -> Scope:
        return Scope(dict(self.arrays), list(self.scalars), list(self.parts), dict(self.views), list(self.variables))


class Program:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.depth = 0
        self.numbers: dict[str, int] = {}
        self.scope = Scope({"a": "a", "b": "b"}, ["x"])

    # writing

    def name(self, base: str) -> str:
        self.numbers[base] = self.numbers.get(base, -1) + 1
        return f"{base}.{self.numbers[base]}"

    def add(self, line: str) -> None:
        self.lines.append("    " * (1 + self.depth) + line)

    def value(self, text: str) -> str:
        self.numbers["%"] = self.numbers.get("%", 0) + 1
        made = f"%{self.numbers['%']}"
        self.add(f"{made} = {text}")
        return made

    # expressions

    def index(self) -> str:
        if self.scope.variables and self.random.random() < 0.7:
            variable = self.random.choice(self.scope.variables)
            sign = self.random.choice(["", "", "+", "-"])
            return self.value(f"{variable} {sign} 1") if sign else variable
        return str(self.random.choice([0, 1, 2, -1]))

    def slice(self) -> str:
        return self.value(f"slice({self.random.choice(SLICES)})")

    def array(self) -> str:
        return self.random.choice(list(self.scope.arrays))

    def scalar(self) -> str:
        which = self.random.random()
        if which < 0.45:
            return self.random.choice(self.scope.scalars)
        array = self.scope.arrays[self.array()]
        return self.value(f"getitem({array}, {self.index()})") if which < 0.85 else self.value(f"{self.value(f'np.sum({array})')} * 0.1")

    def number(self) -> str:
        result = self.scalar()
        for _ in range(self.random.choice([0, 1, 1, 2])):
            operation = self.random.choice(["sin", "*", "+", "-"])
            if operation != "sin":
                result = self.value(f"{result} {operation} {self.scalar()}")
            if operation in ("sin", "*"):
                result = self.value(f"math.sin({result})")
        return result

    def part(self) -> str:
        which = self.random.random()
        if which < 0.3 and self.scope.views:
            return self.random.choice(list(self.scope.views))
        if which < 0.5 and self.scope.parts:
            return self.random.choice(self.scope.parts)
        array = self.array()
        view = self.value(f"getitem({self.scope.arrays[array]}, {self.slice()})")
        self.scope.views[view] = array
        return view

    def parts(self) -> str:
        result = self.part()
        for _ in range(self.random.choice([0, 1, 1, 2])):
            operation = self.random.choice(["sin", "*", "+", "scaled"])
            if operation == "scaled":
                result = self.value(f"{self.scalar()} * {result}")
            elif operation != "sin":
                result = self.value(f"{result} {operation} {self.part()}")
            if operation != "+":
                result = self.value(f"np.sin({result})")
        if result not in self.scope.views and self.random.random() < 0.3:
            self.scope.parts.append(result)
        return result

    # statements

    def statement(self) -> None:
        which = self.random.random()
        if which < 0.6:
            self.write()
        elif which < 0.7:
            self.scope.scalars.append(self.number())
        elif which < 0.76 and self.depth == 0 and "y" not in self.scope.arrays:
            made = self.random.choice(["np.zeros(6)", f"np.sin({self.scope.arrays['a']})"])
            self.scope.arrays["y"] = self.name("y")
            self.add(f"{self.scope.arrays['y']} = {made}")
        elif which < 0.88 and self.depth < 3:
            self.branch()
        elif self.depth < 3:
            self.loop()

    def write(self) -> None:
        array = self.array()
        places: list[tuple[Callable[[], str], Callable[[], str]]] = [
            (self.number, self.index), (self.number, self.index), (self.number, self.slice), (self.parts, self.slice),
            (self.parts, self.slice), (self.parts, lambda: "ix"), (self.number, lambda: f"{self.slice()}, {self.random.choice([0, 1, -1])}"),
        ]  # fmt: skip
        value, place = self.random.choice(places)
        written, where = value(), place()
        made = self.name(array)
        self.add(f"{made} = {self.random.choice(['write', 'write', 'write_add'])}({self.scope.arrays[array]}, {where}, {written})")
        self.scope.arrays[array] = made
        self.scope.views = {view: shown for view, shown in self.scope.views.items() if shown != array}

    def block(self, count: int) -> None:
        for _ in range(count):
            self.statement()

    def branch(self) -> None:
        test = self.value(f"{self.scalar()} > 0.3")
        names, outer, head = list(self.scope.arrays), self.scope, len(self.lines)
        self.add("")
        for side in range(2):
            if side:
                self.add("else:")
            self.scope, self.depth = outer.inside(), self.depth + 1
            self.block(self.random.choice([0, 1, 2]))
            self.add("yield " + ", ".join(self.scope.arrays[name] for name in names))
            self.depth -= 1
        targets = {name: self.name(name) for name in names}
        self.lines[head] += ", ".join(targets.values()) + f" = if {test}:"
        self.scope = replace(outer, arrays=targets, views={})

    def loop(self) -> None:
        start, stop = self.random.choice([(0, 3), (1, 4), (1, 5), (0, 0)])
        source = self.value(f"range({start}, {stop}{self.random.choice(['', '', ', 2'])})")
        names, outer, head = list(self.scope.arrays), self.scope, len(self.lines)
        carried, variable = {name: self.name(name) for name in names} | {"s": self.name("s")}, self.name("i")
        initial = {**outer.arrays, "s": self.random.choice(outer.scalars)}
        self.add("")
        self.scope = outer.inside()
        self.scope.arrays, self.scope.views = {name: carried[name] for name in names}, {}
        self.scope.scalars.append(carried["s"])
        self.scope.variables.append(variable)
        self.depth += 1
        self.block(self.random.choice([1, 2, 3]))
        if self.random.random() < 0.3:
            self.leave([*self.scope.arrays.values(), carried["s"]])
        handed = self.value(f"math.sin({self.number()})")
        self.add("yield " + ", ".join([*(self.scope.arrays[name] for name in names), handed]))
        self.depth -= 1
        targets = {name: self.name(name) for name in carried}
        together = ", ".join(f"{carried[name]} = {initial[name]}" for name in carried)
        self.lines[head] += f"{', '.join(targets.values())} = for {variable} in {source} carry {together}:"
        self.scope = replace(outer, arrays={name: targets[name] for name in names}, views={}, scalars=[*outer.scalars, targets["s"]])

    def leave(self, values: list[str]) -> None:
        self.add(f"if {self.value(f'{self.scalar()} > 0.9')}:")
        self.add(f"    {self.random.choice(['break', 'continue'])} {', '.join(values)}")
        self.add("else:")
        self.add("    yield")
        self.block(self.random.choice([0, 1]))

    def text(self) -> str:
        """The whole program: its result depends on all that it has written."""
        self.block(self.random.choice([2, 4, 6, 9]))
        total = self.value(f"0.1 * {self.random.choice(self.scope.scalars)}")
        for array in self.scope.arrays.values():
            square = self.value(f"{array} * {array}")
            total = self.value(f"{total} + {self.value(f'np.sum({square})')}")
        self.add(f"return {total}")
        return "\n".join(["function f(a, b, x, ix):", *self.lines, ""])
