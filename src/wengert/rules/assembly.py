"""Arrays taken apart and put together: the split family, append, insert, delete, dstack, block, meshgrid."""

from __future__ import annotations

from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import Kind, List, axes_of, scalar_type
from wengert.rules.by_example import exemplified
from wengert.rules.composite import Body, composite
from wengert.rules.order import along, ndim
from wengert.rules.result_kinds import NotStatic, normalized, static, value_of
from wengert.rules.sequences import item_kinds, items_of
from wengert.rules.table import Call


def joined(b: Builder, parts: list[Atom], axis: int) -> Atom:
    keywords = [("axis", Const(axis))] if axis else []
    return b.apply("np.concatenate", b.apply("list", *parts), keywords=keywords)


def _append(b: Builder, call: Call) -> Atom:
    axis = value_of(call, b.kind, "axis")
    if axis is not None:
        return joined(b, [call["x"], call["values"]], axis)
    parts = [call[name] if axes_of(b.kind(call[name])) is not None and ndim(b, call, name) == 1 else b.text("np.ravel(x)", {"x": call[name]})
             for name in ("x", "values")]  # fmt: skip
    return joined(b, parts, 0)


composite("y = np.append(x, values, axis=None)", _append)


def _flat(b: Builder, call: Call) -> tuple[Atom, int]:
    """The array and the axis that are meant; without `axis` the elements in one row."""
    axis = value_of(call, b.kind, "axis")
    count = ndim(b, call)
    if axis is None:
        return (call["x"] if count == 1 else b.text("np.ravel(x)", call.names)), 0
    return call["x"], normalized(axis, count)[0]


def _insert(b: Builder, call: Call) -> Atom:
    """In front of one position."""
    x, axis = _flat(b, call)
    if scalar_type(b.kind(call["index"])) != "int":
        raise NotStatic
    count = len(axes_of(b.kind(x)) or ())
    pieces = [b.apply("slice", Const(None), call["index"], Const(None)), b.apply("slice", call["index"], Const(None), Const(None))]
    before, after = (along(b, x, piece, axis) for piece in pieces)
    if count == 1:
        return joined(b, [before, b.text("np.ravel(v)", {"v": call["values"]}), after], 0)
    value = axes_of(b.kind(call["values"]))
    if value is None or len(value) >= count:
        raise NotStatic
    lengths = ", ".join("1" if k == axis else f"x.shape[{k}]" for k in range(count))
    laid = b.text(f"np.broadcast_to(v{'[..., None]' if value and axis == count - 1 else ''}, ({lengths}))", {"v": call["values"], "x": x})
    if value and axis != count - 1 and count > 2:
        raise NotStatic
    return joined(b, [before, laid, after], axis)


composite("y = np.insert(x, index, values, axis=None)", _insert, of=("x", "values"))


def _delete(b: Builder, call: Call) -> Atom:
    x, axis = _flat(b, call)
    index = b.text(f"np.delete(np.arange(x.shape[{axis}]), index)", {**call.names, "x": x})
    return along(b, x, index, axis)


composite("y = np.delete(x, index, axis=None)", _delete, of=("x",), kind=exemplified("x"))


# put side by side


def _column_stack(b: Builder, call: Call) -> Atom:
    parts = []
    several = b.kind(call["arrays"])
    if item_kinds(several) is None and isinstance(several, List):  # so many that only the run knows, all alike
        count = len(axes_of(several.element) or ())
        if count not in (1, 2):
            raise NotStatic
        return b.text("np.stack(arrays, axis=1)" if count == 1 else "np.concatenate(arrays, axis=1)", call.names)
    for item, kind in zip(list(items_of(b, call, "arrays")), item_kinds(several) or ()):
        axes = axes_of(kind)
        if axes is None:
            raise NotStatic
        parts.append(item if len(axes) == 2 else b.text("x[:, None]", {"x": item}) if len(axes) == 1 else b.text("np.full((1, 1), x)", {"x": item}))
    return joined(b, parts, 1)


composite("y = np.column_stack(arrays)", _column_stack)


def _dstack(b: Builder, call: Call) -> Atom:
    texts = {1: "x[None, :, None]", 2: "x[:, :, None]"}
    parts = []
    for item, kind in zip(list(items_of(b, call, "arrays")), item_kinds(b.kind(call["arrays"])) or ()):
        axes = axes_of(kind)
        if not axes:
            raise NotStatic
        parts.append(b.text(texts[len(axes)], {"x": item}) if len(axes) in texts else item)
    return joined(b, parts, 2)


composite("y = np.dstack(arrays)", _dstack)


def _depth(kind: Kind) -> tuple[int, int]:
    """How deep the lists are nested, and the most axes that an array in them has."""
    if not isinstance(kind, List):
        axes = axes_of(kind)
        if axes is None:
            raise NotStatic
        return 0, len(axes)
    found = [_depth(item) for item in kind.items or ()]
    if not found:
        raise NotStatic
    return 1 + max(depth for depth, _ in found), max(count for _, count in found)


def _longest(kind: Kind) -> int:
    """The length of the longest list in nested lists."""
    items = kind.items or () if isinstance(kind, List) else ()
    return max([1, len(items), *map(_longest, items)])


