"""The public functions: what they take, what they return, what they refuse, and in which words."""

from __future__ import annotations

import builtins
import functools
import inspect
import linecache
import math
import pickle
import symtable
import threading
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wengert
from wengert import ArgumentError, differentiate, grad, jvp, runtime, value_and_grad, vjp
from wengert.backend.save import _helper_text, _with_needed_by_helpers
from wengert.modes import JVP, VJP

SCALE = 2.0


@pytest.fixture(autouse=True)
def no_cache_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", "")


def logistic_map(x, n=3):
    """The logistic map."""
    v = x
    for _ in range(1, n):
        v = 4 * v * (1 - v)
    return v


def scaled(x):
    return helper(x) * SCALE


def helper(x):
    return math.sin(x)


def norm(w, data):
    return np.sum((data @ w["a"] + w["b"]) ** 2)


def product(x, y, z):
    return x * y * z


def outer_product(x):
    return x * np.ones(3)


def polar(r, t):
    return r * math.cos(t), r * math.sin(t)


class Model:
    rate = 3.0

    def area(self, x):
        return x * x

    def __call__(self, x):
        return x * x * x


# calling


def test_gradient_of_the_first_argument_by_default() -> None:
    assert grad(product)(2.0, 3.0, 5.0) == 15.0


def test_value_and_gradient() -> None:
    assert value_and_grad(product)(2.0, 3.0, 5.0) == (30.0, 15.0)


@pytest.mark.parametrize(
    ("argnums", "expected"),
    [(1, 10.0), (-1, 6.0), ("y", 10.0), ((0, 2), (15.0, 6.0)), (("z", 0), (6.0, 15.0)), ((1,), (10.0,)), (("z",), (6.0,))],
)
def test_argnums_is_a_position_a_name_or_a_tuple_of_them(argnums: Any, expected: Any) -> None:
    assert grad(product, argnums)(2.0, 3.0, 5.0) == expected
    assert value_and_grad(product, argnums)(2.0, 3.0, 5.0) == (30.0, expected)


def test_arguments_may_be_named_and_left_out() -> None:
    assert grad(logistic_map)(x=0.2) == grad(logistic_map)(0.2, n=3) == grad(logistic_map)(0.2, 3)


def test_a_wrong_call_is_the_type_error_of_the_function() -> None:
    with pytest.raises(TypeError, match=r"^product\(\) missing a required argument: 'z'$"):
        grad(product)(1.0, 2.0)


def test_a_python_int_counts_as_a_float_where_a_derivative_is_asked() -> None:
    result = grad(product)(2, 3, 5)
    assert type(result) is float
    assert result == 15.0


def test_an_int_stays_an_int_where_no_derivative_is_asked() -> None:
    assert grad(logistic_map)(0.2, 10) == pytest.approx(grad(logistic_map)(np.float64(0.2), 10))


def test_methods_partials_lambdas_and_callable_objects() -> None:
    model = Model()
    assert grad(model.area)(3.0) == 6.0
    assert grad(model)(3.0) == 27.0
    assert grad(functools.partial(product, 2.0))(3.0, 5.0) == 10.0
    assert grad(functools.partial(product, z=2.0), "y")(3.0, 5.0) == 6.0
    first, second = grad(lambda x: x * x), grad(lambda x: x * x * x)
    assert (first(3.0), second(3.0)) == (6.0, 27.0)


def test_differentiate_adds_derivatives_and_leaves_the_function() -> None:
    def square(x):
        return x * x

    assert differentiate(square) is square
    assert square(3.0) == 9.0
    assert square.grad(3.0) == 6.0  # type: ignore[attr-defined]
    assert square.value_and_grad(3.0) == (9.0, 6.0)  # type: ignore[attr-defined]
    assert square.vjp(3.0)[1](1.0) == (6.0,)  # type: ignore[attr-defined]
    assert square.jvp((3.0,), (1.0,)) == (9.0, 6.0)  # type: ignore[attr-defined]


