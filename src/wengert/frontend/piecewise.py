"""A `try` that is left where its body raises, with all that was done before: the body becomes a function of its own.

    try:                               def attempt():
        a[0] = x                           nonlocal y
        y = solve(a)                       a[0] = x
        return y                           y = solve(a)
    except ValueError as e:   ==>          out = y
        print(e)                           return 1
    finally:                               return 0
        done()                         code, raised = attempted(attempt, ValueError)
                                       ...                             # the handlers, where `raised` is not None; `done()` on every way

This is done to the syntax tree, before it is lowered: to each `try` whose body does more than compute (`contexts.py`), and there to each `with`.
How the function is left where it raises is for `analysis/guarding.py`.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, TypeAlias

import gast

from wengert.frontend.writer import Writer, lowers
from wengert.ir.core import Atom, Const

At: TypeAlias = "tuple[int, int]"
"""Where a `try` or `with` stands: its line and column."""

EVERYWHERE: Collection[At] = frozenset({(0, 0)})
"""All of them."""

FELL_THROUGH, RETURNED, BROKE, CONTINUED = range(4)


class Attempted(ast.expr):
    """What a function returns, and the exception of one of the classes that it raises: one of the two is None."""

    _fields = ("function", "classes")

    def __init__(self, function: str, classes: list[gast.AST]) -> None:
        self.function, self.classes = function, classes


class Matches(ast.expr):
    """Is the exception of one of the classes?"""

    _fields = ("raised", "classes")

    def __init__(self, raised: gast.AST, classes: gast.AST) -> None:
        self.raised, self.classes = raised, classes


class Builtin(ast.expr):
    """A builtin, whatever its name means to the user."""

    _fields = ()

    def __init__(self, value: Any) -> None:
        self.value = value


def piecewise(function: gast.AST, chosen: Collection[At]) -> gast.AST:
    """The function with each chosen `try` and `with`, and those inside of them, in this form."""
    return _Rewriting(chosen).function(function, False) if chosen and isinstance(function, gast.FunctionDef) else function


def can_be(node: gast.AST) -> bool:
    """Can a `try` or `with` be written so? A generator function's values cannot be offered from another function."""
    moved = node.body if isinstance(node, gast.Try) and not node.finalbody else [node]
    return not any(isinstance(part, (gast.Yield, gast.YieldFrom)) for statement in moved for part in _own(statement))


def _own(node: gast.AST) -> Iterator[gast.AST]:
    """It and the nodes in it, without nested functions."""
    if not isinstance(node, (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)):
        yield node
        for part in ast.iter_child_nodes(node):
            yield from _own(part)


@lowers(Attempted)
def attempted(w: Writer, node: gast.AST, hint: str) -> Atom:
    classes = [w.expression(part) for given in node.classes for part in _parts(given)]
    return w.apply("attempted", w.read(node.function, node), *classes, node=node)


@lowers(Matches)
def matches(w: Writer, node: gast.AST, hint: str) -> Atom:
    return w.apply("call", Const(isinstance, "isinstance"), w.expression(node.raised), w.expression(node.classes), node=node)


@lowers(Builtin)
def builtin(w: Writer, node: gast.AST, hint: str) -> Atom:
    return Const(node.value, node.value.__name__)


def _parts(classes: gast.AST) -> list[gast.AST]:
    parts: list[gast.AST] = classes.elts if isinstance(classes, gast.Tuple) else [classes]
    return parts


