"""Complex numbers: their parts, absolute value and angle, `complex(a, b)`, and the functions of `cmath`.

JAX's convention holds: an adjoint is the plain transpose, without conjugation, so `x_bar += y_bar * f'(x)` for functions that
have a complex derivative. The gradient of a real function of a complex `z` is `df/dRe(z) - i df/dIm(z)`; a step downhill is
along its conjugate.

For a real result of a complex operand a row's factor `p` means `y_dot = Re(p x_dot)` and `x_bar = y_bar p`; what a real operand
gains from a complex result is the real part. Both are the transformation's business, so a row says neither.

>>> from wengert import grad
>>> grad(lambda z: z.real ** 2 + 3 * z.imag)(1 + 2j)
(2-3j)
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wengert.ir.build import Builder, parse_expression
from wengert.ir.core import Atom
from wengert.ir.kinds import COMPLEX, FLOAT, UNKNOWN, Array, Kind, Known, NumpyScalar, Scalar, Tuple, axes_of, is_real, scalar_type
from wengert.rules import table
from wengert.rules.notation import Partial
from wengert.rules.result_kinds import always, elementwise_kind
from wengert.rules.table import Call, KindFunction, KindOf, Partials, constant, elementwise, linear
from wengert.rules.tangents import by_tangent


def _part_kind(call: Call, kind: KindOf) -> Kind:
    """Of a Python number its own `.real` and `.imag`, which `np.real` hands on."""
    python = scalar_type(kind(call["x"]))
    return (
        elementwise_kind("x")(call, kind)
        if python is None
        else FLOAT
        if python == "complex"
        else Scalar(python if python != "bool" else "int")
    )


def _factor(text: str, sign: int = 1) -> Partial:
    return Partial(sign, (("*", parse_expression(text)),))


def _of_complex(partials: Partials) -> Callable[[Call, KindOf], Partials]:
    """The partials where the operand may be complex; none for real ones."""
    return lambda call, kind: {} if is_real(kind(call["x"])) else partials


elementwise("y = np.real(x)", "x_bar += y_bar", kind=_part_kind, cost=0, attribute="real", view=True, real=True)
elementwise(
    "y = np.imag(x)",
    "x_bar -= y_bar * 1j",
    choose=_of_complex({"x": _factor("1j", -1)}),
    kind=_part_kind,
    cost=0,
    attribute="imag",
    view=True,
    real=True,
)


def _conj_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    """`conj` is its own transpose, too: `Re(y_bar conj(x_dot)) = Re(conj(y_bar) x_dot)`."""
    return y_bar if is_real(b.kind(call["x"])) else b.text("conj(y_bar)", {"y_bar": y_bar})


def _conj_kind(call: Call, kind: KindOf) -> Kind:
    operand = kind(call["x"])
    python = scalar_type(operand)
    return Scalar(python) if python and call.line.spelled == ".conjugate" else elementwise_kind("x")(call, kind)


linear("y = np.conj(x)", _conj_vjp, kind=_conj_kind, cost=1, method=True, view=True)
table.add_method("conjugate", "np.conj")


NUMPY_2 = int(np.__version__.partition(".")[0]) >= 2


def _no_direction(call: Call, kind: KindOf) -> bool:
    """The sign of a real number is one of three, of a complex one its direction (before NumPy 2, the sign of its real part)."""
    return is_real(kind(call["x"])) or not NUMPY_2


by_tangent(
    "y = np.sign(x)", "y_dot = (x_dot - y * np.real(np.conj(y) * x_dot)) / np.where(x == 0, np.inf, np.abs(x))",
    kind=elementwise_kind("x"), flat=_no_direction, cost=1,
)  # fmt: skip


def _angle(call: Call, kind: KindOf) -> Partials:
    """`angle(z)` is the imaginary part of `log(z)`; at 0, as for real numbers, it does not vary."""
    if is_real(kind(call["x"])):
        return {}
    scale = "" if kind(call["deg"]) == Known(False) else "np.where(deg, 180 / math.pi, 1.0) * "
    return {"x": _factor(f"{scale}np.conj(x) / (np.abs(x) ** 2 + (x == 0)) * 1j", -1)}


elementwise("y = np.angle(x, deg=False)", "x_bar -= y_bar", choose=_angle, kind=elementwise_kind("x"), real=True)

# construction

elementwise("z = complex(x, y=0)", "x_bar += z_bar", "y_bar += z_bar * 1j", kind=always(COMPLEX), cost=1)


def _as_dtype(name: str) -> KindFunction:
    def kind_function(call: Call, kind: KindOf) -> Kind:
        axes = axes_of(kind(call["x"]))
        return UNKNOWN if axes is None else Array(name, axes) if axes else NumpyScalar(name)

    return kind_function


for _name in ("complex128", "complex64"):
    elementwise(f"y = np.{_name}(x)", "x_bar += y_bar", kind=_as_dtype(_name), cost=1)

# cmath: the functions of one complex number


def _cmath(name: str, *rule: str, kind: Kind = COMPLEX) -> None:
    elementwise(f"y = cmath.{name}(x)", *rule, module="cmath", kind=always(kind), cost=4, real=kind == FLOAT)


_cmath("exp", "x_bar += y_bar * y")
_cmath("sqrt", "x_bar += y_bar / (2 * y)")
_cmath("sin", "x_bar += y_bar * cos(x)")
_cmath("cos", "x_bar -= y_bar * sin(x)")
_cmath("tan", "x_bar += y_bar * (1 + y * y)")
_cmath("sinh", "x_bar += y_bar * cosh(x)")
_cmath("cosh", "x_bar += y_bar * sinh(x)")
_cmath("tanh", "x_bar += y_bar * (1 - y * y)")
_cmath("asin", "x_bar += y_bar / sqrt(1 - x * x)")
_cmath("acos", "x_bar -= y_bar / sqrt(1 - x * x)")
_cmath("atan", "x_bar += y_bar / (1 + x * x)")
_cmath("asinh", "x_bar += y_bar / sqrt(1 + x * x)")
_cmath("acosh", "x_bar += y_bar / (sqrt(x - 1) * sqrt(x + 1))")  # two roots: that of the product has another branch
_cmath("atanh", "x_bar += y_bar / (1 - x * x)")
_cmath("log10", "x_bar += y_bar / (x * math.log(10))")


def _log(call: Call, kind: KindOf) -> Partials:
    """`cmath.log(x, base)` is `log(x) / log(base)`."""
    if kind(call["base"]) == Known(None):
        return {"x": Partial(1, (("/", parse_expression("x")),))}
    by_base = (("*", parse_expression("y")), ("/", parse_expression("base * log(base)")))
    return {"x": Partial(1, (("/", parse_expression("x * log(base)")),)), "base": Partial(-1, by_base)}


elementwise(
    "y = cmath.log(x, base=None)", "x_bar += y_bar / x", "base_bar -= y_bar * y", module="cmath", choose=_log, kind=always(COMPLEX)
)  # fmt: skip
_cmath("phase", "x_bar -= y_bar * 1j / x", kind=FLOAT)
by_tangent(
    "r, phi = cmath.polar(z)", "t = z_dot / z; r_dot = r * t.real; phi_dot = t.imag", kind=always(Tuple((FLOAT, FLOAT)))
)  # fmt: skip
elementwise(
    "z = cmath.rect(r, phi)", "r_bar += z_bar * exp(phi * 1j)", "phi_bar += z_bar * z * 1j", module="cmath", kind=always(COMPLEX)
)  # fmt: skip
for _name in ("isnan", "isinf", "isfinite", "isclose"):
    constant(
        f"y = cmath.{_name}(x, *others, rel_tol=1e-9, abs_tol=0.0)" if _name == "isclose" else f"y = cmath.{_name}(x)",
        kind=always(Scalar("bool")),
    )