def _block(b: Builder, call: Call) -> Atom:
    """Innermost lists side by side, those around them one above the other."""
    depth, most = _depth(b.kind(call["arrays"]))
    count = max(depth, most)

    def laid(atom: Atom, kind: Kind, level: int) -> Atom:
        if isinstance(kind, List):
            parts = [laid(b.apply("getitem", atom, Const(k)), item, level - 1) for k, item in enumerate(kind.items or ())]
            return joined(b, parts, count - level) if len(parts) > 1 else parts[0]
        have = len(axes_of(kind) or ())
        if have == 0:
            return b.text(f"np.full({(1,) * count}, x)", {"x": atom})
        return atom if have == count else b.text(f"x[{', '.join(['None'] * (count - have) + [':'] * have)}]", {"x": atom})

    result = laid(call["arrays"], b.kind(call["arrays"]), depth)
    return result if _longest(b.kind(call["arrays"])) > 1 else b.apply("np.copy", result)  # of a single array: a copy, never the array


composite("y = np.block(arrays)", _block)


# taken apart


def _split(equal: bool, axis: int | None = None) -> Body:
    def body(b: Builder, call: Call) -> Atom:
        count = ndim(b, call)
        (place,) = normalized(value_of(call, b.kind, "axis"), count) if axis is None else (axis if count > 1 or axis > 1 else 0,)
        sections = static(b.kind(call["sections"]))
        if isinstance(sections, int):
            return _equal(b, call, place, count, sections) if equal else _nearly(b, call, place, sections)
        edges = [Const(None), *map(Const, sections), Const(None)]
        return _pieces(b, call, place, list(zip(edges, edges[1:])))

    return body


def _pieces(b: Builder, call: Call, axis: int, edges: list[tuple[Atom, Atom]]) -> Atom:
    return b.apply("list", *(along(b, call["x"], b.apply("slice", start, stop, Const(None)), axis) for start, stop in edges))


def _equal(b: Builder, call: Call, axis: int, count: int, sections: int) -> Atom:
    """An axis of sections in front of the axis itself; a length that does not fit is refused by `reshape`, as it is by `split`."""
    lengths = [f"x.shape[{k}]" for k in range(axis)] + [str(sections), "-1"] + [f"x.shape[{k}]" for k in range(axis + 1, count)]
    parts = b.text(f"x.reshape(({', '.join(lengths)}))", call.names)
    return b.apply("list", *(along(b, parts, Const(k), axis) for k in range(sections)))


def _nearly(b: Builder, call: Call, axis: int, sections: int) -> Atom:
    """The first pieces are longer by one where the length does not fit."""
    names: dict[str, Atom] = {"x": call["x"]}
    each, more = b.text(f"x.shape[{axis}] // {sections}", names), b.text(f"x.shape[{axis}] % {sections}", names)
    edges: list[Atom] = [Const(None)]
    edges += [b.text(f"each * {k} + min(more, {k})" if k > 1 else "each + min(more, 1)", {"each": each, "more": more}) for k in range(1, sections)]
    edges.append(Const(None))
    return _pieces(b, call, axis, list(zip(edges, edges[1:])))


composite("y = np.split(x, sections, axis=0)", _split(True), of=("x",), view=True)
composite("y = np.array_split(x, sections, axis=0)", _split(False), of=("x",), view=True)
for _name, _axis in (("vsplit", 0), ("hsplit", 1), ("dsplit", 2)):
    composite(f"y = np.{_name}(x, sections)", _split(True, _axis), of=("x",), view=True)


# broadcast against each other


def _broadcast_arrays(b: Builder, call: Call) -> Atom:
    shape = b.apply("np.broadcast_shapes", *(b.text("np.shape(x)", {"x": call[name]}) for name in call.starred))
    return b.apply("tuple", *(b.apply("np.broadcast_to", call[name], shape) for name in call.starred))


composite("y = np.broadcast_arrays(*arrays)", _broadcast_arrays, view=True)


def _meshgrid(b: Builder, call: Call) -> Atom:
    """Each vector along an axis of its own, the first two exchanged for `indexing='xy'`."""
    names = call.starred
    if any(ndim(b, call, name) != 1 for name in names):
        raise NotStatic
    order = list(range(len(names)))
    if value_of(call, b.kind, "indexing") == "xy" and len(names) > 1:
        order[:2] = [1, 0]
    sizes = {name: b.text("x.size", {"x": call[name]}) for name in names}
    shape = b.apply("tuple", *(sizes[names[k]] for k in order))
    parts = []
    for position, name in enumerate(names):
        behind = len(names) - 1 - order.index(position)
        marks = [*["None"] * order.index(position), ":", *["None"] * behind]
        grid = b.text(f"x[{', '.join(marks)}]", {"x": call[name]})
        parts.append(grid if value_of(call, b.kind, "sparse") else b.text("np.copy(np.broadcast_to(x, shape))", {"x": grid, "shape": shape}))
    return b.apply("tuple", *parts)


composite("y = np.meshgrid(*vectors, indexing='xy', sparse=False)", _meshgrid, of=("vectors",))
