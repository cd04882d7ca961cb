"""What helps to find a wrong number: adjoints by name, the first NaN, and tracebacks that name the user's line."""

from __future__ import annotations

import math
import traceback
from typing import Any

import numpy as np
import pytest

import wengert
from wengert import checkpoint, custom_vjp, grad, jvp, value_and_grad, vjp

X = np.array([0.3, -0.7, 1.2])


def rnn(w: Any, x: Any, n: int) -> Any:
    h = np.zeros(len(x))
    for _ in range(n):
        h = np.tanh(w @ h + x)
    return np.sum(h * h)


W = np.array([[2.0, -1.0, 0.1], [0.5, 3.0, -0.4], [0.2, 0.3, 0.5]])


def test_watch_returns_one_adjoint_for_each_assignment_in_their_order() -> None:
    found = grad(rnn).watch("h", "w")(W, X, 3)
    hs = [np.zeros(3)]
    for _ in range(3):
        hs.append(np.tanh(W @ hs[-1] + X))
    bars = [2 * hs[3]]
    for h in (hs[3], hs[2]):
        bars.insert(0, W.T @ (bars[0] * (1 - h**2)))
    np.testing.assert_allclose(found["h"], bars)
    np.testing.assert_allclose(found["w"][0], grad(rnn)(W, X, 3))


def test_watch_changes_nothing_of_the_gradient_s_text_but_the_notes() -> None:
    plain, noted = grad(rnn).source(W, X, 3), grad(rnn).watch("h").source(W, X, 3)
    assert 'note("h", h_bar)' in noted and "note(" not in plain


def test_watch_in_branches_and_of_values_that_are_not_used() -> None:
    def f(x: Any) -> Any:
        if x > 0:
            y = x * x
        else:
            y = -x
        unused = x * 3.0  # noqa: F841
        return 5.0 * y

    assert grad(f).watch("y", "unused")(2.0) == {"y": [5.0], "unused": []}
    assert grad(f).watch("y")(-2) == {"y": [5.0]}


def test_watch_of_a_name_that_is_no_variable_is_refused() -> None:
    with pytest.raises(wengert.ArgumentError, match=r"`rnn` has no variable `z` that could have an adjoint \(W110\)"):
        grad(rnn).watch("z")(W, X, 3)


def test_the_first_nan_of_the_value_is_found_with_its_line() -> None:
    def entropy(p: Any) -> Any:
        terms = p * np.log(p)
        return -np.sum(terms)

    message = grad(entropy).explain(np.array([0.5, 0.0]), nans=True)
    assert "comes up in the value, at" in message and "terms = p * np.log(p)" in message and "= 0.0 * -inf" in message


def test_the_first_nan_of_the_derivative_is_found_with_the_line_that_is_undone() -> None:
    def norm(x: Any) -> Any:
        r = np.sqrt(np.sum(x * x))
        return r * r

    message = grad(norm).explain(np.zeros(3), nans=True)
    assert "in the reverse sweep, undoing" in message and "r = np.sqrt(np.sum(x * x))" in message and "0.0 / 0.0" in message


def test_without_nan_the_message_says_so() -> None:
    assert grad(rnn).explain(W, X, 3, nans=True) == "no line makes a NaN of numbers for these arguments"


def test_a_wrong_rule_is_found_at_the_line_that_uses_it() -> None:
    @wengert.rule("y = bad(x)", "x_bar += y_bar * 2 * x", "y_dot += 3 * x * x_dot")
    def bad(x: Any) -> Any:
        return x * x

    def f(w: Any, x: Any) -> Any:
        h = np.tanh(w @ x)
        h[0] *= 2.0
        return np.sum(bad(h))

    rows = grad(f).explain(W, X, products=True).splitlines()
    wrong = [row for row in rows if "WRONG" in row]
    assert len(wrong) == 1 and "bad(h)" in wrong[0] and "tangents give" in wrong[0]
    assert all(row.endswith("right") for row in rows if row not in wrong) and len(rows) > 4


# tracebacks


def notes_of(error: BaseException) -> str:
    return "\n".join(getattr(error, "__notes__", ()))


