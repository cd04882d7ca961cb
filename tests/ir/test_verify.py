"""Each way in which a program can be malformed, and programs close to them that are well formed."""

import time
from dataclasses import replace

import pytest

from wengert.ir.axes import MANY
from wengert.ir.core import Apply, Block, Const, Function, Return
from wengert.ir.kinds import Array, Known, NumpyScalar, Slice
from wengert.ir.text import parse
from wengert.ir.verify import Malformed, verify

MALFORMED = {
    "name is read before its line": (
        "`z.0` is read but not defined here\n    y.0 = 2 * z.0",
        """
        y.0 = 2 * z.0
        z.0 = 2 * x
        return y.0
        """,
    ),
    "name of a branch is read below it": (
        "`y.0` is read but not defined here\n    return y.0",
        """
        if x:
            y.0 = 2 * x
            yield
        return y.0
        """,
    ),
    "name of one branch is read in the other": (
        "`y.0` is read but not defined here\n    yield y.0",
        """
        z.0 = if x:
            y.0 = 2 * x
            yield y.0
        else:
            yield y.0
        return z.0
        """,
    ),
    "element of a loop is read below it": (
        "`i.0` is read but not defined here\n    return i.0",
        """
        for i.0 in x:
            yield
        return i.0
        """,
    ),
    "carried value is read below the loop": (
        "`v.0` is read but not defined here\n    return v.0",
        """
        v.1 = for i.0 in x carry v.0 = x:
            yield v.0
        return v.0
        """,
    ),
    "name of a test is read below the loop": (
        "`c.0` is read but not defined here\n    return c.0",
        """
        while:
            test:
                c.0 = x + 1
                pass c.0
            body:
                yield
        return c.0
        """,
    ),
    "name of the body is read in the test": (
        "`v.1` is read but not defined here",
        """
        while:
            test:
                pass v.1
            body:
                v.1 = x + 1
                yield
        return x
        """,
    ),
    "result of an if is read in its own branch": (
        "`y.0` is read but not defined here\n    yield y.0",
        """
        y.0 = if x:
            yield y.0
        else:
            yield x
        return y.0
        """,
    ),
    "parameter of a nested function is read outside": (
        "`a` is read but not defined here\n    return a",
        """
        g.0 = def (a):
            return a
        return a
        """,
    ),
    "initial value is the loop's own": (
        "`v.0` is read but not defined here\n    v.1 = for i.0 in x carry v.0 = v.0:",
        """
        v.1 = for i.0 in x carry v.0 = v.0:
            yield v.0
        return v.1
        """,
    ),
    "name is bound twice in a block": (
        "`y.0` is bound a second time\n    y.0 = 3 * x",
        """
        y.0 = 2 * x
        y.0 = 3 * x
        return y.0
        """,
    ),
    "name is bound in both branches": (
        "`y.0` is bound a second time\n    y.0 = 3 * x",
        """
        if x:
            y.0 = 2 * x
            yield
        else:
            y.0 = 3 * x
            yield
        return x
        """,
    ),
    "parameter of a nested function has the name of one outside": (
        "`x` is bound a second time\n    g.0 = def (x):",
        """
        g.0 = def (x):
            return x
        return g.0
        """,
    ),
    "branch yields too little": (
        "yields 0 values where 1 are bound by `y.0 = if x:`\n    yield",
        """
        y.0 = if x:
            yield x
        return y.0
        """,
    ),
    "body yields too much": (
        "yields 2 values, `v.1 = for i.0 in x carry v.0 = x:` carries 1\n    yield v.0, x",
        """
        v.1 = for i.0 in x carry v.0 = x:
            yield v.0, x
        return v.1
        """,
    ),
    "break hands over too little": (
        "`break` hands over 0 values, the loop carries 1\n    break",
        """
        v.1 = for i.0 in x carry v.0 = x:
            break
        return v.1
        """,
    ),
    "continue hands over too much": (
        "`continue` hands over 1 values, the loop carries 0\n    continue x",
        """
        for i.0 in x:
            if x:
                continue x
            yield
        return x
        """,
    ),
    "test passes on another number of values": (
        "passes 1 values, the loop carries 2",
        """
        a.1, b.1 = while carry a.0 = x, b.0 = x:
            test:
                pass x with a.0
            body:
                yield a.0, b.0
        return x
        """,
    ),
    "loop has no target for what it carries": (
        "carries 1 values, from 1 initial values, to 0 targets\n    for i.0 in x carry v.0 = x:",
        """
        for i.0 in x carry v.0 = x:
            yield v.0
        return x
        """,
    ),
    "loop has two elements and one source": (
        "a loop has one element for each source, and one at least\n    for i.0, j.0 in x:",
        """
        for i.0, j.0 in x:
            yield
        return x
        """,
    ),
    "break outside of a loop": (
        "`break` outside of the body of a loop\n    break",
        """
        if x:
            break
        return x
        """,
    ),
    "break out of a nested function": (
        "`break` outside of the body of a loop\n    break",
        """
        for i.0 in x:
            g.0 = def ():
                if x:
                    break
                return x
            yield
        return x
        """,
    ),
    "test of a loop breaks": (
        "`continue` outside of the body of a loop\n    continue",
        """
        for i.0 in x:
            while:
                test:
                    if x:
                        continue
                    pass x
                body:
                    yield
            yield
        return x
        """,
    ),
    "test of a loop returns": (
        "`return` in the test of a `while`\n    return x",
        """
        while:
            test:
                if x:
                    return x
                pass x
            body:
                yield
        return x
        """,
    ),
    "test of a loop does not pass": (
        "the test of a `while` ends in `pass`\n    yield x",
        """
        while:
            test:
                yield x
            body:
                yield
        return x
        """,
    ),
    "pass outside of a test": (
        "`pass` ends the test of a `while` and no other block\n    pass x",
        """
        for i.0 in x:
            pass x
        return x
        """,
    ),
    "function that yields": (
        "a function ends in `return` or `stop`\n    yield x",
        """
        yield x
        """,
    ),
    "nested function that breaks": (
        "a function ends in `return` or `stop`\n    break",
        """
        for i.0 in x:
            g.0 = def ():
                break
            yield
        return x
        """,
    ),
    "exit code of a loop that binds none": (
        "an exit code for a loop that binds none\n    break exit 2",
        """
        for i.0 in x:
            break exit 2
        return x
        """,
    ),
    "stop that can be reached": (
        "`stop` can be reached\n    stop",
        """
        y.0 = 2 * x
        stop
        """,
    ),
    "stop below a loop that breaks": (
        "`stop` can be reached\n    stop",
        """
        while:
            test:
                pass True
            body:
                break
        stop
        """,
    ),
    "line below a raise": (
        "this line is never reached, it stands below `raise(x)`\n    y.0 = 2 * x",
        """
        raise(x)
        y.0 = 2 * x
        return y.0
        """,
    ),
    "return below a raise": (
        "never reached: it stands below `raise(x)`\n    return x",
        """
        raise(x)
        return x
        """,
    ),
    "line below an if that always exits": (
        "this line is never reached, it stands below `if x:`\n    y.0 = 2 * x",
        """
        if x:
            return x
        else:
            return x
        y.0 = 2 * x
        return y.0
        """,
    ),
    "targets of an if that always exits": (
        "neither branch yields, so there is nothing to bind\n    y.0 = if x:",
        """
        y.0 = if x:
            return x
        else:
            return x
        stop
        """,
    ),
    "overwritten name is read": (
        "`a.0` is read, but `b.0 = append(a.0, x)` has overwritten it\n    return a.0",
        """
        a.0 = list()
        b.0 = append(a.0, x)
        return a.0
        """,
    ),
    "name that was written to is read": (
        "`a.0` is read, but `a.1 = write(a.0, 0, x)` has overwritten it\n    return a.0",
        """
        a.0 = np.zeros(3)
        a.1 = write(a.0, 0, x)
        return a.0
        """,
    ),
    "overwritten name is overwritten again": (
        "`a.0` is read, but `b.0 = iadd(a.0, x)` has overwritten it\n    c.0 = store(a.0, 0, x)",
        """
        a.0 = np.zeros(x)
        b.0 = iadd(a.0, x)
        c.0 = store(a.0, 0, x)
        return b.0
        """,
    ),
    "op overwrites what it reads": (
        "`a.0` is overwritten and read by the same op\n    b.0 = scatter_add(a.0, 0, a.0)",
        """
        a.0 = list()
        b.0 = scatter_add(a.0, 0, a.0)
        return b.0
        """,
    ),
    "name that one branch overwrites is read below": (
        "`a.0` is read, but `b.0 = append(a.0, x)` has overwritten it\n    return a.0",
        """
        a.0 = list()
        if x:
            b.0 = append(a.0, x)
            yield
        return a.0
        """,
    ),
    "name that may be the overwritten one is read": (
        "`b.0`, which may be `a.0`, is read, but `c.0 = append(a.0, x)` has overwritten it\n    return b.0",
        """
        a.0 = list()
        b.0 = if x:
            yield a.0
        else:
            yield x
        c.0 = append(a.0, x)
        return b.0
        """,
    ),
    "name is read that an overwritten one may be": (
        "`a.0` is read, but `c.0 = append(b.0, x)` has overwritten it\n    return a.0",
        """
        a.0 = list()
        b.0 = if x:
            yield a.0
        else:
            yield x
        c.0 = append(b.0, x)
        return a.0
        """,
    ),
    "one array is handed to two names": (
        "`c.0` is read, but `d.0 = iadd(b.0, 1.0)` has overwritten it\n    %0 = c.0 + d.0",
        """
        b.0, c.0 = if x:
            g.0 = np.ones(3)
            yield g.0, g.0
        else:
            yield x, x
        d.0 = iadd(b.0, 1.0)
        %0 = c.0 + d.0
        return %0
        """,
    ),
    "one array is carried under two names": (
        "`b.0` is read, but `c.0 = iadd(a.0, 1.0)` has overwritten it\n    yield c.0, b.0",
        """
        g.0 = np.ones(3)
        a.1, b.1 = for i.0 in x carry a.0 = g.0, b.0 = g.0:
            c.0 = iadd(a.0, 1.0)
            yield c.0, b.0
        return b.1
        """,
    ),
    "a turn hands one array to two names": (
        "`b.0` is read, but `c.0 = iadd(a.0, 1.0)` has overwritten it\n    d.0 = c.0 + b.0",
        """
        a.1, b.1 = for i.0 in x carry a.0 = 0.0, b.0 = 0.0:
            c.0 = iadd(a.0, 1.0)
            d.0 = c.0 + b.0
            yield d.0, d.0
        return b.1
        """,
    ),
    "a loop leaves with one array under two names": (
        "`b.1` is read, but `c.0 = iadd(a.1, 1.0)` has overwritten it\n    d.0 = c.0 + b.1",
        """
        a.1, b.1 = for i.0 in x carry a.0 = 0.0, b.0 = 0.0:
            d.1 = a.0 + b.0
            break d.1, d.1
        c.0 = iadd(a.1, 1.0)
        d.0 = c.0 + b.1
        return d.0
        """,
    ),
    "loop overwrites a name from outside": (
        "`a.0` is overwritten, but is not of this turn: carry it, or copy it\n    b.0 = append(a.0, x)",
        """
        a.0 = list()
        for i.0 in x:
            b.0 = append(a.0, x)
            yield
        return x
        """,
    ),
    "inner loop overwrites what the outer loop carries": (
        "`a.0` is overwritten, but is not of this turn: carry it, or copy it\n    c.0 = append(a.0, x)",
        """
        a.1 = for i.0 in x carry a.0 = x:
            for j.0 in x:
                c.0 = append(a.0, x)
                yield
            yield a.0
        return a.1
        """,
    ),
    "inner loop carries and overwrites a name from outside of the outer one": (
        "`a.0` is overwritten, but is not of this turn: carry it, or copy it\n    b.2 = for j.0 in x carry b.0 = a.0:",
        """
        a.0 = list()
        for i.0 in x:
            b.2 = for j.0 in x carry b.0 = a.0:
                b.1 = append(b.0, x)
                yield b.1
            yield
        return x
        """,
    ),
    "initial value that the loop overwrites is read below": (
        "`a.0` is read, but `b.2 = for i.0 in x carry b.0 = a.0:` has overwritten it\n    return a.0",
        """
        a.0 = list()
        b.2 = for i.0 in x carry b.0 = a.0:
            b.1 = append(b.0, x)
            yield b.1
        return a.0
        """,
    ),
    "initial value that a leaving path overwrites is read below": (
        "`a.0` is read, but `b.2 = for i.0 in x carry b.0 = a.0:` has overwritten it\n    return a.0",
        """
        a.0 = list()
        b.2 = for i.0 in x carry b.0 = a.0:
            if i.0:
                b.1 = append(b.0, x)
                break b.1
            yield b.0
        return a.0
        """,
    ),
    "initial value that the loop overwrites is read in it": (
        "`a.0` is read in the loop, but it is carried and a later turn overwrites it",
        """
        a.0 = list()
        b.2 = for i.0 in x carry b.0 = a.0:
            b.1 = append(b.0, a.0)
            yield b.1
        return b.2
        """,
    ),
    "list grows while a loop runs over it": (
        "`a.0` is read in the loop, but it is carried and a later turn overwrites it",
        """
        a.0 = list(x)
        b.2 = for i.0 in a.0 carry b.0 = a.0:
            b.1 = append(b.0, i.0)
            yield b.1
        return b.2
        """,
    ),
    "swapped initial value is overwritten in the second turn": (
        "`a.0` is read, but `b.1, c.1 = for i.0 in x carry b.0 = 1.0, c.0 = a.0:` has overwritten it\n    return a.0",
        """
        a.0 = list()
        b.1, c.1 = for i.0 in x carry b.0 = 1.0, c.0 = a.0:
            d.0 = append(b.0, x)
            yield c.0, d.0
        return a.0
        """,
    ),
    "name from outside is handed to the next turn, which overwrites it": (
        "`z.0` is read in the loop, but it is carried and a later turn overwrites it",
        """
        z.0 = np.zeros(3)
        b.1 = for i.0 in x carry b.0 = 1.0:
            d.0 = iadd(b.0, x)
            yield z.0
        return b.1
        """,
    ),
    "result of a loop that may not have run is its initial value": (
        "`a.0` is read, but `c.0 = append(b.1, x)` has overwritten it\n    return a.0",
        """
        a.0 = list()
        b.1 = for i.0 in x carry b.0 = a.0:
            yield b.0
        c.0 = append(b.1, x)
        return a.0
        """,
    ),
    "nested function overwrites what it captures": (
        "`a.0` is overwritten, but is not of this turn: carry it, or copy it\n    b.0 = append(a.0, x)",
        """
        a.0 = list()
        g.0 = def ():
            b.0 = append(a.0, x)
            return b.0
        return g.0
        """,
    ),
    "captured name is overwritten below": (
        "`a.0` is overwritten, but `g.0 = def ():` may read it later\n    b.0 = append(a.0, x)",
        """
        a.0 = list()
        g.0 = def ():
            return a.0
        b.0 = append(a.0, x)
        return g.0
        """,
    ),
    "captured name was overwritten above": (
        "`a.0` is read, but `b.0 = append(a.0, x)` has overwritten it\n    g.0 = def ():",
        """
        a.0 = list()
        b.0 = append(a.0, x)
        g.0 = def ():
            return a.0
        return g.0
        """,
    ),
    "iterator is asked for its next value twice": (
        "`it.0` is read, but `a.0, it.1 = next(it.0)` has overwritten it",
        """
        it.0 = reversed(x)
        a.0, it.1 = next(it.0)
        b.0, it.2 = next(it.0)
        return b.0
        """,
    ),
}


