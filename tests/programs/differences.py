"""Every derivative of a small function against differences, the modes against each other, the stages against the text.

>>> check(lambda x, n: x * x * n, 3.0, 2)

`check` runs `value_and_grad` (where the result is a number), `vjp` and `jvp`, and compares

- each tangent with extrapolated central differences, along every leaf of the arguments alone;
- each cotangent with the tangents: `y_bar . y_dot == x_bar . x_dot`;
- what the intermediate representation means before and after it is cleaned, and what the emitted text gives;
- a second call of the pullback, after arguments and result were overwritten, with the first.
"""

from __future__ import annotations

import copy
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from wengert import jvp, value_and_grad, vjp
from wengert.ir.evaluate import evaluate
from wengert.ir.values import kind_of
from wengert.ir.verify import verify
from wengert.pipeline import Request, derive

TOLERANCE = 1e-7


def check(f: Callable[..., Any], *args: Any, argnums: Sequence[int] | None = None) -> None:
    """Raise AssertionError unless all derivatives of `f` at these arguments agree."""
    wanted = tuple(argnums) if argnums is not None else tuple(k for k, arg in enumerate(args) if list(leaves(arg)))
    directions = [(k, path) for k in wanted for path, _ in leaves(args[k])]
    value = f(*copy.deepcopy(args))
    weights = random_like(value, 1)
    columns = []
    for position, path in directions:
        tangents = tuple(along(arg, path if k == position else None) for k, arg in enumerate(args))
        out, tangent = jvp(f, args, tangents)
        same(out, value, "the value of jvp")
        expected = difference(f, args, tangents)
        close(tangent, expected, f"jvp along argument {position}{list(path)}")
        columns.append(tangent)
    out, pullback = vjp(f, *copies(args))
    same(out, value, "the value of vjp")
    given = copies(args)
    out, pullback = vjp(f, *given)
    cotangents = pullback(weights)
    for (position, path), tangent in zip(directions, columns, strict=True):
        close(at(cotangents[position], path), dot(weights, tangent), f"vjp for argument {position}{list(path)}")
    shaped_like(tuple(cotangents[k] for k in wanted), tuple(args[k] for k in wanted))
    kept = copy.deepcopy(cotangents)
    apart([*given, out, cotangents])
    overwrite([given, out, cotangents])
    close(pullback(weights), kept, "the pullback, called again")
    if isinstance(value, (float, np.floating)):
        out, gradients = value_and_grad(f, wanted)(*args)
        same(out, value, "the value of value_and_grad")
        for (position, path), tangent in zip(directions, columns, strict=True):
            close(at(gradients[wanted.index(position)], path), tangent, f"grad for argument {position}{list(path)}")
        shaped_like(gradients, tuple(args[k] for k in wanted))
        apart([args, gradients])
    if isinstance(f, types.FunctionType):
        stages_agree(f, args, wanted, isinstance(value, (float, np.floating)))


def stages_agree(f: types.FunctionType, args: Sequence[Any], wanted: tuple[int, ...], scalar: bool) -> None:
    """The primal means what `f` does; a derivative the same before and after it is cleaned."""
    for mode in ("grad", "value_and_grad", "vjp", "jvp"):
        if not scalar and "grad" in mode:
            continue
        stages = derive(Request(f, mode, wanted, tuple(map(kind_of, args))))
        verify(stages.primal)
        verify(stages.derivative)
        same(evaluate(stages.primal, *copies(args), globals=f.__globals__), f(*copies(args)), "the specialised primal")
        given = [*args, *(random_like(args[k], 2) for k in wanted)] if mode == "jvp" else args
        before = evaluate(stages.raw, *copies(given), globals=f.__globals__)
        after = evaluate(stages.derivative, *copies(given), globals=f.__globals__)
        if mode == "vjp":
            weights = random_like(before[0], 1)
            before, after = (before[0], before[1](weights)), (after[0], after[1](weights))
        close(before, after, f"{mode}, cleaned")


