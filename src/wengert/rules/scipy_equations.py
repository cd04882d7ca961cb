"""Integrals of functions and differential equations in `scipy.integrate`: quad, odeint, solve_ivp.

The integrand, or the right side, is the user's own function, and everything it reads may vary. The stand-in takes SciPy's value and runs over fixed
nodes or steps (`wengert/steps.py`), through which the function is differentiated like any code of the user's: by Leibniz's rule, and by the
adjoint of each step. `*args` are written out one by one:

>>> print(quad_text(1), end="")
def quad(func, a, b, args):
    value, error, nodes, weights = quadrature(func, a, b, args)
    total = 0.0
    for node, weight in zip(nodes, weights):
        total = total + weight * func(a + (b - a) * node, args[0])
    total = (b - a) * total
    return float(value + (total - detached(total))), error
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np
import scipy.integrate

from wengert import steps
from wengert.ir.kinds import FLOAT, INT, Array, Kind, Known, List, Scalar, Text, Tuple
from wengert.rules.fitting import ndim_of
from wengert.rules.result_kinds import always, same_as
from wengert.rules.stand_ins import OPAQUE, RESOLVERS, made_from
from wengert.rules.table import Call, KindOf, also_called, constant, elementwise


def quad_text(count: int) -> str:
    """The stand-in for an integrand with so many further arguments."""
    return _text(
        f"def quad(func, a, b{_parameter(count)}):",
        f"value, error, nodes, weights = quadrature(func, a, b{_parameter(count)})",
        "total = 0.0",
        "for node, weight in zip(nodes, weights):",
        f"    total = total + weight * func(a + (b - a) * node{_arguments(count)})",
        "total = (b - a) * total",
        "return float(value + (total - detached(total))), error",
    )


def fixed_quad_text(count: int) -> str:
    """SciPy's own formula; the function takes all nodes at once."""
    return _text(
        f"def fixed_quad(func, a, b{_parameter(count)}, n=5):",
        "nodes, weights = legendre_nodes(n)",
        "y = (b - a) * (nodes + 1) / 2.0 + a",
        f"return (b - a) / 2.0 * np.sum(weights * func(y{_arguments(count)}), axis=-1), None",
    )


def odeint_text(count: int) -> str:
    return _text(
        f"def odeint(func, y0, t{_parameter(count)}):",
        f"solution, steps = odeint_steps(func, y0, t{_parameter(count)})",
        *_runge_kutta(lambda s, y: f"np.array(func({y}, {s}{_arguments(count)}))"),
        "return solution + (again - detached(again))",
    )


def ivp_text(count: int, options: tuple[str, ...], moving: bool) -> str:
    """`moving`: the times are no constants of the text; where they vary, `fixed` refuses."""
    given = "".join(f", {name}" for name in options)
    passed = "".join(f"({name!r}, {name}), " for name in options)
    return _text(
        f"def solve_ivp(fun, t_span, y0{given}{_parameter(count)}):",
        f"t, ticks, solution, steps, status, message, success = ivp_steps(fun, t_span, y0, {'args' if count else '()'}, ({passed}))",
        *(["ticks = ticks + (fixed(t_span[0]) - t_span[0]) + (fixed(t_span[1]) - t_span[1])"] if moving else []),
        *(["ticks = ticks + np.sum(fixed(t_eval) - t_eval)"] if "t_eval" in options else []),
        *_runge_kutta(lambda s, y: f"np.array(fun({s}, {y}{_arguments(count)}))", "ticks"),
        "again = np.transpose(again[len(ticks) - len(t):])",
        "return SimpleNamespace(t=t, y=solution + (again - detached(again)), status=status, message=message, success=success)",
    )


