"""From the syntax tree of a function to a program in SSA form, in generic lines: what Python says, before kinds are known.

    def logistic(x, n):                function logistic(x, n):
        v = x                              %0 = global('range')
        for i in range(1, n):              %1 = call(%0, 1, n)
            v = 4 * v * (1 - v)    ==>     v.2 = for i.0 in %1 carry v.0 = x:
        return v                               %2 = 4 * v.0
                                               %3 = 1 - v.0
                                               v.1 = %2 * %3
                                               yield v.1
                                           return v.2

The parts: `language` refuses what is outside of the language, `resolve` tells whose each name is, `expressions`, `calls`,
`functions`, `statements` and `loops` write lines through a `Writer`, `slots` drops what is carried in vain, `unbound` raises where Python would.
"""

from __future__ import annotations

from collections.abc import Collection

import gast

from wengert.errors import error
from wengert.frontend import (  # each puts its part into the tables of `writer`
    calls,
    classes,
    comprehensions,
    contexts,
    expressions,
    functions,
    generators,
    imports,
    loops,
    patterns,
    statements,
    targets,
)
from wengert.frontend.language import check, refuse
from wengert.frontend.managers import managed
from wengert.frontend.offering import offered_behind
from wengert.frontend.piecewise import At, can_be, piecewise
from wengert.frontend.resolve import resolve
from wengert.frontend.slots import drop_slots, handed_on, renumber
from wengert.frontend.source import Source
from wengert.frontend.unbound import raise_unbound
from wengert.frontend.writer import Writer
from wengert.ir.core import Function

__all__ = [
    "calls", "classes", "comprehensions", "contexts", "expressions", "functions", "generators", "imports", "loops", "lower", "patterns", "statements", "targets",
]  # fmt: skip


def lower(source: Source, free: Collection[str] = (), pieces: Collection[At] = (), manager: bool = False) -> Function:
    """The program of a function; `free` are the variables of functions around it (`co_freevars`), read by `cell`.

    `pieces` are the `try`s to be done piece by piece (`piecewise.py`); a `manager` is a generator function under `contextmanager`.

    Raises UnsupportedSyntax for what is outside of the language.

    >>> from wengert.frontend.quote import written
    >>> from wengert.ir.text import show
    >>> print(show(lower(written('''
    ... def power(x, n):
    ...     y = 1.0
    ...     for i in range(n):
    ...         y = y * x
    ...     return y
    ... '''))))
    function power(x, n):
        %0 = global('range')
        %1 = call(%0, n)
        y.2 = for i.0 in %1 carry y.0 = 1.0:
            y.1 = y.0 * x
            yield y.1
        return y.2
    """
    node = source.node
    check(source)
    if manager:
        node = managed(node)
        if node is None:
            raise error("W012", source.place(source.node), what="a context manager does not have one `yield`, at the top or in a `try`")
    node = offered_behind(node)
    for foreign, variable in resolve(node).foreign:
        raise refuse(source, foreign, "Nonlocal.Store", variable)
    trusting: set[gast.AST] = set()  # the `try`s that are taken not to raise
    while True:  # once more for each round that finds a `try` that must be done piece by piece
        made = piecewise(node, pieces)
        try:
            return _lowered(source, made, free, trusting)
        except contexts.Piecewise as found:
            pieces = {*pieces, found.at}


def _lowered(source: Source, node: gast.AST, free: Collection[str], trusting: set[gast.AST]) -> Function:
    scopes = resolve(node)
    name = functions.lambda_name(node) if isinstance(node, gast.Lambda) else node.name
    while True:  # once more for each round that finds variables which need a box
        writer = Writer(source, scopes, node, free)
        writer.shared.trusting = trusting
        function = drop_slots(functions.whole_function(writer, node, name))
        shared = writer.shared
        for handed in handed_on(function) & shared.changing.keys():
            shared.box(handed)
        if shared.again:
            continue
        halfway = contexts.halfway_of(function) - trusting
        for attempt in halfway:
            if can_be(attempt):
                raise contexts.Piecewise((attempt.lineno, attempt.col_offset))
        if not halfway:
            return renumber(raise_unbound(function))
        trusting |= halfway
