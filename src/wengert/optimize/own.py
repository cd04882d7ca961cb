"""Whose array is it: write in place where that is proved safe, copy where memory must not be shared.

A transformation writes adjoints functionally. This pass proves which arrays are *owned*: made by a line that allocates, held by nobody
else, and not read after the line that overwrites them. Adding to an owned adjoint is done in place (`x_bar += g`); what is to be
overwritten and is not owned is copied first, a view that outlives what it shows is copied where it is taken; and a gradient that would
share memory with an argument or with another gradient (`fresh`) becomes a copy.

    x_bar.0 = y_bar * w               x_bar.0 = y_bar * w
    x_bar.1 = x_bar.0 + g      ==>    x_bar.1 = iadd(x_bar.0, g)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from wengert.analysis.regions import may_share
from wengert.ir.axes import same_axis
from wengert.ir.build import Names
from wengert.ir.core import Apply, Atom, Block, Break, Const, Continue, Def, For, Function, If, Line, Name, While, Yield
from wengert.ir.kinds import UNKNOWN, Array, Iterator, Kind, List, Map, Range, Slice, Text, Tuple, is_scalar
from wengert.ir.values import substitute
from wengert.ir.walk import CONSUMING, INPLACE, RESIZING, WRITES, all_names, atoms, base, lines_of, map_atoms, map_blocks
from wengert.optimize.last_uses import last_uses
from wengert.rules.table import lookup
from wengert.rules.views import SOMETIMES

ALLOCATING = frozenset({"list", "mapping", "add_key", "take_key", "store", "copy", "fresh", "scatter_add", "add_at", "push", "pull", "zero_of", "unread", "iadd", "isub", "imul", "itruediv"})
ADDING = {"add": "iadd", "sub": "isub"}
LEFT_ALONE = frozenset({*RESIZING, "next", "unread", *WRITES})
"""Consuming ops that are in place whoever holds the object: growing lists, iterators, the primal's own writes."""

VIEWING = frozenset({"getattr", "unbroadcast", "alias"})
"""Ops without a row whose result may show the memory of the first argument."""

