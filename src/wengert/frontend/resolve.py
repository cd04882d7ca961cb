"""Which names a function binds, by Python's own scoping rules, and where.

A name bound anywhere in a function is local to all of it; any other name belongs to a function around it, to the module
or to the builtins. A comprehension has variables of its own: they are locals of the function under another key, `i@1`.
Objects are not looked at here, only the text.

>>> import gast
>>> f = gast.parse("def f(x):\\n    for i in range(n):\\n        y = [i for i in x]\\n    return lambda t: t * y").body[0]
>>> scopes = resolve(f)
>>> sorted(scopes.of(f).locals), scopes.bound_in(f.body[0])  # `i` of the comprehension is `i@1`
(['i', 'i@1', 'x', 'y'], ('i', 'y', 'i@1'))
>>> scopes.of(f.body[1].value).captures
('y',)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import gast

COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)


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
    boxed: dict[str, None] = field(default_factory=dict)  # locals that live in a box, as other functions see or make them change
    yields: list[gast.AST] = field(default_factory=list)  # the `yield`s of a generator function


class Scopes:
    """What `resolve` found, by syntax node."""

    def __init__(self) -> None:
        self._functions: dict[int, Scope] = {}
        self._loops: dict[int, tuple[str, ...]] = {}
        self._comprehensions: dict[int, dict[str, str]] = {}
        self._halfway: dict[int, tuple[str, ...]] = {}
        self.foreign: list[tuple[gast.AST, str]] = []  # what binds a variable of a function around the whole text: node, name

    def of(self, function: gast.AST) -> Scope:
        return self._functions[id(function)]

    def bound_in(self, loop: gast.AST) -> tuple[str, ...]:
        """The names that a loop, or a clause of a comprehension, binds (in its target, test or body), in the order of the text."""
        return self._loops[id(loop)]

    def bound_halfway(self, attempt: gast.AST) -> tuple[str, ...]:
        """The names that the body of a `try` may have bound when it raises."""
        return self._halfway[id(attempt)]

    def own(self, comprehension: gast.AST) -> dict[str, str]:
        """The variables of a comprehension, and the keys that they have among the locals of the function."""
        return self._comprehensions[id(comprehension)]

    def changes_later(self, function: gast.AST, name: str, around: Scope) -> bool:
        """May `name`, a variable of the function around, be bound again after `function` is defined?"""
        return around.last_bound.get(name, -1) >= self.of(function).position


def resolve(function: gast.AST) -> Scopes:
    """The scopes of a function and of all functions inside it."""
    scopes = Scopes()
    walk = _Walk(scopes, function, 0)
    scopes.foreign += [(node, name) for name, node in walk.outward.items()]
    return scopes


def parameter_nodes(function: gast.AST) -> list[gast.AST]:
    """The parameters in Python's order: `(a, /, b, *args, k, **options)`."""
    arguments = function.args
    star, double_star = [[node] if node else [] for node in (arguments.vararg, arguments.kwarg)]
    return [*arguments.posonlyargs, *arguments.args, *star, *arguments.kwonlyargs, *double_star]


def bound_by(statement: gast.AST) -> str | None:
    """The name that a statement in the body of a class gives a value, if it is of a simple form."""
    match statement:
        case gast.FunctionDef(name=str(name)):
            return name
        case gast.Assign(targets=[gast.Name(id=str(name))]) | gast.AnnAssign(target=gast.Name(id=str(name)), value=ast.AST()):
            return name
    return None


def default_nodes(function: gast.AST) -> list[gast.AST]:
    """The default values, in the order in which Python evaluates them."""
    return [node for node in (*function.args.defaults, *function.args.kw_defaults) if node is not None]


