"""Lines that write into arrays, lists and dicts, as statements."""

from __future__ import annotations

from dataclasses import replace

import gast
import numpy as np
import pytest
from inplace import kinded

from wengert.backend.source import print_function
from wengert.ir.core import Apply, Block, Place
from wengert.ir.text import parse
from wengert.ir.values import kind_of

A = np.ones(4)


def printed(lines, *args, statement=None):
    function = kinded("function f(a, v):\n" + "".join(f"    {line}\n" for line in lines.split("; ")), *args)
    if statement is not None:
        place = Place(1, statement=gast.parse(statement).body[0])
        body = tuple(replace(line, place=place) if isinstance(line, Apply) else line for line in function.body.lines)
        function = replace(function, body=Block(body, function.body.terminator))
    return print_function(function).text.splitlines()[1:-1]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("a.1 = write(a, 0, v)", ["a[0] = v"]),
        ("a.1 = write(a, ..., v)", ["a[...] = v"]),
        ("a.1 = write_add(a, ..., v)", ["a += v"]),
        ("%0 = -v; a.1 = scatter_add(a, ..., %0)", ["a -= v"]),
        ("%0 = -2 * v; %1 = %0 / v; a.1 = scatter_add(a, 0, %1)", ["a[0] -= 2 * v / v"]),
        ("%0 = -2 * v; a.1 = write_add(a, 0, %0)", ["a[0] += -2 * v"]),  # as the user says it
        ("%0 = slice(1, -1, None); a.1 = write_add(a, %0, v)", ["a[1:-1] += v"]),
        ("%0 = slice(1, -1, None); %1 = -v; a.1 = write_add(a, %0, %1)", ["a[1:-1] -= v"]),
        ("%0 = slice(1, None, None); a.1 = write(a, %0, 0, v)", ["a[1:][0] = v"]),
        ("a.1 = write(a, 0, v); a.2 = write(a.1, 1, v)", ["a[0] = v", "a[1] = v"]),
        ("a.1 = store(a, 0, 0.0)", ["a[0] = 0.0"]),
        ("%0 = slice(None, 2, None); a.1 = add_at(a, %0, [], v)".replace("[]", "v"), ["np.add.at(a[:2], v, v)"]),
    ],
)
def test_the_statement_of_a_line(lines, expected):
    assert [line.strip() for line in printed(lines + "; return a.2".replace("a.2", "a.2" if "a.2" in lines else "a.1"), A, 1.0)] == expected


def test_items_of_lists_and_dicts():
    assert printed("a.1 = write(a, 'k', v); return a.1", {"k": 1.0}, 2.0) == ['    a["k"] = v']
    assert printed("a.1 = write(a, 0, v); return a.1", [1.0], 2.0) == ["    a[0] = v"]


SCALED = "%0 = slice(1, 3, None); %1 = getitem(a, %0); %2 = %1 * v; %3 = slice(1, 3, None); a.1 = write(a, %3, %2); return a.1"


def test_a_changed_part_is_written_as_the_user_has_written_it():
    assert printed(SCALED, A, 2.0, statement="a[1:3] *= v") == ["    a[1:3] *= v"]
    assert printed(SCALED, A, 2.0, statement="a[1:3] = a[1:3] * v") == ["    a[1:3] = a[1:3] * v"]


def test_a_read_is_not_moved_below_the_write_that_destroys_it():
    assert printed("%0 = getitem(a, 0); a.1 = write(a, 0, v); %1 = %0 * v; a.2 = write(a.1, 1, %1); return a.2", A, 2.0) == [
        "    a_1 = a[0]",
        "    a[0] = v",
        "    a[1] = a_1 * v",
    ]


def test_a_view_with_another_name_is_not_moved_below_the_write_either():
    text = printed(
        "%9 = slice(1, 3, None); b.0 = getitem(a, %9); %0 = np.sin(b.0); a.1 = write(a, 1, v); a.2 = write(a.1, %9, %0); return a.2", A, 2.0
    )
    assert text.index("    a[1] = v") > next(k for k, line in enumerate(text) if "np.sin" in line)


def test_a_variable_of_the_function_around_is_not_assigned():
    function = parse("""
function f(a, v):
    g = def g():
        a.1 = write_add(a, ..., v)
        return a.1
    return g
""")
    assert "        a[...] += v" in print_function(replace(function, kinds=dict.fromkeys(("a", "a.1"), kind_of(A)))).text.splitlines()
