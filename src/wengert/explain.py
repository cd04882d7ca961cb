"""The stages of a derivative as text, for reading: where does it come from, what is active, what is saved and why.

    print(explain(grad(f).all_stages(0.2, 10)))
"""

from __future__ import annotations

from collections.abc import Iterator

from wengert.analysis.activity import active
from wengert.ir.core import Apply, Block, Const, For, Function, Line, Name
from wengert.ir.kinds import describe
from wengert.ir.text import show
from wengert.ir.values import substitute
from wengert.ir.walk import base, blocks_of, reads
from wengert.pipeline import Stages


def explain(stages: Stages) -> str:
    """Every stage, in order, under a heading each."""
    sections = [
        ("source", source_text(stages)),
        ("kinds", kinds_text(stages)),
        ("primal, as a Wengert list", show(stages.primal)),
        ("active", active_text(stages)),
        ("derivative, as a Wengert list", show(stages.derivative)),
        ("saved", "\n".join(saved_lines(stages.derivative)) or "nothing"),
        ("text", stages.printed().text),
    ]
    return "\n\n".join(f"{title}\n{'-' * len(title)}\n{text.rstrip()}" for title, text in sections) + "\n"


def source_text(stages: Stages) -> str:
    """The text of the function."""
    if stages.source is None:
        return f"the program of {stages.request.function.__name__}"
    return f"{stages.source.file}, line {stages.source.first_line}\n{stages.source.text}"


def kinds_text(stages: Stages) -> str:
    """Which arguments it was made for, and which it differentiates by."""
    rows = []
    for position, name in enumerate(stages.primal.parameters):
        by = "   (differentiated by)" if position in stages.request.wanted else ""
        rows.append(f"{name}: {describe(substitute(stages.primal.kinds, name))}{by}")
    for guard in stages.guards:
        if guard.scope == "rule":
            rows += [f"{guard.name} has a rule of yours"] if guard.value is not None else []
            continue
        value = describe(guard.kind) if guard.kind is not None else getattr(guard.value, "__name__", repr(guard.value))
        rows.append(f"{guard.name} stands for {value}")
    return "\n".join(rows)


def active_text(stages: Stages) -> str:
    """The values that depend on a wanted argument and that the result depends on."""
    wanted = [stages.primal.parameters[position] for position in stages.request.wanted]
    names = active(stages.primal, wanted)
    ordered = [name for name in [*stages.primal.parameters, *_bound(stages.primal.body)] if name in names]
    return " ".join(dict.fromkeys(ordered)) or "nothing"


def _bound(block: Block) -> Iterator[Name]:
    """The names that lines bind, in the order of the text."""
    for line in block.lines:
        if hasattr(line, "carried"):
            yield from (*getattr(line, "elements", ()), *line.carried)
        for inner in blocks_of(line):
            yield from _bound(inner)
        yield from line.targets


def saved_lines(derivative: Function) -> list[str]:
    """One row for each tape: what is saved, where, and which lines the reverse sweep undoes with it."""
    lines = list(_lines(derivative.body))
    readers: dict[str, list[int]] = {}
    for line in lines:
        if isinstance(line, For):
            for element, source in zip(line.elements, line.sources):
                tape = _tape_behind(source, lines)
                if tape:
                    places = [inner.place.line for inner in _lines(line.body) if inner.place and element in reads(inner)]
                    readers.setdefault(tape, []).extend(places)
    rows: dict[str, str] = {}
    for line in lines:
        if isinstance(line, Apply) and line.op == "append" and base(line.targets[0]).endswith(("_tape", "_tapes")):
            tape, value = base(line.targets[0]), line.args[1]
            saved = value if isinstance(value, str) else repr(value.value)
            where = f" at line {line.place.line}" if line.place else ""
            read = sorted(set(readers.get(tape, ())))
            why = f", to undo line {', '.join(map(str, read))}" if read else ""
            rows.setdefault(tape, f"{tape}: {saved}, once a turn{where}{why}")
    return [*rows.values(), *saved_in_calls(derivative)]


def saved_in_calls(derivative: Function) -> list[str]:
    """One row for each forward half: what it hands to its backward half."""
    rows: dict[str, dict[str, None]] = {}
    for callee in derivative.callees.values():
        for line in _lines(callee.body):
            if isinstance(line, Apply) and line.op == "save" and line.args[0] == Const(callee.name):
                kept = [base(atom) if isinstance(atom, str) else repr(atom.value) for atom in line.args[1:]]
                rows.setdefault(callee.name, {}).update(dict.fromkeys(kept))
    return [f"{name}: {', '.join(kept)}, once a call, for {name.replace('_forward', '_backward')}" for name, kept in rows.items()]


def _lines(block: Block) -> Iterator[Line]:
    for line in block.lines:
        yield line
        for inner in blocks_of(line):
            yield from _lines(inner)


def _tape_behind(source: Name | Const, lines: list[Line]) -> str | None:
    for line in lines:
        if isinstance(line, Apply) and line.op == "reversed" and source in line.targets and isinstance(line.args[0], str):
            return base(line.args[0])
    return None
