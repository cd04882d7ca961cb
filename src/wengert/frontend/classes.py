"""Lower a class that is defined in a function: its methods are inner functions, and what is left of it is a text.

    class Spring:                           rest.0 = ...
        rest = 2 * x                        energy.0 = def (self): ...
        @property                   ==>     Spring.0 = class_('class Spring: ...', part_0=rest.0, part_1=energy.0)
        def energy(self):
            return k * self.rest

The text has names of its own for what the program computes, and stubs for the methods. `analysis/inner_classes.py` makes a class of it.
"""

from __future__ import annotations

import ast
from typing import Any

import gast

from wengert.errors import Error
from wengert.frontend.functions import inner_function
from wengert.frontend.language import refuse
from wengert.frontend.resolve import COMPREHENSIONS, bound_by, default_nodes
from wengert.frontend.writer import Writer, lowers
from wengert.ir.core import UNDEF, Atom, Const

UNSEEN = (gast.Lambda, *COMPREHENSIONS)
"""What does not see the names of the class around it."""


@lowers(gast.ClassDef)
def class_(w: Writer, node: gast.AST) -> None:
    made = _Class(w, node)
    line = w.apply("class_", Const(made.text()), Const(made.outside), node=node, hint=node.name, keywords=made.parts.items())
    for key in w.scopes.own(node).values():
        w.set(key, UNDEF)
    w.bind(node.name, line, node)


class _Class:
    """The text of a class, and the atoms of its parts, by the names that the text has for them."""

    def __init__(self, w: Writer, node: gast.AST) -> None:
        self.w, self.node = w, node
        self.parts: dict[str, Atom] = {}
        self.names: dict[str, None] = {}  # what the text reads of the module
        self.visible: dict[str, str] = {}  # what its body has bound so far: the keys of variables
        self.bound: set[str] = set()
        self.decorators = [self.plain(decorator) for decorator in node.decorator_list]
        self.bases = [self.part(w.expression(base)) for base in node.bases]
        self.keywords = [ast.keyword(keyword.arg, self.part(w.expression(keyword.value))) for keyword in node.keywords]
        if any(keyword.arg in (None, "metaclass") for keyword in node.keywords):
            raise self.refusal(node)
        self.body = [part for statement in node.body for part in self.statement(statement)] or [ast.Pass()]

    @property
    def outside(self) -> tuple[str, ...]:
        return tuple(self.names)

    def text(self) -> str:
        more: Any = {"type_params": []} if "type_params" in ast.ClassDef._fields else {}
        made = ast.ClassDef(self.node.name, self.bases, self.keywords, self.body, self.decorators, **more)
        return ast.unparse(ast.fix_missing_locations(made))

    def refusal(self, node: gast.AST) -> Error:
        return refuse(self.w.source, node, "ClassDef.Store", self.node.name)

    def part(self, atom: Atom) -> ast.expr:
        """The name that the text has for a value."""
        name = f"part_{len(self.parts)}"
        self.parts[name] = atom
        return ast.Name(name, ast.Load())

    def plain(self, node: gast.AST) -> ast.expr:
        """An expression of the text as it stands: it reads names of the module, and of the class itself."""
        for inner in ast.walk(node):
            if isinstance(inner, gast.Name) and inner.id not in self.bound:
                if self.w.owner(inner.id)[0] is not None:
                    raise self.refusal(node)
                self.names[inner.id] = None
        found: ast.expr = gast.gast_to_ast(node)
        return found

    def statement(self, node: gast.AST) -> list[ast.stmt]:
        name = bound_by(node)
        match node:
            case gast.Pass() | gast.Expr(value=gast.Constant()):
                return []
            case gast.FunctionDef() if name is not None:
                return [self.method(node, name)]
            case gast.Assign() if name is not None:
                return [ast.Assign([ast.Name(name, ast.Store())], self.value(node, name))]
            case gast.AnnAssign(target=gast.Name(id=str(name))):
                value = None if node.value is None else self.value(node, name)
                return [ast.AnnAssign(ast.Name(name, ast.Store()), gast.gast_to_ast(node.annotation), value, 1)]
        raise self.refusal(node)

    def method(self, node: gast.AST, name: str) -> ast.stmt:
        """A stub in the place of a method, with its decorators; the innermost puts the method there."""
        w = self.w
        decorators = [self.plain(decorator) for decorator in node.decorator_list]
        if any(isinstance(inner, gast.Name) and inner.id in self.bound for default in default_nodes(node) for inner in ast.walk(default)):
            raise self.refusal(node)
        function = inner_function(w, node, name, private=self.node.name)
        w.shared.box(function)
        self.bind(name, function, hidden=bool(decorators))
        arguments = ast.arguments([], [ast.arg("self")], None, [], [], None, [])
        more: Any = {"type_params": []} if "type_params" in ast.FunctionDef._fields else {}
        return ast.FunctionDef(name, arguments, [ast.Pass()], [*decorators, self.part(function)], None, None, **more)

    def value(self, statement: gast.AST, name: str) -> ast.expr:
        """What a name of the class is bound to; of a field of a dataclass, its parts."""
        node = statement.value
        if isinstance(node, gast.Call) and not node.args and getattr(node.func, "attr", getattr(node.func, "id", "")) == "field":
            called = self.plain(node.func)
            keywords = [ast.keyword(keyword.arg, self.part(self.expression(keyword.value))) for keyword in node.keywords]
            self.bound.add(name)
            return ast.Call(called, [], keywords)
        atom = self.expression(node, name)
        self.bind(name, atom)
        return self.part(atom)

    def expression(self, node: gast.AST, hint: str = "") -> Atom:
        """The value of an expression in the body of the class."""
        w = self.w
        if isinstance(node, gast.Lambda):
            function = inner_function(w, node, hint, private=self.node.name)
            w.shared.box(function)
            return function
        read = {inner.id for inner in ast.walk(node) if isinstance(inner, gast.Name)}
        if read & (self.w.scopes.own(self.node).keys() - self.visible.keys()) or (self.bound and any(isinstance(inner, UNSEEN) for inner in ast.walk(node))):
            raise self.refusal(node)
        w.own.append(self.visible)
        atom = w.expression(node, hint)
        w.own.pop()
        return atom

    def bind(self, name: str, atom: Atom, hidden: bool = False) -> None:
        """From here on, the body of the class has a name for the value; not if a decorator has made another of it."""
        self.bound.add(name)
        self.visible.pop(name, None)
        if not hidden:
            self.visible[name] = self.w.scopes.own(self.node)[name]
            self.w.set(self.visible[name], atom)
