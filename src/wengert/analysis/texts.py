"""Numbers that become text and are read from it again: `float(str(x))` is `x`, of which a derivative would know nothing.

What is rounded on the way (`f"{x:.2f}"`, `round`) changes in steps, and has the derivative zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wengert import errors
from wengert.ir.core import Apply, Const

if TYPE_CHECKING:
    from wengert.analysis.state import State

IN_FULL = frozenset({"str", "repr"})
READING = frozenset({"float", "complex", "np.float64", "np.float32", "np.complex128", "np.asarray", "np.array"})


def note_text(state: State, line: Apply) -> None:
    """Note what holds a differentiated number in full as text; refuse to read a number from that."""
    args = [atom for atom in line.args if isinstance(atom, str)]
    if line.op in READING and not state.spoken.isdisjoint(args):
        raise errors.error("W044", state.place, name=line.op, what="a text that was made of a differentiated value")
    in_full = line.op in IN_FULL or line.op == "format" and line.args[2:] in ((), (Const(None),), (Const(""),))
    if in_full and state.varies(*args) or line.op in ("fstring", "getattr", "call") and not state.spoken.isdisjoint(args):
        state.spoken.update(line.targets)
