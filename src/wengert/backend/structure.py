"""Blocks of the IR as statements of Python's syntax tree, with the comments of the text.

What SSA leaves unsaid is said here: the copies at the edges of loops and branches that naming could not avoid, the
`else` of a loop, `x_bar += ...` for an adjoint that gains, and which way round an `if` reads best.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wengert.backend.copies import Copies, Loop
from wengert.backend.fused import Idle
from wengert.backend.stores import STORES, stored
from wengert.backend.unparse import Blank, Comment
from wengert.backend.write import OPERATOR, STORE, invoke, negated
from wengert.ir.core import Apply, Block, Break, Const, Continue, Def, For, Function, If, Line, Name, Pass, Return, While, Yield
from wengert.ir.kinds import Array, List
from wengert.ir.values import substitute
from wengert.ir.walk import INPLACE, exits

EFFECTS = frozenset({"setitem", "setattr", "delitem", "delattr"})


@dataclass(slots=True)
class Context:
    """Where a block stands: what its `yield` hands on to, its loop, and whether its end is the end of a turn."""

    targets: tuple[Name, ...] = ()
    loop: Loop | None = None
    turn: bool = False


@dataclass(slots=True, kw_only=True)
class Structure(Copies):
    """Writes the statements of one function."""

    nested: Callable[[Function, str], ast.FunctionDef]  # writes a nested function under a name
    silent: set[Name] = field(default_factory=set)  # exit codes that nobody asks for: a loop's own `else` says it

    # statements

    def body(self, block: Block, context: Context, elif_: bool = False) -> list[ast.stmt]:
        out: list[ast.stmt] = []
        self.block(block, context, out, elif_)
        return out

    def block(self, block: Block, context: Context, out: list[ast.stmt], elif_: bool = False) -> None:
        fused = self.writer.fused
        lines = block.lines
        first, last = _first(lines, fused.inside), _last(lines, fused.inside)
        opened: list[tuple[Apply, list[ast.stmt], int]] = []  # the `with`s of this block: where their bodies begin
        i = 0
        while i < len(lines):
            line = lines[i]
            i += 1
            if isinstance(line, Apply) and line.op in ("comment", "undo"):
                self.note(line)
                continue
            if isinstance(line, Apply) and line.op == "enter":
                opened.append((line, out, len(out)))
                continue
            if isinstance(line, Apply) and line.op == "leave":
                if opened and opened[-1][0].args == line.args and opened[-1][1] is out:
                    self.close(*opened.pop())
                continue  # another one stands before a `return`, `break` or `continue`, which leaves the `with`
            if self.notes:
                self.notes[-1].code = True
            if len(line.targets) == 1 and line.targets[0] in fused.inside:
                continue
            if isinstance(line, If) and id(line) not in fused.forms:
                end = block.terminator
                turn = context.turn and i - 1 == last and isinstance(end, Yield) and not self.moves(context.targets, end)
                out = self.branch(line, Context(line.targets, context.loop, turn), out, elif_ and i - 1 == first)
            elif isinstance(line, (For, While)):
                i = self.loop(line, lines, i, context, out)
            elif isinstance(line, Def):
                self.function(line, out)
            else:
                self.plain(line, out)
        self.terminator(block, context, out)
        while opened:
            self.close(*opened.pop())

    def close(self, line: Apply, out: list[ast.stmt], begin: int) -> None:
        """The statements from here on are the body of a `with`."""
        name = ast.Name(self.writer.names[line.targets[0]], STORE) if self.writer.fused.uses.get(line.targets[0]) else None
        item = ast.withitem(self.writer.atom(line.args[0]), name)
        body = out[begin:]
        del out[begin:]
        self.emit(out, ast.With([item], body or [ast.Pass()]), line.place)

    def terminator(self, block: Block, context: Context, out: list[ast.stmt]) -> None:
        end, loop = block.terminator, context.loop
        place = block.lines[-1].place if block.lines else None
        if isinstance(end, Yield):
            self.copy(self.moves(context.targets, end), out, place)
        elif isinstance(end, Continue) and loop is not None:
            self.copy(self.moves(loop.carried, end), out, place)
            self.emit(out, ast.Continue(), place)
        elif isinstance(end, Break) and loop is not None:
            self.copy(self.moves(self.left(loop), end), out, place)
            if loop.exit is not None and self.flagged(loop.exit):
                self.emit(out, self.assign(loop.exit, ast.Constant(end.exit)), place)
            self.emit(out, ast.Break(), place)
        elif isinstance(end, Return):
            if self.notes and not isinstance(end.value, Const) and not self.notes[-1].code and not self.notes[-1].section:
                self.notes.pop()
            value = None if isinstance(end.value, Const) and end.value.value is None else self.writer.atom(end.value)
            self.emit(out, ast.Return(value), place)
        if self.notes and not self.notes[-1].section and not self.notes[-1].code:
            self.notes.pop()

    # plain lines

    def plain(self, line: Apply | If, out: list[ast.stmt]) -> None:
        writer = self.writer
        if isinstance(line, If):
            self.emit(out, self.assign(line.targets[0], writer.form(line)), line.place)
            return
        op, args = line.op, line.args
        if any(line is pattern for pattern in writer.fused.patterns.values()):
            return
        if op == "raise":
            parts: list[ast.expr | None] = [writer.atom(atom) for atom in args]
            self.emit(out, ast.Raise(*(parts + [None, None])[:2]), line.place)
        elif op == "clobber":  # what the call above it may have done
            self.copy(self.moves(line.targets, args), out, line.place)
        elif op in STORES:
            self.emit(out, stored(writer, line), line.place)
            self.copy(self.moves(line.targets[:1], args[:1]), out, line.place)
        elif op in EFFECTS:
            self.emit(out, self.effect(line), line.place)
        elif op in ("unpack", "unpack_star"):
            self.emit(out, ast.Assign([self.pattern(line)], writer.atom(args[0])), line.place)
        elif op in ("invoke", "restore") and len(line.targets) > 1:
            self.emit(out, ast.Assign([self.pattern(line)], writer.apply(line)), line.place)
        elif op in ("next", "pop", "pull", "pop_key", "take_key"):
            self.emit(out, self.assign(line.targets[0], writer.apply(line)), line.place)
            self.copy(self.moves(line.targets[1:], args[:1]), out, line.place)
        elif not line.targets:
            self.emit(out, ast.Expr(writer.apply(line)), line.place)
        else:
            shared = op in INPLACE and isinstance(substitute(writer.kinds, args[0]), (Array, List))
            if shared and self.moves(line.targets, args[:1]):
                held = ast.Name(writer.names[args[0]] if isinstance(args[0], str) else "_", STORE)
                self.emit(out, ast.AugAssign(held, OPERATOR[INPLACE[op]](), writer.atom(args[1])), line.place)
                self.copy(self.moves(line.targets, args[:1]), out, line.place)
                return
            self.emit(out, self.gain(line.targets[0], line) or self.assign(line.targets[0], writer.apply(line)), line.place)

    def effect(self, line: Apply) -> ast.stmt:
        """`x[i] = v`, `x.a = v`, `del x[i]`, `del x.a`, of something that is no value of the program."""
        writer, whole = self.writer, self.writer.atom(line.args[0])
        store = ast.Del() if line.op.startswith("del") else STORE
        if line.op.endswith("item"):
            target: ast.expr = ast.Subscript(whole, writer.index(line.args[1]), store)
        else:
            name = line.args[1].value if isinstance(line.args[1], Const) else ""
            target = ast.Attribute(whole, str(name), store)
        return ast.Delete([target]) if line.op.startswith("del") else ast.Assign([target], writer.atom(line.args[2]))

    def pattern(self, line: Apply) -> ast.expr:
        targets: list[ast.expr] = [ast.Name(self.writer.names[target], STORE) for target in line.targets]
        if line.op == "unpack_star":
            assert isinstance(line.args[1], Const)
            targets[line.args[1].value] = ast.Starred(targets[line.args[1].value], STORE)
        return ast.Tuple(targets, STORE)

    def function(self, line: Def, out: list[ast.stmt]) -> None:
        self.notes = [note for note in self.notes if not note.section]  # a pullback says what it is
        self.flush(out)
        if out and not isinstance(out[-1], (Blank, Comment)):
            out.append(Blank())
        self.said = ""
        out.extend((self.nested(line.function, self.writer.names[line.target]), Blank()))

    # branches

    def branch(self, line: If, context: Context, out: list[ast.stmt], elif_: bool) -> list[ast.stmt]:
        """Write an `if`; with `elif_` it will be the `elif` of the one around it. Where the text goes on."""
        self.flush(out)
        test = self.writer.atom(line.test)
        said = self.said
        then = self.inside(line.then, context)
        self.said = said
        only = _is_elif(line, self.writer.fused.inside)
        message = self.asserted(line, then)
        if message is not None:
            self.emit(out, ast.Assert(test, message[0] if message else None), line.place)
        elif exits(line.then):
            node = ast.If(test, then, [])
            self.emit(out, node, line.place)
            self.said = ""
            out = node.orelse if elif_ else out
            self.block(line.orelse, context, out)
        elif then:
            self.emit(out, ast.If(test, then, self.inside(line.orelse, context, only)), line.place)
        elif elif_:
            orelse = self.inside(line.orelse, context, only)
            if orelse:
                self.emit(out, ast.If(test, [ast.Continue() if context.turn else ast.Pass()], orelse), line.place)
        elif context.turn and _last(line.orelse.lines, self.writer.fused.inside) >= 0 and not exits(line.orelse):
            self.emit(out, ast.If(test, [ast.Continue()], []), line.place)
            self.said = ""
            self.block(line.orelse, context, out)
        else:
            orelse = self.inside(line.orelse, context)
            if orelse:
                self.emit(out, ast.If(negated(test), orelse, []), line.place)
        self.said = ""
        return out

    def inside(self, block: Block, context: Context, elif_: bool = False) -> list[ast.stmt]:
        kept, self.notes = self.notes, []
        statements = self.body(block, context, elif_)
        self.notes = kept
        return statements

    def asserted(self, line: If, then: Sequence[ast.stmt]) -> list[ast.expr] | None:
        """The message of an `assert` (no items if it has none); None if the line is no `assert`."""
        if then or line.place is None or type(line.place.statement).__name__ != "Assert":
            return None
        raised = [below for below in line.orelse.lines if not (below.targets and below.targets[0] in self.writer.fused.inside)]
        if len(raised) != 1 or not isinstance(raised[0], Apply) or raised[0].op != "raise":
            return None
        made = self.writer.fused.inside.get(raised[0].args[0]) if isinstance(raised[0].args[0], str) else None
        return [self.writer.atom(atom) for atom in made.args[1:]] if isinstance(made, Apply) and made.op == "call" else None

    # loops

    def left(self, loop: Loop) -> tuple[Name, ...]:
        """The names that a `break` assigns: the carried ones where a result goes by another name (it is copied below the loop)."""
        if isinstance(loop, While) and isinstance(loop.test.terminator, Pass) and loop.test.terminator.values:
            return loop.targets
        names = self.writer.names
        return tuple(t if names[t] == names[c] or isinstance(names[t], Idle) else c for t, c in zip(loop.targets, loop.carried))

    def flagged(self, exit: Name) -> bool:
        return bool(self.writer.fused.uses.get(exit)) and exit not in self.silent

    def loop(self, line: Loop, lines: tuple[Line, ...], i: int, context: Context, out: list[ast.stmt]) -> int:
        """Write a loop and, if the next line asks whether it was left by `break`, that as its `else`. The next position."""
        self.flush(out)
        after = self.otherwise(line, lines, i) if line.exit is not None else None
        renamed = [pair for pair in zip(line.targets, line.carried) if pair[0] not in self.left(line)]
        if after is not None:
            asked = lines[after]
            assert isinstance(asked, If) and line.exit is not None
            inner = Context(asked.targets, context.loop, False)
            if renamed or not self.asked_by_python(line) or self.inside(asked.orelse, inner):
                after = None
            else:
                self.silent.add(line.exit)
        self.copy(self.moves(line.carried, line.initial), out, line.place)
        if line.exit is not None and self.flagged(line.exit):
            self.emit(out, self.assign(line.exit, ast.Constant(0)), line.place)
        self.said = ""
        node = self.for_(line) if isinstance(line, For) else self.while_(line)
        self.emit(out, node, line.place)
        self.said = ""
        self.copy(self.moves([target for target, _ in renamed], tuple(carried for _, carried in renamed)), out, line.place)
        if after is None:
            return i
        asked = lines[after]
        assert isinstance(asked, If)
        node.orelse = self.inside(asked.then, Context(asked.targets, context.loop, False))
        return after + 1

    def otherwise(self, line: Loop, lines: tuple[Line, ...], i: int) -> int | None:
        """The position of `if exit == 0` right below a loop, if nothing else asks for its exit code."""
        inside = self.writer.fused.inside
        if line.exit is None or self.writer.fused.uses.get(line.exit) != 1:
            return None
        while i < len(lines):
            below = lines[i]
            if isinstance(below, If) and below.test in inside and isinstance(below.test, str):
                test = inside[below.test]
                asked = isinstance(test, Apply) and test.op == "eq" and test.args == (line.exit, Const(0))
                return i if asked and id(below) not in self.writer.fused.forms else None
            if not (len(below.targets) == 1 and below.targets[0] in inside):
                return None
            i += 1
        return None

    def asked_by_python(self, line: Loop) -> bool:
        """Does Python's `else` run where the exit code is 0? Not if an `if` in the body ends the loop in the place of its test."""
        if _ends_by_break(line.body):
            return False
        if isinstance(line, For):
            return True
        end = line.test.terminator
        return _last(line.test.lines, self.writer.fused.inside) < 0 and not (isinstance(end, Pass) and end.values)

    def for_(self, line: For) -> ast.For:
        sources = list(line.sources)
        elements = [self.element(element) for element in line.elements]
        first = self.writer.fused.inside.get(sources[0]) if isinstance(sources[0], str) else None
        counted = isinstance(first, Apply) and first.op == "count" and len(sources) > 1
        if counted:
            sources, elements = sources[1:], elements[1:]
        items = [self.writer.atom(source) for source in sources]
        iterable = invoke("zip", *items) if len(items) > 1 else items[0]
        target: ast.expr = ast.Tuple(elements, STORE) if len(items) > 1 else elements[0]
        if counted and isinstance(first, Apply):
            start = first.args[0] if first.args else Const(0)
            numbers = [] if start == Const(0) else [self.writer.atom(start)]
            iterable = invoke("enumerate", iterable, *numbers)
            target = ast.Tuple([self.element(line.elements[0]), target], STORE)
        body = self.inside(line.body, Context(line.carried, line, True))
        return ast.For(target, iterable, body or [ast.Pass()], [])

    def element(self, element: Name) -> ast.expr:
        pattern = self.writer.fused.patterns.get(element)
        return ast.Name(self.writer.names[element], STORE) if pattern is None else self.pattern(pattern)

    def while_(self, line: While) -> ast.While:
        test: list[ast.stmt] = []
        kept, self.notes = self.notes, []
        end = line.test.terminator
        assert isinstance(end, Pass)
        self.block(Block(line.test.lines, Yield()), Context(), test)
        left: list[ast.stmt] = []
        if end.values:
            self.copy(self.moves(line.targets, end.values), left, line.place)
        asked = self.writer.atom(end.value)
        body = self.inside(line.body, Context(line.carried, line, True))
        self.notes = kept
        if not test and not left:
            return ast.While(asked, body or [ast.Pass()], [])
        leave = ast.If(negated(asked), [*left, ast.Break()], [])
        return ast.While(ast.Constant(True), [*test, leave, *body], [])


