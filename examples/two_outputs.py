"""Forward and reverse mode step by step, on three small functions that are derived by hand in every course.

    f(x1, x2) = (sin(x1 x2), x1 x2 + log x2)    at (2, 3)
    h(x, y) = x y + sin x                       at (pi, 1)
    sin(a + b) cos(a + b)                       at (pi, pi / 2)

    python examples/two_outputs.py
"""

from __future__ import annotations

import math

from derivation import table

from wengert import differentiate, grad, jvp, value_and_grad, vjp


def f(x1, x2):
    product = x1 * x2
    y1 = math.sin(product)
    y2 = product + math.log(x2)
    return y1, y2


def first(x1, x2):
    product = x1 * x2
    y1 = math.sin(product)
    return y1


def second(x1, x2):
    product = x1 * x2
    y2 = product + math.log(x2)
    return y2


def h(x, y):
    return x * y + math.sin(x)


def double_angle(a, b):
    c = a + b
    return math.sin(c) * math.cos(c)


def jacobian_of_f(x1: float, x2: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """By hand."""
    cosine = math.cos(x1 * x2)
    return (x2 * cosine, x1 * cosine), (x2, x1 + 1 / x2)


def by_columns(x1: float, x2: float) -> tuple[tuple[float, float], ...]:
    """The Jacobian of `f`: a run of forward mode gives a column."""
    _, column1 = jvp(f, (x1, x2), (1.0, 0.0))
    _, column2 = jvp(f, (x1, x2), (0.0, 1.0))
    return tuple(zip(column1, column2, strict=True))


def by_rows(x1: float, x2: float) -> tuple[tuple[float, float], ...]:
    """The Jacobian of `f`: one run of `f`, and a run of its pullback for each row."""
    _, pullback = vjp(f, x1, x2)
    return pullback((1.0, 0.0)), pullback((0.0, 1.0))


def main() -> None:
    point = 2.0, 3.0
    forward = differentiate(f).jvp
    print(forward.source(*point))
    print(differentiate(f).vjp.source(*point))

    print("Forward mode: a tangent beside every primal")
    print(table("f along (1, 0)", forward.wengert(*point), *point, 1.0, 0.0))
    print("\nReverse mode: primals down, then adjoints up, once for each output")
    for output in first, second:
        print(table(output.__name__, value_and_grad(output, argnums=(0, 1)).wengert(*point), *point))

    print("\nJacobian of f   by hand", jacobian_of_f(*point))
    print("                forward", by_columns(*point))
    print("                reverse", by_rows(*point))

    print("\n" + table("h", value_and_grad(h, argnums=(0, 1)).wengert(math.pi, 1.0), math.pi, 1.0))
    print("gradient of h", grad(h, argnums=(0, 1))(math.pi, 1.0), "by hand", (1 + math.cos(math.pi), math.pi))

    print("\n" + grad(double_angle).source(math.pi, math.pi / 2))
    print("d/da sin(a + b) cos(a + b) =", grad(double_angle)(math.pi, math.pi / 2))


if __name__ == "__main__":
    main()