WELL_FORMED = {
    "body sees the names of the test": """
        while:
            test:
                c.0 = x + 1
                pass c.0
            body:
                d.0 = c.0 + 1
                yield
        return x
        """,
    "inner blocks see what is above them": """
        a.0 = x + 1
        for i.0 in x:
            b.0 = a.0 + i.0
            if b.0:
                c.0 = a.0 + b.0
                continue
            g.0 = def (y):
                %0 = y + b.0
                return %0
            yield
        return x
        """,
    "exits of every sort": """
        v.1, e.0 = for i.0 in x carry v.0 = x exit:
            if i.0:
                break i.0 exit 3
            if v.0:
                return v.0
            else:
                yield
            if i.0:
                yield
            else:
                continue v.0
            if v.0:
                %0 = raise(x)
                stop
            yield v.0
        return e.0
        """,
    "both branches exit": """
        if x:
            return x
        else:
            return 1.0
        stop
        """,
    "loop that ends by return only": """
        while:
            test:
                pass True
            body:
                if x:
                    return x
                yield
        stop
        """,
    "loop inside a test breaks out of itself": """
        while:
            test:
                for i.0 in x:
                    break
                pass x
            body:
                yield
        return x
        """,
    "test that raises": """
        while:
            test:
                if x:
                    raise(x)
                    stop
                pass x
            body:
                yield
        return x
        """,
    "undef is handed on": """
        y.1 = for i.0 in x carry y.0 = undef:
            yield i.0
        return y.1
        """,
    "tape": """
        a.0 = list()
        v.2, a.3 = for i.0 in x carry v.0 = x, a.1 = a.0:
            a.2 = append(a.1, v.0)
            v.1 = np.sin(v.0)
            yield v.1, a.2
        %0 = reversed(a.3)
        b.2 = for v.3 in %0 carry b.0 = 1.0:
            b.1 = b.0 * v.3
            yield b.1
        return b.2
        """,
    "branches each overwrite the same name": """
        a.0 = list()
        b.2 = if x:
            b.0 = append(a.0, 1)
            yield b.0
        else:
            b.1 = append(a.0, 2)
            yield b.1
        return b.2
        """,
    "one branch overwrites a name that the other hands on": """
        a.0 = list()
        b.1 = if x:
            b.0 = append(a.0, 1)
            yield b.0
        else:
            yield a.0
        b.2 = append(b.1, 2)
        return b.2
        """,
    "branch that overwrites leaves, so the name lives on": """
        a.0 = list()
        if x:
            b.0 = append(a.0, 1)
            return b.0
        return a.0
        """,
    "inner tape is fresh in every turn": """
        for i.0 in x:
            a.0 = list()
            a.3 = for j.0 in x carry a.1 = a.0:
                a.2 = append(a.1, j.0)
                yield a.2
            yield
        return x
        """,
    "values move along through carried names, and the last is overwritten": """
        c.0 = np.ones(3)
        p.1, c.2 = for i.0 in x carry p.0 = 0.0, c.1 = c.0:
            n.0 = c.1 + 1
            yield c.1, n.0
        d.0 = iadd(p.1, 1.0)
        e.0 = d.0 + c.2
        return e.0
        """,
    "iterator moves on in a loop": """
        it.0 = reversed(x)
        it.3 = for i.0 in x carry it.1 = it.0:
            a.0, it.2 = next(it.1)
            yield it.2
        return x
        """,
    "nested function overwrites what it makes": """
        g.0 = def ():
            a.0 = list()
            b.0 = append(a.0, x)
            return b.0
        return g.0
        """,
}


