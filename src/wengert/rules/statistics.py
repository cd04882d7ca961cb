"""Statistics: ptp, average, cov, median, quantiles, and the reductions that leave NaN out.

An element that is NaN gets nothing; equal middle elements share equally, as those of `max` do.
"""

from __future__ import annotations

from collections.abc import Mapping

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import NUMERIC, Kind, Known, axes_of, dtype_of, is_real, is_scalar
from wengert.rules.by_example import exemplified
from wengert.rules.composite import composite
from wengert.rules.reduce import laid_out, reduction
from wengert.rules.result_kinds import NotStatic, normalized, reduction_kind, value_of
from wengert.rules.table import Call, KindOf, general

ALONG = "axis=axis, keepdims=keepdims"
SIGNATURE = "x, axis=None, *, keepdims=False"

composite(f"y = np.ptp({SIGNATURE})", f"np.max(x, {ALONG}) - np.min(x, {ALONG})")

# NaN left out
composite("y = np.nansum(x, axis=None, *, keepdims=False)", f"np.sum(np.where(np.isnan(x), 0.0, x), {ALONG})")
composite("y = np.nanprod(x, axis=None, *, keepdims=False)", f"np.prod(np.where(np.isnan(x), 1.0, x), {ALONG})")
composite("y = np.nanmean(x, axis=None, *, keepdims=False)",
          f"np.sum(np.where(np.isnan(x), 0.0, x), {ALONG}) / np.sum(~np.isnan(x), {ALONG}, dtype=x.dtype)")  # fmt: skip
composite("y = np.nancumsum(x, axis=None)", "np.cumsum(np.where(np.isnan(x), 0.0, x), axis=axis)")
composite("y = np.nancumprod(x, axis=None)", "np.cumprod(np.where(np.isnan(x), 1.0, x), axis=axis)")
for _name in ("nanmax", "nanmin"):
    reduction(_name, "x_bar += y_bar / (x == Y).sum(axis=axis, keepdims=kept, dtype=dtype) * (x == Y)", method=False)
_FROM_MEAN = "conj(np.where(np.isnan(x), 0.0, x - np.nanmean(x, axis=axis, keepdims=kept)))"
_PRESENT = "((~np.isnan(x)).sum(axis=axis, keepdims=kept, dtype=dtype) - ddof)"
_SPREAD = "x, axis=None, *, ddof=0, keepdims=False"
reduction("nanvar", f"x_bar += y_bar * 2 * {_FROM_MEAN} / {_PRESENT}", signature=_SPREAD, method=False, real=True)
# 0 where all elements are equal
reduction("nanstd", f"x_bar += y_bar * {_FROM_MEAN} / ({_PRESENT} * (Y + (Y == 0)))", signature=_SPREAD, method=False, real=True)


# weighted averages


def _average(b: Builder, call: Call) -> Atom:
    names = call.names
    if b.kind(call["weights"]) == Known(None):
        mean = b.text(f"np.mean(x, {ALONG})", names)
        return mean if not value_of(call, b.kind, "returned") else b.text("no_rule('np.average', 'a sum of no weights')", names)
    x, weights, axis = axes_of(b.kind(call["x"])), axes_of(b.kind(call["weights"])), value_of(call, b.kind, "axis")
    if x is None or weights is None:
        raise NotStatic
    w = call["weights"]
    if len(weights) != len(x):
        (along,) = normalized(axis, len(x)) if axis is not None else (0,)
        w = b.text(f"w[{', '.join(':' if k == along else 'None' for k in range(len(x)))}]", {"w": w})
    total = b.text(f"np.sum(w, {ALONG})", {**names, "w": w})
    result = b.text(f"np.sum(x * w, {ALONG}) / total", {**names, "w": w, "total": total})
    if not value_of(call, b.kind, "returned"):
        return result
    if axes_of(b.kind(result)) != ():
        total = b.text("np.copy(np.broadcast_to(total, result.shape))", {"total": total, "result": result})
    return b.apply("tuple", result, total)


composite("y = np.average(x, axis=None, weights=None, returned=False, *, keepdims=False)", _average, of=("x", "weights"))


# covariances


def _cov(b: Builder, call: Call) -> Atom:
    """The products of the deviations, over the degrees of freedom; rows are variables unless `rowvar=False`."""
    names = call.names
    if any(b.kind(call[name]) != Known(None) for name in ("fweights", "aweights")):
        raise errors.error("W042", call.line.place, name=call.line.op, keyword="fweights")
    rows = []
    for name in ("x", "y"):
        if b.kind(call[name]) == Known(None):
            continue
        axes = axes_of(b.kind(call[name]))
        if axes is None or len(axes) not in (1, 2):
            raise NotStatic
        rows.append(b.text("x[None]" if len(axes) == 1 else "x" if value_of(call, b.kind, "rowvar") else "x.T", {"x": call[name]}))
    x = rows[0] if len(rows) == 1 else b.apply("np.concatenate", b.apply("tuple", *rows))
    given, bias = value_of(call, b.kind, "ddof"), value_of(call, b.kind, "bias")
    ddof = given if given is not None else 0 if bias else 1
    off = b.text("x - np.mean(x, axis=1)[:, None]", {"x": x})
    count = b.text(f"x.shape[1] - {ddof}" if ddof else "x.shape[1]", {"x": x})
    product = b.text("(off @ off.mH) * (1 / count)", {**names, "off": off, "count": count})
    single = len(rows) == 1 and axes_of(b.kind(x)) is not None and (axes_of(b.kind(x)) or (0,))[0] == 1
    return b.text("np.squeeze(c)" if single else "c", {"c": product})


