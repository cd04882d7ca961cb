"""Products of vectors and matrices: dot, matmul, outer, inner, vdot.

Which text is right depends on the number of axes, so the kinds have to know it. Where stacks of matrices were broadcast,
the contribution is summed to the operand's shape.
"""

from __future__ import annotations

import operator

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import Atom
from wengert.ir.kinds import NUMERIC, UNKNOWN, Array, Axis, Kind, NumpyScalar, axes_of, broadcast_axes
from wengert.rules.fitting import fit, ndim_of
from wengert.rules.result_kinds import promoted
from wengert.rules.table import Call, KindOf, also_called, bilinear

DOT: dict[tuple[int, int, str], str] = {
    (1, 1, "x"): "z_bar * y",
    (1, 1, "y"): "z_bar * x",
    (2, 1, "x"): "np.outer(z_bar, y)",
    (2, 1, "y"): "x.T @ z_bar",
    (1, 2, "x"): "y @ z_bar",
    (1, 2, "y"): "np.outer(x, z_bar)",
    (2, 2, "x"): "z_bar @ y.T",
    (2, 2, "y"): "x.T @ z_bar",
}
"""By the numbers of axes: the contribution to an operand."""


def _axes(b: Builder, call: Call) -> tuple[int, int]:
    x, y = (ndim_of(b.kind(call[name])) for name in call.primitive.parameters[:2])
    if x is None or y is None:
        raise errors.error("W044", call.line.place, name=call.line.op, what="operands whose number of axes is not known")
    return x, y


def _matmul_vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    x, y = _axes(b, call)
    text = DOT.get((x, y, parameter))
    if text is None:
        if y == 1:
            text = "z_bar[..., None] * y" if parameter == "x" else "z_bar.reshape(-1) @ x.reshape((-1, x.shape[-1]))"
        elif x == 1:
            text = "(y @ z_bar[..., None])[..., 0]" if parameter == "x" else "x[:, None] * z_bar[..., None, :]"
        else:
            text = "z_bar @ np.swapaxes(y, -1, -2)" if parameter == "x" else "np.swapaxes(x, -1, -2) @ z_bar"
    found = b.text(text, {**call.names, "z_bar": z_bar})
    return found if max(x, y) < 3 else fit(b, found, b.kind(call[parameter]), lambda: call[parameter])


def _dot_vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    x, y = _axes(b, call)
    if 0 in (x, y):
        found = b.text("z_bar * y" if parameter == "x" else "z_bar * x", {**call.names, "z_bar": z_bar})
        return fit(b, found, b.kind(call[parameter]), lambda: call[parameter])
    if max(x, y) > 2:
        raise errors.error("W044", call.line.place, name=call.line.op, what="operands of more than two axes (`@` does)")
    return _matmul_vjp(b, call, z_bar, parameter)


def _inner_vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    x, y = _axes(b, call)
    texts = {
        (1, 1): ("z_bar * y", "z_bar * x"),
        (2, 2): ("z_bar @ y", "z_bar.T @ x"),
        (2, 1): ("np.outer(z_bar, y)", "x.T @ z_bar"),
        (1, 2): ("z_bar @ y", "np.outer(z_bar, x)"),
    }.get((x, y))
    if texts is None:
        raise errors.error("W044", call.line.place, name=call.line.op, what="operands that are not vectors or matrices")
    return b.text(texts[parameter == "y"], {**call.names, "z_bar": z_bar})


def _outer_vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    if _axes(b, call) != (1, 1):
        raise errors.error("W044", call.line.place, name=call.line.op, what="operands that are not vectors")
    return b.text("z_bar @ y" if parameter == "x" else "x @ z_bar", {**call.names, "z_bar": z_bar})


def _vdot_vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    x, y = _axes(b, call)
    if x != y:
        raise errors.error("W044", call.line.place, name=call.line.op, what="operands of different shapes")
    return b.text("z_bar * y" if parameter == "x" else "z_bar * x", {**call.names, "z_bar": z_bar})


def _product_kind(call: Call, kind: KindOf) -> Kind:
    """The axes of a product: the last of x meets the one before the last of y, stacks of matrices broadcast."""
    op = call.primitive.op
    kinds = [kind(call[name]) for name in call.primitive.parameters[:2]]
    x, y = (axes_of(k) for k in kinds)
    dtype = promoted("mul", operator.mul, kinds)
    if x is None or y is None or dtype is None:
        return NUMERIC if all(isinstance(k, (Array, NumpyScalar)) or k == NUMERIC for k in kinds) else UNKNOWN
    axes = _product_axes(op, x, y, call.result)
    return UNKNOWN if axes is None else Array(dtype, axes) if axes else NumpyScalar(dtype)


def _product_axes(op: str, x: tuple[Axis, ...], y: tuple[Axis, ...], fresh: str) -> tuple[Axis, ...] | None:
    if op == "np.vdot":
        return ()
    if op == "np.outer":
        return (x[0], y[0]) if len(x) == len(y) == 1 else None
    if op != "matmul" and op != "np.matmul" and () in (x, y):
        return x or y
    if not x or not y:
        return None
    if op == "np.inner":
        return (*x[:-1], *y[:-1])
    if op == "np.dot" and max(len(x), len(y)) > 2:
        return (*x[:-1], *y[:-2], *y[-1:]) if len(y) > 1 else x[:-1]
    stack = broadcast_axes([x[:-2], y[:-2]], fresh)
    return (*stack, *x[-2:-1], *(y[-1:] if len(y) > 1 else ()))


bilinear("z = x @ y", _matmul_vjp, kind=_product_kind, cost=100)
bilinear("z = np.matmul(x, y)", _matmul_vjp, kind=_product_kind, cost=100)
bilinear("z = np.dot(x, y)", _dot_vjp, kind=_product_kind, method=True, cost=100)
bilinear("z = np.inner(x, y)", _inner_vjp, kind=_product_kind, cost=100)
bilinear("z = np.outer(x, y)", _outer_vjp, kind=_product_kind, cost=100)
bilinear("z = np.vdot(x, y)", _vdot_vjp, kind=_product_kind, cost=100)
also_called(operator.matmul, "matmul")
