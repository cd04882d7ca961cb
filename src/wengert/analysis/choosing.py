"""A function that is picked from a list or tuple by a number that only the run knows: one test after the other.

    f = [np.sin, np.cos][i]          %0 = range(2)[i]           # IndexError as in a plain call
    f(x)                     ==>     if %0 == 0: np.sin(x)
                                     else: np.cos(x)
"""

from __future__ import annotations

from wengert.analysis.call import known_atom
from wengert.analysis.emitting import emit
from wengert.analysis.state import State
from wengert.ir.core import Atom, Const, Name
from wengert.ir.kinds import Kind, Known, List, Tuple, scalar_type

MANY = 16
"""So many functions at most are told apart by tests."""


def functions_in(kind: Kind) -> tuple[object, ...] | None:
    """The functions that a list or tuple holds, if it holds nothing else."""
    items = kind.items if isinstance(kind, (List, Tuple)) else None
    if not items or len(items) > MANY:
        return None
    values = tuple(item.value for item in items if isinstance(item, Known) and callable(item.value))
    return values if len(values) == len(items) else None


def choose_by_number(state: State, name: Name, container: Atom, index: Atom) -> None:
    """Note which functions a name may stand for that was read from a container."""
    functions = functions_in(state.kind(container))
    if functions is None or isinstance(index, Const) or scalar_type(state.kind(index)) != "int" or isinstance(state.kind(index), Known):
        return
    place = emit(state, "getitem", emit(state, "range", Const(len(functions))), index)
    chosen: Atom = known_atom(functions[-1])
    for position in reversed(range(len(functions) - 1)):
        one = known_atom(functions[position])
        test = emit(state, "eq", place, Const(position))
        made = name if position == 0 else state.names.fresh()
        if made != name:
            state.define(made, state.unknown)
        state.chosen[made] = (test, one, chosen)
        chosen = made
    state.lazy.add(name)
