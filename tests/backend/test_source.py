"""Programs in, Python text out: the texts of TEXTS and what else a reader meets."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import gast
import numpy as np
import pytest
from tangled import program

from wengert.backend.source import print_function, print_module
from wengert.ir.axes import MANY
from wengert.ir.core import Apply, Block, Const, Function, If, Line, Place
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import FLOAT, Array, Kind, Tuple
from wengert.ir.text import parse
from wengert.ir.verify import verify
from wengert.ir.walk import all_names, map_blocks

MATRIX = Array("float64", (MANY, MANY))


def placed(function: Function, places: Mapping[str, Place]) -> Function:
    """Give lines their places: by a target's name; the k-th `undo` by `undo k`."""
    count = 0

    def line(old: Line) -> Line:
        nonlocal count
        key = old.targets[0] if old.targets else ""
        if isinstance(old, Apply) and old.op == "undo":
            key = f"undo {count}"
            count += 1
        new = map_blocks(old, block)
        return replace(new, place=places[key]) if key in places else new

    def block(old: Block) -> Block:
        return Block(tuple(map(line, old.lines)), old.terminator)

    return replace(function, body=block(function.body))


def at(line: int, source: str, expression: str = "", function: str = "f") -> Place:
    statement = gast.parse(source.strip().rstrip(":") + (": pass" if source.strip().endswith(":") else "")).body[0]
    value = gast.parse(expression).body[0].value if expression else None
    return Place(line, source=source, function=function, statement=statement, expression=value)


def text_of(program: str, kinds: Kind | Mapping[str, Kind] | None = None, places: Mapping[str, Place] = {}, doc: str | None = None,
            check: tuple[Any, ...] | None = None) -> str:  # fmt: skip
    """The text, after a comparison of what it computes with what the program means."""
    function = parse(program)
    verify(function)
    table = {} if kinds is None else kinds if isinstance(kinds, Mapping) else dict.fromkeys(all_names(function), kinds)
    function = placed(replace(function, kinds=table, docstring=doc), places)
    printed = print_function(function)
    if check is not None:
        namespace = dict(printed.names)
        exec(printed.text, namespace)
        assert repr(namespace[function.name](*copy.deepcopy(check))) == repr(evaluate(function, *copy.deepcopy(check)))
    return printed.text


def test_the_gradient_of_the_logistic_map_is_the_text_of_the_style_guide() -> None:
    undone = at(4, "        v = 4 * v * (1 - v)")
    text = text_of(
        """
        function grad_logistic(x, n):
            comment('forward sweep')
            %0 = range(1, n)
            v_tape.0 = list()
            v.2, v_tape.3 = for i.0 in %0 carry v.0 = x, v_tape.1 = v_tape.0:
                v_tape.2 = append(v_tape.1, v.0)
                %1 = 4 * v.0
                %2 = 1 - v.0
                v.1 = %1 * %2
                yield v.1, v_tape.2
            comment('reverse sweep')
            %7 = reversed(v_tape.3)
            v_bar.2 = for v.3 in %7 carry v_bar.0 = 1.0:
                undo()
                %3 = 1 - v.3
                %4 = 4 * %3
                %5 = 4 * v.3
                %6 = %4 - %5
                v_bar.1 = v_bar.0 * %6
                yield v_bar.1
            return v_bar.2
        """,
        FLOAT,
        {"undo 0": undone},
        "Gradient of logistic_map.logistic with respect to x.",
        (0.2, 5),
    )
    assert text == '''def grad_logistic(x, n):
    """Gradient of logistic_map.logistic with respect to x."""
    # forward sweep
    v = x
    v_tape = []
    for i in range(1, n):
        v_tape.append(v)
        v = 4 * v * (1 - v)

    # reverse sweep
    v_bar = 1.0
    for v in reversed(v_tape):
        # line 4: v = 4 * v * (1 - v)
        v_bar *= 4 * (1 - v) - 4 * v
    return v_bar
'''


