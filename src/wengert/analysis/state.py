"""What is known while a program is being specialised: the facts about each new name, and the frames of the functions read.

One `State` serves a whole program; its names are new ones, those of the program that is written. A `Frame` belongs to
one function that is read (the program itself, or a callee that is being inlined): it says which new atom each old name became.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wengert.analysis.environment import Environment, Guard
from wengert.analysis.sharing import Sharing
from wengert.ir.build import Names
from wengert.ir.core import Apply, Atom, Block, Const, Function, Line, Name, Place, Terminator
from wengert.ir.kinds import (
    Array,
    Kind,
    Known,
    Numeric,
    is_scalar,
    join,
    may_carry_derivative,
    substitute,
)  # fmt: skip
from wengert.ir.walk import base
from wengert.rules import kinds_of_line, lookup


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
    atoms: dict[Name, Atom] = field(default_factory=dict)

    def atom(self, atom: Atom) -> Atom:
        """The new atom for an old one."""
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


@dataclass(slots=True)
class Method:
    """The target of `getattr(value, name)`, while nobody has asked for it as a value."""

    value: Atom
    name: str


@dataclass(slots=True)
class Turn:
    """What a loop's carried values are found to be at the ways into its next turn and out of it."""

    again: list[Sequence[Fact]] = field(default_factory=list)
    left: list[Sequence[Fact]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one value."""

    kind: Kind
    varied: bool
    owned: bool  # surely an array that nobody else holds, or a number

    def join(self, other: Fact, axes: Sequence[str] = ()) -> Fact:
        """What is true of both."""
        return Fact(join(self.kind, other.kind, axes), self.varied or other.varied, self.owned and other.owned)


PASSED_ON = frozenset({"max", "min", "sum", "float", "int", "np.real", "np.conj", "np.conjugate"})
"""Primitives that may give back what they were given."""

ALLOCATING_FAMILIES = frozenset({"elementwise", "weighted", "bilinear"})
ALLOCATING = frozenset({
    "add", "sub", "neg", "pos", "np.zeros", "np.ones", "np.full", "np.zeros_like", "np.ones_like", "np.full_like", "np.concatenate",
    "np.stack", "np.copy", "np.arange", "np.linspace", "np.eye", "np.where", "np.cumsum",
})  # fmt: skip
"""Primitives whose result nobody else holds."""

NEITHER_KEEPS = frozenset({"is_", "is_not", "in_", "not_in", "not_", "getattr", "fstring", "format"})


class State:
    def __init__(self, names: Names, environment: Environment) -> None:
        self.names = names
        self.environment = environment  # of the program itself, in whose globals the text will run
        self.kinds: dict[Name, Kind] = {}
        self.varied: set[Name] = set()
        self.owned: set[Name] = set()
        self.computed: set[Name] = set()  # results of primitives, so numbers or arrays, though nothing more may be known
        self.lazy: set[Name] = set()  # made by lines that may go if nobody reads them
        self.made: dict[Name, tuple[Atom, ...]] = {}  # tuples that were only ever made to be taken apart
        self.methods: dict[Name, Method] = {}
        self.none_tests: dict[Name, tuple[str, Name]] = {}  # `x is None` and `x is not None`: the op and `x`
        self.iterables: dict[Name, tuple[str, tuple[Atom, ...]]] = {}  # `zip`, `enumerate` and the like, not walked over yet
        self.closures: dict[Name, tuple[Function, Frame]] = {}
        self.renamed: dict[Name, Name] = {}
        self.log: list[Name] = []  # the keys of `renamed`, in order
        self.environments: dict[int, tuple[object, Environment]] = {}  # by the id of the function
        self.programs: dict[int, tuple[object, Function, Sharing]] = {}  # the callees read so far, ready to be inlined
        self.guards: dict[tuple[int, str, str], Guard] = {}
        self.stable: dict[tuple[object, ...], list[Fact]] = {}  # the kinds at which loops have settled before
        self.run: Callable[[Block, Frame, Turn | None, list[Line]], Terminator]  # set by `specialise`

    # facts

    def kind(self, atom: Atom) -> Kind:
        return substitute(self.kinds, atom)

    def varies(self, *atoms: Atom) -> bool:
        return any(not isinstance(atom, Const) and atom in self.varied for atom in atoms)

    def fact(self, atom: Atom) -> Fact:
        owned = is_scalar(self.kind(atom)) or (isinstance(atom, str) and atom in self.owned)
        return Fact(self.kind(atom), self.varies(atom), owned)

    def bind_fact(self, frame: Frame, old: Name, new: Name, fact: Fact) -> None:
        """Define a name by a fact: the target of an `if`, the carried value of a loop."""
        self.define(new, fact.kind, fact.varied, fact.owned and old not in frame.sharing.shared)

    def define(self, name: Name, kind: Kind, varied: bool = False, owned: bool = False) -> Name:
        """Say what is known of a name that is being bound, and forget what an earlier round thought of it."""
        self.kinds[name] = kind
        (self.varied.add if varied and may_carry_derivative(kind) else self.varied.discard)(name)
        (self.owned.add if owned else self.owned.discard)(name)
        self.lazy.discard(name)
        self.computed.discard(name)
        self.made.pop(name, None)
        self.methods.pop(name, None)
        self.none_tests.pop(name, None)
        self.iterables.pop(name, None)
        self.closures.pop(name, None)
        return name

    # names

    def target(self, frame: Frame, old: Name) -> Name:
        """The new name for a name that is bound in a frame."""
        if frame.main:
            frame.atoms.pop(old, None)
            return old
        new = self.names.fresh("" if old.startswith("%") else base(old))
        frame.atoms[old] = new
        return new

    def bind(self, frame: Frame, old: Name, atom: Atom) -> None:
        """An old name stands for an atom that is there already; an atom without a name of the user's takes it."""
        frame.atoms[old] = atom
        if isinstance(atom, Const):
            return
        if old in frame.sharing.shared:
            self.owned.discard(atom)
        if atom.startswith("%") and not old.startswith("%") and atom not in self.renamed:
            self.renamed[atom] = old if frame.main else self.names.fresh(base(old))
            self.log.append(atom)

    def mark(self) -> tuple[dict[str, int], int]:
        return self.names.mark(), len(self.log)

    def reset(self, mark: tuple[dict[str, int], int]) -> None:
        """Forget the names made since the mark: a round over a loop that did not count."""
        self.names.reset(mark[0])
        for name in self.log[mark[1] :]:
            del self.renamed[name]
        del self.log[mark[1] :]

    # lines

    def emit(self, line: Apply, out: list[Line], varied: bool | None = None) -> None:
        """Append a line in new names, and note what its targets are."""
        if varied is None:
            varied = self.carries(line)
        row = lookup(line.op)
        fresh = row is not None and row.pure and not row.view
        allocates = row is not None and fresh and (row.family in ALLOCATING_FAMILIES or row.op in ALLOCATING) and row.op not in PASSED_ON
        kinds = kinds_of_line(line, self.kinds)
        if not (fresh or line.op in NEITHER_KEEPS or all(map(is_scalar, kinds))):
            self.give_away(*line.args, *(atom for _, atom in line.keywords))
        for target, kind in zip(line.targets, kinds):
            self.define(target, kind, varied, allocates and isinstance(kind, (Array, Numeric)))
            if row is not None and row.family != "constant":
                self.computed.add(target)
        out.append(line)

    def give_away(self, *atoms: Atom) -> None:
        """Somebody else may hold these values from here on."""
        self.owned.difference_update(atom for atom in atoms if isinstance(atom, str))

    def carries(self, line: Apply) -> bool:
        """Do the targets vary with what varies among the arguments?"""
        row = lookup(line.op)
        if row is not None and not row.differentiable:
            return False
        if line.op in ("getitem", "getattr"):
            return self.varies(line.args[0])
        return self.varies(*line.args, *(atom for _, atom in line.keywords))

    def apply(self, old: Name, frame: Frame, out: list[Line], op: str, *args: Atom, place: Place | None, spelled: str | None = None,
              keywords: tuple[tuple[str, Atom], ...] = (), varied: bool | None = None) -> Name:  # fmt: skip
        """Append `old = op(args)` under the new name of `old`."""
        new = self.target(frame, old)
        self.emit(Apply((new,), op, args, keywords, spelled, frame.place(place)), out, varied)
        if old in frame.sharing.shared:
            self.owned.discard(new)
        return new

    def callee(self, atom: Atom) -> Any:
        """The object that an atom surely is; None if that is not known (or if it is None)."""
        kind = self.kind(atom)
        return kind.value if isinstance(kind, Known) else None
