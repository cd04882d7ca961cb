"""A function of the IR as Python text: the last step before it is compiled.

>>> from wengert.ir.text import parse
>>> print(print_function(parse('''
... function logistic(x, n):
...     %0 = range(1, n)
...     v.2 = for i.0 in %0 carry v.0 = x:
...         %1 = 4 * v.0
...         %2 = 1 - v.0
...         v.1 = %1 * %2
...         yield v.1
...     return v.2
... ''')).text, end="")
def logistic(x, n):
    v = x
    for i in range(1, n):
        v = 4 * v * (1 - v)
    return v
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wengert.backend.fuse import fuse
from wengert.backend.fused import Fused
from wengert.backend.libraries import Libraries
from wengert.backend.names import name_values
from wengert.backend.spans import Span, spans_of
from wengert.backend.structure import Context, Structure
from wengert.backend.unparse import Blank, Printer
from wengert.backend.unset import unset_names
from wengert.backend.write import Writer
from wengert.ir.core import Def, Function, Name, Place
from wengert.ir.kinds import Kind
from wengert.ir.walk import base, lines_of

KEYWORDS = frozenset(keyword.kwlist) | {"exit", "print", "range", "zip", "reversed", "enumerate", "next", "slice", "len", "list"}


@dataclass(frozen=True, slots=True)
class Printed:
    """The text, what the names in it that are ours stand for (`np`, `unbroadcast`), and where each line (from 1) comes from."""

    text: str
    names: Mapping[str, Any]
    places: Mapping[int, Place]
    spans: Sequence[tuple[Span, Place]] = ()  # of the expressions in it


def print_function(function: Function) -> Printed:
    """The text of one function, below those that it invokes."""
    return print_module([*function.callees.values(), function], function.callees)


def print_module(functions: Sequence[Function], callees: Mapping[str, Function] = {}) -> Printed:
    """The text of several functions, two empty lines between them; those that are `callees` may be called otherwise."""
    libraries = Libraries(functions)
    own = {function.name for function in functions if function.name not in callees}
    libraries.call(callees.values(), {*own, *KEYWORDS, *_parameters(functions)})
    body: list[ast.stmt] = []
    for function in functions:
        body += [Blank(), Blank()] if body else []
        text = libraries.callees[function.name] if callees.get(function.name) is function else function.name
        body.append(_definition(function, text, fuse(function), libraries, function.kinds, {}))
    tree = ast.Module(body, [])
    printer = Printer(tree)
    return Printed(printer.text, libraries.table(), printer.places, spans_of(tree, printer.text))


def _parameters(functions: Sequence[Function]) -> Iterator[str]:
    """What parameters are called, those of nested functions too: they hide a function of the same name."""
    for function in functions:
        for inner in (function, *(line.function for line in lines_of(function) if isinstance(line, Def))):
            yield from map(base, inner.parameters)


def _definition(function: Function, text: str, fused: Fused, libraries: Libraries, kinds: Mapping[Name, Kind],
                outer: Mapping[Name, str]) -> ast.FunctionDef:  # fmt: skip
    names = {**outer, **name_values(function, fused, KEYWORDS | libraries.reserved, outer)}
    writer = Writer(fused, names, libraries, kinds, outer)

    def nested(inner: Function, name: str) -> ast.FunctionDef:
        return _definition(inner, name, fused, libraries, {**kinds, **inner.kinds}, names)

    body: list[ast.stmt] = []
    if function.docstring is not None:
        body.append(ast.Expr(ast.Constant(function.docstring)))
    statements = Structure(writer=writer, nested=nested, unset=unset_names(function, names)).body(function.body, Context())
    if len(statements) > 1 and isinstance(statements[-1], ast.Return) and statements[-1].value is None:
        statements.pop()
    while statements and isinstance(statements[-1], Blank):
        statements.pop()
    parameters = [ast.arg(base(parameter)) for parameter in function.parameters]
    arguments = ast.arguments([], parameters, None, [], [], None, [])
    node = ast.FunctionDef(text, arguments, body + statements or [ast.Pass()], [])
    node.returns = None
    return node
