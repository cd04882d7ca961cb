"""What a generic program becomes for arguments of given kinds: the text, the kinds, and the same values as the user's function."""

import math
import struct

import numpy as np
import pytest
from counting import calls

from wengert import errors
from wengert.analysis.specialise import specialise
from wengert.frontend.lower import lower
from wengert.frontend.quote import written
from wengert.frontend.source import source_of
from wengert.ir.axes import MANY
from wengert.ir.core import Apply, For
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import FLOAT, INT, NUMBER, Array, List, NumpyScalar, Scalar, Union
from wengert.ir.text import show
from wengert.ir.values import kind_of
from wengert.ir.verify import verify
from wengert.ir.walk import all_names, lines_of
from wengert.surroundings import Surroundings

VECTOR = Array("float64", (MANY,))
X = np.array([0.3, 0.5, 0.9])


def special(function, *args, varied=None):
    generic = lower(source_of(function), function.__code__.co_freevars)
    verify(generic, generic=True)
    made = specialise(generic, [kind_of(arg) for arg in args], Surroundings(function), varied)
    verify(made.function)
    return made


def text(function, *args, varied=None):
    return show(special(function, *args, varied=varied).function)


def ops(function, *args, varied=None):
    return [line.op for line in lines_of(special(function, *args, varied=varied).function) if hasattr(line, "op")]


def text_of(function, *args):
    return show(special(function, *args).function)


def result_kind(function, *args):
    made = special(function, *args).function
    value = made.body.terminator.value
    return made.kinds[value] if isinstance(value, str) else value


