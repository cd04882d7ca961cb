"""Python's operators and builtins on numbers and arrays.

The rules hold for Python floats and for arrays alike; where the two need different text, `choose` picks by kind.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from wengert.ir.build import parse_expression
from wengert.ir.kinds import Known, Scalar, is_complex, is_real, scalar_type
from wengert.rules import table
from wengert.rules.notation import Partial, head
from wengert.rules.result_kinds import operator_kind
from wengert.rules.table import Call, KindOf, Partials, constant, elementwise


def operator_row(text: str, *rule: str, function: Callable[..., Any] | None = None, cost: int = 1, **options: Any) -> None:
    """A row for an operator, or a builtin that is one (`abs`)."""
    found = function or getattr(operator, head(text).op)
    elementwise(text, *rule, kind=operator_kind(found), cost=cost, **options)
    table.also_called(found, head(text).op)


# A product reads two arrays and writes one, which takes as long as the memory does: each adjoint is such a pass, and a quotient's three. So
# they come to 2 to 5 times the primal, as a square's and a modulus's do (benchmarks/rules.py)
operator_row("z = x + y", "x_bar += z_bar", "y_bar += z_bar")
operator_row("z = x - y", "x_bar += z_bar", "y_bar -= z_bar")
operator_row("z = x * y", "x_bar += z_bar * y", "y_bar += z_bar * x")
operator_row("z = x / y", "x_bar += z_bar / y", "y_bar -= z_bar / y * z", cost=2)
operator_row("y = -x", "x_bar -= y_bar")
operator_row("y = +x", "x_bar += y_bar", cost=0)
operator_row("y = abs(x)", "x_bar += y_bar * sign(x)", function=abs, choose=lambda call, kind: sign_partials(call, kind), real=True)

# `x % y` is `x - y * (x // y)`; at the jumps the one-sided derivative from above is taken
operator_row("z = x % y", "x_bar += z_bar", "y_bar -= z_bar * (x // y)", cost=2)


def sign_partials(call: Call, kind: KindOf) -> Partials:
    """`abs` has derivative 0 at 0, on floats as on arrays, and on complex numbers, whose direction it is (`complex_numbers.py`)."""
    if not is_real(kind(call["x"])):
        conjugate = "x.conjugate()" if scalar_type(kind(call["x"])) else "np.conj(x)"
        return {"x": Partial(1, (("*", parse_expression(conjugate)), ("/", parse_expression("y + (y == 0)"))))}
    if scalar_type(kind(call["x"])):
        return {"x": Partial(1, (("*", parse_expression("(x > 0) - (x < 0)")),))}
    return {"x": Partial(1, (("*", parse_expression("np.sign(x)")),))}


def power_partials(module: str = "") -> Callable[[Call, KindOf], Partials]:
    """`x ** y`: neat for an exponent of the text, without a pole where the derivative has none.

    With respect to x it is `y * x ** (y - 1)`, which at y == 0 is 0 also for x == 0; `y - (y != 0)` says so.
    With respect to y it is `z * log(x)`, which is 0 at x == 0 (from the right), where the guard `x + (x == 0)` takes log(1).
    For negative x there is no derivative with respect to y: nan on arrays, an error on floats.
    A second power, a logarithm and the two guards: 5 times the primal, on which the promise at zero is worth it.
    """

    def power(text_x: str, exponent: str) -> str:
        return f"{module}({text_x}, {exponent})" if module else f"{text_x} ** {exponent}"

    def choose(call: Call, kind: KindOf) -> Partials:
        exponent = kind(call["y"])
        if isinstance(exponent, Known) and type(exponent.value) in (int, float):
            return _constant_exponent(exponent.value, power)
        floats = all(scalar_type(k) and not is_complex(k) for k in (kind(call["x"]), exponent))
        log = "math.log" if floats else "np.log"
        return {
            "x": _row(f"y * {power('x', '(y - (y != 0))')}"),
            "y": Partial(1, (("*", parse_expression("z")), ("*", parse_expression(f"{log}(x + (x == 0))")))),
        }

    return choose


def _row(factor: str, sign: int = 1, operation: str = "*") -> Partial:
    return Partial(sign, ((operation, parse_expression(factor)),))


def _constant_exponent(n: float, power: Callable[[str, str], str]) -> Partials:
    if n == 0:
        return {}
    if n == 1:
        return {"x": Partial(1)}
    if n == 2:
        return {"x": Partial(1, (("*", parse_expression("2")), ("*", parse_expression("x"))))}
    if n == -1:
        return {"x": _row(power("x", "2"), -1, "/")}
    operation = "*" if n > 1 else "/"  # a quotient says its pole plainly, and holds for ints too
    factor = parse_expression(power("x", repr(abs(n - 1))))
    return {"x": Partial(1 if n > 0 else -1, (("*", parse_expression(repr(abs(n)))), (operation, factor)))}


operator_row("z = x ** y", "x_bar += z_bar * y", "y_bar += z_bar * z", choose=power_partials(), cost=4, domain=(0.3, 1.7))


# no derivative: integers, truth values, jumps

for _symbol in ("//", "<<", ">>", "&", "|", "^"):
    _name = head(f"z = x {_symbol} y").op
    _function = getattr(operator, _name)
    constant(f"z = x {_symbol} y", kind=operator_kind(_function))
    table.also_called(_function, _name)
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    constant(f"z = {_name}(x, y)", kind=operator_kind(getattr(operator, _name)))
    table.also_called(getattr(operator, _name), _name)
for _name in ("is_", "is_not", "in_", "not_in"):
    constant(f"z = {_name}(x, y)", kind=lambda call, kind: Scalar("bool"))
constant("y = not_(x)", kind=lambda call, kind: Scalar("bool"))
constant("y = ~x", kind=operator_kind(operator.invert))
