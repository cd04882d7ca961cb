"""Whole numbers of a program as sums of symbols, and the least that such a sum can be.

Two moments of a run are looked at side by side, `here` and `there`; a name that is bound in other turns of a loop at each of them is two
symbols. A loop's variable lies between the ends of its range, which are sums again.

>>> j = Symbol("j.0", 0)
>>> print(of(j).plus(of(j), -1).plus(number(3)))
3
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import gcd

HERE, THERE = 1, 2


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name at one of the two moments, or, if it is the same at both, at neither (0)."""

    name: str
    moment: int
    depth: int = 0  # how many loops its name is bound in


@dataclass(frozen=True, slots=True)
class Sum:
    constant: int
    terms: tuple[tuple[Symbol, int], ...] = ()

    def plus(self, other: Sum, times: int = 1) -> Sum:
        found = dict(self.terms)
        for symbol, factor in other.terms:
            found[symbol] = found.get(symbol, 0) + times * factor
        return Sum(self.constant + times * other.constant, tuple((symbol, factor) for symbol, factor in found.items() if factor))

    def without(self, symbol: Symbol) -> Sum:
        return Sum(self.constant, tuple(term for term in self.terms if term[0] != symbol))

    def __str__(self) -> str:
        return " + ".join([*(f"{factor}*{symbol.name}" for symbol, factor in self.terms), str(self.constant)])


def number(value: int) -> Sum:
    return Sum(value)


def of(symbol: Symbol) -> Sum:
    return Sum(0, ((symbol, 1),))


def least(total: Sum, bound: Callable[[Symbol, bool], Sum | None]) -> int | None:
    """The least that a sum can be; `bound` gives the least (True) or the greatest (False) that a symbol can be, None if it is not known.

    Symbols of inner loops go first, since their bounds are made of outer ones.

    >>> i, j = Symbol("i", 0, 2), Symbol("j", 0, 1)
    >>> beyond = lambda symbol, lower: of(j).plus(number(1)) if lower and symbol == i else None
    >>> least(of(i).plus(of(j), -1), beyond)
    1
    """
    for _ in range(16):
        if not total.terms:
            return total.constant
        symbol, factor = max(total.terms, key=lambda term: term[0].depth)
        value = bound(symbol, factor > 0)
        if value is None:
            return None
        total = total.without(symbol).plus(value, factor)
    return None


def common_divisor(total: Sum, others: Iterable[int]) -> int:
    """What divides every part of the sum but its constant, and the others."""
    return gcd(*(factor for _, factor in total.terms), *others)
