"""Dual numbers: the reference derivative of a random program, independent of wengert.

A `Dual` carries a value, its derivative along one direction, and the sum of the absolute values of all paths' contributions to it:
what rounding may cost is judged against that sum, not against the derivative, which may cancel.

    >>> x = Dual(3.0, 1.0)
    >>> (x * x).slope
    6.0

A program runs on them unchanged but for three names of its module: `math` is `DualMath`, `np` is `DualNumpy`, `float` hands a `Dual`
through. Arrays are arrays of objects; NumPy calls `Dual.sin` for `np.sin` and so on. The values are computed with the same
operations as on floats, so the same branches are taken. `Ties` counts the near ties at kinks and tests, where no derivative is checked.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

TIE = 1e-9
MAKING = frozenset({"zeros", "ones", "empty", "full", "zeros_like", "ones_like", "array"})
"""Functions of NumPy that make an array, into which a program may write numbers that vary."""


class Ties:
    count = 0


class Dual:
    __slots__ = ("value", "slope", "size")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: float, slope: float = 0.0, size: float | None = None) -> None:
        self.value = value
        self.slope = slope
        self.size = abs(slope) if size is None else size

    def __repr__(self) -> str:
        return f"Dual({self.value}, {self.slope})"

    def along(self, value: float, partial: float) -> Dual:
        return Dual(value, partial * self.slope, abs(partial) * self.size)

    def with_other(self, other: Any, value: Any, mine: float, its: float) -> Dual:
        if isinstance(other, Dual):
            return Dual(value, mine * self.slope + its * other.slope, abs(mine) * self.size + abs(its) * other.size)
        return self.along(value, mine)

    # Arithmetic

    def __add__(self, other: Any) -> Any:
        return self.with_other(other, self.value + plain(other), 1.0, 1.0) if scalar(other) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self.with_other(other, self.value - plain(other), 1.0, -1.0) if scalar(other) else NotImplemented

    def __rsub__(self, other: Any) -> Any:
        return self.along(other - self.value, -1.0) if scalar(other) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        if not scalar(other):
            return NotImplemented
        return self.with_other(other, self.value * plain(other), plain(other), self.value)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if not scalar(other):
            return NotImplemented
        divisor = plain(other)
        value = self.value / divisor
        return self.with_other(other, value, 1.0 / divisor, -value / divisor)

    def __rtruediv__(self, other: Any) -> Any:
        if not scalar(other):
            return NotImplemented
        value = other / self.value
        return self.along(value, -value / self.value)

    def __pow__(self, other: Any) -> Any:
        if not scalar(other):
            return NotImplemented
        exponent = plain(other)
        value = self.value**exponent
        mine = exponent * self.value ** (exponent - 1) if exponent else 0.0
        its = value * math.log(self.value) if isinstance(other, Dual) else 0.0
        return self.with_other(other, value, mine, its)

    def __rpow__(self, other: Any) -> Any:
        if not scalar(other):
            return NotImplemented
        value = other**self.value
        return self.along(value, value * math.log(other))

    def __mod__(self, divisor: float) -> Any:
        value = self.value % divisor
        Ties.count += min(value, divisor - value) < TIE
        return self.along(value, 1.0)

    def __floordiv__(self, divisor: float) -> Any:
        value = self.value % divisor
        Ties.count += min(value, divisor - value) < TIE
        return self.value // divisor

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope, self.size)

    def __pos__(self) -> Dual:
        return self

    def __abs__(self) -> Dual:
        near(self.value, 0.0)
        return -self if self.value < 0 else self

    # What has no derivative

    def __int__(self) -> int:
        return int(self.value)

    __trunc__ = __int__

    def __round__(self, digits: int | None = None) -> Any:
        return round(self.value, digits)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    def __lt__(self, other: Any) -> bool:
        return near(self.value, plain(other)) and self.value < plain(other)

    def __le__(self, other: Any) -> bool:
        return near(self.value, plain(other)) and self.value <= plain(other)

    def __gt__(self, other: Any) -> bool:
        return near(self.value, plain(other)) and self.value > plain(other)

    def __ge__(self, other: Any) -> bool:
        return near(self.value, plain(other)) and self.value >= plain(other)

    def __eq__(self, other: object) -> bool:
        return near(self.value, plain(other)) and self.value == plain(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    # Functions: called by `DualMath`, and by NumPy for arrays of objects

    def sin(self) -> Dual:
        return self.along(math.sin(self.value), math.cos(self.value))

    def cos(self) -> Dual:
        return self.along(math.cos(self.value), -math.sin(self.value))

    def tanh(self) -> Dual:
        value = math.tanh(self.value)
        return self.along(value, 1.0 - value * value)

    def arctan(self) -> Dual:
        return self.along(math.atan(self.value), 1.0 / (1.0 + self.value * self.value))

    def exp(self) -> Dual:
        value = math.exp(self.value)
        return self.along(value, value)

    def log(self) -> Dual:
        return self.along(math.log(self.value), 1.0 / self.value)

    def sqrt(self) -> Dual:
        value = math.sqrt(self.value)
        return self.along(value, 0.5 / value)


class DualMath:
    """Stands in for the module `math`."""

    def __getattr__(self, name: str) -> Any:
        function = getattr(math, name)
        method = {"atan": "arctan"}.get(name, name)

        def call(x: Any) -> Any:
            if hasattr(x, "item"):  # a NumPy array of one object
                x = x.item()
            return getattr(x, method)() if isinstance(x, Dual) else function(x)

        setattr(self, name, call)
        return call


class DualNumpy:
    """Stands in for `numpy`: its functions of one argument want every element of an array of objects to have the method."""

    def __getattr__(self, name: str) -> Any:
        function = getattr(np, name)
        if name in MAKING:
            return lambda *args: function(*args).astype(object)
        if not hasattr(Dual, name):
            return function

        def call(x: Any, **keywords: Any) -> Any:
            if isinstance(x, np.ndarray) and x.dtype == object:
                x = dual_items(x)
            return function(x, **keywords)

        return call


dual_items = np.frompyfunc(lambda item: item if isinstance(item, Dual) else Dual(float(item)), 1, 1)
"""An array of objects with a dual number in each place."""


def scalar(x: Any) -> bool:
    return isinstance(x, Dual) or not hasattr(x, "shape") or x.shape == ()


def plain(x: Any) -> Any:
    return x.value if isinstance(x, Dual) else x


def near(a: Any, b: Any) -> bool:
    """Always true; counts a near tie."""
    Ties.count += abs(a - b) < TIE
    return True


def through(x: Any = 0.0) -> Any:
    """Stands in for `float`."""
    return x if isinstance(x, Dual) else float(x)
