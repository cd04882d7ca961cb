"""Programs that write in place, given as text: their derivatives against differences, at every stage, and what they do to the arguments.

>>> text = '''
... function f(a, x):
...     a.1 = write(a, 0, x)
...     %1 = getitem(a.1, 0)
...     %2 = %1 * %1
...     return %2
... '''
>>> check_writes(text, np.array([1.0, 2.0]), 3.0)
"""

from __future__ import annotations

import copy
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from differences import TOLERANCE, along, leaves

from wengert.backend.source import print_function
from wengert.ir.core import Apply, Block, Break, Continue, For, Function, If, Pass, While, Yield
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import BOTTOM, Kind
from wengert.ir.lattice import join
from wengert.ir.text import parse
from wengert.ir.values import kind_of, substitute
from wengert.ir.verify import verify
from wengert.ir.walk import all_names
from wengert.optimize import finish, simplify
from wengert.rules.line_kinds import element_of, kinds_of_line
from wengert.transform.forward import forward
from wengert.transform.joint import reverse


def kinded(text: str, *args: Any) -> Function:
    """The program of a text, with the kinds that its names have for these arguments."""
    function = parse(textwrap.dedent(text))
    kinds: dict[str, Kind] = dict(zip(function.parameters, map(kind_of, args), strict=True))

    def bind(names: Sequence[str], values: Sequence[Any]) -> None:
        for name, value in zip(names, values):
            kind = value if not isinstance(value, str) and not hasattr(value, "spelled") else substitute(kinds, value)
            kinds[name] = join(kinds.get(name, BOTTOM), kind)

    def block(part: Block, targets: Sequence[str], loops: list[Any]) -> None:
        for line in part.lines:
            match line:
                case Apply():
                    kinds.update(zip(line.targets, kinds_of_line(line, kinds)))
                case If():
                    block(line.then, line.targets, loops)
                    block(line.orelse, line.targets, loops)
                case For() | While():
                    for _ in range(3):
                        bind(line.carried, line.initial)
                        if isinstance(line, For):
                            kinds.update((e, element_of(substitute(kinds, s))) for e, s in zip(line.elements, line.sources))
                        else:
                            block(line.test, line.targets, [*loops, line])
                        block(line.body, line.carried, [*loops, line])
                        bind(line.targets, line.carried)
        match part.terminator:
            case Yield(values):
                bind(targets, values)
            case Pass(_, values) if values:
                bind(targets, values)
            case Break(values):
                bind(loops[-1].targets, values)
            case Continue(values):
                bind(loops[-1].carried, values)

    block(function.body, (), [])
    return replace(function, kinds=kinds)


def compiled(function: Function) -> Callable[..., Any]:
    """The function that the printed text defines."""
    printed = print_function(function)
    namespace = dict(printed.names)
    exec(printed.text, namespace)
    made: Callable[..., Any] = namespace[function.name]
    return made


def derivative(function: Function, wanted: Sequence[int], mode: str) -> tuple[Function, Function, Function]:
    """The derivative as it is made, simplified, and as it is printed."""
    raw = forward(function, wanted) if mode == "jvp" else reverse(function, wanted, mode)
    given = all_names(function)
    functional = simplify(raw, given)
    finished = finish(functional, given)
    verify(finished)
    return raw, functional, finished


def text_of(text: str, *args: Any, mode: str = "grad", wanted: Sequence[int] = (0,)) -> str:
    """The text of a derivative."""
    return print_function(derivative(kinded(text, *args), wanted, mode)[2]).text


def check_writes(text: str, *args: Any, wanted: Sequence[int] | None = None, second: bool = True) -> None:
    """Compare all modes with differences, all stages with each other; the arguments end up as the primal leaves them."""
    function = kinded(text, *args)
    verify(function)
    wanted = [k for k, arg in enumerate(args) if list(leaves(arg))] if wanted is None else wanted
    primal = compiled(function)
    left = copy.deepcopy(args)
    value = primal(*left)
    _close(value, evaluate(function, *args), "the primal")
    expected = _differences(function, args, wanted)
    stages = derivative(function, wanted, "grad")
    single = len(wanted) == 1
    for name, run in [*((n, lambda *a, s=s: evaluate(s, *a)) for n, s in zip(("raw", "functional", "finished"), stages))]:
        _close_tree(run(*copy.deepcopy(args)), expected, single, f"grad, {name}")
    given = copy.deepcopy(args)
    _close_tree(compiled(stages[2])(*given), expected, single, "grad, printed")
    _close(given, _as_left(stages[2], left, given, args), "the arguments after grad")
    _check_pullback(function, args, wanted, expected, value)
    _check_forward(function, args, wanted, expected)
    if second:
        _check_second(function, args, wanted)


def _as_left(function: Function, left: Any, given: Any, args: Any) -> Any:
    """A gradient does to its arguments what the primal does."""
    return left


def _differences(function: Function, args: Sequence[Any], wanted: Sequence[int]) -> list[Any]:
    """For each wanted argument the gradient, a flat list."""
    return [[_slope(lambda *a: evaluate(function, *a), args, k, path) for path, _ in leaves(args[k])] for k in wanted]