def _ends_by_break(block: Block) -> bool:
    """Is there a `break` that ends the loop as its test would have?"""
    if isinstance(block.terminator, Break) and block.terminator.exit == 0:
        return True
    return any(_ends_by_break(inner) for line in block.lines if isinstance(line, If) for inner in (line.then, line.orelse))


def _last(lines: tuple[Line, ...], inside: dict[Name, Apply | If]) -> int:
    """The position of the last line that is a statement, or -1."""
    for i in range(len(lines) - 1, -1, -1):
        line = lines[i]
        if not (isinstance(line, Apply) and line.op in ("comment", "undo") or len(line.targets) == 1 and line.targets[0] in inside):
            return i
    return -1


def _first(lines: tuple[Line, ...], inside: dict[Name, Apply | If]) -> int:
    """The position of the first line that is a statement, or -1."""
    return next((i for i in range(len(lines)) if _last(lines[i : i + 1], inside) == 0), -1)


def _is_elif(line: If, inside: dict[Name, Apply | If]) -> bool:
    """Is the else-branch one `if`, for all that the user's text tells?"""
    lines = line.orelse.lines
    first = _first(lines, inside)
    if first < 0 or any(isinstance(below, Apply) and below.op in ("comment", "undo") for below in lines[:first]):
        return False
    inner = lines[first]
    if not isinstance(inner, If) or first != _last(lines, inside) and not exits(inner.then):
        return False
    outer = getattr(line.place.statement, "orelse", None) if line.place is not None else None
    if first == _last(lines, inside) or not isinstance(outer, list) or inner.place is None:
        return True
    return len(outer) == 1 and outer[0] is inner.place.statement
