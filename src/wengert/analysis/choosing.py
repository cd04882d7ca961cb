"""A function that is picked from a list, a tuple or a dict by a number or a key that only the run knows: one test after the other.

    f = [np.sin, np.cos][i]          %0 = range(2)[i]           # IndexError as in a plain call
    f(x)                     ==>     if %0 == 0: np.sin(x)
                                     else: np.cos(x)

    f = {'s': np.sin, 'c': np.cos}[k]          %0 = {'s': 0, 'c': 1}[k]
"""

from __future__ import annotations

from wengert.analysis.call import known_atom
from wengert.analysis.emitting import emit
from wengert.analysis.state import State
from wengert.ir.core import Atom, Const, Name
from wengert.ir.kinds import Closure, Dict, Kind, Known, List, Text, Tuple, scalar_type

MANY = 16
"""So many functions at most are told apart by tests."""


def functions_in(kind: Kind) -> tuple[Atom, ...] | None:
    """The functions that a list, tuple or dict holds, if it holds nothing else."""
    if isinstance(kind, Dict):
        items: tuple[Kind, ...] = tuple(item for _, item in kind.items)
    else:
        items = (kind.items or ()) if isinstance(kind, (List, Tuple)) else ()
    if not 0 < len(items) <= MANY or not all(isinstance(item, Closure) or isinstance(item, Known) and callable(item.value) for item in items):
        return None
    return tuple(item.name if isinstance(item, Closure) else known_atom(item.value) for item in items if isinstance(item, (Closure, Known)))


def choose(state: State, name: Name, container: Atom, index: Atom) -> None:
    """Note which functions a name may stand for that was read from a container."""
    kind, found = state.kind(container), state.kind(index)
    functions = functions_in(kind)
    if functions is None or isinstance(index, Const) or isinstance(found, Known):
        return
    if isinstance(kind, Dict):
        if not (isinstance(found, Text) and found.value is None or scalar_type(found) == "int"):
            return
        numbers = [atom for number, (key, _) in enumerate(kind.items) for atom in (Const(key), Const(number))]
        place = emit(state, "getitem", emit(state, "dict", *numbers), index)
    elif scalar_type(found) == "int":
        place = emit(state, "getitem", emit(state, "range", Const(len(functions))), index)
    else:
        return
    chosen: Atom = functions[-1]
    for position in reversed(range(len(functions) - 1)):
        test = emit(state, "eq", place, Const(position))
        made = name if position == 0 else state.names.fresh()
        if made != name:
            state.define(made, state.unknown)
        state.chosen[made] = (test, functions[position], chosen)
        chosen = made
    state.lazy.add(name)
