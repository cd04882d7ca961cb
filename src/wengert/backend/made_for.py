"""The condition with which a saved derivative begins: it refuses arguments of other kinds than it was made for.

What is alike is asked once for all of them, so a tree of parameters costs a line for each kind of leaf, not for each leaf.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from wengert.backend.unparse import WIDTH
from wengert.ir.axes import MANY
from wengert.ir.kinds import Array, Dict, Kind, Known, List, NumpyScalar, Scalar, Text, Tuple, describe


def kinds_check(name: str, parameters: Sequence[str], kinds: Sequence[Kind]) -> str:
    """The lines that refuse other kinds of argument, none if nothing tells them apart.

    >>> from wengert.ir.kinds import FLOAT, INT
    >>> print(kinds_check("grad_f", ("x", "n"), (FLOAT, INT)))
    if not (isinstance(x, float) and isinstance(n, int)):
        raise TypeError("grad_f was made for float, int")
    >>> print(kinds_check("grad_f", ("p",), (Dict((("w", Array("float64", (MANY, 1))), ("b", FLOAT))),)))
    if not (
        type(p) is dict and list(p) == ["w", "b"]
        and isinstance(p["w"], np.ndarray) and p["w"].dtype == np.float64 and p["w"].ndim == 2
        and p["w"].shape[0] != 1 and p["w"].shape[1] == 1
        and isinstance(p["b"], float)
    ):
        raise TypeError("grad_f was made for {'w': float64[*, 1], 'b': float}")
    """
    pairs = [(parameter, kind) for parameter, kind in zip(parameters, kinds) if _told_apart(kind)]
    if not pairs:
        return ""
    words = f"{name} was made for {', '.join(describe(kind) for _, kind in pairs)}"
    refusal = f"    raise TypeError({_quoted(words)})"
    tests = [test for parameter, kind in pairs for test in _of_trees(parameter, kind)]
    alike: dict[Kind, list[str]] = {}
    for parameter, kind in pairs:
        for leaf, leaf_kind in _leaves(parameter, kind):
            alike.setdefault(leaf_kind, []).append(leaf)
    for kind, leaves in alike.items():
        tests += _of_leaves(leaves, kind)
    whole = " and ".join(tests)
    if " and " not in whole:
        return f"if not {whole}:\n{refusal}"
    if len(line := f"    if not ({whole}):") <= WIDTH:
        return f"{line.strip()}\n{refusal}"
    return "\n".join(["if not (", f"    {tests[0]}", *(f"    and {test}" for test in tests[1:]), "):", refusal])


def _told_apart(kind: Kind) -> bool:
    """Is this a kind that a condition can tell from every other?"""
    match kind:
        case Scalar(type="number"):
            return False
        case Scalar() | NumpyScalar() | Text(value=str()) | Known(value=None | bool()):
            return True
        case Array(dtype=dtype, axes=axes):
            return isinstance(getattr(np, dtype, None), type) and all(axis in (1, MANY) for axis in axes)
        case Tuple(items):
            return all(map(_told_apart, items))
        case Dict(items):
            return all(_told_apart(item) for _, item in items)
        case List(element, items):
            return items is None and _told_apart(element) and not isinstance(element, (Tuple, Dict, List))
    return False


def _of_trees(value: str, kind: Kind) -> Iterator[str]:
    """The conditions on tuples, dicts and lists, outer ones first."""
    match kind:
        case Tuple(items):
            yield f"type({value}) is tuple and len({value}) == {len(items)}"
        case Dict(items):
            yield f"type({value}) is dict and list({value}) == [{', '.join(_key(key) for key, _ in items)}]"
        case List(element, _):
            yield f"type({value}) is list and all({' and '.join(_of_leaf('item', element))} for item in {value})"
    for item, inner in _items(value, kind):
        yield from _of_trees(item, inner)


def _items(value: str, kind: Kind) -> list[tuple[str, Kind]]:
    match kind:
        case Tuple(items):
            return [(f"{value}[{k}]", item) for k, item in enumerate(items)]
        case Dict(items):
            return [(f"{value}[{_key(key)}]", item) for key, item in items]
    return []


def _leaves(value: str, kind: Kind) -> Iterator[tuple[str, Kind]]:
    for item, inner in _items(value, kind):
        yield from _leaves(item, inner)
    if not isinstance(kind, (Tuple, Dict, List)):
        yield value, kind


def _of_leaves(leaves: Sequence[str], kind: Kind) -> list[str]:
    if len(leaves) < 3:
        return [test for leaf in leaves for test in _of_leaf(leaf, kind)]
    each, those = " and ".join(_of_leaf("value", kind)), f"for value in ({', '.join(leaves)})"
    short = len(each) + len(those) + 20 <= WIDTH
    return [f"all({each} {those})" if short else f"all(\n        {each}\n        {those}\n    )"]


def _of_leaf(value: str, kind: Kind) -> list[str]:
    match kind:
        case Known(value=known):
            return [f"{value} is {known}"]
        case Text(value=known):
            return [f"{value} == {_key(known)}"]
        case NumpyScalar(dtype):
            return [f"isinstance({value}, {_type(dtype)})"]
        case Array(dtype, axes):
            first = f"isinstance({value}, np.ndarray) and {value}.dtype == {_type(dtype)} and {value}.ndim == {len(axes)}"
            if all(axis == MANY for axis in axes):
                return [f"{first} and 1 not in {value}.shape" if axes else first]
            return [first, " and ".join(f"{value}.shape[{k}] {'==' if axis == 1 else '!='} 1" for k, axis in enumerate(axes))]
    return [f"isinstance({value}, {describe(kind)})"]


def _type(dtype: str) -> str:
    return f"np.{getattr(np, dtype).__name__}"


def _key(key: object) -> str:
    return _quoted(key) if isinstance(key, str) else repr(key)


def _quoted(text: str) -> str:
    """In double quotes, as the rest of the text has them."""
    return repr(text) if '"' in text or "\\" in text or not text.isprintable() else f'"{text}"'