def test_differentiate_with_argnums() -> None:
    @differentiate(argnums=(0, "y"))
    def times(x, y):
        return x * y

    assert times.grad(2.0, 3.0) == (3.0, 2.0)  # type: ignore[attr-defined]


# results


@pytest.mark.parametrize("value", [0.3, np.float64(0.3), np.float32(0.3), np.array(0.3), np.array(0.3, np.float32)])
def test_a_gradient_has_the_type_of_its_argument(value: Any) -> None:
    result = grad(lambda x: x * x)(value)
    assert type(result) is type(value)
    assert np.asarray(result).dtype == np.asarray(value).dtype
    assert result == pytest.approx(0.6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_gradient_of_an_array_has_its_dtype_and_shape(dtype: Any) -> None:
    x = np.arange(6, dtype=dtype).reshape(2, 3)
    result = grad(lambda x: np.sum(x * x))(x)
    assert (result.dtype, result.shape) == (x.dtype, x.shape)
    assert np.array_equal(result, 2 * x)


def test_a_gradient_shares_no_memory_with_arguments() -> None:
    x, y = np.ones(3), np.ones(3)
    for result in grad(lambda x, y: np.sum(x * y), (0, 1))(x, y):
        assert not np.shares_memory(result, x) and not np.shares_memory(result, y)


def test_gradients_of_two_arguments_share_no_memory() -> None:
    first, second = grad(lambda x, y: np.sum(np.sin(x + y)), (0, 1))(np.ones(3), np.ones(3))
    assert not np.shares_memory(first, second)


def test_a_gradient_of_a_tree_has_its_form() -> None:
    w = {"a": np.ones(2), "b": 0.5}
    result = grad(norm)(w, np.eye(2))
    assert list(result) == ["a", "b"]
    assert np.array_equal(result["a"], [3.0, 3.0])
    assert (type(result["b"]), result["b"]) == (float, 6.0)


def test_what_cannot_vary_in_a_tree_has_the_gradient_none() -> None:
    result = grad(lambda p: p["x"] * p["n"])({"x": 2.0, "n": 3, "name": "w", "none": None, "flag": True})
    assert result == {"x": 3.0, "n": None, "name": None, "none": None, "flag": None}


def test_a_result_that_does_not_depend_on_the_argument_has_the_gradient_zero() -> None:
    assert grad(lambda x, y: y * y)(2.0, 3.0) == 0.0


# vjp and jvp


def test_a_pullback_gives_a_cotangent_for_each_primal_again_and_again() -> None:
    out, pullback = vjp(polar, 2.0, 0.0)
    assert out == (2.0, 0.0)
    assert pullback((1.0, 0.0)) == pullback((1.0, 0.0)) == (1.0, 0.0)
    assert pullback((0.0, 1.0)) == (0.0, 2.0)


def test_a_pullback_gives_none_for_what_cannot_vary() -> None:
    out, pullback = vjp(logistic_map, 0.2, 3)
    assert pullback(1.0) == (grad(logistic_map)(0.2, 3), None)


def test_a_pullback_is_right_after_arguments_and_results_were_overwritten() -> None:
    x, p = np.array([1.0, 2.0]), {"w": np.array([3.0, 4.0])}
    out, pullback = vjp(lambda x, p: np.exp(x * p["w"]), x, p)
    expected = [np.array(bar["w"] if isinstance(bar, dict) else bar) for bar in pullback(np.ones(2))]
    x[:], p["w"][:], out[:] = 0, 0, 0
    p["w"] = np.ones(2)
    found = pullback(np.ones(2))
    assert np.array_equal(found[0], expected[0]) and np.array_equal(found[1]["w"], expected[1])


def test_a_tangent_goes_with_each_primal() -> None:
    assert jvp(product, (2.0, 3.0, 5.0), (1.0, 0.0, 2.0)) == (30.0, 27.0)
    assert jvp(product, (2.0, 3.0, 5.0), (None, 1.0, None)) == (30.0, 10.0)


def test_an_int_with_a_tangent_counts_as_a_float_and_one_without_stays() -> None:
    assert jvp(lambda x: x * x, (3,), (1,)) == (9.0, 6.0)
    assert jvp(logistic_map, (0.2, 3), (1.0, None))[1] == grad(logistic_map)(0.2, 3)


def test_tangents_of_a_tree() -> None:
    w, dot = {"a": np.ones(2), "b": 0.5}, {"a": np.array([1.0, 0.0]), "b": 2}
    assert jvp(norm, (w, np.eye(2)), (dot, None))[1] == pytest.approx(3.0 + 12.0)


# derivatives of derivatives


def test_second_derivatives_in_every_mix_of_modes() -> None:
    def wave(x):
        return math.sin(x) * x

    expected = 2 * math.cos(0.7) - 0.7 * math.sin(0.7)
    assert grad(grad(wave))(0.7) == pytest.approx(expected)
    assert jvp(grad(wave), (0.7,), (1.0,))[1] == pytest.approx(expected)
    assert vjp(grad(wave), 0.7)[1](1.0)[0] == pytest.approx(expected)
    assert value_and_grad(grad(wave))(0.7)[1] == pytest.approx(expected)


def test_second_derivative_of_a_loop() -> None:
    h = 1e-6
    numeric = (grad(logistic_map)(0.2 + h, 4) - grad(logistic_map)(0.2 - h, 4)) / (2 * h)
    assert jvp(grad(logistic_map), (0.2, 4), (1.0, None))[1] == pytest.approx(numeric, rel=1e-6)
    assert grad(grad(logistic_map))(0.2, 4) == pytest.approx(numeric, rel=1e-6)


def test_names_of_derivatives_of_derivatives() -> None:
    text = grad(grad(helper)).source(1.0)
    assert text.startswith("def grad_grad_helper(x):")
    assert "Gradient of the gradient of" in text


# the world around


def test_globals_are_read_when_the_derivative_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    derivative = grad(scaled)
    assert derivative(0.0) == 2.0
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert derivative(0.0) == 5.0


def test_a_helper_that_is_defined_anew_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    derivative = grad(scaled)
    assert derivative(0.0) == 2.0
    monkeypatch.setitem(globals(), "helper", lambda x: 10 * x)
    assert derivative(0.0) == 20.0


def test_each_closure_reads_its_own_variables() -> None:
    def times(factor):
        def scaled(x):
            return factor * x

        return scaled

    double, half = grad(times(2.0)), grad(times(0.5))
    assert (double(1.0), half(1.0)) == (2.0, 0.5)
    assert double.compiled(1.0).__code__ is half.compiled(1.0).__code__


def test_a_captured_variable_that_changes_is_noticed() -> None:
    factor = 2.0

    def scaled(x):
        return factor * x

    derivative = grad(scaled)
    assert derivative(1.0) == 2.0
    factor = 3.0
    assert derivative(1.0) == 3.0
    factor = np.array([1.0, 2.0])  # type: ignore[assignment]
    with pytest.raises(ArgumentError):
        derivative(1.0)


def test_bools_and_strings_are_known_by_value_and_then_by_kind() -> None:
    def choose(x, method):
        return x * x if method == "square" else x

    derivative = grad(choose)
    assert (derivative(3.0, "square"), derivative(3.0, "plain")) == (6.0, 1.0)
    assert "\n    if" not in derivative.source(3.0, "square")
    for number in range(40):
        assert derivative(3.0, f"method {number}") == 1.0
    texts = {id(ready.made) for ready in derivative._ready.values()}
    assert len(texts) <= 18


def test_prints_happen_once(capsys: pytest.CaptureFixture[str]) -> None:
    def talk(x):
        print("x is", x)
        return x * x

    assert grad(talk)(3.0) == 6.0
    assert capsys.readouterr().out == "x is 3.0\n"


def test_eight_threads_share_one_derivative() -> None:
    derivative, results = grad(logistic_map), []

    def work() -> None:
        results.extend(derivative(0.2, n) for n in range(1, 50))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8 * 49
    assert len(set(results)) == len({grad(logistic_map)(0.2, n) for n in range(1, 50)})


# looking at it


def test_a_derivative_has_the_signature_and_the_words_of_its_function() -> None:
    derivative = grad(logistic_map)
    assert inspect.signature(derivative) == inspect.signature(logistic_map)
    assert derivative.__name__ == "grad_logistic_map"
    assert derivative.__doc__ == "Gradient of logistic_map.\n\nThe logistic map."
    assert repr(derivative) == "<grad_logistic_map>"


def test_the_text_is_found_by_inspect_and_survives_checkcache() -> None:
    compiled = grad(helper).compiled(1.0)
    linecache.checkcache()
    assert inspect.getsource(compiled) == grad(helper).source(1.0)
    linecache.clearcache()
    assert inspect.getsource(grad(helper).compiled(1.0)) == grad(helper).source(1.0)


def test_source_without_arguments_uses_annotations_and_defaults() -> None:
    def power(x: float, n: int = 2):
        return x**n

    assert grad(power).source() == grad(power).source(1.5, 2)


def test_the_program_prints() -> None:
    assert str(grad(helper).wengert(1.0)).startswith("function grad_helper(x):")


def test_explain_shows_every_stage() -> None:
    text = grad(logistic_map).explain(0.2, 3)
    headings = [line for line, under in zip(text.splitlines(), text.splitlines()[1:]) if under and set(under) == {"-"}]
    assert headings == ["source", "kinds", "primal, as a Wengert list", "active", "derivative, as a Wengert list", "saved", "text"]
    assert "v_tape: v.0, once a turn" in text


def test_an_exception_names_the_users_line() -> None:
    def inverse(x):
        y = x - 1.0
        return 1.0 / y

    line = inverse.__code__.co_firstlineno + 2
    with pytest.raises(ZeroDivisionError) as caught:
        grad(inverse)(1.0)
    (note,) = caught.value.__notes__
    assert note.splitlines()[0].endswith(f'test_api.py", line {line}, in test_an_exception_names_the_users_line.<locals>.inverse')
    assert note.splitlines()[1] == "    return 1.0 / y"
    assert "<wengert grad_inverse" in "".join(traceback.format_exception(caught.value))


# pickling


def test_a_derivative_of_an_importable_function_pickles_by_name() -> None:
    for derivative in (grad(logistic_map, "x"), value_and_grad(logistic_map)):
        data = pickle.dumps(derivative)
        assert pickle.loads(data)(0.2, 3) == derivative(0.2, 3)
        assert len(data) < 300


def test_a_derivative_of_a_local_function_pickles_as_text() -> None:
    factor = 3.0

    def local(x, n=2):
        return factor * SCALE * helper(x) * n

    again = pickle.loads(pickle.dumps(grad(local)))
    assert again(0.0) == grad(local)(0.0) == 12.0
    assert pickle.loads(pickle.dumps(again))(0.0) == 12.0
    assert pickle.loads(pickle.dumps(grad(lambda x: x * x)))(3.0) == 6.0


def test_derivatives_of_derivatives_and_both_modes_pickle() -> None:
    assert pickle.loads(pickle.dumps(grad(grad(helper))))(0.5) == grad(grad(helper))(0.5)
    assert pickle.loads(pickle.dumps(JVP(helper)))((0.0,), (1.0,)) == (0.0, 1.0)
    assert pickle.loads(pickle.dumps(VJP(helper)))(0.0)[1](1.0) == (1.0,)


# saving


def test_a_saved_module_needs_the_users_module_at_most(tmp_path: Path) -> None:
    path = tmp_path / "saved.py"
    grad(scaled).save(path, 1.0)
    text = path.read_text()
    assert "wengert" not in text
    namespace: dict[str, Any] = {}
    exec(compile(text, str(path), "exec"), namespace)
    assert namespace["grad_scaled"](0.0) == 2.0
    with pytest.raises(TypeError, match="^grad_scaled was made for float$"):
        namespace["grad_scaled"](np.ones(3))


def test_a_saved_module_checks_the_kinds_of_arrays_and_trees(tmp_path: Path) -> None:
    path, w = tmp_path / "saved.py", {"a": np.ones(2), "b": 0.5}
    grad(norm).save(path, w, np.eye(2))
    namespace: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    assert namespace["grad_norm"](w, np.eye(2))["b"] == 6.0
    others = ({"a": np.ones(2)}, np.eye(2)), ({"a": np.ones(1), "b": 0.5}, np.eye(2)), (w, np.ones(2)), (w, np.eye(2, dtype=np.float32)), (w, 1.0)
    for other in others:
        with pytest.raises(TypeError) as caught:
            namespace["grad_norm"](*other)
        assert str(caught.value) == "grad_norm was made for {'a': float64[*], 'b': float}, float64[*, *]"


def powered(x, y, n=2, *, scale=0.5):
    x += y
    return scale * np.sum(x ** n)


def test_a_saved_module_takes_the_users_defaults(tmp_path: Path) -> None:
    path, x = tmp_path / "saved.py", np.ones(2)
    grad(powered).save(path, x.copy(), x)
    assert "def grad_powered(x, y, n=2, scale=0.5):" in path.read_text()
    namespace: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    assert list(namespace["grad_powered"](x.copy(), x)) == [2.0, 2.0]
    assert list(namespace["grad_powered"](x.copy(), x, 3)) == [6.0, 6.0]
    with pytest.raises(ValueError, match="share memory"):
        namespace["grad_powered"](x, x)


@pytest.mark.parametrize("helper", runtime.HELPERS, ids=lambda helper: helper.__name__)
def test_the_text_of_a_helper_reads_only_what_a_saved_module_holds(helper: Any) -> None:
    held = {*_with_needed_by_helpers({helper.__name__: helper}), *vars(builtins)}
    waiting = [symtable.symtable(_helper_text(helper, helper.__name__), "saved.py", "exec")]
    while waiting:
        scope = waiting.pop()
        assert {name.get_name() for name in scope.get_symbols() if name.is_global() and name.is_referenced()} <= held
        waiting += scope.get_children()


def test_what_cannot_be_imported_is_not_saved(tmp_path: Path) -> None:
    table = np.ones(3)

    def weighted(x):
        return np.sum(table * x)

    with pytest.raises(wengert.Error) as caught:
        grad(weighted).save(tmp_path / "saved.py", 1.0)
    assert str(caught.value) == (
        "the derivative of `weighted` cannot be saved as a module: it reads the captured variable `table`, which is no literal (W091).\n"
        "A saved module needs NumPy and at most the module of `weighted`, so what it uses must be importable by name, or a literal.\n"
        "Define what it needs at the top level of a module, or pass it as an argument (docs/errors.md#w091)."
    )


# refusals


def message(function: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(ArgumentError) as caught:
        function(*args, **kwargs)
    assert isinstance(caught.value, TypeError)
    return str(caught.value)


def test_an_array_of_ints_is_refused() -> None:
    assert message(grad(norm, "data"), {"a": np.ones(2), "b": 1.0}, np.eye(2, dtype=int)) == (
        "argument `data` of `norm` is an int64 array; derivatives need floats (W061).\n"
        "Integers do not vary by small amounts, and a gradient could not be of the argument's dtype.\n"
        "Pass `data.astype(float)`, or choose another argnums (docs/errors.md#w061)."
    )


@pytest.mark.parametrize(("value", "words"), [(True, "True"), (None, "None"), ("a", "the string 'a'")])
def test_a_bool_none_or_string_is_refused(value: Any, words: str) -> None:
    assert message(grad(product), value, 1.0, 1.0) == (
        f"argument `x` of `product` is {words}, which has no derivative (W062).\n"
        "A derivative needs a number that varies by small amounts.\n"
        "Pass a float, or choose another argnums (docs/errors.md#w062)."
    )


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: np.matrix([[1.0]]), "an np.matrix"),
        (lambda: np.ma.masked_array([1.0]), "a masked array"),
        (lambda: np.array([1.0], dtype=object), "an array of dtype object"),
    ],
)
def test_special_arrays_are_refused(make: Any, words: str) -> None:
    first = message(grad(product), make(), 1.0, 1.0).splitlines()[0]
    assert first == f"argument `x` of `product` is {words} (W066)."