COPYING = frozenset({"comment", "undo", "copy", "fresh", "snapshot", "slice", "project", "unit", "last_writes", "zero_of", "apart", "count", "fstring", "format", "segment"})
"""Ops without a row that hold none of their arguments."""


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
        self.root: dict[Name, Name] = {}  # the array that a view shows
        views: dict[Name, list[Name]] = {}
        for line in lines_of(function):
            if isinstance(line, Apply) and len(line.targets) == 1 and self.shows(line):
                source = line.args[0]
                assert isinstance(source, str)
                root = self.root[line.targets[0]] = self.root.get(source, source)
                views.setdefault(root, []).append(line.targets[0])
        self.uses = last_uses(function, views)
        self.owned: set[Name] = set()
        self.deep: set[Name] = set()  # lists of which the lists and arrays in them are held by nobody else either
        self.replaced: dict[Name, Atom] = {}
        self.snapshots: set[Name] = set()  # views that are read after what they show has been overwritten

    def function(self) -> Function:
        body = self.snapshot(self.block(self.given.body))
        return replace(self.given, body=body, kinds=self.kinds)

    # facts

    def shows(self, line: Apply) -> bool:
        """May the result show the memory of the first argument?"""
        if not line.args or isinstance(line.args[0], Const) or not self.is_array(line.targets[0]):
            return False
        row = lookup(line.op)
        return line.op in VIEWING or line.op in SOMETIMES or (row is not None and row.view)

    def is_array(self, atom: Atom) -> bool:
        """May it be something that has memory?"""
        kind = substitute(self.kinds, atom)
        return not (is_scalar(kind) or isinstance(kind, (Slice, Text, Range)))

    def mine(self, old: Atom, part: Line | Block) -> bool:
        """Is it an array that nobody else holds, and that is not read after this one use?"""
        if not isinstance(old, str) or old not in self.uses.at(part):
            return False
        return self.read(old) in self.owned and (atoms(part) if not isinstance(part, Block) else atoms(part.terminator)).count(old) == 1

    def read(self, atom: Atom) -> Atom:
        while isinstance(atom, str) and atom in self.replaced:
            atom = self.replaced[atom]
        return atom

    def give_away(self, atom: Atom) -> None:
        """Somebody else holds it from here on."""
        if isinstance(atom, str):
            atom = self.read(atom)
            assert isinstance(atom, str)
            self.owned.discard(atom)
            root = self.root.get(atom)
            if root is not None and not isinstance(substitute(self.kinds, root), List):  # whose items are objects of their own
                self.owned.discard(str(self.read(root)))

    def hand_over(self, values: Iterable[Atom], part: Line | Block) -> list[bool]:
        """Values get other names: which of them are owned under the new one."""
        values = list(values)
        found = [self.mine(value, part) for value in values]
        for value, mine in zip(values, found):
            if mine:
                self.snapshots.update(self.uses.views_below(part, value))
            else:
                self.give_away(value)
        return found

    # blocks

    def block(self, block: Block) -> Block:
        lines: list[Line] = []
        for old in block.lines:
            line = map_atoms(old, self.read)
            match line:
                case Apply():
                    assert isinstance(old, Apply)
                    self.apply(old, line, lines)
                    continue
                case If():
                    ends, deep = [], []
                    branches = []
                    for branch in (line.then, line.orelse):
                        branches.append(self.block(branch))
                        if isinstance(branch.terminator, Yield):
                            deep.append([self.is_deep(value) for value in branch.terminator.values])
                            ends.append(self.hand_over(branch.terminator.values, branch))
                    line = replace(line, then=branches[0], orelse=branches[1])
                    self.owned.update(target for target, *mine in zip(line.targets, *ends) if all(mine))
                    self.deep.update(target for target, *found in zip(line.targets, *deep) if all(found))
                case For() | While():
                    assert isinstance(old, (For, While))
                    line = self.loop(old, line, lines)
                case Def():
                    line = replace(line, function=replace(line.function, body=self.block(line.function.body)))
            lines.append(line)
        return Block(tuple(lines), map_atoms(block.terminator, self.read))

    def apply(self, old: Apply, line: Apply, lines: list[Line]) -> None:
        if line.op == "fresh":
            if self.mine(old.args[0], old) and not self.uses.views_below(old, old.args[0]):
                self.replaced[line.targets[0]] = line.args[0]
                return
            line = replace(line, op="copy")
        elif line.op in INPLACE and substitute(self.kinds, line.args[0]) == UNKNOWN:  # a number, for all that is known
            line = replace(line, op=INPLACE[line.op])
        elif line.op in CONSUMING and line.op not in LEFT_ALONE:
            inside = len(line.args) > 3 and not isinstance(substitute(self.kinds, old.args[0]), Array)  # into an item of a list
            if self.mine(old.args[0], old) and not (inside and (not self.is_deep(old.args[0]) or self.uses.views_below(old, old.args[0]))):
                if not isinstance(substitute(self.kinds, old.args[0]), List):
                    self.snapshots.update(self.uses.views_below(old, old.args[0]))
            else:
                copied = self.names.fresh(base(line.args[0]) if isinstance(line.args[0], str) else "")
                self.kinds[copied] = substitute(self.kinds, line.args[0])
                lines.append(Apply((copied,), "snapshot" if inside else "copy", (line.args[0],), place=line.place))
                line = replace(line, args=(copied, *line.args[1:]))
                self.deep.update((copied,) if inside else ())
        elif line.op in ADDING and self.gains(old, line, 0):
            line = replace(line, op=ADDING[line.op])
        elif line.op == "add" and self.gains(old, line, 1):
            line = replace(line, op="iadd", args=(line.args[1], line.args[0]))
        if self.stays_deep(old, line):
            self.deep.add(line.targets[-1])
        own = self.allocates(line) or line.op in RESIZING and self.mine(old.args[0], old)
        for atom in self.held(line):
            self.give_away(atom)
        if line.targets and own:
            self.owned.add(line.targets[-1])
        lines.append(line)

    def is_deep(self, atom: Atom) -> bool:
        return isinstance(atom, str) and self.read(atom) in self.deep

    def stays_deep(self, old: Apply, line: Apply) -> bool:
        """Is the result a list that is new throughout, or still one?"""
        if line.op in ("zero_of", "plus", "snapshot"):
            return True
        if line.op not in ("store", "scatter_add", "add_at", "pull") or not self.is_deep(line.args[0]):
            return False
        value = old.args[-1]
        if line.op == "pull" or not self.is_array(value):
            return True
        return self.mine(value, old) and (self.is_deep(value) or isinstance(substitute(self.kinds, value), Array))

    def gains(self, old: Apply, line: Apply, position: int) -> bool:
        """May the sum overwrite this operand, an adjoint that is not read below, in any of its views either?"""
        target, operand = line.targets[0], old.args[position]
        if not ((_derived(target) or _derived(operand)) and self.mine(operand, old) and self.same(line, position)):
            return False
        if _derived(target) and _derived(operand) and isinstance(operand, str) and base(target) != base(operand):
            return False  # the adjoint of another variable: `y_bar = x_bar - g` says more than `x_bar -= g`
        return not self.uses.views_below(old, old.args[position])

    def held(self, line: Apply) -> Iterable[Atom]:
        """The arguments that somebody holds when the line is done: in a list, a tuple, an unknown function."""
        op = line.op
        if op in CONSUMING:
            return line.args[1:] if op in RESIZING or not isinstance(substitute(self.kinds, line.args[0]), Array) else ()
        row = lookup(op)
        if op in COPYING or (row is not None and row.pure) or (len(line.targets) == 1 and line.targets[0] in self.root):
            return ()
        return [*line.args, *(atom for _, atom in line.keywords)]

    def same(self, line: Apply, position: int = 0) -> bool:
        """Does the sum have the dtype and the axes of the array it would overwrite?"""
        old, new = substitute(self.kinds, line.args[position]), substitute(self.kinds, line.targets[0])
        return (
            isinstance(old, Array) and isinstance(new, Array) and old.dtype == new.dtype and old.axes != ()
            and len(old.axes) == len(new.axes) and all(map(same_axis, old.axes, new.axes))
        )  # fmt: skip

    def allocates(self, line: Apply) -> bool:
        if not line.targets:
            return False
        kind = substitute(self.kinds, line.targets[-1])
        if line.op in ALLOCATING or (line.op in ("mul", "plus", "list_of", "cut_like", "nested_like") and isinstance(kind, (List, Map))):
            return True
        if len(line.targets) > 1:
            return False
        if self.kinds and not (isinstance(kind, Array) and kind.axes != ()):
            return False
        row = lookup(line.op)
        return row is not None and row.pure and not row.view and line.op not in SOMETIMES and line.op not in ("getitem", "np.asarray", "pos")

    # loops

    def loop(self, old: For | While, line: For | While, lines: list[Line]) -> Line:
        """A carried array is owned if it is when the loop begins and after every turn; what the turns overwrite is copied before."""
        for source in old.sources if isinstance(old, For) else ():
            self.give_away(source)
        claimed = {name for name in line.carried if self.is_array(name)}
        deep = {name for name, start in zip(line.carried, line.initial) if self.is_deep(start)}
        while True:
            before = set(self.owned), dict(self.replaced), set(self.snapshots), set(self.deep)
            self.owned |= claimed
            self.deep |= deep
            trial = self.turn_of(line)
            still = [[self.is_deep(value) for value in values] for _, values in _ends(old.body)]
            ends = [self.hand_over(values, block) for block, values in _ends(old.body)]
            good = {name for k, name in enumerate(line.carried) if name in claimed and all(end[k] for end in ends)}
            good_deep = {name for k, name in enumerate(line.carried) if name in deep & good and all(end[k] for end in still)}
            if good == claimed and good_deep == deep:
                break
            claimed, deep, (self.owned, self.replaced, self.snapshots, self.deep) = good, good_deep, before
        starts = self.hand_over(old.initial, old)
        initial = list(line.initial)
        overwritten = _overwritten(trial)
        for k, name in enumerate(line.carried):
            if name not in claimed:
                continue
            if isinstance(initial[k], Const):  # a number, or nothing yet: no memory that anybody else could hold
                starts[k] = True
            if name in overwritten and not starts[k] and not isinstance(substitute(self.kinds, name), Iterator):
                copied = self.names.fresh(base(name))
                self.kinds[copied] = substitute(self.kinds, initial[k])
                lines.append(Apply((copied,), "snapshot" if name in deep else "copy", (initial[k],), place=line.place))
                initial[k], starts[k] = copied, True
        for k, target in enumerate(line.targets):  # nobody else holds what the last turn made, or, without a turn, what came in
            if starts[k] and line.carried[k] in claimed:
                self.owned.add(target)
                self.deep.update((target,) if line.carried[k] in deep else ())
        return replace(trial, initial=tuple(initial))

    def turn_of(self, line: For | While) -> For | While:
        if isinstance(line, While):
            line = replace(line, test=self.block(line.test))
        return replace(line, body=self.block(line.body))

    # views that outlive what they show

    def snapshot(self, block: Block) -> Block:
        """Copy the views that are read after what they show has been overwritten, where they are taken."""
        if not self.snapshots:
            return block
        lines: list[Line] = []
        for line in block.lines:
            if isinstance(line, Def):
                line = replace(line, function=replace(line.function, body=self.snapshot(line.function.body)))
            line = map_blocks(line, self.snapshot) if not isinstance(line, Def) else line
            if isinstance(line, Apply) and not self.snapshots.isdisjoint(line.targets):
                (target,) = line.targets
                kind = substitute(self.kinds, target)
                if isinstance(kind, Tuple) and not any(map(may_share, kind.items)):  # nothing in it can be overwritten
                    lines.append(line)
                    continue
                shown = self.names.fresh()
                self.kinds[shown] = kind
                lines += (replace(line, targets=(shown,)), Apply((target,), "snapshot" if isinstance(kind, Tuple) else "copy", (shown,), place=line.place))
                continue
            lines.append(line)
        return Block(tuple(lines), block.terminator)


