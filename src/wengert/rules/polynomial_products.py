"""Sums, products and quotients of polynomials, whose lengths are known only at run time: in the place of each a plain function
that computes, of vectors of coefficients, what NumPy's does.

`np.polyadd` and its kin count coefficients from the highest power down, `np.polynomial.polynomial.polyadd` and its kin from the
lowest up.

>>> polydiv(np.array([1.0, 3.0, 2.0]), np.array([1.0, 1.0]))
(array([1., 2.]), array([0.]))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any, TypeVar

import numpy as np
from numpy.polynomial import polynomial as _polynomial

from wengert.ir.kinds import Kind
from wengert.rules.fitting import ndim_of
from wengert.rules.stand_ins import OPAQUE, RESOLVERS

F = TypeVar("F", bound=Callable[..., Any])

_STAND_INS: dict[int, FunctionType] = {}


def _in_place_of(function: Any) -> Callable[[F], F]:
    """Decorate a function that computes, of vectors of coefficients, what NumPy's does."""

    def enter(stand_in: F) -> F:
        assert isinstance(stand_in, FunctionType)
        _STAND_INS[id(function)] = stand_in
        return stand_in

    return enter


def _resolve(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | str | None:
    """Only of vectors and numbers: of `np.poly1d` objects, and of the matrix of `np.poly`, NumPy makes something else."""
    found = _STAND_INS.get(id(function))
    if found is None:
        return None
    return found if all((ndim_of(kind) or 0) < 2 and ndim_of(kind) is not None for kind in (*kinds, *keywords.values())) else OPAQUE


RESOLVERS.append(_resolve)


@_in_place_of(np.polyadd)
def polyadd(a1: Any, a2: Any) -> Any:
    """The shorter one gets zeros in front."""
    a1, a2 = np.atleast_1d(a1), np.atleast_1d(a2)
    difference = len(a2) - len(a1)
    if difference > 0:
        return np.concatenate((np.zeros(difference, a1.dtype), a1)) + a2
    if difference < 0:
        return a1 + np.concatenate((np.zeros(-difference, a2.dtype), a2))
    return a1 + a2


@_in_place_of(np.polysub)
def polysub(a1: Any, a2: Any) -> Any:
    """As `polyadd`."""
    a1, a2 = np.atleast_1d(a1), np.atleast_1d(a2)
    difference = len(a2) - len(a1)
    if difference > 0:
        return np.concatenate((np.zeros(difference, a1.dtype), a1)) - a2
    if difference < 0:
        return a1 - np.concatenate((np.zeros(-difference, a2.dtype), a2))
    return a1 - a2


@_in_place_of(np.polymul)
def polymul(a1: Any, a2: Any) -> Any:
    """The convolution, without zeros in front."""
    return np.convolve(np.trim_zeros(a1, "f"), np.trim_zeros(a2, "f"))


@_in_place_of(np.polydiv)
def polydiv(u: Any, v: Any) -> Any:
    """Long division, as NumPy does it."""
    u, v = np.atleast_1d(u) + 0.0, np.atleast_1d(v) + 0.0
    m, n = len(u) - 1, len(v) - 1
    scale = 1.0 / v[0]
    q = np.zeros(max(m - n + 1, 1), u.dtype)
    r = u.copy()
    for k in range(m - n + 1):
        d = scale * r[k]
        q[k] = d
        r[k : k + n + 1] -= d * v
    while np.allclose(r[0], 0, rtol=1e-14) and r.shape[-1] > 1:
        r = r[1:]
    return q, r


@_in_place_of(np.poly)
def poly(seq_of_zeros: Any) -> Any:
    """The product of `x - zero` over the zeros."""
    a = np.ones(1)
    for zero in seq_of_zeros:
        a = np.convolve(a, np.array([1.0, -zero]))
    return a


@_in_place_of(_polynomial.polyadd)
def series_add(c1: Any, c2: Any) -> Any:
    """The shorter one gets zeros behind, and zeros behind the sum go."""
    c1, c2 = np.trim_zeros(c1, "b"), np.trim_zeros(c2, "b")
    difference = len(c2) - len(c1)
    if difference > 0:
        return np.concatenate((c1, np.zeros(difference, c1.dtype))) + c2
    if difference < 0:
        return c1 + np.concatenate((c2, np.zeros(-difference, c2.dtype)))
    return np.trim_zeros(c1 + c2, "b")


@_in_place_of(_polynomial.polysub)
def series_sub(c1: Any, c2: Any) -> Any:
    """As `polyadd`."""
    c1, c2 = np.trim_zeros(c1, "b"), np.trim_zeros(c2, "b")
    difference = len(c2) - len(c1)
    if difference > 0:
        return np.concatenate((c1, np.zeros(difference, c1.dtype))) - c2
    if difference < 0:
        return c1 - np.concatenate((c2, np.zeros(-difference, c2.dtype)))
    return np.trim_zeros(c1 - c2, "b")


@_in_place_of(_polynomial.polymul)
def series_mul(c1: Any, c2: Any) -> Any:
    """The convolution."""
    return np.convolve(np.trim_zeros(c1, "b"), np.trim_zeros(c2, "b"))


@_in_place_of(_polynomial.polypow)
def series_pow(c: Any, pow: int, maxpower: Any = None) -> Any:
    """Products one after the other."""
    c = np.trim_zeros(c, "b")
    if pow == 0:
        return np.ones(1)
    product = c
    for _ in range(2, pow + 1):
        product = np.convolve(product, c)
    return product
