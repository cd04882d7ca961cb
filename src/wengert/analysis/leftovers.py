"""The end of specialising: lines that nobody needed go, names settle, and what is still generic must not matter.

A generic line that stays (a call that is not looked into, an attribute of an unknown value) is right as long as nothing
differentiated flows through it. Where something does, it is refused here, at its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from wengert import errors
from wengert.analysis.derivative_calls import is_derivative
from wengert.analysis.frame import Frame
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Block, Const, Def, For, Function, If, Line, Name, Place, Return, While
from wengert.ir.kinds import (
    UNKNOWN,
    Bottom,
    Closure,
    Dict,
    Frozen,
    Instance,
    Kind,
    Known,
    Optional,
    Record,
    Text,
    Tuple,
    Unknown,
    describe,
    holds_object,
    holds_tuple,
    is_scalar,
)
from wengert.ir.text import INFIX
from wengert.ir.walk import INPLACE, atoms, map_blocks, names, rename
from wengert.rules import lookup, open_parameters

CHECKED = frozenset({"getattr", "call", "call_star", "getitem", "unpack", "unpack_star", "set", "next"})


SEEING = frozenset({
    "call", "call_star", "fstring", "format", "in_", "not_in", "eq", "ne", "lt", "le", "gt", "ge", "not_", "print", "str", "repr", "bool", "set",
})  # fmt: skip
"""Lines for which an object and the tuple of its fields, which stands for it in a list, are not the same."""


def finish(state: State, function: Function) -> Function:
    """Drop the lazy lines nobody reads, refuse what cannot be differentiated, and give the names their kinds."""
    sweep = _Sweep(state)
    made = replace(function, body=sweep.block(function.body))
    if sweep.refusal is not None:
        raise sweep.refusal
    made = rename(made, state.renamed, definitions=True)
    kinds = {name: _renamed(kind, state.renamed) for name, kind in state.kinds.items()}
    kinds.update({new: kinds[name] for name, new in state.renamed.items() if name in kinds})  # a walk that did not count may have left one of that name
    return replace(made, kinds=kinds)


def settled_lines(state: State, block: Block) -> Block:
    """The lines of a part of the program that is used before the whole is finished, without those that nobody needed."""
    sweep = _Sweep(state)
    made = sweep.block(block)
    if sweep.refusal is not None:
        raise sweep.refusal
    return made


def _renamed(kind: Kind, mapping: dict[Name, Name]) -> Kind:
    return Closure(mapping.get(kind.name, kind.name)) if isinstance(kind, Closure) else kind


class _Sweep:
    def __init__(self, state: State) -> None:
        self.state = state
        self.read: set[Name] = set()
        self.refusal: errors.Error | None = None  # the first in the program; those below it mostly follow from it

    def block(self, block: Block) -> Block:
        self.read.update(names(block.terminator))
        if isinstance(block.terminator, Return):
            if holds_object(self.state.kind(block.terminator.value)):
                self.refusal = errors.error("W085", block.terminator.place, name=_spelled(self.state, block.terminator.value))
            self.kept_tuple(block.terminator.value, block.terminator.place, holds_tuple)
        lines: list[Line] = []
        for line in reversed(block.lines):
            kept = self.line(line)
            if kept is not None:
                lines.append(kept)
        return Block(tuple(reversed(lines)), block.terminator)

    def line(self, line: Line) -> Line | None:
        state = self.state
        if isinstance(line, (Apply, Def)) and line.targets and all(name in state.lazy and name not in self.read for name in line.targets):
            return None
        if isinstance(line, Def):
            line = self.function(line) if line.target in state.closures else self.attempt(line)
        elif isinstance(line, Apply):
            self.refusal = refusal(state, line) or self.refusal
        elif isinstance(line, For):
            for source in line.sources:
                if state.varies(source) and isinstance(state.kind(source), Unknown):
                    self.refusal = errors.error("W027", line.place, what="a value of unknown kind")
        for target in line.targets if isinstance(line, Apply) else ():
            self.kept_tuple(target, line.place, lambda kind: not isinstance(kind, Frozen) and holds_tuple(kind))
        if state.heap.fields and not isinstance(line, Def):
            for atom in atoms(line):
                if isinstance(atom, str) and atom in state.heap.fields and atom not in state.parameters:
                    self.refusal = errors.error("W085", line.place, name=_spelled(state, atom))
        for atom in atoms(line) if isinstance(line, Apply) and line.op in SEEING else ():
            if holds_object(state.kind(atom)):
                self.refusal = errors.error("W085", line.place, name=_spelled(state, atom))
        for atom in atoms(line) if state.inner.classes else ():
            if isinstance(atom, Const) and state.inner.has(atom.value):
                self.refusal = errors.error("W010", line.place, name=_spelled(state, atom), what="the derivative would have to make objects of it")
        line = map_blocks(line, self.block) if isinstance(line, (If, For, While)) else line
        self.read.update(names(line))
        return line

    def kept_tuple(self, atom: Atom, place: Place | None, holds: Callable[[Kind], bool]) -> None:
        """Refuse a value with a tuple of unknown length in it: adjoints of such tuples are lists, which have no place in a tree of the user's."""
        if self.state.varies(atom) and holds(self.state.kind(atom)):
            self.refusal = errors.error("W049", place)

    def attempt(self, line: Def) -> Def:
        """The copy of a `try`'s body, which is specialised already."""
        return replace(line, function=replace(line.function, body=self.block(line.function.body)))

    def function(self, line: Def) -> Def:
        """A nested function that is handed on: specialised by itself, for arguments of any kind."""
        state = self.state
        program, around = state.closures[line.target]
        from wengert.analysis.inline import ready

        body, shared = ready(state, (program, "kept"), around.environment, program, nested=False)
        frame = Frame(body, around.environment, shared, around.call, around, (*around.callees, program), main=around.main, read=state.read)
        parameters = tuple(state.target(frame, parameter) for parameter in body.parameters)
        for parameter in parameters:
            state.define(parameter, UNKNOWN)
        out: list[Line] = []
        end = state.run(body.body, frame, None, out)
        inner = self.block(Block(tuple(out), end))
        return replace(line, function=replace(body, parameters=parameters, body=inner))


