"""What has no derivative and must leave those around it right: the rows of `tests/data/primitives.csv` of scope `nondiff` and `side`.

Each is put into a function of `x` beside something with a derivative; the line must run exactly once, give what it gives without us, and the
gradient must be that of the rest. `CALLS` says how a function is called; for others the first of `ARGUMENTS` that it takes will do.
"""

from __future__ import annotations

import copy
import linecache
import logging
import os
import time
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import probes
from probes import OPERANDS, Row

from wengert import value_and_grad

ARGUMENTS = (
    "x", "x, y", "k", "k, k", "m", "m, m", "3", "3, 3", "(3, 4)", "x, 0.5", "np.float64", "np.float64, np.float32", "'f8'", "M", "M, 1", "(2, 1), (3,)",
    "5, 2.0", "A, np.triu", "k, (4, 4)", "(k, k), (4, 4)", "x[None], (1, 4)", "z",
)  # fmt: skip
"""Argument lists that are tried, in this order."""

CALLS = {
    "np.empty": "np.empty((3, 4)).shape", "np.empty_like": "np.empty_like(x).shape", "np.busday_count": "np.busday_count('2024-01-01', '2024-02-01')", "np.busday_offset": "np.busday_offset('2024-01-01', 3)",
    "np.is_busday": "np.is_busday('2024-01-01')", "np.isnat": "np.isnat(np.datetime64('NaT'))", "np.einsum_path": "np.einsum_path('i,i->', x, y)[0]",
    "np.broadcast_shapes": "np.broadcast_shapes((3, 1), (4,))", "np.isdtype": "np.isdtype(x.dtype, 'real floating')",
    "np.mintypecode": "np.mintypecode(['d', 'f'])", "np.unravel_index": "np.unravel_index(3, (2, 2))", "np.searchsorted": "np.searchsorted(q, x)",
    "np.ravel_multi_index": "np.ravel_multi_index((1, 1), (2, 2))", "np.digitize": "np.digitize(x, q)", "np.mask_indices": "np.mask_indices(3, np.triu)",
    "np.packbits": "np.packbits(m)", "np.unpackbits": "np.unpackbits(np.array([3], np.uint8))", "np.isin": "np.isin(k, [2])",
    "np.argpartition": "np.argpartition(x, 1)", "np.diag_indices_from": "np.diag_indices_from(A)", "np.kaiser": "np.kaiser(5, 2.0)",
    "np.left_shift": "np.left_shift(k, 1)", "np.right_shift": "np.right_shift(k, 1)", "np.tril_indices_from": "np.tril_indices_from(A)",
    "np.triu_indices_from": "np.triu_indices_from(A)", "np.indices": "np.indices((2, 3))", "np.can_cast": "np.can_cast('f4', 'f8')",
    "np.isfortran": "np.isfortran(x)", "np.common_type": "np.common_type(x)", "np.result_type": "np.result_type(x, 1.0)", "np.lexsort": "np.lexsort((x, y))",
    "np.nonzero": "np.nonzero(x)", "np.min_scalar_type": "np.min_scalar_type(3)", "np.typename": "np.typename('d')", "np.iterable": "np.iterable(x)",
    "np.linalg.eigh[complex]": "np.linalg.eigh(H)[0]", "scipy.special.eval_hermite": "", "scipy.special.eval_hermitenorm": "",
    "scipy.special.gammasgn": "sp.gammasgn(x)", "scipy.special.round": "sp.round(x)", "np.intersect1d": "np.intersect1d(k, k)",
    # the language
    "len": "len(x)", "range": "list(range(3))", "enumerate": "[i for i, v in enumerate(x)]", "zip": "[i for i, v in zip(range(4), x)]",
    "reversed": "[i for i in reversed(range(4))]", "map": "list(map(str, [1, 2]))", "filter": "list(filter(None, [0, 1]))",
    "isinstance": "isinstance(x, np.ndarray)", "int": "int(x[0])", "bool": "bool(x[0])", "str": "str(x[0])", "repr": "repr(x[0])", "print": "print(end='')",
    "type": "type(x)", "hasattr": "hasattr(x, 'shape')", "getattr": "getattr(x, 'shape')", "callable": "callable(np.sin)", "id": "id(x) > 0",
    "hash": "hash(3)", "any": "any([False, True])", "all": "all([False, True])", "slice": "slice(1, 2)", "list": "list((1, 2))", "tuple": "tuple([1, 2])",
    "dict": "dict(a=1)", "set": "set([1])", "iter": "next(iter([1]))", "next": "next(iter([1]))", "assert statement": "assert x[0] > -9; 0",
    "raise statement": "0; if x[0] < -9: raise ValueError(x)", "comparison x < y": "x[0] < y[0]", "not / and / or": "not (x[0] < 0 and y[0] < 0 or False)",
    "x is None": "x is None", "f-string": "f'{x[0]:.3f}'", "logging.*": "logging.debug('x = %s', 1.0)", "warnings.warn": "warnings.warn('look', stacklevel=1)",
    "time.*": "time.time() > 0", "np.random.Generator.*": "RANDOM.normal() > -99", "copy.deepcopy": "copy.deepcopy([1, 2])",
    "np.errstate": "0; with np.errstate(all='ignore'): pass", "math.isclose": "math.isclose(x[0], x[0])", "math.comb": "math.comb(5, 2)",
    "math.factorial": "math.factorial(4)", "math.gcd": "math.gcd(4, 6)", "math.isqrt": "math.isqrt(10)", "math.lcm": "math.lcm(4, 6)",
    "math.perm": "math.perm(5, 2)", "ndarray.flags": "x.flags.writeable", "ndarray.searchsorted": "q.searchsorted(0.5)", "ndarray.argpartition": "x.argpartition(1)",
    # with an effect
    "np.base_repr": "np.base_repr(5)", "np.binary_repr": "np.binary_repr(5)", "np.datetime_as_string": "np.datetime_as_string(np.datetime64('2024-01-01'))",
    "np.datetime_data": "np.datetime_data('M8[D]')", "np.frombuffer": "np.frombuffer(b'12345678')", "np.from_dlpack": "np.from_dlpack(q).shape",
    "np.fromstring": "np.fromstring('1 2', sep=' ')", "np.savetxt": "np.savetxt(os.devnull, q)", "np.save": "np.save(os.devnull + '', q)",
    "np.frompyfunc": "np.frompyfunc(len, 1, 1)", "np.seterr": "np.seterr(all='ignore')", "np.setbufsize": "np.setbufsize(8192)", "np.geterr": "np.geterr()",
    "np.getbufsize": "np.getbufsize()", "np.geterrcall": "np.geterrcall()", "np.seterrcall": "np.seterrcall(None)",
    "np.set_printoptions": "np.set_printoptions(precision=8)", "np.printoptions": "0; with np.printoptions(precision=3): pass",
    "np.get_printoptions": "np.get_printoptions()['precision']", "np.get_include": "np.get_include()",
}  # fmt: skip
"""How rows are called. What stands before a `;` is the value, if it is an expression; after it come further statements."""

