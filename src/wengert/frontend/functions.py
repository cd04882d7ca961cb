"""Lower inner functions: a `def` or lambda becomes a line that holds a function.

    c = a + 1                        c.0 = a + 1
    g = lambda t: c * t     ==>      g.0 = def (t):
                                         %0 = c.0 * t
                                         return %0

Python's closures see the latest value of a variable; a line in SSA form sees the one value that its name has. These are
the same if the variable is not bound again after the definition. Otherwise the function may still be called, by its
name, as long as the variable has not changed; where it could be called later (it is passed on, returned or kept for the
next turn of a loop) it is refused.
"""

from __future__ import annotations

import gast

from wengert.errors import error
from wengert.frontend.resolve import parameter_nodes
from wengert.frontend.writer import Changing, Writer, lowers
from wengert.ir.core import Atom, Block, Const, Def, Function, Name, Return


@lowers(gast.Lambda)
def lambda_(w: Writer, node: gast.AST, hint: str) -> Atom:
    function = inner_function(w, node, hint)
    statement = w.statement
    named = isinstance(statement, (gast.Assign, gast.AnnAssign)) and statement.value is node
    if not named:
        w.escapes(function)
    return function


@lowers(gast.FunctionDef)
def def_(w: Writer, node: gast.AST) -> None:
    w.set(node.name, inner_function(w, node, node.name))


def inner_function(w: Writer, node: gast.AST, hint: str = "") -> Name:
    """Write the `Def` line of an inner function."""
    place = w.place(node)
    inner = Writer(w.source, w.scopes, node, w.free, around=w)
    name = node.name if isinstance(node, gast.FunctionDef) else hint or lambda_name(node)
    captured = [variable for variable in inner.scope.captures if variable in w.scope.locals]
    if name in captured:
        raise error("W026", place, function=name, through="")
    function = whole_function(inner, node, name)
    target = w.fresh(hint)
    changing = tuple(variable for variable in captured if w.scopes.changes_later(node, variable, w.scope))
    if changing:
        w.shared.changing[target] = Changing(name, w, changing, w.now(changing), place)
    w.add(Def(target, function, place))
    return target


def whole_function(w: Writer, node: gast.AST, name: str) -> Function:
    """Write a function, from its parameters to its end."""
    place = w.place(node)
    parameters = tuple(_parameter(w, parameter.id) for parameter in parameter_nodes(node))
    for parameter, variable in zip(parameters, w.scope.parameters):
        w.values[variable] = parameter
    docstring = None
    if isinstance(node, gast.Lambda):
        w.leave(Return(w.expression(node.body)))
    else:
        docstring = _docstring(node)
        w.statements(node.body[1:] if docstring is not None else node.body)
        w.leave(Return(Const(None)))
    assert w.end is not None
    return Function(name, parameters, Block(tuple(w.lines), w.end), place=place, docstring=docstring)


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
