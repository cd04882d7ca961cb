"""Which names are read where their array may have been overwritten."""

from wengert.analysis.sharing import sharing
from wengert.ir.text import parse


def shared(body):
    return sharing(parse("function f(x, n):\n" + body)).shared


def test_a_name_that_is_dead_after_its_augmented_assignment_is_not_shared():
    assert not shared("    a.0 = x * 2\n    b.0 = a.0 + 1\n    a.1 = iadd(a.0, x)\n    return a.1")


def test_a_name_read_in_the_other_branch_is_not_shared():
    text = "    a.0 = x * 2\n    a.2 = if n:\n        a.1 = iadd(a.0, x)\n        yield a.1\n    else:\n        yield a.0\n    return a.2"
    assert not shared(text)


def test_a_name_overwritten_in_a_loop_around_which_it_stands_is_shared():
    assert shared("    a.0 = x * 2\n    for i.0 in n:\n        b.0 = iadd(a.0, x)\n        yield\n    return x") == {"a.0"}


def test_a_name_handed_over_twice_is_shared():
    assert shared("    a.0 = x * 2\n    b.0, c.0 = if n:\n        yield a.0, a.0\n    else:\n        yield x, n\n    return b.0") == {"a.0"}
