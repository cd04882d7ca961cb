"""The iterators of `itertools`, each as the generator function that it is, to be walked over like one of the user's.

    for a, b in itertools.pairwise(xs): ...        for k in range(len(xs) - 1):
                                             ==>       a, b = xs[k], xs[k + 1]
                                                       ...

What takes its items more than once, or out of their order, makes a list of them first, as `itertools` does.

>>> list(in_pairs([1, 2, 3])), list(chosen(2, True)([1, 2, 3], 2))
([(1, 2), (2, 3)], [(1, 2), (1, 3), (2, 3)])
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import FunctionType
from typing import Any

from wengert.ir.kinds import Kind, Known
from wengert.rules.stand_ins import RESOLVERS, made_from, replace_by


@replace_by(itertools.starmap)
def mapped_star(function: Callable[..., Any], iterable: Iterable[Any]) -> Iterator[Any]:
    for items in iterable:
        yield function(*items)


@replace_by(itertools.chain)
def chained(*iterables: Iterable[Any]) -> Iterator[Any]:
    for iterable in iterables:
        yield from iterable


def chained_one(iterables: Iterable[Iterable[Any]]) -> Iterator[Any]:
    for iterable in iterables:
        yield from iterable


@replace_by(itertools.cycle)
def cycled(iterable: Iterable[Any]) -> Iterator[Any]:
    kept = [item for item in iterable]  # noqa: C416
    k = 0
    while kept:
        yield kept[k]
        k = (k + 1) % len(kept)


@replace_by(itertools.dropwhile)
def dropped_while(predicate: Callable[[Any], Any], iterable: Iterable[Any]) -> Iterator[Any]:
    dropping = True
    for item in iterable:
        dropping = dropping and bool(predicate(item))
        if not dropping:
            yield item


@replace_by(itertools.filterfalse)
def filtered_out(function: Callable[[Any], Any] | None, iterable: Iterable[Any]) -> Iterator[Any]:
    for item in iterable:
        if not (item if function is None else function(item)):
            yield item


@replace_by(itertools.compress)
def compressed(data: Sequence[Any], selectors: Sequence[Any]) -> Iterator[Any]:
    for item, selected in zip(data, selectors):
        if selected:
            yield item


@replace_by(itertools.pairwise)
def in_pairs(iterable: Iterable[Any]) -> Iterator[Any]:
    items = [item for item in iterable]  # noqa: C416
    for k in range(len(items) - 1):
        yield items[k], items[k + 1]


@replace_by(itertools.zip_longest)
def zipped_longest(first: Iterable[Any], second: Iterable[Any], *, fillvalue: Any = None) -> Iterator[Any]:
    ones, others = [one for one in first], [other for other in second]  # noqa: C416
    for k in range(max(len(ones), len(others))):
        yield (ones[k] if k < len(ones) else fillvalue), (others[k] if k < len(others) else fillvalue)


@replace_by(itertools.groupby)
def grouped(iterable: Iterable[Any], key: Callable[[Any], Any] | None = None) -> Iterator[Any]:
    items = [item for item in iterable]  # noqa: C416
    keys = items if key is None else [key(item) for item in items]
    start = 0
    while start < len(items):
        stop = start + 1
        while stop < len(items) and keys[stop] == keys[start]:
            stop = stop + 1
        yield keys[start], items[start:stop]
        start = stop


@replace_by(itertools.takewhile)
def taken_while(predicate: Callable[[Any], Any], iterable: Iterable[Any]) -> Iterator[Any]:
    for item in iterable:
        if not predicate(item):
            break
        yield item


@replace_by(itertools.count)
def counted(start: Any = 0, step: Any = 1) -> Iterator[Any]:
    number = start
    while True:
        yield number
        number = number + step


@replace_by(itertools.repeat)
def repeated(item: Any, times: int | None = None) -> Iterator[Any]:
    count = 0
    while times is None or count < times:
        yield item
        count = count + 1


@replace_by(itertools.accumulate)
def accumulated(iterable: Iterable[Any], func: Callable[[Any, Any], Any] | None = None, *, initial: Any = None) -> Iterator[Any]:
    function = operator.add if func is None else func
    started = False
    if initial is not None:
        total = initial
        started = True
        yield total
    for item in iterable:
        total = function(total, item) if started else item
        started = True
        yield total


def sliced(iterable: Iterable[Any], stop: int | None) -> Iterator[Any]:
    k = 0
    if stop is None or stop > 0:
        for item in iterable:
            yield item
            k = k + 1
            if k == stop:
                break


def sliced_between(iterable: Iterable[Any], start: int | None, stop: int | None, step: int | None = None) -> Iterator[Any]:
    k, first, every = 0, start or 0, step or 1
    if stop is None or stop > 0:
        for item in iterable:
            if k >= first and (k - first) % every == 0 and (stop is None or k < stop):
                yield item
            k = k + 1
            if k == stop:
                break


@cache
def chosen(count: int, once: bool, ordered: bool = True) -> FunctionType:
    """`combinations` or (not `ordered`) `permutations` of so many items; items may come again if not `once`."""
    names = [f"i{k}" for k in range(count)]
    lines = ["items = [item for item in iterable]"]
    for k, name in enumerate(names):
        begin = "0" if not ordered or not k else f"{names[k - 1]} + 1" if once else names[k - 1]
        lines.append("    " * k + f"for {name} in range({begin}, len(items)):" if begin != "0" else "    " * k + f"for {name} in range(len(items)):")
        if not ordered and k:
            lines.append("    " * (k + 1) + f"if {name} in ({', '.join(names[:k])},):")
            lines.append("    " * (k + 2) + "continue")
    items = ", ".join(f"items[{name}]" for name in names)
    lines.append("    " * count + f"yield ({items},)")
    return made_from("def chosen(iterable, r):\n" + "".join(f"    {line}\n" for line in lines), "chosen", f"chosen {count} {once} {ordered}", {})


@cache
def product_of(count: int, repeat: int) -> FunctionType:
    """`product` of so many iterables, each as often."""
    given = [f"first{k}" for k in range(count)]
    lines = [f"items{k} = [item for item in first{k}]" for k in range(count)]
    names = [(f"x{k}", f"items{k % count}") for k in range(count * repeat)]
    lines += ["    " * k + f"for {name} in {items}:" for k, (name, items) in enumerate(names)]
    lines.append("    " * len(names) + f"yield ({', '.join(name for name, _ in names)},)")
    text = f"def product({', '.join(given)}{', repeat=1' if repeat > 1 else ''}):\n" + "".join(f"    {line}\n" for line in lines)
    return made_from(text, "product", f"product {count} {repeat}", {})


def by_count(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | None:
    """The functions of which another one is meant for each number of arguments, or for each number that is said."""
    if getattr(function, "__self__", None) is itertools.chain and not keywords:
        return chained_one  # type: ignore[return-value]  # a function of its own signature
    if function is itertools.islice and not keywords:
        return sliced if len(kinds) == 2 else sliced_between  # type: ignore[return-value]  # functions of their own signatures
    if function is itertools.product and set(keywords) <= {"repeat"}:
        repeat = _small(keywords.get("repeat", Known(1)))
        return None if repeat is None or not 0 < len(kinds) * repeat <= MOST else product_of(len(kinds), repeat)
    if function in CHOOSING and not keywords and len(kinds) == 2:
        count = _small(kinds[1])
        return None if count is None else chosen(count, *CHOOSING[function])
    return None


CHOOSING: dict[Any, tuple[bool, bool]] = {
    itertools.combinations: (True, True), itertools.combinations_with_replacement: (False, True), itertools.permutations: (True, False),
}  # fmt: skip
MOST = 6
"""As many loops in each other as are written."""


def _small(kind: Kind) -> int | None:
    """A number of the text that says how many loops are written."""
    return kind.value if isinstance(kind, Known) and type(kind.value) is int and 0 < kind.value <= MOST else None


RESOLVERS.append(by_count)


@cache
def zipped_with(before: int, after: int) -> FunctionType:
    """`zip` of one generator and of what has a length, before it or behind it: they are asked in their order, and the first to end ends all."""
    first, last = [f"a{k}" for k in range(before)], [f"b{k}" for k in range(after)]

    def least(names: list[str]) -> str:
        lengths = ", ".join(f"len({name})" for name in names)
        return f"min({lengths})" if len(names) > 1 else lengths

    lines = ["k = 0"]
    lines += [f"n = {least(first)}"] if first else []
    lines += [f"m = {least(last)}"] if last else []
    indent = "    " if first else ""
    lines += ["if n > 0:"] if first else []
    lines.append(f"{indent}for item in generator:")
    lines += [f"{indent}    if k == m:", f"{indent}        break"] if last else []
    items = [f"{name}[k]" for name in first] + ["item"] + [f"{name}[k]" for name in last]
    lines += [f"{indent}    yield ({', '.join(items)},)", f"{indent}    k = k + 1"]
    lines += [f"{indent}    if k == n:", f"{indent}        break"] if first else []
    text = f"def zipped({', '.join([*first, 'generator', *last])}):\n" + "".join(f"    {line}\n" for line in lines)
    return made_from(text, "zipped", f"zipped {before} {after}", {})
