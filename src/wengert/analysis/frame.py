"""One function that is read, inlined or not: under which new names its own now stand.

    def f(x): return g(x) + 1         frame of f:  x -> x, %0 -> t
    def g(u): t = u * u; return t     frame of g:  u -> x, t -> t          # inlined: its parameter is the argument

A nested function's frame has the frame around its `def` behind it, where what it captures stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from wengert.analysis.environment import Environment
from wengert.analysis.sharing import Sharing
from wengert.ir.core import Atom, Const, Function, Name, Place


@dataclass(slots=True)
class Frame:
    """One function that is read: where its names went."""

    function: Function
    environment: Environment
    sharing: Sharing
    call: Place | None = None  # of the call that is being inlined
    around: Frame | None = None  # for a nested function: the frame in which its `def` stands
    callees: tuple[object, ...] = ()  # the functions being inlined, to notice recursion
    main: bool = False  # the program itself: its names stay
    path: tuple[int, ...] = ()  # the ids of the lines of the calls, outermost first
    read: Callable[[Atom], Atom] = lambda atom: atom  # the newest version of what an atom stands for
    atoms: dict[Name, Atom] = field(default_factory=dict)

    def atom(self, atom: Atom) -> Atom:
        """The new atom for an old one, as it is now."""
        return self.read(self.handle(atom))

    def handle(self, atom: Atom) -> Atom:
        """The new atom that an old one was bound to; the object it stands for may have changed since."""
        frame: Frame | None = self
        while not isinstance(atom, Const) and frame is not None:
            if atom in frame.atoms:
                return frame.atoms[atom]
            frame = frame.around
        return atom

    def place(self, place: Place | None) -> Place | None:
        if self.call is None or place is None:
            return place
        return _called(place, self.call)


def _called(place: Place, call: Place) -> Place:
    """The place with the place of the call added, at the end of the calls it already has."""
    return replace(place, call=call if place.call is None else _called(place.call, call))
