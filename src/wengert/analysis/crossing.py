"""What crosses a call that is not inlined: the values among the arguments, and what stands for the rest.

    simpson(f, a, b)      a nested function `f` that captures `x` and `n`      invoke('simpson', x, n, a, b)

A value is an argument of the callee. A function is known, so it is none; what it captures is. A variable that several functions share is what it holds.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from wengert import errors
from wengert.analysis.callable_kinds import canonical
from wengert.analysis.facts import Fact
from wengert.analysis.frame import Frame
from wengert.analysis.heap import Spoilt
from wengert.analysis.inline import Site
from wengert.analysis.loop_kinds import settled
from wengert.analysis.mapped import note_origin, origin
from wengert.analysis.objects import is_real
from wengert.analysis.state import State
from wengert.ir.core import Atom, Const, Function, Name
from wengert.ir.kinds import Closure, Known, Record, Text, is_scalar
from wengert.ir.walk import all_names, base, reads

Shape: TypeAlias = tuple[Any, ...]
"""What an argument is, but for its kind: ("value",), ("const", object), ("closure", program, captured ...),
("object", class, fields), ("same", number)."""


def in_general(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts of arguments, for all calls like this one."""
    kinds = canonical([settled(fact).kind for fact in facts])
    return tuple(Fact(kind, fact.varied, is_scalar(kind)) for fact, kind in zip(facts, kinds))


class Survey:
    """What a call hands over: the shape of each argument, and the values in them."""

    def __init__(self, state: State, site: Site) -> None:
        self.state, self.site = state, site
        self.programs: dict[int, tuple[Function, Frame]] = {}  # of the nested functions among the arguments
        self.atoms: list[Atom] = []
        self.handles: list[Atom] = []  # what the values are of: a value may be a version of an object
        self.objects: list[Name] = []  # the locations of objects that are known by their fields, of boxes too
        self.hints: list[Name] = []
        self._seen: dict[Name, int] = {}
        self._arguments = sys.maxsize  # so many of the values are those of arguments
        function, around = site.frame.function, site.frame.around
        shapes = [self.shape(atom, parameter) for atom, parameter in zip(site.arguments, function.parameters)]
        self._arguments = len(self.atoms)
        self.captured = () if around is None else tuple(name for name in reads(function) if not isinstance(around.handle(name), Const))
        shapes += [self.shape(around.handle(name), name) for name in self.captured if around is not None]
        self.shapes = tuple(shapes)
        self.facts = in_general([state.fact(atom) for atom in self.atoms])

    def shape(self, handle: Atom, hint: Name) -> Shape:
        state = self.state
        if isinstance(handle, str):
            if state.heap.location(handle) in self._seen:
                return ("same", self._seen[state.heap.location(handle)])
            if state.heap.location(handle) in state.heap.fields:
                return self.object(handle, hint)
        value = state.read(handle)
        kind = state.kind(value)
        if isinstance(kind, Closure) and kind.name in state.closures:
            return self.closure(value, kind)
        if isinstance(kind, Known) and not (kind.value is None or isinstance(kind.value, (bool, int, float, complex))):
            self._unchanged(value, f"object {id(kind.value)}")
            return ("const", value if isinstance(value, Const) else Const(kind.value, getattr(kind.value, "__name__", None)))
        if value in self.atoms[self._arguments :]:  # captured twice
            return ("value", self.atoms.index(value, self._arguments))
        self.atoms.append(value)
        self.handles.append(handle)
        self.hints.append(hint)
        return ("value", len(self.atoms) - 1)

    def closure(self, value: Atom, kind: Closure) -> Shape:
        assert isinstance(value, str)
        self._seen[value] = len(self._seen)
        self.objects.append(value)
        program, around = self.state.closures[kind.name]
        self.programs[id(program)] = (program, around)
        names = dict.fromkeys((*reads(program), *(atom for _, atom in program.form.defaults if isinstance(atom, str))))
        return ("closure", id(program), tuple((name, self.shape(around.handle(name), name)) for name in names))

    def object(self, handle: Name, hint: Name) -> Shape:
        """An object, by its fields, or itself if it was there before the program."""
        state, heap = self.state, self.state.heap
        location, kind = heap.location(handle), state.kind(heap.location(handle))
        assert isinstance(kind, Record)
        self._unchanged(handle, location)
        if is_real(state, handle):
            self.atoms.append(location)
            self.handles.append(location)
            self.hints.append(hint)
            return ("value", len(self.atoms) - 1)
        self._seen[location] = len(self._seen)
        self.objects.append(location)
        fields = []
        for (owner, field), content in list(heap.contents.items()):
            if owner == location and field is not None:
                if isinstance(content, Spoilt):
                    self._refuse(handle)
                else:
                    named = hint if kind.cls is types.CellType else f"{base(hint)}_{field}"
                    fields.append((field, self.shape(content, named)))
        return ("object", kind.cls, tuple(fields))

    def _unchanged(self, handle: Atom, location: Name) -> None:
        """An object that was there before is handed over as it is, so it must be as it was."""
        state = self.state
        changed = (slot for slot, content in state.heap.contents.items() if slot[0] == location and content != state.heap.initial.get(slot))
        if is_real(state, handle) and any(changed):
            self._refuse(handle)

    def _refuse(self, handle: Atom) -> None:
        state = self.state
        through = f", after the object `{state.spelled(handle)}` has changed"
        raise errors.error("W026", state.place, function=self.site.name, through=through)


