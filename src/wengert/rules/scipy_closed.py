"""Which functions of SciPy are looked into like a user's helpers: few, and each is tested against differences.

SciPy's Python code is made for arrays of any library, works in buffers and ends in compiled parts. What has no row is refused by name
where something differentiated goes in, rather than for a line somewhere inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import isfunction
from typing import Any

from wengert.ir.kinds import Kind
from wengert.rules.stand_ins import LAST, OPAQUE

LOOKED_INTO = frozenset({"chirp", "_chirp_phase", "gausspulse", "wasserstein_distance", "energy_distance"})
"""Public Python functions of SciPy that are inlined: tests compare each with differences."""

CLOSED = ("signal", "ndimage", "interpolate", "integrate", "optimize", "sparse", "spatial")


def unknown(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> str | None:
    """Other functions of SciPy are not looked into: they work with masks, buffers and compiled parts."""
    module = getattr(function, "__module__", None) or ""
    name = getattr(function, "__name__", "")
    closed = module.startswith(tuple(f"scipy.{package}" for package in CLOSED))
    written = isfunction(function)  # the compiled ones have rules, or are refused where they are called
    public = written and module.startswith("scipy.stats") and not name.startswith("_")  # formulas are in `_logpdf` and the like
    return OPAQUE if (closed or public) and name not in LOOKED_INTO else None


LAST.append(unknown)
