"""What lowering writes into: the lines of the open block, and which value each of the user's variables has here.

A variable is no place in memory but a name for a value: `y = x` writes no line, it lets `y` stand for the atom that `x`
stands for. A block is written on its own, then the line that holds it hands over what changed:

>>> from wengert.frontend.quote import written
>>> from wengert.frontend.resolve import resolve
>>> from wengert.ir.core import Return
>>> from wengert.ir.text import show_block
>>> source = written("def f(x): pass")
>>> w = Writer(source, resolve(source.node), source.node)
>>> w.set("x", "x")
>>> w.branch("x", lambda: w.set("x", w.apply("neg", "x", node=source.node, hint="x")), lambda: None, source.node)
>>> print(show_block(Block(tuple(w.lines), Return(w.values["x"]))))
x.1 = if x:
    x.0 = -x
    yield x.0
else:
    yield x
return x.1
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar, cast

import gast

from wengert.frontend.code_match import class_of
from wengert.frontend.quote import statement_text
from wengert.frontend.resolve import Scopes
from wengert.frontend.source import Source
from wengert.ir.build import Names
from wengert.ir.core import UNDEF, Apply, Atom, Block, Const, Def, Function, If, Line, Name, Place, Stop, Terminator, Yield


def plain(key: str) -> str:
    """The name of a variable with this key."""
    return key.partition("@")[0]


Lowered: TypeAlias = Atom | None
Outside: TypeAlias = tuple[list[Line], Terminator | None, gast.AST, str]
"""What was being written when a block was opened."""

EXPRESSIONS: dict[type, Callable[[Writer, gast.AST, str], Atom]] = {}
STATEMENTS: dict[type, Callable[[Writer, gast.AST], None]] = {}
"""How each type of syntax node is lowered; the modules beside this one put their functions here."""

F = TypeVar("F", bound=Callable[..., object])


def lowers(*types: type) -> Callable[[F], F]:
    """Say which syntax a function lowers."""

    def put(function: F) -> F:
        table: dict[type, Any] = STATEMENTS if issubclass(types[0], ast.stmt) else EXPRESSIONS
        table.update(dict.fromkeys(types, function))
        return function

    return put


@dataclass(slots=True)
class Loop:
    """A loop that is being written: the variables it carries, the cleanups open around it, how many `break`s leave it."""

    variables: tuple[str, ...]
    cleanups: int = 0
    breaks: int = 0


@dataclass(frozen=True, slots=True)
class Changing:
    """An inner function that reads variables which are bound again: as it stands right only where it is called before that."""

    writer: Writer
    variables: tuple[str, ...]
    values: tuple[Atom, ...]


@dataclass(slots=True)
class Shared:
    """What a function and those inside it have in common."""

    names: Names = field(default_factory=Names)
    plain: set[Name] = field(default_factory=set)  # parameters, which are names without a version
    depth: dict[Name, int] = field(default_factory=dict)  # how many blocks were open where a name was bound
    changing: dict[Name, Changing] = field(default_factory=dict)
    trusting: set[gast.AST] = field(default_factory=set)  # the `try`s that are taken not to raise
    again: bool = False  # a variable was found to need a box: what is written so far is not right

    def box(self, atom: Atom) -> None:
        """The variables of this inner function, if it is one that reads changing ones, must live in boxes."""
        inner = None if isinstance(atom, Const) else self.changing.get(atom)
        if inner is not None:
            inner.writer.scope.boxed.update(dict.fromkeys(inner.variables))
            self.again = True


@dataclass(slots=True)
class Side:
    """A finished block."""

    lines: tuple[Line, ...]
    end: Terminator | None  # None: falls through
    changed: dict[str, Atom]
    value: Lowered


class Writer:
    """Writes one function."""

    def __init__(
        self, source: Source, scopes: Scopes, function: gast.AST, free: Collection[str] = (), around: Writer | None = None
    ):
        self.source, self.scopes, self.scope, self.free = source, scopes, scopes.of(function), free
        self.around = around
        self.shared: Shared = around.shared if around else Shared()
        self.open: int = around.open + 1 if around else 0
        self.values: dict[str, Atom] = {}
        self.boxes: dict[str, Name] = {}  # of the variables that live in one
        self.own: list[dict[str, str]] = []  # the variables of the open comprehensions, by name: their keys
        self.cleanups: list[Callable[[], None]] = []  # what the open `with` and `try ... finally` do on the way out
        self.handling: Atom | None = None  # the exception, in a handler
        self.before: list[dict[str, Atom]] = []  # for each open block, what the variables it changed were
        self.lines: list[Line] = []
        self.end: Terminator | None = None  # set where control does not go on: nothing is written below
        self.loops: list[Loop] = []
        self.taken: gast.AST | None = None  # the expression all of whose items are being taken
        self.at_once = False  # inside of calls that take all items of a generator expression before anything else happens
        self.in_test = False  # of a `while`, which cannot be left
        self.private: str = around.private if around else class_of(source.qualname)  # the class whose private names are meant
        self.at(around.statement if around else function)

    # Places

    def at(self, statement: gast.AST) -> None:
        """From here on, lines come from this statement."""
        self.statement = statement
        self.text = "" if isinstance(statement, gast.FunctionDef) and not self.lines else statement_text(self.source, statement)

    def place(self, node: gast.AST) -> Place:
        source, line = self.source, node.lineno
        return Place(
            line, source.column(line, node.col_offset), node.end_lineno, source.column(node.end_lineno, node.end_col_offset),
            source.file, source.qualname, source.first_line, self.statement, None if node is self.statement else node,
            self.text, text=source.line(line),
        )  # fmt: skip

    # Syntax

    def expression(self, node: gast.AST, hint: str = "") -> Atom:
        """The value of an expression; `hint` names the variable that it is for."""
        return UNDEF if self.end is not None else EXPRESSIONS[type(node)](self, node, hint)

    def items(self, node: gast.AST) -> Atom:
        """The value of an expression all of whose items are taken at once: it may be a generator expression."""
        self.taken = node
        return self.expression(node)

    def statements(self, nodes: Iterable[gast.AST]) -> None:
        """Write statements, up to one that control does not pass."""
        for node in nodes:
            if self.end is not None:
                return
            self.at(node)
            STATEMENTS[type(node)](self, node)

    # Lines

    def add(self, line: Line) -> None:
        if self.end is None:
            self.lines.append(line)

    def fresh(self, hint: str = "") -> Name:
        """A version of a variable, of which the name or the key is given; without one a temporary."""
        name = self.shared.names.fresh(plain(hint))
        self.shared.depth[name] = self.open
        return name

    def apply(self, op: str, *args: Atom, node: gast.AST, hint: str = "", keywords: Iterable[tuple[str, Atom]] = ()) -> Atom:
        """Write `target = op(args)` for `node`; the target is a version of `hint`."""
        if self.end is not None:
            return UNDEF
        target = self.fresh(hint)
        self.lines.append(Apply((target,), op, args, tuple(keywords), None, self.place(node)))
        return target

    def do(self, op: str, *args: Atom, node: gast.AST) -> None:
        """Write a line that is done for its effect."""
        self.add(Apply((), op, args, (), None, self.place(node)))

    def stop(self, op: str, *args: Atom, node: gast.AST) -> None:
        """Write a line that control does not pass."""
        self.do(op, *args, node=node)
        self.leave(Stop())

    def clean_up(self, above: int = 0) -> None:
        """Write what the open `with` and `finally` do on the way out, down to the first `above` of them."""
        cleanups = self.cleanups
        while len(self.cleanups) > above:
            self.cleanups = self.cleanups[:-1]
            cleanups[len(self.cleanups)]()
        self.cleanups = cleanups

    def leave(self, end: Terminator) -> None:
        if self.end is None:
            self.end = end

    # Variables

    def set(self, key: str, atom: Atom) -> None:
        """From here on, a local without a box stands for this."""
        if self.end is not None:
            return
        if self.before:
            self.before[-1].setdefault(key, self.values.get(key, UNDEF))
        self.values[key] = atom

    def now(self, keys: Iterable[str]) -> tuple[Atom, ...]:
        return tuple(self.values.get(key, UNDEF) for key in keys)

    def key(self, variable: str) -> str:
        """A name, or the key of the variable that the innermost open comprehension means by it."""
        return next((own[variable] for own in reversed(self.own) if variable in own), variable)

    def carried(self, loop: gast.AST) -> tuple[str, ...]:
        """The variables that a loop binds and hands from turn to turn."""
        return tuple(key for key in self.scopes.bound_in(loop) if key not in self.boxes)

    def open_scope(self, comprehension: gast.AST) -> dict[str, str]:
        """From here on, names may mean the variables of a comprehension."""
        own = self.scopes.own(comprehension)
        self.own.append(own)
        for key in own.values():
            if key in self.scope.boxed:
                self.new_box(key, comprehension)
        return own

    def close_scope(self) -> None:
        for key in self.own.pop().values():
            if key not in self.boxes:
                self.set(key, UNDEF)

    def owner(self, variable: str) -> tuple[Writer | None, str]:
        """The function that a name is a local of (None: none of the text), and its key there."""
        writer: Writer | None = self
        while writer is not None and variable not in writer.scope.globals:
            key = writer.key(variable)
            if key in writer.scope.locals:
                return writer, key
            writer = writer.around
        return None, variable

    def bind(self, variable: str, atom: Atom, node: gast.AST) -> None:
        """What the user's text does by an assignment to a name; `UNDEF` makes it a name without a value."""
        owner, key = self.owner(variable)
        if owner is None:
            self.do("setglobal", Const(self.mangled(variable)), atom, node=node)
        elif key in owner.boxes:
            self.do("rebox", owner.boxes[key], *(() if atom is UNDEF else (atom,)), node=node)
        else:
            self.set(key, atom)

    def new_box(self, key: str, node: gast.AST) -> None:
        """Let a variable live in a box from here on."""
        atom = self.values.get(key, UNDEF)
        self.boxes[key] = self.fresh(f"{plain(key)}_box")
        self.add(Apply((self.boxes[key],), "box", () if atom is UNDEF else (atom,), (), None, self.place(node)))

    def mangled(self, name: str) -> str:
        """What Python makes of `__name` inside of a class."""
        private = name.startswith("__") and not name.endswith("__")
        owner = self.private.lstrip("_") if private else ""
        return f"_{owner}{name}" if owner else name

    def read(self, variable: str, node: gast.AST) -> Atom:
        """The value of a variable here; of one that no function in the text binds, a line that reads it."""
        owner, key = self.owner(variable)
        if owner is not None:
            if key in owner.boxes:
                return self.apply("unbox", owner.boxes[key], node=node, hint=variable)
            atom = owner.values.get(key, UNDEF)
            return self.unbound(variable, node, owner is self) if atom is UNDEF else atom
        declared, writer = False, cast("Writer | None", self)
        while writer is not None and not declared:
            declared, writer = variable in writer.scope.globals, writer.around
        cell = not declared and variable in self.free
        return self.apply("cell" if cell else "global", Const(self.mangled(variable)), node=node)

    def define(self, node: gast.AST, function: Function, hint: str, place: Place) -> Name:
        """Write the line of an inner function, and note which of the variables it reads may change."""
        target = self.fresh(hint)
        captured = [key for key in self.scopes.of(node).captures if key in self.scope.locals and key not in self.boxes]
        changing = tuple(key for key in captured if self.scopes.changes_later(node, key, self.scope))
        if changing:
            self.shared.changing[target] = Changing(self, changing, self.now(changing))
        self.add(Def(target, function, place))
        return target

    def called(self, atom: Atom) -> None:
        """It is called here: if its variables are not what they were when it was defined, they must live in boxes."""
        inner = None if isinstance(atom, Const) else self.shared.changing.get(atom)
        if inner and (inner.writer is not self or self.now(inner.variables) != inner.values):
            self.shared.box(atom)

    def unbound(self, variable: str, node: gast.AST, local: bool) -> Atom:
        """Surely without a value: raise what Python raises."""
        if not self.in_test:
            kind = UnboundLocalError if local else NameError
            start, end = ("local variable", "") if local else ("free variable", " in enclosing scope")
            words = f"cannot access {start} {variable!r} where it is not associated with a value{end}"
            self.raise_new(kind, Const(words), node=node)
        return UNDEF

    def raise_new(self, kind: type[Exception], *args: Atom, node: gast.AST) -> None:
        self.stop("raise", self.apply("call", Const(kind, kind.__name__), *args, node=node), node=node)

    # Blocks

    def start_block(self) -> Outside:
        outside = self.lines, self.end, self.statement, self.text
        self.lines = []
        self.before.append({})
        self.open += 1
        return outside

    def finish_block(self, outside: Outside, value: Lowered = None) -> Side:
        """Close the block; every variable stands again for what it stood for before."""
        self.open -= 1
        old = self.before.pop()
        changed = {variable: self.values[variable] for variable in old}
        self.values.update(old)
        side = Side(tuple(self.lines), self.end, changed, value)
        self.lines, self.end, self.statement, self.text = outside
        return side

    def _side(self, write: Callable[[], Lowered]) -> Side:
        outside = self.start_block()
        return self.finish_block(outside, write())

    def branch(
        self, test: Atom, then: Callable[[], Lowered], orelse: Callable[[], Lowered], node: gast.AST, hint: str = ""
    ) -> Lowered:
        """Write an `If`: bind what a side changes, and the value of an expression if the sides have one."""
        if self.end is not None:
            return UNDEF
        sides = self._side(then), self._side(orelse)
        going = [side for side in sides if side.end is None]
        handed: list[tuple[str | None, Sequence[Atom]]] = []  # the variable (None: the expression's value), by going side
        if any(side.value is not None for side in sides):
            handed.append((None, [UNDEF if side.value is None else side.value for side in going]))
        for variable in {**sides[0].changed, **sides[1].changed}:
            old = self.values.get(variable, UNDEF)
            handed.append((variable, [side.changed.get(variable, old) for side in going]))
        bound = [(variable, atoms) for variable, atoms in handed if going and not self._same(atoms)]
        targets = tuple(self.fresh(hint if variable is None else variable) for variable, _ in bound)
        ends = iter([Yield(tuple(atoms[k] for _, atoms in bound)) for k in range(len(going))])
        blocks = [Block(side.lines, side.end or next(ends)) for side in sides]
        self.add(If(targets, test, blocks[0], blocks[1], self.place(node)))
        if not going:
            self.leave(Stop())
            return UNDEF
        after = {variable: atoms[0] for variable, atoms in handed} | {variable: name for (variable, _), name in zip(bound, targets)}
        for changed, atom in after.items():
            if changed is not None:
                self.set(changed, atom)
        return after.get(None)

    def _same(self, atoms: Sequence[Atom]) -> bool:
        """Is it one atom, that can be read below the branch?"""
        first = atoms[0]
        return all(atom == first for atom in atoms) and (isinstance(first, Const) or self.shared.depth.get(first, 0) <= self.open)
