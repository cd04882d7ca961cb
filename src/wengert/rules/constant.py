"""Functions without derivative: integers, truth values, steps, shapes, and what has an effect.

Their results are flat wherever a derivative exists; at a step (`floor`, `round`, `sign`) the derivative is 0 too.
"""

from __future__ import annotations

import bisect as bisect  # a row names a module that is imported
from typing import Any

import numpy as np

from wengert.ir.kinds import (
    FLOAT,
    INT,
    NUMERIC,
    RANGE,
    UNKNOWN,
    Array,
    Dict,
    Frozen,
    Kind,
    Known,
    List,
    NumpyScalar,
    Scalar,
    Text,
    Tuple,
    axes_of,
    scalar_type,
)
from wengert.ir.values import known
from wengert.rules import complex_numbers as complex_rows
from wengert.rules import elementwise as elementwise_rows
from wengert.rules.index_kinds import positional
from wengert.rules.result_kinds import always, elementwise_kind, reduction_kind
from wengert.rules.table import Call, KindOf, also_called, constant, elementwise, op_of
from wengert.runtime import first_extreme, order_of, stop_gradient

BOOL = Scalar("bool")

# ufuncs: all that have no row yet (so those have to be there) and one result are flat
assert op_of(np.sin) == "np.sin" and elementwise_rows and complex_rows
for _name, _function in sorted(vars(np).items()):  # not `dir`: NumPy imports submodules when they are asked for
    if not isinstance(_function, np.ufunc) or op_of(_function) is not None or _function.nout > 1 or _function.signature is not None:
        continue
    if _name == _function.__name__ or not hasattr(np, _function.__name__):
        _parameters = ("x", "y", "z")[: _function.nin]
        constant(f"r = np.{_name}({', '.join(_parameters)})", kind=elementwise_kind(*_parameters))

# of math
for _name in ("floor", "ceil", "trunc", "isqrt", "factorial"):
    constant(f"y = math.{_name}(x)", kind=always(INT))
for _name in ("gcd", "lcm"):
    constant(f"y = math.{_name}(*xs)", kind=always(INT))
for _name in ("isnan", "isinf", "isfinite"):
    constant(f"y = math.{_name}(x)", kind=always(BOOL))
constant("z = math.isclose(x, y, *, rel_tol=1e-9, abs_tol=0.0)", kind=always(BOOL))
constant("z = math.comb(x, y)", kind=always(INT))
constant("z = math.perm(x, y=None)", kind=always(INT))
constant("y = math.ulp(x)", kind=always(FLOAT))

# builtins


def _len(call: Call, kind: KindOf) -> Kind:
    match positional(kind(call["x"])):
        case Tuple(items) | List(_, tuple(items)) | Dict(items):
            return Known(len(items))
        case Array(_, (1, *_)):
            return Known(1)
    return INT


def _converted(python: type) -> Any:
    def kind_function(call: Call, kind: KindOf) -> Kind:
        value = kind(call["x"])
        if isinstance(value, Known) and type(value.value) in (int, bool):
            return known(python(value.value))
        return Scalar(python.__name__)

    return kind_function


def _rounded(call: Call, kind: KindOf) -> Kind:
    value = kind(call["x"])
    if kind(call["digits"]) != Known(None):
        return value if isinstance(value, NumpyScalar) else Scalar(scalar_type(value) or "") if scalar_type(value) else UNKNOWN
    return INT if scalar_type(value) or isinstance(value, NumpyScalar) else UNKNOWN


constant("y = len(x)", kind=_len)
constant("y = order_of(keys, reverse=False)", kind=always(List(INT)), cost=100)
constant("y = first_extreme(keys, greatest)", kind=always(INT), cost=100)
constant("y = slice_bounds(length, index)", kind=always(Tuple((INT, INT))))
also_called(order_of, "order_of")
also_called(first_extreme, "first_extreme")
constant("y = int(x)", kind=_converted(int))
constant("y = bool(x)", kind=_converted(bool))
constant("y = round(x, digits=None)", kind=_rounded)
constant("y = range(*bounds)", kind=always(RANGE))
constant("y = str(x)", kind=always(Text()))
constant("y = repr(x)", kind=always(Text()))
elementwise("y = float(x)", "x_bar += y_bar", kind=always(FLOAT), cost=1)


def _isinstance(call: Call, kind: KindOf) -> Kind:
    value, asked = kind(call["x"]), kind(call["y"])
    python = scalar_type(value)
    found: type | None = None
    if python and python != "number":
        found = {"float": float, "int": int, "bool": bool, "complex": complex}[python]
    elif isinstance(value, NumpyScalar):
        found = np.dtype(value.dtype).type
    else:
        found = {Array: np.ndarray, Tuple: tuple, Frozen: tuple, List: list, Dict: dict, Text: str}.get(type(value))
    given = [getattr(k, "value", None) for k in (asked.items if isinstance(asked, Tuple) else (asked,))]
    classes = tuple(c for c in given if isinstance(c, type))
    return BOOL if found is None or len(classes) < len(given) else Known(issubclass(found, classes))


