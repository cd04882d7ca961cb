"""Which elements an index names: what a later turn of a loop surely leaves alone."""

from __future__ import annotations

import ast
from itertools import count
from random import Random

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
        ("i in n; j in 1, n", "i,j-1", "i,j", True),  # in later turns of `i` another row
        ("i in 1, n; j in n", "i-1,j", "i,j", True),
        ("i in n; j in i+1, n", "i,j", "j,i", True),  # above and below the diagonal
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


NUMBERS = ("0", "1", "-1", "i", "i - 1", "i + 1", "j", "j - 1", "j + 1", "i + j", "j - i", "2 * i", "2 * i + 1", "2 * j", "n - 1", "n - i - 1", "n - j")
ENDS = (None, "0", "1", "2", "-1", "i", "i + 1", "j", "j + 1", "n - i", "i - 1")
RANGES = ("n", "1, n", "1, n - 1", "0, n, 2", "n - 1, -1, -1", "n, 0, -1")
INNER = (*RANGES, "i", "i + 1, n", "i + 1", "i, n", "i - 1, -1, -1", "n - 1, i, -1")


class Nest:
    """Two loops of which the inner one reads an element and writes one, as a program and as the sets of elements that it touches."""

    def __init__(self, random) -> None:
        self.outer, self.inner = random.choice(RANGES), random.choice(INNER)
        self.read, self.written = (self.index(random) for _ in range(2))
        self.deep = random.random() < 0.7  # does the inner loop read, or the outer one?
        if not self.deep:
            self.read = [part if isinstance(part, tuple) or "j" not in part else "i" for part in self.read]
            self.read = [tuple(None if end and "j" in end else end for end in part) if isinstance(part, tuple) else part for part in self.read]

    def index(self, random) -> list:
        def part():
            return random.choice(NUMBERS) if random.random() < 0.6 else (random.choice(ENDS), random.choice(ENDS), random.choice((None, "1", "2")))

        return [part() for _ in range(random.choice((1, 2)))]

    def program(self):
        names = count(1)

        def number(text, indent):
            node = ast.parse(text, mode="eval").body if isinstance(text, str) else text
            if isinstance(node, ast.Name):
                return node.id + ".0" if node.id != "n" else "n"
            if isinstance(node, ast.BinOp):
                left, right = number(node.left, indent), number(node.right, indent)
                lines.append(f"{indent}%{(k := next(names))} = {left} {SIGNS[type(node.op)]} {right}")
                return f"%{k}"
            return ast.unparse(node)

        def element(parts, indent):
            made = []
            for part in parts:
                if isinstance(part, tuple):
                    ends = [str(None) if end is None else number(end, indent) for end in part]
                    lines.append(f"{indent}%{(k := next(names))} = slice({', '.join(ends)})")
                    made.append(f"%{k}")
                else:
                    made.append(number(part, indent))
            lines.append(f"{indent}%{(k := next(names))} = tuple({', '.join(made)})")
            return f"%{k}"

        def span(text, indent):
            ends = [number(end, indent) for end in text.split(", ")]
            lines.append(f"{indent}%{(k := next(names))} = range({', '.join(ends)})")
            return f"%{k}"

        lines = ["function f(a, n):"]
        lines += [f"    a.3 = for i.0 in {span(self.outer, '    ')} carry a.0 = a:"]
        if not self.deep:
            lines.append(f"        %900 = getitem(a.0, {(read := element(self.read, ' ' * 8))})")
        lines += [f"        a.2 = for j.0 in {span(self.inner, ' ' * 8)} carry a.1 = a.0:"]
        if self.deep:
            lines.append(f"            %900 = getitem(a.1, {(read := element(self.read, ' ' * 12))})")
        lines.append(f"            a.4 = write(a.1, {(written := element(self.written, ' ' * 12))}, 1.0)")
        lines += ["            yield a.4", "        yield a.2", "    return a.3"]
        return kinded("\n".join(lines), np.ones((8, 9)), 4), read, written

    def keeps(self, n: int) -> bool:
        """Does no write come to what was read before, in a run?"""
        owner, events = np.arange(72).reshape(8, 9), []

        def touched(parts, names):
            index = tuple(slice(*(None if end is None else eval(end, names) for end in part)) if isinstance(part, tuple) else eval(part, names) for part in parts)
            try:
                return set(np.atleast_1d(owner[index]).ravel().tolist())
            except IndexError:
                return set()

        for i in eval(f"range({self.outer})", {"n": n}):
            if not self.deep:
                events.append(("read", touched(self.read, {"i": i, "n": n})))
            for j in eval(f"range({self.inner})", {"n": n, "i": i}):
                names = {"i": i, "j": j, "n": n}
                events += [("read", touched(self.read, names))] if self.deep else []
                events.append(("write", touched(self.written, names)))
        seen = set()
        for event, elements in events:
            if event == "read":
                seen |= elements
            elif seen & elements:
                return False
        return True


SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}


def test_what_is_said_to_be_left_alone_is_left_alone_in_runs():
    random, proved, possible = Random(7), 0, 0
    for _ in range(1500):
        nest = Nest(random)
        function, read, written = nest.program()
        found = memory(function)
        (write,) = found.writes[found.region("a")]
        apart = Places(function, found).apart(read, found.bound["%900"], written, write.moment, "a")
        kept = all(nest.keeps(n) for n in range(11))
        assert kept or not apart, (nest.outer, nest.inner, nest.read, nest.written, nest.deep)
        proved, possible = proved + apart, possible + kept
    assert proved > possible / 3  # and that is often seen
