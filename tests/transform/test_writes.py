"""Programs that write in place: adjoints and tangents are updated in place too, and what a write destroys is copied before."""

from __future__ import annotations

import numpy as np
import pytest
from inplace import check_writes, derivative, kinded, text_of
from inplace_programs import Program

from wengert.backend.source import print_function

RANDOM = np.random.default_rng(7)
A = RANDOM.normal(size=6) + 2
B = RANDOM.normal(size=6) + 2
M = RANDOM.normal(size=(4, 5))


def square_sum(name: str) -> str:
    return f"    %90 = {name} * {name}\n    %91 = np.sum(%90)\n    return %91\n"


def test_an_element_written_forgets_what_stood_there():
    check_writes("function f(a, x):\n    %0 = np.sin(x)\n    a.1 = write(a, 2, %0)\n" + square_sum("a.1"), A, 0.7)


def test_an_element_read_before_it_is_written_keeps_its_value():
    check_writes("""
function f(a, x):
    %0 = getitem(a, 2)
    %1 = %0 * x
    a.1 = write(a, 2, %1)
    %2 = getitem(a.1, 2)
    %3 = %2 * %0
    a.2 = write(a.1, 1, %3)
""" + square_sum("a.2"), A, 0.7)


def test_a_whole_array_read_before_a_write_is_copied_for_the_reverse_sweep():
    program = """
function f(a, x):
    %0 = np.sin(a)
    %1 = np.sum(%0)
    a.1 = write(a, 2, x)
    %2 = a.1 * %1
""" + square_sum("%2")
    check_writes(program, A, 0.7)
    assert text_of(program, A, 0.7).count(".copy()") == 1


@pytest.mark.parametrize("value", [0.3, A[:3], A[:1]], ids=["a number", "an array", "one item"])
@pytest.mark.parametrize("op", ["write", "write_add"])
def test_a_slice_takes_an_array_or_a_number_for_all_of_it(op, value):
    check_writes(f"""
function f(a, v):
    %0 = np.exp(v)
    %1 = slice(1, 4, None)
    a.1 = {op}(a, %1, %0)
""" + square_sum("a.1"), A, value)


@pytest.mark.parametrize("op", ["write", "write_add"])
def test_rows_and_columns_broadcast_what_they_take(op):
    check_writes(f"""
function f(m, v, w):
    %0 = slice(None, None, None)
    %1 = tuple(%0, 1)
    m.1 = {op}(m, %1, v)
    %2 = slice(0, 2, None)
    m.2 = {op}(m.1, %2, w)
""" + square_sum("m.2"), M, M[:, 0] * 2, M[0] * 3)


@pytest.mark.parametrize("op", ["write", "write_add"])
@pytest.mark.parametrize("index", [[0, 2, 0], [1, 3, 5], [-1, 5, 2]], ids=str)
@pytest.mark.parametrize("value", [0.3, A[:3]], ids=["a number", "an array"])
def test_of_an_element_that_is_named_twice_only_the_last_write_counts(op, index, value):
    check_writes(f"""
function f(a, v, i):
    %0 = np.exp(v)
    a.1 = {op}(a, i, %0)
""" + square_sum("a.1"), A, value, np.array(index))


@pytest.mark.parametrize("op", ["write", "write_add"])
def test_index_arrays_beside_slices(op):
    check_writes(f"""
function f(m, v, i):
    %0 = slice(1, 3, None)
    %1 = tuple(%0, i)
    m.1 = {op}(m, %1, v)
""" + square_sum("m.1"), M, M[:2, :3] * 2, np.array([4, 0, 4]))


@pytest.mark.parametrize("op", ["write", "write_add"])
def test_a_mask(op):
    check_writes(f"""
function f(a, x):
    %0 = a > 2
    a.1 = {op}(a, %0, x)
""" + square_sum("a.1"), A, 0.7)


