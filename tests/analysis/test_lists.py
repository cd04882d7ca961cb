"""Which lists become values, and which are left as they are."""

import pytest

from wengert.analysis.lists import promote_lists
from wengert.ir.text import parse, show
from wengert.ir.verify import verify


def promoted(text):
    function = parse(text)
    verify(function, generic=True)
    made = promote_lists(function)
    verify(made, generic=True)
    return show(made)


def test_a_tape_and_a_list_in_a_list_are_carried_through_their_loops():
    assert promoted("""
function f(r, s):
    xs.0 = list()
    x.2 = for i.0 in r carry x.0 = s:
        %0 = getattr(xs.0, 'append')
        %1 = call(%0, i.0)
        if i.0:
            break x.0
        else:
            yield
        ys.0 = list()
        for j.0 in r:
            %2 = getattr(ys.0, 'append')
            %3 = getitem(ys.0, -1)
            %4 = call(%2, %3)
            yield
        %5 = getattr(xs.0, 'append')
        %6 = call(%5, ys.0)
        x.1 = x.0 + 1
        yield x.1
    pb.0 = def (b):
        %7 = getitem(xs.0, b)
        return %7
    %8 = tuple(x.2, pb.0)
    return %8
""") == """\
function f(r, s):
    xs.0 = list()
    x.2, xs.4 = for i.0 in r carry x.0 = s, xs.1 = xs.0:
        xs.2 = append(xs.1, i.0)
        if i.0:
            break x.0, xs.2
        ys.0 = list()
        ys.3 = for j.0 in r carry ys.1 = ys.0:
            %3 = getitem(ys.1, -1)
            ys.2 = append(ys.1, %3)
            yield ys.2
        xs.3 = append(xs.2, ys.3)
        x.1 = x.0 + 1
        yield x.1, xs.3
    pb.0 = def (b):
        %7 = getitem(xs.4, b)
        return %7
    %8 = tuple(x.2, pb.0)
    return %8"""


@pytest.mark.parametrize(
    "hold",
    [
        "%2 = call(g, xs.0)",
        "%2 = tuple(xs.0, i.0)",
        "%2 = getattr(xs.0, 'pop')",
        "for j.0 in xs.0:\n            yield",
        "p.0 = def ():\n            return xs.0",
        "%2 = iadd(xs.0, r)",
    ],
)
def test_a_list_that_somebody_else_may_hold_while_it_grows_is_left_as_it_is(hold):
    text = f"""
function f(r, g):
    xs.0 = list()
    for i.0 in r:
        {hold}
        %0 = getattr(xs.0, 'append')
        %1 = call(%0, i.0)
        yield
    return xs.0
"""
    assert promoted(text) == show(parse(text))


def test_a_method_kept_for_later_leaves_its_list_as_it_is():
    text = """
function f(r):
    xs.0 = list()
    add.0 = getattr(xs.0, 'append')
    for i.0 in r:
        %1 = call(add.0, i.0)
        yield
    return xs.0
"""
    assert promoted(text) == show(parse(text))
