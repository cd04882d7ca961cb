"""Lists that only this function holds become values: `xs.append(v)` makes a new version of `xs`.

In the generic program a list has one name, and `append` changes the object behind it. Backward, a list must be a value like
any other: the carried value of the loop that fills it. That is the same thing if nobody else holds the list while it grows.

    xs.0 = list()                              xs.0 = list()
    for i.0 in r:                              xs.3 = for i.0 in r carry xs.1 = xs.0:
        %0 = getattr(xs.0, 'append')    ==>        xs.2 = append(xs.1, i.0)
        %1 = call(%0, i.0)                         yield xs.2
        yield                                  return xs.3
    return xs.0

A list that is handed on (returned, stored, captured, walked over, given to a function) before its last `append` is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from wengert.ir.build import Names
from wengert.ir.core import (
    Apply,
    Atom,
    Block,
    Break,
    Const,
    Continue,
    Def,
    For,
    Function,
    If,
    Line,
    Name,
    Pass,
    Terminator,
    While,
    Yield,
)
from wengert.ir.walk import INPLACE, all_names, atoms, base, blocks_of, map_atoms, names, reads, rename

LOOKS = frozenset(
    {"getitem", "unpack", "unpack_star", "add", "mul", "eq", "ne", "lt", "le", "gt", "ge", "is_", "is_not", "in_", "not_in", "not_"}
)
"""Ops that read a list and keep no hold of it."""

BUILTINS = frozenset({"len", "sum", "min", "max", "print", "tuple", "any", "all", "isinstance"})
"""Builtins of which the same is true."""


def promote_lists(function: Function, is_builtin: Callable[[str], bool] = lambda name: True) -> Function:
    """Give every local list that only this function holds a new version for each `append`.

    >>> from wengert.ir.text import parse, show
    >>> print(show(promote_lists(parse('''
    ... function f(x):
    ...     xs.0 = list()
    ...     if x:
    ...         %0 = getattr(xs.0, 'append')
    ...         %1 = call(%0, x)
    ...         yield
    ...     else:
    ...         yield
    ...     return xs.0
    ... '''))))
    function f(x):
        xs.0 = list()
        xs.2 = if x:
            xs.1 = append(xs.0, x)
            yield xs.1
        else:
            yield xs.0
        return xs.2
    """
    survey = _Survey(is_builtin)
    survey.block(function.body, ())
    for method in survey.getters:
        survey.spoil(method)
    lists = {name: found for name, found in survey.lists.items() if found.appends and found.alone()}
    if not lists:
        return function
    return replace(function, body=_Versions(Names(all_names(function)), survey, lists).body(function.body))


@dataclass(slots=True)
class _List:
    loops: tuple[int, ...]  # the positions of the loops around its display
    appends: list[int] = field(default_factory=list)  # the positions of the appends
    holds: list[int] = field(default_factory=list)  # from where on somebody else may hold the list
    spoiled: bool = False

    def alone(self) -> bool:
        return not self.spoiled and max(self.appends) < min(self.holds, default=max(self.appends) + 1)


class _Survey:
    """Number the lines in reading order, and note what happens to each list where."""

    def __init__(self, is_builtin: Callable[[str], bool]) -> None:
        self.is_builtin = is_builtin
        self.position = 0
        self.lists: dict[Name, _List] = {}
        self.methods: dict[Name, Name] = {}  # the target of `getattr(xs, 'append')`: the list
        self.getters: dict[Name, Name] = {}  # the same, while not called yet
        self.builtins: set[Name] = set()
        self.grows: dict[int, dict[Name, None]] = {}  # by the id of an `if` or loop: the lists that grow inside, in order
        self.around: list[int] = []  # the ids of the lines around

    def block(self, block: Block, loops: tuple[int, ...], test: bool = False) -> None:
        for line in block.lines:
            self.position += 1
            self.line(line, loops, test)
        self.position += 1
        self.hold(names(block.terminator), loops)

    def line(self, line: Line, loops: tuple[int, ...], test: bool) -> None:
        if isinstance(line, Apply):
            self.apply(line, loops, test)
            return
        if isinstance(line, Def):
            self.hold(reads(line), loops)
            return
        if not isinstance(line, If):
            self.hold(names(line), loops)
        inner = loops if isinstance(line, If) else (*loops, self.position)
        self.around.append(id(line))
        for index, block in enumerate(blocks_of(line)):
            self.block(block, inner, test or (isinstance(line, While) and index == 0))
        self.around.pop()

    def apply(self, line: Apply, loops: tuple[int, ...], test: bool) -> None:
        if line.op == "global":
            self.global_(line)
        if line.op == "getattr" and line.args[0] in self.lists and line.args[1] == Const("append"):
            assert isinstance(line.args[0], str)
            self.getters[line.targets[0]] = line.args[0]
            return
        if line.op == "call" and line.args[0] in self.getters:
            self.append(line, test)
            self.hold(tuple(atom for atom in atoms(line)[1:] if isinstance(atom, str)), loops)
        elif line.op == "getattr" or line.op in INPLACE:
            for name in names(line)[:1]:
                self.spoil(name)
            self.hold(names(line)[1:], loops)
        elif not (line.op in LOOKS or (line.op == "call" and line.args[0] in self.builtins)):
            self.hold(names(line), loops)
        if line.op == "list":
            self.lists[line.targets[0]] = _List(loops)

    def global_(self, line: Apply) -> None:
        assert isinstance(line.args[0], Const)
        if line.args[0].value in BUILTINS and self.is_builtin(line.args[0].value):
            self.builtins.add(line.targets[0])

    def append(self, line: Apply, test: bool) -> None:
        method = line.args[0]
        assert isinstance(method, str)
        name = self.getters.pop(method)
        if test or len(line.args) != 2 or line.keywords or not method.startswith("%"):
            self.spoil(name)
            return
        self.methods[method] = name
        self.lists[name].appends.append(self.position)
        for around in self.around:
            self.grows.setdefault(around, {})[name] = None

    def spoil(self, name: Name) -> None:
        if name in self.lists:
            self.lists[name].spoiled = True
        if name in self.getters:
            self.lists[self.getters[name]].spoiled = True

    def hold(self, held: tuple[Name, ...], loops: tuple[int, ...]) -> None:
        """Held from here on; where that is in a loop inside the one of the display, from the loop's first turn on."""
        for name in held:
            self.spoil(name) if name in self.getters else None
            found = self.lists.get(name)
            if found is not None:
                deeper = loops[len(found.loops) :]
                found.holds.append(deeper[0] if deeper else self.position)


