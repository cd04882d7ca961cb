"""Roots, fixed points and minima in `scipy.optimize`, by the implicit function theorem.

The stand-in takes SciPy's root as it is and makes three steps of Newton's from there, with the function's own derivative. They do not move the root,
but what the function reads moves them as it moves the root: k steps have all derivatives below the order 2**k right, so these those below the eighth (Griewank and Walther,
Evaluating Derivatives, 15.3). A minimum is a root of the gradient.

>>> print(scalar_text("brentq", ("f", "a", "b"), 1, ("xtol",)), end="")
def brentq(f, a, b, args, xtol):
    def residual(t):
        return f(t, args[0])
    root = root_found('brentq', residual, (a, b), (('xtol', xtol),))
    x = float(root)
    for turn in range(3):
        x = x - residual(x) / grad(residual)(x)
    return root + (x - detached(x))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np
import scipy.optimize

from wengert import steps
from wengert.ir.kinds import FLOAT, INT, NUMERIC, Array, Kind, NumpyScalar, Scalar, Text, Tuple
from wengert.rules.fitting import ndim_of
from wengert.rules.result_kinds import NotStatic, always, same_as, static
from wengert.rules.stand_ins import OPAQUE, RESOLVERS, made_from
from wengert.rules.table import Call, KindOf, also_called, constant, linear
from wengert.rules.tangents import by_tangent

OPTIONS = ("xtol", "rtol", "tol", "maxiter", "method", "options", "x1", "jac", "fprime")
"""Keywords that say how to search, and nothing about what is found."""


def _head(name: str, names: tuple[str, ...], count: int, options: tuple[str, ...], value: str = "") -> list[str]:
    function, arguments = names[0], "".join(f", args[{i}]" for i in range(count))
    given = ", ".join((*names, *(["args"] if count else []), *options))
    return [f"def {name}({given}):", "    def residual(t):", f"        return {value or function}(t{arguments}){' - t' if name == 'fixed_point' else ''}"]


def _found(helper: str, name: str, names: tuple[str, ...], options: tuple[str, ...]) -> str:
    start = ", ".join(names[1:]) + ("," if len(names) == 2 else "")
    passed = ", ".join(f"({option!r}, {option})" for option in options) + ("," if len(options) == 1 else "")
    return f"{helper}({name!r}, residual, ({start}), ({passed}))"


def scalar_text(name: str, names: tuple[str, ...], count: int, options: tuple[str, ...]) -> str:
    """The stand-in for a solver of one equation."""
    return _text(
        *_head(name, names, count, options),
        f"    root = {_found('root_found', name, names, options)}",
        "    x = float(root)",
        "    for turn in range(3):",
        "        x = x - residual(x) / grad(residual)(x)",
        "    return root + (x - detached(x))",
    )


def vector_text(name: str, names: tuple[str, ...], count: int, options: tuple[str, ...]) -> str:
    """The stand-in for a solver of many equations."""
    whole = name == "root"
    found = _found("optimum_found" if whole else "root_found", name, names, options)
    moved = "root + (x - detached(x))"
    return _text(
        *_head(name, names, count, options),
        f"    {'root, rest, success, status, message' if whole else 'root'} = {found}",
        "    x = root",
        "    for turn in range(3):",
        "        x = x - np.linalg.solve(jacobian(residual)(x), residual(x))",
        f"    return SimpleNamespace(x={moved}, fun=rest, success=success, status=status, message=message)" if whole else f"    return {moved}",
    )


def minimum_text(names: tuple[str, ...], count: int, options: tuple[str, ...]) -> str:
    """The stand-in for `minimize` without bounds and constraints; its value moves with what the function reads."""
    return _text(
        *_head("minimize", names, count, options),
        f"    root, lowest, success, status, message = {_found('optimum_found', 'minimize', names, options)}",
        "    x = root",
        "    for turn in range(3):",
        "        x = x - np.linalg.solve(hessian(residual)(x), grad(residual)(x))",
        "    least = residual(x)",
        "    place, value = root + (x - detached(x)), float(lowest + (least - detached(least)))",
        "    return SimpleNamespace(x=place, fun=value, success=success, status=status, message=message)",
    )


def _text(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


SCALAR = dict.fromkeys(("brentq", "brenth", "ridder", "bisect"), ("f", "a", "b")) | {"newton": ("func", "x0")}
VECTOR = {"fsolve": ("func", "x0"), "fixed_point": ("func", "x0"), "root": ("fun", "x0"), "minimize": ("fun", "x0")}


def resolve(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | str | None:
    name = getattr(function, "__name__", "")
    names = SCALAR.get(name) or VECTOR.get(name)
    if names is None or function is not getattr(scipy.optimize, name):
        return None
    order = (*names, "args") if name not in SCALAR or name != "newton" else names
    known = dict(zip(order, kinds)) | dict(keywords)
    args = known.get("args", Tuple(()))
    options = tuple(option for option in known if option in OPTIONS)
    if len(kinds) > len(order) or not isinstance(args, Tuple) or not set(names) <= known.keys() <= {*names, "args", *options}:
        return OPAQUE
    try:
        if "method" in known and name == "minimize" and static(known["method"]) in CONSTRAINED:
            return OPAQUE
    except NotStatic:
        return OPAQUE
    wanted = 0 if name in SCALAR else 1
    if any(ndim_of(known[start]) != wanted for start in names[1:]):
        return _made(name, scalar_text(name, names, len(args.items), options)) if name == "fixed_point" and ndim_of(known["x0"]) == 0 else OPAQUE
    text = minimum_text(names, len(args.items), options) if name == "minimize" else (scalar_text if name in SCALAR else vector_text)(
        name, names, len(args.items), options
    )  # fmt: skip
    return _made(name, text)


CONSTRAINED = ("trust-constr", "SLSQP", "COBYLA", "COBYQA")
RESOLVERS.append(resolve)


def _maker(name: str) -> Any:
    """What stands for `grad` of a nested function in a stand-in's text (`analysis/inner.py`)."""

    def maker(function: Any) -> Any:
        raise TypeError(f"{name} stands in a text that is inlined")

    maker.__name__ = name
    maker.__wengert__ = name  # type: ignore[attr-defined]  # functions take attributes
    return maker


