"""Give a contribution the shape of its operand: the reverse of broadcasting, for rules that must do it themselves.

>>> from wengert.ir.kinds import Array
>>> from wengert.ir.axes import MANY
>>> from wengert.rules.line_kinds import kinds_of_line
>>> b = Builder(kinds={"g": Array("float64", (MANY, MANY)), "x": Array("float64", (MANY,))}, rule=kinds_of_line)
>>> fit(b, "g", b.kind("x"), lambda: "x")
'%0'
>>> [(line.op, line.args, line.keywords) for line in b.lines]
[('np.sum', ('g',), (('axis', Const(value=0, spelled=None)),))]
"""

from __future__ import annotations

from collections.abc import Callable

from wengert.ir.axes import same_axis
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import Kind, axes_of


def fit(b: Builder, g: Atom, kind: Kind, operand: Callable[[], Atom]) -> Atom:
    """Sum `g` over the axes along which an operand of this kind was broadcast; `operand` is asked for where kinds cannot tell."""
    have, want = axes_of(b.kind(g)), axes_of(kind)
    if have is None or want is None or len(have) < len(want):
        return b.apply("unbroadcast", g, operand())
    extra = len(have) - len(want)
    if any(x != 1 and not same_axis(y, x) for x, y in zip(want, have[extra:])):
        return b.apply("unbroadcast", g, operand())
    stretched = [extra + i for i, (x, y) in enumerate(zip(want, have[extra:])) if x == 1 and y != 1]
    if stretched and not extra:
        axis = axis_argument(b, tuple(stretched))
        return b.apply("np.sum", g, spelled=".sum", keywords=[("axis", axis), ("keepdims", Const(True))])
    if not extra:
        return g
    if len(have) == extra:
        return b.apply("np.sum", g, spelled=".sum")
    g = b.apply("np.sum", g, spelled=".sum", keywords=[("axis", axis_argument(b, tuple(range(extra))))])
    return fit(b, g, kind, operand)


def axis_argument(b: Builder, axes: tuple[int, ...]) -> Atom:
    """One axis as an int, several as a tuple."""
    return Const(axes[0]) if len(axes) == 1 else b.apply("tuple", *map(Const, axes))


def ndim_of(kind: Kind) -> int | None:
    axes = axes_of(kind)
    return None if axes is None else len(axes)


def index_text(name: str, ndim: int, inserted: tuple[int, ...]) -> str:
    """`y` with new axes at the places `inserted` of a result of `ndim` axes, as one writes it.

    >>> index_text("y_bar", 2, (1,)), index_text("y_bar", 2, (0,)), index_text("y_bar", 3, (1,))
    ('y_bar[:, None]', 'y_bar', 'y_bar[:, None]')
    """
    marks = ["None" if i in inserted else ":" for i in range(ndim)]
    while marks and marks[0] == "None":
        marks.pop(0)  # broadcasting puts axes in front by itself
    if not marks or "None" not in marks:
        return name
    while marks[-1] == ":":  # and whole axes behind
        marks.pop()
    return f"{name}[{', '.join(marks)}]"