def log_of(x: Any) -> Any:
    y = x - 2.0
    return math.log(y)


def outer(x: Any) -> Any:
    return 3.0 * log_of(x)


def test_an_exception_of_the_forward_sweep_names_the_user_s_line() -> None:
    with pytest.raises(ValueError, match="math domain error|expected a positive input") as raised:
        value_and_grad(log_of)(1.0)
    assert "return math.log(y)" in notes_of(raised.value) and "in log_of" in notes_of(raised.value)


def test_an_exception_in_an_inlined_helper_names_the_line_in_the_helper() -> None:
    with pytest.raises(ValueError) as raised:
        value_and_grad(outer)(1.0)
    assert "return math.log(y)" in notes_of(raised.value) and "log_of" in notes_of(raised.value)


def test_an_exception_of_the_reverse_sweep_names_the_line_that_is_undone() -> None:
    def f(x: float) -> float:
        y = math.sqrt(x)
        return y * y

    with pytest.raises(ZeroDivisionError) as raised:
        grad(f)(0.0)
    assert "y = math.sqrt(x)" in notes_of(raised.value)
    shown = "".join(traceback.format_exception(raised.value))
    assert "<wengert grad_f" in shown and "y = math.sqrt(x)" in shown


def test_an_exception_in_a_pullback_names_the_line() -> None:
    _, pullback = vjp(lambda x: math.sqrt(x) * 2.0, 0.0)
    with pytest.raises(ZeroDivisionError) as raised:
        pullback(1.0)
    assert "math.sqrt(x) * 2.0" in notes_of(raised.value)


def test_an_exception_in_forward_mode_names_the_line() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        jvp(lambda x: math.sqrt(x), (0.0,), (1.0,))
    assert "math.sqrt(x)" in notes_of(raised.value)


def test_the_text_stands_in_the_traceback() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        grad(lambda x: math.sqrt(x))(0.0)
    assert "return 1 / (2 * math.sqrt(x))" in "".join(traceback.format_exception(raised.value))


def test_an_exception_of_a_rule_s_function_is_the_user_s_own() -> None:
    @custom_vjp
    def f(x: float) -> float:
        return x

    def fwd(x: float) -> Any:
        return x, None

    def bwd(_: None, bar: float) -> Any:
        raise RuntimeError("not today")

    f.defvjp(fwd, bwd)

    def g(x: float) -> float:
        y = f(x)
        return y * y

    with pytest.raises(RuntimeError, match="not today") as raised:
        grad(g)(1.0)
    assert "y = f(x)" in notes_of(raised.value)
    assert any(frame.name == "bwd" for frame in traceback.extract_tb(raised.value.__traceback__))


def test_an_exception_in_a_checkpoint_names_the_line_inside() -> None:
    @checkpoint
    def root(x: float) -> float:
        return math.sqrt(x)

    def f(x: float) -> float:
        return root(x) + x

    with pytest.raises(ZeroDivisionError) as raised:
        grad(f)(0.0)
    assert "return math.sqrt(x)" in notes_of(raised.value)


def test_a_raise_of_the_user_comes_through_as_it_is() -> None:
    def f(x: float) -> float:
        if x < 0:
            raise ValueError(f"negative: {x}")
        return x * x

    with pytest.raises(ValueError, match="negative: -1.0") as raised:
        grad(f)(-1.0)
    assert "raise ValueError" in notes_of(raised.value)


def test_the_note_stands_once_however_deep_the_derivatives_are_nested() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        grad(grad(lambda x: math.sqrt(x)))(0.0)
    assert len(raised.value.__notes__) == 1


def test_a_derivative_from_disk_names_the_line_as_well(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from wengert.making import forget

    monkeypatch.setenv("WENGERT_CACHE_DIR", str(tmp_path / "cache"))
    for _ in range(2):
        forget()
        with pytest.raises(ValueError) as raised:
            value_and_grad(outer)(1.0)
        assert "return math.log(y)" in notes_of(raised.value) and "in log_of" in notes_of(raised.value)
    assert list((tmp_path / "cache").glob("*.py"))