# Trees: their leaves are floats, float arrays' elements; all else is constant


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], float]]:
    if isinstance(value, (tuple, list)):
        for k, item in enumerate(value):
            yield from leaves(item, (*path, k))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
        for index in np.ndindex(value.shape):
            yield (*path, index), float(value[index])
    elif isinstance(value, (float, np.floating)):
        yield path, float(value)


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def mapped(value: Any, change: Callable[[tuple[Any, ...], float], float], path: tuple[Any, ...] = (), constant: Any = None) -> Any:
    """The tree with its leaves changed, constants replaced by `constant`."""
    if isinstance(value, (tuple, list)):
        return type(value)(mapped(item, change, (*path, k), constant) for k, item in enumerate(value))
    if isinstance(value, dict):
        return {key: mapped(item, change, (*path, key), constant) for key, item in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        result = np.empty_like(value)
        for index in np.ndindex(value.shape):
            result[index] = change((*path, index), float(value[index]))
        return result
    if isinstance(value, (float, np.floating)):
        return type(value)(change(path, float(value)))
    return constant


def along(value: Any, path: tuple[Any, ...] | None) -> Any:
    return mapped(value, lambda here, _: float(here == path), constant=0)


def random_like(value: Any, seed: int) -> Any:
    random = np.random.default_rng(seed)
    return mapped(value, lambda here, _: random.uniform(0.3, 1.0), constant=0.0)


def copies(args: Sequence[Any]) -> list[Any]:
    return copy.deepcopy(list(args))


def moved(value: Any, tangent: Any, step: float) -> Any:
    if isinstance(value, (tuple, list)):
        return type(value)(moved(item, t, step) for item, t in zip(value, tangent, strict=True))
    if isinstance(value, dict):
        return {key: moved(item, tangent[key], step) for key, item in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value + step * tangent
    return type(value)(value + step * tangent) if isinstance(value, (float, np.floating)) else copy.deepcopy(value)


def difference(f: Callable[..., Any], args: Sequence[Any], tangents: Sequence[Any], step: float = 1e-3) -> Any:
    """The derivative along the tangents, by central differences of three steps, extrapolated to order six."""

    def central(h: float) -> list[float]:
        up, down = (list(leaves(f(*(moved(a, t, s * h) for a, t in zip(args, tangents, strict=True))))) for s in (1, -1))
        return [(x - y) / (2 * h) for (_, x), (_, y) in zip(up, down, strict=True)]

    one, two, four = central(step), central(2 * step), central(4 * step)
    slopes = [(64 * a - 20 * b + c) / 45 for a, b, c in zip(one, two, four, strict=True)]
    supply = iter(slopes)
    return mapped(f(*copies(args)), lambda path, _: next(supply))


def dot(a: Any, b: Any) -> float:
    other = dict(leaves(b))
    return sum(x * other.get(path, 0.0) for path, x in leaves(a))


# Comparisons


def close(found: Any, expected: Any, what: str) -> None:
    for path, y in leaves(expected):
        x = at(found, path)
        assert abs(x - y) <= TOLERANCE * max(1.0, abs(y)), f"{what}: {found!r}, expected {expected!r}"


def same(found: Any, expected: Any, what: str) -> None:
    """To the last bit, and of the same types: derivatives do not touch the primal's arithmetic."""
    assert type(found) is type(expected), f"{what}: {found!r}, expected {expected!r}"
    if isinstance(expected, (tuple, list)):
        assert len(found) == len(expected), what
        for x, y in zip(found, expected, strict=True):
            same(x, y, what)
    elif isinstance(expected, dict):
        assert list(found) == list(expected), what
        for key in expected:
            same(found[key], expected[key], what)
    else:
        np.testing.assert_array_equal(found, expected, err_msg=what)


def shaped_like(gradient: Any, argument: Any) -> None:
    """Same tree, types, dtypes and shapes; None where nothing can vary."""
    if isinstance(argument, (tuple, list)):
        assert type(gradient) is type(argument) and len(gradient) == len(argument), (gradient, argument)
        for g, a in zip(gradient, argument, strict=True):
            shaped_like(g, a)
    elif isinstance(argument, dict):
        assert list(gradient) == list(argument)
        for key in argument:
            shaped_like(gradient[key], argument[key])
    elif isinstance(argument, (float, np.floating)):
        assert type(gradient) is type(argument), (gradient, argument)
    elif isinstance(argument, np.ndarray) and argument.dtype.kind == "f":
        assert type(gradient) is np.ndarray and (gradient.dtype, gradient.shape) == (argument.dtype, argument.shape), gradient
    else:
        assert gradient is None


def arrays(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (tuple, list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from arrays(item)


def apart(values: Any) -> None:
    """No gradient shares memory with an argument, the result or another gradient; `values` ends in the gradients."""
    *others, gradients = values
    mine = list(arrays(gradients))
    for k, gradient in enumerate(mine):
        assert gradient.flags.writeable
        for other in (*arrays(others), *mine[:k]):
            assert not np.shares_memory(gradient, other), "a gradient shares memory"


def overwrite(value: Any) -> None:
    for array in arrays(value):
        if array.flags.writeable and array.dtype.kind == "f":
            array[...] = np.nan
