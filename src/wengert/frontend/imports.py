"""Lower imports inside of functions: the module is found when the program is made, as a name that the function binds.

    import numpy.linalg as la            la.0 = import_('numpy.linalg')
    from math import sin        ==>      sin.0 = import_from('math', 'sin')
    from .kernel import rbf              %0 = global('__package__')
                                         rbf.0 = import_from('.kernel', 'rbf', %0)

A `try` that does nothing but import is decided at once: what cannot be imported now is not there.
"""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Sequence

import gast

from wengert.frontend.writer import Writer, lowers
from wengert.ir.core import Const


@lowers(gast.Import)
def import_(w: Writer, node: gast.AST) -> None:
    for alias in node.names:
        first = alias.name.partition(".")[0]
        value = w.apply("import_", Const(alias.name), node=node, hint=alias.asname or first)
        if not alias.asname and alias.name != first:
            value = w.apply("import_", Const(first), node=node, hint=first)
        w.bind(alias.asname or first, value, node)


@lowers(gast.ImportFrom)
def import_from(w: Writer, node: gast.AST) -> None:
    module = Const("." * node.level + (node.module or ""))
    package = [w.apply("global", Const("__package__"), node=node)] if node.level else []
    for alias in node.names:
        name = alias.asname or alias.name
        w.bind(name, w.apply("import_from", module, Const(alias.name), *package, node=node, hint=name), node)


def only_imports(statements: Sequence[gast.AST]) -> bool:
    """Is it all absolute imports?"""
    return all(
        isinstance(statement, gast.Import) or (isinstance(statement, gast.ImportFrom) and not statement.level)
        for statement in statements
    )


def import_error(statements: Sequence[gast.AST]) -> Exception | None:
    """What the first import that fails raises."""
    try:
        for statement in statements:
            if isinstance(statement, gast.Import):
                for alias in statement.names:
                    importlib.import_module(alias.name)
                continue
            module = importlib.import_module(statement.module)
            for alias in statement.names:
                if not hasattr(module, alias.name):
                    importlib.import_module(f"{statement.module}.{alias.name}")
    except Exception as error:
        return error
    return None


def catches(handler: gast.AST, error: Exception) -> bool:
    """Is it a handler of this error, as far as the builtin names in it tell?"""
    if handler.type is None:
        return True
    names = handler.type.elts if isinstance(handler.type, gast.Tuple) else [handler.type]
    classes = [getattr(builtins, name.id, None) for name in names if isinstance(name, gast.Name)]
    return any(isinstance(found, type) and isinstance(error, found) for found in classes)