@pytest.mark.parametrize("index", ["...", "None", "%1", "%2"])
def test_ellipsis_new_axes_and_negative_steps(index):
    check_writes(f"""
function f(a, b):
    %1 = slice(None, None, -1)
    %2 = tuple(..., %1)
    %0 = np.sin(b)
    a.1 = write(a, {index}, %0)
""" + square_sum("a.1"), A, B)


def test_a_path_of_several_steps_writes_through_views():
    check_writes("""
function f(m, x):
    %0 = slice(1, None, None)
    m.1 = write(m, %0, 2, 0, x)
    m.2 = write_add(m.1, 0, %0, x)
""" + square_sum("m.2"), M, 0.7)


def test_an_array_moved_along_itself():
    check_writes("""
function f(a, x):
    %0 = slice(None, -1, None)
    %1 = slice(1, None, None)
    %2 = getitem(a, %0)
    a.1 = write(a, %1, %2)
    a.2 = write(a.1, 0, x)
    %3 = getitem(a.2, %1)
    a.3 = write_add(a.2, %0, %3)
""" + square_sum("a.3"), A, 0.7)


def test_a_view_is_read_again_after_its_base_was_written():
    check_writes("""
function f(a, x):
    %0 = slice(1, 4, None)
    b.0 = getitem(a, %0)
    %1 = np.sum(b.0)
    a.1 = write(a, %0, 1, x)
    b.1 = getitem(a.1, %0)
    %2 = b.1 * %1
""" + square_sum("%2"), A, 0.7)


def test_two_elements_change_places():
    check_writes("""
function f(a):
    %0 = getitem(a, 0)
    %1 = getitem(a, 3)
    a.1 = write(a, 0, %1)
    a.2 = write(a.1, 3, %0)
    %2 = np.exp(a.2)
""" + square_sum("%2"), A)


def test_what_a_slice_showed_is_copied_where_a_later_line_overwrites_it():
    check_writes("""
function f(a, b):
    %0 = slice(1, 4, None)
    v.0 = getitem(a, %0)
    %1 = v.0 * v.0
    a.1 = write(a, %0, %1)
    %2 = getitem(a.1, %0)
    %3 = %2 * b
    a.2 = write(a.1, %0, %3)
""" + square_sum("a.2"), A, B[:3])


def test_a_part_of_a_statement_that_reads_what_a_write_destroys_has_its_tangent_written_before():
    check_writes("""
function f(a, x):
    %0 = a * x
    a.1 = write(a, 0, x)
    %1 = %0 * a.1
""" + square_sum("%1"), A, 0.7)


# branches


@pytest.mark.parametrize("x", [0.5, 1.5])
def test_one_branch_writes_and_the_other_does_not(x):
    check_writes("""
function f(a, x):
    %0 = x > 1
    a.2 = if %0:
        %1 = getitem(a, 1)
        %2 = %1 * x
        a.1 = write(a, 1, %2)
        yield a.1
    else:
        yield a
    a.3 = write_add(a.2, 2, x)
""" + square_sum("a.3"), A, x)


@pytest.mark.parametrize("x", [0.5, 1.5])
def test_both_branches_write_what_they_read(x):
    check_writes("""
function f(a, x):
    y.0 = np.sin(a)
    %0 = x > 1
    y.3 = if %0:
        %1 = y.0 * y.0
        %s0 = slice(0, 2, None)
        %2 = getitem(%1, %s0)
        y.1 = write(y.0, %s0, %2)
        yield y.1
    else:
        %3 = np.sum(y.0)
        %4 = %3 * %3
        y.2 = write_add(y.0, 3, %4)
        yield y.2
""".replace("%s0", "%7") + square_sum("y.3"), A, x)


@pytest.mark.parametrize("x", [0.5, 1.5])
def test_a_branch_that_returns_before_the_writes(x):
    check_writes("""
function f(a, x):
    %0 = x > 1
    if %0:
        %1 = getitem(a, 1)
        %2 = %1 * %1
        return %2
    else:
        yield
    %3 = np.sin(a)
    %4 = np.sum(%3)
    a.1 = write(a, 0, %4)
""" + square_sum("a.1"), A, x)


