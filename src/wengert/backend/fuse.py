"""Which lines are written inside the expression that uses them.

A Wengert list names every value; a person names few. A value without a name of the user's that is used once is written
where it is used, if the move changes nothing:

    %1 = 4 * v.0
    %2 = 1 - v.0          ==>      v.1 = 4 * v.0 * (1 - v.0)
    v.1 = %1 * %2

Reads of a parameter's tree (`params["W1"]`), globals, and attributes such as `x.shape` are written at every use.
In the reverse sweep an adjoint that the next line uses once, and nobody else, is written there, too, while that stays short.
`if` lines that were `a if t else b`, `a and b` or `a < b < c` are expressions again where their blocks hold nothing else.

>>> from wengert.ir.text import parse
>>> fused = fuse(parse('''
... function f(v):
...     %1 = 4 * v
...     %2 = 1 - v
...     w.0 = %1 * %2
...     return w.0
... '''))
>>> sorted(fused.inside)
['%1', '%2']
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from wengert.analysis.memory import memory
from wengert.analysis.regions import Memory
from wengert.backend.forms import form_of
from wengert.backend.fused import DERIVED, SAVED, Fused, fusible
from wengert.backend.join import join_named
from wengert.backend.purity import CALLS, acts, repeatable
from wengert.ir.core import Apply, Atom, Block, Const, Def, For, Function, If, Line, Name, Return, Terminator, While, Yield
from wengert.ir.kinds import Kind, is_scalar
from wengert.ir.values import substitute
from wengert.ir.walk import CONSUMING, atoms, base, blocks_of, bound, defined, reads
from wengert.rules.views import may_show

LONG = 24  # nodes of an expression in an adjoint line: a part that makes it longer gets a name


@dataclass(slots=True)
class _Fuser:
    fused: Fused
    kinds: Mapping[Name, Kind]
    memory: Memory
    users: dict[Name, tuple[int, int]] = field(default_factory=dict)  # the block and position of the last use
    homes: dict[Name, tuple[int, int, Line]] = field(default_factory=dict)
    roots: dict[Name, str] = field(default_factory=dict)  # the base of the array that a view shows
    versions: dict[str, int] = field(default_factory=dict)
    trees: set[Name] = field(default_factory=set)
    captured: frozenset[Name] = frozenset()  # names that a nested function reads
    reverse: bool = False

    # what is where

    def survey(self, block: Block) -> None:
        for position, line in enumerate(block.lines):
            for name in (*defined(line), *bound(line)):
                self.versions[base(name)] = self.versions.get(base(name), 0) + 1
                self.homes[name] = (id(block), position, line)
            if isinstance(line, Apply) and line.args and may_show(line.op) and not isinstance(line.args[0], Const):
                for name in line.targets:
                    self.roots[name] = self.roots.get(line.args[0], base(line.args[0]))
            if isinstance(line, Def):
                self.trees.update(line.function.parameters)
            for atom in atoms(line):
                self._use(atom, block, position)
            for inner in blocks_of(line):
                self.survey(inner)
        for atom in atoms(block.terminator):
            self._use(atom, block, len(block.lines))

    def _use(self, atom: Atom, block: Block, position: int) -> None:
        if not isinstance(atom, Const):
            self.fused.uses[atom] = self.fused.uses.get(atom, 0) + 1
            self.users[atom] = (id(block), position)

    def repeat(self, block: Block) -> None:
        """Find what is written at every use. A pullback must not read the arguments late, so what it reads stays a name."""
        for line in block.lines:
            if isinstance(line, Apply) and repeatable(line, self.trees, self.versions, self.kinds) and self._anywhere(line):
                self.fused.inside[line.targets[0]] = line
                for atom in line.args:
                    if isinstance(atom, str):
                        self.fused.uses[atom] = self.fused.uses.get(atom, 0) + 1  # said more than once
            for inner in blocks_of(line):
                self.repeat(inner)

    def _anywhere(self, line: Apply) -> bool:
        return line.op in ("global", "cell") or line.targets[0] not in self.captured

    # one block

    def block(self, block: Block, loop: For | While | None = None) -> None:
        backward = 0 if self.reverse else len(block.lines)  # where the reverse sweep begins
        for position, line in enumerate(block.lines):
            if isinstance(line, Apply) and (line.op == "undo" or line.op == "comment" and line.args == (Const("reverse sweep"),)):
                self.reverse, backward = True, min(position, backward)
            if isinstance(line, For):
                self._pattern(line)
            was = self.reverse
            for inner in blocks_of(line):
                self.block(inner, line if isinstance(line, (For, While)) else loop)
            if isinstance(line, If):
                self._form(line)
                self.reverse = was
            if isinstance(line, Def):
                self.reverse = was
        positions = _definitions(block, self.memory)
        self._merge(block, positions, loop, backward)
        if self.reverse:
            join_named(self.fused, block, self.users)

    def _pattern(self, line: For) -> None:
        """`for a, (b, c) in ...`: an element that the first line of the body unpacks."""
        for name in line.elements:
            for first in line.body.lines:
                if not (isinstance(first, Apply) and first.op == "unpack"):
                    break
                if first.args == (name,) and self.fused.uses.get(name) == 1 and base(name).startswith("%"):
                    self.fused.patterns[name] = first

    def _form(self, line: If) -> None:
        form = form_of(line, self.fused, {name: home[2] for name in self._tests(line) if (home := self.homes.get(name))})
        if form is None:
            return
        self.fused.forms[id(line)] = form
        for name in form.once:
            self.fused.uses[name] -= 1
            if name in self.homes and name != line.test and isinstance(line.test, str):
                self.users[name] = self.homes[line.test][:2]
            else:
                self.users[name] = self.homes[line.targets[0]][:2]

    def _tests(self, line: If) -> list[Name]:
        names = [line.test] if isinstance(line.test, str) else []
        value = line.then.terminator.values[0] if isinstance(line.then.terminator, Yield) and line.then.terminator.values else None
        return names + ([value] if isinstance(value, str) else [])

    def _merge(self, block: Block, positions: Mapping[str, list[int]], loop: For | While | None, backward: int) -> None:
        """Unnamed values, last line first, so that the place where a line will stand is known before what it reads."""
        fused, here, lines = self.fused, id(block), block.lines
        skipped = set(map(id, fused.patterns.values()))
        root = list(range(len(lines) + 1))  # the position where each line is written
        sizes = self._sizes(block)
        trees = {len(lines): 0, **{i: sizes[i] for i in range(len(lines))}}
        swapped = self._swapped(block, loop)
        acting: list[int] = []
        after = self.reverse
        for i in range(len(lines) - 1, -1, -1):
            line, self.reverse = lines[i], i >= backward
            if id(line) in skipped:
                continue
            effect = acts(line)
            target = line.targets[0] if len(line.targets) == 1 else None
            if target is not None and fusible(self.fused, line) and (not effect or isinstance(line, Apply)):
                if target in fused.inside:
                    continue
                user = self.users.get(target)
                once = user is not None and user[0] == here and fused.uses.get(target) == 1
                if once and user is not None and self._wanted(line, target, user[1], block, swapped):
                    r = root[user[1]]
                    if self._may_move(line, i, r, positions, acting, root, effect, block):
                        whole = isinstance(line, Apply) and line.op in ("slice", "tuple")  # an index, or what is put together
                        if self._derivative(target) and trees[r] > LONG and sizes[i] >= 6 and not whole:
                            trees[r] -= sizes[i] - 1
                        else:
                            fused.inside[target] = line  # type: ignore[assignment]  # only an Apply is counted here
                            root[i] = r
            if effect or isinstance(line, Apply) and line.op in CONSUMING:
                acting.append(i)
        self.reverse = after

    def _derivative(self, name: Name) -> bool:
        return self.reverse or DERIVED.search(base(name)) is not None

    def _wanted(self, line: Line, target: Name, user: int, block: Block, swapped: set[Name]) -> bool:
        consumer: Line | Terminator = block.lines[user] if user < len(block.lines) else block.terminator
        if isinstance(consumer, Apply) and consumer.op in CONSUMING and consumer.args[0] == target:
            return False
        if target in swapped:
            return True
        if self.reverse and isinstance(consumer, Apply) and consumer.op in ("dict", "record") and len(consumer.args) > 3:
            named = consumer.args[consumer.op == "record" :]
            key = next((k for k, v in zip(named[::2], named[1::2]) if v == target), None)
            if isinstance(key, Const) and isinstance(key.value, str) and key.value.isidentifier():
                self.fused.gradients[target] = key.value  # `W1_bar = ...` below its comment, then `{"W1": W1_bar, ...}`
                return False
        if isinstance(consumer, For) and target in consumer.initial and isinstance(line, Apply) and line.op == "reversed":
            return True
        empty = isinstance(line, Apply) and line.op == "list" and not line.args
        if empty and isinstance(consumer, (For, While)) and target in consumer.initial:
            return True
        return target.startswith("%") and SAVED.search(base(target)) is None

    def _swapped(self, block: Block, loop: For | While | None) -> set[Name]:
        """Named values of a turn made before the last turn's value is read for the last time: `a, b = b, a + b`."""
        if loop is None or block is not loop.body or not isinstance(block.terminator, Yield):
            return set()
        last: dict[Name, int] = {}
        for position, line in enumerate(block.lines):
            for name in reads(line):
                last[name] = position
        values = block.terminator.values
        found: set[Name] = set()
        for k, value in enumerate(values):
            if isinstance(value, str) and base(value) == base(loop.carried[k]) and value in self.homes:
                home, position, _ = self.homes[value]
                again = loop.carried[k] in values[:k] + values[k + 1 :]
                if home == id(block) and value not in loop.carried and (again or last.get(loop.carried[k], -1) > position):
                    found.add(value)
        return found

    def _may_move(self, line: Line, i: int, r: int, positions: Mapping[str, list[int]], acting: list[int], root: list[int],
                  effect: bool, block: Block) -> bool:  # fmt: skip
        nearest = acting[-1] if acting else None
        if nearest is not None and nearest < r:
            other = block.lines[nearest]
            bound_to = effect or isinstance(other, Apply) and other.op in CALLS and not self._plain(line)
            if bound_to and not (root[nearest] == r and self._precedes(line, other, block.lines[r] if r < len(block.lines) else block.terminator)):
                return False
        for atom in self.fused.operands(line):
            for name in self.fused.leaves(atom) if isinstance(line, If) else [atom]:
                if isinstance(name, Const):
                    continue
                families = {base(name), self.roots.get(name, base(name))}
                if self.memory.has_memory(name):
                    families.add(f"@{self.memory.region(name)}")
                for family in families:
                    where = positions.get(family, [])
                    following = bisect_right(where, i)
                    if following < len(where) and where[following] < r:
                        return False
        return True

    def _precedes(self, line: Line, other: Line, written: Line | Terminator) -> bool:
        """Does an expression compute the one before the other, if both are written inside?"""
        places = {name: place for place, name in enumerate(_evaluated(self.fused, written))}
        first, second = (places.get(one.targets[0]) if isinstance(one, Apply) else None for one in (line, other))
        return first is not None and second is not None and first < second

    def _plain(self, line: Line) -> bool:
        return all(is_scalar(substitute(self.kinds, atom)) for atom in self.fused.operands(line))

    def _sizes(self, block: Block) -> list[int]:
        """How many nodes each line would have with all unnamed values of this block written inside."""
        sizes: dict[Name, int] = {}
        found = []
        for line in block.lines:
            size = 1
            for atom in self.fused.operands(line):
                single = isinstance(atom, str) and atom.startswith("%") and self.fused.uses.get(atom) == 1
                size += sizes.get(atom, 1) if single and isinstance(atom, str) else 1
            for name in line.targets:
                sizes[name] = size if fusible(self.fused, line) else 1  # what a loop makes is read by its name
            found.append(size)
        return found


