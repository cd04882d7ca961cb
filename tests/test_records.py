"""Objects as arguments: namedtuples, dataclasses, attrs objects, classes that were registered; their gradients are objects like them."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any, NamedTuple

import numpy as np
import pytest

from wengert import check_grads, grad, hessian, jacobian, jvp, register_tree, value_and_grad, vjp
from wengert.errors import ArgumentError
from wengert.ir.kinds import FLOAT, INT, Record, describe, may_carry_derivative
from wengert.ir.lattice import join
from wengert.ir.values import kind_of
from wengert.records import fields_of, is_plain, made_of
from wengert.tree import flatten, leaves_of, paths_of, unflatten


class Point(NamedTuple):
    x: float
    k: int = 2

    def power(self):
        return self.x**self.k

    @property
    def twice(self):
        return 2 * self.x


@dataclasses.dataclass
class Layer:
    w: Any
    b: float = 0.5
    name: str = "layer"


@dataclasses.dataclass(frozen=True)
class Checked:
    w: Any
    b: float = 0.5

    def __post_init__(self):
        if self.w is None:
            raise ValueError("a layer needs weights")

    def predict(self, x):
        return self.w * x + self.b


class Model:
    def __init__(self, w):
        self.w = w
        self.calls = 0

    def loss(self, x):
        return self.w * x * x


register_tree(Model, lambda model: ((model.w,), None), lambda rest, children: Model(*children))


def test_fields_are_those_of_the_class_in_their_order() -> None:
    assert fields_of(Point(1.0)) == ("x", "k") and fields_of(Layer(1.0)) == ("w", "b", "name")
    assert fields_of((1.0, 2)) is None and fields_of(Model(1.0)) is None


def test_a_class_that_checks_its_fields_is_not_plain() -> None:
    assert is_plain(Point) and is_plain(Layer) and not is_plain(Checked)
    assert made_of(Checked, w=None, b=1.0).w is None


def test_trees_go_through_records() -> None:
    tree = {"a": Layer(1.0), "b": [Point(2.0, 3)]}
    leaves, form = flatten(tree)
    assert leaves == [1.0, 0.5, "layer", 2.0, 3] and unflatten(form, leaves) == tree
    assert [path for path, _ in paths_of(tree, "p")] == ["p['a'].w", "p['a'].b", "p['a'].name", "p['b'][0].x", "p['b'][0].k"]


def test_the_kind_of_a_record_says_its_class_and_its_fields() -> None:
    kind = kind_of(Point(1.0))
    assert kind == Record(Point, (("x", FLOAT), ("k", INT)))
    assert describe(kind) == "Point(x: float, k: int)" and may_carry_derivative(kind)
    assert join(kind, kind_of(Point(2.0, 5))) == kind


def test_gradients_of_records_are_records() -> None:
    def f(layer, point, x):
        return np.sum(layer.w * x) + layer.b * point.x**point.k

    by_layer, by_point = grad(f, argnums=(0, 1))(Layer(np.array([1.0, 2.0])), Point(3.0), 4.0)
    assert type(by_layer) is Layer and type(by_point) is Point
    np.testing.assert_array_equal(by_layer.w, [4.0, 4.0])
    assert by_layer.b == 9.0 and by_layer.name is None and by_point == Point(3.0, None)


def test_a_namedtuple_is_a_tuple_too() -> None:
    def f(p):
        a, b = p
        return a * p[0] * p.x + b

    assert grad(f)(Point(2.0, 5)) == Point(12.0, None)


def test_methods_and_properties_are_read() -> None:
    assert grad(lambda p: p.power() * p.twice)(Point(3.0)) == Point(54.0, None)
    assert grad(lambda layer, x: layer.predict(x) ** 2)(Checked(2.0), 3.0) == Checked(39.0, 13.0)


def test_records_can_be_results() -> None:
    out, pullback = vjp(lambda x: Point(x * x, 7), 3.0)
    assert out == Point(9.0, 7) and pullback(Point(1.0, None)) == (6.0,) and pullback(None) == (0.0,)
    assert jvp(lambda x: Layer(x, 2 * x), (3.0,), (1.0,))[1].b == 2.0


def test_tangents_of_records_may_be_none_in_parts() -> None:
    def f(layer, x):
        return layer.w * layer.b * x

    assert jvp(f, (Layer(2.0, 3.0), 4.0), (Layer(None, 1.0, None), None))[1] == 8.0
    assert jvp(f, (Layer(2.0, 3.0), 4.0), (None, 1.0))[1] == 6.0


def test_a_registered_class_gets_gradients_from_its_unflatten() -> None:
    model = Model(3.0)
    found = grad(lambda m, x: m.loss(x))(model, 2.0)
    assert type(found) is Model and found.w == 4.0 and found.calls == 0
    assert value_and_grad(lambda m: m.w**2)(model)[1].w == 6.0
    assert vjp(lambda m: m.w**2, model)[1](1.0)[0].w == 6.0
    assert list(leaves_of({"m": model})) == [3.0]


def test_an_object_of_any_other_class_is_refused() -> None:
    class Plain:
        pass

    with pytest.raises(ArgumentError) as caught:
        grad(lambda p: p)(Plain())
    assert caught.value.code == "W063"


def test_jacobians_and_hessians_are_trees_of_trees() -> None:
    found = jacobian(lambda p: {"y": p.w * np.array([1.0, 2.0])})(Checked(3.0))
    np.testing.assert_array_equal(found["y"].w, [1.0, 2.0])
    assert hessian(lambda p: p.w**2 * p.b)(Checked(2.0, 3.0)) == Checked(Checked(6.0, 4.0), Checked(4.0, 0.0))


def test_check_grads_goes_through_records() -> None:
    check_grads(lambda p, q: np.sum(p.w**2) * q.x**q.k + p.b, (Layer(np.array([0.3, 0.7])), Point(1.2)))


def test_a_gradient_is_not_made_anew_for_another_object_of_the_class() -> None:
    derivative = grad(lambda p: p.w * p.b)
    first = derivative(Checked(2.0, 3.0))
    assert derivative(Checked(5.0, 7.0)) == Checked(7.0, 5.0) and first == Checked(3.0, 2.0)
    assert len(derivative._ready) == 1


def test_two_classes_of_the_same_fields_are_told_apart() -> None:
    @dataclasses.dataclass
    class Square:
        x: float

        def value(self):
            return self.x**2

    @dataclasses.dataclass
    class Cube:
        x: float

        def value(self):
            return self.x**3

    derivative = grad(lambda p: p.value())
    assert (derivative(Square(2.0)).x, derivative(Cube(2.0)).x) == (4.0, 12.0)


def test_attrs_objects_are_records() -> None:
    attrs = pytest.importorskip("attrs")

    @attrs.define
    class Spring:
        k: float
        rest: float = 1.0

    found = grad(lambda s, x: 0.5 * s.k * (x - s.rest) ** 2)(Spring(2.0), 3.0)
    assert type(found) is Spring and (found.k, found.rest) == (2.0, -4.0)


def test_derivatives_of_records_pickle_and_copy() -> None:
    derivative = grad(of_layer)
    for again in (pickle.loads(pickle.dumps(derivative)), copy.copy(derivative), copy.deepcopy(derivative)):
        assert again(Layer(2.0, 3.0)) == Layer(3.0, 2.0, None)


def of_layer(layer):
    return layer.w * layer.b


def test_a_saved_gradient_of_records_runs_by_itself(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "springs.py").write_text(SPRINGS, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    springs = __import__("springs")
    args = springs.Spring(2.0, 1.0), springs.Scale(1.5)
    derivative = grad(springs.energy, argnums=(0, 1))
    derivative.save(tmp_path / "saved_springs.py", *args)
    assert "wengert" not in (tmp_path / "saved_springs.py").read_text("utf-8")
    assert __import__("saved_springs").grad_energy(*args) == derivative(*args)


SPRINGS = '''
import dataclasses
from typing import NamedTuple

class Spring(NamedTuple):
    k: float
    x: float

@dataclasses.dataclass(frozen=True)
class Scale:
    by: float

    def __post_init__(self):
        assert self.by is not None

def energy(spring, scale):
    return 0.5 * spring.k * (scale.by * spring.x) ** 2
'''


@dataclasses.dataclass
class Stage:
    w: Any
    b: float
    notes: list[str] = dataclasses.field(default_factory=list)


class Pair(NamedTuple):
    w: float
    b: float


def through(layers, x):
    for layer in layers:
        x = np.tanh(x * layer.w + layer.b)
    return np.sum(x * x)


@pytest.mark.parametrize("layers", [[Pair(1.2, 0.3), Pair(0.7, 0.1)], [Stage(np.array([1.2, 1.0]), 0.3), Stage(np.array([0.7, 0.2]), 0.1)]])
def test_a_loop_over_a_list_of_records_has_a_gradient_of_records(layers):
    """Once it was a list of Nones."""
    x = np.array([0.1, 0.4])
    check_grads(through, (layers, x), order=2)
    found = grad(through)(layers, x)
    assert all(type(item) is type(layers[0]) and isinstance(item.b, float) for item in found)


def test_a_field_without_numbers_does_not_shift_those_that_check_grads_compares():
    check_grads(lambda x, layer: np.sum(layer.w * x) * layer.b, (2.0, Stage(np.array([1.0, 2.0]), 0.5, [])), order=1)