def refusal(state: State, line: Apply) -> errors.Error | None:
    """The refusal of a generic line through which something differentiated flows."""
    varying = [atom for atom in atoms(line) if _varies(state, atom)]
    if varying and line.op in ("getitem", "unpack", "unpack_star") and _has_no_zero(state.kind(line.args[0])):
        return errors.error("W050", line.place, what=describe(state.kind(line.args[0])))
    if line.op == "call" and not state.varies(*line.targets) and isinstance(state.kind(line.args[0]), Known):
        return None  # nothing differentiated comes back: an exception
    if line.op == "call" and line.targets and line.targets[0] in state.exceptions:
        return None  # it is what is read of it in a handler that would have to be followed
    if varying and lookup(line.op) is not None and line.op not in CHECKED:
        return _without_rule(state, line)
    if not varying:
        return None
    value = line.args[0] if line.args else Const(None)
    kind = state.kind(value)
    if line.op == "getattr" and isinstance(kind, Record) and state.kind(line.targets[0]) is not UNKNOWN:
        return None
    what = describe(kind) if not isinstance(kind, (Unknown, Bottom)) else "a value of unknown kind"
    if line.op == "call_star":
        return errors.error("W021", line.place, name=_spelled(state, value), construct="*")
    if line.op == "call" and isinstance(kind, Known) and is_derivative(kind.value):
        return None  # its program comes in the place of the call
    if line.op == "call":
        method = state.methods.get(value) if isinstance(value, str) else None
        if method is not None:
            owner = state.kind(method.value)
            if isinstance(owner, Instance) and not state.varies(*line.targets):
                return None  # places that are drawn with probabilities
            if isinstance(owner, Text) and all(isinstance(state.kind(target), Text) for target in line.targets):
                return None  # '{}'.format(x)
            what = describe(owner) if not isinstance(owner, Unknown) else "a value of unknown kind"
            return errors.error("W043", line.place, name=method.name, what=what)
        code = "W040" if isinstance(kind, Known) else "W041"
        return errors.error(code, line.place, name=_spelled(state, value))
    if line.op == "getattr" and isinstance(state.kind(line.targets[0]), Known):
        return None  # `x.dtype`
    if line.op == "getattr" and state.varies(value):
        name = line.args[1].value if isinstance(line.args[1], Const) else "?"
        return errors.error("W043", line.place, name=name, what=what)
    if line.op in ("getitem", "unpack", "unpack_star") and isinstance(kind, Unknown):
        return errors.error("W047", line.place, name="[]" if line.op == "getitem" else "=", what=what)
    if line.op in INPLACE and isinstance(kind, Unknown):
        return errors.error("W047", line.place, name=f"{INFIX[INPLACE[line.op]]}=", what=what)
    if line.op == "set":
        return errors.error("W028", line.place, construct="a set of differentiated values")
    return None


def _varies(state: State, atom: Atom) -> bool:
    """Does the value vary, which a name stands for where it is read; an object, if anything that it holds does?"""
    if isinstance(atom, str) and state.heap.location(atom) in state.heap.fields:
        return state.varies(atom)
    return atom in state.varied


def _has_no_zero(kind: Kind) -> bool:
    """Is it None or a container, and that not one of numbers, for which an array of zeros would stand?"""
    inner = kind.kind if isinstance(kind, Optional) else kind
    if inner is kind or not isinstance(inner, (Tuple, Dict, Record)):
        return False
    return not (isinstance(inner, Tuple) and all(map(is_scalar, inner.items)))


def _without_rule(state: State, line: Apply) -> errors.Error | None:
    """The refusal of a primitive by one of its parameters of which the row does not say how the result varies with it."""
    try:
        parameters = open_parameters(line)
    except errors.Error as refused:
        return refused
    for name, atom in parameters.items():
        if state.varies(atom):
            return errors.error("W044", line.place, name=line.op, what=f"derivatives with respect to `{name}`")
    return None


def _spelled(state: State, atom: Atom) -> str:
    if isinstance(atom, Const):
        return atom.spelled or str(getattr(atom.value, "__name__", repr(atom.value)))
    kind = state.kind(atom)
    if isinstance(kind, Known):
        return str(getattr(kind.value, "__name__", "it"))
    return state.renamed.get(atom, atom).rpartition(".")[0] or "it"