class _Walk:
    """One function, statement by statement; statements are numbered from 1, parameters are bound by number 0."""

    def __init__(self, scopes: Scopes, function: gast.AST, position: int) -> None:
        self.scopes = scopes
        self.scope = Scope(tuple(node.id for node in parameter_nodes(function)), set(), position=position)
        self.count = 0
        self.loops: list[dict[str, None]] = []  # the names bound in each open loop
        self.tries: list[dict[str, None]] = []  # the same for the body of each open `try`
        self.outermost = 0  # the number of the outermost open loop
        self.reads: dict[str, None] = {}
        self.inner: list[dict[str, str]] = []  # the variables of the open comprehensions
        self.outward: dict[str, gast.AST] = {}  # `nonlocal` names that are bound here or further inside, and where
        scopes._functions[id(function)] = self.scope
        for name in self.scope.parameters:
            self.bind(name, function)
        if isinstance(function, gast.Lambda):
            self.expressions([function.body])
        else:
            self.statements(function.body)
        scope = self.scope
        scope.captures = tuple(name for name in self.reads if name not in scope.locals and name not in scope.globals)
        scope.boxed.update(dict.fromkeys(name for name in self.outward if name in scope.locals))
        self.outward = {name: node for name, node in self.outward.items() if name not in scope.locals}

    def key(self, name: str) -> str:
        """A name, or the key of the variable that the innermost comprehension means by it."""
        return next((variables[name] for variables in reversed(self.inner) if name in variables), name)

    def bind(self, key: str, node: gast.AST) -> None:
        if key in self.scope.globals:
            return
        if key in self.scope.nonlocals:
            self.outward.setdefault(key, node)
            return
        self.scope.locals.add(key)
        self.scope.last_bound[key] = self.count
        for around in (*self.loops, *self.tries):
            around[key] = None

    def statements(self, statements: Sequence[gast.AST]) -> None:
        for statement in statements:
            self.count += 1
            match statement:
                case gast.For() | gast.While():
                    self.loop(statement)
                case gast.FunctionDef():
                    self.expressions(statement.decorator_list)
                    self.nested(statement)
                    self.bind(statement.name, statement)
                case gast.ClassDef():
                    self.class_(statement)
                    self.bind(statement.name, statement)
                case gast.AsyncFunctionDef():
                    self.bind(statement.name, statement)
                case gast.Global():
                    self.scope.globals.update(statement.names)
                case gast.Nonlocal():
                    self.scope.nonlocals.update(statement.names)
                case gast.AnnAssign():
                    self.expressions([*filter(None, [statement.value]), statement.target])
                case gast.Try():
                    self.attempt(statement)
                case gast.Import() | gast.ImportFrom():
                    for alias in statement.names:
                        self.bind(alias.asname or alias.name.partition(".")[0], statement)
                case _:
                    self.parts(statement)

    def parts(self, node: gast.AST) -> None:
        """What a compound statement, a handler, a `case` or a pattern is made of, in the order of the text."""
        for name, value in ast.iter_fields(node):
            items = value if isinstance(value, list) else [value]
            if items and isinstance(items[0], ast.stmt):
                self.statements(items)
            elif isinstance(value, str) and name in ("name", "rest"):  # a pattern that captures
                self.bind(value, node)
            else:
                for item in items:
                    if isinstance(item, ast.expr):
                        self.expressions([item])
                    elif isinstance(item, ast.AST):
                        self.parts(item)

    def attempt(self, node: gast.AST) -> None:
        """A `try`: what its body binds may be bound or not when it raises, but for names that its last statement assigns."""
        *others, last = node.body
        self.tries.append({})
        self.statements(others)
        if isinstance(last, (gast.Assign, gast.AnnAssign)) and last.value is not None:
            self.count += 1
            self.expressions([last.value])
            halfway = tuple(self.tries.pop())
            targets = last.targets if isinstance(last, gast.Assign) else [last.target]
            simple = len(targets) == 1 and isinstance(targets[0], gast.Name)
            self.expressions(targets)
            halfway += () if simple else tuple(name for target in targets for name in _bound_in(target))
        else:
            self.statements([last])
            halfway = tuple(self.tries.pop())
        self.scopes._halfway[id(node)] = halfway
        self.parts(gast.Try([], node.handlers, node.orelse, node.finalbody))

    def loop(self, loop: gast.AST) -> None:
        if isinstance(loop, gast.For):
            self.expressions([loop.iter])  # once, before the first turn
        self.open_loop()
        self.expressions([loop.target if isinstance(loop, gast.For) else loop.test])
        self.statements(loop.body)
        self.close_loop(loop)
        self.statements(loop.orelse)

    def open_loop(self) -> None:
        if not self.loops:
            self.outermost = self.count
        self.loops.append({})

    def close_loop(self, node: gast.AST) -> None:
        self.scopes._loops[id(node)] = tuple(self.loops.pop())

    def expressions(self, nodes: Iterable[gast.AST]) -> None:
        """Every expression in `nodes`, in the order of the text."""
        waiting = list(nodes)[::-1]
        while waiting:
            node = waiting.pop()
            if isinstance(node, gast.Lambda):
                self.nested(node)
            elif isinstance(node, COMPREHENSIONS):
                self.comprehension(node)
            elif isinstance(node, gast.NamedExpr):  # bound in the function, in a comprehension too
                self.expressions([node.value])
                self.bind(node.target.id, node.target)
            elif isinstance(node, gast.Name):
                key = self.key(node.id)
                if not isinstance(node.ctx, gast.Load):
                    self.bind(key, node)
                if key not in self.reads and not isinstance(node.ctx, gast.Store):
                    self.reads[key] = None
            elif not isinstance(node, gast.Constant):
                if isinstance(node, (gast.Yield, gast.YieldFrom)):
                    self.scope.yields.append(node)
                waiting.extend(list(ast.iter_child_nodes(node))[::-1])

    def comprehension(self, node: gast.AST) -> None:
        """Its first source belongs to the scope around it, all else to its own."""
        self.expressions([node.generators[0].iter])
        number = len(self.scopes._comprehensions) + 1
        targets = [name for clause in node.generators for name in _bound_in(clause.target)]
        own = self.scopes._comprehensions[id(node)] = {name: f"{name}@{number}" for name in targets}
        outside, self.reads = self.reads, {}
        self.inner.append(own)
        for clause in node.generators:
            if clause is not node.generators[0]:
                self.expressions([clause.iter])
            self.open_loop()
            self.expressions([clause.target, *clause.ifs])
        results = (node.key, node.value) if isinstance(node, gast.DictComp) else (node.elt,)
        self.expressions(results)
        for clause in reversed(node.generators):
            self.close_loop(clause)
        self.inner.pop()
        captures = tuple(name for name in self.reads if name not in own.values())
        position = self.outermost if self.loops else self.count
        self.scopes._functions[id(node)] = Scope((), set(own.values()), position=position, captures=captures)
        outside.update(self.reads)
        self.reads = outside

    def class_(self, node: gast.AST) -> None:
        """A class: what its body binds has names of its own, which its methods do not see."""
        self.expressions([*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)])
        number = len(self.scopes._comprehensions) + 1
        own = self.scopes._comprehensions[id(node)] = {}
        visible: dict[str, str] = {}
        for statement in node.body:
            name = bound_by(statement)
            if isinstance(statement, gast.FunctionDef):
                self.nested(statement)
            elif isinstance(statement, (gast.Assign, gast.AnnAssign)) and statement.value is not None:
                self.inner.append(visible)
                self.expressions([statement.value])
                self.inner.pop()
            if name is not None:
                own[name] = visible[name] = f"{name}@{number}"
                self.bind(own[name], statement)

    def nested(self, function: gast.AST) -> None:
        self.expressions(default_nodes(function))
        inner = _Walk(self.scopes, function, self.outermost if self.loops else self.count)
        self.reads.update(dict.fromkeys(map(self.key, inner.scope.captures)))
        inner.scope.captures = tuple(map(self.key, inner.scope.captures))
        for name, node in inner.outward.items():
            self.outward.setdefault(self.key(name), node)


def _bound_in(target: gast.AST) -> tuple[str, ...]:
    """The names that a target binds."""
    nodes: list[gast.AST] = [node for node in ast.walk(target) if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store)]
    return tuple(node.id for node in nodes)
