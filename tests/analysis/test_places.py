"""Which elements an index names: what a later turn of a loop surely leaves alone."""

from __future__ import annotations

import numpy as np
import pytest
from inplace import kinded

from wengert.analysis.memory import memory
from wengert.analysis.places import Places


def untouched(loops: str, read: str, written: str) -> bool:
    """Is what the body of these loops reads of `a` before it writes left alone by all writes that follow?"""
    lines, depth, names = [], 1, 0
    for header in loops.split("; "):
        lines.append(f"{'    ' * depth}%{100 + depth} = range({header.split(' in ')[1]})")
        carried = f"a.{names + 1} = {'a' if depth == 1 else f'a.{names - 1}'}"
        lines.append(f"{'    ' * depth}a.{names} = for {header.split(' in ')[0]} in %{100 + depth} carry {carried}:")
        depth, names = depth + 1, names + 2
    indent, now = "    " * depth, f"a.{names - 1}"
    parts = {"i-1": "%1", "i+1": "%2", "j-1": "%3", "j+1": "%4"}
    for text, name in parts.items():
        if text[0] == "i" or "j" in loops:
            lines.append(f"{indent}{name} = {text[0]} {text[1]} 1")
    for k, index in enumerate((read, written), 5):
        items = [parts.get(item, item) for item in index.split(",")]
        lines.append(f"{indent}%{k} = tuple({', '.join(items)})")
    lines += [f"{indent}%7 = getitem({now}, %5)", f"{indent}a.{names} = write({now}, %6, 1.0)", f"{indent}yield a.{names}"]
    for level in range(depth - 2, 0, -1):
        lines.append(f"{'    ' * (level + 1)}yield a.{2 * level}")
    shape = (4,) * len(read.split(","))
    function = kinded("function f(a, n):\n" + "\n".join(lines) + "\n    return a.0", np.ones(shape), 4)
    found = memory(function)
    (write,) = found.writes[found.region("a")]
    return Places(function, found).apart("%5", found.bound["%7"], "%6", write.moment, "a")


@pytest.mark.parametrize(
    ("loops", "read", "written", "expected"),
    [
        ("i in 1, n", "i-1", "i", True),
        ("i in 1, n", "i", "i", False),
        ("i in 1, n", "i+1", "i", False),
        ("i in n", "i-1", "i", False),  # at 0 this is the last element
        ("i in n", "i", "i+1", True),
        ("i in 1, n, 2", "i", "i-1", True),  # odd and even
        ("i in 1, n, 2", "i+1", "i-1", False),
        ("i in n, 0, -1", "i+1", "i", True),
        ("i in n, 0, -1", "i-1", "i", False),
        ("i in n, -1, -1", "i-1", "i", False),
        ("i in 1, n", "0", "i", True),
        ("i in n", "0", "i", False),
        ("i in 1, n", "-1", "i", False),
        ("i in 1, n", "i-1,0", "i,0", True),
        ("i in 1, n", "0,i", "1,i", True),
        ("i in n; j in 1, n", "i,j-1", "i,j", False),  # it is, but only the outermost loop is asked
        ("i in 1, n; j in n", "i-1,j", "i,j", True),
        ("i in n; j in i+1, n", "i,j", "j,i", False),
    ],
)
def test_a_read_is_left_alone(loops, read, written, expected):
    assert untouched(loops.replace("i+1, n", "%2, n"), read, written) is expected


def test_an_inner_loop_that_begins_beyond_the_outer_index_stays_beyond_it():
    function = kinded("""
function f(a, n):
    %0 = range(n)
    a.3 = for k.0 in %0 carry a.0 = a:
        %1 = k.0 + 1
        %2 = range(%1, n)
        a.2 = for i.0 in %2 carry a.1 = a.0:
            %3 = getitem(a.1, k.0)
            a.4 = write(a.1, i.0, %3)
            yield a.4
        yield a.2
    return a.3
""", np.ones(4), 4)
    found = memory(function)
    (write,) = found.writes[found.region("a")]
    places = Places(function, found)
    assert places.apart("k.0", found.bound["%3"], "i.0", write.moment, "a")
    assert not places.apart("i.0", found.bound["%3"], "k.0", write.moment, "a")
