"""What programs mean: every line, op and exit, run by the reference evaluator."""

import math
from typing import Any

import numpy as np
import pytest

from wengert.ir.core import Apply, Block, Const, Function, Return
from wengert.ir.evaluate import evaluate
from wengert.ir.operations import OPERATIONS, operation
from wengert.ir.parse import BINARY, UNARY
from wengert.ir.text import parse
from wengert.ir.verify import verify


def run(text: str, *args: Any, generic: bool = False, **globals: Any) -> Any:
    """The result of the program `f` of a text, which must be well formed."""
    function = parse(text)
    verify(function, generic)
    return evaluate(function, *args, globals=globals)


def value(expression: str, *args: Any, **globals: Any) -> Any:
    """What one line gives for the arguments x, y, z."""
    parameters = ", ".join("xyz"[: len(args)])
    return run(f"function f({parameters}):\n    %0 = {expression}\n    return %0", *args, generic=True, **globals)


PYTHON = {"//": (7, 2), "@": (np.eye(2), np.ones(2)), "in": (1, [1]), "not in": (1, [1]), "is": (None, None), "is not": (None, 1)}


@pytest.mark.parametrize("sign", BINARY)
def test_infix_operator_is_pythons(sign: str) -> None:
    x, y = PYTHON.get(sign, (6, 3))
    assert np.all(value(f"x {sign} y", x, y) == eval(f"x {sign} y", {"x": x, "y": y}))


@pytest.mark.parametrize("sign", UNARY)
def test_prefix_operator_is_pythons(sign: str) -> None:
    assert value(f"{sign}x", 6) == eval(f"{sign}6")


@pytest.mark.parametrize(
    ("expression", "args", "expected"),
    [
        ("getattr(x, 'real')", (2.5,), 2.5),
        ("getitem(x, 1)", ([1, 2],), 2),
        ("tuple(x, 1)", (2,), (2, 1)),
        ("list(x, 1)", (2,), [2, 1]),
        ("list()", (), []),
        ("set(x, 1)", (2,), {1, 2}),
        ("dict('a', x, 'b', 1)", (2,), {"a": 2, "b": 1}),
        ("slice(x, None, 2)", (1,), slice(1, None, 2)),
        ("fstring('x is ', x)", ("2",), "x is 2"),
        ("format(x, 'r', None)", ("a",), "'a'"),
        ("format(x, 114)", ("a",), "'a'"),
        ("format(x, -1, '.2f')", (1 / 3,), "0.33"),
        ("format(x)", (2,), "2"),
        ("call(x, y, key=z)", (dict, [("a", 1)], 2), {"a": 1, "key": 2}),
        ("call_star(x, y, z)", (dict, ([("a", 1)],), {"b": 2}), {"a": 1, "b": 2}),
        ("append(x, 3)", ([1],), [1, 3]),
        ("scatter_add(x, 0, 2.0)", ([1.0, 5.0],), [3.0, 5.0]),
        ("write(x, 1, 2.0)", ([1.0, 5.0],), [1.0, 2.0]),
        ("write(x, 'a', 0, 2.0)", ({"a": [1.0, 3.0], "b": 0.0},), {"a": [2.0, 3.0], "b": 0.0}),
        ("write_add(x, 1, 2.0)", ([1.0, 5.0],), [1.0, 7.0]),
        ("store(x, 'a', 2.0)", ({"a": 1.0, "b": 0.0},), {"a": 2.0, "b": 0.0}),
        ("abs(x)", (-2,), 2),
        ("max(x, y)", (2, 3), 3),
        ("max(x, default=0)", ([],), 0),
        ("len(x)", ([1, 2],), 2),
        ("float(x)", (2,), 2.0),
        ("range(x, 3)", (1,), range(1, 3)),
        ("math.sin(x)", (0.5,), math.sin(0.5)),
        ("np.sum(x, axis=0)", ([1, 2],), 3),
        ("np.linalg.norm(x)", ([3.0, 4.0],), 5.0),
        ("unbroadcast(x, 1.0)", (np.ones(3),), 3.0),
        ("project(x, 1.0)", (np.float64(2),), 2.0),
        ("iadd(x, 1)", (2,), 3),
        ("imul(x, 2)", ((1,),), (1, 1)),
    ],
)
def test_op_gives(expression: str, args: tuple[Any, ...], expected: object) -> None:
    result = value(expression, *args)
    assert result == expected and type(result) in (type(expected), np.int64, np.float64)


@pytest.mark.parametrize("op", ["iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow"])
def test_in_place_operator_gives_what_the_operator_gives_and_leaves_its_argument(op: str) -> None:
    x = np.array([4.0, 9.0])
    assert np.array_equal(operation(op)(x, 2.0), operation(op[1:])(x, 2.0))
    assert np.array_equal(x, [4.0, 9.0])