def program(text: str) -> Function:
    return parse("function f(x):\n" + "\n".join(f"    {line}" for line in text.splitlines()))


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed(case: str) -> None:
    message, text = MALFORMED[case]
    with pytest.raises(Malformed) as error:
        verify(program(text))
    assert message in str(error.value)
    assert str(error.value).endswith("\nin function f")


@pytest.mark.parametrize("case", WELL_FORMED)
def test_well_formed(case: str) -> None:
    assert verify(program(WELL_FORMED[case])) is None


def test_in_place_operators_of_a_generic_program_end_no_life() -> None:
    text = """
        y.0 = iadd(x, 1)
        z.0 = x + y.0
        return z.0
        """
    verify(program(text), generic=True)
    with pytest.raises(Malformed, match="`x` is read"):
        verify(program(text))


def test_two_parameters_of_one_name_are_malformed() -> None:
    with pytest.raises(Malformed, match="`x` is bound a second time"):
        verify(Function("f", ("x", "x"), Block((), Return("x"))))


def test_cost_is_linear_in_the_length() -> None:
    def seconds(length: int) -> float:
        lines = [Apply(("a.0",), "list"), Apply(("v.0",), "f")]
        for k in range(length):
            lines.append(Apply((f"v.{k + 1}",), "mul", (f"v.{k}", Const(2.0))))
            lines.append(Apply((f"a.{k + 1}",), "append", (f"a.{k}", f"v.{k}")))
        function = Function("f", (), Block(tuple(lines), Return(f"a.{length}")))
        start = time.process_time()
        verify(function)
        return time.process_time() - start

    short = min(seconds(2_000) for _ in range(3))
    assert min(seconds(16_000) for _ in range(3)) < 24 * short


def test_a_view_is_read_again_after_its_array_was_written_to():
    text = """function f(a, x):
    %0 = slice(1, None, None)
    b.0 = getitem(a, %0)
    c.0 = getitem(a, 0)
    a.1 = write(a, 0, x)
    return {}"""
    array = Array("float64", (MANY,))
    kinds = {"a": array, "b.0": array, "a.1": array, "%0": Slice(Known(1), Known(None), Known(None)), "c.0": NumpyScalar("float64")}
    verify(replace(parse(text.format("c.0")), kinds=kinds))
    with pytest.raises(Malformed, match="`b.0` is read, but"):
        verify(replace(parse(text.format("b.0")), kinds=kinds))


def test_a_write_may_put_an_array_into_itself():
    verify(parse("function f(a):\n    a.1 = write(a, ..., a)\n    return a.1"))