def test_several_tapes_are_read_by_one_zip_and_comments_of_lines_put_together_stack_up() -> None:
    text = text_of(
        """
        function grad_newton(a, tol):
            x_tape.0 = list()
            step_tape.0 = list()
            x.3, x_tape.3, step_tape.3 = while carry x.0 = a, x_tape.1 = x_tape.0, step_tape.1 = step_tape.0:
                test:
                    pass True
                body:
                    %1 = x.0 * x.0
                    %2 = %1 - a
                    %3 = 2 * x.0
                    step.0 = %2 / %3
                    x_tape.2 = append(x_tape.1, x.0)
                    step_tape.2 = append(step_tape.1, step.0)
                    x.1 = x.0 - step.0
                    %4 = abs(step.0)
                    %5 = %4 < tol
                    if %5:
                        break x.1, x_tape.2, step_tape.2
                    yield x.1, x_tape.2, step_tape.2
            comment('reverse sweep')
            %6 = reversed(x_tape.3)
            %7 = reversed(step_tape.3)
            a_bar.2, x_bar.3 = for x.5, step.5 in %6, %7 carry a_bar.0 = 0.0, x_bar.0 = 1.0:
                undo()
                step_bar.0 = -x_bar.0
                undo()
                %20 = 2 * x.5
                %2_bar.0 = step_bar.0 / %20
                %22 = x.5 + x.5
                %23 = 2 * step.5
                %24 = %22 - %23
                %25 = %2_bar.0 * %24
                x_bar.1 = x_bar.0 + %25
                a_bar.1 = a_bar.0 - %2_bar.0
                yield a_bar.1, x_bar.1
            undo()
            %30 = a_bar.2 + x_bar.3
            return %30
        """,
        FLOAT,
        {"undo 0": at(5, "x = x - step"), "undo 1": at(4, "step = (x * x - a) / (2 * x)"), "undo 2": at(2, "x = a")},
        check=(2.0, 1e-8),
    )
    assert text == """def grad_newton(a, tol):
    x = a
    x_tape = []
    step_tape = []
    while True:
        step = (x * x - a) / (2 * x)
        x_tape.append(x)
        step_tape.append(step)
        x = x - step
        if abs(step) < tol:
            break

    # reverse sweep
    a_bar = 0.0
    x_bar = 1.0
    for x, step in zip(reversed(x_tape), reversed(step_tape)):
        # line 5: x = x - step
        # line 4: step = (x * x - a) / (2 * x)
        step_1_bar = -x_bar / (2 * x)
        x_bar += step_1_bar * (x + x - 2 * step)
        a_bar -= step_1_bar
    # line 2: x = a
    return a_bar + x_bar
"""


def test_a_chain_of_branches_with_a_continue_stays_a_chain() -> None:
    text = text_of(
        """
        function grad_walk(x, n):
            x_tape.0 = list()
            %0 = range(n)
            x.4, x_tape.3 = for i.0 in %0 carry x.0 = x, x_tape.1 = x_tape.0:
                x_tape.2 = append(x_tape.1, x.0)
                %2 = x.0 > 1
                x.3 = if %2:
                    x.1 = math.sqrt(x.0)
                    yield x.1
                else:
                    %3 = x.0 < -1
                    if %3:
                        continue x.0, x_tape.2
                    %4 = x.0 * x.0
                    x.2 = %4 + 0.3
                    yield x.2
                yield x.3, x_tape.2
            comment('reverse sweep')
            %10 = reversed(x_tape.3)
            x_bar.5 = for x.6 in %10 carry x_bar.0 = 1.0:
                %11 = x.6 > 1
                x_bar.4 = if %11:
                    %12 = math.sqrt(x.6)
                    %13 = 2 * %12
                    x_bar.1 = x_bar.0 / %13
                    yield x_bar.1
                else:
                    %14 = x.6 < -1
                    x_bar.3 = if %14:
                        yield x_bar.0
                    else:
                        %15 = x.6 + x.6
                        x_bar.2 = x_bar.0 * %15
                        yield x_bar.2
                    yield x_bar.3
                yield x_bar.4
            return x_bar.5
        """,
        FLOAT,
        check=(2.5, 6),
    )
    assert text == """def grad_walk(x, n):
    x_tape = []
    for i in range(n):
        x_tape.append(x)
        if x > 1:
            x = math.sqrt(x)
        elif x < -1:
            continue
        else:
            x = x * x + 0.3

    # reverse sweep
    x_bar = 1.0
    for x in reversed(x_tape):
        if x > 1:
            x_bar /= 2 * math.sqrt(x)
        elif x < -1:
            continue
        else:
            x_bar *= x + x
    return x_bar
"""