constant("z = isinstance(x, y)", kind=_isinstance)
constant("z = callable(x)", kind=always(BOOL))
constant("y = print(*values, sep=' ', end='\\n', file=None, flush=False)", kind=always(Known(None)), pure=False)
constant("y = input(x='')", kind=always(Text()), pure=False)

for _name in ("bisect", "bisect_left"):
    constant(f"i = bisect.{_name}(a, x, lo=0, hi=None)", kind=always(INT), cost=4)

# shapes


def _shape(call: Call, kind: KindOf) -> Kind:
    axes = axes_of(kind(call["x"]))
    return UNKNOWN if axes is None else Tuple(tuple(Known(1) if axis == 1 else INT for axis in axes))


def _size(call: Call, kind: KindOf) -> Kind:
    axes = axes_of(kind(call["x"]))
    return Known(1) if axes is not None and all(axis == 1 for axis in axes) else INT


def _ndim(call: Call, kind: KindOf) -> Kind:
    axes = axes_of(kind(call["x"]))
    return INT if axes is None else Known(len(axes))


constant("y = np.shape(x)", kind=_shape, attribute="shape")
constant("y = np.size(x, axis=None)", kind=_size, attribute="size")
constant("y = np.ndim(x)", kind=_ndim, attribute="ndim")

# reductions to positions, counts and truth values
for _name in ("argmax", "argmin", "any", "all"):
    constant(f"y = np.{_name}(x, axis=None, *, keepdims=False)", kind=reduction_kind, method=True, cost=100)


def _counted(call: Call, kind: KindOf) -> Kind:
    if axes_of(kind(call["x"])) and kind(call["axis"]) == Known(None) and kind(call["keepdims"]) == Known(False):
        return NUMERIC  # an int or an np.int64, by the version of NumPy
    found = reduction_kind(call, kind)
    return Array("int64", found.axes) if isinstance(found, Array) else NumpyScalar("int64")


constant("y = np.count_nonzero(x, axis=None, *, keepdims=False)", kind=_counted, cost=100)
constant("y = np.argsort(x, axis=-1, kind=None, *, stable=None)", kind=lambda call, kind: _index_like(kind(call["x"])), method=True, cost=100)
constant("y = np.argpartition(x, kth, axis=-1)", kind=lambda call, kind: _index_like(kind(call["x"])), method=True, cost=100)
constant("y = np.flatnonzero(x)", kind=lambda call, kind: Array("int64", (f"{call.result}:0",)), cost=100)
constant("y = np.searchsorted(x, v, side='left', sorter=None)", kind=lambda call, kind: _positions(kind(call["v"])), method=True, cost=100)
constant("y = np.broadcast_shapes(*shapes)")
constant("y = np.round(x, decimals=0)", kind=elementwise_kind("x"), method=True)
constant("y = np.allclose(x, y, rtol=1e-5, atol=1e-8)", kind=always(BOOL), cost=100)
constant("y = np.array_equal(x, y)", kind=always(BOOL), cost=100)


def _positions(kind: Kind) -> Kind:
    axes = axes_of(kind)
    return UNKNOWN if axes is None else Array("int64", axes) if axes else NumpyScalar("int64")


def _index_like(kind: Kind) -> Kind:
    return Array("int64", kind.axes) if isinstance(kind, Array) else UNKNOWN


constant("y = np.isclose(x, y, rtol=1e-5, atol=1e-8)", kind=elementwise_kind("x", "y"))

# what the user says does not vary: the value itself, in every mode and at every level
constant("y = stop_gradient(x)", kind=lambda call, kind: kind(call["x"]), view=True, cost=0)
also_called(stop_gradient, "stop_gradient")

# questions about arrays, their text, positions in them: whatever the keywords are
for _name in (
    "array2string", "array_equiv", "array_repr", "array_str", "common_type", "einsum_path", "fix", "iscomplex", "iscomplexobj",
    "isfortran", "isneginf", "isposinf", "isreal", "isrealobj", "iterable", "lexsort", "may_share_memory", "nanargmax", "nanargmin", "result_type",
    "shares_memory", "isscalar", "format_float_positional", "format_float_scientific", "can_cast", "issubdtype",
):  # fmt: skip
    constant(f"y = np.{_name}(*operands)", lenient=True, cost=100)
for _name in ("strides", "flags", "nbytes", "itemsize"):
    constant(f"y = np.{_name}(x)", method=_name, attribute=_name)
constant("y = np.tobytes(x)", method="tobytes", cost=100)
constant("y = id(x)", kind=always(INT))
also_called(np.around, "np.round")
