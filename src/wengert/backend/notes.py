"""The comments of the text: which section it is, and which line of the user's file a piece of it undoes.

A comment stands above the code it is about. A line's code may be written inside a later statement: then the comments of both
stand above that. A comment with nothing under it is not printed, nor one that says what the last one said.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from wengert.backend.unparse import Blank, Comment
from wengert.ir.core import Apply, Const, Place


@dataclass(slots=True)
class _Note:
    """A comment that waits for the code it is about."""

    text: str
    section: bool
    code: bool = False  # is there a line under it that the text says somewhere?


@dataclass(slots=True)
class Notes:
    """Statements on their way into a list, with the comments that wait for them."""

    notes: list[_Note] = field(default_factory=list)
    said: str = ""  # the comment that the code being written stands under

    def emit(self, out: list[ast.stmt], statement: ast.stmt, place: Place | None) -> None:
        self.flush(out)
        if place is not None:
            statement.place = place  # type: ignore[attr-defined]  # the printer carries it from node to text
        out.append(statement)

    def flush(self, out: list[ast.stmt]) -> None:
        notes = [note for i, note in enumerate(self.notes) if note.code or i == len(self.notes) - 1 or note.section]
        for i, note in enumerate(notes):
            if note.section and any(later.section for later in notes[i + 1 :]):
                continue
            if note.section and out and not isinstance(out[-1], (Comment, Blank)) and note.text != "forward sweep":
                out.append(Blank())
            if note.section or note.text != self.said:
                out.append(Comment(note.text))
            self.said = note.text
        self.notes.clear()

    def note(self, line: Apply) -> None:
        if line.op == "comment":
            text = line.args[0].value if line.args and isinstance(line.args[0], Const) else ""
            self.notes.append(_Note(str(text), True))
            return
        if self.notes and not self.notes[-1].section and not self.notes[-1].code:
            self.notes.pop()
        if line.place is not None and line.place.source:
            text = undone(line.place)
            if not self.notes or self.notes[-1].text != text:
                self.notes.append(_Note(text, False))


def undone(place: Place) -> str:
    """`line 4: v = 4 * v`, with the call's place for a line of an inlined function."""
    source = " ".join(place.source.split()) if "\n" in place.source else place.source.strip()
    text = f"line {place.line}: {source}"
    if place.call is not None:
        text += f"   ({place.function.rpartition('.')[2]}, called in line {place.call.line})"
    return text
