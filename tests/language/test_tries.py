"""`try` whose body raises after it has done something: what was done stays done, and the handler for the exception runs."""

from __future__ import annotations

import contextlib
import io
import math
import warnings

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

from wengert import Error, grad, value_and_grad

CASES: dict[str, Case] = {}
case = collecting(CASES)


class Diverged(Exception):
    pass


class Manager:
    def __init__(self, log, swallow=False):
        self.log, self.swallow = log, swallow

    def __enter__(self):
        self.log.append(1.0)
        return self

    def __exit__(self, kind, error, trace):
        self.log.append(2.0 if error is None else 3.0)
        return self.swallow


@contextlib.contextmanager
def patient():
    try:
        yield 2.0
    except ValueError:
        pass


def record(log, v):
    log.append(v * 2)
    if v > 1:
        raise ValueError("too big")
    return v * v


def filled(a, x):
    for i in range(len(a)):
        a[i] = x * (i + 1)
        if a[i] > 2:
            raise Diverged(i)
    return a.sum()


class Stepper:
    def __init__(self, x):
        self.x, self.count, self.history = x, 0, []

    def step(self, v):
        self.count += 1
        self.history.append(v)
        if v < 0:
            raise ValueError("negative")
        self.x = self.x * v
        return self.x


@case(0.7)
def stores_before_the_exception_stay(x):
    a = np.zeros(3)
    try:
        a[0] = x
        a[1] = math.sqrt(x - 1)
        a[2] = 5 * x
    except ValueError:
        a[1] = x * x
    return np.sum(a * a)


@case(0.7, np.ones(3))
def a_store_outside_of_the_array(x, a):
    try:
        a[0] = x
        a[5] = 2 * x
    except IndexError:
        a[1] = x * x
    return np.sum(a * a)


@case(0.7)
def a_store_of_another_shape(x):
    a = np.ones(3)
    try:
        a[1:] = np.array([x, x, x])
    except ValueError:
        a[1:] = x * x
    return np.sum(a * a)


@case(0.7)
def an_item_appended_before_the_exception_stays(x):
    log = []
    try:
        log.append(x)
        y = math.log(x - 1)
        log.append(y)
    except ValueError:
        y = 3 * x
    return y + sum(log)


@case(0.7)
def a_variable_is_what_it_was_when_the_exception_came(x):
    y = x
    try:
        y = y * 3
        z = math.log(x - 1)
        y = y * 5
    except ValueError:
        z = 1.0
    return y * z


@case(0.7)
def a_loop_in_the_body_is_left_halfway(x):
    i, s = 0, x
    try:
        for i in range(10):
            s = s * math.sqrt(2 - i * x)
    except ValueError:
        s = s + i * x
    return s


@case(0.7)
def the_variable_that_a_division_would_have_bound(x):
    s = 0.0
    for i in range(3):
        try:
            s += x / i
        except ZeroDivisionError:
            s += x * x
    return s


@case(0.7)
def a_fallback_of_a_linear_solver(x):
    a = np.array([[x, 0.0], [0.0, 0.0]])
    b = np.array([x, 1.0])
    try:
        y = np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        y = b * x
    return np.sum(y * y)


@case(1.1)
def a_cholesky_factor_with_jitter(x):
    a = np.array([[x, 1.5], [1.5, x]])
    jitter = 0.0
    for _ in range(6):
        try:
            factor = np.linalg.cholesky(a + jitter * np.eye(2))
            break
        except np.linalg.LinAlgError:
            jitter = max(jitter * 2, 0.3)
    return np.sum(factor) + jitter


@case(0.7)
def a_search_that_tries_again(x):
    def func(v):
        return math.log(v) + v * v

    v = x
    for _ in range(4):
        step = (func(v) - 1) / (1 / v + 2 * v)
        lam = 3.0
        while True:
            try:
                new = v - lam * step
                func(new)
            except ValueError:
                lam *= 0.5
                continue
            break
        v = new
    return v * x


