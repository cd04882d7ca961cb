"""Rules of your own, for functions of yours and for those of libraries that wengert does not know.

In the notation of docs/rules.md, where a line of text says it:

>>> import math
>>> from wengert import grad
>>> def softplus(x):
...     return math.log1p(math.exp(x))
>>> rule = elementwise(softplus, "y = softplus(x)", "x_bar += y_bar / (1 + math.exp(-x))")
>>> def loss(x):
...     return softplus(2 * x)
>>> print(grad(loss).source(1.0))
def grad_loss(x):
    \"\"\"Gradient of wengert.custom.loss with respect to x.\"\"\"
    # reverse sweep
    # line 2: return softplus(2 * x)
    return 2 / (1 + math.exp(-(2 * x)))
<BLANKLINE>

As functions, in JAX's spelling, `custom_vjp` and `custom_jvp` (`custom_functions.py`) say the same. A function that has a rule is
taken to be a function: its line may be left out where nobody needs the value. Giving a rule again replaces it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, overload

from wengert import errors
from wengert.entries import Rule, Scope, rule_of
from wengert.ir.kinds import UNKNOWN
from wengert.rules.notation import Head
from wengert.rules.table import Primitive, op_of
from wengert.rules.users import enter_rule, keep, op_for

F = TypeVar("F", bound=Callable[..., Any])


@overload
def elementwise(function: F, text: str, *rules: str) -> F: ...
@overload
def elementwise(function: str, text: str, *rules: str) -> Callable[[F], F]: ...
def elementwise(function: Any, text: str, *rules: str) -> Any:
    """A function of each element alone: `elementwise(f, "y = f(x)", "x_bar += y_bar * df(x)")`, one text for each operand.

    It may be used as a decorator, without the function: `@elementwise("y = f(x)", ...)`. Returns the function.
    """
    return _enter(function, "elementwise", text, rules)


@overload
def weighted(function: F, text: str, *rules: str) -> F: ...
@overload
def weighted(function: str, text: str, *rules: str) -> Callable[[F], F]: ...
def weighted(function: Any, text: str, *rules: str) -> Any:
    """A function of all elements together that gives one number: its text says the weight of each element.

    >>> import numpy as np
    >>> from wengert import grad
    >>> def logsum(x):
    ...     return np.log(np.sum(np.exp(x)))
    >>> logsum = weighted(logsum, "y = logsum(x)", "x_bar += y_bar * exp(x - y)")
    >>> print(grad(logsum)(np.zeros(2)))
    [0.5 0.5]
    """
    return _enter(function, "weighted", text, rules)


@overload
def linear(function: F, text: str, *rules: str) -> F: ...
@overload
def linear(function: str, text: str, *rules: str) -> Callable[[F], F]: ...
def linear(function: Any, text: str, *rules: str) -> Any:
    """A function that is linear in its operands together: the tangent is the function itself, the text is its transpose.

    >>> import numpy as np
    >>> from wengert import grad
    >>> def shift(x, k):
    ...     return np.roll(x, k)
    >>> shift = linear(shift, "y = shift(x, k)", "x_bar += shift(y_bar, -k)")
    >>> print(grad(lambda x: shift(x, 1)[0])(np.zeros(3)))
    [0. 0. 1.]
    """
    return _enter(function, "linear", text, rules)


@overload
def bilinear(function: F, text: str, *rules: str) -> F: ...
@overload
def bilinear(function: str, text: str, *rules: str) -> Callable[[F], F]: ...
def bilinear(function: Any, text: str, *rules: str) -> Any:
    """A product of operands, linear in each: the tangent is the sum of the function with one tangent each.

    >>> from wengert import jvp
    >>> def cross(a, b):
    ...     return a[0] * b[1] - a[1] * b[0]
    >>> def turned(c, b):
    ...     return np.array([c * b[1], -c * b[0]])
    >>> import numpy as np
    >>> cross = bilinear(cross, "c = cross(a, b)", "a_bar += turned(c_bar, b)", "b_bar -= turned(c_bar, a)")
    >>> print(jvp(lambda a: cross(a, np.ones(2)), (np.ones(2),), (np.array([1.0, 0.0]),))[1])
    1.0
    """
    return _enter(function, "bilinear", text, rules)


@overload
def rule(function: F, text: str, *rules: str) -> F: ...
@overload
def rule(function: str, text: str, *rules: str) -> Callable[[F], F]: ...
def rule(function: Any, text: str, *rules: str) -> Any:
    """Any function: texts `x_bar += ...` of the result's adjoint for reverse mode, and `y_dot += ...` of one tangent each for forward mode.

    >>> import numpy as np
    >>> from wengert import grad
    >>> def solve(a, b):
    ...     return np.linalg.solve(a, b)
    >>> solve = rule(solve, "x = solve(a, b)",
    ...              "b_bar += solve(a.T, x_bar)", "a_bar -= np.outer(solve(a.T, x_bar), x)",
    ...              "x_dot += solve(a, b_dot)", "x_dot -= solve(a, a_dot @ x)")
    >>> print(grad(lambda b: np.sum(solve(2.0 * np.eye(2), b)))(np.ones(2)))
    [0.5 0.5]
    """
    return _enter(function, "general", text, rules)


def _enter(function: Any, family: str, text: str, rules: Sequence[str]) -> Any:
    scope = scope_of(sys._getframe(2), (text, *rules, *([function] if isinstance(function, str) else [])))
    if isinstance(function, str):  # used as a decorator: the texts moved one to the left
        return lambda decorated: enter_rule(decorated, family, function, (text, *rules), scope).function
    if not callable(function):
        raise errors.error("W005", what=f"a {type(function).__name__}")
    return enter_rule(function, family, text, rules, scope).function


def scope_of(frame: Any, texts: Sequence[str] = ()) -> Scope:
    """The names around a line that is running: the local ones that the texts mention, as they are now, then the module's."""
    module = sys.modules.get(frame.f_globals.get("__name__", ""))
    module = module if module is not None and vars(module) is frame.f_globals else None
    if frame.f_locals is frame.f_globals:
        return Scope((frame.f_globals,), module)
    mentioned = {name for text in texts for name in re.findall(r"[^\W\d]\w*", text)}
    return Scope(({name: value for name, value in frame.f_locals.items() if name in mentioned}, frame.f_globals), module)


@overload
def constant(function: F, /) -> F: ...
@overload
def constant(function: Callable[..., Any], another: Callable[..., Any], /, *more: Callable[..., Any]) -> tuple[Callable[..., Any], ...]: ...
def constant(*functions: Any) -> Any:
    """Functions whose results do not vary: counts, labels, decisions. Their derivative is zero, and they run once, as in a plain call.

    >>> from wengert import grad
    >>> @constant
    ... def nearest(x):
    ...     return float(round(x))
    >>> grad(lambda x: x * nearest(x))(2.2)
    2.0
    """
    for function in functions:
        if op_of(function) is not None and rule_of(function) is None:
            raise errors.error("W100", name=op_of(function))
        op = op_for(function)
        head = Head("y", op, ("args",), {}, 0, "args")
        keep(Rule(function, Primitive(op, "constant", head, "np", lambda call, kind: UNKNOWN, pure=False, function=function)))
    return functions[0] if len(functions) == 1 else functions
