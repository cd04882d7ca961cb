"""Follow the users' rules in a specialised program, and open the calls that an earlier derivative left in it.

A line of a function with a `custom_vjp` becomes a call of its `fwd`, and a program that says how `bwd` undoes it; with a `custom_jvp` in
reverse mode that program is the transpose of the tangent, with a `checkpoint` the reverse sweep of the function. A further derivative begins with a
program in which such functions are called by name; what of them varies is replaced by the lines of the function:

    %3 = call(@bwd, r, y_bar)        ==>        the lines of `bwd`, if r or y_bar varies
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from types import FunctionType
from typing import Any

from wengert import errors
from wengert.analysis.activity import Summaries, active
from wengert.analysis.derivative_calls import derivative_program, is_derivative
from wengert.analysis.environment import Environment, Guard
from wengert.analysis.piecemeal import Piecemeal
from wengert.analysis.specialise import Specialised, specialise
from wengert.edits import is_edit, without_blocks
from wengert.effects import unrepeatable
from wengert.embedding import moved, one_way_out
from wengert.entries import Rule, rule_of, rule_of_op
from wengert.forms import TUPLE
from wengert.ir.build import Builder, Names
from wengert.ir.callees import adopted, with_callees
from wengert.ir.core import Apply, Atom, Block, Const, Def, For, Function, Line, Name, Place, Return
from wengert.ir.kinds import UNKNOWN, Kind, Tuple, may_carry_derivative, scalar_type
from wengert.ir.splice import write_program
from wengert.ir.values import substitute
from wengert.ir.walk import all_names, base, lines_of, map_blocks, rename
from wengert.optimize import simplify
from wengert.rules.line_kinds import kinds_of_line
from wengert.rules.table import lookup
from wengert.segmenting import segmented
from wengert.transform.calls import cotangent_kind
from wengert.transform.joint import reverse
from wengert.transform.ruled import Program, ruled, with_operands


def unfold(function: Function, wanted: Iterable[Name], mode: str, environment: Environment) -> tuple[Function, tuple[Guard, ...]]:
    """The program with its users' rules written out for this mode ("reverse" or "forward"), and what that relied on."""
    if not any(_to_unfold(line) for one in (function, *function.callees.values()) for line in lines_of(one)):
        return function, ()
    work = _Unfolding(Names(name for one in (function, *function.callees.values()) for name in all_names(one)), mode, environment)
    work.callees.update(function.callees)
    main = work.function(function, set(wanted))
    callees = {name: work.function(callee, set(callee.parameters)) for name, callee in function.callees.items()}
    return with_callees(main, {**work.callees, **callees}), tuple(work.guards.values())


def _to_unfold(line: Line) -> bool:
    if not isinstance(line, Apply):
        return False
    if line.op == "call":
        return isinstance(line.args[0], Const) and callable(line.args[0].value) and not isinstance(line.args[0].value, type)
    return _is_custom(line) or is_edit(line) or line.op == "checkpointed"


def _is_custom(line: Apply) -> bool:
    row = lookup(line.op) if "." in line.op else None
    return row is not None and row.family == "custom"