def _definitions(block: Block, memory: Memory) -> dict[str, list[int]]:
    """At which positions of the block a name of each base is bound or overwritten, in nested blocks, too; and each region (`@name`)."""
    found: dict[str, list[int]] = {}

    def collect(line: Line, position: int) -> None:
        names = (*defined(line), *bound(line))
        if isinstance(line, Apply):
            if line.op in CONSUMING and isinstance(line.args[0], str):
                names += (line.args[0],)
        elif not isinstance(line, Def):
            for inner in blocks_of(line):
                for below in inner.lines:
                    collect(below, position)
        changed = [base(name) for name in names]
        if isinstance(line, Apply) and line.op in CONSUMING and isinstance(line.args[0], str):
            changed.append(f"@{memory.region(line.args[0])}")
        for family in changed:
            where = found.setdefault(family, [])
            if not where or where[-1] != position:
                where.append(position)

    for position, line in enumerate(block.lines):
        collect(line, position)
    return found


def _evaluated(fused: Fused, line: Line | Terminator) -> Iterator[Name]:
    """The operands of an expression as Python computes them: from left to right, what is written inside first, but what `x[i] = v` assigns before `i`."""
    if isinstance(line, Apply) and line.op in ("write", "store"):
        operands: Sequence[Atom] = line.args[::-1]
    else:
        operands = fused.operands(line) if isinstance(line, (Apply, Return, Yield)) else ()
    for atom in operands:
        if isinstance(atom, str):
            if atom in fused.inside:
                yield from _evaluated(fused, fused.inside[atom])
            yield atom


def fuse(function: Function, kinds: Mapping[Name, Kind] | None = None) -> Fused:
    """Decide for a function and those nested in it."""
    kinds = function.kinds if kinds is None else kinds
    fuser = _Fuser(Fused(), kinds, memory(replace(function, kinds=kinds)))
    fuser.trees.update(function.parameters)
    for name in function.parameters:
        fuser.versions[base(name)] = 1
    fuser.survey(function.body)
    fuser.captured = frozenset(_captured(function.body))
    fuser.repeat(function.body)
    fuser.block(function.body)
    return fuser.fused


def _captured(block: Block) -> Iterator[Name]:
    for line in block.lines:
        if isinstance(line, Def):
            yield from reads(line.function)
        for inner in blocks_of(line):
            yield from _captured(inner)
