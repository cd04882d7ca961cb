"""Which names a function binds, by Python's own scoping rules, and where.

A name bound anywhere in a function is local to all of it; any other name belongs to a function around it, to the module
or to the builtins. Objects are not looked at here, only the text.

>>> import gast
>>> f = gast.parse("def f(x):\\n    for i in range(n):\\n        y = x\\n    return lambda t: t * y").body[0]
>>> scopes = resolve(f)
>>> sorted(scopes.of(f).locals), scopes.bound_in(f.body[0])
(['i', 'x', 'y'], ('i', 'y'))
>>> scopes.of(f.body[1].value).captures
('y',)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import gast


@dataclass(slots=True)
class Scope:
    """The names of one function."""

    parameters: tuple[str, ...]
    locals: set[str]
    globals: set[str] = field(default_factory=set)  # declared `global`
    nonlocals: set[str] = field(default_factory=set)
    last_bound: dict[str, int] = field(default_factory=dict)  # the number of the last statement that binds a local
    position: int = 0  # in the function around: the first statement whose bindings come after the definition
    captures: tuple[str, ...] = ()  # read in it, or in a function inside it, and bound by neither


class Scopes:
    """What `resolve` found, by syntax node."""

    def __init__(self) -> None:
        self._functions: dict[int, Scope] = {}
        self._loops: dict[int, tuple[str, ...]] = {}
        self.foreign: list[tuple[str, gast.AST, str]] = []  # what binds a name of another scope: `Global.Store`, node, name

    def of(self, function: gast.AST) -> Scope:
        return self._functions[id(function)]

    def bound_in(self, loop: gast.AST) -> tuple[str, ...]:
        """The names that a loop binds (in its target, test or body), in the order of the text."""
        return self._loops[id(loop)]

    def changes_later(self, function: gast.AST, name: str, around: Scope) -> bool:
        """May `name`, a variable of the function around, be bound again after `function` is defined?"""
        return around.last_bound.get(name, -1) >= self.of(function).position


def resolve(function: gast.AST) -> Scopes:
    """The scopes of a function and of all functions inside it."""
    scopes = Scopes()
    _Walk(scopes, function, 0)
    return scopes


def parameter_nodes(function: gast.AST) -> list[gast.AST]:
    """The parameters that are passed one by one: all but `*args` and `**kwargs`."""
    arguments = function.args
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


class _Walk:
    """One function, statement by statement; statements are numbered from 1, parameters are bound by number 0."""

    def __init__(self, scopes: Scopes, function: gast.AST, position: int) -> None:
        self.scopes = scopes
        arguments = function.args
        every = [*parameter_nodes(function), *filter(None, (arguments.vararg, arguments.kwarg))]
        self.scope = Scope(tuple(node.id for node in every), set(), position=position)
        self.count = 0
        self.loops: list[dict[str, None]] = []  # the names bound in each open loop
        self.outermost = 0  # the number of the outermost open loop
        self.reads: dict[str, None] = {}
        scopes._functions[id(function)] = self.scope
        for name in self.scope.parameters:
            self.bind(name, function)
        if isinstance(function, gast.Lambda):
            self.expressions([function.body])
        else:
            self.statements(function.body)
        scope = self.scope
        scope.captures = tuple(name for name in self.reads if name not in scope.locals and name not in scope.globals)

    def bind(self, name: str, node: gast.AST) -> None:
        if name in self.scope.globals or name in self.scope.nonlocals:
            key = "Global.Store" if name in self.scope.globals else "Nonlocal.Store"
            self.scopes.foreign.append((key, node, name))
            return
        self.scope.locals.add(name)
        self.scope.last_bound[name] = self.count
        for loop in self.loops:
            loop[name] = None

    def statements(self, statements: Sequence[gast.AST]) -> None:
        for statement in statements:
            self.count += 1
            match statement:
                case gast.For() | gast.While():
                    self.loop(statement)
                case gast.If():
                    self.expressions([statement.test])
                    self.statements(statement.body)
                    self.statements(statement.orelse)
                case gast.FunctionDef():
                    self.nested(statement)
                    self.bind(statement.name, statement)
                case gast.Global():
                    self.scope.globals.update(statement.names)
                case gast.Nonlocal():
                    self.scope.nonlocals.update(statement.names)
                case gast.AnnAssign():
                    self.expressions([*filter(None, [statement.value]), statement.target])
                case _:
                    self.expressions(ast.iter_child_nodes(statement))

    def loop(self, loop: gast.AST) -> None:
        bound: dict[str, None] = {}
        if not self.loops:
            self.outermost = self.count
        if isinstance(loop, gast.For):
            self.expressions([loop.iter])  # once, before the first turn
        self.loops.append(bound)
        self.expressions([loop.target if isinstance(loop, gast.For) else loop.test])
        self.statements(loop.body)
        self.loops.pop()
        self.scopes._loops[id(loop)] = tuple(bound)
        self.statements(loop.orelse)

    def expressions(self, nodes: Iterable[gast.AST]) -> None:
        for node in _inside(nodes):
            if isinstance(node, gast.Lambda):
                self.nested(node)
            elif isinstance(node, gast.Name):
                if not isinstance(node.ctx, gast.Load):
                    self.bind(node.id, node)
                if node.id not in self.reads and not isinstance(node.ctx, gast.Store):
                    self.reads[node.id] = None

    def nested(self, function: gast.AST) -> None:
        inner = _Walk(self.scopes, function, self.outermost if self.loops else self.count)
        self.reads.update(dict.fromkeys(inner.scope.captures))


def _inside(nodes: Iterable[gast.AST]) -> Iterator[gast.AST]:
    """Every expression in `nodes`, in the order of the text; lambdas are not entered."""
    waiting = list(nodes)[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (gast.Lambda, gast.Name, gast.Constant)):
            waiting.extend(list(ast.iter_child_nodes(node))[::-1])
