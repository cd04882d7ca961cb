"""Products over chosen axes: einsum, tensordot, kron, cross, convolve, and the products of stacks of vectors.

All are linear in each operand alone. The adjoint of an operand contracts the bar of the result with the other operands over the
axes that these have and it has not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from string import ascii_letters
from typing import Any

import numpy as np

from wengert import errors
from wengert.ir.axes import Axis
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import UNKNOWN, Kind, Text, axes_of, dtype_of
from wengert.rules.by_example import exemplified
from wengert.rules.composite import composite
from wengert.rules.fitting import fit, ndim_of
from wengert.rules.linalg import contracted
from wengert.rules.result_kinds import NotStatic, as_result, normalized, promoted, static, value_of
from wengert.rules.table import Call, KindOf, Vjp, again, bilinear, general


def axes_count(b: Builder, call: Call, name: str) -> int:
    found = ndim_of(b.kind(call[name]))
    if found is None:
        raise _unclear(call, "operands whose number of axes is not known")
    return found


def _unclear(call: Call, what: str) -> errors.Error:
    return errors.error("W044", call.line.place, name=call.line.op, what=what)


# einsum


def _subscripts(call: Call, kind: KindOf) -> tuple[list[str], str, list[str]]:
    """For each operand its letters, the letters of the result, and the operands' parameters; nothing is left implicit."""
    first = kind(call["subscripts"])
    if isinstance(first, Text):
        names = list(call.starred)
        written = static(first).replace(" ", "")
        inputs, arrow, output = written.partition("->")
        letters, result = inputs.split(","), output if arrow else None
    else:  # np.einsum(A, [0, 1], B, [1, 2], [0, 2])
        parts = ["subscripts", *call.starred]
        names = parts[: len(parts) // 2 * 2 : 2]
        letters = [_from_numbers(static(kind(call[name]))) for name in parts[1 : len(parts) // 2 * 2 : 2]]
        result = _from_numbers(static(kind(call[parts[-1]]))) if len(parts) % 2 else None
    counts = []
    for name, part in zip(names, letters):
        ndim = ndim_of(kind(call[name]))
        if ndim is None:
            raise NotStatic
        counts.append(ndim - len(part.replace("...", "")) if "..." in part else 0)
    free = [letter for letter in reversed(ascii_letters) if letter not in "".join(letters) + (result or "")]
    rest = "".join(reversed(free[: max(counts, default=0)]))
    letters = [part.replace("...", rest[len(rest) - count :]) for part, count in zip(letters, counts)]
    if result is None:
        seen = Counter("".join(letters))
        result = rest + "".join(sorted(letter for letter in seen if seen[letter] == 1 and letter not in rest))
    return letters, result.replace("...", rest), names


def _from_numbers(numbers: Sequence[object]) -> str:
    return "".join("..." if number is Ellipsis else ascii_letters[int(str(number))] for number in numbers)


def _einsum_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    """The bar takes the place of the operand, and the operand's letters are asked for.

    A letter that only this operand has was summed over: it meets ones. A letter that it has twice named a diagonal: it meets an identity.
    """
    try:
        letters, result, names = _subscripts(call, b.kind)
    except NotStatic:
        raise _unclear(call, "subscripts that are known only at run time") from None
    position = names.index(parameter)
    mine, x = letters[position], call[parameter]
    wanted, extra = "", []
    spare = iter(letter for letter in ascii_letters if letter not in "".join(letters) + result)
    others = [call[name] for name in names if name != parameter]
    inputs = [result, *(part for k, part in enumerate(letters) if k != position)]
    dtype = "" if dtype_of(b.kind(x)) in (None, "float64") else ", dtype=x.dtype"
    for axis, letter in enumerate(mine):
        if letter in wanted:
            new = next(spare)
            extra.append((letter + new, b.text(f"np.eye(x.shape[{axis}]{dtype})", {"x": x})))
            wanted += new
            continue
        if letter not in "".join(inputs):
            extra.append((letter, b.text(f"np.ones(x.shape[{axis}]{dtype})", {"x": x})))
        wanted += letter
    text = ",".join([*inputs, *(part for part, _ in extra)]) + f"->{wanted}"
    optimize = [] if call["optimize"] == Const(False) else [("optimize", call["optimize"])]
    bar = b.apply("np.einsum", Const(text), y_bar, *others, *(atom for _, atom in extra), keywords=optimize)
    return fit(b, bar, b.kind(x), lambda: x)


def multilinear(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    """The product rule for any number of operands."""
    parts = [again(b, call, {name: tangent}) for name, tangent in tangents.items()]
    total = parts[0]
    for part in parts[1:]:
        total = b.apply("add", total, part)
    return total


def _einsum_kind(call: Call, kind: KindOf) -> Kind:
    try:
        letters, result, names = _subscripts(call, kind)
    except (NotStatic, IndexError):
        return exemplified("subscripts", "operands")(call, kind)
    lengths: dict[str, Axis] = {}
    for name, part in zip(names, letters):
        for letter, axis in zip(part, axes_of(kind(call[name])) or ()):
            if lengths.get(letter, 1) == 1:
                lengths[letter] = axis
    dtype = promoted("mul", _multiplied, [kind(call[name]) for name in names])
    if dtype is None or any(letter not in lengths for letter in result):
        return UNKNOWN
    return as_result(dtype, tuple(lengths[letter] for letter in result))


def _multiplied(*values: Any) -> Any:
    return np.result_type(*values).type(1)


general("y = np.einsum(subscripts, *operands, optimize=False)", vjp=_einsum_vjp, jvp=multilinear, of=("subscripts", "operands"),
        kind=_einsum_kind, cost=100)  # fmt: skip


# tensordot, and the products that are one: inner, dot of stacks


def _contracted_axes(b: Builder, call: Call) -> tuple[tuple[int, ...], tuple[int, ...]]:
    x, y = axes_count(b, call, "x"), axes_count(b, call, "y")
    axes = value_of(call, b.kind, "axes")
    if isinstance(axes, int):
        return tuple(range(x - axes, x)), tuple(range(axes))
    first, second = axes
    return normalized(first, x), normalized(second, y)


def _tensordot_vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    try:
        over = _contracted_axes(b, call)
    except NotStatic:
        raise _unclear(call, "axes that are known only at run time") from None
    return contracted(b, call, z_bar, parameter, over)


bilinear("z = np.tensordot(x, y, axes=2)", _tensordot_vjp, kind=exemplified("x", "y"), cost=100)


# kron: every element of x times all of y


def _kron_vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    ndim = axes_count(b, call, "x")
    if axes_count(b, call, "y") != ndim or not ndim:
        raise _unclear(call, "operands of different numbers of axes")
    lengths = ", ".join(f"x.shape[{axis}], y.shape[{axis}]" for axis in range(ndim))
    outer, inner = ascii_letters[:ndim], ascii_letters[ndim : 2 * ndim]
    mixed = "".join(f"{i}{j}" for i, j in zip(outer, inner))
    other, mine = ("y", outer) if parameter == "x" else ("x", inner)
    theirs = inner if parameter == "x" else outer
    return b.text(f"np.einsum('{mixed},{theirs}->{mine}', z_bar.reshape(({lengths})), {other})", {**call.names, "z_bar": z_bar})


bilinear("z = np.kron(x, y)", _kron_vjp, kind=exemplified("x", "y"), cost=100)


# cross


def _cross(b: Builder, call: Call) -> Atom:
    """Component by component, which vectors of two components do not survive: a rule of `np.cross` itself could not tell them."""
    if any(b.kind(call[name]) != b.kind(Const(-1)) for name in ("axisa", "axisb", "axisc")) or value_of(call, b.kind, "axis") not in (None, -1):
        raise NotStatic
    names = {f"{name}{k}": b.text(f"{name}[..., {k}]" if axes_count(b, call, name) > 1 else f"{name}[{k}]", call.names)
             for k in range(3) for name in "xy"}  # fmt: skip
    return b.text("np.stack((x1 * y2 - x2 * y1, x2 * y0 - x0 * y2, x0 * y1 - x1 * y0), axis=-1)", names)


composite("z = np.cross(x, y, axisa=-1, axisb=-1, axisc=-1, axis=None)", _cross, of=("x", "y"))


# convolutions: the part that `mode` keeps is laid back into the whole; correlate is the convolution with the reversed


def _convolve_vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    names = {**call.names, "z_bar": z_bar}
    mode = value_of(call, b.kind, "mode")
    if axes_count(b, call, "x") != 1 or axes_count(b, call, "y") != 1:
        raise _unclear(call, "operands that are no vectors")
    if mode != "full":
        names["short"] = b.text("min(x.size, y.size) - 1", names)
        start = "short" if mode == "valid" else "short // 2"
        names["z_bar"] = b.text(f"np.pad(z_bar, ({start}, {'short' if mode == 'valid' else 'short - short // 2'}))", names)
    return b.text(f"np.convolve(z_bar, {'y' if parameter == 'x' else 'x'}[::-1], 'valid')", names)


bilinear("z = np.convolve(x, y, mode='full')", _convolve_vjp, kind=exemplified("x", "y"), cost=100)
composite("z = np.correlate(x, y, mode='valid')", "np.convolve(x, conj(y[::-1]), mode)", of=("x", "y"))


# products of stacks of vectors and matrices


def _stacked(**texts: str) -> Vjp:
    def vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
        if "axis" in call.arguments and call["axis"] != Const(-1):
            raise _unclear(call, "another axis than the last")
        scalar = axes_of(b.kind(call.result)) == ()
        text = texts[parameter].replace("z_bar[..., None]", "z_bar") if scalar else texts[parameter]
        found = b.text(text, {**call.names, "z_bar": z_bar})
        return fit(b, found, b.kind(call[parameter]), lambda: call[parameter])

    return vjp


bilinear("z = np.vecdot(x, y, *, axis=-1)", _stacked(x="conj(z_bar[..., None] * y)", y="z_bar[..., None] * conj(x)"), kind=exemplified("x", "y"))
bilinear("z = np.matvec(x, y)", _stacked(x="z_bar[..., None] * y[..., None, :]", y="np.vecmat(conj(z_bar), x)"), kind=exemplified("x", "y"))
bilinear("z = np.vecmat(x, y)", _stacked(x="conj(np.matvec(y, z_bar))", y="conj(x)[..., None] * z_bar[..., None, :]"), kind=exemplified("x", "y"))
