"""Calls of primitives: what has a row becomes a line of its own op, `out=` a write, and what is only walked over a tuple.

    call(@np.sin, x)                  np.sin(x)
    call(@np.sin, x, out=a)           %0 = np.sin(x); a.1 = write(a.0, Ellipsis, %0)
    call(@np.array, x, copy=False)    np.asarray(x)

Where the row does not cover the arguments and none of them varies, the call stays a call.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert import errors
from wengert.analysis.array_likes import with_arrays
from wengert.analysis.call import Call
from wengert.analysis.clobbering import opaque
from wengert.analysis.emitting import emit
from wengert.analysis.inline import tuple_of
from wengert.analysis.stores import WHOLE, store
from wengert.ir.core import Apply, Atom, Const
from wengert.ir.kinds import UNKNOWN, Array, Dict, Known, is_floating, may_carry_derivative
from wengert.rules import bind
from wengert.rules.primitive import Call as Bound
from wengert.rules.primitive import KindOf


def call_primitive(call: Call, op: str, function: Callable[..., Any] | None, spelled: str | None = None) -> None:
    """A call of what has a row; where the row does not cover it and nothing varies, it stays a call."""
    if spelled is None and isinstance(call.function, Const):
        spelled = call.function.spelled
    into = _into(call, function)
    if into is not None:
        _out_of(call, op, function, into)
        return
    if op == "np.array" and "copy" in dict(call.keywords):
        op, spelled = _copying(call, op, spelled)
    call.args = tuple(_made(call, atom) for atom in call.args)
    call.keywords = tuple((key, call.state.read(atom)) for key, atom in call.keywords)
    probe = Apply((call.target,), op, call.args, call.keywords, place=call.frame.place(call.line.place))
    try:
        bind(probe)
    except errors.Error:
        if call.varied or (function is None and not isinstance(call.function, str)):
            raise
        opaque(call, UNKNOWN)
        return
    if call.varied or any(may_carry_derivative(call.state.kind(atom)) for atom in call.args):  # which may vary in a derivative of the derivative
        probe = with_arrays(call.state, probe)
        call.args, call.keywords = probe.args, probe.keywords
    call.emit(op, *call.args, keywords=call.keywords, spelled=spelled if spelled != op else None)


def _copying(call: Call, op: str, spelled: str | None) -> tuple[str, str | None]:
    """`np.array(x, copy=False)` is `np.asarray(x)`, which in NumPy 2 raises if it has to copy."""
    copy = call.state.kind(call.state.read(dict(call.keywords)["copy"]))
    if not isinstance(copy, Known) or copy.value not in (True, False, None):
        return op, spelled
    never = copy.value is False and np.lib.NumpyVersion(np.__version__) >= "2.0.0"
    call.keywords = tuple((key, atom) for key, atom in call.keywords if key != "copy" or never)
    return (op, spelled) if copy.value else ("np.asarray", "np.asarray")


def _made(call: Call, handle: Atom) -> Atom:
    """An argument of a primitive: what was only to be walked over is made a tuple."""
    state = call.state
    op, args = state.iterables.get(handle, ("", ())) if isinstance(handle, str) else ("", ())
    if op not in ("items", "keys", "values"):
        return state.read(handle)
    whole = state.read(args[0])
    kind = state.kind(whole)
    assert isinstance(kind, Dict)
    parts: list[Atom] = []
    for key, _ in kind.items:
        value = Const(key) if op == "keys" else emit(state, "getitem", whole, Const(key))
        parts.append(emit(state, "tuple", Const(key), value) if op == "items" else value)
    return tuple_of(state, parts, state.place, call.out)


def _into(call: Call, function: Callable[..., Any] | None) -> Atom | None:
    """The array that the result is written into: `out=`, or what stands after the operands of a ufunc."""
    named = dict(call.keywords)
    if isinstance(function, np.ufunc) and len(call.args) > function.nin:
        given: Atom | None = call.args[function.nin]
        call.args = call.args[: function.nin]
    else:
        given = named.pop("out", None)
        call.keywords = tuple(named.items())
    if isinstance(given, str) and given in call.state.made and len(call.state.made[given]) == 1:
        given = call.state.made[given][0]
    return None if given is None or call.state.kind(given) == Known(None) else given


def _out_of(call: Call, op: str, function: Callable[..., Any] | None, into: Atom) -> None:
    """`np.sin(x, out=a)` writes `np.sin(x)` into all of `a`, and is `a`."""
    state, named = call.state, dict(call.keywords)
    if isinstance(into, Const) or not isinstance(state.kind(state.read(into)), Array):
        raise errors.error("W045", state.place, name=op, keyword="out")
    mask = named.pop("where", None) if isinstance(function, np.ufunc) else None
    args = tuple(map(state.read, call.args))
    keywords = tuple((key, state.read(atom)) for key, atom in named.items())
    bound = bind(Apply((call.target,), op, args, keywords, place=state.place))
    if mask is None:
        value = emit(state, op, *args, keywords=keywords)
    else:
        chosen = state.read(mask)
        singular = _singular(bound, state.kind)
        args = tuple(emit(state, "np.where", chosen, atom, Const(_inside(bound))) if atom in singular else atom for atom in args)
        value = emit(state, "np.where", chosen, emit(state, op, *args, keywords=keywords), state.read(into))
    store(state, into, (WHOLE,), value)
    call.bind(into)


def _singular(call: Bound, kind: KindOf) -> set[Atom]:
    """The operands at which a partial may have a pole; where NumPy computes nothing, ours must not meet one.

    A ufunc with `where=` leaves the other elements alone: it raises no flag there, and has no derivative of any order. So what stands
    for it takes a number inside of its domain there, `np.sqrt(np.where(mask, x, 0.5))`: 0 times infinity would be nan, however much later.
    """
    if call.primitive.family != "elementwise":
        return set()
    named = {
        node.id
        for partial in call.partials(kind).values()
        for _, factor in partial.factors
        for node in ast.walk(factor)
        if isinstance(node, ast.Name)
    }
    operands = [name for name in call.primitive.parameters if name in call.arguments and is_floating(kind(call[name]))]
    wanted = [name for name in operands if name in named] or (operands if call.primitive.result in named else [])
    return {call[name] for name in wanted if isinstance(call[name], str)}


def _inside(call: Bound) -> float:
    """A number inside of the domain of a function."""
    low, high = call.primitive.domain
    return next(number for number in (0.5, 1.0, 2.0) if low < number < high)