def test_a_tree_of_parameters_is_read_where_it_is_needed_and_returned_by_its_keys() -> None:
    text = text_of(
        """
        function grad_loss(params, x, y):
            comment('forward sweep')
            %1 = getitem(params, 'W1')
            %2 = x @ %1
            %3 = getitem(params, 'b1')
            %4 = %2 + %3
            h.0 = np.maximum(%4, 0)
            %5 = getitem(params, 'W2')
            %6 = h.0 @ %5
            %7 = getitem(params, 'b2')
            p.0 = %6 + %7
            comment('reverse sweep')
            undo()
            %8 = np.size(p.0)
            %9 = 2 / %8
            %10 = p.0 - y
            p_bar.0 = %9 * %10
            undo()
            %7_bar.0 = np.sum(p_bar.0, axis=0)
            %11 = np.transpose(h.0)
            %5_bar.0 = %11 @ p_bar.0
            %12 = np.transpose(%5)
            h_bar.0 = p_bar.0 @ %12
            undo()
            %13 = np.heaviside(%4, 0.5)
            %4_bar.0 = h_bar.0 * %13
            %14 = np.transpose(x)
            %1_bar.0 = %14 @ %4_bar.0
            %3_bar.0 = np.sum(%4_bar.0, axis=0)
            %15 = dict('W1', %1_bar.0, 'b1', %3_bar.0, 'W2', %5_bar.0, 'b2', %7_bar.0)
            return %15
        """,
        MATRIX,
        {"undo 0": at(4, "return np.mean((p - y) ** 2)"), "undo 1": at(3, 'p = h @ params["W2"] + params["b2"]'),
         "undo 2": at(2, 'h = np.maximum(x @ params["W1"] + params["b1"], 0)')},
        check=(
            {"W1": np.ones((3, 4)), "b1": np.ones(4), "W2": np.ones((4, 2)), "b2": np.ones(2)}, np.ones((5, 3)), np.ones((5, 2)),
        ),
    )  # fmt: skip
    assert text == """def grad_loss(params, x, y):
    # forward sweep
    h_1 = x @ params["W1"] + params["b1"]
    h = np.maximum(h_1, 0)
    p = h @ params["W2"] + params["b2"]

    # reverse sweep
    # line 4: return np.mean((p - y) ** 2)
    p_bar = 2 / np.size(p) * (p - y)
    # line 3: p = h @ params["W2"] + params["b2"]
    b2_bar = np.sum(p_bar, axis=0)
    W2_bar = np.transpose(h) @ p_bar
    # line 2: h = np.maximum(x @ params["W1"] + params["b1"], 0)
    h_1_bar = p_bar @ np.transpose(params["W2"]) * np.heaviside(h_1, 0.5)
    W1_bar = np.transpose(x) @ h_1_bar
    b1_bar = np.sum(h_1_bar, axis=0)
    return {"W1": W1_bar, "b1": b1_bar, "W2": W2_bar, "b2": b2_bar}
"""


def test_a_pullback_is_a_nested_function_over_named_parts_of_the_result() -> None:
    program = """
        function vjp_polar(r, t):
            comment('forward sweep')
            %1 = math.cos(t)
            %2 = math.sin(t)
            comment('reverse sweep')
            pullback.0 = def (out_bar):
                undo()
                %3 = getitem(out_bar, 0)
                %4 = %3 * %1
                %5 = getitem(out_bar, 1)
                %6 = %5 * %2
                r_bar.0 = %4 + %6
                %7 = %5 * r
                %8 = %7 * %1
                %9 = %3 * r
                %10 = %9 * %2
                t_bar.0 = %8 - %10
                %11 = tuple(r_bar.0, t_bar.0)
                return %11
            %12 = r * %1
            %13 = r * %2
            %14 = tuple(%12, %13)
            %15 = tuple(%14, pullback.0)
            return %15
        """
    kinds = {"out_bar": Tuple((FLOAT, FLOAT))}
    places = {"undo 0": at(2, "    return r * math.cos(t), r * math.sin(t)")}
    assert text_of(program, kinds, places, "Value and pullback of polar.polar.") == '''def vjp_polar(r, t):
    """Value and pullback of polar.polar."""
    # forward sweep
    out_1 = math.cos(t)
    out_2 = math.sin(t)

    def pullback(out_bar):
        # line 2: return r * math.cos(t), r * math.sin(t)
        r_bar = out_bar[0] * out_1 + out_bar[1] * out_2
        t_bar = out_bar[1] * r * out_1 - out_bar[0] * r * out_2
        return r_bar, t_bar

    return (r * out_1, r * out_2), pullback
'''


