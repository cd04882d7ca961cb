"""Is a text the code that runs, when pytest has rewritten its asserts?

pytest compiles `assert x > 0` in test files to code that explains a failure, so the code of a function with asserts is
not that of its text. What stands on other lines is; that is compared, operation by operation.
"""

from __future__ import annotations

import ast
import copy
import dis
from collections.abc import Iterator
from types import CodeType
from typing import Any

from wengert.frontend.code_match import Definition, all_codes, difference, exact, inner_codes, signature

Operation = tuple[int, str, Any]


def is_rewritten(code: CodeType) -> bool:
    return any("@pytest_ar" in inner.co_names for inner in all_codes(code))


def without_asserts(node: Definition) -> tuple[Definition, frozenset[int]]:
    """The definition without its asserts, and the lines they stood on.

    >>> node, lines = without_asserts(ast.parse("def f(x):\\n    assert x\\n    return x").body[0])
    >>> print(ast.unparse(node), sorted(lines))
    def f(x):
        pass
        return x [2]
    """
    lines: set[int] = set()

    class Dropping(ast.NodeTransformer):
        def visit_Assert(self, node: ast.Assert) -> ast.stmt:
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            return ast.copy_location(ast.Pass(), node)

    bare = Dropping().visit(copy.deepcopy(node))
    return bare, frozenset(lines)


def difference_but_asserts(live: CodeType, bare: CodeType | None, asserts: frozenset[int]) -> str:
    """`difference` for code that pytest has rewritten: `bare` is compiled without asserts, which stand on lines `asserts`."""
    if bare is None:
        return "it does not compile in its place"
    if not is_rewritten(live):
        return difference(live, bare)
    if signature(live) != signature(bare):
        return "it has other parameters"
    relative = {line - bare.co_firstlineno for line in asserts}
    if _operations(live, relative) != _operations(bare, relative):
        return "it has other operations"
    waiting = iter(inner_codes(live))
    for inner in inner_codes(bare):  # an assert may hold a lambda or a comprehension, so live may have more
        if not any(not difference_but_asserts(other, inner, asserts) for other in waiting):
            return "it has other inner functions"
    return ""


def _operations(code: CodeType, asserts: set[int]) -> set[Operation]:
    """What is done on the lines without asserts; not the jumps, which rewriting moves.

    A set, as the compiler may repeat the end of a function after each branch. Whether a variable is in a cell,
    and which loads are done at once, may depend on the asserts, so a load is a load.
    """
    found: set[Operation] = set()
    for instruction in dis.get_instructions(code):
        line = instruction.positions.lineno if instruction.positions else None
        relative = (line or 0) - code.co_firstlineno
        if relative not in asserts and not instruction.opname.startswith(_IGNORED) and "JUMP" not in instruction.opname:
            found |= {(relative, *operation) for operation in _parts(instruction.opname, instruction.argval)}
    return found


_IGNORED = ("NOP", "RESUME", "CACHE", "EXTENDED_ARG", "COPY_FREE_VARS", "MAKE_CELL", "FOR_ITER", "END_FOR", "SEND", "PUSH_NULL")


def _parts(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """One instruction as the simple ones it stands for: LOAD_FAST_LOAD_FAST as two, RETURN_CONST as two."""
    if name == "RETURN_CONST":
        yield from _parts("LOAD_CONST", value)
        yield "RETURN", None
    elif name.startswith(("LOAD_FAST_LOAD", "STORE_FAST_STORE", "STORE_FAST_LOAD")):
        for part, variable in zip(name.split("_FAST")[0:2], value, strict=True):
            yield part.strip("_"), variable
    elif name.startswith(("LOAD_FAST", "LOAD_DEREF", "LOAD_CLOSURE", "STORE_FAST", "STORE_DEREF")):
        yield name.partition("_")[0], value
    elif name == "RETURN_VALUE":
        yield "RETURN", None
    else:
        yield name, value.co_name if isinstance(value, CodeType) else exact(value)
