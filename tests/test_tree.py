"""Trees: dicts, lists and tuples, taken apart and put together."""

from __future__ import annotations

import pytest

from wengert.tree import LEAF, flatten, form_of, leaves_of, map_leaves, paths_of, unflatten

TREE = {"w": [1.0, (2.0, None)], "b": 3.0, "empty": []}


def test_unflatten_undoes_flatten() -> None:
    leaves, form = flatten(TREE)
    assert leaves == [1.0, 2.0, None, 3.0]
    assert unflatten(form, leaves) == TREE


def test_keys_keep_their_own_order() -> None:
    leaves, form = flatten({"b": 1, "a": 2})
    assert leaves == [1, 2]
    assert list(unflatten(form, leaves)) == ["b", "a"]


def test_a_leaf_is_its_own_tree() -> None:
    assert flatten(1.5) == ([1.5], LEAF)


def test_forms_tell_a_list_from_a_tuple() -> None:
    assert form_of([1.0]) != form_of((1.0,))


def test_size_counts_leaves() -> None:
    assert form_of(TREE).size == len(list(leaves_of(TREE))) == 4


def test_paths_are_subscripts() -> None:
    assert [path for path, _ in paths_of(TREE, "p")] == ["p['w'][0]", "p['w'][1][0]", "p['w'][1][1]", "p['b']"]


def test_map_leaves_wants_trees_of_one_form() -> None:
    assert map_leaves(lambda a, b: a + b, (1, [2]), (10, [20])) == (11, [22])
    with pytest.raises(ValueError, match="different form"):
        map_leaves(lambda a, b: a + b, (1, [2]), (10, (20,)))


@pytest.mark.parametrize("leaves", [[1.0], [1.0, 2.0, 3.0]])
def test_unflatten_wants_as_many_leaves_as_the_form_has(leaves: list[float]) -> None:
    with pytest.raises(ValueError, match="leaves"):
        unflatten(form_of([0, 0]), leaves)
