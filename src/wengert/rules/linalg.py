"""Products of vectors and matrices: dot, matmul, outer, inner, vdot.

Which text is right depends on the number of axes, so the kinds have to know it. Where stacks of matrices were broadcast,
the contribution is summed to the operand's shape.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable

from wengert import errors
from wengert.ir.axes import Axis, broadcast_axes
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import NUMERIC, UNKNOWN, Array, Kind, NumpyScalar, Sparse, axes_of
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
    kinds = [b.kind(call[name]) for name in call.primitive.parameters[:2]]
    x, y = (2 if isinstance(kind, Sparse) else ndim_of(kind) for kind in kinds)
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


def contracted(b: Builder, call: Call, z_bar: Atom, parameter: str, over: tuple[tuple[int, ...], tuple[int, ...]]) -> Atom:
    """The contribution for a product that sums over these axes of x and y; the result has x's other axes, then y's.

    The bar is summed with the other operand over that one's remaining axes, and its axes are put into the operand's order.
    """
    x, y = _axes(b, call)
    rest = [[axis for axis in range(ndim) if axis not in gone] for ndim, gone in zip((x, y), over)]
    mine, other = (0, 1) if parameter == "x" else (1, 0)
    theirs = range(len(rest[0]), len(rest[0]) + len(rest[1])) if mine == 0 else range(len(rest[0]))
    shared = b.apply("tuple", _tuple(b, theirs), _tuple(b, rest[other]))
    operand = call.primitive.parameters[other]
    if mine == 0:
        found = b.apply("np.tensordot", z_bar, call[operand], shared)
        order = [*rest[0], *(over[0][k] for k in sorted(range(len(over[1])), key=over[1].__getitem__))]
    else:
        shared = b.apply("tuple", _tuple(b, rest[other]), _tuple(b, theirs))
        found = b.apply("np.tensordot", call[operand], z_bar, shared)
        order = [*(over[1][k] for k in sorted(range(len(over[0])), key=over[0].__getitem__)), *rest[1]]
    if order == list(range(len(order))):
        return found
    back = [order.index(axis) for axis in range(len(order))]
    return b.apply("np.transpose", found, _tuple(b, back))


def _tuple(b: Builder, numbers: Iterable[int]) -> Atom:
    return b.apply("tuple", *map(Const, numbers))


def _scaled(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    """An operand is a number."""
    found = b.text("z_bar * y" if parameter == "x" else "z_bar * x", {**call.names, "z_bar": z_bar})
    return fit(b, found, b.kind(call[parameter]), lambda: call[parameter])


def _dot_vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    x, y = _axes(b, call)
    if 0 in (x, y):
        return _scaled(b, call, z_bar, parameter)
    if max(x, y) > 2:
        return contracted(b, call, z_bar, parameter, ((x - 1,), (max(y - 2, 0),)))
    return _matmul_vjp(b, call, z_bar, parameter)


def _inner_vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    x, y = _axes(b, call)
    if 0 in (x, y):
        return _scaled(b, call, z_bar, parameter)
    texts = {  # of two vectors the primal only reads; each adjoint writes an array: some ten times as long
        (1, 1): ("z_bar * y", "z_bar * x"),
        (2, 2): ("z_bar @ y", "z_bar.T @ x"),
        (2, 1): ("np.outer(z_bar, y)", "x.T @ z_bar"),
        (1, 2): ("z_bar @ y", "np.outer(z_bar, x)"),
    }.get((x, y))
    if texts is None:
        return contracted(b, call, z_bar, parameter, ((x - 1,), (y - 1,)))
    return b.text(texts[parameter == "y"], {**call.names, "z_bar": z_bar})


def _outer_vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    """Operands of several axes are taken as vectors, numbers as vectors of length 1.

    The primal only writes; each adjoint reads all of `z_bar`, which has more numbers than both operands.
    """
    names, ndims = {**call.names, "z_bar": z_bar}, dict(zip("xy", _axes(b, call)))
    other = "y" if parameter == "x" else "x"
    if ndims[other] != 1:
        names[other] = b.text(f"np.ravel({other})", names)
    found = b.text("z_bar @ y" if parameter == "x" else "x @ z_bar", names)
    if ndims[parameter] == 1:
        return found
    return b.text("g.reshape(x.shape)" if ndims[parameter] else "g[0]", {"g": found, "x": call[parameter]})


def _vdot_vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    x, y = _axes(b, call)
    if x != y:
        raise errors.error("W044", call.line.place, name=call.line.op, what="operands of different shapes")
    return b.text("conj(z_bar * y)" if parameter == "x" else "z_bar * conj(x)", {**call.names, "z_bar": z_bar})


def product_kind(call: Call, kind: KindOf) -> Kind:
    """The axes of a product: the last of x meets the one before the last of y, stacks of matrices broadcast."""
    op = call.primitive.op
    kinds = [kind(call[name]) for name in call.primitive.parameters[:2]]
    if all(isinstance(k, Sparse) for k in kinds):
        return kinds[0] if kinds[0] == kinds[1] else UNKNOWN
    kinds = [Array(k.dtype, (f"{call.result}:m", f"{call.result}:n")) if isinstance(k, Sparse) else k for k in kinds]
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
        flat = [axes[0] if len(axes) == 1 else 1 if not axes else f"{fresh}:{k}" for k, axes in enumerate((x, y))]
        return (flat[0], flat[1])
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


bilinear("z = x @ y", _matmul_vjp, kind=product_kind, cost=100)
bilinear("z = np.matmul(x, y)", _matmul_vjp, kind=product_kind, cost=100)
bilinear("z = np.dot(x, y)", _dot_vjp, kind=product_kind, method=True, cost=100)
bilinear("z = np.inner(x, y)", _inner_vjp, kind=product_kind, cost=100)
bilinear("z = np.outer(x, y)", _outer_vjp, kind=product_kind, cost=100)
bilinear("z = np.vdot(x, y)", _vdot_vjp, kind=product_kind, cost=100)
also_called(operator.matmul, "matmul")
