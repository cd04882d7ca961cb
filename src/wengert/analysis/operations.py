"""One generic line, by what its arguments are: a name's object, an attribute, an augmented assignment, a comparison, a call.

Each function writes the line in new names, as a primitive where it is one, or binds the old name to a value that is there already.
What stays generic although it should not have is refused at the end (`leftovers.py`).
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import operator
import textwrap
import types
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from wengert import errors
from wengert.analysis.array_likes import beside_arrays
from wengert.analysis.assigning import assign_in_place, set_item
from wengert.analysis.attempts import attempt, attempted, exception, probe
from wengert.analysis.attribute_reads import lacks, lacks_item, read_attribute, takes_none
from wengert.analysis.boxes import box
from wengert.analysis.calls import call_star, specialise_call
from wengert.analysis.choosing import choose
from wengert.analysis.clobbering import overwrite
from wengert.analysis.displays import joined, merged, repeated
from wengert.analysis.emitting import emit
from wengert.analysis.fields import set_attribute
from wengert.analysis.frame import Frame
from wengert.analysis.generators import collected, consume, offer
from wengert.analysis.global_names import import_name, read_global
from wengert.analysis.guarding import DONE
from wengert.analysis.identity import identity
from wengert.analysis.inline import tuple_of
from wengert.analysis.inner_classes import define_class
from wengert.analysis.mapped import ask_for_map, place_of, read_under_unknown_key
from wengert.analysis.maps import joined_maps, popped, read_with_default
from wengert.analysis.objects import OPERATORS, call_method, class_of, is_real, is_virtual, location_of, method_of, operate
from wengert.analysis.packing import packed
from wengert.analysis.piecemeal import Piecemeal
from wengert.analysis.protocols import check_alike, contains, items_of_object, keyed_display, note_item, puts_back, truth_of_object
from wengert.analysis.removals import without
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Const, Line, Name, Return, Stop, Terminator
from wengert.ir.kinds import (
    UNKNOWN,
    Array,
    Kind,
    Known,
    Map,
    Text,
    Tuple,
)
from wengert.ir.walk import INPLACE, base, blocks_of, lines_of
from wengert.rules import kinds_of_line

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip
TESTS = frozenset({*COMPARISONS, "is_", "is_not", "in_", "not_in", "not_"})


def specialise_apply(state: State, frame: Frame, line: Apply, out: list[Line]) -> Terminator | None:
    """Write one generic line; a terminator, if control surely never gets past it."""
    if DONE in frame.atoms and line.op not in ("is_", "rebox"):
        done = frame.atoms.pop(DONE)
        for target in line.targets:
            state.bind(frame, target, done)
        return None
    if line.op == "call":
        return Stop() if specialise_call(state, frame, line, out) else None
    if line.op in ("global", "cell"):
        read_global(state, frame, line, out)
    elif line.op == "getattr":
        if state.trying and lacks(state, frame, line, out):
            return Stop()
        read_attribute(state, frame, line, out)
    elif line.op in INPLACE:
        handles = [frame.handle(atom) for atom in line.args]
        if line.op == "ior" and joined_maps(state, frame, line, handles, out):
            return None
        made = operate(state, frame, line, line.op, handles, out) or operate(state, frame, line, INPLACE[line.op], handles, out)
        if made is not None:
            state.bind(frame, line.targets[0], made[0])
        elif isinstance(state.kind(state.read(handles[0])), Tuple):  # a new tuple
            plain(state, frame, replace(line, op=INPLACE[line.op]), out)
        else:
            assign_in_place(state, frame, line, out)
    elif line.op == "setitem":
        if puts_back(state, [frame.handle(atom) for atom in line.args]):
            return None
        if operate(state, frame, line, "setitem", [frame.handle(atom) for atom in line.args], out) is None:
            return Stop() if set_item(state, frame, line, out) else None
        check_alike(state, frame.handle(line.args[0]), frame.place(line.place))
    elif line.op == "setattr":
        if state.trying and takes_none(state, frame, line, out):
            return Stop()
        return Stop() if set_attribute(state, frame, line, out) else None
    elif line.op in ("box", "unbox", "rebox"):
        return Stop() if box(state, frame, line, out) else None
    elif line.op in ("delitem", "delattr", "setglobal"):
        if line.op == "delitem" and operate(state, frame, line, "delitem", [frame.handle(atom) for atom in line.args], out) is not None:
            return None
        forget(state, frame, line, out)
    elif line.op in ("enter", "leave"):
        manage(state, frame, line, out)
    elif line.op == "edited":
        edited(state, frame, line, out)
    elif line.op in ("import_", "import_from"):
        import_name(state, frame, line)
    elif line.op == "class_":
        define_class(state, frame, line)
    elif line.op == "generate":
        pass
    elif line.op == "cleanup":
        state.cleanups += 1
    elif line.op == "offer":
        return Stop() if offer(state, frame, line, out) else None
    elif line.op == "consume":
        consume(state, frame, line, out)
    elif line.op == "caught":
        attempt(state, frame, line, out)
    elif line.op == "probe":
        probe(state, frame, line, out)
    elif line.op == "exception":
        exception(state, frame, line, out)
    elif line.op == "attempted":
        return Stop() if attempted(state, frame, line, out) else None
    elif line.op == "generator":
        if line.args[1] != Const(False):
            raise errors.error("W020", frame.place(line.place), construct="generator without end")
        state.bind(frame, line.targets[0], frame.handle(line.args[0]))
    elif line.op == "call_star":
        return Stop() if call_star(state, frame, line, out) else None
    elif line.op in ("unpack", "unpack_star"):
        unpack(state, frame, line, out)
    elif line.op == "getitem" and state.trying and lacks_item(state, frame, line, out):
        return Stop()
    else:
        plain(state, frame, line, out)
    return None


def plain(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """An op that means the same whatever its arguments are; a test whose answer is known leaves no line."""
    handles = [frame.handle(atom) for atom in line.args]
    if line.op in OPERATORS and state.heap.fields:
        answered = operate(state, frame, line, line.op, handles, out)
        if answered is None and line.op == "ne" and (equal := operate(state, frame, line, "eq", handles, out)) is not None:
            answered = (Const(not equal[0].value) if isinstance(equal[0], Const) else emit(state, "not_", state.read(equal[0])),)
        if answered is not None:
            note_item(state, line.op, handles, answered[0])
            state.bind(frame, line.targets[0], answered[0])
            return
    if line.op == "dict" and place_of(replace(line, place=frame.place(line.place))) in state.recursion.keyed:
        state.bind(frame, line.targets[0], keyed_display(state, frame, line, handles, out))
        return
    if line.op == "not_" and (truth := truth_of_object(state, frame, handles[0], frame.place(line.place), out)) is not None:
        handles = [truth]
    if line.op in ("in_", "not_in") and (found := contains(state, frame, line, handles, out)) is not None:
        state.bind(frame, line.targets[0], found)
        return
    if line.op in ("is_", "is_not") and isinstance(handles[0], str) and handles[0] in state.exceptions and handles[1] == Const(None):
        state.bind(frame, line.targets[0], Const(line.op == "is_not"))
        return
    if line.op in ("is_", "is_not") and state.heap.fields:
        one, other = (class_of(state, handle) for handle in handles)
        if (one is None) != (other is None) and Const(None) in handles:
            state.bind(frame, line.targets[0], Const(line.op == "is_not"))
            return
    same = identity(state, line.op, *handles) if len(handles) == 2 else None
    if same is not None:
        state.bind(frame, line.targets[0], same)
        return
    if line.op == "getitem" and isinstance(handles[0], str) and handles[0] in state.made and isinstance(handles[1], Const):
        parts, index = state.made[handles[0]], handles[1].value
        if type(index) is int and -len(parts) <= index < len(parts):
            state.bind(frame, line.targets[0], parts[index])
            return
    if line.op == "getitem":
        read_under_unknown_key(state, handles[0], frame.atom(line.args[1]))
        if read_with_default(state, frame, line, handles[0]):
            return
    held = state.held(handles[0], handles[1]) if line.op == "getitem" else None
    if held is not None:
        state.bind(frame, line.targets[0], held)
        return
    if line.op == "add" and all(isinstance(handle, str) and handle in state.made for handle in handles):
        one, other = (state.made[handle] for handle in handles if isinstance(handle, str))
        state.bind(frame, line.targets[0], tuple_of(state, (*one, *other), frame.place(line.place), out))
        return
    if line.op == "tuple" and (frame.call is not None or any(class_of(state, handle) is not None for handle in handles)):
        # the result of a callee is mostly taken apart at once
        tuple_of(state, handles, frame.place(line.place), out, state.target(frame, line.targets[0]), line.spelled)
        return
    if line.op == "add" and joined(state, frame, line, handles, out):
        return
    if line.op == "mul" and repeated(state, frame, line, handles, out):
        return
    if line.op == "or_" and joined_maps(state, frame, line, handles, out):
        return
    if line.op == "or_" and merged(state, frame, line, line.targets[0], handles, (), out):
        return
    if line.op == "list":
        handles = [packed(state, handle) if is_virtual(state, handle) else handle for handle in handles]
    args = beside_arrays(state, line.op, tuple(map(state.read, handles)))
    if line.op in TESTS:
        answer = known_answer(line.op, [state.kind(atom) for atom in args])
        if answer is not None:
            state.bind(frame, line.targets[0], Const(answer))
            return
    keywords = tuple((key, frame.atom(atom)) for key, atom in line.keywords)
    targets = tuple(state.target(frame, old) for old in line.targets)
    state.emit(Apply(targets, line.op, args, keywords, line.spelled, frame.place(line.place)), out)
    if line.op in ("is_", "is_not") and isinstance(args[0], str) and args[1] == Const(None):
        state.none_tests[targets[0]] = (line.op, args[0])
    for old, new in zip(line.targets, targets):
        if old in frame.sharing.shared:
            state.give_away(new)
    if line.op == "tuple":
        state.made[targets[0]] = tuple(handles)
    if line.op == "getitem":
        choose(state, targets[0], *args)
    if line.op in ("getitem", "unpack", "unpack_star", "add", "fstring", "format"):
        name_known(state, frame, line, targets)


def name_known(state: State, frame: Frame, line: Apply, targets: Sequence[Name]) -> None:
    """A string that is known is written where it is read: as the key of a dict it must be."""
    for old, new in zip(line.targets, targets):
        kind = state.kind(new)
        if isinstance(kind, Text) and kind.value is not None:
            state.bind(frame, old, Const(kind.value))
            if len(targets) == 1:
                state.lazy.add(new)


def known_answer(op: str, kinds: list[Kind]) -> bool | None:
    """The truth of a test that kinds decide.

    >>> from wengert.ir.kinds import Scalar
    >>> known_answer("eq", [Text("relu"), Text("tanh")]), known_answer("is_", [Scalar("float"), Known(None)])
    (False, False)
    """
    if op in COMPARISONS:
        if not all(map(_literal, kinds)):
            return None
        try:
            return bool(COMPARISONS[op](*(kind.value for kind in kinds)))  # type: ignore[union-attr]  # `_literal` has narrowed them
        except TypeError:  # the line itself will say so when it runs
            return None
    names = tuple(map(str, range(len(kinds))))
    (kind,) = kinds_of_line(Apply(("answer",), op, names), dict(zip(names, kinds)))
    return kind.value if isinstance(kind, Known) and isinstance(kind.value, bool) else None


def _literal(kind: Kind) -> bool:
    if isinstance(kind, Text):
        return kind.value is not None
    return isinstance(kind, Known) and isinstance(kind.value, (bool, int, float, str, type(None)))


def forget(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """`del x[i]`, `del x.a`, `global G; G = v`: effects, of values that do not vary."""
    handle = frame.handle(line.args[0])
    if line.op == "setglobal":
        raise errors.error("W014", state.place, name=str(handle.value if isinstance(handle, Const) else handle))
    if line.op == "delattr" and class_of(state, handle) is not None and not is_real(state, handle):
        assert isinstance(line.args[1], Const)
        state.heap.contents.pop((location_of(state, handle), str(line.args[1].value)), None)
        return
    args = tuple(map(frame.atom, line.args))
    if line.op == "delitem" and isinstance(handle, str) and not is_real(state, handle):
        key = state.kind(args[1])
        if isinstance(state.kind(args[0]), Map):
            popped(state, handle, args[1])
            return
        if isinstance(key, (Known, Text)) and without(state, handle, key.value):
            return
    if state.varies(*args):
        ask_for_map(state, handle)
        raise errors.error("W083", state.place, what="something that an item is deleted from")
    if line.op == "delitem" and state.kind(args[0]) != UNKNOWN:
        raise errors.error("W018", state.place, name=state.spelled(handle))
    out.append(Apply((), line.op, args, place=state.place))
    overwrite(state, frame, line, handle)


def manage(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """`with m as v:` of an object of the user's calls its methods; of another it stays."""
    handle = frame.handle(line.args[0])
    if handle in state.adjoints:
        if line.op == "enter":
            state.apply(line.targets[0], frame, out, "adjoint_of", state.read(state.adjoints[handle]), place=line.place, varied=False)
        return
    function = method_of(state, handle, "__enter__" if line.op == "enter" else "__exit__")
    if line.op == "enter" and swallows(state, frame, handle, out):
        raise Piecemeal.of(frame, line)
    if function is not None:
        state.cleanups += 1
        given = () if line.op == "enter" else (Const(None),) * 3
        found = call_method(state, frame, line, handle, function, given, {}, out)
        if line.targets:
            state.bind(frame, line.targets[0], Const(None) if found is None else found)
        return
    args = tuple(map(frame.atom, line.args))
    targets = tuple(state.target(frame, old) for old in line.targets)
    for target in targets:
        state.define(target, UNKNOWN)
    out.append(Apply(targets, line.op, args, place=state.place))