def _slope(f: Callable[..., Any], args: Sequence[Any], position: int, path: Any, h: float = 1e-3) -> Any:
    def at(step: float) -> Any:
        moved = [_plus(a, along(a, path), step) if k == position else copy.deepcopy(a) for k, a in enumerate(args)]
        return np.concatenate([np.ravel(np.asarray(v, float)) for _, v in leaves(f(*moved))])

    d1, d2 = (at(h) - at(-h)) / (2 * h), (at(h / 2) - at(-h / 2)) / h
    d3 = (at(h / 4) - at(-h / 4)) / (h / 2)
    r1, r2 = (4 * d2 - d1) / 3, (4 * d3 - d2) / 3
    return (16 * r2 - r1) / 15


def _plus(value: Any, tangent: Any, step: float) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_plus(v, t, step) for v, t in zip(value, tangent))
    if isinstance(value, dict):
        return {key: _plus(v, tangent[key], step) for key, v in value.items()}
    return value + step * tangent if tangent is not None else value


def _flat(value: Any) -> Any:
    return np.array([v for _, v in leaves(value)])


def _close(a: Any, b: Any, what: str) -> None:
    np.testing.assert_allclose(_flat(a), _flat(b), rtol=1e-12, atol=1e-12, err_msg=what)


def _close_tree(gradients: Any, expected: Sequence[Any], single: bool, what: str) -> None:
    for gradient, column in zip([gradients] if single else gradients, expected, strict=True):
        np.testing.assert_allclose(_flat(gradient), np.ravel(column), rtol=TOLERANCE, atol=TOLERANCE, err_msg=what)


def _check_pullback(function: Function, args: Sequence[Any], wanted: Sequence[int], expected: Any, value: Any) -> None:
    for name, stage in zip(("raw", "functional", "finished"), derivative(function, wanted, "vjp")):
        out, pullback = evaluate(stage, *copy.deepcopy(args))
        _close(out, value, f"the value of vjp, {name}")
        _close_tree(pullback(1.0), expected, False, f"vjp, {name}")
    given = copy.deepcopy(args)
    out, pullback = compiled(derivative(function, wanted, "vjp")[2])(*given)
    for again in range(3):
        _close_tree(pullback(1.0), expected, False, f"vjp, printed, called {again} times before")
        for arg in given:
            _spoil(arg)


def _spoil(value: Any) -> None:
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        value += 0.7
    elif isinstance(value, (list, tuple)):
        for item in value:
            _spoil(item)
    elif isinstance(value, dict):
        for item in value.values():
            _spoil(item)


def _check_forward(function: Function, args: Sequence[Any], wanted: Sequence[int], expected: Any) -> None:
    stages = derivative(function, wanted, "jvp")
    runs = [*((n, lambda *a, s=s: evaluate(s, *a)) for n, s in zip(("raw", "functional", "finished"), stages)), ("printed", compiled(stages[2]))]
    for name, run in runs:
        for column, position in zip(expected, wanted):
            for (path, _), slope in zip(leaves(args[position]), column):
                tangents = [along(args[k], path if k == position else None) for k in wanted]
                kept = copy.deepcopy(tangents)
                _, tangent = run(*copy.deepcopy(args), *tangents)
                np.testing.assert_allclose(_flat(tangent), slope, rtol=TOLERANCE, atol=TOLERANCE, err_msg=f"jvp, {name}")
                _close(tangents, kept, "the tangents that the caller gave")


def _check_second(function: Function, args: Sequence[Any], wanted: Sequence[int]) -> None:
    """The gradient's own derivatives: forward over reverse, and reverse over reverse of the sum of the squares of the gradients."""
    _, functional, _ = derivative(function, wanted, "grad")
    gradient = lambda *a: evaluate(functional, *a)  # noqa: E731
    columns = [[_slope(gradient, args, k, path) for path, _ in leaves(args[k])] for k in wanted]
    given = all_names(functional)
    over = finish(simplify(forward(functional, wanted), given), given)
    verify(over)
    run = compiled(over)
    for column, position in zip(columns, wanted):
        for (path, _), slope in zip(leaves(args[position]), column):
            tangents = [along(args[k], path if k == position else None) for k in wanted]
            for name, apply in (("evaluated", lambda *a: evaluate(over, *a)), ("printed", run)):
                _, tangent = apply(*copy.deepcopy(args), *copy.deepcopy(tangents))
                np.testing.assert_allclose(_flat(tangent), slope, rtol=1e-5, atol=1e-5, err_msg=f"jvp of grad, {name}")
    again = finish(simplify(reverse(functional, wanted, "vjp"), given), given)
    verify(again)
    _, pullback = compiled(again)(*copy.deepcopy(args))
    single = len(wanted) == 1
    gradients = gradient(*args)
    weights = [np.random.default_rng(5).normal(size=np.shape(_flat(g))) for g in ([gradients] if single else gradients)]
    shaped = [_like(g, w) for g, w in zip([gradients] if single else gradients, weights)]
    found = pullback(shaped[0] if single else tuple(shaped))
    flat = np.concatenate(weights)
    for gradient_of, column in zip(found, columns):
        np.testing.assert_allclose(_flat(gradient_of), [flat @ slope for slope in column], rtol=1e-5, atol=1e-5, err_msg="vjp of grad")


def _like(value: Any, flat: Any) -> Any:
    numbers = iter(flat)

    def fill(one: Any) -> Any:
        if isinstance(one, (list, tuple)):
            return type(one)(map(fill, one))
        if isinstance(one, dict):
            return {key: fill(item) for key, item in one.items()}
        if isinstance(one, np.ndarray):
            return np.array([next(numbers) for _ in range(one.size)]).reshape(one.shape)
        return float(next(numbers)) if isinstance(one, float) else None

    return fill(value)
