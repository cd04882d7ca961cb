"""Colours of columns: columns of one colour can share a direction, because no row has two of them.

>>> banded = [(0, 1), (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4)]
>>> columns_apart(banded, 5)
[0, 1, 2, 0, 1]

A symmetric matrix needs fewer: each of its entries stands in it twice, and one of the two has to be found (a star colouring).

>>> arrow = [(0, 1, 2, 3, 4), (0, 1), (0, 2), (0, 3), (0, 4)]
>>> columns_apart(arrow, 5), stars(arrow)
([0, 1, 2, 3, 4], [0, 1, 1, 1, 1])

Greedy, in the order of decreasing degree (Gebremedhin, Manne and Pothen, What color is your Jacobian?, 2005).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def columns_apart(rows: Sequence[Iterable[int]], columns: int) -> list[int]:
    """A colour for each column, so that no row has an entry in two columns of one colour; `rows` has the columns of each row."""
    entries = [tuple(row) for row in rows]
    holders: list[list[int]] = [[] for _ in range(columns)]
    for number, row in enumerate(entries):
        for column in row:
            holders[column].append(number)
    colors = [-1] * columns
    for column in sorted(range(columns), key=lambda k: -len(holders[k])) if _uneven(holders) else range(columns):
        taken = {colors[other] for number in holders[column] for other in entries[number]}
        colors[column] = _free(taken)
    return colors


def stars(neighbours: Sequence[Iterable[int]]) -> list[int]:
    """A colour for each row of a symmetric matrix, neighbours apart, and no path of four in two colours."""
    edges = [[k for k in row if k != number] for number, row in enumerate(neighbours)]
    colors = [-1] * len(edges)
    for v in sorted(range(len(edges)), key=lambda k: -len(edges[k])) if _uneven(edges) else range(len(edges)):
        around = [colors[w] for w in edges[v] if colors[w] >= 0]
        taken = set(around)
        for w in edges[v]:
            twice = colors[w] < 0 or around.count(colors[w]) > 1
            for x in edges[w]:
                if x == v or colors[x] < 0 or colors[x] in taken:
                    continue
                if twice or any(y != w and colors[y] == colors[w] for y in edges[x]):
                    taken.add(colors[x])
        colors[v] = _free(taken)
    return colors


def _uneven(degrees: Sequence[Sequence[int]]) -> bool:
    """Do some have many more entries than most? Then these come first; else the order as it is does best for bands."""
    lengths = sorted(map(len, degrees))
    return bool(lengths) and lengths[-1] > 4 * max(1, lengths[len(lengths) // 2])


def _free(taken: set[int]) -> int:
    color = 0
    while color in taken:
        color += 1
    return color