def test_a_tape_that_only_some_turns_write_is_read_by_next() -> None:
    text = text_of(
        """
        function back(t_tape, b_tape):
            b_back.0 = reversed(b_tape)
            comment('reverse sweep')
            %10 = reversed(t_tape)
            t_bar.4, b_back.4 = for t.5 in %10 carry t_bar.0 = 1.0, b_back.1 = b_back.0:
                %11 = math.sin(t.5)
                %12 = %11 > 0.9
                t_bar.3, b_back.3 = if %12:
                    yield t_bar.0, b_back.1
                else:
                    b.5, b_back.2 = next(b_back.1)
                    b_bar.0 = t_bar.0 * t.5
                    t_bar.1 = t_bar.0 * b.5
                    %13 = 2 * b.5
                    a_bar.0 = b_bar.0 / %13
                    %14 = math.cos(t.5)
                    %15 = a_bar.0 * %14
                    t_bar.2 = t_bar.1 + %15
                    yield t_bar.2, b_back.2
                yield t_bar.3, b_back.3
            return t_bar.4
        """,
        FLOAT,
        check=([0.3, 2.0, 0.5], [1.5, 2.5]),
    )
    assert text == """def back(t_tape, b_tape):
    # reverse sweep
    t_bar = 1.0
    b_back = reversed(b_tape)
    for t in reversed(t_tape):
        if math.sin(t) > 0.9:
            continue
        b = next(b_back)
        b_bar = t_bar * t
        t_bar *= b
        t_bar += b_bar / (2 * b) * math.cos(t)
    return t_bar
"""


def test_values_that_change_places_are_assigned_at_once() -> None:
    text = text_of("""
        function fibonacci(n):
            %0 = range(n)
            a.2, b.2 = for i.0 in %0 carry a.0 = 0, b.0 = 1:
                b.1 = a.0 + b.0
                yield b.0, b.1
            %1 = tuple(a.2, b.2)
            return %1
        """, check=(10,))  # fmt: skip
    assert text == """def fibonacci(n):
    a = 0
    b = 1
    for i in range(n):
        a, b = b, a + b
    return a, b
"""


def test_a_loop_that_finds_nothing_has_an_else() -> None:
    text = text_of("""
        function first(xs):
            y.1, exit.0 = for x.0 in xs carry y.0 = undef exit:
                %0 = x.0 > 1
                if %0:
                    break x.0 exit 1
                yield y.0
            %1 = exit.0 == 0
            y.2 = if %1:
                yield 0.0
            else:
                yield y.1
            return y.2
        """, check=([0.5, 2.0],))  # fmt: skip
    assert text == """def first(xs):
    for x in xs:
        if x > 1:
            y = x
            break
    else:
        y = 0.0
    return y
"""


def test_an_exit_that_is_asked_for_later_is_a_variable() -> None:
    text = text_of("""
        function first(xs):
            exit.0 = for x.0 in xs exit:
                %0 = x.0 > 1
                if %0:
                    break exit 2
                yield
            return exit.0
        """, check=([0.5, 2.0],))  # fmt: skip
    assert text == """def first(xs):
    exit_code = 0
    for x in xs:
        if x > 1:
            exit_code = 2
            break
    return exit_code
"""


def test_syntax_that_became_branches_is_printed_as_it_was() -> None:
    program = """
        function f(a, b, c):
            %0 = a < b
            %2 = if %0:
                %1 = b < c
                yield %1
            else:
                yield %0
            y.0 = if %2:
                %3 = a + b
                yield %3
            else:
                %5 = if a:
                    yield a
                else:
                    %4 = b + 1
                    yield %4
                yield %5
            z.0 = y.0 + y.0
            return z.0
        """
    places = {"%2": at(1, "y = 0", "a < b < c"), "%5": at(1, "y = 0", "a or b + 1"), "y.0": at(1, "y = 0", "a + b if t else c")}
    assert text_of(program, None, places, check=(1.0, 2.0, 3.0)) == """def f(a, b, c):
    y = a + b if a < b < c else a or b + 1
    z = y + y
    return z
"""


