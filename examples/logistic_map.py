"""The logistic map: one derivative of a loop, against the closed forms and against symbolic differentiation.

l(1) = x and l(n + 1) = 4 l(n) (1 - l(n)). Written out, l(n) and its derivative grow exponentially with n;
the gradient that wengert writes is the same 15 lines for every n.

    python examples/logistic_map.py
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable
from typing import Any

from wengert import grad


def logistic(x, n):
    v = x
    for i in range(1, n):
        v = 4 * v * (1 - v)
    return v


def logistic_map(x, n):
    if n == 1:
        return x
    else:
        v = x
        for i in range(1, n):
            v = 4 * v * (1 - v)
        return v


# The derivatives of l(1) to l(4), by hand
CLOSED_FORMS: dict[int, Callable[[float], float]] = {
    1: lambda x: 1,
    2: lambda x: 4 * (1 - x) - 4 * x,
    3: lambda x: 16 * (1 - x) * (1 - 2 * x) ** 2 - 16 * x * (1 - 2 * x) ** 2 - 64 * x * (1 - x) * (1 - 2 * x),
    4: lambda x: (
        128 * x * (1 - x) * (-8 + 16 * x) * (1 - 2 * x) ** 2 * (1 - 8 * x + 8 * x**2)
        + 64 * (1 - x) * (1 - 2 * x) ** 2 * (1 - 8 * x + 8 * x**2) ** 2
        - 64 * x * (1 - 2 * x) ** 2 * (1 - 8 * x + 8 * x**2) ** 2
        - 256 * x * (1 - x) * (1 - 2 * x) * (1 - 8 * x + 8 * x**2) ** 2
    ),
}


def operations_of_text(source: str) -> int:
    """How many operations a program's text says: operators, calls, tests."""
    counted = (ast.BinOp, ast.UnaryOp, ast.AugAssign, ast.Call, ast.Compare)
    return sum(isinstance(node, counted) for node in ast.walk(ast.parse(source)))


def operations_of_derivatives(largest: int) -> tuple[list[int], list[int]]:
    """How many operations the derivative of l(1), l(2), ... has when it is written out.

    First by the product rule, applied to one l(n) after the other, up to `largest`; then by `sympy.diff` of the whole, up to l(12):
    its time grows as fast as its result. An expression holds each of its parts once, however often it is printed, so sizes are kept.
    """
    import sympy

    sizes: dict[Any, int] = {}

    def size(expression: Any) -> int:
        if not expression.args:
            return 0
        if expression not in sizes:
            own = len(expression.args) - 1 if expression.is_Add or expression.is_Mul else 1
            sizes[expression] = own + sum(map(size, expression.args))
        return sizes[expression]

    x = sympy.Symbol("x")
    value, derivative = x, sympy.Integer(1)
    by_rule, by_diff = [], []
    for n in range(1, largest + 1):
        by_rule.append(size(derivative))
        if n <= 12:
            by_diff.append(size(sympy.diff(value, x)))
        derivative = 4 * derivative * (1 - value) - 4 * value * derivative
        value = 4 * value * (1 - value)
    return by_rule, by_diff


def main() -> None:
    x = 0.2
    gradient = grad(logistic_map)
    print(gradient.source(x, 10))

    print("n    wengert                closed form")
    for n, closed_form in CLOSED_FORMS.items():
        print(f"{n}    {gradient(x, n):<20.16g}   {closed_form(x):.16g}")

    ours = operations_of_text(gradient.source(x, 10))
    if importlib.util.find_spec("sympy") is None:
        print(f"\nThe text has {ours} operations for every n. (Install sympy to see how the derivative itself grows.)")
        return
    by_rule, by_diff = operations_of_derivatives(20)
    print("\nOperations in the derivative of l(n): as SymPy writes it out, and in the text above")
    print(" n   product rule   sympy.diff   wengert")
    for n, count in enumerate(by_rule, start=1):
        print(f"{n:2}   {count:12}   {by_diff[n - 1] if n <= len(by_diff) else '':10}   {ours:7}")


if __name__ == "__main__":
    main()
