"""Reductions with `where=`, or with `initial=`: what is left out gets nothing, and the first value is one more element.

To first order each is a sum of the elements times a weight, plus `initial` times one; the line itself stays as the user wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wengert.ir.axes import same_axis
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import Known, axes_of
from wengert.rules.reduce import laid_out
from wengert.rules.result_kinds import reduction_kind
from wengert.rules.table import Call, Jvp, Vjp, general

Names = dict[str, Atom]
Weight = Callable[[Builder, Call, Names], Atom | None]
"""The weight of each element, or of `initial`; None for 1."""



def _along(call: Call, kept: bool = False) -> str:
    """The arguments of a reduction over the same axes, those that say something."""
    axis = [] if call["axis"] == Const(None) else ["axis=axis"]
    keep = ["keepdims=True"] if kept else [] if call["keepdims"] == Const(False) else ["keepdims=keepdims"]
    return "".join(f", {part}" for part in (*axis, *keep))


def given(b: Builder, call: Call, name: str) -> bool:
    return b.kind(call[name]) != Known(True if name == "where" else None)


def _names(b: Builder, call: Call) -> Names:
    names = dict(call.names)
    names["Y"] = b.text(laid_out(call, b.kind, "y"), names)
    return names


def _one(b: Builder, call: Call, names: Names) -> None:
    return None


def _mean(b: Builder, call: Call, names: Names) -> Atom:
    return b.text(f"1 / np.sum(np.broadcast_to(where, x.shape){_along(call, kept=True)}, dtype=x.dtype)", names)


def _kept_elements(b: Builder, call: Call, names: Names) -> Atom:
    return b.text("np.where(where, x, 1.0)", names) if given(b, call, "where") else call["x"]


def _others(b: Builder, call: Call, names: Names) -> Atom:
    others = b.text("product_of_others(kept, axis=axis)", {**names, "kept": _kept_elements(b, call, names)})
    return b.text("others * initial", {**names, "others": others}) if given(b, call, "initial") else others


def _product(b: Builder, call: Call, names: Names) -> Atom:
    return b.text(f"np.prod(kept{_along(call)})", {**names, "kept": _kept_elements(b, call, names)})


def _hits(b: Builder, call: Call, names: Names) -> Atom:
    return b.text("(x == Y) & where" if given(b, call, "where") else "x == Y", names)


def _share(b: Builder, call: Call, names: Names) -> Atom:
    """Ties share equally, with `initial` too."""
    names = {**names, "hits": _hits(b, call, names)}
    first = " + (Y == initial)" if given(b, call, "initial") else ""
    return b.text(f"hits / (np.sum(hits{_along(call, kept=True)}, dtype=x.dtype){first})", names)


def _own_share(b: Builder, call: Call, names: Names) -> Atom:
    names = {**names, "hits": _hits(b, call, names)}
    return b.text(f"(y == initial) / (np.sum(hits{_along(call)}, dtype=x.dtype) + (y == initial))", names)


def _rules(weight: Weight, first: Weight) -> tuple[Vjp, Jvp]:
    def vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
        names = {**_names(b, call), "y_bar": y_bar}
        if parameter == "initial":
            part = first(b, call, names)
            return b.text("np.sum(y_bar)" if part is None else "np.sum(y_bar * part)", {**names, "part": part or y_bar})
        part = weight(b, call, names)
        found = b.text(laid_out(call, b.kind, "y_bar"), names)
        found = found if part is None else b.apply("mul", found, part)
        if given(b, call, "where"):
            found = b.text("np.where(where, g, 0.0)", {**names, "g": found})
        have, wanted = axes_of(b.kind(found)), axes_of(b.kind(call["x"]))
        if have is not None and wanted is not None and len(have) == len(wanted) and all(map(same_axis, have, wanted)):
            return found
        return b.text("np.broadcast_to(g, np.shape(x))", {**names, "g": found})

    def jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
        names, parts = _names(b, call), []
        if "x" in tangents:
            part = weight(b, call, names)
            dot = tangents["x"] if part is None else b.apply("mul", tangents["x"], part)
            if given(b, call, "where"):
                dot = b.text("np.where(where, g, 0.0)", {**names, "g": dot})
            parts.append(b.text(f"np.sum(g{_along(call)})", {**names, "g": dot}))
        if "initial" in tangents:
            part = first(b, call, names)
            text = "np.full_like(y, c)" if part is None else "c * part"
            parts.append(b.text(text, {**names, "c": tangents["initial"], "part": part or call.result}))
        return parts[0] if len(parts) == 1 else b.apply("add", *parts)

    return vjp, jvp


_ROWS: tuple[tuple[str, Weight, Weight], ...] = (
    ("sum", _one, _one), ("mean", _mean, _one), ("prod", _others, _product), ("max", _share, _own_share), ("min", _share, _own_share),
)  # fmt: skip
for _name, _weight, _first in _ROWS:
    _vjp, _jvp = _rules(_weight, _first)
    general(f"y = masked_{_name}(x, axis=None, dtype=None, *, keepdims=False, initial=None, where=True)", vjp=_vjp, jvp=_jvp,
            of=("x", "initial"), kind=reduction_kind, cost=100, flat_in=frozenset({"where"}))  # fmt: skip
