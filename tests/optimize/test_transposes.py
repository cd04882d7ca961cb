"""Transposes of products of matrices."""

from __future__ import annotations

import numpy as np
import pytest
from inplace import kinded

from wengert import grad
from wengert.ir.evaluate import evaluate
from wengert.ir.verify import verify
from wengert.optimize.transposes import transpose_operands

A, B = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(4, 3)


@pytest.mark.parametrize(
    ("product", "turns"),
    [
        ("%0 = np.transpose(b); %1 = matmul(a, %0)", True),
        ("%0 = np.transpose(b); %2 = matmul(a, %0); %1 = %2 * 2", False),
        ("%0 = np.transpose(b); %1 = matmul(a, %0); %5 = np.sum(%1)", False),  # the product itself is read, too
    ],
)
def test_the_product_is_turned_where_a_factor_is(product, turns):
    last = "%5" if "%5" in product else "0.0"
    lines = "".join(f"    {line}\n" for line in product.split("; "))
    function = kinded(f"function f(a, b):\n{lines}    %9 = np.transpose(%1)\n    %8 = tuple(%9, {last})\n    return %8\n", A, B)
    made = transpose_operands(function)
    verify(made)
    assert (made != function) == turns
    np.testing.assert_array_equal(evaluate(made, A, B)[0], evaluate(function, A, B)[0])
    assert transpose_operands(function, {"%9"}) == function


def test_a_vector_has_no_transpose_to_multiply_by():
    function = kinded("function f(b, v):\n    %0 = np.transpose(b)\n    %1 = matmul(%0, v)\n    %2 = np.transpose(%1)\n    return %2\n", B, np.ones(4))
    assert transpose_operands(function) == function


def test_the_adjoint_of_a_gram_matrix():
    def gram(m):
        return np.sum(np.sin(m @ m.T))

    assert ".T).T" not in grad(gram).source(A) and "_bar).T" not in grad(gram).source(A)
