"""What is done to one element of an adjoint is done at once, where nobody looks between."""

from __future__ import annotations

from random import Random

import numpy as np
from inplace import kinded

from wengert.ir.evaluate import evaluate
from wengert.ir.text import show
from wengert.ir.verify import verify
from wengert.ir.walk import lines_of
from wengert.optimize.at_once import change_at_once
from wengert.optimize.dead_code import eliminate_dead_code

ARGUMENTS = (np.array([0.5, -1.5, 2.0, 3.0]), 1, 0.7)


def joined(*lines, given=()):
    """The body of `function f(u, i, a)` afterwards; both give the same."""
    function = kinded("function f(u, i, a):\n" + "\n".join(f"    {line}" for line in lines), *ARGUMENTS)
    made = eliminate_dead_code(change_at_once(function, given))
    verify(made)
    for i in (0, 1, 3):
        arguments = (ARGUMENTS[0], i, 0.7)
        np.testing.assert_allclose(evaluate(made, *arguments), evaluate(function, *arguments), rtol=1e-12, atol=1e-12)
    return [line.strip() for line in show(made).splitlines()[1:]]


def test_two_additions_to_one_element_are_one():
    assert joined("u.1 = scatter_add(u, i, a)", "u.2 = scatter_add(u.1, i, 2.5)", "return u.2")[0] == "u.1 = scatter_add(u, i, a)"  # a number is no float of the program
    assert joined("%0 = a * 2", "u.1 = scatter_add(u, i, a)", "u.2 = scatter_add(u.1, i, %0)", "return u.2") == [
        "%0 = a * 2", "%1 = a + %0", "u.2 = scatter_add(u, i, %1)", "return u.2",
    ]  # fmt: skip


def test_indices_are_alike_if_they_say_the_same():
    lines = ("%0 = i - 1", "u.1 = scatter_add(u, %0, a)", "%1 = i - 1", "u.2 = scatter_add(u.1, %1, a)", "return u.2")
    assert "%2 = a + a" in joined(*lines)
    lines = ("%0 = i - 1", "u.1 = scatter_add(u, %0, a)", "%1 = i - 2", "u.2 = scatter_add(u.1, %1, a)", "return u.2")
    assert len(joined(*lines)) == 5


def test_what_is_cleared_and_added_to_is_assigned():
    assert joined("u.1 = store(u, i, 0.0)", "u.2 = scatter_add(u.1, i, a)", "return u.2") == ["u.2 = store(u, i, a)", "return u.2"]


def test_an_addition_between_comes_after_the_assignment():
    assert joined("u.1 = store(u, i, 0.0)", "%0 = a * 2", "u.2 = scatter_add(u.1, 1, a)", "u.3 = scatter_add(u.2, i, %0)", "return u.3") == [
        "%0 = a * 2", "u.1 = store(u, i, %0)", "u.3 = scatter_add(u.1, 1, a)", "return u.3",
    ]  # fmt: skip


def test_a_value_that_comes_later_is_added():
    lines = ("u.1 = store(u, i, 0.0)", "u.2 = scatter_add(u.1, 1, a)", "%0 = a * 2", "u.3 = scatter_add(u.2, i, %0)", "return u.3")
    assert "u.1 = store(u, i, 0.0)" in joined(*lines)


def test_what_is_looked_at_between_stays():
    lines = ("u.1 = scatter_add(u, i, a)", "%0 = getitem(u.1, 1)", "u.2 = scatter_add(u.1, i, %0)", "return u.2")
    assert len(joined(*lines)) == 4


def test_what_another_statement_does_stays_under_its_comment():
    lines = ("u.1 = scatter_add(u, i, a)", "undo()", "u.2 = scatter_add(u.1, i, a)", "return u.2")
    assert len(joined(*lines)) == 4


def test_the_users_own_lines_stay_as_they_are():
    lines = ("u.1 = scatter_add(u, i, a)", "u.2 = scatter_add(u.1, i, a)", "return u.2")
    assert len(joined(*lines, given={"u.1", "u.2"})) == 3


def test_random_runs_of_changes_make_the_same_array():
    random = Random(3)
    saved = 0
    for _ in range(300):
        lines, array, values = [], "u", ["a"]
        for k in range(random.randrange(2, 8)):
            if random.random() < 0.3:
                lines.append(f"v.{k} = {random.choice(values)} * {random.choice(('a', '2', '-1'))}")
                values.append(f"v.{k}")
            elif random.random() < 0.15 and array != "u":
                lines.append(f"v.{k} = getitem({array}, {random.choice('i12')})")
                values.append(f"v.{k}")
            else:
                cleared = random.random() < 0.3
                value = "0.0" if cleared else random.choice(values)
                lines.append(f"u.{k} = {'store' if cleared else 'scatter_add'}({array}, {random.choice('i12')}, {value})")
                array = f"u.{k}"
        made = joined(*lines, f"return {array}")
        saved += len(made) < len(list(lines_of(kinded("function f(u, i, a):\n" + "\n".join(f"    {line}" for line in (*lines, f"return {array}")), *ARGUMENTS))))
    assert saved > 50
