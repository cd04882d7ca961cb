"""Lines that no line of the user's program says, in the place of the one that asks for them."""

from __future__ import annotations

from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Name


def emit(state: State, op: str, *args: Atom, spelled: str | None = None, keywords: tuple[tuple[str, Atom], ...] = ()) -> Name:
    """Append a line that no line of the user's program says."""
    name = state.names.fresh()
    state.emit(Apply((name,), op, args, keywords, spelled, state.place), state.out)
    return name
