"""What a transformation makes of the callees of a program: a pair of halves, or a function with tangents, for each way in which one is asked for.

    invoke('mixed', x, y, n)     adjoints of `x` and `y` are asked for       ('mixed', (0, 1))
    invoke('mixed', x, 3.0, n)   of `x` alone: the same variant serves       ('mixed', (0,))
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Generic, TypeVar

from wengert.analysis.activity import Summaries
from wengert.ir.core import Apply, Const, Function, Name
from wengert.ir.walk import functions_of

T = TypeVar("T")

Key = tuple[str, tuple[int, ...]]
"""A callee, and the positions of the arguments whose adjoints or tangents are asked for."""


class Variants(Generic[T]):
    """What is made of the callees of a program: for each key once, named before it is made, so that recursion ends.

    A round makes everything. Where one asks for some positions and another for more of the same callee, the next round makes only the latter.
    """

    def __init__(self, program: Function) -> None:
        self.program = program
        self.summaries = Summaries(program.callees)
        self._wider: dict[Key, Key] = {}
        self.begin()

    def begin(self) -> None:
        """Begin a round."""
        self.made: dict[Key, T] = {}
        self._taken = {function.name for function in functions_of(self.program)}

    def settled(self) -> bool:
        """Was this round the last?"""
        wider = {key: other for key in self.made for other in self.made if key[0] == other[0] and set(key[1]) < set(other[1])}
        self._wider.update(wider)
        return not wider

    def asked(self) -> Iterator[T]:
        """Everything asked for, also what is asked for while this goes on."""
        for key in (keys := list(self.made)):
            yield self.made[key]
            keys += [key for key in self.made if key not in keys]

    def key(self, line: Apply, active: Set[Name]) -> Key:
        """What a call of a callee asks for."""
        assert isinstance(line.args[0], Const)
        varied = frozenset(k for k, atom in enumerate(line.args[1:]) if isinstance(atom, str) and atom in active)
        key = (line.args[0].value, tuple(sorted(self.summaries.positions(line.args[0].value, varied))))
        while key in self._wider:
            key = self._wider[key]
        return key

    def name(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name