def test_a_value_of_another_type_is_refused_also_inside_a_tree() -> None:
    first = message(grad(product), {1.0}, 1.0, 1.0).splitlines()[0]
    assert first == "argument `x` of `product` is a set, which cannot be differentiated (W063)."
    first = message(grad(product), {"w": [1.0, {1.0}]}, 1.0, 1.0).splitlines()[0]
    assert first == "argument `x['w'][1]` of `product` is a set, which cannot be differentiated (W063)."


def test_a_tree_without_floats_is_refused() -> None:
    first = message(grad(product), [1, 2], 1.0, 1.0).splitlines()[0]
    assert first == "argument `x` of `product` holds no float (W064)."


def test_argnums_that_name_no_argument_are_refused() -> None:
    assert message(grad(product, "w"), 1.0, 1.0, 1.0) == (
        "`product` has no argument 'w' (W065).\n"
        "argnums counts the parameters from 0 (or from -1, backward), or names them: x, y, z.\n"
        "Choose argnums among them (docs/errors.md#w065)."
    )
    assert message(grad(product, 3), 1.0, 1.0, 1.0).startswith("`product` has no argument 3 (W065).")


def test_a_result_that_is_an_array_is_refused_before_the_function_runs(capsys: pytest.CaptureFixture[str]) -> None:
    def loud(x):
        print("ran")
        return x * np.ones(3)

    found = message(grad(loud), 1.0).splitlines()
    assert found[0] == "grad(loud) needs a scalar result, but `loud` returned a float64 array with 1 axis (W060)."
    assert found[-1] == (
        "Use jacobian(loud) for all rows, vjp(loud, ...) with a cotangent, or return np.sum(...) (docs/errors.md#w060)."
    )
    assert capsys.readouterr().out == ""


