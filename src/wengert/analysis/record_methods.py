"""Attributes of namedtuples and frozen dataclasses that are no fields: their methods and properties.

    m = getattr(p, 'scaled')               %1 = getattr(p, 'w')
    y = call(m, x)               ==>       y = %1 * x                # `return self.w * x`, in `scaled`
"""

from __future__ import annotations

import inspect
import types
from typing import Any

from wengert.analysis.environment import Guard
from wengert.analysis.facts import Method
from wengert.analysis.frame import Frame
from wengert.analysis.inline import inline_function
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Const, Line
from wengert.ir.kinds import UNKNOWN, Closure

_MISSING = object()


def bind_attribute(state: State, frame: Frame, line: Apply, record: Atom, cls: Any, name: str, out: list[Line]) -> bool:
    """Bind the target of the line to what the class of a record has under this name; False if it has nothing of the kind."""
    static, target = inspect.getattr_static(cls, name, _MISSING), line.targets[0]
    function = static.fget if isinstance(static, property) else static
    if not isinstance(function, (types.FunctionType, staticmethod, classmethod)):
        return False
    owner = next(base for base in cls.__mro__ if name in vars(base))
    state.guards.setdefault((id(owner), "attribute", name), Guard(owner, "attribute", name, getattr(owner, name)))
    if isinstance(static, property):
        assert isinstance(function, types.FunctionType)
        found = inline_function(state, frame, line, function, (record,), {}, out)
        state.bind(frame, target, Const(None) if found is None else found)
    elif name in ("_replace", "_asdict") and issubclass(cls, tuple):  # `copying.py` knows what they do
        new = state.target(frame, target)
        state.define(new, Closure(new))
        state.methods[new] = Method(record, name)
        state.lazy.add(new)
        out.append(Apply((new,), "getattr", (record, Const(name)), place=state.place))
    elif isinstance(function, types.FunctionType):
        new = state.target(frame, target)
        state.define(new, UNKNOWN)
        state.methods[new], state.bound[new] = Method(record, name), function
        state.lazy.add(new)
        out.append(Apply((new,), "getattr", (Const(cls), Const(name)), place=state.place))
    else:
        state.bind(frame, target, Const(getattr(cls, name), name))
    return True