# loops

FILL = """
function f(a, w):
    %0 = len(a)
    y.0 = np.zeros(%0)
    %1 = range(%0)
    y.3 = for i.0 in %1 carry y.1 = y.0:
        %2 = getitem(a, i.0)
        %3 = %2 * w
        %4 = math.sin(%3)
        y.2 = write(y.1, i.0, %4)
        yield y.2
"""


def test_a_loop_fills_an_array():
    check_writes(FILL + square_sum("y.3"), A, 0.7)


def test_each_turn_reads_what_the_one_before_wrote():
    check_writes("""
function f(a, w):
    %0 = range(1, 6)
    a.2 = for i.0 in %0 carry a.0 = a:
        %1 = i.0 - 1
        %2 = getitem(a.0, %1)
        %3 = getitem(a.0, i.0)
        %4 = %2 * %3
        %5 = %4 * w
        a.1 = write(a.0, i.0, %5)
        yield a.1
""" + square_sum("a.2"), A / 2, 0.7)


def test_every_turn_reads_and_writes_the_whole_array():
    check_writes("""
function f(a, n):
    %0 = range(n)
    %7 = slice(1, None, None)
    %8 = slice(None, -1, None)
    a.3 = for i.0 in %0 carry a.0 = a:
        %1 = np.sin(a.0)
        %2 = getitem(%1, %7)
        a.1 = write_add(a.0, %8, %2)
        %3 = getitem(a.1, %7)
        %4 = %3 * %3
        %5 = %4 * 0.1
        a.2 = write(a.1, %7, %5)
        yield a.2
""" + square_sum("a.3"), A, 3)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_a_loop_that_breaks_after_it_has_written(n):
    check_writes("""
function f(a, n):
    %0 = range(n)
    a.5 = for i.0 in %0 carry a.0 = a:
        %1 = getitem(a.0, i.0)
        %2 = %1 * %1
        a.1 = write(a.0, i.0, %2)
        %3 = %2 > 5
        if %3:
            break a.1
        else:
            yield
        %4 = %2 < 3
        if %4:
            %5 = %2 * a.1
            a.2 = write(a.1, ..., %5)
            continue a.2
        else:
            yield
        a.3 = write_add(a.1, 0, %2)
        yield a.3
""" + square_sum("a.5"), A, n)


def test_a_while_loop_that_writes():
    check_writes("""
function f(a, x):
    a.3, k.2 = while carry a.0 = a, k.0 = 0:
        test:
            %0 = k.0 < 4
            pass %0
        body:
            %1 = getitem(a.0, k.0)
            %2 = %1 * x
            k.1 = k.0 + 1
            a.1 = write(a.0, k.1, %2)
            yield a.1, k.1
""" + square_sum("a.3"), A, 0.7)


def test_rows_of_a_table_are_filled_from_the_row_before():
    check_writes("""
function f(m, c):
    %0 = range(3)
    %1 = slice(1, -1, None)
    %2 = slice(2, None, None)
    %3 = slice(None, -2, None)
    m.3 = for t.0 in %0 carry m.0 = m:
        %4 = tuple(t.0, %2)
        %5 = getitem(m.0, %4)
        %6 = tuple(t.0, %3)
        %7 = getitem(m.0, %6)
        %8 = %5 * %7
        %9 = c * %8
        %10 = t.0 + 1
        %11 = tuple(%10, %1)
        m.1 = write(m.0, %11, %9)
        yield m.1
""" + square_sum("m.3"), M, 0.7)


