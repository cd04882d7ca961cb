"""Lines that write into an array, list or dict, as statements.

    u.1 = write(u.0, i, v)              u[i] = v
    u.1 = write(u.0, %s, 0, v)          u[1:][0] = v
    u.1 = scatter_add(u.0, i, %1)       u[i] -= v                       # where %1 is -v
    d.1 = add_key(d.0, k, v)            d[k] = d.get(k, 0.0) + v
    u.1 = write_add(u.0, ..., v)        u += v                          # where `u` is the function's own variable
    xs.1 = append(xs.0, v)              xs.append(v)

A write of what stood there before, changed (`u[i] = u[i] * e`), prints as the user has written it, `u[i] *= e`.
"""

from __future__ import annotations

import ast

from wengert.backend.write import LOAD, OPERATOR, STORE, Writer, invoke
from wengert.ir.core import Apply, Atom, Const
from wengert.ir.kinds import Array, Map
from wengert.ir.walk import WRITES

STORES = frozenset({"append", "insert", "push", "store", "scatter_add", "add_at", "add_key", *WRITES})


def stored(writer: Writer, line: Apply) -> ast.stmt:
    """The statement of a line whose op is one of `STORES`."""
    place = writer.atom(line.args[0])
    if line.op in ("append", "insert", "push"):
        more = list(map(writer.atom, line.args[1:]))
        method = "append" if len(more) == 1 else "insert"
        return ast.Expr(invoke(ast.Attribute(place, method, LOAD), *(reversed(more) if line.op == "push" else more)))
    *steps, last, value = line.args[1:]
    for step in steps:
        place = ast.Subscript(place, writer.index(step), LOAD)
    if line.op == "add_at" and not isinstance(writer.kinds.get(str(line.args[0])), Map):
        function = writer.dotted(writer.libraries.named("np.add.at"))
        return ast.Expr(invoke(function, place, writer.atom(last), writer.atom(value)))
    element = ast.Subscript(place, writer.index(last), STORE)
    whole = line.args[1:-1] == (Const(...),) and isinstance(place, ast.Name) and _is_own_array(writer, line.args[0])
    changed_place = ast.Name(place.id, STORE) if whole and isinstance(place, ast.Name) else element
    if line.op in ("store", "write"):
        changed = _augmented(writer, line, value)
        if changed is not None:
            return ast.AugAssign(changed_place, OPERATOR[changed.op](), writer.atom(changed.args[1]))
        return ast.Assign([element], writer.atom(value))
    added = writer.atom(value)
    if line.op == "add_key":
        before = invoke(ast.Attribute(place, "get", LOAD), writer.atom(last), ast.Constant(0.0))
        return ast.Assign(
            [element],
            ast.BinOp(before, ast.Add(), added) if (less := _without_sign(added)) is None else ast.BinOp(before, ast.Sub(), less),
        )
    taken = _without_sign(added) if line.op == "scatter_add" or isinstance(added, ast.UnaryOp) else None
    if taken is not None:
        return ast.AugAssign(changed_place, ast.Sub(), taken)
    return ast.AugAssign(changed_place, ast.Add(), added)


def _without_sign(added: ast.expr) -> ast.expr | None:
    """`2 * v` of `-2 * v`: the sign before a product, if there is one."""
    if isinstance(added, ast.UnaryOp) and isinstance(added.op, ast.USub):
        return added.operand
    if isinstance(added, ast.BinOp) and isinstance(added.op, (ast.Mult, ast.Div)):
        left = _without_sign(added.left)
        return ast.BinOp(left, added.op, added.right) if left is not None else None
    return None


def _is_own_array(writer: Writer, atom: Atom) -> bool:
    """May the text say `v += e`? A global or a variable of the function around would become a local one; of a list it is another operation."""
    if not isinstance(atom, str) or atom in writer.fused.inside or atom in writer.outer:
        return False
    kind = writer.kinds.get(atom)
    return isinstance(kind, Array) and kind.axes != ()


def _augmented(writer: Writer, line: Apply, value: Atom) -> Apply | None:
    """The operation of `u[i] *= e`, where that is the user's statement."""
    if line.op != "write" or line.place is None or type(line.place.statement).__name__ != "AugAssign":
        return None
    made = writer.fused.inside.get(value) if isinstance(value, str) else None
    if not isinstance(made, Apply) or made.op not in OPERATOR or len(made.args) != 2 or made.keywords:
        return None
    read, atom = [], made.args[0]
    while isinstance(atom, str) and isinstance(item := writer.fused.inside.get(atom), Apply) and item.op == "getitem":
        read.append(item.args[1])
        atom = item.args[0]
    path = list(map(writer.index, line.args[1:-1]))
    same = list(map(ast.dump, map(writer.index, reversed(read)))) == list(map(ast.dump, path))
    whole = not read and line.args[1:-1] == (Const(...),)
    return made if (same or whole) and atom == line.args[0] else None
