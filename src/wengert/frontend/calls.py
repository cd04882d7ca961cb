"""Lower calls and displays: `f(a, *b, k=c)`, `(a, *b)`, `{k: v, **d}`, f-strings.

y = f(x, *rest, scale=2)    ==>    %0 = global('f')
                                   %1 = tuple(x)
                                   %2 = call(@tuple, rest)
                                   %3 = %1 + %2
                                   %4 = dict('scale', 2)
                                   y.0 = call_star(%0, %3, %4)
"""

from __future__ import annotations

from collections.abc import Sequence

import gast

from wengert.frontend.comprehensions import argument
from wengert.frontend.functions import inner_function
from wengert.frontend.writer import Writer, lowers
from wengert.ir.core import Atom, Const

TYPES = {"tuple": tuple, "list": list, "set": set}
CONVERSIONS = {ord(letter): Const(letter) for letter in "sra"}


@lowers(gast.Call)
def call(w: Writer, node: gast.AST, hint: str) -> Atom:
    match node.func:
        case gast.Name():  # not lowered as an expression: what is called at once does not escape
            function = w.read(node.func.id, node.func)
        case gast.Lambda():
            function = inner_function(w, node.func)
        case _:
            function = w.expression(node.func)
    plain = not any(isinstance(given, gast.Starred) for given in node.args) and all(key.arg for key in node.keywords)
    args = [argument(w, given, node) for given in node.args] if plain else [_star_args(w, node)]
    if plain:
        keywords = [(key.arg, argument(w, key.value, node)) for key in node.keywords]
        w.called(function)
        return w.apply("call", function, *args, node=node, hint=hint, keywords=keywords)
    kwargs = _star_keywords(w, node)
    w.called(function)
    return w.apply("call_star", function, *args, kwargs, node=node, hint=hint)


def _star_args(w: Writer, node: gast.AST) -> Atom:
    """The positional arguments of a call as one value."""
    if len(node.args) == 1 and isinstance(node.args[0], gast.Starred):
        return w.items(node.args[0].value)
    return _sequence(w, "tuple", node.args, node, "")


def _star_keywords(w: Writer, node: gast.AST) -> Atom:
    """The keywords of a call as one dict."""
    if len(node.keywords) == 1 and node.keywords[0].arg is None:
        return w.expression(node.keywords[0].value)
    return _dict(w, [(key.arg, key.value) for key in node.keywords], node, "")


@lowers(gast.Tuple, gast.List, gast.Set)
def display(w: Writer, node: gast.AST, hint: str) -> Atom:
    return _sequence(w, type(node).__name__.lower(), node.elts, node, hint)


def _sequence(w: Writer, kind: str, parts: Sequence[gast.AST], node: gast.AST, hint: str) -> Atom:
    """A tuple, list or set; with stars the sum of its pieces."""
    if not any(isinstance(item, gast.Starred) for item in parts):
        return w.apply(kind, *[w.expression(item) for item in parts], node=node, hint=hint)
    pieces: list[Atom] = []
    run: list[Atom] = []
    for item in parts:
        if not isinstance(item, gast.Starred):
            run.append(w.expression(item))
            continue
        if run:
            pieces.append(w.apply(kind, *run, node=node))
            run = []
        pieces.append(w.apply("call", Const(TYPES[kind], kind), w.items(item.value), node=node))
    if run:
        pieces.append(w.apply(kind, *run, node=node))
    return _joined(w, "or_" if kind == "set" else "add", pieces, node, hint)


@lowers(gast.Dict)
def dict_(w: Writer, node: gast.AST, hint: str) -> Atom:
    return _dict(w, list(zip(node.keys, node.values)), node, hint)


def _dict(w: Writer, pairs: Sequence[tuple[gast.AST | str | None, gast.AST]], node: gast.AST, hint: str) -> Atom:
    """A dict of keys (None: the value is a dict whose items are taken over) and values."""
    pieces: list[Atom] = []
    run: list[Atom] = []
    for key, value in pairs:
        if key is not None:
            run += [Const(key) if isinstance(key, str) else w.expression(key), w.expression(value)]
            continue
        if run:
            pieces.append(w.apply("dict", *run, node=node))
            run = []
        pieces.append(w.apply("call", Const(dict, "dict"), w.expression(value), node=node))
    if not pieces:
        return w.apply("dict", *run, node=node, hint=hint)
    if run:
        pieces.append(w.apply("dict", *run, node=node))
    return _joined(w, "or_", pieces, node, hint)


def _joined(w: Writer, op: str, pieces: Sequence[Atom], node: gast.AST, hint: str) -> Atom:
    joined = pieces[0]
    for number, piece in enumerate(pieces[1:], 2):
        joined = w.apply(op, joined, piece, node=node, hint=hint if number == len(pieces) else "")
    return joined


@lowers(gast.JoinedStr)
def fstring(w: Writer, node: gast.AST, hint: str) -> Atom:
    pieces = [Const(piece.value) if isinstance(piece, gast.Constant) else w.expression(piece) for piece in node.values]
    return w.apply("fstring", *pieces, node=node, hint=hint)


@lowers(gast.FormattedValue)
def formatted(w: Writer, node: gast.AST, hint: str) -> Atom:
    value = w.expression(node.value)
    spec = Const(None) if node.format_spec is None else _spec(w, node.format_spec)
    return w.apply("format", value, CONVERSIONS.get(node.conversion, Const(None)), spec, node=node, hint=hint)


def _spec(w: Writer, node: gast.AST) -> Atom:
    match node.values:
        case [gast.Constant(value=text)]:
            return Const(text)
    return w.expression(node)
