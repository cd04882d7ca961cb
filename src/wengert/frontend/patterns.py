"""Lower `match`: each pattern is a test, each case a branch of it.

    match p:                          %1 = call(@isinstance, p, @collections.abc.Sequence)
        case [x, 0]:                  ...
            return x                  %9 = if %1:  ...            # of length 2, and its second item is 0
        case _:              ==>      if %9:
            return 1.0                    return x.0
                                      return 1.0

What a pattern captures is bound if the whole pattern holds, before the guard: until then it stands under a key of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import gast

from wengert.frontend.writer import Writer, lowers
from wengert.ir.core import Atom, Const

TRUE, FALSE = Const(True), Const(False)
ITSELF = frozenset({"bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"})
"""Builtin classes whose one positional pattern is matched against the object itself."""

CAPTURED = "{}@match"
"""The key of a name that a pattern has captured, until the whole pattern is known to hold."""


@lowers(gast.Match)
def match_(w: Writer, node: gast.AST) -> None:
    subject = w.expression(node.subject)
    _cases(w, subject, node.cases, node)


def _cases(w: Writer, subject: Atom, cases: Sequence[gast.AST], node: gast.AST) -> None:
    if not cases or w.end is not None:
        return
    case, *rest = cases

    def body() -> None:
        guarded()
        w.statements(case.body)

    def guarded() -> Atom:
        for name in _names(case.pattern):
            w.bind(name, w.values[CAPTURED.format(name)], case.pattern)
        return TRUE if case.guard is None else w.expression(case.guard)

    holds = _test(w, case.pattern, subject)
    if holds == TRUE and case.guard is None:
        body()
        return
    if case.guard is None:
        w.branch(holds, body, partial(_cases, w, subject, rest, node), case.pattern)
        return
    passed = guarded() if holds == TRUE else _value(w, holds, guarded, case.pattern)
    w.branch(passed, partial(w.statements, case.body), partial(_cases, w, subject, rest, node), case.pattern)


def _value(w: Writer, test: Atom, then: Callable[[], Atom], node: gast.AST) -> Atom:
    """`test and then`."""
    if test == TRUE:
        return then()
    value = w.branch(test, then, lambda: FALSE, node)
    return FALSE if value is None else value


def _all(w: Writer, tests: Sequence[Callable[[], Atom]], node: gast.AST) -> Atom:
    """One test after the other, up to the first that fails."""
    if not tests:
        return TRUE
    first, *rest = tests
    return _value(w, first(), partial(_all, w, rest, node), node) if rest else first()


def _names(pattern: gast.AST) -> list[str]:
    """What a pattern captures, in the order of the text."""
    found: dict[str, None] = {}
    for node in gast.walk(pattern):
        name = getattr(node, "rest", None) if isinstance(node, gast.MatchMapping) else getattr(node, "name", None)
        if isinstance(node, (gast.MatchAs, gast.MatchStar, gast.MatchMapping)) and name:
            found[name] = None
    return list(found)


def _capture(w: Writer, name: str | None, value: Atom) -> Atom:
    if name:
        w.set(CAPTURED.format(name), value)
    return TRUE


def _call(w: Writer, function: object, *args: Atom, node: gast.AST) -> Atom:
    return w.apply("call", Const(function, getattr(function, "__name__", None)), *args, node=node)


def _test(w: Writer, pattern: gast.AST, value: Atom) -> Atom:
    """Does the value have this form? Its parts are captured on the way."""
    return PATTERNS[type(pattern)](w, pattern, value)


def _literal(w: Writer, pattern: gast.AST, value: Atom) -> Atom:
    return w.apply("eq", value, w.expression(pattern.value), node=pattern)


def _singleton(w: Writer, pattern: gast.AST, value: Atom) -> Atom:
    return w.apply("is_", value, Const(pattern.value), node=pattern)


def _as(w: Writer, pattern: gast.AST, value: Atom) -> Atom:
    if pattern.pattern is None:
        return _capture(w, pattern.name, value)
    return _all(w, [lambda: _test(w, pattern.pattern, value), lambda: _capture(w, pattern.name, value)], pattern)


def _or(w: Writer, pattern: gast.AST, value: Atom) -> Atom:
    def first_of(patterns: Sequence[gast.AST]) -> Atom:
        first, *rest = patterns
        test = _test(w, first, value)
        if test == TRUE or not rest:
            return test
        found = w.branch(test, lambda: TRUE, partial(first_of, rest), pattern)
        return FALSE if found is None else found

    return first_of(pattern.patterns)


def _sequence(w: Writer, pattern: gast.AST, value: Atom) -> Atom:
    from collections.abc import Sequence as AnySequence

    items = pattern.patterns
    star = next((position for position, item in enumerate(items) if isinstance(item, gast.MatchStar)), None)

    def is_sequence() -> Atom:
        return _call(w, isinstance, value, Const(AnySequence, "collections.abc.Sequence"), node=pattern)

    def no_text() -> Atom:
        text = w.apply("tuple", *(Const(kind, kind.__name__) for kind in (str, bytes, bytearray)), node=pattern)
        return w.apply("not_", _call(w, isinstance, value, text, node=pattern), node=pattern)

    def length() -> Atom:
        count = _call(w, len, value, node=pattern)
        least = len(items) - (star is not None)
        return w.apply("eq" if star is None else "ge", count, Const(least), node=pattern)

    def item(position: int) -> Atom:
        after = star is not None and position > star
        index = Const(position - len(items) if after else position)
        if position != star:
            return _test(w, items[position], w.apply("getitem", value, index, node=items[position]))
        if items[position].name is None:
            return TRUE
        end = len(items) - 1 - position
        part = w.apply("slice", Const(position), Const(-end if end else None), Const(None), node=pattern)
        return _capture(w, items[position].name, _call(w, list, w.apply("getitem", value, part, node=pattern), node=pattern))

    return _all(w, [is_sequence, no_text, length, *(partial(item, position) for position in range(len(items)))], pattern)


def _mapping(w: Writer, pattern: gast.AST, value: Atom) -> Atom:
    from collections.abc import Mapping as AnyMapping

    keys: list[Atom] = []

    def is_mapping() -> Atom:
        return _call(w, isinstance, value, Const(AnyMapping, "collections.abc.Mapping"), node=pattern)

    def has(key: gast.AST) -> Atom:
        keys.append(w.expression(key))
        return w.apply("in_", keys[-1], value, node=key)

    def entry(position: int) -> Atom:
        inner = pattern.patterns[position]
        return _test(w, inner, w.apply("getitem", value, keys[position], node=inner))

    def rest() -> Atom:
        others = _call(w, dict, value, node=pattern)
        for key in keys:
            w.do("delitem", others, key, node=pattern)
        return _capture(w, pattern.rest, others)

    entries = [step for position, key in enumerate(pattern.keys) for step in (partial(has, key), partial(entry, position))]
    return _all(w, [is_mapping, *entries, *([rest] if pattern.rest else [])], pattern)


def _class(w: Writer, pattern: gast.AST, value: Atom) -> Atom:
    cls = w.expression(pattern.cls)
    itself = isinstance(pattern.cls, gast.Name) and pattern.cls.id in ITSELF and w.owner(pattern.cls.id)[0] is None

    def attribute(name: Atom, inner: gast.AST) -> list[Callable[[], Atom]]:
        def found() -> Atom:
            read = w.apply("getattr", value, name, node=inner) if isinstance(name, Const) else _call(w, getattr, value, name, node=inner)
            return _test(w, inner, read)

        return [lambda: _call(w, hasattr, value, name, node=inner), found]

    def positional(position: int) -> Atom:
        inner = pattern.patterns[position]
        if itself:
            return _test(w, inner, value)
        names = w.apply("getattr", cls, Const("__match_args__"), node=inner)
        return _all(w, attribute(w.apply("getitem", names, Const(position), node=inner), inner), inner)

    steps: list[Callable[[], Atom]] = [lambda: _call(w, isinstance, value, cls, node=pattern)]
    steps += [partial(positional, position) for position in range(len(pattern.patterns))]
    for name, inner in zip(pattern.kwd_attrs, pattern.kwd_patterns):
        steps += attribute(Const(w.mangled(name)), inner)
    return _all(w, steps, pattern)


PATTERNS: Mapping[type, Callable[[Writer, gast.AST, Atom], Atom]] = {
    gast.MatchValue: _literal, gast.MatchSingleton: _singleton, gast.MatchAs: _as, gast.MatchOr: _or,
    gast.MatchSequence: _sequence, gast.MatchMapping: _mapping, gast.MatchClass: _class,
}  # fmt: skip
