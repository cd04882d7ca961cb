"""The functions of `np.linalg` that are other functions under a stricter name, or a few of them: composites.

>>> from wengert.rules.table import lookup
>>> lookup("np.linalg.matrix_power").family
'composite'
"""

from __future__ import annotations

import operator

from wengert.ir.build import Builder
from wengert.ir.core import Atom
from wengert.ir.kinds import UNKNOWN, Kind, axes_of, dtype_of
from wengert.rules.composite import composite
from wengert.rules.result_kinds import as_result, promoted, value_of
from wengert.rules.sequences import item_kinds
from wengert.rules.solving import refused
from wengert.rules.table import Call, KindOf, constant
from wengert.rules.tangents import by_tangent

composite("y = np.linalg.matrix_transpose(x)", "np.swapaxes(x, -1, -2)")
composite("z = np.linalg.matmul(x, y)", "np.matmul(x, y)")
composite("z = np.linalg.outer(x, y)", "np.outer(x, y)")
composite("z = np.linalg.cross(x, y, *, axis=-1)", "np.cross(x, y, axis=axis)", of=("x", "y"))
composite("z = np.linalg.vecdot(x, y, *, axis=-1)", "np.vecdot(x, y, axis=axis)", of=("x", "y"))
composite("z = np.linalg.tensordot(x, y, *, axes=2)", "np.tensordot(x, y, axes=axes)", of=("x", "y"))
composite("y = np.linalg.diagonal(x, *, offset=0)", "np.diagonal(x, offset, axis1=-2, axis2=-1)", of=("x",))
composite("y = np.linalg.trace(x, *, offset=0)", "np.sum(np.diagonal(x, offset, axis1=-2, axis2=-1), axis=-1)", of=("x",))
composite(
    "x = np.linalg.tensorsolve(a, b)", "np.reshape(np.linalg.solve(np.reshape(a, (b.size, -1)), np.ravel(b)), a.shape[b.ndim:])"
)


def _tensorinv(b: Builder, call: Call) -> Atom:
    ind = value_of(call, b.kind, "ind")
    flat = b.text(f"np.reshape(a, (np.size(a[{', '.join('0' * ind)}]), -1))", call.names)
    return b.text(f"np.reshape(np.linalg.inv(m), a.shape[{ind}:] + a.shape[:{ind}])", {**call.names, "m": flat})


composite("y = np.linalg.tensorinv(a, ind=2)", _tensorinv, of=("a",))


def _power(b: Builder, call: Call) -> Atom:
    """The products that NumPy forms: squares, and of them those that the binary digits of n name."""
    n, x = value_of(call, b.kind, "n"), call["x"]
    if n == 0:
        return b.text("np.zeros_like(x) + np.eye(x.shape[-1], dtype=x.dtype)", call.names)
    if n < 0:
        n, x = -n, b.apply("np.linalg.inv", x)
    if n == 3:
        return b.apply("np.matmul", b.apply("np.matmul", x, x), x)
    square: Atom | None = None
    result: Atom | None = None
    while n > 0:
        square = x if square is None else b.apply("np.matmul", square, square)
        n, bit = divmod(n, 2)
        if bit:
            result = square if result is None else b.apply("np.matmul", result, square)
    assert result is not None
    return result if result != x else b.apply("copy", x)


composite("y = np.linalg.matrix_power(x, n)", _power, of=("x",))


def _multi_dot_kind(call: Call, kind: KindOf) -> Kind:
    kinds = item_kinds(kind(call["arrays"])) or ()
    axes, dtype = [axes_of(k) for k in kinds], promoted("mul", operator.mul, kinds[:1] * 2)
    if len(kinds) < 2 or axes[0] is None or axes[-1] is None or any(dtype_of(k) != dtype for k in kinds):
        return UNKNOWN
    return as_result(str(dtype), (*axes[0][:-1], *axes[-1][1:]))


def _multi_dot(call: Call, kind: KindOf) -> str:
    """The product rule: for each matrix the products on its left and on its right."""
    kinds = item_kinds(kind(call["arrays"]))
    if kinds is None:
        raise refused(call, "a list whose length is not known")
    last = len(kinds) - 1
    lines = ["l0 = arrays[0]", f"r{last} = arrays[{last}]"]
    lines += [f"l{i} = l{i - 1} @ arrays[{i}]" for i in range(1, last)]
    lines += [f"r{i} = arrays[{i}] @ r{i + 1}" for i in range(last - 1, 0, -1)]
    terms = [
        " @ ".join([*([f"l{i - 1}"] if i else []), f"arrays_dot[{i}]", *([f"r{i + 1}"] if i < last else [])])
        for i in range(last + 1)
    ]
    return "\n".join([*lines, f"y_dot = {' + '.join(terms)}"])


by_tangent("y = np.linalg.multi_dot(arrays)", _multi_dot, kind=_multi_dot_kind, sequences=frozenset({"arrays"}))
constant("y = np.linalg.matrix_rank(x, tol=None, hermitian=False, *, rtol=None)")