ASSERTION = """
    function f(x):
        %0 = x > 0
        if %0:
            yield
        else:
            %1 = call(@AssertionError, 'not positive')
            raise(%1)
            stop
        return x
    """


def test_an_assertion_prints_as_one() -> None:
    function = parse(ASSERTION)
    test, branch = function.body.lines
    assert isinstance(branch, If)
    lines = (test, replace(branch, place=at(2, "assert x > 0, 'not positive'")))
    printed = print_function(replace(function, body=replace(function.body, lines=lines)))
    assert printed.text == 'def f(x):\n    assert x > 0, "not positive"\n    return x\n'
    assert printed.places[2].line == 2


def test_a_branch_that_raises_prints_as_one() -> None:
    assert text_of(ASSERTION) == '''def f(x):
    if not x > 0:
        raise AssertionError("not positive")
    return x
'''


def test_a_module_is_called_as_the_user_calls_it_and_a_taken_name_gets_a_number() -> None:
    function = parse("""
        function f(x):
            %0 = np.sin(x)
            %1 = np.cos(%0)
            return %1
        """)
    line = replace(function.body.lines[0], spelled="numpy.sin")
    printed = print_function(replace(function, body=replace(function.body, lines=(line, *function.body.lines[1:]))))
    assert printed.text == "def f(x):\n    return numpy.cos(numpy.sin(x))\n"
    assert dict(printed.names) == {"numpy": np}
    clash = print_function(parse("""
        function f(x):
            %0 = global('np')
            %1 = np.sin(x)
            %2 = %1 * %0
            return %2
        """))
    assert clash.text == "def f(x):\n    return np_1.sin(x) * np\n"
    assert dict(clash.names) == {"np_1": np}


def test_a_local_name_gives_way_to_a_global_and_to_a_builtin_that_the_text_calls() -> None:
    assert text_of("""
        function f(x):
            sum.0 = x * x
            %0 = sum(x)
            SCALE.0 = sum.0 + %0
            %1 = global('SCALE')
            %2 = SCALE.0 * SCALE.0
            %3 = %2 * %1
            return %3
        """) == """def f(x):
    sum_1 = x * x
    SCALE_1 = sum_1 + sum(x)
    return SCALE_1 * SCALE_1 * SCALE
"""


def test_array_adjoints_gain_in_place_only_where_the_program_says_so() -> None:
    text = text_of("""
        function f(x_bar, g):
            x_bar.1 = x_bar + g
            x_bar.2 = iadd(x_bar.1, g)
            %0 = slice(1, None, None)
            x_bar.3 = scatter_add(x_bar.2, %0, 1.0)
            x_bar.4 = store(x_bar.3, 0, 2.0)
            return x_bar.4
        """, Array("float64", (MANY,)), check=(np.ones(3), np.ones(3)))  # fmt: skip
    assert text == """def f(x_bar, g):
    x_bar = x_bar + g
    x_bar += g
    x_bar[1:] += 1.0
    x_bar[0] = 2.0
    return x_bar
"""


def test_enumerate_zip_and_nested_targets_are_put_back() -> None:
    text = text_of("""
        function f(xs, ys):
            %0 = count(1)
            t.2 = for i.0, %1, y.0 in %0, xs, ys carry t.0 = 0.0:
                a.0, b.0 = unpack(%1)
                %2 = a.0 * b.0
                %3 = %2 * i.0
                t.1 = t.0 + %3
                yield t.1
            return t.2
        """, check=([(1, 2), (3, 4)], [1, 2]))  # fmt: skip
    assert text == """def f(xs, ys):
    t = 0.0
    for i, ((a, b), y) in enumerate(zip(xs, ys), 1):
        t = t + a * b * i
    return t
"""


def test_an_underscore_that_is_read_keeps_its_value() -> None:
    text = text_of("""
        function f(x, pairs):
            _.0 = x * 2
            %0 = _.0 + x
            y.0, %1 = unpack(pairs)
            z.0 = %0 * _.0
            %2 = z.0 + y.0
            return %2
        """, check=(2.0, (1.0, 3.0)))  # fmt: skip
    assert text.startswith("def f(x, pairs):\n    _ = x * 2\n") and "y, _ = " not in text
    assert "y, _ = pairs" in text_of("function f(pairs):\n    y.0, %1 = unpack(pairs)\n    return y.0", check=((1.0, 3.0),))