@case(0.7)
def a_helper_that_has_changed_something_and_raises(x):
    log, s = [], 0.0
    for v in [x, 2 * x, 0.5 * x]:
        try:
            s += record(log, v)
        except ValueError:
            s += 10 * v
    return s + sum(log)


@case(0.7)
def a_helper_with_a_loop_that_raises(x):
    a = np.zeros(5)
    try:
        y = filled(a, x)
    except Diverged:
        y = a[0] * 7
    return y + np.sum(a * a)


@case(0.7)
def a_method_that_raises(x):
    s, t = Stepper(x), 0.0
    for v in (x, -x, 2 * x):
        try:
            t += s.step(v)
        except ValueError:
            t += 1.5 * s.x
    return t * s.count + sum(s.history)


@case(0.7)
def a_return_inside_of_the_body(x):
    a = [0.0, 0.0, 0.0]
    for i in range(5):
        try:
            a[i] = x * i
            if a[i] > 2.0:
                return a[i] * a[1]
        except IndexError:
            return sum(a) * x
    return x


@case(0.7)
def a_list_of_what_worked_and_one_of_what_did_not(x):
    good, bad = [], []
    for v in [x, -x, 2 * x, -1.0]:
        try:
            good.append(math.log(v))
        except ValueError:
            bad.append(v * v)
    return sum(good) + sum(bad)


@case(0.7)
def a_handler_of_the_try_around(x):
    out = []
    try:
        try:
            out.append(x)
            raise KeyError("a")
        except ValueError:
            out.append(100.0)
        finally:
            out.append(2 * x)
    except KeyError:
        out.append(3 * x)
    return sum(v * v for v in out)


@case(0.7)
def an_exception_in_a_handler(x):
    out = [x]
    try:
        try:
            out.append(x * x)
            math.log(-1.0)
        except ValueError as error:
            out.append(x)
            raise RuntimeError("again") from error
    except RuntimeError as error:
        out.append(5 * x * len(repr(error.__cause__)))
    return sum(out)


@case(0.7)
def a_handler_that_raises_again(x):
    out = [x]
    try:
        try:
            out.append(math.log(x - 1))
        except ValueError:
            out.append(2 * x)
            raise
    except ValueError:
        out.append(x * x)
    return sum(out)


@case(0.7)
def an_exception_raised_by_its_class(x):
    a = np.zeros(2)
    try:
        a[0] = x
        if x < 1:
            raise Diverged
        a[1] = 1.0
    except Diverged:
        a[1] = x * x
    return a.sum() * x


ERRORS = (ValueError, ZeroDivisionError)


@case(0.7)
def a_tuple_of_classes_under_a_name(x):
    a = [x]
    try:
        a.append(x * 2)
        a.append(1 / (len(a) - 2))
    except ERRORS:
        a.append(x * x)
    return sum(a)


@case(0.7)
def a_bare_except(x):
    a = [x]
    try:
        a.append(2 * x)
        y = [1.0][len(a)]
    except:  # noqa: E722
        y = 3 * x
    return y + sum(a)


@case(0.7)
def a_handler_for_something_else_where_nothing_raises(x):
    a = [x]
    try:
        a.append(2 * x)
        y = math.sqrt(x)
        a[0] = y
    except ValueError:
        a.append(100.0)
    else:
        a.append(x * y)
    return sum(a)


@case(0.7)
def a_finally_after_an_exception(x):
    def logged(log):
        try:
            y = math.log(x - 1)
        finally:
            log.append(x)
        return y

    log = []
    try:
        y = logged(log)
    except ValueError:
        y = 2 * x
    return y * sum(log)


@case(0.7)
def a_finally_that_returns(x):
    a = [x]
    try:
        a.append(math.log(-x))
    except KeyError:
        a.append(1.0)
    finally:
        return sum(a) * x  # noqa: B012


@case(0.7)
def a_finally_after_a_break(x):
    s = 0.0
    for i in range(5):
        try:
            s += math.log(x + 2 - i)
        except ValueError:
            s += x
            break
        finally:
            s += 0.1 * x
    return s