class Entering:
    """What the callee finds: its parameters, and what stands for functions and variables from around."""

    def __init__(self, inner: State, survey: Survey, facts: Sequence[Fact]) -> None:
        self.inner, self.survey = inner, survey
        self.made: list[Name] = []  # for each object that is known by its fields, the one in here
        self.own: dict[int, Name] = {}  # what is written into is a copy: its name, by the number of the value
        function = survey.site.frame.function
        own = {*function.parameters}
        taken = {*map(base, all_names(function))}
        self.parameters: list[Name] = []
        for hint, fact in zip(survey.hints, facts):
            name = hint
            if name not in own:
                name = base(hint).strip("%")
                name = name if name.isidentifier() else f"given_{name}"
                while name in taken:
                    name += "_"
            taken.add(name)
            self.parameters.append(name)
            inner.parameters.add(name)
            inner.define(name, fact.kind, fact.varied, fact.owned)
        for name, handle in zip(self.parameters, survey.handles):
            note_origin(inner, name, origin(survey.state, handle))

    def frame(self, frame: Frame) -> Frame:
        """The frame of the callee, as its main function."""
        survey, function = self.survey, self.survey.site.frame.function
        handles = [self.handle(shape) for shape in survey.shapes]
        count = len(function.parameters)
        around = frame.around
        if around is not None:
            held = {name: around.handle(name) for name in reads(function) if name not in survey.captured}
            around = self._around(around, {**held, **dict(zip(survey.captured, handles[count:]))})
        made = Frame(function, frame.environment, frame.sharing, None, around, frame.callees, main=True, read=self.inner.read)
        made.atoms.update((name, handle) for name, handle in zip(function.parameters, handles) if name != handle)
        return made

    def _around(self, frame: Frame, atoms: Mapping[Name, Atom]) -> Frame:
        return Frame(frame.function, frame.environment, frame.sharing, None, None, frame.callees, atoms=dict(atoms), read=self.inner.read)

    def handle(self, shape: Shape) -> Atom:
        inner = self.inner
        match shape:
            case ("value", int(position)):
                name = self.own.get(position, self.parameters[position])
                kind = inner.kind(name)
                return Const(kind.value) if isinstance(kind, Text) and kind.value is not None else name  # as the key of a dict it must be known
            case ("const", Const() as const):
                return const
            case ("same", int(number)):
                return self.made[number]
            case ("closure", int(program_id), captured):
                program, around = self.survey.programs[program_id]
                new = self._new(base(program.name).strip("<>"))
                inner.define(new, Closure(new))
                atoms: dict[Name, Atom] = {}
                inner.closures[new] = (program, self._around(around, atoms))
                inner.closures[new][1].atoms.update((name, self.handle(inside)) for name, inside in captured)
                return new
            case ("object", cls, fields):
                new = self._new("it")
                inner.define(new, Record(cls, ()))
                inner.heap.fields[new] = None
                for field, inside in fields:
                    inner.heap.contents[new, field] = self.handle(inside)
                return new
        raise AssertionError(shape)

    def _new(self, hint: str) -> Name:
        new = self.inner.names.fresh(hint)
        self.made.append(new)
        return new
