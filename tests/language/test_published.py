"""What published packages are written with: options in capitals, attributes set by name, arrays made of whatever comes, arguments handed on."""

from __future__ import annotations

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

from wengert import Error, grad

CASES: dict[str, Case] = {}
case = collecting(CASES)
A = np.random.default_rng(3).uniform(0.5, 1.5, 6)


def halved(pair, n):
    return pair[0][0] * pair[0][1] * pair[1] if n == 0 else halved(pair, n - 1) * 0.5


def handed_on(x):
    ys = [0.0] * 2
    ys[0], ys[1] = x * x, x
    pair = ys, x
    return halved(pair, 2)


@case(1.3)
def a_tuple_of_a_list_that_was_filled_before_goes_to_a_function_that_calls_itself(x):
    return handed_on(x)


@case(1.3)
def the_starred_arguments_hold_a_list_that_was_filled_before(x):
    def inner(*pair):
        return halved(pair, 2)

    ys = [0.0] * 2
    ys[0], ys[1] = x * x, x
    return inner(ys, x)


class Options:
    LENGTH = 3
    AREA = 4


@case(1.3)
def bits_in_capitals_decide_which_keys_there_are(x):
    wanted = 7 & ~Options.AREA
    found = {"x": x}
    if wanted & Options.LENGTH:
        found["length"] = x * x
    if wanted & Options.AREA:
        found["area"] = x * x * x
    return found["length"] * len(found)


class Switch:
    STATE = 3


@case(1.3)
def a_constant_of_a_class_that_is_set_first_is_read_as_it_is(x):
    Switch.STATE = 5
    return x * Switch.STATE


class Holder:
    def __init__(self, value):
        self.value = value


@case(1.3)
def an_attribute_is_set_by_its_name(x):
    holder = Holder(2.0)
    setattr(holder, "value", x * holder.value)  # noqa: B010
    return holder.value * x


@case(1.3)
def an_array_of_two_axes_is_made_of_a_list(x):
    made = np.array([x, 2 * x], dtype=float, copy=True, ndmin=2)
    made[0, 1] *= x
    return np.sum(made * made)


@case(A)
def an_array_that_is_not_copied_is_the_array(a):
    same = np.array(a, copy=False)
    same *= a[0]
    return np.sum(same * same)


def absorbed(x, lossless):
    z = (1 + 2j) * x * x
    real = z.imag
    y = real + (2 - 1j) * x
    t = y * (1 + 1j)
    if lossless:
        return t.imag * x
    return abs(t)


@case(1.3, 0)
def a_real_part_of_what_two_returns_read(x, lossless):
    return absorbed(x, lossless)


@case(1.3, 1)
def a_real_part_of_what_the_other_return_reads(x, lossless):
    return absorbed(x, lossless)


@case(A, 0)
def a_real_part_of_what_two_returns_read_of_arrays(a, lossless):
    t = absorbed(a, lossless)
    return np.sum(t * t)


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences_and_leave_what_a_plain_call_leaves(name):
    agree(*CASES[name])


def test_a_constant_of_a_class_that_is_read_before_it_is_set_is_refused():
    def counts(x):
        Switch.STATE += 1
        return x * Switch.STATE

    with pytest.raises(Error, match="W024"):
        grad(counts)(1.3)


def test_a_constant_of_a_class_that_is_bound_anew_is_seen_by_the_next_call(monkeypatch):
    def cut(x):
        return x * x if Options.LENGTH & 1 else 3 * x

    gradient = grad(cut)
    assert gradient(2.0) == 4.0
    monkeypatch.setattr(Options, "LENGTH", 2)
    assert gradient(2.0) == 3.0


TABLE = {"gain": (2.0, 3.0), "offset": (1.0, 1.0)}


def test_a_table_of_the_module_that_changes_in_place_is_seen_by_the_next_call(monkeypatch):
    def scaled(x):
        gain, _ = TABLE["gain"]
        return gain * x if isinstance(gain, float) else x * x

    gradient = grad(scaled)
    assert gradient(5.0) == 2.0
    monkeypatch.setitem(TABLE, "gain", (4.0, 3.0))
    assert gradient(5.0) == 4.0
    monkeypatch.setitem(TABLE, "gain", (4, 3))
    assert gradient(5.0) == 10.0
