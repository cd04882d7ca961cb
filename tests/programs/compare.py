"""Compare every derivative of a random program with dual numbers, the modes with each other, and its effects with the program's.

`check` gives None, or the `Failure` that was found first: which derivative, at which stage, and what was expected.
A refusal is a failure too, because the programs are in the accepted language. Programs with a near tie at a kink or a test are skipped.
"""

from __future__ import annotations

import contextlib
import copy
import importlib.util
import io
import itertools
import math
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from duals import Dual, DualMath, DualNumpy, Ties, through
from generate import Program

TOLERANCE = 1e-9  # of the sum of the absolute contributions
SKIPPED = "skipped"
PATIENCE = 20  # seconds for one program: a small one of the reduction may loop for ever
_numbers = itertools.count()


@dataclass(frozen=True)
class Failure:
    """`stage` and the type of what was raised make two failures the same one, for the reduction."""

    stage: str
    message: str

    def same(self, other: object) -> bool:
        return isinstance(other, Failure) and self.stage == other.stage


@dataclass(frozen=True)
class Reference:
    """The value, and for each leaf of the arguments the slopes of all outputs with the size of their contributions."""

    outputs: tuple[float, ...]
    slopes: dict[tuple[Any, ...], list[tuple[float, float]]]


@contextlib.contextmanager
def loaded(program: Program, folder: Path) -> Iterator[ModuleType]:
    """The program as a module with a real file, as a user's is."""
    name = f"program_{program.seed}_{next(_numbers)}"
    path = folder / f"{name}.py"
    path.write_text(program.text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        yield module
    finally:
        del sys.modules[name]
        path.unlink()


def quietly(function: Callable[..., Any], *args: Any) -> tuple[Any, str]:
    """The result, and what was printed."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        result = function(*args)
    return result, printed.getvalue()


def on_copies(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, str]:
    """The result, what was printed, and what became of the arguments, of which the function gets copies."""
    copies = copy.deepcopy(arguments)
    result, printed = quietly(function, *copies)
    return result, f"{printed}{copies!r}"


# Leaves: floats and float arrays, in tuples, lists and dicts; ints are constants

def items_of(tree: Any) -> Iterable[tuple[Any, Any]]:
    return tree.items() if isinstance(tree, dict) else enumerate(tree)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], float]]:
    if isinstance(value, (tuple, list, dict)) or (isinstance(value, np.ndarray) and value.ndim):
        for index, item in items_of(value):
            yield from leaves(item, (*path, index))
    elif value is not None and not isinstance(value, (int, np.integer)):
        yield path, float(value)


def with_leaves(value: Any, of: Callable[[tuple[Any, ...], float], Any], path: tuple[Any, ...] = (), dtype: Any = None) -> Any:
    """The same tree with other leaves."""
    if isinstance(value, (tuple, list)):
        return type(value)(with_leaves(item, of, (*path, index), dtype) for index, item in enumerate(value))
    if isinstance(value, dict):
        return {key: with_leaves(item, of, (*path, key), dtype) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        made = np.empty(value.shape, dtype or float)
        for index in np.ndindex(value.shape):
            made[index] = of((*path, *index), float(value[index]))
        return made
    return value if isinstance(value, int) else of(path, value)


def reference(module: ModuleType, program: Program) -> Reference:
    """Run the program on dual numbers, once for each leaf."""
    kept = {"math": math, "np": np}
    vars(module).update(math=DualMath(), np=DualNumpy(), float=through)
    function = getattr(module, program.function)
    slopes: dict[tuple[Any, ...], list[tuple[float, float]]] = {}
    values: tuple[float, ...] = ()
    for chosen, _ in leaves(program.arguments):
        arguments = with_leaves(program.arguments, lambda path, x, chosen=chosen: Dual(x, float(path == chosen)), dtype=object)
        out, _ = quietly(function, *arguments)
        outputs = [item if isinstance(item, Dual) else Dual(float(item)) for item in as_tuple(out)]
        slopes[chosen] = [(item.slope, item.size) for item in outputs]
        values = tuple(item.value for item in outputs)
    vars(module).update(kept)
    del vars(module)["float"]
    return Reference(values, slopes)


def as_tuple(out: Any) -> tuple[Any, ...]:
    return out if isinstance(out, tuple) else (out,)


class Mismatch(Exception):
    """A number that is not what it should be."""


class TooLong(Exception):
    """Out of patience."""


@contextlib.contextmanager
def in_time(seconds: float = PATIENCE) -> Iterator[None]:
    def give_up(*_: Any) -> None:
        raise TooLong(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def check(program: Program, folder: Path, only: str | None = None) -> Failure | str | None:
    """None if every derivative is right, `SKIPPED`, or the first failure; `only` names the one derivative to compare, in a reduction."""
    from further import COMPARISONS as FURTHER  # which compare with what is defined here

    with in_time(PATIENCE if only is None else 2), loaded(program, folder) as module:
        Ties.count = 0
        function = getattr(module, program.function)
        try:
            value, printed = on_copies(function, program.arguments)
        except (ArithmeticError, LookupError, ValueError, TypeError):  # the program's own
            return SKIPPED
        if any(isinstance(item, int) for item in as_tuple(value)):  # an int has no derivative, and wengert says so
            return SKIPPED
        try:
            expected = reference(module, program)
        except (OverflowError, ValueError):  # at an infinity, where NumPy goes on and dual numbers do not
            return SKIPPED
        if Ties.count or not all(map(math.isfinite, [*expected.outputs, *(s for row in expected.slopes.values() for s, _ in row)])):
            return SKIPPED
        for stage, compare in (*COMPARISONS, *(one for one in FURTHER if one[0] in program.more)):
            if only not in (None, stage):
                continue
            try:
                compare(function, program.arguments, value, printed, expected)
            except Mismatch as error:
                return Failure(f"{stage}: wrong", str(error))
            except RecursionError:
                return Failure(f"{stage}: RecursionError", "")
            except Exception as error:
                return Failure(f"{stage}: {type(error).__name__}: {kind_of(error)}", str(error))
    return None


def kind_of(error: Exception) -> str:
    """Tell failures of one type apart, so that the reduction does not slip from one to another: by the code, or else by their last line."""
    if (code := getattr(error, "code", None)) is not None:
        return str(code)
    lines = str(error).splitlines() or [""]
    return "".join(c for c in lines[-1] if not c.isdigit())[:40]


def close(found: Any, slope: float, size: float, what: str) -> None:
    if found is None or not abs(float(found) - slope) <= TOLERANCE * size + 1e-14:
        raise Mismatch(f"{what} is {found!r}, dual numbers give {slope!r} (contributions add up to {size:.3g})")


def same_value(found: Any, value: Any, what: str) -> None:
    """To the last bit: the primal is not reassociated."""
    if as_tuple(found) != as_tuple(value):
        raise Mismatch(f"the value of {what} is {found!r}, of the program {value!r}")


def same_prints(found: str, printed: str, what: str) -> None:
    if found != printed:
        raise Mismatch(f"{what} printed, and left in the arguments, {found!r}, the program {printed!r}")


def active(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(index for index, argument in enumerate(arguments) if not isinstance(argument, int))


def gradient_is(gradient: Any, arguments: tuple[Any, ...], weights: tuple[float, ...], expected: Reference, what: str) -> None:
    found = {(position, *path): leaf for position, tree in gradient.items() for path, leaf in leaves_of_gradient(tree)}
    for path, row in expected.slopes.items():
        slope = sum(weight * s for weight, (s, _) in zip(weights, row, strict=True))
        size = sum(abs(weight) * m for weight, (_, m) in zip(weights, row, strict=True))
        close(found.get(path), slope, size, f"{what} for argument {path[0]}{''.join(f'[{k}]' for k in path[1:])}")


def leaves_of_gradient(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(tree, (tuple, list, dict)) or (isinstance(tree, np.ndarray) and tree.ndim):
        for index, item in items_of(tree):
            yield from leaves_of_gradient(item, (*path, index))
    else:
        yield path, tree


# The comparisons: each raises `Mismatch`, or whatever wengert raises

def compare_grad(function: Any, arguments: tuple[Any, ...], value: Any, printed: str, expected: Reference) -> None:
    from wengert import grad

    if isinstance(value, tuple):
        return
    numbers = active(arguments)
    gradient, said = on_copies(grad(function, argnums=numbers), arguments)
    gradient_is(dict(zip(numbers, gradient, strict=True)), arguments, (1.0,), expected, "grad")
    same_prints(said, printed, "grad")


def compare_value_and_grad(function: Any, arguments: tuple[Any, ...], value: Any, printed: str, expected: Reference) -> None:
    from wengert import value_and_grad

    if isinstance(value, tuple):
        return
    first = active(arguments)[-1]
    (out, gradient), said = on_copies(value_and_grad(function, argnums=first), arguments)
    same_value(out, value, "value_and_grad")
    same_prints(said, printed, "value_and_grad")
    only = Reference(expected.outputs, {path: row for path, row in expected.slopes.items() if path[0] == first})
    gradient_is({first: gradient}, arguments, (1.0,), only, "value_and_grad")


def compare_vjp(function: Any, arguments: tuple[Any, ...], value: Any, printed: str, expected: Reference) -> None:
    """The pullback is called twice, with different cotangents."""
    from wengert import vjp

    (out, pullback), said = on_copies(lambda *args: vjp(function, *args), arguments)
    same_value(out, value, "vjp")
    same_prints(said, printed, "vjp")
    for weights in ((0.5, -1.25), (2.0, 0.75)):
        cotangent = weights[: len(as_tuple(value))] if isinstance(value, tuple) else weights[0]
        gradient = pullback(cotangent)
        kept = {position: gradient[position] for position in active(arguments)}
        gradient_is(kept, arguments, weights[: len(as_tuple(value))], expected, f"pullback({cotangent})")


def compare_jvp(function: Any, arguments: tuple[Any, ...], value: Any, printed: str, expected: Reference) -> None:
    from wengert import jvp

    directions = {path: 0.3 + 0.21 * k for k, path in enumerate(expected.slopes)}
    tangents = tuple(
        0 if isinstance(argument, int) else with_leaves(argument, lambda path, _: directions[path], (position,))
        for position, argument in enumerate(arguments)
    )
    (out, tangent), said = on_copies(lambda *args: jvp(function, args, tangents), arguments)
    same_value(out, value, "jvp")
    same_prints(said, printed, "jvp")
    for index, item in enumerate(as_tuple(tangent)):
        slope = sum(directions[path] * row[index][0] for path, row in expected.slopes.items())
        size = sum(directions[path] * row[index][1] for path, row in expected.slopes.items())
        close(item, slope, size, f"jvp, output {index},")


COMPARISONS = (
    ("grad", compare_grad),
    ("value_and_grad", compare_value_and_grad),
    ("vjp", compare_vjp),
    ("jvp", compare_jvp),
)