class _Versions:
    def __init__(self, supply: Names, survey: _Survey, lists: dict[Name, _List]) -> None:
        self.supply = supply
        self.survey = survey
        self.lists = lists
        self.none: dict[Name, Atom] = {}  # the results of the appends

    def grown(self, line: Line, current: dict[Name, Name]) -> list[Name]:
        return [name for name in self.survey.grows.get(id(line), ()) if name in self.lists and name in current]

    def body(self, body: Block) -> Block:
        return self.block(body, {}, (), ())[0]

    def block(
        self, block: Block, current: dict[Name, Name], own: tuple[Name, ...], loop: tuple[Name, ...]
    ) -> tuple[Block, dict[Name, Name]]:
        """`own`: the lists whose versions the block's `yield` hands over; `loop`: those that `break` and `continue` do."""
        lines: list[Line] = []
        for line in block.lines:
            made = self.line(line, current, loop)
            if made is not None:
                lines.append(made)
        end: Terminator = map_atoms(block.terminator, lambda atom: self.atom(atom, current))
        if isinstance(end, (Yield, Pass)):
            handed = own
            if isinstance(end, Yield) or end.values:
                end = replace(end, values=(*end.values, *(current[name] for name in handed)))
        elif isinstance(end, (Break, Continue)):
            end = replace(end, values=(*end.values, *(current[name] for name in loop)))
        return Block(tuple(lines), end), current

    def atom(self, atom: Atom, current: dict[Name, Name]) -> Atom:
        return atom if isinstance(atom, Const) else self.none.get(atom, current.get(atom, atom))

    def fresh(self, grown: list[Name]) -> tuple[Name, ...]:
        return tuple(self.supply.fresh(base(name) if not name.startswith("%") else "") for name in grown)

    def line(self, line: Line, current: dict[Name, Name], loop: tuple[Name, ...]) -> Line | None:
        grown = self.grown(line, current)
        if isinstance(line, Def):
            return rename(line, dict(current))
        line = map_atoms(line, lambda atom: self.atom(atom, current))
        match line:
            case Apply():
                return self.apply(line, current)
            case If():
                own = tuple(grown)
                then, _ = self.block(line.then, dict(current), own, loop)
                orelse, _ = self.block(line.orelse, dict(current), own, loop)
                targets = self.fresh(grown)
                current.update(zip(grown, targets))
                return replace(line, targets=(*line.targets, *targets), then=then, orelse=orelse)
            case For() | While():
                own = tuple(grown)
                initial = tuple(current[name] for name in grown)
                carried = self.fresh(grown)
                inner = {**current, **dict(zip(grown, carried))}
                if isinstance(line, While):
                    line = replace(line, test=self.block(line.test, dict(inner), own, ())[0])
                body, _ = self.block(line.body, inner, own, own)
                targets = self.fresh(grown)
                current.update(zip(grown, targets))
                return replace(
                    line, targets=(*line.targets, *targets), carried=(*line.carried, *carried), initial=(*line.initial, *initial), body=body
                )
        raise AssertionError(line)

    def apply(self, line: Apply, current: dict[Name, Name]) -> Line | None:
        name = self.survey.methods.get(line.args[0]) if line.op == "call" and isinstance(line.args[0], str) else None
        if name in self.lists:
            assert name is not None
            (version,) = self.fresh([name])
            made = Apply((version,), "append", (current[name], line.args[1]), spelled=".append", place=line.place)
            current[name] = version
            self.none[line.targets[0]] = Const(None)
            return made
        if line.op == "getattr" and self.survey.methods.get(line.targets[0]) in self.lists:
            return None
        if line.op == "list" and line.targets[0] in self.lists:
            current[line.targets[0]] = line.targets[0]
        return line
