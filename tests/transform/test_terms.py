"""Sums of products, written as few lines."""

import numpy as np
import pytest

from wengert.ir.axes import MANY
from wengert.ir.build import Builder, Names
from wengert.ir.core import Block, Const, Function, Return
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import FLOAT, INT, Array
from wengert.ir.text import show_block
from wengert.rules.line_kinds import kinds_of_line
from wengert.transform.terms import Term, term_axes, times, write

ARRAY = Array("float64", (MANY,))
BYTES = Array("uint8", (MANY,))
KINDS = {"g": FLOAT, "h": FLOAT, "x": FLOAT, "y": FLOAT, "n": INT, "a": ARRAY, "b": ARRAY, "A": ARRAY, "u": BYTES}


def written(*terms: Term, hint: str = "x_bar") -> tuple[str, Function]:
    """The lines of the sum, as text and as a program."""
    b = Builder(Names(KINDS), dict(KINDS), kinds_of_line)
    value = write(b, terms, hint)
    block = Block(tuple(b.lines), Return(value))
    return show_block(block), Function("f", tuple(KINDS), block)


def product(base, *factors, coefficient=1):
    return Term(base, coefficient, tuple(("/", f[1:]) if isinstance(f, str) and f[0] == "/" else ("*", f) for f in factors))


def test_constants_go_into_the_coefficient():
    term = times(Term("g"), -1, [("*", Const(4)), ("*", "x"), ("*", Const(0.5))])
    assert term == Term("g", -2.0, (("*", "x"),))
    assert times(term, -1, [("/", Const(2))]).factors == (("*", "x"), ("/", Const(2)))


def test_the_bar_itself_needs_no_line():
    assert written(Term("g"))[0] == "return g"


def test_nothing_is_zero():
    assert written()[0] == "return 0.0"
    assert written(product("g", coefficient=0))[0] == "return 0.0"


def test_terms_of_one_bar_are_factored():
    text, _ = written(product("g", "x", coefficient=4), product("g", "y", coefficient=-1))
    assert text == "%0 = 4 * x\n%1 = %0 - y\nx_bar.0 = g * %1\nreturn x_bar.0"


def test_equal_terms_are_counted():
    assert written(product("g", "x"), product("g", "x"))[0] == "%0 = 2 * x\nx_bar.0 = g * %0\nreturn x_bar.0"
    assert written(product("g", "x"), product("g", "x", coefficient=-1))[0] == "return 0.0"


def test_a_common_prefix_is_written_once():
    text, _ = written(product("g", "x", "y"), product("g", "x", "h"))
    assert text == "%0 = y + h\n%1 = g * x\nx_bar.0 = %1 * %0\nreturn x_bar.0"


def test_a_positive_term_comes_first():
    assert written(product("g", coefficient=-1), product("h", "x"))[0] == "%0 = h * x\nx_bar.0 = %0 - g\nreturn x_bar.0"


def test_a_lone_negative_term_has_one_minus():
    assert written(product("g", coefficient=-1))[0] == "x_bar.0 = -g\nreturn x_bar.0"


def test_what_was_accumulated_stays_apart_from_its_own_multiple():
    assert written(Term("g"), product("g", "x"))[0] == "%0 = g * x\nx_bar.0 = g + %0\nreturn x_bar.0"


def test_small_integers_are_never_summed_without_the_bar():
    text, function = written(product("A", "u"), product("A", "u", "u"))
    assert "u * u" not in text and "u + u" not in text
    values = {"A": np.array([1.0]), "u": np.array([200], np.uint8)}
    assert evaluate(function, *(values.get(name, 1.0) for name in KINDS)) == [200.0 + 200.0 * 200.0]


def test_numbers_meet_before_arrays_do():
    text, _ = written(product("A", "a", "x", "y"))
    assert text == "%0 = x * y\n%1 = %0 * A\nx_bar.0 = %1 * a\nreturn x_bar.0"


def test_one_over_something_times_something_is_a_quotient():
    assert written(Term(Const(1.0), 1, (("/", "a"), ("*", "b"))))[0] == "x_bar.0 = b / a\nreturn x_bar.0"


@pytest.mark.parametrize("base", ["g", "A", Const(1.0)])
def test_the_sum_is_the_sum_of_the_terms(base):
    random = np.random.default_rng(3)
    values = {name: random.uniform(1, 2, 3) if name in "abA" else float(random.uniform(1, 2)) for name in KINDS}
    values |= {"u": np.ones(3, np.uint8), "n": 3}
    pool = ["x", "y", "/x", "/h", "n", "a", "/b"]
    for _ in range(60):
        terms = [
            product(random.choice([base, "h"]) if base == "g" else base, *random.choice(pool, random.integers(0, 4)), coefficient=int(c))
            for c in random.integers(-3, 4, random.integers(1, 5))
        ]
        terms = [Term(str(t.base) if isinstance(t.base, str) else t.base, t.coefficient, tuple((s, str(f)) for s, f in t.factors)) for t in terms]
        expected = 0.0
        for term in terms:
            part = term.coefficient * (values[term.base] if isinstance(term.base, str) else term.base.value)
            for sign, factor in term.factors:
                part = part * values[factor] if sign == "*" else part / values[factor]
            expected = expected + part
        found = evaluate(written(*terms)[1], *values.values())
        np.testing.assert_allclose(np.broadcast_to(found, np.shape(expected)), expected, rtol=1e-12, atol=1e-12)


def test_the_axes_of_a_term_are_those_of_its_product():
    b = Builder(Names(KINDS), dict(KINDS), kinds_of_line)
    assert term_axes(b, product("g", "x")) == ()
    assert term_axes(b, product("g", "a")) == (MANY,)
    assert term_axes(b, product("strange", "a")) is None


def test_the_lines_are_linear_in_the_terms():
    def lines(count):
        return written(*(product("g", f"z{k}") for k in range(count)))[0].count("\n")

    assert lines(300) - lines(200) == lines(200) - lines(100)