NOT_RUN = frozenset({
    "np.test", "np.linalg.test", "np.fft.test", "np.show_config", "np.show_runtime", "np.info", "np.fromfile", "np.fromregex", "np.genfromtxt", "np.load",
    "np.loadtxt", "np.savez", "np.savez_compressed", "np.save", "np.nested_iters", "np.unpackbits", "scipy.special.eval_hermite",
    "scipy.special.eval_hermitenorm",
})  # fmt: skip
"""Functions that run NumPy's own tests, print pages or need files; and two whose argument is an integer."""


def space() -> dict[str, Any]:
    names = {"np": np, "math": __import__("math"), "os": os, "logging": logging, "warnings": warnings, "time": time, "copy": copy}
    return {**names, "RANDOM": np.random.default_rng(1), "__name__": "passing", **{key: OPERANDS[key] for key in OPERANDS if key != "x"}}


def statements(row: Row) -> list[str]:
    """The lines that use a row; `t` is what they give."""
    if row.name in CALLS:
        call = CALLS[row.name]
    elif row.name.startswith("ndarray."):
        name = row.name.partition(".")[2]
        call = f"x.{name}()" if callable(getattr(np.ones(1), name)) else f"x.{name}"
    else:
        call = next((text for arguments in ARGUMENTS if _works(text := f"{row.name}({arguments})")), "")
    if not call:
        return []
    first, *rest = (part.strip() for part in call.split(";"))
    return [first, "t = 0"] if first.startswith("assert") else [f"t = {first}", *rest]


def _works(text: str) -> bool:
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            eval(text, {**space(), "x": OPERANDS["x"].copy()})
    except Exception:  # noqa: BLE001 - another argument list may do
        return False
    return True


def function_of(row: Row, lines: list[str], keep: Callable[[Any], Any]) -> Callable[..., Any]:
    text = "def passing(x):\n" + "".join(f"    {line}\n" for line in (*lines, "KEEP(t)", "return np.sum(x * x)"))
    file = f"<passing {row.name} {id(keep)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    names = {**space(), "KEEP": keep}
    if row.name.startswith("scipy"):
        names["sp"] = __import__("scipy.special").special
    exec(compile(text, file, "exec"), names)
    made: Callable[..., Any] = names["passing"]
    return made


def check(row: Row) -> bool:
    """Run the row in a gradient; False if it is one of those that are not run."""
    if row.name in NOT_RUN or not (lines := statements(row)):
        return False
    x = OPERANDS["x"].copy()
    plain: list[Any] = []
    seen: list[Any] = []
    options = np.get_printoptions(), np.geterr()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            function_of(row, lines, plain.append)(x)
            value, gradient = value_and_grad(function_of(row, lines, seen.append))(x)
    finally:
        np.set_printoptions(**options[0])
        np.seterr(**options[1])
    np.testing.assert_allclose(gradient, 2 * x, rtol=1e-15)
    if len(seen) != 1 or value != np.sum(x * x):
        raise probes.Wrong(f"the line ran {len(seen)} times, the value is {value}")
    if not _alike(plain[0], seen[0]):
        raise probes.Wrong(f"gave {seen[0]!r}, not {plain[0]!r}")
    return True


def _alike(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(_alike, a, b))
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and (a.dtype == object or bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")))
    return isinstance(a, (types.FunctionType, np.ufunc)) or repr(a) == repr(b)