def test_nested_loops_over_a_table():
    check_writes("""
function f(m, c):
    %0 = range(1, 4)
    m.6 = for i.0 in %0 carry m.0 = m:
        %1 = range(1, 5)
        m.5 = for j.0 in %1 carry m.1 = m.0:
            %2 = i.0 - 1
            %3 = tuple(%2, j.0)
            %4 = getitem(m.1, %3)
            %5 = j.0 - 1
            %6 = tuple(i.0, %5)
            %7 = getitem(m.1, %6)
            %8 = %4 * %7
            %9 = %8 * c
            %10 = tuple(i.0, j.0)
            m.2 = write(m.1, %10, %9)
            yield m.2
        yield m.5
""" + square_sum("m.6"), M, 0.7)


def test_an_array_of_each_turn_is_its_own():
    check_writes("""
function f(a, n):
    %0 = range(n)
    s.2 = for i.0 in %0 carry s.0 = 1.0:
        y.0 = np.zeros_like(a)
        %1 = a * s.0
        %2 = np.sin(%1)
        %7 = slice(1, None, None)
        %3 = getitem(%2, %7)
        y.1 = write(y.0, %7, %3)
        %4 = y.1 * y.1
        %5 = np.sum(%4)
        s.1 = s.0 * %5
        yield s.1
    return s.2
""", A, 3)


def test_the_rows_of_a_written_table_are_elements_of_a_loop():
    check_writes("""
function f(m, x):
    m.1 = write(m, 1, x)
    s.2 = for r.0 in m.1 carry s.0 = 1.0:
        %1 = r.0 * r.0
        %2 = np.sum(%1)
        s.1 = s.0 * %2
        yield s.1
    m.2 = write(m.1, ..., s.2)
    %3 = getitem(m.2, 0)
    %4 = getitem(%3, 1)
    return %4
""", M, 0.7)


# lists and dicts


def test_an_item_of_a_dict_is_replaced():
    check_writes("""
function f(d, x):
    %0 = getitem(d, 'w')
    %1 = %0 * x
    d.1 = write(d, 'w', %1)
    %2 = getitem(d.1, 'w')
    %3 = getitem(d.1, 'b')
    %4 = %2 * %3
    d.2 = write(d.1, 'b', %4)
    %5 = getitem(d.2, 'b')
""" + square_sum("%5"), {"w": A, "b": B}, 0.7, second=False)


def test_an_array_inside_a_dict_is_written():
    check_writes("""
function f(d, x):
    d.1 = write(d, 'w', 0, x)
    %2 = getitem(d.1, 'w')
    %3 = getitem(d.1, 'b')
    %4 = %2 * %3
""" + square_sum("%4"), {"w": A, "b": B}, 0.7, second=False)


def test_items_of_a_list_of_numbers():
    check_writes("""
function f(x, xs, n):
    %1 = range(1, n)
    xs.3 = for i.0 in %1 carry xs.1 = xs:
        %2 = i.0 - 1
        %3 = getitem(xs.1, %2)
        %4 = getitem(xs.1, i.0)
        %5 = %3 * x
        %6 = %5 * %4
        xs.2 = write(xs.1, i.0, %6)
        yield xs.2
    %5 = getitem(xs.3, -1)
    return %5
""".replace("%5 = getitem(xs.3, -1)\n    return %5", "%7 = getitem(xs.3, -1)\n    return %7"), 0.7, list(map(float, A)), 5, second=False)


# cost


class Counting(np.ndarray):
    """An array of a class of its own, so that what is computed from it is counted: the elements of all arrays made."""

    made = 0

    def __array_finalize__(self, source):
        Counting.made += self.size if self.base is None or type(self.base) is np.ndarray else 0


class CountingNumpy:
    """NumPy, whose new arrays count."""

    def __getattr__(self, name):
        found = getattr(np, name)
        if name not in ("zeros", "zeros_like", "ones_like", "empty"):
            return found
        return lambda *args, **keywords: np.asarray(found(*args, **keywords)).view(Counting)