class _Unfolding:
    def __init__(self, names: Names, mode: str, environment: Environment) -> None:
        self.names, self.mode, self.environment = names, mode, environment
        self.guards: dict[tuple[int, str, str], Guard] = {}
        self.kinds: dict[Name, Kind] = {}
        self.active: Set[Name] = set()
        self.callees: dict[str, Function] = {}  # what the program invokes, and what the parts do that come into it
        self.parts: dict[Atom, tuple[Atom, ...]] = {}  # loops over `checkpointed`: the sequence, and how many snapshots
        self.bound: dict[Name, Atom] = {}  # targets of opened calls -> what the lines made

    def function(self, function: Function, wanted: Set[Name]) -> Function:
        outer = self.kinds, self.active, self.bound
        self.kinds, self.active, self.bound = dict(function.kinds), active(function, wanted, Summaries(self.callees)), {}
        body = self.block(function.body)
        made = replace(function, body=rename(body, self.bound), kinds=self.kinds)
        self.kinds, self.active, self.bound = outer
        return made

    def block(self, block: Block) -> Block:
        lines: list[Line] = []
        given: Sequence[Line] = block.lines
        if any(map(is_edit, given)):
            given, same = without_blocks(given, block.terminator, self.counts, self.names, self.kinds)
            self.bound.update(same)
        for line in given:
            if isinstance(line, Apply) and line.op == "checkpointed":
                self.parts[line.targets[0]] = line.args
                self.bound[line.targets[0]] = line.args[0]
            elif isinstance(line, For) and self.mode == "reverse" and any(source in self.parts for source in line.sources):
                lines += self.segmented(line)
            elif isinstance(line, Apply) and _to_unfold(line) and not self.active.isdisjoint(line.targets):
                lines += self.line(line)
            else:
                lines.append(map_blocks(line, self.block) if not isinstance(line, Def) else line)
        return Block(tuple(lines), block.terminator)

    def segmented(self, line: For) -> list[Line]:
        """A loop over `checkpointed(...)`: in parts, if it has something to undo."""
        line = replace(line, body=self.block(line.body))
        if self.active.isdisjoint(line.carried) and self.active.isdisjoint(line.targets):
            return [line]
        (steps, snapshots), *_ = (self.parts[source] for source in line.sources if source in self.parts)
        inner, self.bound = self.bound, {}
        line = rename(line, inner)
        self.bound = inner
        return segmented(line, steps, snapshots, self.names, self.kinds, self.active, self.pull)

    def counts(self, edit: Apply) -> bool:
        """Does an edit of an adjoint have something to edit?"""
        return self.mode == "reverse" and edit.targets[0] in self.active and isinstance(edit.args[0], str)

    def line(self, line: Apply) -> list[Line]:
        if line.op == "call":
            assert isinstance(line.args[0], Const)
            if is_derivative(line.args[0].value):
                return self.derivative(line, line.args[0].value)
            if not isinstance(line.args[0].value, FunctionType) and rule_of(line.args[0].value) is None:
                return [line]  # without source or rule: the transformation says so
            return self.opened(line, line.args[0].value, line.args[1:])
        rule = rule_of_op(line.op)
        assert rule is not None
        if rule.backward is None and rule.tangent is None and not rule.again:
            what = type(rule.function).__name__
            raise errors.error("W104", line.place, name=_name(rule.function), what=what, short=what.rpartition("_")[2])
        if self.mode == "forward":
            return self.pushed(line, rule)
        if rule.again:
            return self.checkpointed(line, rule)
        return self.by_backward(line, rule) if rule.backward is not None else self.by_tangent(line, rule)

    # calls

    def opened(self, line: Apply, function: Any, args: Sequence[Atom]) -> list[Line]:
        """The lines of a function in the place of a call of it."""
        lines, value = self.called(function, args, line.keywords, line.place, self.active)
        self.bound[line.targets[0]] = value
        return lines

    def derivative(self, line: Apply, derivative: Any) -> list[Line]:
        """The program of a derivative in the place of a call of it."""
        atoms = line.args[1:]
        stages = derivative_program(derivative, [substitute(self.kinds, atom) for atom in atoms])
        program = one_way_out(stages.functional)
        if len(program.parameters) != len(atoms):
            return [line]
        program = self.joined(program)
        for guard in stages.guards:
            self.guards.setdefault((id(guard.owner), guard.scope, guard.name), guard)
        b = Builder(self.names, self.kinds, kinds_of_line)
        b.place = line.place
        given = [
            b.apply("float", atom) if scalar_type(substitute(self.kinds, atom)) == "int" and position in derivative.wanted(()) else atom
            for position, atom in enumerate(atoms)
        ]
        before, b.lines = b.lines, []
        result = write_program(b, moved(program, derivative.surroundings, self.environment, self.guards), given)
        names = tuple(dict.fromkeys(atom for atom in given if isinstance(atom, str)))
        made = self.function(Function("derivative", names, Block(tuple(b.lines), Return(result)), self.kinds), set(names) & self.active)
        self.kinds.update(made.kinds)
        assert isinstance(made.body.terminator, Return)
        self.bound[line.targets[0]] = made.body.terminator.value
        return [*before, *made.body.lines]

    def joined(self, program: Function) -> Function:
        """A part of the program, what it invokes known under names of its own."""
        program = adopted(program, self.callees)
        self.callees.update(program.callees)
        return replace(program, callees={})

    def called(self, function: Any, args: Sequence[Atom], keywords: Sequence[tuple[str, Atom]], place: Place | None,
               varied: Set[Name] = frozenset()) -> tuple[list[Line], Atom]:  # fmt: skip
        """A call, specialised: its lines if something of `varied` goes in, else a call of known kind; and its result."""
        named = dict.fromkeys(atom for atom in (*args, *(atom for _, atom in keywords)) if isinstance(atom, str))
        program = self.program(function, args, keywords, tuple(named), place, [name in varied for name in named])
        self.kinds.update((name, kind) for name, kind in program.kinds.items() if name not in named)
        assert isinstance(program.body.terminator, Return), f"{_name(function)} never returns"
        return list(program.body.lines), program.body.terminator.value

    def program(self, function: Any, args: Sequence[Atom], keywords: Sequence[tuple[str, Atom]], parameters: Sequence[Name],
                place: Place | None, varied: Sequence[bool]) -> Function:  # fmt: skip
        """The program that calls a function with these atoms, some of which are its parameters."""
        target = self.names.fresh()
        call = Apply((target,), "call", (self.callee(function), *args), tuple(keywords), place=place)
        return self.specialised(Function("call", tuple(parameters), Block((call,), Return(target))), varied)

    def specialised(self, generic: Function, varied: Sequence[bool]) -> Function:
        """A small generic program, specialised for the kinds that its parameters have here, the rules in it unfolded."""
        kinds = [substitute(self.kinds, name) for name in generic.parameters]
        special = self.special(generic, kinds, varied)
        for guard in special.guards:
            self.guards.setdefault((id(guard.owner), guard.scope, guard.name), guard)
        made = self.joined(special.function)  # in which an unnamed parameter may have got a name
        made = rename(made, dict(zip(made.parameters, generic.parameters)), definitions=True)
        return self.function(made, {name for name, varies in zip(generic.parameters, varied) if varies})

    def special(self, generic: Function, kinds: Sequence[Kind], varied: Sequence[bool]) -> Specialised:
        while True:
            try:
                return specialise(generic, kinds, self.environment, varied, self.names)
            except Piecemeal as found:
                self.environment.choose(found)

    def callee(self, function: Any) -> Const:
        """The function as a constant, by the user's name for it where the text will find it under that."""
        name = _name(function)
        try:
            found = self.environment.lookup(name) is function
        except (LookupError, NameError, AttributeError, ValueError):
            found = False
        if not found:
            return Const(function)
        self.guards.setdefault((id(self.environment), "global", name), Guard(self.environment, "global", name, function))
        return Const(function, name)

    def value(self, line: Apply, rule: Rule) -> tuple[list[Line], Name]:
        """The function itself, called."""
        made = self.fresh_like(line.targets[0])
        callee = Const(rule.function, line.spelled) if line.spelled else self.callee(rule.function)
        return [Apply((made,), "call", (callee, *line.args), line.keywords, place=line.place)], made

    def fresh_like(self, name: Name, kind: Kind | None = None) -> Name:
        made = self.names.fresh("" if name.startswith("%") else base(name))
        self.kinds[made] = substitute(self.kinds, name) if kind is None else kind
        return made

    def operands(self, line: Apply, rule: Rule) -> tuple[tuple[Atom, ...], tuple[Atom, ...]]:
        """The arguments that the rule differentiates by, and the others."""
        taken = {k % len(line.args) for k in rule.nondiff}
        return tuple(a for k, a in enumerate(line.args) if k not in taken), tuple(a for k, a in enumerate(line.args) if k in taken)

    # reverse mode

    def by_backward(self, line: Apply, rule: Rule) -> list[Line]:
        """`y = f(x, n)` becomes `y, r = fwd(x, n)`, and its adjoint goes through `bwd(n, r, y_bar)`."""
        assert rule.forward is not None and rule.backward is not None
        operands, others = self.operands(line, rule)
        lines, pair = self.called(rule.forward, line.args, line.keywords, line.place)
        kind = substitute(self.kinds, pair)
        known = kind.items if isinstance(kind, Tuple) and len(kind.items) == 2 else (UNKNOWN, UNKNOWN)
        if isinstance(kind, Tuple) and len(kind.items) != 2:
            raise errors.error("W105", line.place, name=_name(rule.function), what=f"{len(kind.items)} values in `fwd`", expected="a value and residuals")
        value = self.fresh_like(line.targets[0], known[0] if known[0] is not UNKNOWN else None)
        kept = self.names.fresh("residuals")
        self.kinds[kept] = known[1]
        lines.append(Apply((value, kept), "unpack", (pair,), place=line.place))
        back = self.backward(line, rule, operands, (*others, kept), value)
        return [*lines, ruled(line.targets[0], value, back[0], back[1], line.place)]

    def backward(self, line: Apply, rule: Rule, operands: Sequence[Atom], given: Sequence[Atom], value: Name) -> tuple[Program, list[Atom]]:
        """The program `bars = bwd(given..., y_bar)`, and its arguments but for the last."""
        y_bar = self.names.fresh(f"{base(line.targets[0])}_bar" if not line.targets[0].startswith("%") else "out_bar")
        self.kinds[y_bar] = cotangent_kind(substitute(self.kinds, value))
        lines, result = self.called(rule.backward, (*given, y_bar), (), line.place)
        kind = substitute(self.kinds, result)
        if isinstance(kind, Tuple) and len(kind.items) != len(operands):
            what, expected = f"{len(kind.items)} cotangents", f"a tuple of {len(operands)}"
            raise errors.error("W105", line.place, name=_name(rule.function), what=what, expected=expected)
        names = tuple(dict.fromkeys(atom for atom in given if isinstance(atom, str)))
        program = Function("back", (*names, y_bar), Block(tuple(lines), Return(result)), self.kinds)
        return Program(with_operands(program, len(operands)), len(operands), _name(rule.function)), [*operands, *names]

    def by_tangent(self, line: Apply, rule: Rule) -> list[Line]:
        """A tangent is linear, so its transpose is the adjoint: the reverse sweep of the tangent alone."""
        lines, value = self.value(line, rule)
        operands, others = self.operands(line, rule)
        names = tuple(dict.fromkeys(atom for atom in line.args if isinstance(atom, str)))
        dots = tuple(self.fresh_like(a, cotangent_kind(substitute(self.kinds, a))) if isinstance(a, str) else self.names.fresh() for a in operands)
        self.kinds.update((dot, cotangent_kind(substitute(self.kinds, a))) for dot, a in zip(dots, operands))
        tangent = self.tangent(line, rule, operands, others, (*names, *dots), dots, (False,) * len(names) + (True,) * len(dots))
        made = self.pull(tangent, range(len(names), len(names) + len(dots)))
        like = dict(zip(dots, operands))  # what is left of a tangent are questions for its shape
        program = replace(made, body=rename(made.body, like), parameters=(*made.parameters[: len(names)], made.parameters[-1]))
        program = with_operands(program, len(operands))
        return [*lines, ruled(line.targets[0], value, Program(program, len(operands), _name(rule.function)), [*operands, *names], line.place)]

    def tangent(self, line: Apply, rule: Rule, operands: Sequence[Atom], others: Sequence[Atom], parameters: Sequence[Name],
                dots: Sequence[Atom], varied: Sequence[bool]) -> Function:  # fmt: skip
        """The program of `jvp(primals, tangents)[1]`."""
        primals, tangents, pair, result = (self.names.fresh() for _ in range(4))
        lines = (
            Apply((primals,), "tuple", tuple(operands), place=line.place),
            Apply((tangents,), "tuple", tuple(dots), place=line.place),
            Apply((pair,), "call", (self.callee(rule.tangent), *others, primals, tangents), place=line.place),
            Apply((result,), "getitem", (pair, Const(1)), place=line.place),
        )
        return self.specialised(Function("tangent", tuple(parameters), Block(lines, Return(result))), varied)

    def pull(self, function: Function, wanted: Sequence[int]) -> Function:
        """The reverse sweep of a program as a program of its own: from its arguments and the adjoint of its result to theirs."""
        made = reverse(function, list(wanted), f"vjp{TUPLE}")
        (pullback,) = [line for line in made.body.lines if isinstance(line, Def)]
        assert isinstance(pullback.function.body.terminator, Return)
        result = pullback.function.body.terminator.value
        kept: dict[Name, Atom] = {}  # what a pullback copies because its caller may write into it
        lines: list[Line] = []
        ended = False  # is the forward sweep over?
        for line in made.body.lines[:-1]:
            if isinstance(line, Apply) and line.op == "comment":
                ended = line.args == (Const("reverse sweep"),)
            elif ended and isinstance(line, Apply) and line.op in ("copy", "snapshot"):
                kept[line.targets[0]] = line.args[0]
            elif line is not pullback:
                lines.append(line)
        body = rename(Block((*lines, *pullback.function.body.lines), Return(result)), kept)
        return simplify(replace(made, parameters=(*made.parameters, *pullback.function.parameters), body=body))

    def checkpointed(self, line: Apply, rule: Rule) -> list[Line]:
        """The function is called, nothing of it is kept, and its lines are run again where they are undone."""
        lines, value = self.value(line, rule)
        names = tuple(dict.fromkeys(atom for atom in line.args if isinstance(atom, str)))
        varied = [may_carry_derivative(substitute(self.kinds, name)) for name in names]
        program = self.program(rule.inside, line.args, line.keywords, names, line.place, varied)
        inner = unrepeatable(program)
        if inner is not None:
            what = f"`{inner.place.source.strip()}`" if inner.place is not None and inner.place.source else f"`{inner.op}`"
            raise errors.error("W106", line.place, name=_name(rule.function), what=what)
        wanted = [k for k, name in enumerate(names) if varied[k]]
        made = self.pull(program, wanted)
        operands = [names[k] for k in wanted]
        made = with_operands(made, len(operands))
        return [*lines, ruled(line.targets[0], value, Program(made, len(operands), _name(rule.function)), [*operands, *names], line.place)]

    # forward mode

    def pushed(self, line: Apply, rule: Rule) -> list[Line]:
        if rule.again:
            return self.opened(line, rule.inside, line.args)
        if rule.tangent is None:
            raise errors.error("W103", line.place, name=_name(rule.function), mode="forward", what="an argument")
        operands, others = self.operands(line, rule)
        dots = tuple(self.fresh_like(a, cotangent_kind(substitute(self.kinds, a))) if isinstance(a, str) else self.names.fresh() for a in operands)
        self.kinds.update((dot, cotangent_kind(substitute(self.kinds, a))) for dot, a in zip(dots, operands))
        names = tuple(dict.fromkeys(atom for atom in line.args if isinstance(atom, str)))
        primals, tangents, pair = (self.names.fresh() for _ in range(3))
        lines = (
            Apply((primals,), "tuple", tuple(operands), place=line.place),
            Apply((tangents,), "tuple", dots, place=line.place),
            Apply((pair,), "call", (self.callee(rule.tangent), *others, primals, tangents), place=line.place),
        )
        generic = Function("push", (*names, *dots), Block(lines, Return(pair)))
        made = self.specialised(generic, (False,) * len(generic.parameters))
        made = with_operands(made, len(operands))
        program = Program(made, len(operands), _name(rule.function))
        return [Apply(line.targets, "pushed", (Const(program, "rule"), *operands, *names), place=line.place)]


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))