def test_special_numbers_and_strings_are_spelled_so_that_they_come_back() -> None:
    text = text_of("""
        function f(x):
            %0 = tuple(@math.inf, -@math.inf, -2.5, -0.0, 1e-3, 1j, 'a"b', None, (1, 2))
            return %0
        """, check=(1.0,))  # fmt: skip
    assert text == "def f(x):\n    return math.inf, -math.inf, -2.5, -0.0, 1e-3, 1j, 'a\"b', None, (1, 2)\n"


def test_several_functions_stand_apart_in_one_text() -> None:
    one, two = parse("function f(x):\n    return x"), parse("function g(x):\n    %0 = np.sin(x)\n    return %0")
    assert print_module([one, two]).text == "def f(x):\n    return x\n\n\ndef g(x):\n    return np.sin(x)\n"


@pytest.mark.parametrize("seed", range(300))
def test_the_text_of_a_random_program_computes_what_the_program_means(seed: int) -> None:
    function = parse(program(seed))
    verify(function)
    function = replace(function, kinds=dict.fromkeys(all_names(function), FLOAT))
    printed = print_function(function)
    namespace: dict[str, Any] = dict(printed.names)
    exec(printed.text, namespace)
    for arguments in ((0.3, -0.7, 1.9), (1.0, 2.0, -3.0)):
        assert repr(namespace["f"](*arguments)) == repr(evaluate(function, *arguments)), printed.text


def test_the_text_is_the_same_under_every_hash_seed() -> None:
    script = (
        "from tangled import program\nfrom wengert.ir.text import parse\nfrom wengert.backend.source import print_function\n"
        "print(''.join(print_function(parse(program(seed))).text for seed in range(30)))"
    )
    here = str(Path(__file__).parent)
    source = str(Path(__file__).parents[2] / "src")
    texts = set()
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join((here, source))}
        run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
        texts.add(run.stdout)
    assert len(texts) == 1 and len(texts.pop()) > 1000


def long_program(lines: int) -> Function:
    body = ["function f(x):", "    comment('forward sweep')"]
    last = "x"
    for k in range(lines):
        body += [f"    %{2 * k} = math.sin({last})", f"    %{2 * k + 1} = %{2 * k} * x", f"    x.{k} = %{2 * k + 1} + {last}"]
        last = f"x.{k}"
    body.append("    comment('reverse sweep')")
    bar = "1.0"
    for k in reversed(range(lines)):
        body.append(f"    %{10000000 + k} = math.cos(x.{k})")
        body.append(f"    x_bar.{k} = {bar} * %{10000000 + k}")
        bar = f"x_bar.{k}"
    return parse("\n".join([*body, f"    return {bar}"]))


def test_thousands_of_lines_all_needed_at_once_print_in_linear_time() -> None:
    def seconds(lines: int) -> float:
        function = long_program(lines)
        start = time.process_time()
        text = print_function(function).text
        assert f"x_{lines // 2} = " in text
        return time.process_time() - start

    seconds(100)
    assert seconds(2000) < 3 * 4 * seconds(500)


def test_constants_of_the_program_may_be_objects() -> None:
    function = parse("function f(x):\n    %0 = np.zeros(x, dtype=@np.float32)\n    return %0")
    assert print_function(function).text == "def f(x):\n    return np.zeros(x, dtype=np.float32)\n"
    assert isinstance(function.body.lines[0], Apply) and isinstance(function.body.lines[0].keywords[0][1], Const)


def test_an_index_stands_in_its_brackets_however_long_the_line_is() -> None:
    reads = "".join(f"    %{k} = np.sin(x)\n    %{k + 20} = %{k} * x\n" for k in range(1, 6))
    total = "".join(f"    %{k + 40} = %{k + 39 if k > 2 else 21} + %{k + 20}\n" for k in range(2, 6))
    text = f"""
function f(x, x_bar):
    comment('reverse sweep')
{reads}{total}    %60 = slice(None, -1, None)
    %61 = slice(1, None, None)
    %62 = tuple(%60, %61)
    x_bar.1 = scatter_add(x_bar, %62, %45)
    return x_bar.1
"""
    assert "x_bar[:-1, 1:] += " in print_function(parse(text)).text