NAMES = {
    "np": np, "root_found": steps.root_found, "optimum_found": steps.optimum_found, "detached": steps.detached,
    "SimpleNamespace": SimpleNamespace, **{name: _maker(name) for name in ("grad", "jacobian", "hessian")},
}  # fmt: skip


@cache
def _made(name: str, text: str) -> FunctionType:
    return made_from(text, name, f"scipy.optimize.{text.partition('def ')[2].partition(':')[0]}", NAMES)


# rows: what these helpers find is constant


def _root(call: Call, kind: KindOf) -> Kind:
    if static(kind(call["solver"])) in SCALAR:
        return FLOAT if static(kind(call["solver"])) != "newton" else NUMERIC
    start = kind(call["start"])
    items = start.items if isinstance(start, Tuple) else ()
    return items[0] if items and isinstance(items[0], Array) else NUMERIC


def _optimum(call: Call, kind: KindOf) -> Kind:
    found = _root(call, kind)
    fun = FLOAT if static(kind(call["solver"])) == "minimize" else found
    return Tuple((found, fun, Scalar("bool"), INT, Text()))


constant("y = root_found(solver, function, start, options=())", kind=_root, cost=1000)
constant("y = optimum_found(solver, function, start, options=())", kind=_optimum, cost=1000)
for _name in ("root_found", "optimum_found"):
    also_called(NAMES[_name], _name)

# the test function of every optimizer, whose derivatives SciPy has
by_tangent("y = scipy.optimize.rosen(x)", "y_dot = scipy.optimize.rosen_der(x) @ x_dot", kind=always(NumpyScalar("float64")))
linear("y = scipy.optimize.rosen_hess_prod(x, v)", "v_bar += scipy.optimize.rosen_hess_prod(x, y_bar)", of=("v",), kind=same_as("v"))
by_tangent("y = scipy.optimize.rosen_der(x)", "y_dot = scipy.optimize.rosen_hess_prod(x, x_dot)", kind=same_as("x"))