def _derived(atom: Atom) -> bool:
    return isinstance(atom, str) and base(atom).endswith(("_bar", "_dot"))


def _overwritten(loop: For | While) -> set[Name]:
    """The names whose arrays the turns overwrite, under that name or under one that a branch or loop hands them on to."""
    pending: list[Atom] = []
    handed: dict[Name, list[Atom]] = {}  # to a name, the values that it may stand for
    for line in lines_of(loop):
        match line:
            case Apply() if line.op in CONSUMING and line.op not in LEFT_ALONE:
                pending.append(line.args[0])
            case If():
                for branch in (line.then, line.orelse):
                    if isinstance(branch.terminator, Yield):
                        _hand(handed, zip(line.targets, branch.terminator.values))
            case For() | While():
                _hand(handed, [*zip(line.carried, line.initial), *zip(line.targets, line.carried)])
                for _, end in _ends(line.body):
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


def _ends(block: Block) -> list[tuple[Block, tuple[Atom, ...]]]:
    """The carried values at every end of a turn, and the block that ends there."""
    found: list[tuple[Block, tuple[Atom, ...]]] = []
    if isinstance(block.terminator, (Yield, Break, Continue)):
        found.append((block, block.terminator.values))
    for line in block.lines:
        if isinstance(line, If):
            found += [end for branch in (line.then, line.orelse) for end in _exits(branch)]
    return found


def _exits(block: Block) -> list[tuple[Block, tuple[Atom, ...]]]:
    found = [(block, block.terminator.values)] if isinstance(block.terminator, (Break, Continue)) else []
    for line in block.lines:
        if isinstance(line, If):
            found += _exits(line.then) + _exits(line.orelse)
    return found
