"""Sparse Jacobians and Hessians: as many sweeps as the pattern has colours.

Which numbers of the result depend on which of the argument is read off the program (`analysis/sparsity.py`); columns that no row has both of
are taken along one direction (`analysis/coloring.py`), all directions in one run of the text; the products are spread over a `scipy.sparse` array.

>>> import numpy as np
>>> rows = SparseJacobian(lambda x: x[1:] * x[:-1])(np.array([1.0, 2.0, 3.0]))
>>> rows.toarray()
array([[2., 1., 0.],
       [0., 3., 2.]])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.analysis.coloring import columns_apart, stars
from wengert.arguments import Argnums, check_varies, describe_value
from wengert.derivative import Derivative
from wengert.errors import Error, error
from wengert.modes import JVP, VJP
from wengert.tree import copied


class SparseJacobian(Derivative[..., Any]):
    """The Jacobian of an array by an array, as a `scipy.sparse.csr_array` with a row for each number of the result."""

    def __init__(self, function: Callable[..., Any], argnums: Argnums = 0, source: str | None = None, symmetric: bool = False) -> None:
        super().__init__(function, "tangents", argnums, source)
        if isinstance(argnums, tuple):
            raise error("W116", what="for several arguments at once")
        self._symmetric = symmetric
        self._one = JVP(function, source, argnums)
        self._rows = VJP(function, source, argnums)
        self._known: list[tuple[tuple[Any, ...], _Plan]] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        values = self.target.bind(args, kwargs)
        (position,) = wanted = self.wanted(values)
        argument = values[position]
        check_varies(argument, self.target.parameters[position], self.target.name)
        if not isinstance(argument, np.ndarray):
            raise error("W116", what=f"with respect to {describe_value(argument)}")
        plan = self.plan(values, position)
        return plan.by_rows(self, values, wanted) if plan.backward else plan.by_columns(self, values, wanted)

    def plan(self, values: tuple[Any, ...], position: int) -> _Plan:
        """The pattern and its colours; kept for arguments that are the same but for the numbers of this one, where these do not matter."""
        for known, plan in self._known:
            if len(known) == len(values) and all(_same(a, b, k == position) for k, (a, b) in enumerate(zip(known, values))):
                return plan
        from wengert.analysis.sparsity import dependence
        from wengert.ir.values import kind_of

        kinds = self.kinds(tuple(map(kind_of, values)), (position,))
        primal = self._one.stages(kinds, (position,)).primal
        out, pattern, asked = dependence(primal, copied(values), position, _Names(self.surroundings))
        if not isinstance(out, (np.ndarray, np.generic, float)):
            raise error("W116", what=f"of {describe_value(out)}")
        plan = _Plan(pattern, self._symmetric)
        if not asked:
            self._known = [(copied(values), plan), *self._known[:7]]
        return plan

    def pattern(self, *args: Any, **kwargs: Any) -> Any:
        """The pattern for such arguments: where the Jacobian may have entries."""
        values = self.target.bind(args, kwargs)
        return self.plan(values, self.wanted(values)[0]).pattern

    def colors(self, *args: Any, **kwargs: Any) -> int:
        """How many sweeps it takes for such arguments."""
        values = self.target.bind(args, kwargs)
        return self.plan(values, self.wanted(values)[0]).sweeps

    def along(self, values: tuple[Any, ...], wanted: tuple[int, ...], seeds: Any) -> Any:
        """The tangents along each of the seeds: all at once, or else one by one."""
        argument = values[wanted[0]]
        seeds = seeds.reshape(len(seeds), *argument.shape).astype(argument.dtype)
        try:
            ready = self.ready(values)
        except Error:
            runs = [*(copied(values) for _ in seeds[1:]), values]  # each may write into its arguments
            return np.array([np.ravel(self._one.along(own, wanted, [seed])[1]) for own, seed in zip(runs, seeds)])
        return np.reshape(self.run(ready, (*ready.values(values), seeds)), (len(seeds), -1))

    def against(self, values: tuple[Any, ...], wanted: tuple[int, ...], seeds: Any) -> Any:
        """The cotangents for each of the seeds."""
        out, pullback = self._rows.at(values, wanted)
        bars = [pullback.wanted(seed.reshape(np.shape(out)) if np.ndim(out) else float(seed[0]))[0] for seed in seeds]
        return np.array([np.ravel(bar) for bar in bars])

    def __reduce__(self) -> tuple[Any, ...]:
        from wengert.pickling import portable

        return rebuild_sparse, (portable(self._callable), self._argnums, self._source, self._symmetric)


def rebuild_sparse(function: Any, argnums: Argnums, source: str | None, symmetric: bool) -> SparseJacobian:
    """Unpickle it."""
    from wengert.pickling import restore

    return SparseJacobian(restore(function), argnums, source, symmetric)


class _Plan:
    """A pattern, its colours, and where in the products its entries are found."""

    def __init__(self, pattern: Any, symmetric: bool) -> None:
        self.pattern = pattern
        rows, columns = pattern.shape
        entries = [pattern.indices[start:end] for start, end in zip(pattern.indptr, pattern.indptr[1:])]
        self.backward = False
        self.row_of = np.repeat(np.arange(rows), np.diff(pattern.indptr))
        self.column_of = pattern.indices
        if symmetric:
            both = pattern + pattern.T
            self.colors = np.array(stars([both.indices[start:end] for start, end in zip(both.indptr, both.indptr[1:])]), int)
            self.turned = _shared(entries, self.colors)  # entries that are found in the row of their mirror image
        else:
            forward = columns_apart(entries, columns)
            turned = pattern.T.tocsr()
            backward = columns_apart([turned.indices[start:end] for start, end in zip(turned.indptr, turned.indptr[1:])], rows)
            self.backward = max(backward, default=-1) < max(forward, default=-1)
            self.colors = np.array(backward if self.backward else forward, int)
            self.turned = np.zeros(len(self.column_of), bool)
        self.sweeps = int(self.colors.max(initial=-1)) + 1

    def seeds(self) -> Any:
        """A row for each colour, one at its columns."""
        made = np.zeros((self.sweeps, len(self.colors)))
        made[self.colors, np.arange(len(self.colors))] = 1.0
        return made

    def by_columns(self, derivative: SparseJacobian, values: tuple[Any, ...], wanted: tuple[int, ...]) -> Any:
        products = derivative.along(values, wanted, self.seeds())
        rows = np.where(self.turned, self.column_of, self.row_of)
        columns = np.where(self.turned, self.row_of, self.column_of)
        return self.filled(products[self.colors[columns], rows] if self.sweeps else np.zeros(0))

    def by_rows(self, derivative: SparseJacobian, values: tuple[Any, ...], wanted: tuple[int, ...]) -> Any:
        products = derivative.against(values, wanted, self.seeds())
        return self.filled(products[self.colors[self.row_of], self.column_of])

    def filled(self, data: Any) -> Any:
        from scipy.sparse import csr_array

        return csr_array((data, self.pattern.indices.copy(), self.pattern.indptr.copy()), shape=self.pattern.shape)


def _shared(entries: Sequence[Any], colors: Any) -> Any:
    """For each entry: has its row another one in a column of the same colour?"""
    found = []
    for row in entries:
        counts = np.bincount(colors[row]) if len(row) else np.zeros(0, int)
        found.append(counts[colors[row]] > 1)
    return np.concatenate(found) if found else np.zeros(0, bool)


class _Names(dict[str, Any]):
    """The globals and captured variables of a function, looked up when they are asked for."""

    def __init__(self, surroundings: Any) -> None:
        super().__init__(surroundings.function.__globals__)
        for name in surroundings.cells:
            try:
                self[name] = surroundings.lookup(name)
            except LookupError:
                continue


def _same(known: Any, value: Any, moving: bool) -> bool:
    """Would the argument make the same pattern?"""
    if isinstance(known, np.ndarray) and isinstance(value, np.ndarray):
        return known.shape == value.shape and known.dtype == value.dtype and (moving or np.array_equal(known, value))
    return type(known) is type(value) and isinstance(value, (int, float, str, bool, type(None))) and known == value
