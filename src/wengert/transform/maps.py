"""The reversal of dicts whose keys only the run knows: the adjoint is a dict of the keys that something was given to so far.

    v = getitem(d, k)               d_bar.1 = add_key(d_bar.0, k, v_bar)        # d_bar[k] = d_bar.get(k, 0.0) + v_bar
    d.1 = write(d.0, k, v)          v_bar, d_bar.0 = take_key(d_bar.1, k)       # v_bar = d_bar.pop(k, 0.0)
    d.1 = write_add(d.0, k, v)      v_bar = get_key(d_bar.1, k, 0.0)            # d_bar.get(k, 0.0)
    v, d.1 = pop_key(d.0, k)        d_bar.0 = store(d_bar.1, k, v_bar)

So an access costs the same however long the dict is, in both sweeps. A key of the adjoint that the dict has not (from `d.get(k, 0.0)`) does no
harm: whatever puts the key into the dict, or takes it out, clears it. The ops are closed: each is undone by the others.
"""

from __future__ import annotations

from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const, Name
from wengert.ir.kinds import FLOAT, Array, Map, is_scalar
from wengert.transform.adjoints import Adjoints, bar_kind
from wengert.transform.bars import Bars, Spot, hint, real_part
from wengert.transform.terms import Term

READS = frozenset({"getitem", "get_key"})
PUTS = frozenset({"write", "store"})
ADDS = frozenset({"write_add", "scatter_add", "add_at", "add_key"})
TAKES = frozenset({"pop_key", "take_key"})


class MapReversal(Adjoints):
    """Undoes lines that read or change dicts whose keys only the run knows."""

    def tree(self, b: Builder, bars: Bars, spot: Spot) -> Atom:
        """The adjoint of a container as a container (`reads.py`)."""
        raise NotImplementedError

    def by_parts(self, b: Builder, bars: Bars, atom: Atom, value: Atom) -> None:
        """Give an atom its adjoint, each part of a container the part that is its own (`lines.py`)."""
        raise NotImplementedError

    def of_map(self, line: Apply, b: Builder, bars: Bars) -> bool:
        """Undo the line, if it is about such a dict."""
        if line.op == "mapping":
            self._made(line, b, bars)
            return True
        if not line.args or not isinstance(line.args[0], str) or not isinstance(b.kind(line.args[0]), Map):
            return False
        whole, target = line.args[0], line.targets[-1]
        if line.op in READS:
            if (line.targets[0],) in bars and whole in self.active:
                value = self.take(b, bars, (line.targets[0],))
                spot = self.spots.of(whole)  # it may be a part of what a function gave back
                bars[spot] = [Term(b.apply("add_key", self.take(b, bars, spot), line.args[1], value, hint=hint(spot)))]
        elif line.op in ADDS and len(line.args) == 3:
            if (target,) in bars:
                bar = self.take(b, bars, (target,))
                if line.args[2] in self.active:
                    value = b.apply("get_key", bar, line.args[1], Const(0.0), hint=hint((str(line.args[2]),)))
                    self._give(b, bars, line.args[2], value)
                self.give(bars, whole, Term(bar))
        elif line.op in PUTS and len(line.args) == 3:
            added = self._added(line)
            if (target,) in bars and added is not None:
                bar = self.take(b, bars, (target,))
                if added in self.active:
                    self._give(b, bars, added, b.apply("get_key", bar, line.args[1], Const(0.0), hint=hint((str(added),))))
                self.give(bars, whole, Term(bar))
            elif (target,) in bars:
                bar = self.take(b, bars, (target,))
                value, rest = self._taken(b, bar, line.args[1], line.args[2])
                if line.args[2] in self.active:
                    self._give(b, bars, line.args[2], value)
                self.give(bars, whole, Term(rest))
        elif line.op in TAKES:
            if (target,) in bars or (line.targets[0],) in bars:
                bar = self.take(b, bars, (target,))
                if (line.targets[0],) in bars:
                    rest = b.apply("store", bar, line.args[1], self.take(b, bars, (line.targets[0],)), hint=hint((whole,)))
                else:
                    _, rest = self._taken(b, bar, line.args[1], Const(None))
                self.give(bars, whole, Term(rest))
        else:
            return False
        return True

    def _added(self, line: Apply) -> Atom | None:
        """What `d[k] = d.get(k, 0.0) + v` adds to what stood there."""
        made = self.line.get(str(line.args[2]))
        if not isinstance(made, Apply) or made.op != "add" or self.uses[made.targets[0]] > 1:
            return None
        for before, added in (made.args, made.args[::-1]):
            read = self.line.get(str(before))
            if (
                isinstance(read, Apply)
                and read.op in READS
                and self.uses[read.targets[0]] == 1
                and read.args[:2] == line.args[:2]
                and is_scalar(self.kinds[str(added)] if isinstance(added, str) else FLOAT)
            ):
                return added
        return None

    def _made(self, line: Apply, b: Builder, bars: Bars) -> None:
        target = line.targets[0]
        if (target,) not in bars:
            return
        bar = self.take(b, bars, (target,))
        for key, value in zip(line.args[::2], line.args[1::2]):
            if value in self.active:
                self._give(b, bars, value, b.apply("get_key", bar, key, Const(0.0), hint=hint((str(value),))))

    def _taken(self, b: Builder, bar: Atom, key: Atom, value: Atom) -> tuple[Name, Name]:
        """What the adjoint has for a key, and the adjoint without it."""
        name = hint((value,)) if isinstance(value, str) else ""
        taken, rest = b.apply_many("take_key", bar, key, hints=(name, hint((str(bar),), "") if isinstance(bar, str) else ""))
        return taken, rest

    def _give(self, b: Builder, bars: Bars, atom: Atom, value: Name) -> None:
        """Give a value what stood under its key."""
        kind = b.kind(atom)
        if is_scalar(kind):
            b.kinds[value] = bar_kind(kind)
            self.give(bars, atom, real_part(b, Term(value), kind))
        elif isinstance(kind, Array):
            self.give(bars, atom, real_part(b, Term(b.apply("unbroadcast", value, atom, hint=hint((str(atom),)))), kind))
        else:
            self.by_parts(b, bars, atom, value)
