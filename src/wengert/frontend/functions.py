"""Lower inner functions: a `def` or lambda becomes a line that holds a function.

    c = a + 1                        c.0 = a + 1
    g = lambda t: c * t     ==>      g.0 = def (t):
                                         %0 = c.0 * t
                                         return %0

Python's closures see the latest value of a variable; a line in SSA form sees the one value that its name has. These are
the same if the variable is not bound again after the definition, or if the function is only called before that. Else the variable
lives in a *box*, Python's closure cell made visible, and so does one that an inner function assigns (`nonlocal`):

    g = lambda: c                    c_box.0 = box(1)
    c = c + x                        g.0 = def ():
    return g()                           c.0 = unbox(c_box.0)
                             ==>         return c.0
                                     c.1 = unbox(c_box.0)
                                     %0 = c.1 + x
                                     rebox(c_box.0, %0)
                                     %1 = call(g.0)
                                     return %1

Whether a box is needed shows while the function is written (`Shared.box`); then it is written again. A function that calls itself
reads its own name from a box, too.
"""

from __future__ import annotations

from dataclasses import replace

import gast

from wengert.frontend.resolve import default_nodes, parameter_nodes
from wengert.frontend.writer import Writer, lowers, plain
from wengert.ir.core import Atom, Block, Const, Form, Function, Name, Return


@lowers(gast.Lambda)
def lambda_(w: Writer, node: gast.AST, hint: str) -> Atom:
    function = inner_function(w, node, hint)
    statement = w.statement
    named = isinstance(statement, (gast.Assign, gast.AnnAssign)) and statement.value is node
    if not (named and isinstance(function, str) and _is_name(statement)):
        w.shared.box(function)
    return function


def _is_name(statement: gast.AST) -> bool:
    targets = statement.targets if isinstance(statement, gast.Assign) else [statement.target]
    return all(isinstance(target, gast.Name) for target in targets)


@lowers(gast.FunctionDef)
def def_(w: Writer, node: gast.AST) -> None:
    """A `def`: its decorators are evaluated first, then called with the function, the lowest one first."""
    decorators = [w.expression(decorator) for decorator in node.decorator_list]
    function: Atom = inner_function(w, node, node.name)
    if decorators:
        w.shared.box(function)
    for decorator in reversed(decorators):
        w.called(decorator)
        function = w.apply("call", decorator, function, node=node, hint=node.name)
    _, key = w.owner(node.name)
    if key not in w.scope.locals or key in w.boxes:
        w.shared.box(function)
    w.bind(node.name, function, node)


def inner_function(w: Writer, node: gast.AST, hint: str = "", private: str = "") -> Name:
    """Write the `Def` line of an inner function; `private` is the class that it is a method of."""
    place = w.place(node)
    defaults = [w.expression(default) for default in default_nodes(node)]
    inner = Writer(w.source, w.scopes, node, w.free, around=w)
    inner.private = private or inner.private
    name = plain(node.name) if isinstance(node, gast.FunctionDef) else hint or lambda_name(node)
    function = whole_function(inner, node, name)
    form = replace(function.form, defaults=tuple(zip(_with_default(node, function), defaults)))
    return w.define(node, replace(function, form=form), hint, place)


def whole_function(w: Writer, node: gast.AST, name: str) -> Function:
    """Write a function, from its parameters to its end."""
    place = w.place(node)
    parameters = tuple(_parameter(w, parameter.id) for parameter in parameter_nodes(node))
    for parameter, variable in zip(parameters, w.scope.parameters):
        w.values[variable] = parameter
    if w.scope.yields:
        w.do("generate", node=node)  # which tells a generator function, so it stands first
    for key in w.scope.boxed:
        if not key.rpartition("@")[2].isdigit():  # those of a comprehension begin with it
            w.new_box(key, node)
    docstring = None
    if isinstance(node, gast.Lambda):
        w.leave(Return(w.expression(node.body)))
    else:
        docstring = _docstring(node)
        w.statements(node.body[1:] if docstring is not None else node.body)
        w.leave(Return(Const(None)))
    assert w.end is not None
    return Function(name, parameters, Block(tuple(w.lines), w.end), place=place, docstring=docstring, form=_form(node))


def _form(node: gast.AST) -> Form:
    arguments = node.args
    return Form(len(arguments.posonlyargs), len(arguments.kwonlyargs), arguments.vararg is not None, arguments.kwarg is not None)


def _with_default(node: gast.AST, function: Function) -> list[Name]:
    """The parameters that have a default value, in the order of `default_nodes`."""
    arguments = node.args
    count = len(arguments.posonlyargs) + len(arguments.args)
    first = len(function.parameters) - len(arguments.kwonlyargs) - (arguments.kwarg is not None)
    keywords = [function.parameters[first + k] for k, default in enumerate(arguments.kw_defaults) if default is not None]
    return [*function.parameters[count - len(arguments.defaults) : count], *keywords]


def lambda_name(node: gast.AST) -> str:
    """What to call a function without a name: after its line."""
    return f"lambda_{node.lineno}"


def _parameter(w: Writer, variable: str) -> Name:
    """The variable's own name; a version of it where a function around has a parameter of the same name."""
    if variable in w.shared.plain:
        return w.fresh(variable)
    w.shared.plain.add(variable)
    return variable


def _docstring(node: gast.AST) -> str | None:
    match node.body[0]:
        case gast.Expr(value=gast.Constant(value=str(text))):
            return text
    return None
