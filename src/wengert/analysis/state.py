"""What is known while a program is being specialised: the facts about each new name.

One `State` serves a whole program; its names are new ones, those of the program that is written. Each function that is read
(the program itself, or a callee that is being inlined) has a `Frame` (`frame.py`), which says which new atom each old name became.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, Protocol

from wengert import errors
from wengert.analysis.aliases import note_memory
from wengert.analysis.environment import Environment, Guard
from wengert.analysis.facts import CONTIGUOUS, NEITHER_KEEPS, OPAQUE, Augmented, Fact, Method, allocates
from wengert.analysis.frame import Frame
from wengert.analysis.heap import Content, Heap, Location, Spoilt
from wengert.analysis.held import InnerClasses
from wengert.analysis.mapped import made_as_map, note_origin, place_of
from wengert.analysis.maybe_views import MaybeViews
from wengert.analysis.sharing import Sharing
from wengert.analysis.texts import note_text
from wengert.ir.build import Names
from wengert.ir.core import Apply, Atom, Block, Const, Function, Line, Name, Place, Terminator
from wengert.ir.kinds import UNKNOWN, Array, Kind, Known, List, Numeric, describe, is_scalar, may_carry_derivative
from wengert.ir.values import substitute
from wengert.ir.walk import base
from wengert.rules import is_flat, kinds_of_line, lookup


class Invoked(Protocol):
    """What is known of a callee by those who invoke it."""

    raised: tuple[type[BaseException], ...]  # the classes of the exceptions that it may raise
    only_computes: bool  # it may be run once more


class Recursion(Protocol):
    """The callees of the program that are not inlined (`recursion.py`)."""

    unrolled: set[tuple[object, ...]]  # the loops that are written out, by where they stand
    mapped: set[tuple[object, ...]]  # the dicts whose keys only the run knows, by where they are written out
    keyed: set[tuple[object, ...]]  # those of them that are objects (`rules/stand_ins_dicts.py`)
    all_mapped: bool  # all dicts of numbers and arrays are such
    growing: set[tuple[object, ...]]  # loops that carry what is of another kind once a turn has been made
    peeled: frozenset[tuple[object, ...]]  # loops of which the first turn is written out
    cut: bool  # the last call that never returns may be found to do so in a later round

    def named(self, name: Atom) -> Invoked | None:
        """The callee of this name."""

    def call(self, state: State, site: Any, out: list[Line], inline: Callable[[], Atom | None]) -> Atom | None:
        """The value of a call."""

    def with_callees(self, function: Function, place: Place | None) -> Function:
        """A part of the program that is to be transformed by itself, with what it invokes."""

    def adopt(self, function: Function) -> Function:
        """A program that becomes a part of this one."""


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
        self.elements: set[Name] = set()  # objects that loops walk over, which have no number
        self.asked: set[Name] = set()  # those of them that were compared with others
        self.counters: set[Name] = set()  # the numbers of elements that have one
        self.adjoints: dict[Name | Const, Atom] = {}  # managers of `with adjoint(h)`: the variable h
        self.renamed: dict[Name, Name] = {}
        self.log: list[Name] = []  # the keys of `renamed`, in order
        self.environments: dict[int, tuple[object, Environment]] = {}  # by the id of the function
        self.programs: dict[tuple[int, str], tuple[object, Function, Sharing]] = {}  # the callees read so far, ready to be inlined
        self.guards: dict[tuple[int, str, str], Guard] = {}
        self.generation = 0  # how often a loop was seen to be of another form than was thought
        self.stable: dict[tuple[object, ...], Any] = {}  # the kinds at which loops have settled before
        self.heap = Heap()
        self.inner = InnerClasses()
        self.maybe = MaybeViews()
        self.out: list[Line] = []  # the open block
        self.place: Place | None = None  # of the line being read
        self.unknown: Kind = UNKNOWN
        self.from_outside: dict[Name, str] = {}  # what was read of globals and captured variables, and what those are called
        self.items: dict[Name, tuple[Location, Atom, Atom]] = {}  # what was read from an array: which, at which index, and which version
        self.bound: dict[Name, Any] = {}  # methods of the user's objects: their functions
        self.supers: dict[Name, tuple[Any, Atom]] = {}  # what `super()` gave: the class after which to look, and the object
        self.parameters: set[Name] = set()  # objects that were there before the program
        self.written: set[Name] = set()  # those of them that are written to
        self.prologue: list[Line] = []  # the fields of such objects, read when the program begins
        self.beginning: Place | None = None
        self.chosen: dict[Name, tuple[Atom, Atom, Atom]] = {}  # a function that a test decides on: the test, and the two
        self.displays: dict[Name, tuple[Atom, ...]] = {}  # lists that are written out, as they were made
        self.keyed: dict[Name, dict[Any, Atom]] = {}  # lists and dicts that are written out: what they held at first
        self.made_at: dict[Name, tuple[object, ...]] = {}  # dicts that are written out: where
        self.tallies: set[Location] = set()  # of the dicts that have a number for every key, those that keep no key which was only read
        self.recorded: dict[Name, dict[str, Atom]] = {}  # records that were just made: their fields
        self.contiguous: set[Name] = set()  # arrays in C order, of which every reshape is a view
        self.partials: dict[Name, tuple[Atom, tuple[Atom, ...], dict[str, Atom]]] = {}  # what `functools.partial` gave
        self.augmented: dict[Name, Augmented] = {}  # values that `x[i] += v` is about to put back
        self.rebound: set[tuple[int, str]] = set()  # attributes of classes and modules that the program itself binds
        self.following = False  # views that branches and loops hand on are followed by their indices (`indexed.py`)
        self.exceptions: dict[Name, type[BaseException]] = {}  # exceptions that were made here: their classes
        self.inlined = 0  # so many functions of the user's have been gone into
        self.cleanups = 0  # so many `finally`s and `with`s have been begun that an exception would go past
        self.trying = False  # the lines are those of a copy of a `try`'s body
        self.inside: tuple[int, ...] = ()  # the turns of loops (positive) and branches (negative) that the line stands in
        self.loops: dict[int, tuple[object, ...]] = {}  # the loops by the number of a turn: where they stand
        self.bound_in: dict[Name, tuple[int, ...]] = {}  # those in which a name was bound
        self.generators: dict[Name, Any] = {}  # calls of generator functions that nobody has walked over yet
        self.shown: set[Name] = set()  # what calls that are not looked into have given back, which may be what they were given
        self.walked: list[tuple[Any, Place | None]] = []  # the generators whose lines are being written, and where each is walked over
        self.spoken: set[Name] = set()  # texts that hold a differentiated number in full
        self.rests: dict[int, Line] = {}  # loops over all but the first turn, which is written out, by their ids
        self.gotten: dict[Name, tuple[Location, Atom]] = {}  # items of dicts that are objects: of which, and under which key
        self.woven: dict[Any, Any] = {}  # by the id of a `for` over a generator: the lines that stand for it
        self.lasting: dict[str, Name] = {}  # the newest name in such lines, for each hint: they are read again in the next round
        self.numbers = count()
        self.call: Callable[[Frame, Apply, list[Line]], bool]  # set by `specialise`, as are the three below
        self.write: Callable[[Any], bool]  # a `Call`
        self.run: Callable[[Block, Frame, Any, list[Line]], Terminator]  # set by `specialise`
        self.recursion: Recursion  # set by `specialise`

    # the newest versions

    def read(self, atom: Atom) -> Atom:
        """The newest version of what an atom stands for; what may have been written to under another name is refused."""
        if atom in self.generators:
            raise errors.error("W012", self.place, what="a generator is kept, or handed to something that is not followed")
        found = self.content(atom)
        if isinstance(found, Spoilt):
            self.maybe.ask(self.heap, atom, found)
            raise errors.error("W081", self.place, name=self.spelled(atom), other=self.spelled(found.other))
        return found

    def content(self, atom: Atom) -> Content:
        """The newest version, or that it is spoilt; a view of something that has changed is taken again."""
        heap = self.heap
        if isinstance(atom, Const) or not (heap.contents or heap.views):
            return atom
        location = heap.where.get(atom, atom)
        if location in heap.fields:
            return location
        found = heap.contents.get((location, None))
        if isinstance(found, Spoilt) and location in self.made:
            return self._made_again(location)
        if found is not None:
            return found
        view = heap.views.get(location)
        if view is None:
            return atom
        whole = self.content(view.base)
        if isinstance(whole, Spoilt):
            return whole
        derived = heap.derived.get(location)
        if derived is not None and derived[0] == whole:
            return derived[1]
        line = view.line
        new = self.names.fresh(self.called(location))
        place = None if self.place is None else replace(self.place, statement=None, expression=None)
        line = replace(line, targets=(new,), args=(whole, *line.args[1:]), place=place)
        self.define(new, kinds_of_line(line, self.kinds)[0], self.varies(whole))
        self.out.append(line)
        heap.where[new] = location
        heap.derived[location] = (whole, new)
        return new

    def held(self, handle: Atom, index: Atom) -> Atom | None:
        """The item of a list or dict that has changed only in that the objects it holds have: such an object."""
        location = self.heap.location(handle) if isinstance(handle, str) and isinstance(index, Const) else ""
        content = self.heap.contents.get((location, None))
        items = self.keyed.get(location)
        if items is None or not isinstance(content, Spoilt) or not content.inside or not isinstance(index, Const):
            return None
        key = index.value
        if type(key) is int and isinstance(self.kinds.get(location), List):
            key %= max(len(items), 1)
        return items.get(key)

    def _made_again(self, location: Location) -> Content:
        """A tuple of objects that have changed since it was made: the same objects, as they are now."""
        parts = [self.content(part) for part in self.made[location]]
        atoms: list[Atom] = []
        for part in parts:
            if isinstance(part, Spoilt):
                return part
            atoms.append(part)
        new, handles = self.names.fresh(), self.made[location]
        self.emit(Apply((new,), "tuple", tuple(atoms), place=self.place), self.out)
        self.made[new] = handles
        return new

    def spelled(self, atom: Atom) -> str:
        """What the user calls it."""
        name = self.renamed.get(atom, atom) if isinstance(atom, str) else str(atom.spelled or atom.value)
        return "it" if name.startswith("%") else base(name)

    # facts

    def kind(self, atom: Atom) -> Kind:
        return substitute(self.kinds, atom)

    def varies(self, *atoms: Atom) -> bool:
        """Does one of them vary, as it is now: an object, if anything that it holds does?"""
        for atom in atoms:
            if atom in self.varied or (self.heap.contents and self._holds_varied(atom, set())):
                return True
        return False

    def _holds_varied(self, atom: Atom, seen: set[Location]) -> bool:
        heap = self.heap
        location = heap.location(atom) if isinstance(atom, str) else f"object {id(atom.value)}"
        if location in seen:
            return False
        seen.add(location)
        if location in heap.fields:
            return any(owner == location and self._content_varies(content, seen) for (owner, _), content in heap.contents.items())
        content = heap.contents.get((location, None))
        if content is None and location in heap.views:
            return self._content_varies(heap.views[location].base, seen)
        return content is not None and self._content_varies(content, seen) or any(
            self._content_varies(part, seen) for part in self.made.get(location, ())
        )

    def _content_varies(self, content: Content, seen: set[Location]) -> bool:
        if isinstance(content, Spoilt):
            return True
        return content in self.varied or self._holds_varied(content, seen)

    def fact(self, atom: Atom) -> Fact:
        owned = is_scalar(self.kind(atom)) or (isinstance(atom, str) and atom in self.owned)
        return Fact(self.kind(atom), self.varies(atom), owned)

    def bind_fact(self, frame: Frame, old: Name, new: Name, fact: Fact) -> None:
        """Define a name by a fact: the target of an `if`, the carried value of a loop."""
        self.define(new, fact.kind, fact.varied, fact.owned and old not in frame.sharing.shared)

    def define(self, name: Name, kind: Kind, varied: bool = False, owned: bool = False) -> Name:
        """Say what is known of a name that is being bound, and forget what an earlier round thought of it."""
        if varied and isinstance(kind, Array) and kind.dtype.startswith(OPAQUE):
            raise errors.error("W083", self.place, what=f"{describe(kind)}, an array whose items are no numbers")
        self.kinds[name] = kind
        self.bound_in[name] = self.inside
        (self.varied.add if varied and may_carry_derivative(kind) else self.varied.discard)(name)
        (self.owned.add if owned else self.owned.discard)(name)
        self.lazy.discard(name)
        self.elements.discard(name)
        self.counters.discard(name)
        self.tallies.discard(name)
        self.computed.discard(name)
        self.heap.forget(name)
        self.made.pop(name, None)
        self.items.pop(name, None)
        self.recorded.pop(name, None)
        self.displays.pop(name, None)
        self.keyed.pop(name, None)
        self.made_at.pop(name, None)
        self.chosen.pop(name, None)
        self.partials.pop(name, None)
        self.contiguous.discard(name)
        self.bound.pop(name, None)
        self.supers.pop(name, None)
        self.augmented.pop(name, None)
        self.methods.pop(name, None)
        self.none_tests.pop(name, None)
        self.iterables.pop(name, None)
        self.closures.pop(name, None)
        self.generators.pop(name, None)
        self.exceptions.pop(name, None)
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

    def suggest(self, atom: Atom, hint: str) -> None:
        """A value that the user never named is called after the field that it is bound to."""
        if isinstance(atom, str) and atom.startswith("%") and atom not in self.renamed and hint.isidentifier():
            self.renamed[atom] = self.names.fresh(hint)
            self.log.append(atom)

    def called(self, location: Name) -> str:
        """What new versions of an object are called: as the object, which may be called after a field or variable that it was put into."""
        name = self.renamed.get(location, location)
        return "" if name.startswith("%") else base(name)

    def mark(self) -> tuple[dict[str, int], int]:
        return self.names.mark(), len(self.log)

    def reset(self, mark: tuple[dict[str, int], int]) -> None:
        """Forget the names made since the mark: a round over a loop that did not count."""
        self.names.reset(mark[0])
        for name in (*(line.targets[0] for line in self.prologue), *self.lasting.values()):
            self.names.reserve(name)
        for name in self.log[mark[1] :]:
            del self.renamed[name]
        del self.log[mark[1] :]

    # lines

    def emit(self, line: Apply, out: list[Line], varied: bool | None = None) -> None:
        """Append a line in new names, and note what its targets are."""
        if line.op == "dict":
            line = made_as_map(self, line)
        if varied is None:
            varied = self.carries(line)
        row = lookup(line.op)
        fresh = row is not None and row.pure and not row.view
        kinds = kinds_of_line(line, self.kinds)
        if not (fresh or line.op in NEITHER_KEEPS or all(map(is_scalar, kinds))):
            self.give_away(*line.args, *(atom for _, atom in line.keywords))
        for target, kind in zip(line.targets, kinds):
            self.define(target, kind, varied, row is not None and allocates(row) and isinstance(kind, (Array, Numeric)))
            if row is not None and row.family != "constant":
                self.computed.add(target)
        out.append(line)
        note_memory(self, line, row)
        note_text(self, line)
        if line.op == "list":
            self.displays[line.targets[0]] = line.args
            self.keyed[line.targets[0]] = dict(enumerate(line.args))
        if line.op in ("dict", "mapping"):
            note_origin(self, line.targets[0], place_of(line))
            self.keyed[line.targets[0]] = {key.value: atom for key, atom in zip(line.args[::2], line.args[1::2]) if isinstance(key, Const)}
        if line.op in CONTIGUOUS:
            self.contiguous.update(line.targets)
        if line.op == "getitem" and isinstance(line.args[0], str):
            self.items[line.targets[0]] = (self.heap.location(line.args[0]), line.args[1], line.args[0])

    def give_away(self, *atoms: Atom) -> None:
        """Somebody else may hold these values from here on."""
        self.owned.difference_update(atom for atom in atoms if isinstance(atom, str))

    def carries(self, line: Apply) -> bool:
        """Do the targets vary with what varies among the arguments?"""
        row = lookup(line.op)
        if row is not None and is_flat(line, self.kind):
            return False
        if line.op == "getattr" or line.op == "getitem" and self.kind(line.args[0]) != UNKNOWN:
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

    def kinds_of(self, line: Apply, kinds: Mapping[Name, Kind] | None = None) -> tuple[Kind, ...]:
        """The kinds of what a line binds."""
        return kinds_of_line(line, self.kinds if kinds is None else kinds)

    def callee(self, atom: Atom) -> Any:
        """The object that an atom surely is; None if that is not known (or if it is None)."""
        kind = self.kind(atom)
        return kind.value if isinstance(kind, Known) else None
