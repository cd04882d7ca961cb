"""The same calls on wengert and on JAX: names, orders of arguments, trees, shapes, and numbers to ten digits.

JAX is in the `compare` extra; without it these tests are skipped.
"""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import wengert

jax = pytest.importorskip("jax")
jax.config.update("jax_enable_x64", True)

pytestmark = pytest.mark.slow

FILE = Path(__file__).with_name("functions.py")


def _ours() -> ModuleType:
    spec = importlib.util.spec_from_file_location("wengert_functions", FILE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _theirs() -> ModuleType:
    module = ModuleType("jax_functions")
    text = FILE.read_text("utf-8").replace("import numpy as np", "import jax.numpy as np")
    exec(compile(text, str(FILE), "exec"), module.__dict__)
    return module


OURS, THEIRS = _ours(), _theirs()
NAMES = sorted(OURS.ARGUMENTS)
SCALAR = [name for name in NAMES if name.startswith("s_")]
ARRAY = [name for name in NAMES if not name.startswith("t_")]


def arguments(name: str, module: ModuleType) -> tuple[Any, ...]:
    """The arguments, with containers of the module's own classes."""

    def own(value: Any) -> Any:
        return module.Layer(*value) if type(value).__name__ == "Layer" else value

    return tuple(map(own, OURS.ARGUMENTS[name]))


def pair(name: str) -> tuple[Any, Any, tuple[Any, ...], tuple[Any, ...]]:
    return getattr(OURS, name), getattr(THEIRS, name), arguments(name, OURS), arguments(name, THEIRS)


def varying(args: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(k for k, arg in enumerate(args) if not isinstance(arg, (bool, int)))


def assert_same(ours: Any, theirs: Any, path: str = "result") -> None:
    if isinstance(theirs, dict):
        assert isinstance(ours, dict) and set(ours) == set(theirs), path
        for key in theirs:
            assert_same(ours[key], theirs[key], f"{path}[{key!r}]")
    elif isinstance(theirs, (list, tuple)):
        assert type(ours).__name__ == type(theirs).__name__ and len(ours) == len(theirs), f"{path}: {ours!r} and {theirs!r}"
        for number, (one, other) in enumerate(zip(ours, theirs)):
            assert_same(one, other, f"{path}[{number}]")
    else:
        assert np.shape(ours) == np.shape(theirs), f"{path}: {np.shape(ours)} and {np.shape(theirs)}"
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10, err_msg=path)


def like(value: Any, seed: int) -> Any:
    """A tangent or cotangent for a value: the same numbers for both libraries."""
    rng = np.random.default_rng(seed)

    def fill(one: Any) -> Any:
        if isinstance(one, dict):
            return {key: fill(one[key]) for key in sorted(one)}
        if hasattr(one, "_fields"):
            return type(one)(*map(fill, one))
        if isinstance(one, (list, tuple)):
            return type(one)(map(fill, one))
        shape = np.shape(one)
        return rng.uniform(-1, 1, shape) if shape else float(rng.uniform(-1, 1))

    return fill(value)


def test_there_are_sixty_functions() -> None:
    assert len(NAMES) >= 60
    assert not dataclasses.is_dataclass(OURS.Layer)


@pytest.mark.parametrize("name", SCALAR)
def test_grad(name: str) -> None:
    f, g, args, jargs = pair(name)
    assert_same(wengert.grad(f)(*args), jax.grad(g)(*jargs))
    every = varying(args)
    assert_same(wengert.grad(f, argnums=every)(*args), jax.grad(g, argnums=every)(*jargs))


@pytest.mark.parametrize("name", SCALAR)
def test_value_and_grad(name: str) -> None:
    f, g, args, jargs = pair(name)
    assert_same(wengert.value_and_grad(f)(*args), jax.value_and_grad(g)(*jargs))


@pytest.mark.parametrize("name", SCALAR)
def test_has_aux(name: str) -> None:
    f, g, args, jargs = pair(name)

    parameters = ", ".join("abc"[: len(args)])
    source = f"def with_aux({parameters}):\n    value = f({parameters})\n    return value, {{'twice': 2.0 * value}}\n"
    ours: dict[str, Any] = {"f": f}
    theirs: dict[str, Any] = {"f": g}
    for namespace in (ours, theirs):
        exec(compile(source, "<aux>", "exec"), namespace)
    f, g = ours["with_aux"], theirs["with_aux"]
    assert_same(wengert.grad(f, has_aux=True, source=source)(*args), jax.grad(g, has_aux=True)(*jargs))
    assert_same(wengert.value_and_grad(f, has_aux=True, source=source)(*args), jax.value_and_grad(g, has_aux=True)(*jargs))


@pytest.mark.parametrize("name", SCALAR)
def test_hessian(name: str) -> None:
    f, g, args, jargs = pair(name)
    assert_same(wengert.hessian(f)(*args), jax.hessian(g)(*jargs))


@pytest.mark.parametrize("name", SCALAR)
def test_hessian_of_all_arguments(name: str) -> None:
    f, g, args, jargs = pair(name)
    every = varying(args)
    assert_same(wengert.hessian(f, argnums=every)(*args), jax.hessian(g, argnums=every)(*jargs))


@pytest.mark.parametrize("name", SCALAR)
def test_hessian_vector_product(name: str) -> None:
    f, g, args, jargs = pair(name)
    v, jv = like(args[0], 1), like(jargs[0], 1)
    product = jax.jvp(lambda x: jax.grad(g)(x, *jargs[1:]), (jargs[0],), (jv,))[1]
    assert_same(wengert.hvp(f)(*args, v), product)


@pytest.mark.parametrize("way", ["jacfwd", "jacrev", "jacobian"])
@pytest.mark.parametrize("name", NAMES)
def test_jacobian(name: str, way: str) -> None:
    f, g, args, jargs = pair(name)
    theirs = {"jacobian": "jacrev"}.get(way, way)
    assert_same(getattr(wengert, way)(f)(*args), getattr(jax, theirs)(g)(*jargs))
    every = varying(args)
    assert_same(getattr(wengert, way)(f, argnums=every)(*args), getattr(jax, theirs)(g, argnums=every)(*jargs))


@pytest.mark.parametrize("name", NAMES)
def test_jvp_and_linearize(name: str) -> None:
    f, g, args, jargs = pair(name)
    every = varying(args)
    if len(every) < len(args):
        fixed = {k: arg for k, arg in enumerate(args) if k not in every}
        tangents = tuple(None if k in fixed else like(arg, k) for k, arg in enumerate(args))
        moving = tuple(jargs[k] for k in every)
        theirs = jax.jvp(lambda *xs: g(*(fixed[k] if k in fixed else xs[every.index(k)] for k in range(len(args)))), moving,
                         tuple(like(jargs[k], k) for k in every))  # fmt: skip
    else:
        tangents = tuple(like(arg, k) for k, arg in enumerate(args))
        theirs = jax.jvp(g, jargs, tuple(like(arg, k) for k, arg in enumerate(jargs)))
    assert_same(wengert.jvp(f, args, tangents), theirs)
    out, along = wengert.linearize(f, *args)
    assert_same((out, along(*tangents)), theirs)


@pytest.mark.parametrize("name", NAMES)
def test_vjp(name: str) -> None:
    f, g, args, jargs = pair(name)
    every = varying(args)
    if len(every) < len(args):
        pytest.skip("JAX has other cotangents for what cannot vary")
    out, pullback = wengert.vjp(f, *args)
    theirs_out, theirs = jax.vjp(g, *jargs)
    assert_same(out, theirs_out)
    cotangent = like(theirs_out, 5)
    assert_same(pullback(cotangent), theirs(jax.tree_util.tree_map(jax.numpy.asarray, cotangent)))


@pytest.mark.parametrize("name", ["v_elementwise", "v_outer", "v_polar", "v_of_number", "v_softmax", "v_differences", "v_cumulative"])
def test_hessian_of_several_results(name: str) -> None:
    f, g, args, jargs = pair(name)
    assert_same(wengert.hessian(f)(*args), jax.hessian(g)(*jargs))


@pytest.mark.parametrize("name", [name for name in ARRAY if name.startswith("v_")])
def test_jacobians_nest(name: str) -> None:
    f, g, args, jargs = pair(name)
    theirs = jax.jacfwd(jax.jacrev(g))(*jargs)
    assert_same(wengert.jacfwd(wengert.jacrev(f))(*args), theirs)
    assert_same(wengert.jacrev(wengert.jacfwd(f))(*args), theirs)