@case(0.7)
def a_manager_that_is_left_by_an_exception(x):
    log = []
    try:
        with Manager(log):
            log.append(x)
            y = math.log(x - 1)
    except ValueError:
        y = x * x
    return y * sum(log)


@case(0.7)
def a_manager_that_keeps_the_exception(x):
    log, y = [], x
    with Manager(log, True):
        log.append(x)
        y = math.log(x - 1)
    return y * sum(log)


@case(0.7)
def a_manager_made_of_a_generator_that_keeps_the_exception(x):
    y = x
    with patient() as c:
        y = y * c
        y = math.log(y - 5)
    return y * x


@case(0.7)
def suppress(x):
    y, log = x, []
    with contextlib.suppress(ValueError):
        log.append(x)
        y = math.log(x - 1)
    return y * x * sum(log)


@case(0.7)
def errstate_inside_of_the_body(x):
    a = np.array([x, -1.0])
    try:
        with np.errstate(invalid="raise"):
            b = a * 2
            b = np.sqrt(b)
    except FloatingPointError:
        b = b * b
    return b.sum()


@case(0.7)
def a_generator_that_raises(x):
    def values():
        for i in range(5):
            if i == 3:
                raise RuntimeError("no more")
            yield x * i

    s = 0.0
    try:
        for v in values():
            s += v * v
    except RuntimeError:
        s += x
    return s


@case(0.7)
def words_that_are_no_numbers(x):
    total = 0.0
    for word in "a 1 2.5 b".split():
        try:
            total += float(word) * x
        except ValueError:
            total += x * x
    return total * x


@case(0.7)
def a_call_of_something_that_is_not_looked_into(x):
    y = x
    try:
        warnings.warn("low", stacklevel=1)
        y = y * x
    except UserWarning:
        y = 10 * x
    return y


@case(0.7)
def a_counter_of_another_function(x):
    calls = 0

    def g(v):
        nonlocal calls
        calls += 1
        return math.log(v)

    try:
        y = g(x) + g(x - 1)
    except ValueError:
        y = x * x
    return y * calls


@case(0.7)
def a_float_has_no_shape(x):
    try:
        k = x.shape[0]
    except AttributeError:
        k = 1
    return k * x


@case(np.array([0.7, 0.2]))
def an_attribute_that_only_a_series_takes(x):
    y = np.cos(x) * x
    try:
        y = y * 2
        y.name = "cosine"
        y = y * 100
    except AttributeError:
        y = y * x
    return np.sum(y * x)


class Forgiving:
    """Decorators whose exceptions are an argument."""

    @staticmethod
    def halving(times, exceptions):
        def around(f):
            def inner(x):
                for _ in range(times):
                    try:
                        return f(x)
                    except exceptions:
                        x = x / 2
                raise RuntimeError("gave up")

            return inner

        return around


@Forgiving.halving(4, (ValueError, ZeroDivisionError))
def arc(x):
    return math.acos(x)


@case(3.7)
def a_decorator_that_tries_again(x):
    return arc(x) * x


@case({"a": 0.7})
def a_key_that_is_not_there(d):
    try:
        b = d["b"]
    except KeyError:
        b = d["a"] ** 2
    return b * d["a"]


@case(0.7)
def a_key_that_is_not_there_in_a_branch(x):
    d = {"a": x}
    try:
        y = d["b"] * 3 if x > 0.5 else x
    except KeyError:
        y = 5.0 * x
    return y * d["a"]


@case(0.7)
def an_index_past_the_end_of_a_tuple(x):
    v = (x, 2 * x)
    try:
        return v[2]
    except (IndexError, KeyError):
        return v[-1] ** 2


@pytest.mark.filterwarnings("ignore:low")
@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences_and_leave_what_a_plain_call_leaves(name):
    agree(*CASES[name], order=1 if name in ONCE else 2)


ONCE = {"a_return_inside_of_the_body", "a_cholesky_factor_with_jitter"}
"""Cases of which second derivatives are refused, or have kinks."""


def halved(v, n):
    return math.log(v) if n == 0 else math.sin(halved(0.5 * v, n - 1))


