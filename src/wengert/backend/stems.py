"""What a value that the user never named is called: after the statement that it is part of.

    h = np.maximum(x @ W + b, 0)      the sum is `h_1`, its adjoint `h_1_bar`
    return r * math.cos(t)            the cosine is `out_1`
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from types import NoneType

from wengert.backend.forms import COMPARISONS
from wengert.backend.fused import Fused
from wengert.ir.core import Apply, Block, Const, Def, For, Function, If, Line, Name, Place, Return, While
from wengert.ir.walk import atoms, base, blocks_of, bound, defined

UNNAMED = re.compile(r"%(\d+)(.*)")
DERIVED = re.compile(r"(_(bar|dot|tape|tapes|back))+(_\d+)*$")


def labels(function: Function, fused: Fused, want: Mapping[Name, str], avoid: AbstractSet[str], outer: Mapping[Name, str]) -> dict[Name, str]:
    """The wishes, with `%3` and all that derives from it (`%3_bar`) replaced by names; `outer` are those of the function around."""
    if not any(text.startswith("%") for text in want.values()):
        return dict(want)
    homes: dict[str, Line] = {}
    readers: dict[Name, Line | Return] = {}
    for block in _blocks(function.body):
        for line in block.lines:
            for name in (*defined(line), *bound(line)):
                if base(name) not in homes or isinstance(homes[base(name)], (For, While)) and isinstance(line, Apply):
                    homes[base(name)] = line  # a loop that reads back what it is called after made nothing
            for atom in atoms(line):
                if isinstance(atom, str):
                    readers.setdefault(atom, line)
        if isinstance(block.terminator, Return) and isinstance(block.terminator.value, str):
            readers.setdefault(block.terminator.value, block.terminator)
    taken = set(want.values()) | set(avoid)
    counts: dict[str, int] = {}
    found: dict[str, str] = {}
    result = {}
    for name, text in want.items():
        match = UNNAMED.fullmatch(text)
        if match is None:
            result[name] = text
            continue
        key = "%" + match[1]
        if name in fused.gradients:
            label = f"{fused.gradients[name]}_bar"
            result[name] = label if label not in taken else f"{label}_1"
            continue
        if key not in found and key in outer:
            found[key] = outer[key]
        if key not in found:
            home = homes.get(key) or homes.get(base(name))
            if isinstance(home, Apply) and home.op == "restore" and not isinstance(reader := readers.get(name), (Return, NoneType)):
                home = reader  # what it is a part of is undone there
            stem = _stem(home, readers) if home is not None else "part"
            item = _item(home)
            while True:
                stem = item or stem
                number = counts.get(stem, 0 if stem == "test" or item else 1)
                counts[stem] = number + 1
                label = f"{stem}_{number}" if number else stem
                if label not in taken:
                    break
            found[key] = label
        result[name] = found[key] + match[2]
    return result


def _item(line: Line | None) -> str:
    """`W1` for `params["W1"]`: its adjoint is `W1_bar`."""
    if isinstance(line, Apply) and line.op == "getitem" and isinstance(line.args[1], Const):
        key = line.args[1].value
        return key if isinstance(key, str) and key.isidentifier() else ""
    return ""


def _stem(line: Line, readers: Mapping[Name, Line | Return]) -> str:
    place = line.place
    if place is not None and place.statement is not None:
        stem = _of_statement(place, line)
        if stem:
            return stem
    seen: Line | Return | None = line
    for _ in range(50):
        if isinstance(seen, Return) or seen is None:
            return "out"
        if isinstance(seen, If) and not seen.targets or isinstance(seen, While):
            return "test"
        if isinstance(seen, For) and seen is not line:
            return _of_header(line)
        named = [base(target) for target in seen.targets if not target.startswith("%")]
        if named:
            return DERIVED.sub("", named[0]) or named[0]
        seen = next((readers[target] for target in seen.targets if target in readers), None)
    return "part"


def _of_header(line: Line) -> str:
    if isinstance(line, Apply) and line.op in COMPARISONS:
        return "test"
    if isinstance(line, Apply) and line.op in ("len", "np.size"):
        return "length"
    return "range" if isinstance(line, Apply) and line.op == "range" else "items"


def _of_statement(place: Place, line: Line) -> str:
    statement = place.statement
    kind = type(statement).__name__
    if kind == "Return":
        return "out"
    if kind in ("If", "While", "Assert"):
        return "test"
    if kind == "For":
        return _of_header(line)
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    target = targets[0]
    while target is not None and type(target).__name__ != "Name":
        if type(target).__name__ == "Attribute":  # `self.height += ...`
            return str(target.attr)
        target = getattr(target, "value", None) or next(iter(getattr(target, "elts", ())), None)
    return "" if target is None else str(target.id).partition("@")[0]


def _blocks(block: Block) -> Iterator[Block]:
    yield block
    for line in block.lines:
        for inner in blocks_of(line) if not isinstance(line, Def) else ():
            yield from _blocks(inner)