class _Rewriting:
    def __init__(self, chosen: Collection[At]) -> None:
        self.chosen = chosen
        self.count = 0
        self.globals: set[str] = set()

    def function(self, node: gast.AST, inside: bool) -> gast.AST:
        outer, self.globals = self.globals, {name for part in ast.walk(node) if isinstance(part, gast.Global) for name in part.names}
        made = copy.copy(node)
        made.body = self.statements(node.body, inside)
        self.globals = outer
        return made

    def statements(self, nodes: Sequence[gast.AST], inside: bool) -> list[gast.AST]:
        return [made for node in nodes for made in self.statement(node, inside)]

    def statement(self, node: gast.AST, inside: bool) -> list[gast.AST]:
        """A statement; `inside` of a `try` that is rewritten, all are."""
        if isinstance(node, gast.FunctionDef):
            return [self.function(node, True)]  # it may be called in a `try`
        here = inside or self.chosen is EVERYWHERE or (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)) in self.chosen
        if here and isinstance(node, (gast.Try, gast.With)) and can_be(node):
            return self.try_(node) if isinstance(node, gast.Try) else self.with_(node)
        made = copy.copy(node)
        for name in ("body", "orelse", "finalbody"):
            if isinstance(getattr(node, name, None), list):
                setattr(made, name, self.statements(getattr(node, name), inside))
        for name in ("handlers", "cases"):
            if hasattr(node, name):
                setattr(made, name, [self.statement(part, inside)[0] for part in getattr(node, name)])
        return [made]

    def try_(self, node: gast.AST) -> list[gast.AST]:
        at = Making(node)
        if node.finalbody:
            inner = at.made(gast.Try(node.body, node.handlers, node.orelse, []))
            body = self.try_(inner) if node.handlers else self.statements([*node.body, *node.orelse], True)
            return self.left(
                at, body, [at.builtin(BaseException)],
                lambda raised: [*self.statements(node.finalbody, True), at.if_(at.is_none(raised), [at.made(gast.Pass())], [at.again(raised)])],
            )  # fmt: skip
        classes = [at.builtin(BaseException) if handler.type is None else handler.type for handler in node.handlers]

        def after(raised: str) -> list[gast.AST]:
            rest = [at.again(raised)]
            for handler in reversed(node.handlers):
                rest = self.handler(handler, raised, rest)
            return [at.if_(at.is_none(raised), self.statements(node.orelse, True) or [at.made(gast.Pass())], rest)]

        return self.left(at, self.statements(node.body, True), classes, after)

    def handler(self, handler: gast.AST, raised: str, rest: list[gast.AST]) -> list[gast.AST]:
        at = Making(handler)
        body = self.statements([_Again(at, raised).visit(copy.deepcopy(statement)) for statement in handler.body], True)
        if handler.name is not None:
            gone = at.made(gast.Delete([at.made(gast.Name(handler.name.id, gast.Del(), None, None))]))
            body = [at.assign(handler.name.id, at.name(raised)), *body, gone]
        if handler.type is None:
            return body
        return [at.if_(at.made(Matches(at.name(raised), handler.type)), body, rest)]

    def with_(self, node: gast.AST) -> list[gast.AST]:
        at = Making(node)
        item, *others = node.items
        call = item.context_expr
        name = getattr(call.func, "attr", getattr(call.func, "id", "")) if isinstance(call, gast.Call) else ""
        inside = [at.made(gast.With(others, node.body, None))] if others else node.body
        if name == "adjoint":
            return [node]
        if name == "suppress":
            handler = at.made(gast.ExceptHandler(at.made(gast.Tuple(list(call.args), gast.Load())), None, [at.made(gast.Pass())]))
            return self.try_(at.made(gast.Try(inside, [handler], [], [])))
        manager = f"manager@t{self.count + 1}"
        entered = at.made(gast.Call(at.attribute(manager, "__enter__"), [], []))
        begin = at.made(gast.Expr(entered)) if item.optional_vars is None else at.made(gast.Assign([item.optional_vars], entered, None))

        def after(raised: str) -> list[gast.AST]:
            none = [at.made(gast.Constant(None, None)) for _ in range(3)]
            kind = at.made(gast.Call(at.builtin(type), [at.name(raised)], []))
            leave = at.made(gast.Call(at.attribute(manager, "__exit__"), none, []))
            swallowed = at.made(gast.Call(at.attribute(manager, "__exit__"), [kind, at.name(raised), none[0]], []))
            return [at.if_(at.is_none(raised), [at.made(gast.Expr(leave))], [at.if_(swallowed, [at.made(gast.Pass())], [at.again(raised)])])]

        self.count += 1
        body = self.statements(inside, True)
        return [at.assign(manager, item.context_expr), begin, *self.left(at, body, [at.builtin(BaseException)], after)]

    def left(self, at: Making, body: list[gast.AST], classes: Sequence[gast.AST], after: Callable[[str], list[gast.AST]]) -> list[gast.AST]:
        """The body as a function, the call of it, what is done `after` it, and then the way on that the body took."""
        self.count += 1
        attempt, code, raised, out = (f"{name}@t{self.count}" for name in ("attempt", "code", "raised", "out"))
        leaving = _Leaving(at, out)
        body = leaving.statements(body, False)
        bound = list(dict.fromkeys(name for statement in body for name in bound_in(statement) if "@" not in name))
        local = [*(name for name in bound if name not in self.globals), *([out] if RETURNED in leaving.ways else [])]
        head: list[gast.AST] = [at.made(gast.Nonlocal(local))] if local else []
        if len(local) < len(bound):
            head.append(at.made(gast.Global([name for name in bound if name in self.globals])))
        end = at.made(gast.Return(at.made(gast.Constant(FELL_THROUGH, None))))
        nothing = gast.arguments([], [], None, [], [], None, [])
        function = at.made(gast.FunctionDef(attempt, nothing, [*head, *body, end], [], None, None, []))
        exits = {
            RETURNED: lambda: gast.Return(at.name(out)), BROKE: gast.Break, CONTINUED: gast.Continue,
        }  # fmt: skip
        asked = [
            at.if_(at.made(gast.Compare(at.name(code), [gast.Eq()], [at.made(gast.Constant(way, None))])), [at.made(exits[way]())], [])
            for way in sorted(leaving.ways)
        ]
        pair = at.made(gast.Tuple([at.store(code), at.store(raised)], gast.Store()))
        declared = [at.made(gast.AnnAssign(at.store(name), at.made(gast.Constant(None, None)), None, 1)) for name in local]
        return [
            *declared, function, at.made(gast.Assign([pair], at.made(Attempted(attempt, list(classes))), None)), *after(raised), *asked,
        ]  # fmt: skip