def swallows(state: State, frame: Frame, handle: Atom, out: list[Line]) -> bool:
    """May the manager keep an exception to itself, so that what stands below the `with` is reached?"""
    method = method_of(state, handle, "__exit__")
    if method is not None:
        program = frame.environment.load(method)
        ends = [program.body.terminator, *(block.terminator for inner in lines_of(program) for block in blocks_of(inner))]
        return any(isinstance(end, Return) and end.value not in (Const(None), Const(False)) for end in ends)
    made = next((line for line in reversed(out) if isinstance(line, Apply) and handle in line.targets), None)
    called = made.args[0].value if made is not None and made.op == "call" and isinstance(made.args[0], Const) else None
    written = getattr(called, "__wrapped__", None)  # a generator function, made a manager
    if isinstance(written, types.FunctionType):
        return any(isinstance(part, ast.ExceptHandler) for part in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(written)))))
    return called in (contextlib.suppress, contextlib.ExitStack)


def edited(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """The variable after `with adjoint(h) as h_bar`; after a `with` of anything else it is what it was."""
    handle = frame.handle(line.args[0])
    if frame.handle(line.args[1]) not in state.adjoints:
        state.bind(frame, line.targets[0], handle)
        return
    value, _, before, after = map(frame.atom, line.args)
    location = state.heap.location(handle) if isinstance(handle, str) else ""
    if not isinstance(state.kind(value), Array) or not location or state.heap.root(location) != location:
        state.apply(line.targets[0], frame, out, "edited", value, before, after, place=line.place)
        return
    new = state.names.fresh(base(location))  # the same array: from here on it has the edited adjoint
    state.define(new, state.kind(value), state.varies(value))
    out.append(Apply((new,), "edited", (value, before, after), place=frame.place(line.place)))
    state.heap.write(location, new)
    state.bind(frame, line.targets[0], handle)


def unpack(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """Taking a tuple apart that has just been made leaves no line."""
    value = frame.handle(line.args[0])
    items = items_of_object(state, frame, value, frame.place(line.place), out)
    if items != value:
        given = state.names.fresh()
        items = collected(state, frame, items, frame.place(line.place), out) if items in state.generators else items
        frame.atoms[given], value, line = items, items, replace(line, args=(given, *line.args[1:]))
    parts = state.made.get(value) if isinstance(value, str) else None
    if parts is not None and len(parts) == len(line.targets):
        for target, part in zip(line.targets, parts):
            state.bind(frame, target, part)
        return
    plain(state, frame, line, out)
