"""Random programs in the accepted language: a seed becomes the text of a module, the name of its function and arguments.

The programs are smooth almost everywhere and bounded, so that a derivative is a moderate number: what may grow stands inside
`sin`, `tanh` or `x / (1 + x * x)`, and what is divided by is at least one half. Every name is defined where it is read.

    >>> from generate import program
    >>> program(7) == program(7)
    True

Weights are chosen so that a program of about twenty lines has loops in loops, early exits from them and helpers.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

import numpy as np
from looping import Loops
from scope import Helper, Scope


@dataclass(frozen=True)
class Program:
    """A module's text, the function to differentiate and where."""

    seed: int
    text: str
    arguments: tuple[Any, ...]
    function: str = "f"
    more: tuple[str, ...] = ()  # comparisons besides those that every program gets


class Generator(Loops):
    def helper(self, index: int) -> None:
        count, results, keyword = self.random.choice((1, 2, 2)), self.random.choice((1, 1, 2)), self.chance(0.3)
        parameters = [f"y{k}" for k in range(count)]
        self.scope, self.results = Scope(floats=list(parameters)), results
        if keyword:
            self.scope.floats.append("shift")
            count += 1
        self.emit(f"def helper{index}({', '.join(parameters + ['shift=0.25'] * keyword)}):")
        with self.indented():
            self.budget = self.random.choice((1, 2, 3, 4))
            self.work = 4
            self.block(self.budget)
            self.emit(f"return {self.result()}")
        self.emit("")
        self.emit("")
        self.work = 1
        self.helpers.append(Helper(f"helper{index}", count, results, keyword))

    def main(self) -> tuple[Any, ...]:
        self.arrays = self.chance(0.25)
        self.size = self.random.choice((2, 3, 4))
        self.emit("SCALE = 0.75")
        self.emit("")
        arrays, self.arrays = self.arrays, False
        for index in range(self.random.choice((0, 0, 1, 1, 2))):
            self.helper(index)
        self.arrays = arrays
        closure = self.chance(0.12)
        if closure:
            self.emit("def make(bias):")
            self.depth += 1
        self.results = self.random.choice((1, 1, 1, 2))
        parameters, arguments = self.parameters()
        if closure:
            self.scope.floats.append("bias")
            self.scope.frozen.add("bias")
        self.emit(f"def f({', '.join(parameters)}):")
        with self.indented():
            if self.chance(0.1):
                self.emit('"""A program."""')
            self.budget = self.random.choice((3, 6, 9, 12, 16))
            self.block(self.budget)
            while self.budget > 0:
                self.block(2)
            self.emit(f"return {self.result()}")
        if closure:
            self.emit("return f")
            self.depth -= 1
            self.emit("f = make(0.45)")
        return arguments

    def number(self) -> float:
        return round(self.random.uniform(-1.2, 1.2), 3) or 0.5

    def parameters(self) -> tuple[list[str], tuple[Any, ...]]:
        self.scope = Scope()
        parameters, arguments = ["x"], [self.number()]
        self.scope.floats.append("x")
        if self.chance(0.7):
            parameters.append("y")
            arguments.append(self.number())
            self.scope.floats.append("y")
        if self.arrays:
            parameters.append("p")
            arguments.append(np.array([self.number() for _ in range(self.size)]))  # type: ignore[arg-type]
            self.scope.vectors.append("p")
        if self.chance(0.2):
            parameters.append("m")
            values = [self.number() for _ in range(2)]
            arguments.append(self.random.choice((tuple, list))(values))  # type: ignore[arg-type]
            self.scope.tuples["m"] = 2
        if self.chance(0.3):
            parameters.append("n")
            arguments.append(self.random.choice((0, 1, 2, 3)))
            self.scope.ints.append("n")
            self.scope.frozen.add("n")
        return parameters, tuple(arguments)


def program(seed: int) -> Program:
    """The program of a seed; the same on every machine and Python."""
    generator = Generator(seed)
    arguments = generator.main()
    text = "import math\nimport numpy as np\n\n" + "\n".join(generator.lines) + "\n"
    return Program(seed, tidy(text), arguments)


def tidy(text: str) -> str:
    """Only the parentheses that are needed."""
    return ast.unparse(ast.parse(text)) + "\n"