def same(a, b):
    if isinstance(a, (tuple, list)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and np.array_equal(a, b, equal_nan=True)


# helpers of the functions below

RATE = 0.25
LAYERS = {"relu": np.tanh, "steep": np.exp}


def square(z):
    return z * z


def softplus(z):
    return math.log1p(math.exp(z))


def clip_low(t, low=0.1):
    if t < low:
        return low
    if t > 10 * low:
        return 10 * low
    r = t * t
    return r


def first_above(xs, limit):
    for k, v in enumerate(xs):
        if v > limit:
            return k, v
        for w in xs:
            if w * v > 100 * limit:
                return k, w
    return -1, 0.0


def newton(a):
    x = a
    while True:
        step = (x * x - a) / (2 * x)
        x = x - step
        if abs(step) < 1e-9:
            return x


def nested_returns(a, b):
    if a > 0:
        if b > 0:
            return a * b
        a = a + 1
    else:
        b = b - 1
    return a - b


def polar(r, t):
    return r * math.cos(t), r * math.sin(t)


def apply_twice(f, x):
    return f(f(x))


def checked(x):
    if x > 100:
        raise ValueError("too large")
    return 2 * x


def fill(xs):
    out = []
    for x in xs:
        out.append(square(x))
    return out


# programs: (function, arguments)


def plain(x, y):
    return np.sin(x) * y + math.pi * RATE


def methods(x):
    return x.sum() + x.T.mean(axis=0) * x.size + x.reshape(-1)[0]


def calls_helpers(x):
    return softplus(2 * softplus(x) + 1)


def early(x):
    return clip_low(x) + clip_low(x, 0.01) + clip_low(low=2.0, t=x)


def loop_return(xs):
    k, v = first_above(xs, 0.4)
    return v * k


def zips(a, b):
    s = 0.0
    for i, (p, q) in enumerate(zip(a, b), 1):
        s = s + i * p * q
    for p in reversed(a):
        s = s * p
    for pair in zip(a, b):
        s = s + pair[0] / pair[1]
    return s


def whiles(a):
    return newton(a) + nested_returns(a, 1.0) + nested_returns(a, -1.0) + nested_returns(-a, 1.0)


def tuples(r, t):
    x, y = polar(r, t)
    u = polar(x, y)
    return u[0] + u[1]


def closures(x, n):
    c = x + 1

    def inner(t):
        if t > 1:
            return t * c
        return c

    g = lambda t: inner(t) + n
    return apply_twice(g, x) + inner(0.1)


def appends(x, n):
    xs = []
    for i in range(n):
        if i % 2:
            xs.append(x * i)
            continue
        ys = [x]
        ys.append(ys[0] * 2)
        xs.append(ys[1])
    return np.sum(np.stack(xs)) + len(xs)


def lists_of_helpers(x):
    return sum(fill(x))


def augmented(x, n):
    s = 0.0
    k = 0
    for _ in range(n):
        s += x
        s *= 1.5
        k += 1
    return s / k


def augmented_array(x):
    s = np.zeros(3)
    for i in range(3):
        s += x * i
    t = s * 2
    t -= x
    return t.sum()


def augmented_union(x):
    s = 0.0
    for i in range(3):
        s += x * i
    return np.sum(s)


def folded(x, mode="relu", scale=None):
    if scale is None:
        scale = 2.0
    if isinstance(x, np.ndarray):
        x = x * scale
    elif mode == "other":
        x = undefined_name(x)  # noqa: F821
    if mode == "relu" and not callable(mode):
        return LAYERS["relu"](x).sum() if False else np.sum(x)
    return x


def by_known_function(x, f):
    return f(x) + apply_twice(f, x)


def dicts(params, x):
    s = 0.0
    for key, w in params.items():  # noqa: PERF102
        s = s + np.sum(w * w)
    for w in params.values():
        s = s + w.sum()
    return s + np.sum(x @ params["W"]) + params.get("nothing", 1.0) + len(params)


def raises(x):
    return checked(x) + checked(x + 1)


def unpacking(xs):
    a, *b, c = xs
    (d, e), f = (a, b), c
    return a + sum(b) + c + d + len(e) + f


def prints(x, n):
    assert n > 0, f"n is {n}"
    for i in range(n):
        y = x * i
    y = y + 1
    return y


def search(x, n):
    for i in range(n):
        if x * i > 1:
            break
    else:
        i = -1
    return x * i


def recursive_free(x):
    return square(square(x)) if x > 0 else -square(x)


PROGRAMS = [
    (plain, 0.5, 0.2), (plain, X, 2.0), (methods, X), (calls_helpers, 0.3), (early, 0.05), (early, 0.5), (early, 50.0), (loop_return, [0.1, 0.5]),
    (loop_return, [0.1, 0.2]), (loop_return, X), (zips, [1.0, 2.0], [3.0, 4.0]), (zips, X, 2 * X), (whiles, 2.0), (tuples, 1.0, 2.0),
    (closures, 0.5, 2), (closures, 3.0, 2), (appends, 0.5, 4), (lists_of_helpers, [1.0, 2.0]), (augmented, 0.5, 3),
    (augmented_array, X), (augmented_union, X), (folded, X), (folded, X, "relu", 3.0), (by_known_function, 0.5, math.sin),
    (by_known_function, 0.5, square), (dicts, {"W": np.ones((3, 2)), "b": np.ones(2)}, X), (raises, 3.0), (unpacking, (1.0, 2.0, 3.0, 4.0)),
    (unpacking, [1.0, 2.0, 3.0, 4.0]), (prints, 0.5, 3), (search, 0.6, 5), (search, 0.1, 5), (recursive_free, 2.0), (recursive_free, -2.0),
]  # fmt: skip


@pytest.mark.parametrize(("function", "args"), [(row[0], row[1:]) for row in PROGRAMS], ids=lambda part: getattr(part, "__name__", "args"))
def test_the_specialised_program_computes_what_the_function_does(function, args):
    given = list(args) + list((function.__defaults__ or ())[len(args) - function.__code__.co_argcount :] if function.__defaults__ else ())
    given = given[: function.__code__.co_argcount]
    made = special(function, *given).function
    assert same(evaluate(made, *given, globals=globals()), function(*given)), show(made)
    assert not [line.op for line in lines_of(made) if getattr(line, "op", "") in ("getattr", "call_star", "iadd")], show(made)


# kinds


def adds_arrays(xs):
    s = 0.0
    for x in xs:
        s = s + x
    return s


def counts(n):
    k = 0
    while k < n:
        k = k + 1
    return k


def adds_to_int(x, n):
    s = 0
    for _ in range(n):
        s = s + x
    return s


def sums_rows(x):
    s = 0.0
    for row in x:
        s = s + np.sum(row)
    return s


@pytest.mark.parametrize(
    ("function", "args", "kind"),
    [
        (plain, (0.5, 0.2), NumpyScalar("float64")),
        (plain, (X, 2.0), VECTOR),
        (adds_arrays, ([X, X],), Union((Scalar("float"), VECTOR))),
        (counts, (3,), INT),
        (adds_to_int, (0.5, 3), NUMBER),
        (sums_rows, (np.ones((2, 3)),), Union((Scalar("float"), NumpyScalar("float64")))),
        (tuples, (1.0, 2.0), FLOAT),
        (augmented, (0.5, 3), FLOAT),
        (loop_return, ([0.1, 0.5],), FLOAT),
        (lists_of_helpers, ([1.0, 2.0],), NUMBER),
    ],
)
def test_the_result_has_the_kind(function, args, kind):
    assert result_kind(function, *args) == kind


def test_every_name_of_the_program_has_a_kind():
    made = special(loop_return, [0.1, 0.5]).function
    assert all_names(made) <= made.kinds.keys()


def test_a_carried_list_is_a_list_of_its_elements():
    def f(x, n):
        xs = []
        for i in range(n):
            xs.append(x * i)
        return xs

    assert result_kind(f, 0.5, 3) == List(FLOAT)


def test_axes_that_differ_around_a_loop_get_one_name():
    def f(x, n):
        y = x
        for _ in range(n):
            y = y[1:]
        return y

    kind = result_kind(f, X, 3)
    assert isinstance(kind, Array) and kind.dtype == "float64" and kind.axes != (MANY,) and "?" not in kind.axes


# the text


def test_a_short_helper_is_inlined_under_its_own_names():
    assert text(calls_helpers, 0.3) == """\
function calls_helpers(x):
    %6 = math.exp(x)
    %7 = math.log1p(%6)
    %3 = 2 * %7
    z.0 = %3 + 1
    %8 = math.exp(z.0)
    %9 = math.log1p(%8)
    return %9"""


def test_lines_of_a_helper_remember_the_call():
    made = special(calls_helpers, 0.3).function
    line = made.body.lines[0]
    assert (line.place.function, line.place.source) == ("softplus", "return math.log1p(math.exp(z))")
    assert line.place.call.source == "return softplus(2 * softplus(x) + 1)" and line.place.call.function == "calls_helpers"


def test_zip_and_enumerate_are_walked_over_in_step():
    loops = [line for line in special(zips, X, X).function.body.lines if isinstance(line, For)]
    assert [len(loop.sources) for loop in loops] == [3, 1, 2]
    assert loops[0].elements == ("i.0", "p.0", "q.0")


def test_the_spelling_of_the_user_is_kept():
    made = special(methods, X).function
    spelled = {line.op: line.spelled for line in lines_of(made) if isinstance(line, Apply)}
    assert (spelled["np.sum"], spelled["np.transpose"], spelled["np.size"]) == (".sum", ".T", ".size")


def test_a_known_test_leaves_only_its_branch():
    assert ops(folded, X, "relu", None) == ["mul", "np.sum"]


def test_a_test_of_an_int_argument_stays():
    def f(x, n):
        if n == 1:
            return x
        return 2 * x

    assert ops(f, 0.5, 1) == ["eq", "mul"]


def test_the_result_of_a_function_that_nothing_differentiated_enters_has_a_kind():
    def f(x, n):
        return x * polar(n, 2)[0]

    made = special(f, 0.5, 3, varied=[True, False]).function
    assert ops(f, 0.5, 3) == ["call", "getitem", "mul"] and made.kinds[made.body.terminator.value] == FLOAT


def test_a_callee_chosen_by_a_known_name_is_found():
    def f(x, name):
        return LAYERS[name](x)

    assert ops(f, X, "steep") == ["global", "getitem", "np.exp"]


def test_a_function_that_is_returned_stays_a_function():
    def f(x):
        c = x + 1

        def pullback(g):
            return g * c

        return c, pullback

    assert text(f, 0.5) == """\
function f(x):
    c.0 = x + 1
    pullback.0 = def (g):
        %0 = g * c.0
        return %0
    %1 = tuple(c.0, pullback.0)
    return %1"""


def test_a_returned_function_is_inlined_where_it_is_called():
    def vjp_square(x):
        y = x * x

        def pullback(g):
            return 2 * x * g

        return y, pullback

    def f(x):
        y, pullback = vjp_square(x)
        return y + pullback(1.0)

    assert ops(f, 0.5) == ["mul", "mul", "mul", "add"]


# guards


def test_what_was_relied_on_is_guarded():
    guards = {(guard.scope, guard.name): guard for guard in special(plain, 0.5, 0.2).guards}
    assert guards["global", "np"].holds(np) and not guards["global", "np"].holds(math)
    assert guards["global", "RATE"].holds(0.5) and not guards["global", "RATE"].holds(1)


def test_globals_of_a_helper_are_guarded_as_the_helper_sees_them():
    guard = next(guard for guard in special(calls_helpers, 0.3).guards if guard.name == "math")
    assert guard.owner.lookup("math") is math and guard.current() is math


def test_what_an_inlined_function_captured_is_a_constant_under_guard():
    def make(k):
        def g(x):
            return k * x

        return g

    triple = make(3.0)

    def f(x):
        k = 2.0
        return k * triple(x)

    made = special(f, 0.5)
    assert evaluate(made.function, 0.5) == f(0.5)
    assert any(guard.name == "k" and guard.holds(guard.current()) for guard in made.guards)


def test_a_global_of_an_inlined_function_is_read_from_its_module(tmp_path, monkeypatch):
    (tmp_path / "other_rates.py").write_text("RATE = 4.0\n\n\ndef scaled(x):\n    return RATE * x\n")
    monkeypatch.syspath_prepend(tmp_path)
    import other_rates

    def f(x):
        return RATE * other_rates.scaled(x)

    made = special(f, 0.5)
    assert ops(f, 0.5) == ["global", "getattr", "mul", "mul"]
    assert evaluate(made.function, 0.5, globals={"RATE": RATE, "other_rates": other_rates}) == f(0.5)


# refusals


def code_of(function, *args, varied=None):
    with pytest.raises(errors.Error) as caught:
        special(function, *args, varied=varied)
    return caught.value.code, caught.value.place.source


def power(x, n):
    return 1.0 if n == 0 else x * power(x, n - 1)


def even(x, n):
    return odd(x, n - 1)


def odd(x, n):
    return even(x, n - 1)


def test_a_function_without_source_or_rule_is_refused_where_something_differentiated_enters():
    def f(x, y):
        return x + len(struct.pack("d", y))

    assert code_of(f, 0.5, 0.5) == ("W040", 'return x + len(struct.pack("d", y))')
    assert ops(f, 0.5, 0.5, varied=[True, False])[-3:] == ["call", "len", "add"]


def test_a_function_that_a_test_chooses_is_a_branch():
    def f(x, flag):
        g = np.sin if flag > 0 else np.cos
        return g(x)

    assert {"np.sin", "np.cos"} <= set(ops(f, 0.5, 1))


def test_a_function_known_only_at_run_time_is_refused():
    def f(x, name):
        return {"sin": np.sin, "cos": np.cos}[name](x)

    assert code_of(f, 0.5, object())[0] == "W041"


def test_a_keyword_that_the_rule_does_not_know_is_refused():
    def f(x):
        return np.sin(x, casting="unsafe")

    assert code_of(f, X)[0] == "W042"


def test_a_method_without_rule_is_refused():
    def f(x):
        return x.byteswap()

    assert code_of(f, X)[0] == "W043"


def test_an_augmented_assignment_of_an_array_writes_into_it():
    def f(x):
        x += 1
        return x

    assert ops(f, X) == ["write_add"]
    assert ops(f, 0.5) == ["add"]


def test_a_view_is_taken_again_after_its_base_was_written():
    def f(x):
        a = x * 2
        b = a[1:]
        a += 1
        return b.sum() + a.sum()

    assert ops(f, X) == ["mul", "slice", "getitem", "write_add", "getitem", "np.sum", "np.sum", "add"]


def test_a_write_through_a_view_is_a_write_into_its_base():
    def f(x):
        b = x[1:]
        b[0] = 2.0
        return x.sum()

    assert "x.0 = write(x, %0, 0, 2.0)" in text_of(f, X)


def test_buffers_that_are_swapped_in_a_loop_are_two_objects():
    def f(x, n):
        y = np.zeros(len(x))
        for _ in range(n):
            y[1:] = x[:-1]
            x, y = y, x
        return x.sum()

    assert ops(f, X, 3).count("write") == 1


def test_an_object_that_may_be_one_of_two_is_refused_once_one_was_written():
    def f(x, y, t):
        z = x if t > 0 else y
        z[0] = 1.0
        return x.sum()

    def g(x, y, t):
        z = x if t > 0 else y
        z[0] = 1.0
        return z.sum()

    assert code_of(f, X, X, 0.5) == ("W081", "return x.sum()")
    assert "write" in ops(g, X, X, 0.5)


def test_what_a_tuple_holds_is_what_it_is_now():
    def f(x):
        a = x * 2
        pair = (a, x)
        a += 1
        return pair[0]

    assert text_of(f, X).endswith("return a.2")


class Particle:
    def __init__(self, x, v):
        self.x = x
        self.v = v

    @property
    def energy(self):
        return 0.5 * self.v ** 2

    def move(self, dt):
        self.x += self.v * dt

    def __add__(self, other):
        return Particle(self.x + other.x, self.v + other.v)


def test_objects_are_their_fields():
    def f(x, n):
        p = Particle(x, 1.0)
        for _ in range(n):
            p.move(0.1)
        q = p + Particle(1.0, 2.0)
        return q.energy + q.x

    text = text_of(f, 0.5, 3)
    assert "getattr" not in text and "carry x.0 = x:" in text


def identity(a):
    return a


def test_writing_what_numpy_refuses_to_cast_is_refused():
    def f(x, y):
        a = np.zeros(3, dtype=int)
        a += y
        return a * x

    assert code_of(f, X, X)[0] == "W084"


def test_the_first_refusal_of_a_program_is_reported():
    def f(x):
        y = struct.pack("d", x)
        return y[0]

    assert code_of(f, X) == ("W040", 'y = struct.pack("d", x)')


def test_the_cost_is_near_linear_in_the_length():
    def work(lines):
        body = [f"    x{i} = {i}.0" for i in range(4)] + [f"    x{i % 4} = x{(i + 1) % 4} * z + {i}.5" for i in range(lines)]
        generic = lower(written("\n".join(["def f(z):", *body, "    return x0 + x1"])))
        return calls(lambda: specialise(generic, [FLOAT], Surroundings(plain)))

    assert work(2000) < 5.5 * work(400)
