"""Variables that are assigned anywhere become values that blocks hand on."""

from wengert.ir.build import Names
from wengert.ir.core import Apply, Block, Break, Const, Continue, Def, For, Function, If, Pass, Return, While, Yield
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import INT
from wengert.ir.text import show
from wengert.ir.verify import verify
from wengert.ir.walk import all_names
from wengert.transform.variables import alias, hint_of, thread, variable

V = variable("v")
T = variable("t_tape", 3)
ADD_ONE = Apply((V,), "add", (V, Const(1)))
SKIP = Block((), Yield())


def threaded(*lines, result=V, parameters=("x", "n")):
    function = Function("f", parameters, Block(tuple(lines), Return(result)))
    made = thread(function, Names(all_names(function)), {})
    verify(made)
    return made


def test_variables_that_ask_for_the_same_name_are_told_apart():
    assert variable("v", 1) != variable("v", 2)
    assert hint_of(variable("v", 1)) == hint_of(variable("v", 2)) == "v"


def test_an_alias_leaves_no_line():
    assert show(threaded(alias(V, "x"))) == "function f(x, n):\n    return x"


def test_straight_lines_make_versions():
    made = threaded(alias(V, "x"), ADD_ONE, ADD_ONE)
    assert show(made) == "function f(x, n):\n    v.0 = x + 1\n    v.1 = v.0 + 1\n    return v.1"


def test_a_branch_hands_on_what_it_assigned_and_the_other_what_was_there():
    made = threaded(alias(V, "x"), If((), "n", Block((ADD_ONE,), Yield()), SKIP))
    assert "v.1 = if n:" in show(made)
    assert (evaluate(made, 5, True), evaluate(made, 5, False)) == (6, 5)


def test_a_branch_that_leaves_hands_on_nothing():
    early = If((), "n", Block((ADD_ONE,), Return(V)), SKIP)
    made = threaded(alias(V, "x"), early, ADD_ONE, ADD_ONE)
    assert (evaluate(made, 5, True), evaluate(made, 5, False)) == (6, 7)


def test_a_loop_carries_what_its_body_assigns():
    loop = For((), ("i.0",), ("n",), (), (), Block((ADD_ONE,), Yield()))
    made = threaded(alias(V, "x"), loop)
    assert "carry v." in show(made)
    assert (evaluate(made, 5, [1, 1, 1]), evaluate(made, 5, [])) == (8, 5)


def test_break_and_continue_carry_variables_too():
    add_ten = Apply((V,), "add", (V, Const(10)))
    leave = [Apply(("%0",), "eq", ("i.0", Const(2))), If((), "%0", Block((), Break()), SKIP)]
    again = [Apply(("%1",), "eq", ("i.0", Const(1))), If((), "%1", Block((), Continue()), SKIP)]
    loop = For((), ("i.0",), ("n",), (), (), Block((ADD_ONE, *leave, *again, add_ten), Yield()))
    assert evaluate(threaded(alias(V, "x"), loop), 0, [0, 1, 0, 2, 0]) == 11 + 1 + 11 + 1


def test_the_test_of_a_while_hands_its_variables_to_the_body():
    test = Block((ADD_ONE, Apply(("%0",), "lt", (V, "n"))), Pass("%0", ("y.0",)))
    loop = While(("y.1",), ("y.0",), ("x",), test, Block((), Yield(("y.0",))))
    made = threaded(alias(V, "x"), loop)
    assert evaluate(made, 0, 4) == 4


def test_nested_blocks_thread_through_all_levels():
    inner = If((), "n", Block((ADD_ONE,), Yield()), SKIP)
    loop = For((), ("i.0",), ("x",), (), (), Block((For((), ("j.0",), ("x",), (), (), Block((inner,), Yield())),), Yield()))
    made = threaded(alias(V, Const(0)), loop)
    assert (evaluate(made, [1, 2], True), evaluate(made, [1, 2], False)) == (4, 0)


def test_a_nested_function_reads_the_value_where_it_stands():
    inner = Function("g", ("y",), Block((Apply(("%0",), "add", (V, "y")),), Return("%0")))
    call = Apply(("%1",), "call", ("g.0", Const(100)))
    made = threaded(alias(V, "x"), ADD_ONE, Def("g.0", inner), ADD_ONE, call, result="%1")
    assert evaluate(made, 5, 0) == 106


def test_kinds_go_to_all_versions():
    kinds = {T: INT}
    function = Function("f", ("x",), Block((Apply((T,), "add", ("x", Const(1))), Apply((T,), "add", (T, "x"))), Return(T)))
    thread(function, Names(), kinds)
    assert kinds["t_tape.0"] == kinds["t_tape.1"] == INT