PREFIX = """
function f(a, w):
    %0 = len(a)
    y.0 = np.zeros(%0)
    %1 = getitem(a, 0)
    y.1 = write(y.0, 0, %1)
    %3 = range(1, %0)
    y.4 = for i.0 in %3 carry y.2 = y.1:
        %4 = i.0 - 1
        %5 = getitem(y.2, %4)
        %6 = w * %5
        %7 = getitem(a, i.0)
        %8 = np.tanh(%7)
        %9 = %6 * %8
        y.3 = write(y.2, i.0, %9)
        yield y.3
    %10 = getitem(y.4, -1)
    return %10
"""

SWAPS = """
function f(a, w):
    %0 = len(a)
    %1 = range(1, %0)
    a.3 = for i.0 in %1 carry a.0 = a:
        %2 = getitem(a.0, i.0)
        %3 = getitem(a.0, 0)
        %4 = %3 * %2
        a.1 = write(a.0, 0, %4)
        %5 = %2 > 3
        a.2 = if %5:
            %6 = w * %3
            a.4 = write(a.1, i.0, %6)
            yield a.4
        else:
            yield a.1
        yield a.2
""" + square_sum("a.3")


def elements_made(text, mode, n):
    a = np.linspace(0.5, 1, n)
    function = derivative(kinded(text, a, 0.7), (0, 1), mode)[2]
    printed = print_function(function)
    namespace = {**printed.names, "np": CountingNumpy()}
    exec(printed.text, namespace)
    Counting.made = 0
    given = [a.copy().view(Counting), 0.7, *([a.copy().view(Counting), 1.0] if mode == "jvp" else [])]
    found = namespace[function.name](*given)
    if mode == "vjp":
        found[1](1.0)
    return Counting.made


@pytest.mark.parametrize("mode", ["grad", "vjp", "jvp"])
@pytest.mark.parametrize("text", [FILL + square_sum("y.3"), PREFIX, SWAPS], ids=["fill", "prefix", "swaps"])
def test_a_loop_over_an_array_costs_no_more_than_its_length(text, mode):
    few, many = (elements_made(text, mode, n) for n in (50, 400))
    assert many < 10 * few


# text


def test_an_array_that_is_filled_is_read_again_and_its_adjoint_updated_in_place():
    _, reverse = text_of(PREFIX, A, 0.7, wanted=(0, 1)).split("# reverse sweep\n")
    assert reverse.startswith("    y_bar = np.zeros_like(y)\n    y_bar[-1] = 1.0\n    a_bar = np.zeros_like(a)\n    w_bar = 0.0\n    for i, ")
    assert "y[i - 1]" in reverse and "y_bar[i - 1] += " in reverse and "y_tape" not in reverse and "copy" not in reverse


def test_what_nobody_reads_of_an_adjoint_is_not_cleared():
    assert "] = 0.0" not in text_of(FILL + square_sum("y.3"), A, 0.7)


def test_an_argument_that_is_written_has_its_adjoint_cleared():
    assert "] = 0.0" in text_of("function f(a, x):\n    a.1 = write(a, 0, x)\n" + square_sum("a.1"), A, 0.7)


def test_a_dead_write_into_an_array_of_its_own_is_left_out_and_one_into_an_argument_is_not():
    program = """
function f(a, x):
    y.0 = np.zeros(3)
    y.1 = write(y.0, 0, x)
    a.1 = write(a, 1, x)
    return x
"""
    text = text_of(program, A, 0.7, wanted=(1,))
    assert "y[0]" not in text and "a[1] = x" in text


@pytest.mark.parametrize("seed", sorted({*range(60)} - {37}))  # whose test turns within the step of the differences
def test_random_programs(seed):
    random = np.random.default_rng(seed)
    index = np.array([[0, 2, 4], [5, 1, 1], [3, 0, 3]][seed % 3])
    args = random.normal(size=6), random.normal(size=6), 0.4, index
    check_writes(Program(seed).text(), *args, wanted=(0, 1, 2), second=seed % 4 == 0)