@pytest.mark.parametrize(
    ("op", "args"), [("append", (1,)), ("scatter_add", (0, 1)), ("store", (0, 1)), ("iadd", ([1],)), ("imul", (2,))]
)
def test_consuming_op_leaves_the_list_that_the_old_name_holds(op: str, args: tuple[Any, ...]) -> None:
    items = [5, 6]
    assert operation(op)(items, *args) != [5, 6]
    assert items == [5, 6]


def test_in_place_operator_keeps_the_dtype_of_the_array() -> None:
    assert value("iadd(x, 1.5)", np.ones(2, "float32")).dtype == np.float32


def test_scatter_add_adds_for_each_time_an_element_is_indexed() -> None:
    assert np.array_equal(value("scatter_add(x, y, 1.0)", np.zeros(3), np.array([0, 2, 2])), [1.0, 0.0, 2.0])
    assert np.array_equal(value("scatter_add(x, y, 1.0)", np.zeros(3), slice(1, None)), [0.0, 1.0, 1.0])


def test_write_add_adds_once_where_an_element_is_indexed_twice() -> None:
    assert np.array_equal(value("write_add(x, y, z)", np.zeros(3), np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0])), [1.0, 0.0, 3.0])


def test_last_writes_says_which_items_stay() -> None:
    x, items = np.zeros(3), np.array([4.0, 5.0, 6.0])
    stay = value("last_writes(x, y)", x, np.array([0, 2, 0]))
    x[[0, 2, 0]] = items
    assert np.array_equal(stay, [False, True, True]) and sorted(items[stay]) == sorted(x[[0, 2]])


@pytest.mark.parametrize("op", ["write", "write_add", "store", "scatter_add"])
def test_a_path_of_several_steps_changes_a_copy_of_all_that_it_goes_through(op: str) -> None:
    table, items = np.zeros((2, 3)), [[1.0], np.zeros(2)]
    changed = operation(op)(table, slice(1, None), 0, 2, 5.0)
    assert changed[1, 2] == 5.0 and not table.any()
    changed = operation(op)(items, 1, 0, 5.0)
    assert changed[1][0] == 5.0 and not items[1].any() and changed[0] is items[0]


def test_copy_is_a_fresh_array() -> None:
    x = np.ones(2)
    copied = value("copy(x)", x)
    assert copied is not x and np.array_equal(copied, x)


def test_globals_are_read_before_builtins() -> None:
    assert value("global('G')", G=3) == 3
    assert value("cell('c')", c=4) == 4
    assert value("global('len')") is len
    assert value("global('len')", len=5) == 5
    with pytest.raises(NameError, match="name 'nowhere' is not defined"):
        value("global('nowhere')")


def test_op_that_means_nothing_is_a_lookup_error() -> None:
    with pytest.raises(LookupError, match="`nonsense` names no object"):
        value("nonsense(x)", 1)


@pytest.mark.parametrize("op", sorted(OPERATIONS))
def test_every_op_is_a_function(op: str) -> None:
    assert callable(operation(op))


# Several targets


def test_unpack_binds_each_item() -> None:
    assert run("function f(x):\n    a.0, b.0 = unpack(x)\n    %0 = b.0 - a.0\n    return %0", (1, 5)) == 4


