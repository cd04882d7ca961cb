"""Lists and tuples of numbers where NumPy takes an array: they are made one first, as NumPy does.

    np.mean(xs)          %0 = np.array(xs)
                         np.mean(%0)
    a * [x, y]           %0 = np.array(list(x, y))
                         a * %0

Only what varies is changed; where a row takes a list as it is (`np.stack`, `sum`), it stays one.
"""

from __future__ import annotations

from collections.abc import Sequence

from wengert.analysis.emitting import emit
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Const, Name
from wengert.ir.kinds import Array, List, Tuple, may_carry_derivative
from wengert.rules import bind
from wengert.rules.array_kinds import array_like

BINARY = frozenset({"add", "sub", "mul", "truediv", "pow", "matmul", "floordiv", "mod"})
JOINING = frozenset({"np.concatenate", "np.stack", "np.vstack", "np.hstack", "np.dstack", "np.column_stack"})
LIBRARIES = ("np.", "scipy.")


def with_arrays(state: State, line: Apply) -> Apply:
    """A call of a primitive with arrays in the places of varying lists of numbers; its arguments have been read."""
    if not line.op.startswith(LIBRARIES):
        return line
    call = bind(line)
    taken = call.primitive.sequences
    made: dict[Atom, Atom] = {}
    for parameter in call.differentiable:
        base = call.primitive.head.star if parameter in call.starred else parameter
        composite = call.primitive.family == "composite"
        atom = call[parameter]
        if not isinstance(atom, str) or atom in made:
            continue
        apart = call.primitive.family == "linear" or parameter in call.starred  # whose rule does not ask for it; labels of `np.einsum`
        if apart and not may_carry_derivative(state.kind(atom)):
            continue
        if base == "arrays" and line.op in JOINING:
            made[atom] = _each(state, atom)
        if base in taken and not composite:
            continue
        if array_like(state.kind(atom), arrays=not composite):
            made[atom] = emit(state, "np.array", atom)
    if not made:
        return line
    keywords = tuple((key, made.get(atom, atom)) for key, atom in line.keywords)
    return Apply(line.targets, line.op, tuple(made.get(atom, atom) for atom in line.args), keywords, line.spelled, line.place)


def _each(state: State, atom: Name) -> Name:
    """A list of arrays, of which some are lists of numbers."""
    kind = state.kind(atom)
    items = kind.items if isinstance(kind, (List, Tuple)) else None
    if not items or not any(map(array_like, items)):
        return atom
    parts = [emit(state, "getitem", atom, Const(k)) for k in range(len(items))]
    parts = [emit(state, "np.array", part) if array_like(item) else part for part, item in zip(parts, items)]
    return emit(state, "list", *parts)


def beside_arrays(state: State, op: str, args: Sequence[Atom]) -> tuple[Atom, ...]:
    """The operands of an operator: beside an array, a list is one, too."""
    if op in BINARY and len(args) == 2 and any(isinstance(state.kind(atom), Array) for atom in args):
        return tuple(emit(state, "np.array", atom) if array_like(state.kind(atom)) and state.varies(*args) else atom for atom in args)
    return tuple(args)
