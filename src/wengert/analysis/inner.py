"""Derivatives that the program itself takes, of its own nested functions: `grad(lambda y: x * y * y)(x)`.

The nested function is read like any callee, but into a program of its own, of which what it captures are further parameters. Its derivative
is made there and then, and stands in the program as lines like all others; so a derivative of the whole sees what it captured, too, and
no two perturbations can be taken for each other: there are only values.

    g.0 = call(@grad, <lambda>)         ==>        %1 = 2 * x                # of x * y * y at y = x
    d.0 = call(g.0, x)                             d.0 = x * %1
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from wengert import errors
from wengert.analysis.call import Call
from wengert.analysis.frame import Frame
from wengert.analysis.leftovers import settled_lines
from wengert.analysis.sharing import Sharing
from wengert.analysis.state import State
from wengert.forms import mode_of
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Block, Const, Def, Function, Line, Name, Return
from wengert.ir.kinds import FLOAT, Closure, Kind, Known, List, Scalar, Tuple, may_carry_derivative, scalar_type
from wengert.ir.splice import write_program
from wengert.ir.walk import CONSUMING, all_names, base, lines_of, map_blocks, reads
from wengert.rules import kinds_of_line

MODES: Mapping[str, tuple[str, ...]] = {
    "grad": ("grad",), "value_and_grad": ("value_and_grad",), "jacfwd": ("jacfwd",), "jacrev": ("jacfwd",), "jacobian": ("jacfwd",),
    "value_and_jacobian": ("value_and_jacfwd",), "hessian": ("grad", "jacfwd"), "hvp": ("grad", "tangent"),
}  # fmt: skip
"""What each function of the public face makes, innermost first."""

AT_ONCE = frozenset({"jvp", "vjp"})
"""Those that are called with the arguments, too."""


@dataclass(frozen=True, eq=False)
class Inner:
    """A derivative of a nested function (or of such a derivative), not called yet."""

    maker: str
    function: Atom
    argnums: Any
    has_aux: bool

    def __call__(self) -> None:
        """It is callable, as what it stands for is."""

    @property
    def __name__(self) -> str:
        return self.maker


def maker_of(function: object) -> str | None:
    """Which of the public functions it is."""
    name = getattr(function, "__wengert__", None)
    return name if isinstance(name, str) else None


def call_maker(call: Call, maker: str, function: Any) -> bool:
    """Write `grad(f)`, `jvp(f, primals, tangents)`; False if it is to stay a call."""
    if not call.args:
        return False
    state, inner, named = call.state, call.args[0], dict(call.keywords)
    kind = state.kind(inner)
    nested = isinstance(kind, Closure) or isinstance(kind, Known) and isinstance(kind.value, Inner)
    if not nested and not (isinstance(kind, Known) and callable(kind.value)):
        return False
    if maker in AT_ONCE:
        return _at_once(call, maker, inner)
    options = dict(zip(("argnums", "has_aux"), call.args[1:])) | named
    values = {key: state.kind(atom) for key, atom in options.items()}
    known = {key: _static(value) for key, value in values.items()}
    if any(value is ... for value in known.values()) or maker not in MODES:
        return False
    if isinstance(kind, Known) and not nested:  # a derivative of a function that stands outside
        call.bind(Const(function(kind.value, **known)))
        return True
    if set(known) - {"argnums", "has_aux"}:
        return False
    new = call.emit("call", call.function, *call.args, keywords=call.keywords)
    state.define(new, Known(Inner(maker, inner, known.get("argnums", 0), bool(known.get("has_aux", False)))))
    state.lazy.add(new)
    return True


def _static(kind: Kind) -> Any:
    """The value of an option that the text says; `...` if it is only known when the program runs."""
    if isinstance(kind, Known):
        return kind.value
    if isinstance(kind, Tuple):
        items = tuple(map(_static, kind.items))
        return ... if ... in items else items
    return getattr(kind, "value", None) or ...


def call_inner(call: Call, inner: Inner) -> Atom:
    """Write the lines of a derivative that was taken of a nested function."""
    state = call.state
    if call.keywords:
        raise errors.error("W044", state.place, name=inner.maker, what="arguments given by keyword")
    args = [state.read(atom) for atom in call.args]
    modes = MODES[inner.maker]
    dots: list[Atom] = []
    count = len(_positions(inner, len(args))) if isinstance(inner.argnums, tuple) else 1
    if modes[-1] == "tangent":
        *args, last = args
        dots = _items(state, last, count) if isinstance(inner.argnums, tuple) else [last]
    wanted = _positions(inner, len(args))
    program, args = _primal(call, inner.function, args, wanted)
    for number, mode in enumerate(modes):
        word = mode_of(mode, inner.argnums, inner.has_aux and number == 0)
        program = state.environment.derive(program, word, tuple(wanted))
    return _write(call, program, [*args, *dots])


def _at_once(call: Call, maker: str, inner: Atom) -> bool:
    state = call.state
    if call.keywords:
        return False
    if maker == "vjp":
        args, dots = [state.read(atom) for atom in call.args[1:]], []
        kinds = [_without_value(state.kind(atom)) for atom in args]
        wanted = tuple(k for k, kind in enumerate(kinds) if may_carry_derivative(kind))
        wanted = wanted or tuple(k for k, kind in enumerate(kinds) if scalar_type(kind) == "int")
    else:
        if len(call.args) != 3:
            return False
        args, given = (_items(state, state.read(atom), None) for atom in call.args[1:])
        wanted = tuple(k for k, dot in enumerate(given) if state.kind(dot) != Known(None) and may_carry_derivative(_float(state.kind(args[k]))))
        dots = [given[k] for k in wanted]
    if not wanted:
        return False
    program, args = _primal(call, inner, args, wanted)
    count = len(call.args) - 1
    derived = state.environment.derive(program, maker, tuple(wanted))
    if maker == "vjp":
        derived = replace(derived, body=_one_for_each(derived.body, wanted, count, derived.kinds))
    call.bind(_write(call, derived, [*args, *dots]))
    return True


def _one_for_each(block: Block, wanted: Sequence[int], count: int, kinds: Mapping[Name, Kind]) -> Block:
    """The pullbacks in a block with a cotangent for each primal: None for those that cannot vary."""
    if len(wanted) == count:
        return block

    def line(one: Line) -> Line:
        if not isinstance(one, Def):
            return map_blocks(one, lambda inner: _one_for_each(inner, wanted, count, kinds))
        end = one.function.body.terminator
        made = next(other for other in one.function.body.lines if isinstance(end, Return) and end.value in other.targets)
        assert isinstance(made, Apply) and made.op == "tuple" and len(made.args) == len(wanted)
        items = dict(zip(wanted, made.args))
        whole = replace(made, args=tuple(items.get(position, Const(None)) for position in range(count)))
        lines = tuple(whole if other is made else other for other in one.function.body.lines)
        return replace(one, function=replace(one.function, body=Block(lines, end)))

    return Block(tuple(map(line, block.lines)), block.terminator)


def _items(state: State, atom: Atom, count: int | None) -> list[Atom]:
    """The items of a tuple that the program has made."""
    if isinstance(atom, str) and atom in state.made:
        return [state.read(part) for part in state.made[atom]]
    kind = state.kind(atom)
    if isinstance(kind, (Tuple, List)) and kind.items is not None and (count is None or len(kind.items) == count):
        made = tuple(state.names.fresh() for _ in kind.items)
        state.emit(Apply(made, "unpack", (atom,), place=state.place), state.out)
        return list(made)
    raise errors.error("W044", state.place, name="jvp", what="primals or tangents that are no tuple of known length")


def _positions(inner: Inner, count: int) -> tuple[int, ...]:
    """Which arguments `argnums` means."""
    asked = inner.argnums if isinstance(inner.argnums, tuple) else (inner.argnums,)
    if not all(isinstance(argnum, int) and -count <= argnum < count for argnum in asked):
        raise errors.error("W065", function=inner.maker, name=repr(inner.argnums), parameters=f"{count} arguments")
    return tuple(argnum % count for argnum in asked)


def _float(kind: Kind) -> Kind:
    return FLOAT if scalar_type(kind) in ("int", "float") else kind


def _primal(call: Call, function: Atom, args: Sequence[Atom], wanted: Sequence[int]) -> tuple[Function, list[Atom]]:
    """The function as a program of its own, and its arguments: those of the call, then what it captures."""
    state, frame = call.state, call.frame
    given = list(args)
    parameters: list[Name] = []
    for position, atom in enumerate(args):
        kind = state.kind(atom)
        if position in wanted and scalar_type(kind) == "int":
            given[position] = _as_float(call, atom)
        parameter = state.names.fresh(base(atom) if isinstance(atom, str) and not atom.startswith("%") else "y")
        kind = _float(kind) if position in wanted else _without_value(kind)
        parameters.append(state.define(parameter, kind, position in wanted or state.varies(atom)))
    before, outer, lines = state.heap.fork(), state.out, list[Line]()
    state.out = lines
    target = state.names.fresh()
    line = Apply((target,), "call", (function, *parameters), place=call.line.place)
    if Call(state, frame, line, function, tuple(parameters), (), lines).write():
        raise errors.error("W071", state.place, function=_name(state, function), what="nothing")
    value = frame.atom(target)
    state.out = outer
    changed = state.heap.changed(before, state.heap.fork())
    state.heap.restore(before)
    body = settled_lines(state, Block(tuple(lines), Return(value)))
    made = Function(_name(state, function), tuple(parameters), body, dict(state.kinds))
    inside = all_names(made) - set(parameters)
    captured = list(reads(made))
    if changed or any(_overwrites(one, inside) for one in lines_of(made)):
        raise errors.error("W115", call.line.place, name=_name(state, function))
    made = state.recursion.with_callees(made, call.line.place)
    return replace(made, parameters=(*parameters, *captured), kinds={name: state.kinds[name] for name in (*parameters, *captured, *inside)}), [*given, *captured]


def _as_float(call: Call, atom: Atom) -> Atom:
    if isinstance(atom, Const):
        return Const(float(atom.value))
    made = call.state.names.fresh()
    call.state.emit(Apply((made,), "float", (atom,), place=call.line.place), call.out)
    return made


def _without_value(kind: Kind) -> Kind:
    return Scalar(scalar_type(kind) or "") if isinstance(kind, Known) and scalar_type(kind) in ("float", "int") else kind


def _name(state: State, function: Atom) -> str:
    kind = state.kind(function)
    if isinstance(kind, Closure) and kind.name in state.closures:
        return state.closures[kind.name][0].name.replace("<lambda>", "lambda")
    return getattr(kind.value, "__name__", "function") if isinstance(kind, Known) else "function"


def _overwrites(line: Line, inside: Set[Name]) -> bool:
    """Does it write into what was there before?"""
    if not isinstance(line, Apply):
        return False
    return line.op == "setattr" or line.op in CONSUMING and isinstance(line.args[0], str) and line.args[0] not in inside


def _write(call: Call, program: Function, args: Sequence[Atom]) -> Atom:
    """The lines of the derivative, in the place of the call."""
    state = call.state
    b = Builder(state.names, {}, kinds_of_line)
    b.place = call.frame.place(call.line.place)
    program = state.recursion.adopt(program)
    for name in all_names(program):
        state.names.reserve(name)
    value = write_program(b, program, args)
    varied = state.varies(*args)
    for name, kind in b.kinds.items():
        state.define(name, kind, varied)
        state.computed.add(name)
    for line in b.lines:
        if isinstance(line, Apply) and line.op == "comment":
            continue
        if isinstance(line, Def):  # a pullback: called, it is lines as well
            frame = Frame(line.function, state.environment, Sharing(frozenset()), read=state.read)
            state.define(line.target, Closure(line.target), varied)
            state.closures[line.target] = (line.function, frame)
            state.lazy.add(line.target)
        if isinstance(line, Apply) and line.op == "tuple":
            state.made[line.targets[0]] = line.args
            state.lazy.add(line.targets[0])
        call.out.append(line)
    return value
