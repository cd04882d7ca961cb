"""Whose array is it: write in place where that is proved safe, copy where memory must not be shared.

A transformation writes adjoints functionally. This pass proves which arrays are *owned*: made by a line that allocates,
and read exactly once, in the same turn of the same loop. Adding to an owned adjoint is done in place (`x_bar += g`); what is
to be overwritten and is not owned is copied first; and a gradient that would share memory with an argument or with
another gradient (`fresh`) becomes a copy.

    x_bar.0 = y_bar * w               x_bar.0 = y_bar * w
    x_bar.1 = x_bar.0 + g      ==>    x_bar.1 = iadd(x_bar.0, g)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from wengert.ir.build import Names
from wengert.ir.core import Apply, Atom, Block, Break, Continue, Def, For, Function, If, Line, Name, While, Yield
from wengert.ir.kinds import Array, Iterator, Kind, List, same_axis, substitute
from wengert.ir.walk import CONSUMING, all_names, atoms, base, blocks_of, lines_of, map_atoms
from wengert.rules.table import lookup

ALLOCATING = frozenset({"list", "store", "copy", "fresh", "scatter_add", "add_at", "iadd", "isub", "imul", "itruediv"})
ADDING = {"add": "iadd", "sub": "isub"}


def own(function: Function) -> Function:
    """Add in place to owned adjoints, copy what is overwritten or returned but not owned.

    >>> from wengert.ir.text import parse, show
    >>> print(show(own(parse('''
    ... function f(x, i):
    ...     x_bar.0 = np.zeros_like(x)
    ...     x_bar.1 = scatter_add(x_bar.0, i, 1.0)
    ...     %0 = fresh(x_bar.1)
    ...     %1 = fresh(x)
    ...     %2 = tuple(%0, %1)
    ...     return %2
    ... '''))))
    function f(x, i):
        x_bar.0 = np.zeros_like(x)
        x_bar.1 = scatter_add(x_bar.0, i, 1.0)
        %1 = copy(x)
        %2 = tuple(x_bar.1, %1)
        return %2
    """
    return _Owning(function).function()


class _Owning:
    def __init__(self, function: Function) -> None:
        self.given = function
        self.names = Names(all_names(function))
        self.kinds: dict[Name, Kind] = dict(function.kinds)
        self.uses: Counter[Name] = Counter()
        self.turn: dict[Name, int] = {}  # the loop (or nested function) in whose turn a name is made
        self.owned: set[Name] = set()
        self.replaced: dict[Name, Atom] = {}
        self.ends: list[list[Block]] = []
        for parameter in function.parameters:
            self.turn[parameter] = 0
        self._count(function.body, 0)

    def function(self) -> Function:
        body = self.block(self.given.body, 0)
        return replace(self.given, body=body, kinds=self.kinds)

    def _count(self, block: Block, turn: int) -> None:
        for line in block.lines:
            self.uses.update(atom for atom in atoms(line) if isinstance(atom, str))
            for target in line.targets:
                self.turn[target] = turn
            inner = id(line) if isinstance(line, (For, While, Def)) else turn
            if isinstance(line, (For, While)):
                for name in line.carried:
                    self.turn[name] = inner
            for held in blocks_of(line):
                self._count(held, inner)
        self.uses.update(atom for atom in atoms(block.terminator) if isinstance(atom, str))

    def mine(self, atom: Atom, turn: int) -> bool:
        """Is it an array that nobody else holds, and that is not read after this one use?"""
        return isinstance(atom, str) and atom in self.owned and self.uses[atom] == 1 and self.turn.get(atom) == turn

    def read(self, atom: Atom) -> Atom:
        while isinstance(atom, str) and atom in self.replaced:
            atom = self.replaced[atom]
        return atom

    def block(self, block: Block, turn: int) -> Block:
        lines: list[Line] = []
        for old in block.lines:
            line = map_atoms(old, self.read)
            match line:
                case Apply():
                    self.apply(line, lines, turn)
                    continue
                case If():
                    line = replace(line, then=self.block(line.then, turn), orelse=self.block(line.orelse, turn))
                    ends = [b.terminator.values for b in (line.then, line.orelse) if isinstance(b.terminator, Yield)]
                    for target, *values in zip(line.targets, *ends):
                        if all(self.mine(value, turn) for value in values):
                            self.owned.add(target)
                case For() | While():
                    line = self.loop(line, id(old), lines, turn)
                case Def():
                    line = replace(line, function=replace(line.function, body=self.block(line.function.body, id(old))))
            lines.append(line)
        return Block(tuple(lines), map_atoms(block.terminator, self.read))

    def apply(self, line: Apply, lines: list[Line], turn: int) -> None:
        if line.op == "fresh":
            source = line.args[0]
            if isinstance(source, str) and self.mine(source, turn):
                self.replaced[line.targets[0]] = source
                self.uses[source] = self.uses[line.targets[0]]
                return
            line = replace(line, op="copy")
        elif line.op in CONSUMING and line.op not in ("append", "next") and not self.mine(line.args[0], turn):
            copied = self.names.fresh(base(line.args[0]) if isinstance(line.args[0], str) else "")
            self.kinds[copied] = substitute(self.kinds, line.args[0])
            lines.append(Apply((copied,), "copy", (line.args[0],), place=line.place))
            line = replace(line, args=(copied, *line.args[1:]))
        elif line.op in ADDING and self.mine(line.args[0], turn) and self.same(line) and _derived(line.targets[0]):
            line = replace(line, op=ADDING[line.op])
        elif line.op == "add" and self.mine(line.args[1], turn) and self.same(line, 1) and _derived(line.targets[0]):
            line = replace(line, op="iadd", args=(line.args[1], line.args[0]))
        if len(line.targets) == 1 and self.allocates(line):
            self.owned.add(line.targets[0])
        lines.append(line)

    def same(self, line: Apply, position: int = 0) -> bool:
        """Does the sum have the dtype and the axes of the array it would overwrite?"""
        old, new = substitute(self.kinds, line.args[position]), substitute(self.kinds, line.targets[0])
        return (
            isinstance(old, Array) and isinstance(new, Array) and old.dtype == new.dtype and old.axes != ()
            and len(old.axes) == len(new.axes) and all(map(same_axis, old.axes, new.axes))
        )  # fmt: skip

    def allocates(self, line: Apply) -> bool:
        kind = substitute(self.kinds, line.targets[0])
        if line.op in ALLOCATING or (line.op == "mul" and isinstance(kind, List)):
            return True
        if self.kinds and not (isinstance(kind, Array) and kind.axes != ()):
            return False
        row = lookup(line.op)
        return row is not None and row.pure and not row.view and line.op not in ("getitem", "np.asarray", "pos")

    def loop(self, line: For | While, mark: int, lines: list[Line], turn: int) -> Line:
        """A carried array is owned if it is when the loop begins and after every turn; what the turns overwrite is copied before."""
        claimed = {name for name in line.carried if self.uses[name] == 1}
        while True:
            before, replaced = set(self.owned), dict(self.replaced)
            self.owned |= claimed
            trial = self.turn_of(line, mark)
            ends = _ends(trial.body)
            good = set()
            for k, name in enumerate(line.carried):
                if name in claimed and all(self.mine(end[k], mark) for end in ends):
                    good.add(name)
            if good == claimed:
                break
            claimed, self.owned, self.replaced = good, before, replaced
        initial = list(line.initial)
        overwritten = _overwritten(trial)
        for k, name in enumerate(line.carried):
            if name not in claimed:
                continue
            if name in overwritten and not self.mine(initial[k], turn) and not isinstance(substitute(self.kinds, name), Iterator):
                copied = self.names.fresh(base(name))
                self.kinds[copied] = substitute(self.kinds, initial[k])
                lines.append(Apply((copied,), "copy", (initial[k],), place=line.place))
                initial[k] = copied
        for k, target in enumerate(line.targets):  # nobody else holds what the last turn made, or, without a turn, what came in
            if all(self.mine(end[k], mark) for end in ends) and (initial[k] != line.initial[k] or self.mine(line.initial[k], turn)):
                self.owned.add(target)
        return replace(trial, initial=tuple(initial))

    def turn_of(self, line: For | While, mark: int) -> For | While:
        if isinstance(line, While):
            line = replace(line, test=self.block(line.test, mark))
        return replace(line, body=self.block(line.body, mark))


def _derived(name: Name) -> bool:
    return base(name).endswith(("_bar", "_dot"))


def _overwritten(loop: For | While) -> set[Name]:
    """The names whose arrays the turns overwrite, under that name or under one that a branch or loop hands them on to."""
    pending: list[Atom] = []
    handed: dict[Name, list[Atom]] = {}  # to a name, the values that it may stand for
    for line in lines_of(loop):
        match line:
            case Apply() if line.op in CONSUMING and line.op not in ("append", "next"):
                pending.append(line.args[0])
            case If():
                for branch in (line.then, line.orelse):
                    if isinstance(branch.terminator, Yield):
                        _hand(handed, zip(line.targets, branch.terminator.values))
            case For() | While():
                _hand(handed, [*zip(line.carried, line.initial), *zip(line.targets, line.carried)])
                for end in _ends(line.body):
                    _hand(handed, [*zip(line.carried, end), *zip(line.targets, end)])
    found: set[Name] = set()
    while pending:
        atom = pending.pop()
        if isinstance(atom, str) and atom not in found:
            found.add(atom)
            pending += handed.get(atom, ())
    return found


def _hand(handed: dict[Name, list[Atom]], pairs: Iterable[tuple[Name, Atom]]) -> None:
    for name, value in pairs:
        handed.setdefault(name, []).append(value)


def _ends(block: Block) -> list[tuple[Atom, ...]]:
    """The carried values at every end of a turn."""
    found: list[tuple[Atom, ...]] = []
    if isinstance(block.terminator, (Yield, Break, Continue)):
        found.append(block.terminator.values)
    for line in block.lines:
        if isinstance(line, If):
            found += [end for branch in (line.then, line.orelse) for end in _exits(branch)]
    return found


def _exits(block: Block) -> list[tuple[Atom, ...]]:
    found = [block.terminator.values] if isinstance(block.terminator, (Break, Continue)) else []
    for line in block.lines:
        if isinstance(line, If):
            found += _exits(line.then) + _exits(line.orelse)
    return found


