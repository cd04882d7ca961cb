"""Which numbers of an argument each number of the result depends on: a program run on index sets.

The program is evaluated line by line (`ir/evaluate.py`); beside each value goes a sparse boolean matrix with a row for each of its
numbers, the set of what that depends on. Lines that only move numbers (`x[1:]`, `np.concatenate`) are run on the positions, elementwise
ones unite the sets of their operands, sums those along their axes, a product with a constant matrix those that it mixes. Any other line
mixes everything that goes into it, which is never too little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from wengert.ir.core import Apply, Atom, Function
from wengert.ir.evaluate import Evaluator, Values, read
from wengert.ir.operations import operation
from wengert.rules.table import Primitive, bind, lookup

MOVING = frozenset({
    "getitem", "np.reshape", "np.ravel", "np.flatten", "np.transpose", "np.swapaxes", "np.moveaxis", "np.squeeze", "np.expand_dims",
    "np.broadcast_to", "np.concatenate", "np.stack", "np.hstack", "np.vstack", "np.column_stack", "np.array", "np.asarray", "np.repeat",
    "np.tile", "np.roll", "np.flip", "np.take", "np.diag", "np.diagonal", "np.where", "np.copy", "np.full_like", "np.pad", "np.tril", "np.triu",
    "np.atleast_1d", "np.atleast_2d", "np.append", "np.flipud", "np.fliplr", "np.rollaxis",
})  # fmt: skip
"""Ops that put numbers elsewhere, or nowhere, and compute nothing."""

SAME = frozenset({"copy", "fresh", "snapshot", "np.astype", "float", "pos", "np.ascontiguousarray"})
WRITES = frozenset({"write", "write_add", "store", "scatter_add", "add_at"})
HOLDING = frozenset({
    "tuple", "list", "dict", "record", "append", "insert", "pop", "push", "pull", "next", "unpack", "unpack_star", "getattr", "invoke", "is_", "is_not", "save", "restore",
})  # fmt: skip
SHAPES = frozenset({"len", "np.shape", "np.size", "np.ndim", "np.zeros_like", "np.ones_like", "np.empty_like", "isinstance", "callable"})
"""Ops that ask for no number."""


class Traced:
    """A number or array, and for each of its numbers what it depends on."""

    def __init__(self, value: Any, rows: Any) -> None:
        self.value, self.rows = value, rows

    def __len__(self) -> int:
        return len(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __getitem__(self, index: Any) -> Traced:
        return moved(lambda positions: positions[index], self.value[index], self)

    def __iter__(self) -> Any:
        return (self[k] for k in range(len(self.value)))


def moved(move: Callable[[Any], Any], value: Any, operand: Traced) -> Traced:
    """The rows of an operand in the order that a function gives to their positions, counted from 1; 0 is nothing."""
    positions = np.arange(1, np.size(operand.value) + 1).reshape(np.shape(operand.value))
    return Traced(value, _picked(np.ravel(move(positions)), operand.rows))


def _picked(positions: Any, rows: Any) -> Any:
    from scipy.sparse import csr_array

    places = np.flatnonzero(positions)
    ones = np.ones(len(places), bool)
    return csr_array((ones, (places, positions[places] - 1)), shape=(len(positions), rows.shape[0])) @ rows


class Dependence(Evaluator):
    """Runs a program, and follows what depends on the numbers of one argument."""

    def __init__(self, globals: Mapping[str, Any], function: Function) -> None:
        super().__init__(dict(globals), function.callees, False)
        self.asked = False  # was a number looked at that depends on the argument? Then the sets may be others at other points

    def apply(self, line: Apply, values: Values) -> None:
        given = {atom: read(atom, values) for atom in (*line.args, *(atom for _, atom in line.keywords)) if isinstance(atom, str)}
        traced = {atom for atom, value in given.items() if _holds(value)}
        whole = line.args and isinstance(given.get(str(line.args[0])), (list, tuple, dict))
        if line.op == "print":
            values.update(dict.fromkeys(line.targets))
        elif not traced or line.op in HOLDING or (whole and (line.op in ("getitem", "reversed", "copy", "fresh") or line.op in WRITES)):
            super().apply(line, values)
        else:
            values[line.targets[0]] = self.follow(line, values, traced)

    def follow(self, line: Apply, values: Values, traced: set[str]) -> Any:
        """The value of a line that numbers of the argument go into, and what each of its numbers depends on."""
        args = [read(atom, values) for atom in line.args]
        keywords = {key: read(atom, values) for key, atom in line.keywords}
        value = operation(line.op)(*map(_plain, args), **{key: _plain(one) for key, one in keywords.items()})
        row = lookup(line.op)
        if row is not None and row.family == "constant" or line.op in ("eq", "ne", "lt", "le", "gt", "ge", "not_", "in_", "not_in"):
            self.asked = self.asked or line.op not in SHAPES
            return value
        if line.op == "reversed":
            return [args[0][k] for k in reversed(range(len(args[0])))]
        if line.op in WRITES:
            return _written(line.op, args, value)
        if line.op in SAME or line.op in ("unbroadcast", "project") and np.shape(value) == np.shape(_plain(args[0])):
            return Traced(value, args[0].rows) if isinstance(args[0], Traced) else value
        parts = _leaves([read(atom, values) for atom in traced])
        if line.op == "unbroadcast":
            return _unbroadcast(args[0], value)
        if row is not None and line.op in MOVING:
            return self.rearranged(line, row, values, value, parts)
        if row is not None and (row.family == "elementwise" or line.op in ("iadd", "isub", "imul", "itruediv")):
            return Traced(value, _united(value, parts))
        if line.op in ("iadd", "isub", "imul", "itruediv"):
            return Traced(value, _united(value, parts))
        if row is not None and row.family == "weighted":
            return _along(line, values, args[0], value)
        if line.op in ("matmul", "np.matmul", "np.dot") and len(parts) == 1:
            mixed = _mixed(args, value)
            if mixed is not None:
                return mixed
        return _all(value, parts)

    def rearranged(self, line: Apply, row: Primitive, values: Values, value: Any, parts: list[Traced]) -> Any:
        """A line that moves numbers, run on their positions."""
        from scipy.sparse import vstack

        call = bind(line)
        operands = {call[name] for name in call.differentiable}
        starts: list[int] = []
        total = 0
        for part in parts:
            starts.append(total)
            total += int(np.size(part.value))

        def position(one: Any) -> Any:
            if isinstance(one, Traced):
                start = next(start for start, part in zip(starts, parts) if part is one)
                return np.arange(start + 1, start + 1 + np.size(one.value)).reshape(np.shape(one.value))
            if isinstance(one, (list, tuple)):
                return type(one)(map(position, one))
            return np.zeros(np.shape(one), int)

        def argument(atom: Atom) -> Any:
            one = read(atom, values)
            return position(one) if atom in operands else _plain(one)

        places = operation(line.op)(*map(argument, line.args), **{key: argument(atom) for key, atom in line.keywords})
        return Traced(value, _picked(np.ravel(np.asarray(places, int)), vstack([part.rows for part in parts], format="csr")))


def _holds(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_holds, value))
    if isinstance(value, dict):
        return any(map(_holds, value.values()))
    return isinstance(value, Traced)


def _plain(value: Any) -> Any:
    if isinstance(value, Traced):
        return value.value
    if type(value) in (list, tuple):
        return type(value)(map(_plain, value))
    return {key: _plain(item) for key, item in value.items()} if type(value) is dict else value


def _leaves(value: Any) -> list[Traced]:
    """The traced values in it, each once."""
    if isinstance(value, Traced):
        return [value]
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else []
    return list({id(leaf): leaf for item in items for leaf in _leaves(item)}.values())


def _united(value: Any, parts: list[Traced]) -> Any:
    """Elementwise: the union of the sets of the operands, as they are broadcast."""
    total: Any = None
    for part in parts:
        positions = np.arange(1, np.size(part.value) + 1).reshape(np.shape(part.value))
        rows = _picked(np.ravel(np.broadcast_to(positions, np.shape(value))), part.rows)
        total = rows if total is None else total + rows
    return total


def _all(value: Any, parts: list[Traced]) -> Any:
    """Everything depends on everything."""
    from scipy.sparse import csr_array

    if not isinstance(value, (np.ndarray, np.generic, float, complex)):
        return value if not isinstance(value, (list, tuple)) else type(value)(_all(item, parts) for item in value)
    columns = np.unique(np.concatenate([part.rows.indices for part in parts]))
    size = int(np.size(value))
    places = (np.repeat(np.arange(size), len(columns)), np.tile(columns, size))
    return Traced(value, csr_array((np.ones(size * len(columns), bool), places), shape=(size, parts[0].rows.shape[1])))


def _along(line: Apply, values: Values, operand: Any, value: Any) -> Any:
    """A sum: the union along its axes."""
    call = bind(line)
    axis = read(call["axis"], values) if "axis" in call.arguments else None
    if not isinstance(operand, Traced):
        return _all(value, _leaves([operand]))
    kept = np.sum(np.zeros(np.shape(operand.value)), axis=axis, keepdims=True).shape if np.ndim(operand.value) else ()
    target = np.broadcast_to(np.arange(int(np.prod(kept, dtype=int))).reshape(kept), np.shape(operand.value))
    return Traced(value, _gathered(np.ravel(target), int(np.size(value)), operand.rows))


def _gathered(targets: Any, size: int, rows: Any) -> Any:
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(targets), bool), (targets, np.arange(len(targets)))), shape=(size, rows.shape[0])) @ rows


def _unbroadcast(operand: Any, value: Any) -> Any:
    """Sums over the axes along which something was broadcast."""
    if not isinstance(operand, Traced) or np.size(operand.value) < np.size(value):
        return _all(value, _leaves([operand]))
    target = np.broadcast_to(np.arange(np.size(value)).reshape(np.shape(value)), np.shape(operand.value))
    return Traced(value, _gathered(np.ravel(target), int(np.size(value)), operand.rows))


def _mixed(args: list[Any], value: Any) -> Any:
    """A product of vectors and matrices, one of them constant: its zeros mix nothing."""
    from scipy.sparse import csr_array, eye_array, kron

    x, y = args[:2]
    if isinstance(x, Traced) == isinstance(y, Traced) or not {np.ndim(_plain(x)), np.ndim(_plain(y))} <= {1, 2}:
        return None
    constant, operand = (y, x) if isinstance(x, Traced) else (x, y)
    matrix = csr_array(np.atleast_2d(np.asarray(constant) != 0))
    if operand is x:
        matrix = matrix.T if np.ndim(constant) == 2 else matrix
        lead = np.shape(operand.value)[0] if np.ndim(operand.value) == 2 else 1
        mixing = kron(eye_array(lead, dtype=bool), matrix, format="csr")
    else:
        tail = np.shape(operand.value)[1] if np.ndim(operand.value) == 2 else 1
        mixing = kron(matrix, eye_array(tail, dtype=bool), format="csr")
    return Traced(value, csr_array(mixing, dtype=bool) @ operand.rows)


def _written(op: str, args: list[Any], value: Any) -> Any:
    """A write: the sets of what is written go to its place, instead of those there, or beside them."""
    from scipy.sparse import csr_array, diags_array

    whole, *path, item = args
    old = _plain(whole)
    size, columns = int(np.size(old)), next(part.rows.shape[1] for part in _leaves([whole, item]))
    rows = whole.rows if isinstance(whole, Traced) else csr_array((size, columns), dtype=bool)
    place = np.arange(size).reshape(np.shape(old))
    for step in path:
        place = place[_plain(step)]
    targets = np.ravel(place)
    if op in ("write", "store"):
        keep = np.ones(size, bool)
        keep[targets] = False
        rows = csr_array(diags_array(keep, dtype=bool)) @ rows
    if isinstance(item, Traced):
        positions = np.arange(1, np.size(item.value) + 1).reshape(np.shape(item.value))
        rows = rows + _gathered(targets, size, _picked(np.ravel(np.broadcast_to(positions, np.shape(place))), item.rows))
    return Traced(value, rows)


def dependence(function: Function, args: tuple[Any, ...], position: int, globals: Mapping[str, Any]) -> tuple[Any, Any, bool]:
    """The result, the pattern of its Jacobian by the argument at a position, and whether it is another one for other numbers."""
    from scipy.sparse import csr_array, eye_array

    argument = args[position]
    size = int(np.size(argument))
    traced = Traced(argument, csr_array(eye_array(size, dtype=bool)))
    evaluator = Dependence(globals, function)
    result = evaluator.closure(function, {})(*args[:position], traced, *args[position + 1 :])
    if not isinstance(result, Traced):
        return result, csr_array((int(np.size(result)), size), dtype=bool), evaluator.asked
    rows = csr_array(result.rows, dtype=bool)
    rows.sum_duplicates()
    return result.value, rows, evaluator.asked