def test_a_result_of_another_tree_or_type_is_refused() -> None:
    assert message(grad(polar), 1.0, 2.0).splitlines()[0] == (
        "grad(polar) needs a scalar result, but `polar` returned a tuple: (float, float) (W060)."
    )
    assert message(grad(lambda x: None), 1.0).splitlines()[0] == "`<lambda>` returned None, which has no derivative (W071)."


def test_cotangents_and_tangents_that_do_not_fit_are_refused() -> None:
    _, pullback = vjp(outer_product, 2.0)
    assert message(pullback, 1.0).splitlines()[0] == "the cotangent is a single number, but an array of shape (3,) is needed (W068)."
    _, pullback = vjp(polar, 2.0, 0.0)
    assert message(pullback, 1.0).splitlines()[0] == "the cotangent is the float 1.0, but one of the result's tree is needed (W068)."
    assert message(jvp, outer_product, (2.0,), (np.ones(3),)).splitlines()[0] == (
        "the tangent of x is an array of shape (3,), but a single number is needed (W068)."
    )
    assert message(jvp, polar, (2.0, 0.0), (1.0,)).splitlines()[0] == (
        "the tangents is 1 of them, but one for each of 2 primals is needed (W068)."
    )


def test_what_is_no_function_is_refused() -> None:
    assert message(grad, 3.0).startswith("a function is wanted, not ")
    assert message(differentiate, 3.0).startswith("a function is wanted, not ")
