"""Rules as functions, in JAX's spelling: `custom_vjp`, `custom_jvp` and `checkpoint`.

>>> import math
>>> from wengert import grad
>>> @custom_vjp
... def clipped(x):
...     return x
>>> def clipped_fwd(x):
...     return x, None
>>> def clipped_bwd(residuals, out_bar):
...     return (max(-1.0, min(1.0, out_bar)),)
>>> clipped.defvjp(clipped_fwd, clipped_bwd)
>>> grad(lambda x: 10.0 * clipped(x))(3.0)
1.0

The text of a derivative calls `clipped_fwd` and `clipped_bwd` by these names. A further derivative looks into them, so they are written in
what wengert differentiates, or have rules themselves.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MethodType
from typing import Any, Generic, ParamSpec, TypeVar, overload

from wengert import errors
from wengert.entries import Rule
from wengert.ir.kinds import UNKNOWN
from wengert.rules.notation import Head
from wengert.rules.table import Primitive
from wengert.rules.users import keep, op_for

P = ParamSpec("P")
R = TypeVar("R")


class Wrapped(Generic[P, R]):
    """A function with something to say about its derivative; called, it is the function."""

    __name__: str
    __qualname__: str

    def __init__(self, fun: Callable[P, R], nondiff_argnums: Sequence[int] = (), **how: Any) -> None:
        if not callable(fun):
            raise errors.error("W005", what=f"a {type(fun).__name__}")
        functools.update_wrapper(self, fun)
        self.fun = fun
        head = head_of(fun, op_for(self))
        count = len(head.parameters)
        nondiff = tuple(sorted(k % count for k in ((nondiff_argnums,) if isinstance(nondiff_argnums, int) else nondiff_argnums)))
        operands = tuple(name for k, name in enumerate(head.parameters) if k not in nondiff)
        made = Primitive(head.op, "custom", head, "np", lambda call, kind: UNKNOWN, operands=operands, cost=1000, function=self)
        self._rule = keep(Rule(self, made, inside=fun, nondiff=nondiff, **how))

    def _say(self, **how: Any) -> None:
        self._rule = keep(replace(self._rule, **how))

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.fun(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.__name__}>"

    def __reduce__(self) -> str:
        return self.__qualname__  # by name, as a function


class custom_vjp(Wrapped[P, R]):
    """A function whose reverse mode is said by two functions: `f.defvjp(fwd, bwd)`.

    `fwd` takes the arguments of `f` and returns its value and residuals, whatever `bwd` needs; `bwd(residuals, out_bar)` returns a tuple of one
    cotangent for each argument. The arguments at the positions `nondiff_argnums` have no derivative, and come first in `bwd`. There is no forward mode.
    """

    def defvjp(self, fwd: Callable[..., Any], bwd: Callable[..., Any]) -> None:
        """Say how the function is differentiated; again, to say it anew."""
        self._say(forward=fwd, backward=bwd)


class custom_jvp(Wrapped[P, R]):
    """A function whose tangent is said by a function: `@f.defjvp`.

    It takes a tuple of primals and one of tangents, and returns the value and its tangent; as a tangent is linear, reverse mode follows from it. The arguments
    at the positions `nondiff_argnums` come first.

    >>> import math
    >>> from wengert import grad, jvp
    >>> @custom_jvp
    ... def log1pexp(x):
    ...     return math.log(1.0 + math.exp(x))
    >>> @log1pexp.defjvp
    ... def log1pexp_jvp(primals, tangents):
    ...     x, = primals
    ...     x_dot, = tangents
    ...     return log1pexp(x), (1.0 - 1.0 / (1.0 + math.exp(x))) * x_dot
    >>> def f(x):
    ...     return 2.0 * log1pexp(x)
    >>> grad(f)(0.0), jvp(f, (0.0,), (1.0,))[1]
    (1.0, 1.0)
    """

    def defjvp(self, jvp: Callable[..., Any]) -> Callable[..., Any]:
        """Say how the function is differentiated; may be used as a decorator."""
        self._say(tangent=jvp)
        return jvp

    def defjvps(self, *jvps: Callable[..., Any] | None) -> None:
        """One function for each argument: `jvp(x_dot, out, *args)` is what its tangent contributes; None for no contribution."""
        self._say(tangent=_together(self, jvps))


def _together(function: Any, jvps: Sequence[Callable[..., Any] | None]) -> Callable[..., Any]:
    """One function of primals and tangents that adds the contributions up, as text, so that it can be differentiated itself."""
    from wengert.standing import define

    given = [(k, jvp) for k, jvp in enumerate(jvps) if jvp is not None]
    terms = " + ".join(f"jvp_{k}(tangents[{k}], out, *primals)" for k, _ in given) or "0.0 * out"
    text = f"def jvp(primals, tangents):\n    out = function(*primals)\n    return out, {terms}\n"
    made = define(text, "jvp", {"function": function, **{f"jvp_{k}": jvp for k, jvp in given}}, function)
    made.__name__ = made.__qualname__ = f"{function.__name__}_jvp"
    return made


class checkpointed_function(Wrapped[P, R]):
    """A function of which a derivative keeps only the arguments; made by `checkpoint`."""


@overload
def checkpoint(fun: Callable[P, R]) -> checkpointed_function[P, R]: ...
@overload
def checkpoint(fun: None = None) -> Callable[[Callable[P, R]], checkpointed_function[P, R]]: ...
def checkpoint(fun: Any = None) -> Any:
    """The same function; a derivative saves nothing of what it computes inside, and runs it again in the reverse sweep.

    Memory for time: a loop that calls it saves the arguments of each call only. It must have no effects, as it is run twice.

    >>> import math
    >>> from wengert import grad
    >>> @checkpoint
    ... def step(x):
    ...     return math.sin(math.exp(-x))
    >>> def path(x, n):
    ...     for i in range(n):
    ...         x = step(x)
    ...     return x
    >>> print(grad(path).source(1.0, 3))
    def grad_path(x, n):
        \"\"\"Gradient of wengert.custom_functions.path with respect to x.\"\"\"
        # forward sweep
        x_tape = []
        for i in range(n):
            x_tape.append(x)
            x = step(x)
    <BLANKLINE>
        # reverse sweep
        x_bar = 1.0
        for x in reversed(x_tape):
            # line 3: x = step(x)
            out_1 = math.exp(-x)
            # line 3: return math.sin(math.exp(-x))   (step, called in line 3)
            x_bar = -x_bar * math.cos(out_1) * out_1
        return x_bar
    <BLANKLINE>
    """
    return checkpoint if fun is None else checkpointed_function(fun, again=True)


def head_of(function: Callable[..., Any], op: str) -> Head:
    """The left half of a row for any function: its parameters and their defaults."""
    try:
        parameters = tuple(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return Head("out", op, ("args",), {}, 0, "args")
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        raise errors.error("W101", name=op, what="a function that takes any keywords (`**`) cannot have one")
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    star = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    return Head("out", op, tuple(p.name for p in parameters), defaults, len(positional), star)