class Making:
    """Makes nodes that stand where another one stands."""

    def __init__(self, node: gast.AST) -> None:
        self.node = node

    def made(self, node: Any) -> gast.AST:
        return ast.copy_location(node, self.node)

    def name(self, name: str) -> gast.AST:
        return self.made(gast.Name(name, gast.Load(), None, None))

    def store(self, name: str) -> gast.AST:
        return self.made(gast.Name(name, gast.Store(), None, None))

    def assign(self, name: str, value: gast.AST) -> gast.AST:
        return self.made(gast.Assign([self.store(name)], value, None))

    def attribute(self, name: str, attribute: str) -> gast.AST:
        return self.made(gast.Attribute(self.name(name), attribute, gast.Load()))

    def builtin(self, value: Any) -> gast.AST:
        return self.made(Builtin(value))

    def if_(self, test: gast.AST, then: list[gast.AST], orelse: list[gast.AST]) -> gast.AST:
        return self.made(gast.If(test, then, orelse))

    def is_none(self, name: str) -> gast.AST:
        return self.made(gast.Compare(self.name(name), [gast.Is()], [self.made(gast.Constant(None, None))]))

    def again(self, raised: str) -> gast.AST:
        return self.made(gast.Raise(self.name(raised), None))


class _Leaving:
    """The ways out of a body, as ways out of the function that it becomes."""

    def __init__(self, at: Making, out: str) -> None:
        self.at, self.out = at, out
        self.ways: set[int] = set()

    def statements(self, nodes: Sequence[gast.AST], in_loop: bool) -> list[gast.AST]:
        return [made for node in nodes for made in self.statement(node, in_loop)]

    def statement(self, node: gast.AST, in_loop: bool) -> list[gast.AST]:
        match node:
            case gast.FunctionDef():
                return [node]
            case gast.Return():
                value = node.value or Making(node).made(gast.Constant(None, None))
                return [Making(node).assign(self.out, value), self.way(node, RETURNED)]
            case gast.Break() if not in_loop:
                return [self.way(node, BROKE)]
            case gast.Continue() if not in_loop:
                return [self.way(node, CONTINUED)]
        made = copy.copy(node)
        loop = isinstance(node, (gast.For, gast.While))
        for name in ("body", "orelse", "finalbody"):
            if isinstance(getattr(node, name, None), list):
                setattr(made, name, self.statements(getattr(node, name), in_loop or (loop and name == "body")))
        for name in ("handlers", "cases"):
            if hasattr(node, name):
                setattr(made, name, [self.statement(part, in_loop)[0] for part in getattr(node, name)])
        return [made]

    def way(self, node: gast.AST, way: int) -> gast.AST:
        self.ways.add(way)
        at = Making(node)
        return at.made(gast.Return(at.made(gast.Constant(way, None))))


class _Again(ast.NodeTransformer):
    """`raise` alone, in a handler, raises what it handles."""

    def __init__(self, at: Making, raised: str) -> None:
        self.at, self.raised = at, raised

    def visit_Raise(self, node: Any) -> Any:
        return node if node.exc is not None else ast.copy_location(gast.Raise(self.at.name(self.raised), None), node)

    def visit_FunctionDef(self, node: Any) -> Any:
        return node

    def visit_Try(self, node: Any) -> Any:
        """Its handlers handle what it raises."""
        for name in ("body", "orelse", "finalbody"):
            setattr(node, name, [self.visit(statement) for statement in getattr(node, name)])
        return node


def bound_in(node: gast.AST) -> Iterator[str]:
    """The variables of the function around that a statement binds.

    >>> list(bound_in(gast.parse("for i, (j, *k) in [a for b in c if (d := b)]:\\n    import e.f as g, h.i").body[0]))
    ['d', 'i', 'j', 'k', 'g', 'h']
    """
    match node:
        case gast.FunctionDef():
            yield node.name
        case gast.Lambda() | gast.Nonlocal() | gast.Global():
            pass
        case gast.Import() | gast.ImportFrom():
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        case gast.Name():
            if not isinstance(node.ctx, gast.Load):
                yield node.id
        case gast.ListComp() | gast.SetComp() | gast.DictComp() | gast.GeneratorExp():
            yield from (part.target.id for part in ast.walk(node) if isinstance(part, gast.NamedExpr))
        case _:
            if isinstance(node, gast.For):
                yield from bound_in(node.iter)
            for name, value in ast.iter_fields(node):
                if isinstance(value, str) and name in ("name", "rest"):  # a pattern that captures
                    yield value
                for part in value if isinstance(value, list) else [value]:
                    if isinstance(part, ast.AST) and not (isinstance(node, gast.For) and name == "iter"):
                        yield from bound_in(part)
