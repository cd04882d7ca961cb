"""Functions of `scipy.special` with several results: integrals that come in pairs, Airy functions with their slopes.

Each row gives the tangent of every result; v stands for the tangent of the argument.
"""

from __future__ import annotations

from wengert.ir.kinds import UNKNOWN, Array, Kind, NumpyScalar, Tuple, axes_of
from wengert.rules.notation import head
from wengert.rules.table import Call, KindOf
from wengert.rules.tangents import by_tangent


def pair(call: str, *slopes: str) -> None:
    """A row of `results = function(x)`, with the slope of each result by x."""
    results, _, function = call.partition(" = ")
    text = f"{results} = scipy.special.{function}"
    names = [name.strip() for name in results.split(",")]
    tangent = "; ".join(f"{name}_dot = {slope} * x_dot" for name, slope in zip(names, slopes, strict=True))

    def kind_function(call: Call, kind: KindOf) -> Kind:
        axes = axes_of(kind(call["x"]))
        one = UNKNOWN if axes is None else Array("float64", axes) if axes else NumpyScalar("float64")
        return Tuple((one,) * len(names))

    assert head(text).parameters == ("x",)
    by_tangent(text, tangent, kind=kind_function)


# sine, cosine and Fresnel integrals (DLMF 6.2, 7.2); `sinc` is sin(x) / x also at 0
pair("s, c = sici(x)", "np.sinc(x / math.pi)", "(np.cos(x) / x)")
pair("s, c = shichi(x)", "(np.sinh(x) / x)", "(np.cosh(x) / x)")
pair("s, c = fresnel(x)", "np.sin(math.pi / 2 * x * x)", "np.cos(math.pi / 2 * x * x)")

# Airy functions solve w'' = x w (DLMF 9.2.1); those scaled by an exponential gain its slope
pair("a, ap, b, bp = airy(x)", "ap", "(x * a)", "bp", "(x * b)")
pair("a, ap, b, bp = airye(x)", "(ap + np.sqrt(x) * a)", "(x * a + np.sqrt(x) * ap)", "(bp - np.sqrt(x) * b)", "(x * b - np.sqrt(x) * bp)")
pair("ap, bp, an, bn = itairy(x)", *(f"scipy.special.airy({sign}x)[{k}]" for sign in ("", "-") for k in (0, 2)))

# integrals of Bessel functions from 0 to x, and of their quotients by t
pair("j, y = itj0y0(x)", "scipy.special.j0(x)", "scipy.special.y0(x)")
pair("i, k = iti0k0(x)", "scipy.special.i0(x)", "scipy.special.k0(x)")
pair("j, y = it2j0y0(x)", "((1 - scipy.special.j0(x)) / x)", "(-scipy.special.y0(x) / x)")
pair("i, k = it2i0k0(x)", "((scipy.special.i0(x) - 1) / x)", "(-scipy.special.k0(x) / x)")