@pytest.mark.parametrize(
    ("items", "message"),
    [((1,), r"not enough values to unpack \(expected 2, got 1\)"), ((1, 2, 3), r"too many values to unpack \(expected 2\)")],
)
def test_unpack_of_another_number_of_items_raises_as_python_does(items: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run("function f(x):\n    a.0, b.0 = unpack(x)\n    return a.0", items)


def test_unpack_to_one_target_takes_the_item_and_to_none_takes_nothing() -> None:
    assert run("function f(x):\n    a.0 = unpack(x)\n    return a.0", [7]) == 7
    assert run("function f(x):\n    unpack(x)\n    return x", []) == []
    with pytest.raises(ValueError, match="too many values"):
        run("function f(x):\n    unpack(x)\n    return x", [1])


def test_unpack_star_collects_the_middle() -> None:
    text = "function f(x):\n    a.0, b.0, c.0 = unpack_star(x, 1, 1)\n    %0 = tuple(a.0, b.0, c.0)\n    return %0"
    assert run(text, range(5)) == (0, [1, 2, 3], 4)
    assert run(text, (1, 2)) == (1, [], 2)
    with pytest.raises(ValueError, match=r"expected at least 2, got 1"):
        run(text, (1,))


# Branches and loops


LOGISTIC = """
function logistic(x, n):
    %0 = range(1, n)
    v.2 = for i.0 in %0 carry v.0 = x:
        %1 = 4 * v.0
        %2 = 1 - v.0
        v.1 = %1 * %2
        yield v.1
    return v.2
"""


def test_loop_carries_its_values() -> None:
    assert run(LOGISTIC, 0.2, 1) == 0.2
    assert run(LOGISTIC, 0.2, 3) == 4 * (4 * 0.2 * (1 - 0.2)) * (1 - 4 * 0.2 * (1 - 0.2))


def test_branch_hands_its_values_on() -> None:
    text = """
    function f(x):
        %0 = x > 0
        y.0, z.0 = if %0:
            a.0 = 2 * x
            yield a.0, 1
        else:
            yield x, 2
        %1 = tuple(y.0, z.0)
        return %1
    """
    assert run(text, 3) == (6, 1)
    assert run(text, -3) == (-3, 2)


def test_loop_over_several_sources_stops_with_the_shortest() -> None:
    text = """
    function f(x, y):
        %0 = count(5)
        s.2 = for k.0, a.0, b.0 in %0, x, y carry s.0 = ():
            %1 = tuple(k.0, a.0, b.0)
            %2 = tuple(%1)
            s.1 = s.0 + %2
            yield s.1
        return s.2
    """
    assert run(text, "abc", "de") == ((5, "a", "d"), (6, "b", "e"))
    assert run(text, [], "de") == ()


def test_values_of_a_turn_that_are_carried_crosswise_are_swapped_at_once() -> None:
    text = """
    function f(x, y, n):
        %0 = range(n)
        a.1, b.1 = for i.0 in %0 carry a.0 = x, b.0 = y:
            yield b.0, a.0
        %1 = tuple(a.1, b.1)
        return %1
    """
    assert run(text, 1, 2, 3) == (2, 1)


EXITS = """
function f(xs):
    s.4, exit.0 = for x.0 in xs carry s.0 = 0 exit:
        %0 = x.0 < 0
        if %0:
            break s.0
        %1 = x.0 > 100
        if %1:
            break x.0 exit 2
        %2 = x.0 == 0
        if %2:
            continue s.0
        %3 = x.0 == 99
        if %3:
            return 'left'
        s.1 = s.0 + x.0
        yield s.1
    %4 = tuple(s.4, exit.0)
    return %4
"""


@pytest.mark.parametrize(
    ("xs", "expected"),
    [([], (0, 0)), ([1, 2], (3, 0)), ([1, -1, 5], (1, 1)), ([1, 101, 5], (101, 2)), ([1, 0, 5], (6, 0)), ([1, 99, 5], "left")],
)
def test_loop_is_left_by_each_exit_with_its_code(xs: list[int], expected: object) -> None:
    assert run(EXITS, xs) == expected


def test_return_leaves_all_the_loops_around_it() -> None:
    text = """
    function f(n):
        %0 = range(n)
        for i.0 in %0:
            for j.0 in %0:
                %1 = i.0 * j.0
                %2 = %1 == 6
                if %2:
                    %3 = tuple(i.0, j.0)
                    return %3
                yield
            yield
        return None
    """
    assert run(text, 5) == (2, 3)
    assert run(text, 2) is None


def test_break_leaves_the_innermost_loop_only() -> None:
    text = """
    function f(n):
        %0 = range(n)
        s.2 = for i.0 in %0 carry s.0 = 0:
            while:
                test:
                    pass True
                body:
                    break
            s.1 = s.0 + 1
            yield s.1
        return s.2
    """
    assert run(text, 4) == 4


def test_body_sees_the_names_of_the_test() -> None:
    text = """
    function f(x):
        x.2, exit.0 = while carry x.0 = x exit:
            test:
                half.0 = x.0 / 2
                %0 = half.0 > 1
                pass %0
            body:
                x.1 = half.0 - 1
                yield x.1
        %1 = tuple(x.2, exit.0)
        return %1
    """
    assert run(text, 20.0) == (0.75, 0)
    assert run(text, 1.0) == (1.0, 0)


def test_loop_leaves_with_the_values_that_its_test_passes_on() -> None:
    text = """
    function f(n):
        n.3, s.2 = while carry n.0 = n, s.0 = 0:
            test:
                n.1 = n.0 - 1
                %0 = n.1 > 0
                pass %0 with n.1, s.0
            body:
                s.1 = s.0 + n.1
                yield n.1, s.1
        %1 = tuple(n.3, s.2)
        return %1
    """
    assert run(text, 4) == (0, 6)


def test_while_is_left_by_break_with_its_code() -> None:
    text = """
    function f(n):
        i.3, exit.0 = while carry i.0 = 0 exit:
            test:
                pass True
            body:
                i.1 = i.0 + 1
                %0 = i.1 > n
                if %0:
                    break i.1 exit 3
                yield i.1
        %1 = tuple(i.3, exit.0)
        return %1
    """
    assert run(text, 4) == (5, 3)


# Names without a value


def test_undef_is_handed_on_until_it_is_read() -> None:
    text = """
    function f(n):
        %0 = range(n)
        y.1 = for i.0 in %0 carry y.0 = undef:
            yield i.0
        z.0 = if n:
            yield y.1
        else:
            yield y.1
        return z.0
    """
    assert run(text, 3) == 2
    with pytest.raises(UnboundLocalError, match="cannot access local variable 'z'"):
        run(text, 0)


def test_reading_undef_raises_in_an_op_and_a_test() -> None:
    with pytest.raises(UnboundLocalError):
        value("undef + 1")
    with pytest.raises(NameError):
        run("function f():\n    if undef:\n        yield\n    return 1")


# Iterators, exceptions, nested functions


def test_next_takes_one_value_after_the_other_and_leaves_the_old_iterator() -> None:
    iterator = value("reversed(x)", [1, 2, 3])
    first, rest = operation("next")(iterator)
    assert (first, list(rest), list(iterator)) == (3, [2, 1], [3, 2, 1])
    assert operation("next")(iterator)[0] == 3
    with pytest.raises(StopIteration):
        operation("next")(value("reversed(x)", []))
    assert operation("next")(iter("ab"))[0] == "a"


def test_reversed_runs_backward_over_lists_ranges_and_arrays() -> None:
    assert list(value("reversed(x)", range(3))) == [2, 1, 0]
    assert list(value("reversed(x)", np.array([1.0, 2.0]))) == [2.0, 1.0]


def test_raise_raises_with_its_cause() -> None:
    text = "function f(x, y):\n    raise(x, y)\n    stop"
    with pytest.raises(KeyError) as error:
        run(text, KeyError("k"), ValueError("v"))
    assert isinstance(error.value.__cause__, ValueError)
    with pytest.raises(ZeroDivisionError):
        run("function f():\n    raise(@ZeroDivisionError)\n    stop")
    with pytest.raises(RuntimeError, match="No active exception"):
        run("function f():\n    raise()\n    stop")


def test_nested_function_reads_the_values_around_it_as_they_were() -> None:
    text = """
    function f(x):
        %0 = list()
        %1 = range(3)
        %5 = for i.0 in %1 carry %2 = %0:
            %3 = i.0 * x
            times.0 = def (y, z):
                %6 = %3 + y
                %7 = %6 - z
                return %7
            %4 = append(%2, times.0)
            yield %4
        return %5
    """
    functions = run(text, 10)
    assert [function(1, 0) for function in functions] == [1, 11, 21]
    assert functions[1](1, z=2) == 9
    assert functions[0].__name__ == "times"
    for args, keywords in [((1,), {}), ((1, 2, 3), {}), ((1,), {"y": 1}), ((1, 2), {"other": 3})]:
        with pytest.raises(TypeError, match=r"times\(\) takes \(y, z\)"):
            functions[0](*args, **keywords)


def test_wrong_number_of_arguments_is_a_type_error() -> None:
    with pytest.raises(TypeError, match=r"logistic\(\) takes \(x, n\); got 1 values"):
        run(LOGISTIC, 0.2)


def test_derivative_of_the_logistic_map_written_by_hand_is_that_of_differences() -> None:
    text = """
    function grad_logistic(x, n):
        %0 = range(1, n)
        v_tape.0 = list()
        v.2, v_tape.3 = for i.0 in %0 carry v.0 = x, v_tape.1 = v_tape.0:
            v_tape.2 = append(v_tape.1, v.0)
            %1 = 4 * v.0
            %2 = 1 - v.0
            v.1 = %1 * %2
            yield v.1, v_tape.2
        %9 = reversed(v_tape.3)
        v_bar.2 = for v.3 in %9 carry v_bar.0 = 1.0:
            %3 = 4 * v.3
            %4 = 1 - v.3
            %3_bar.0 = v_bar.0 * %4
            %4_bar.0 = v_bar.0 * %3
            %5 = %3_bar.0 * 4
            v_bar.1 = %5 - %4_bar.0
            yield v_bar.1
        return v_bar.2
    """
    difference = (run(LOGISTIC, 0.2 + 1e-6, 5) - run(LOGISTIC, 0.2 - 1e-6, 5)) / 2e-6
    assert run(text, 0.2, 5) == pytest.approx(difference, rel=1e-6)


def test_long_program_needs_no_deep_recursion() -> None:
    lines = tuple(Apply((f"v.{k + 1}",), "add", (f"v.{k}", Const(1))) for k in range(20_000))
    assert evaluate(Function("f", ("v.0",), Block(lines, Return("v.20000"))), 1) == 20_001