composite("c = np.cov(x, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None)", _cov, of=("x", "y"))


def _corrcoef(b: Builder, call: Call) -> Atom:
    if not is_real(b.kind(call["x"])):
        raise errors.error("W044", call.line.place, name=call.line.op, what="complex numbers")
    c = b.text("np.cov(x, y, rowvar)", call.names)
    if axes_of(b.kind(c)) == ():
        return b.text("c / c", {"c": c})
    d = b.text("np.sqrt(np.diag(c))", {"c": c})
    return b.text("np.clip(c / d[:, None] / d[None, :], -1, 1)", {"c": c, "d": d})


composite("c = np.corrcoef(x, y=None, rowvar=True)", _corrcoef, of=("x", "y"))


# the middle, and other quantiles


def _middle_kind(call: Call, kind: KindOf) -> Kind:
    return NUMERIC if axes_of(kind(call["x"])) == () else reduction_kind(call, kind)


def _middle(name: str, method: str) -> str:
    return f"(x == np.{name}(x, 0.5, axis=axis, method='{method}', keepdims=kept))"


for _name, _quantile in (("median", "quantile"), ("nanmedian", "nanquantile")):
    _below, _above = _middle(_quantile, "lower"), _middle(_quantile, "higher")
    _share = ".sum(axis=axis, keepdims=kept, dtype=dtype)"
    reduction(_name, f"x_bar += y_bar * ({_below} / {_below}{_share} + {_above} / {_above}{_share}) / 2", method=False, kind=_middle_kind)


def _parts(b: Builder, call: Call) -> dict[str, Atom]:
    """The two elements that a quantile lies between, and where between them: laid out along the axis."""
    if not is_scalar(b.kind(call["q"])):
        raise errors.error("W044", call.line.place, name=call.line.op, what="several quantiles at once")
    if value_of(call, b.kind, "method") != "linear":
        raise errors.error("W042", call.line.place, name=call.line.op, keyword="method")
    axis = call["axis"]
    quantile = {"op": call.line.op, "axis": "" if axis == Const(None) else ", axis=axis"}
    names: dict[str, Atom] = dict(call.names)
    for name, method in (("low", "lower"), ("high", "higher")):
        names[name] = b.text("{op}(x, q{axis}, method='{method}', keepdims=True)".format(method=method, **quantile), names)
    if isinstance(value_of(call, b.kind, "axis"), tuple) or axes_of(b.kind(call["x"])) == ():
        raise errors.error("W044", call.line.place, name=call.line.op, what="several axes at once, or a number")
    wide = dtype_of(b.kind(call["x"])) in (None, "float64")
    share = f".sum({quantile['axis'].removeprefix(', ')}{', ' if quantile['axis'] else ''}keepdims=True{'' if wide else ', dtype=x.dtype'})"
    count = "x.size" if axis == Const(None) else "x.shape[axis]"
    if "nan" in call.line.op:
        count = f"(~np.isnan(x)){share}"
    hundred = "q / 100" if "percentile" in call.line.op else "q"
    names["last"] = b.text(f"{count} - 1", names)
    names["t"] = b.text(f"{hundred} * last % 1", names)
    names["mine_low"] = b.text(f"(x == low) / (x == low){share}", names)
    names["mine_high"] = b.text(f"(x == high) / (x == high){share}", names)
    return names


def _weight(b: Builder, names: Mapping[str, Atom]) -> Atom:
    return b.text("(1 - t) * mine_low + t * mine_high", names)


def _slope(b: Builder, call: Call, names: Mapping[str, Atom]) -> Atom:
    """With respect to q: the distance of the two elements, times how fast the place between them moves."""
    slope = b.text("(high - low) * last / 100" if "percentile" in call.line.op else "(high - low) * last", names)
    if value_of(call, b.kind, "keepdims"):
        return slope
    axis = value_of(call, b.kind, "axis")
    return b.text("np.squeeze(slope)" if axis is None else "np.squeeze(slope, axis=axis)", {**names, "slope": slope})


def _quantile_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    names = _parts(b, call)
    if parameter == "q":
        return b.text("np.sum(y_bar * slope)", {"y_bar": y_bar, "slope": _slope(b, call, names)})
    spread = b.text(laid_out(call, b.kind, "y_bar"), {"y_bar": y_bar})
    return b.text("spread * weight", {"spread": spread, "weight": _weight(b, names)})


def _quantile_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    names = _parts(b, call)
    parts: list[Atom] = []
    if "x" in tangents:
        total = b.text("x_dot * weight", {"x_dot": tangents["x"], "weight": _weight(b, names)})
        given = [(key, call[key]) for key in ("axis", "keepdims") if call[key] not in (Const(None), Const(False))]
        parts.append(b.apply("np.sum", total, keywords=given))
    if "q" in tangents:
        parts.append(b.text("q_dot * slope", {"q_dot": tangents["q"], "slope": _slope(b, call, names)}))
    return parts[0] if len(parts) == 1 else b.apply("add", *parts)


for _name in ("quantile", "percentile", "nanquantile", "nanpercentile"):
    general(f"y = np.{_name}(x, q, axis=None, *, method='linear', keepdims=False)", vjp=_quantile_vjp, jvp=_quantile_jvp,
            of=("x", "q"), kind=exemplified("x", "q"), cost=100)  # fmt: skip
