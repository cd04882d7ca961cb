"""Functions of each element alone: NumPy's ufuncs and the functions of `math`.

`shared` makes one row for each of the two modules; a bare `cos` in a rule is that of the call's module.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from wengert.ir.build import Builder, parse_expression
from wengert.ir.core import Atom
from wengert.ir.kinds import EITHER, FLOAT, INT, UNKNOWN, Array, Kind, Known, NumpyScalar, Tuple, axes_of, dtype_of, is_real
from wengert.rules.by_example import exemplified
from wengert.rules.composite import composite
from wengert.rules.fitting import fit
from wengert.rules.notation import Partial, head
from wengert.rules.operators import power_partials, sign_partials
from wengert.rules.result_kinds import always, broadcast_kind, elementwise_kind
from wengert.rules.table import Call, KindFunction, KindOf, Partials, constant, elementwise, general
from wengert.rules.tangents import by_tangent

PI, LOG2, LOG10 = "math.pi", "math.log(2)", "math.log(10)"  # Python floats, so that float32 stays float32


def ufunc(text: str, *rule: str, **options: Any) -> None:
    """A row of NumPy: `y = sin(x)` is about `np.sin`."""
    result, _, call = text.partition(" = ")
    text = f"{result} = np.{call}"
    elementwise(text, *rule, kind=elementwise_kind(*head(text).parameters), **options)


def scalar(text: str, *rule: str, **options: Any) -> None:
    """A row of `math`."""
    result, _, call = text.partition(" = ")
    elementwise(f"{result} = math.{call}", *rule, kind=always(FLOAT), **options)


def shared(text: str, *rule: str, np_name: str | None = None, **options: Any) -> None:
    """A row for both; where NumPy before 2.0 has another name, `np_name` is that (it is the same function)."""
    scalar(text, *rule, **options)
    name = text.partition(" = ")[2].partition("(")[0]
    ufunc(text.replace(f"{name}(", f"{np_name or name}(", 1), *rule, **options)


def _real_if_close(call: Call, kind: KindOf) -> Kind:
    """Of complex numbers real ones, or not, as it comes."""
    operand = kind(call["x"])
    axes = axes_of(operand)
    if is_real(operand):
        return _always_an_array(call, kind)
    return Array(EITHER, axes) if axes is not None and dtype_of(operand) == "complex128" else UNKNOWN


def _always_an_array(call: Call, kind: KindOf) -> Kind:
    """As of a ufunc, but of a number an array without axes."""
    found = elementwise_kind("x")(call, kind)
    return Array(found.dtype, ()) if isinstance(found, NumpyScalar) else found


# trigonometric
shared("y = sin(x)", "x_bar += y_bar * cos(x)", cost=2)
shared("y = cos(x)", "x_bar -= y_bar * sin(x)", cost=2)
shared("y = tan(x)", "x_bar += y_bar * (1 + y ** 2)")
scalar("y = asin(x)", "x_bar += y_bar / sqrt(1 - x ** 2)")
ufunc("y = arcsin(x)", "x_bar += y_bar / sqrt(1 - x ** 2)")
scalar("y = acos(x)", "x_bar -= y_bar / sqrt(1 - x ** 2)")
ufunc("y = arccos(x)", "x_bar -= y_bar / sqrt(1 - x ** 2)")
shared("y = atan(x)", "x_bar += y_bar / (1 + x * x)", np_name="arctan")  # x * x: overflows to inf, where x ** 2 raises
shared("z = atan2(y, x)", "y_bar += z_bar * x / (x * x + y * y)", "x_bar -= z_bar * y / (x * x + y * y)", np_name="arctan2")
for _name in ("degrees", "rad2deg"):
    (shared if _name == "degrees" else ufunc)(f"y = {_name}(x)", f"x_bar += y_bar * 180 / {PI}", cost=2)
for _name in ("radians", "deg2rad"):
    (shared if _name == "radians" else ufunc)(f"y = {_name}(x)", f"x_bar += y_bar * {PI} / 180", cost=2)

# hyperbolic
shared("y = sinh(x)", "x_bar += y_bar * cosh(x)")
shared("y = cosh(x)", "x_bar += y_bar * sinh(x)")
shared("y = tanh(x)", "x_bar += y_bar * (1 - y ** 2)")


def _asinh(call: Call, kind: KindOf) -> Partials:
    """`hypot(x, 1)` does not overflow, but has no complex form."""
    return {"x": _times("hypot(x, 1)" if is_real(kind(call["x"])) else "sqrt(1 + x * x)", "/")}


shared("y = asinh(x)", "x_bar += y_bar / hypot(x, 1)", np_name="arcsinh", choose=_asinh)
shared("y = acosh(x)", "x_bar += y_bar / (sqrt(x - 1) * sqrt(x + 1))", np_name="arccosh", domain=(1.2, 2.9))
shared("y = atanh(x)", "x_bar += y_bar / (1 - x ** 2)", np_name="arctanh")

# exponential and logarithm
shared("y = exp(x)", "x_bar += y_bar * y")
shared("y = expm1(x)", "x_bar += y_bar * (y + 1)")
shared("y = exp2(x)", f"x_bar += y_bar * (y * {LOG2})")
ufunc("y = log(x)", "x_bar += y_bar / x")
shared("y = log2(x)", f"x_bar += y_bar / (x * {LOG2})")
shared("y = log10(x)", f"x_bar += y_bar / (x * {LOG10})")
shared("y = log1p(x)", "x_bar += y_bar / (1 + x)")
ufunc("z = logaddexp(x, y)", "x_bar += z_bar * exp(x - z)", "y_bar += z_bar * exp(y - z)")
ufunc("z = logaddexp2(x, y)", "x_bar += z_bar * exp2(x - z)", "y_bar += z_bar * exp2(y - z)")


def _log(call: Call, kind: KindOf) -> Partials:
    """`math.log(x, base)` is `log(x) / log(base)`."""
    if kind(call["base"]) == Known(None):
        return {"x": _times("x", "/")}
    by_base = (("*", parse_expression("y")), ("/", parse_expression("base * log(base)")))
    return {"x": _times("x * log(base)", "/"), "base": Partial(-1, by_base)}


def _times(factor: str, operation: str = "*", sign: int = 1) -> Partial:
    return Partial(sign, ((operation, parse_expression(factor)),))


scalar("y = log(x, base=None)", "x_bar += y_bar / x", "base_bar -= y_bar * y", choose=_log)

# roots and powers
shared("y = sqrt(x)", "x_bar += y_bar / (2 * y)", cost=3)  # at 0: inf on arrays, an error on floats
shared("y = cbrt(x)", "x_bar += y_bar / (3 * y ** 2)")
ufunc("y = square(x)", "x_bar += y_bar * 2 * x", cost=1)
ufunc("y = reciprocal(x)", "x_bar -= y_bar * y * y", cost=2)
ufunc("z = power(x, y)", "x_bar += z_bar", "y_bar += z_bar", choose=power_partials("np.power"), domain=(0.3, 1.7))
ufunc("z = float_power(x, y)", "x_bar += z_bar", "y_bar += z_bar", choose=power_partials("np.float_power"), domain=(0.3, 1.7))
scalar("z = pow(x, y)", "x_bar += z_bar", "y_bar += z_bar", choose=power_partials("math.pow"), domain=(0.3, 1.7))
ufunc("z = hypot(x, y)", "x_bar += z_bar * x / (z + (z == 0))", "y_bar += z_bar * y / (z + (z == 0))")  # 0 at the origin


def _hypot(call: Call, kind: KindOf) -> Partials:
    return {
        name: Partial(1, (("*", parse_expression(name)), ("/", parse_expression("z + (z == 0)")))) for name in call.starred
    }  # 0 at the origin


elementwise("z = math.hypot(*xs)", operands=("xs",), choose=_hypot, kind=always(FLOAT))

# arithmetic under its ufunc name; what it costs is said in operators.py
ufunc("z = add(x, y)", "x_bar += z_bar", "y_bar += z_bar", cost=1)
ufunc("z = subtract(x, y)", "x_bar += z_bar", "y_bar -= z_bar", cost=1)
ufunc("z = multiply(x, y)", "x_bar += z_bar * y", "y_bar += z_bar * x", cost=1)
ufunc("z = divide(x, y)", "x_bar += z_bar / y", "y_bar -= z_bar / y * z", cost=2)
ufunc("y = negative(x)", "x_bar -= y_bar", cost=1)
ufunc("y = positive(x)", "x_bar += y_bar", cost=1)
elementwise("z = math.fma(x, y, w)", "x_bar += z_bar * y", "y_bar += z_bar * x", "w_bar += z_bar", kind=always(FLOAT), cost=2)

# remainders: at the jumps the derivative on the side of the value
ufunc("z = remainder(x, y)", "x_bar += z_bar", "y_bar -= z_bar * (x // y)")  # np.mod
shared("z = fmod(x, y)", "x_bar += z_bar", "y_bar -= z_bar * trunc(x / y)")
scalar("z = remainder(x, y)", "x_bar += z_bar", "y_bar -= z_bar * ((x - z) / y)")

composite("z = divmod(x, y)", "(x // y, x % y)")
composite("z = np.divmod(x, y)", "(np.floor_divide(x, y), np.remainder(x, y))")
composite("y = math.modf(x)", "(math.fmod(x, 1.0), float(math.trunc(x)))")
composite("y = np.modf(x)", "(np.fmod(x, 1), np.trunc(x))")
by_tangent("m, e = math.frexp(x)", "m_dot = x_dot / 2.0 ** e", kind=always(Tuple((FLOAT, INT))), cost=4)
by_tangent("m, e = np.frexp(x)", "m_dot = x_dot / 2.0 ** e", kind=exemplified("x"), cost=4)

# signs and bits of the representation
scalar("y = fabs(x)", "x_bar += y_bar * sign(x)", choose=sign_partials, cost=2)  # 0 at 0
ufunc("y = fabs(x)", "x_bar += y_bar * sign(x)", cost=2)
ufunc("y = abs(x)", "x_bar += y_bar * sign(x)", choose=sign_partials, cost=2, real=True)
shared("z = copysign(x, y)", "x_bar += z_bar * copysign(1.0, x * y)", flat_in=frozenset({"y"}))  # at x == 0: by the sign of the zero
shared("z = ldexp(x, i)", "x_bar += z_bar * 2.0 ** i")
shared("z = nextafter(x, y)", "x_bar += z_bar", flat_in=frozenset({"y"}))
ufunc("z = heaviside(x, y)", "y_bar += z_bar * (x == 0)", flat_in=frozenset({"x"}))  # flat in x

# 0 at what is replaced
elementwise("y = np.nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None)", "x_bar += y_bar * isfinite(x)", kind=elementwise_kind("x"))

# special functions
scalar("y = erf(x)", f"x_bar += y_bar * (2 / sqrt({PI})) * exp(-x * x)")
scalar("y = erfc(x)", f"x_bar -= y_bar * (2 / sqrt({PI})) * exp(-x * x)")
scalar("y = gamma(x)", "x_bar += y_bar * y * polygamma(0, x)", domain=(0.6, 3.2))
scalar("y = lgamma(x)", "x_bar += y_bar * polygamma(0, x)", domain=(0.6, 3.2))
elementwise("y = polygamma(n, x)", "x_bar += y_bar * polygamma(n + 1, x)", kind=always(FLOAT), cost=100, domain=(0.6, 3.2))
elementwise("y = np.i0(x)", "x_bar += y_bar * bessel_i(1, x)", kind=_always_an_array, cost=100)
elementwise("y = bessel_i(n, x)", "x_bar += y_bar * (bessel_i(n - 1, x) + bessel_i(n + 1, x)) / 2", kind=lambda call, kind: _as_dtype("float64")(call, kind),
            cost=100)  # fmt: skip
ufunc("y = sinc(x)", f"x_bar += y_bar * (cos({PI} * x) - y) / (x + (x == 0))")  # 0 at 0


# the larger and the smaller: ties share equally, and of what is nan nothing varies. Comparisons, since `np.heaviside(x - y, 0.5)` takes
# five times as long: it looks at each element alone. Still 3 times the primal for each operand, as that is one pass over the memory
def _half(call: Call, kind: KindOf) -> str | None:
    """One half that leaves float32 what it is; None where the dtype of the result is not known."""
    return {"float64": "0.5", "float32": "np.float32(0.5)"}.get(dtype_of(kind(call.result)) or "")


def _larger(name: str, first: str, second: str) -> None:
    """The weights are 1, 1/2 or 0."""

    def choose(call: Call, kind: KindOf) -> Partials:
        if (half := _half(call, kind)) is None:
            return {"x": _times(f"heaviside({first} - {second}, 0.5)"), "y": _times(f"heaviside({second} - {first}, 0.5)")}
        more, less = "><" if first == "x" else "<>"
        return {"x": _times(f"(x {more} y) + {half} * (x == y)"), "y": _times(f"(x {less} y) + {half} * (x == y)")}

    ufunc(f"z = {name}(x, y)", "x_bar += z_bar", "y_bar += z_bar", choose=choose, cost=1)


def _larger_present(call: Call, kind: KindOf) -> Partials:
    """The operand that is nan gets nothing."""
    if (half := _half(call, kind)) is None:
        return {name: Partial(1, (("*", parse_expression(f"{name} == z")), ("/", parse_expression("1 + (x == y)")))) for name in "xy"}
    return {name: _times(f"({name} == z) - {half} * (x == y)") for name in "xy"}


_larger("maximum", "x", "y")
_larger("minimum", "y", "x")
for _name in ("fmax", "fmin"):
    ufunc(f"z = {_name}(x, y)", "x_bar += z_bar", "y_bar += z_bar", choose=_larger_present, cost=1)


def _clip(call: Call, kind: KindOf) -> Partials:
    """At a bound the operand, not the bound, gets the derivative; crossed bounds give the upper one, as np.clip does.

    The primal is one pass over the memory; with bounds that vary there are three masks and two sums: 10 times as long.
    """
    low, high = (kind(call[name]) != Known(None) for name in ("a_min", "a_max"))
    if low and high:
        return {
            "x": _times("(a_min <= x) & (x <= a_max)"),
            "a_min": _times("(x < a_min) & (a_min <= a_max)"),
            "a_max": _times("(x > a_max) | (a_min > a_max)"),
        }
    if low:
        return {"x": _times("a_min <= x"), "a_min": _times("x < a_min")}
    return {"x": _times("x <= a_max"), "a_max": _times("x > a_max")} if high else {"x": Partial(1)}


def _clip_kind(call: Call, kind: KindOf) -> Kind:
    kinds = [k for k in map(kind, map(call.__getitem__, ("x", "a_min", "a_max"))) if k != Known(None)]
    return broadcast_kind(call, (np.positive, np.maximum, np.clip)[len(kinds) - 1], kinds)


elementwise(
    "z = np.clip(x, a_min=None, a_max=None)", "x_bar += z_bar", "a_min_bar += z_bar", "a_max_bar += z_bar",
    choose=_clip, kind=_clip_kind, cost=2, method=True,
)  # fmt: skip

elementwise("y = np.real_if_close(x, tol=100)", "x_bar += y_bar", kind=_real_if_close)

# a quotient or product where a mask is true, zero elsewhere, of the shape of `like`: what adjoints of masked values are made of
def _masked(text_x: str, text_y: str, tangent: str) -> Any:
    def vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
        found = b.text(text_x if parameter == "x" else text_y, {**call.names, "z_bar": z_bar})
        return fit(b, found, b.kind(call[parameter]), lambda: call[parameter])

    def jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
        names = {f"{name}_dot": dot for name, dot in tangents.items()}
        parts = [b.text(text, {**call.names, **names}) for name, text in zip("xy", tangent.split("; ")) if name in tangents]
        return parts[0] if len(parts) == 1 else b.apply("add", *parts)

    return {"vjp": vjp, "jvp": jvp, "of": ("x", "y"), "kind": lambda call, kind: kind(call["like"]), "cost": 100}


general("z = divide_where(x, y, mask, like)", **_masked(
    "divide_where(z_bar, y, mask, like)", "-divide_where(z_bar * z, y, mask, like)",
    "divide_where(x_dot, y, mask, like); -divide_where(z * y_dot, y, mask, like)"))  # fmt: skip
general("z = multiply_where(x, y, mask, like)", **_masked(
    "multiply_where(z_bar, y, mask, like)", "multiply_where(z_bar, x, mask, like)",
    "multiply_where(x_dot, y, mask, like); multiply_where(x, y_dot, mask, like)"))  # fmt: skip

# conversions of the type; dtypes that hold no fractions are constants


def _as_dtype(name: str) -> KindFunction:
    def kind_function(call: Call, kind: KindOf) -> Kind:
        axes = axes_of(kind(call["x"]))
        return UNKNOWN if axes is None else Array(name, axes) if axes else NumpyScalar(name)

    return kind_function


for _name in ("float64", "float32"):
    elementwise(f"y = np.{_name}(x)", "x_bar += y_bar", kind=_as_dtype(_name), cost=1)
for _name in ("int64", "int32", "bool_"):
    constant(f"y = np.{_name}(x)", kind=_as_dtype(np.dtype(getattr(np, _name)).name))
