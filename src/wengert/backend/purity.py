"""What may be moved, and what may be said twice: the facts about single lines on which `fuse` rests."""

from __future__ import annotations

from collections.abc import Mapping

from wengert import rules
from wengert.ir.core import Apply, Const, Def, Line, Name
from wengert.ir.kinds import UNKNOWN, Dict, Kind, List, Tuple
from wengert.ir.walk import base, blocks_of

CALLS = frozenset({"call", "call_star", "invoke"})
PURE = frozenset({"comment", "undo", "copy", "fresh", "alias", "unit", "unbroadcast", "project", "plus", "zero_of", "append", "insert", "push", "add_key"})

ATTRIBUTES = frozenset({".T", ".shape", ".size", ".ndim"})


def acts(line: Line) -> bool:
    """Does the line, or one inside it, do more than compute a value?"""
    if isinstance(line, Apply):
        return line.op in ("next", "unread", "pop", "pull", "pop_key", "take_key") or line.op not in PURE and rules.acts(line)
    if isinstance(line, Def):
        return False
    return any(acts(below) for inner in blocks_of(line) for below in inner.lines)


def repeatable(line: Line, trees: set[Name], versions: Mapping[str, int], kinds: Mapping[Name, Kind]) -> bool:
    """May the line be written at each use: a global, a read of an argument's tree, an attribute of a name never assigned again?

    `trees` are the parameters and what was read out of them by constant keys; the line's target joins them.

    >>> repeatable(Apply(("%1",), "getitem", ("params", Const("W"))), {"params"}, {"params": 1}, {})
    True
    """
    if not isinstance(line, Apply) or len(line.targets) != 1 or not line.targets[0].startswith("%"):
        return False
    if line.op in ("global", "cell"):
        return True
    if not line.args or isinstance(line.args[0], Const) or versions.get(base(line.args[0]), 1) > 1:
        return False
    if line.op == "getitem" and isinstance(line.args[1], Const) and line.args[0] in trees:
        container = isinstance(kinds.get(line.args[0], UNKNOWN), (Tuple, List, Dict))
        if isinstance(line.args[1].value, str) or container and isinstance(line.args[1].value, int):
            trees.add(line.targets[0])  # params["layer"]["W"]
            return True
    attribute = line.op == "getattr" or line.spelled in ATTRIBUTES and len(line.args) == 1
    return attribute and (line.args[0] in trees or not line.args[0].startswith("%"))