@case(0.8, 0.9)
def a_generator_function_is_made_behind_what_raises(x, y):
    total = x
    try:
        total += y * y
        raise KeyError(2)

        def multiples(w):
            yield w
    except KeyError:
        total *= y
    return total


def logarithms(x):
    for k in range(3):
        try:
            yield math.log(x - k)
        except ValueError:
            yield x


@case(1.3, 0.9)
def a_generator_function_handles_what_it_raises_itself(x, y):
    total = x
    for v in logarithms(x):
        try:
            total += math.log(v - 0.5) * y
        except ValueError:
            total += v * v
    return total


@case(-0.8, 0.9)
def a_recursive_function_raises(x, y):
    total = 0.0
    for v in (x, y):
        try:
            total += halved(v, 2)
        except ValueError:
            total += v * v
    return total


@case(-0.8, 0.9)
def a_recursive_function_raises_when_something_has_been_done(x, y):
    done = [x * y]
    for v in (x, y):
        try:
            done.append(v * v)
            s = halved(v, 2)
            done.append(s)
        except ValueError:
            done.append(v)
    return sum(done) * done[2]


@case(-0.8, 0.9)
def a_recursive_function_of_a_try_raises(x, y):
    done = [x * y]
    for v in (x, y):
        try:
            done.append(v * v)

            def inner(w, n):
                return math.log(w * y) if n == 0 else math.sin(inner(0.5 * w, n - 1)) * x

            done.append(inner(v, 2))
        except ValueError:
            done.append(v)
    return sum(done) * done[2]


@case(0.9, 0.7)
def a_recursive_function_writes_before_another_one_raises(x, y):
    a = np.array([x, y, x * y])

    def fill(n):
        if n > 0:
            a[n] = a[n - 1] * math.sin(x)
            fill(n - 1)

    try:
        fill(2)
        s = halved(a[1] - 1, 1)
    except ValueError:
        s = a[2]
    return s * a[0] + a[1]


def test_what_is_printed_before_an_exception_is_printed_once():
    def f(x):
        try:
            print("trying", x)
            y = math.log(x - 1)
        except ValueError as error:
            print(error)
            y = x * x
        finally:
            print("done")
        return y

    said, plainly = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(plainly):
        f(0.7)
    with contextlib.redirect_stdout(said):
        assert value_and_grad(f)(0.7) == (0.7 * 0.7, 1.4)
    assert said.getvalue() == plainly.getvalue()


def test_an_exception_without_a_handler_leaves_the_derivative_as_it_leaves_the_function():
    def f(x):
        out = [x]
        try:
            out.append(math.log(x - 1))
        except KeyError:
            out.append(1.0)
        return sum(out)

    with pytest.raises(ValueError, match="math domain error"):
        grad(f)(0.7)


def test_a_handler_that_raises_another_exception_names_the_cause():
    def f(x):
        out = [x]
        try:
            out.append(2 * x)
            out.append(math.log(x - 1))
        except ValueError as error:
            raise Diverged("bad") from error
        return sum(out)

    with pytest.raises(Diverged) as caught:
        grad(f)(0.7)
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_differentiated_value_read_from_an_exception_is_refused():
    def f(x):
        try:
            if x < 1:
                raise ValueError("small", x)
            y = x
        except ValueError as error:
            y = error.args[1] * x
        return y

    with pytest.raises(Error, match="W043"):
        grad(f)(0.7)


def test_a_recursive_function_that_prints_and_then_raises_is_refused():
    def noisy(v, n):
        print(n)
        return math.log(v) if n == 0 else noisy(0.5 * v, n - 1)

    def f(x):
        try:
            return noisy(x, 2)
        except ValueError:
            return x

    with pytest.raises(Error, match="W032"):
        grad(f)(0.7)


def test_something_that_may_raise_and_cannot_be_tried_is_refused():
    it = iter([1.0, 2.0])

    def f(x):
        s = 0.0
        while True:
            try:
                s += next(it) * x
            except StopIteration:
                break
        return s

    with pytest.raises(Error, match="W0"):
        grad(f)(0.7)
