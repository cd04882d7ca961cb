"""Functions that call themselves: the derivative has a forward and a backward half of each.

    python examples/recursion.py
"""

from __future__ import annotations

from wengert import grad


def power(x, n):
    if n == 0:
        return 1.0
    h = power(x, n // 2)
    if n % 2:
        return x * h * h
    return h * h


def value(tree, x):
    """Of a formula given as nested tuples, like ("+", "x", ("*", 2.0, "x"))."""
    if tree == "x":
        return x
    if isinstance(tree, float):
        return tree
    sign, left, right = tree
    if sign == "+":
        return value(left, x) + value(right, x)
    return value(left, x) * value(right, x)


def main() -> None:
    print(grad(power).source(1.1, 10))
    print("d x**10 / dx at 1.1", grad(power)(1.1, 10), "by hand", 10 * 1.1**9)
    formula = ("+", ("*", "x", ("*", "x", "x")), ("*", 2.0, "x"))
    print("d (x**3 + 2 x) / dx at 1.5", grad(value, argnums="x")(formula, 1.5), "by hand", 3 * 1.5**2 + 2)


if __name__ == "__main__":
    main()