def _runge_kutta(slope: Any, t: str = "t") -> list[str]:
    """The steps of `steps.runge_kutta`, with the user's function in place."""
    return [
        f"again = np.zeros((len({t}), len(y0)))",
        "again[0] = y0",
        "y = 1.0 * y0",
        f"for i in range(len({t}) - 1):",
        f"    h = ({t}[i + 1] - {t}[i]) / steps",
        "    for j in range(steps):",
        f"        s = {t}[i] + j * h",
        f"        k1 = {slope('s', 'y')}",
        f"        k2 = {slope('s + h / 2', 'y + h / 2 * k1')}",
        f"        k3 = {slope('s + h / 2', 'y + h / 2 * k2')}",
        f"        k4 = {slope('s + h', 'y + h * k3')}",
        "        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)",
        "    again[i + 1] = y",
    ]


def _text(head: str, *lines: str) -> str:
    return "".join(f"{line}\n" for line in (head, *(f"    {line}" for line in lines)))


def _parameter(count: int) -> str:
    return ", args" if count else ""


def _arguments(count: int) -> str:
    return "".join(f", args[{i}]" for i in range(count))


# which call it is

IVP_OPTIONS = ("method", "t_eval", "rtol", "atol", "max_step", "first_step")


def resolve(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | str | None:
    names = {scipy.integrate.quad: "func a b args", scipy.integrate.fixed_quad: "func a b args n", scipy.integrate.odeint: "func y0 t args", scipy.integrate.solve_ivp: "fun t_span y0 method t_eval"}
    try:
        order = names[function].split()
    except (KeyError, TypeError):
        return None
    known = dict(zip(order, kinds)) | dict(keywords)
    args = known.get("args", Tuple(()))
    count = len(args.items) if isinstance(args, Tuple) else -1
    options = tuple(name for name in known if name in IVP_OPTIONS)
    allowed = {*order, *(IVP_OPTIONS if function is scipy.integrate.solve_ivp else ()), "args"}
    if len(kinds) > len(order) or count < 0 or not set(order[:3]) <= known.keys() <= allowed:
        return OPAQUE
    if any(isinstance(kind, Known) and type(kind.value) is float and math.isinf(kind.value) for kind in known.values()):
        return OPAQUE
    if function is scipy.integrate.fixed_quad:
        return _made("fixed_quad", fixed_quad_text(count))
    if function is scipy.integrate.quad:
        return _made("quad", quad_text(count))
    if ndim_of(known["y0"]) != 1:
        return OPAQUE
    return _made("odeint", odeint_text(count)) if function is scipy.integrate.odeint else _made("solve_ivp", ivp_text(count, options, _moving(known["t_span"])))


RESOLVERS.append(resolve)


def _moving(span: Kind) -> bool:
    return not (isinstance(span, Tuple) and all(isinstance(item, Known) for item in span.items))


_NAMES = {function.__name__: function for function in steps.STEPS}


@cache
def _made(name: str, text: str) -> FunctionType:
    return made_from(text, name, f"scipy.integrate.{text.partition('def ')[2].partition(':')[0]}", {"np": np, "SimpleNamespace": SimpleNamespace, **_NAMES})


# rows: what these helpers find is constant


def _solution(call: Call, kind: KindOf) -> Kind:
    return Tuple((Array("float64", (f"{call.result}:0", f"{call.result}:1")), INT))


def _found(call: Call, kind: KindOf) -> Kind:
    axes = (f"{call.result}:0", f"{call.result}:1")
    return Tuple((Array("float64", axes[1:]), Array("float64", (f"{call.result}:2",)), Array("float64", axes), INT, INT, Text(), Scalar("bool")))


constant("y = detached(x)", kind=same_as("x"), view=True)
elementwise("y = fixed(x)", "x_bar += y_bar * no_rule('scipy.integrate.solve_ivp', 'times that vary')", kind=same_as("x"), view=True)
constant("y = legendre_nodes(n)", kind=always(Tuple((Array("float64", ("n",)), Array("float64", ("n",))))))
constant("y = quadrature(func, a, b, args=())", kind=always(Tuple((FLOAT, FLOAT, List(FLOAT), List(FLOAT)))), cost=1000)
constant("y = odeint_steps(func, y0, t, args=())", kind=_solution, cost=1000)
constant("y = ivp_steps(fun, t_span, y0, args=(), options=())", kind=_found, cost=1000)
for _name, _function in _NAMES.items():
    also_called(_function, _name)
