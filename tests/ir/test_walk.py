"""What lines read, bind and hold, and renaming."""

import pytest

from wengert.ir.core import Apply, Block, Const, Def, For, Function, If, Line, Name, Return, While
from wengert.ir.kinds import FLOAT, INT
from wengert.ir.text import parse, show
from wengert.ir.walk import (
    all_names,
    atoms,
    base,
    blocks_of,
    bound,
    defined,
    exits,
    lines_of,
    map_atoms,
    map_blocks,
    names,
    reads,
    rename,
)  # fmt: skip

PROGRAM = parse("""
function f(x, n):
    %0 = range(n)
    v.2, exit.0 = for i.0 in %0 carry v.0 = x, w.0 = 1.0 exit:
        v.1 = if i.0:
            %1 = v.0 * c
            yield %1
        else:
            break v.0, d
        yield v.1, e
    y.2 = while carry y.0 = v.2:
        test:
            %2 = y.0 < g
            pass %2 with y.0
        body:
            y.1 = np.where(%2, y.0, keyword=h)
            yield y.1
    pullback.0 = def (out_bar):
        %3 = out_bar * y.2
        return %3
    return pullback.0
""")
COUNTER, LOOP, SEARCH, CLOSURE = PROGRAM.body.lines


def line(text: str) -> Line:
    return parse(f"function f():\n    {text}\n    stop").body.lines[0]


def test_reads_are_the_names_from_outside_in_order_and_once() -> None:
    assert reads(LOOP) == ("%0", "x", "c", "d", "e")
    assert reads(SEARCH) == ("v.2", "g", "h")
    assert reads(CLOSURE) == ("y.2",)
    assert reads(line("a.0 = f(b, b, k=c)")) == ("b", "c")


def test_reads_of_a_block_or_function_are_its_free_names() -> None:
    assert reads(PROGRAM) == ("c", "d", "e", "g", "h")
    assert reads(PROGRAM.body) == ("n", "x", "c", "d", "e", "g", "h")


def test_reads_of_a_terminator_are_its_names() -> None:
    assert isinstance(SEARCH, While)
    assert reads(SEARCH.test.terminator) == ("%2", "y.0")


def test_atoms_are_the_lines_own_and_names_are_those_without_constants() -> None:
    assert atoms(LOOP) == ("%0", "x", Const(1.0))
    assert names(LOOP) == ("%0", "x")
    assert atoms(CLOSURE) == ()
    assert atoms(line("a.0 = f(1, k=c)")) == (Const(1), "c")


def test_exit_code_is_defined_with_the_targets() -> None:
    assert defined(LOOP) == ("v.2", "exit.0")
    assert defined(CLOSURE) == ("pullback.0",)


def test_loops_and_nested_functions_bind_names_inside() -> None:
    assert bound(LOOP) == ("i.0", "v.0", "w.0")
    assert bound(SEARCH) == ("y.0",)
    assert bound(CLOSURE) == ("out_bar",)
    assert bound(COUNTER) == ()


def test_blocks_come_in_the_order_in_which_they_run() -> None:
    assert isinstance(SEARCH, While) and blocks_of(SEARCH) == (SEARCH.test, SEARCH.body)
    assert blocks_of(COUNTER) == ()


def test_branch_that_breaks_exits_and_one_that_yields_does_not() -> None:
    assert isinstance(LOOP, For)
    branch = LOOP.body.lines[0]
    assert isinstance(branch, If)
    assert exits(branch.orelse) and not exits(branch.then)


def test_map_blocks_changes_every_block_and_keeps_the_line_if_nothing_changes() -> None:
    empty = Block((), Return(Const(None)))
    for holder in (LOOP, SEARCH, CLOSURE):
        assert set(blocks_of(map_blocks(holder, lambda block: empty))) == {empty}
        assert map_blocks(holder, lambda block: block) is holder
    assert map_blocks(COUNTER, lambda block: empty) is COUNTER


def test_map_atoms_changes_the_lines_own_atoms_only() -> None:
    def shout(atom: Name | Const) -> Name | Const:
        return atom if isinstance(atom, Const) else atom.upper()

    changed = map_atoms(LOOP, shout)
    assert isinstance(LOOP, For) and isinstance(changed, For)
    assert changed.sources == ("%0",) and changed.initial == ("X", Const(1.0)) and changed.body is LOOP.body
    assert map_atoms(line("a.0 = f(b, 1, k=c, l=2)"), shout) == line("a.0 = f(B, 1, k=C, l=2)")
    assert map_atoms(CLOSURE, shout) is CLOSURE


def test_lines_come_in_reading_order_at_every_depth() -> None:
    targets = [defined(line) for line in lines_of(PROGRAM)]
    assert targets == [("%0",), ("v.2", "exit.0"), ("v.1",), ("%1",), ("y.2",), ("%2",), ("y.1",), ("pullback.0",), ("%3",)]


def test_all_names_are_those_the_program_binds() -> None:
    inside = {"v.2", "exit.0", "i.0", "v.0", "w.0", "v.1", "%1", "y.2", "y.0", "%2", "y.1", "pullback.0", "out_bar", "%3"}
    assert all_names(PROGRAM) == {"x", "n", "%0"} | inside


def test_rename_replaces_reads_at_every_depth_and_no_definition() -> None:
    text = show(rename(PROGRAM, {"c": Const(2), "y.2": "z", "%2": "t"}))
    assert "%1 = v.0 * 2" in text
    assert "%3 = out_bar * z" in text
    assert "y.2 = while" in text
    assert "%2 = y.0 < g" in text and "pass t with y.0" in text


def test_rename_with_definitions_gives_a_program_of_other_names() -> None:
    mapping = {name: f"{base(name)}.{number + 100}" for number, name in enumerate(sorted(all_names(PROGRAM)))}
    there = rename(PROGRAM, mapping, definitions=True)
    assert all_names(there) == set(mapping.values())
    back = rename(there, {new: old for old, new in mapping.items()}, definitions=True)
    assert back == PROGRAM


def test_rename_with_definitions_moves_the_kinds() -> None:
    function = Function("f", ("x",), Block((), Return("x")), {"x": FLOAT, "y.0": INT})
    assert rename(function, {"x": "z"}, definitions=True).kinds == {"z": FLOAT, "y.0": INT}


def test_definition_cannot_become_a_constant() -> None:
    with pytest.raises(TypeError, match=r"y\.0 is bound here"):
        rename(Apply(("y.0",), "f"), {"y.0": Const(1)}, definitions=True)


def test_rename_of_nothing_keeps_the_same_objects() -> None:
    assert rename(PROGRAM, {}) is PROGRAM
    assert rename(PROGRAM.body, {"not there": "z"}).lines[1] is LOOP


def test_base_is_what_stands_before_the_version() -> None:
    assert [base(name) for name in ("v.12", "%3", "%3_bar.0", "x", "x.y")] == ["v", "%3", "%3_bar", "x", "x.y"]


def test_deep_walks_do_not_recurse_over_length() -> None:
    lines = tuple(Apply((f"v.{k + 1}",), "mul", (f"v.{k}", Const(2.0))) for k in range(20_000))
    function = Function("f", (), Block((Def("g.0", Function("g", (), Block(lines, Return("v.20000")))),), Return("g.0")))
    assert reads(function) == ("v.0",)
    assert len(list(lines_of(function))) == 20_001
    assert rename(function, {"v.0": "x"}) != function
