"""Assignments that SSA leaves unsaid: at the edges of loops and branches, where naming could not give both ends one variable.

    a.2 = for ... carry a.0 = 0, b.0 = 1:
        b.1 = a.0 + b.0                        ==>    a, b = b, a + b
        yield b.0, b.1
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from wengert.backend.fused import DERIVED, Idle
from wengert.backend.notes import Notes
from wengert.backend.write import LOAD, OPERATOR, STORE, Writer
from wengert.ir.core import UNDEFINED, Apply, Atom, Break, Const, Continue, For, Line, Name, Place, While, Yield
from wengert.ir.kinds import is_scalar
from wengert.ir.values import substitute
from wengert.ir.walk import INPLACE, base

Loop = For | While
BINARY = frozenset(op for op, kind in OPERATOR.items() if issubclass(kind, ast.operator))


@dataclass(slots=True, kw_only=True)
class Copies(Notes):
    """Writes what must be assigned, and no more."""

    writer: Writer
    unset: frozenset[str]  # variables that a copy reads though they may have no value: None until they have

    def moves(self, names: Iterable[Name], values: Yield | Break | Continue | tuple[Atom, ...]) -> list[tuple[Name, Atom]]:
        """What must be assigned so that the names have the values: nothing where they are one Python name already."""
        atoms = values if isinstance(values, tuple) else values.values
        writer = self.writer
        found: list[tuple[Name, Atom]] = []
        for target, atom in zip(names, atoms):
            nothing = isinstance(atom, Const) and atom.value is UNDEFINED
            if isinstance(writer.names[target], Idle) or nothing and writer.names[target] not in self.unset:
                continue
            if isinstance(atom, str) and atom not in writer.fused.inside and writer.names[atom] == writer.names[target]:
                continue
            found.append((target, atom))
        return found

    def copy(self, moves: list[tuple[Name, Atom]], out: list[ast.stmt], place: Place | None) -> None:
        """Assign all at once: one after the other where no value is overwritten too early, else as one tuple."""
        names, fused = self.writer.names, self.writer.fused
        waiting = [(target, atom, {names[leaf] for leaf in fused.leaves(atom)}) for target, atom in moves]
        while waiting:
            for i, (target, atom, _) in enumerate(waiting):
                if not any(names[target] in read for j, (_, _, read) in enumerate(waiting) if j != i):
                    line = fused.inside.get(atom) if isinstance(atom, str) else None
                    self.emit(out, self.gain(target, line) or self.assign(target, self.writer.atom(atom)), place)
                    del waiting[i]
                    break
            else:
                left = ast.Tuple([ast.Name(names[target], STORE) for target, _, _ in waiting], STORE)
                self.emit(out, ast.Assign([left], ast.Tuple([self.writer.atom(atom) for _, atom, _ in waiting], LOAD)), place)
                return

    def assign(self, target: Name, value: ast.expr) -> ast.stmt:
        text = self.writer.names[target]
        return ast.Expr(value) if isinstance(text, Idle) else ast.Assign([ast.Name(text, STORE)], value)

    def gain(self, target: Name, line: Line | None) -> ast.stmt | None:
        """`x_bar += g` for `x_bar = x_bar + g`, where that is what the user wrote or only the spelling differs."""
        if not isinstance(line, Apply) or line.op not in BINARY and line.op not in INPLACE or len(line.args) != 2:
            return None
        names, inside = self.writer.names, self.writer.fused.inside
        first, second = line.args
        op = INPLACE.get(line.op, line.op)

        def itself(atom: Atom) -> bool:
            return isinstance(atom, str) and atom not in inside and names[atom] == names[target]

        if line.op not in INPLACE:
            augmented = line.place is not None and type(line.place.statement).__name__ == "AugAssign"
            derived = any(isinstance(atom, str) and DERIVED.search(base(atom)) for atom in (target, first, second))
            if not (derived or augmented):
                return None
            if derived and op in ("add", "mul") and itself(second) and not itself(first):
                first, second = second, first
            if derived and not all(is_scalar(substitute(self.writer.kinds, atom)) for atom in (target, first)):
                return None  # of an array, it would be another operation
        if not itself(first):
            return None
        return ast.AugAssign(ast.Name(names[target], STORE), OPERATOR[op](), self.writer.atom(second))
