"""Is a text the code that runs? Compile the text again and compare.

`inspect.getsource` hands out whatever stands in the file today; a derivative of a text that is not the running code
would be silently wrong. So the one function (not its file) is compiled again, inside a scope like its own, and the code
objects are compared: operations, names, variables and constants, those of inner functions too.

>>> import ast
>>> def f(x):
...     return 2 * x
>>> node = ast.parse("def f(x):\\n    return 3 * x").body[0]
>>> difference(f.__code__, recompile(node, f.__code__))
'it has other constants'
"""

from __future__ import annotations
import __future__

import ast
import copy
from collections.abc import Iterable, Iterator
from inspect import CO_ITERABLE_COROUTINE, CO_NESTED
from itertools import pairwise
from types import CodeType
from typing import Any, TypeAlias

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

FUTURES = 0
for _name in __future__.all_feature_names:
    FUTURES |= getattr(__future__, _name).compiler_flag
FUTURES &= ~CO_NESTED  # `nested_scopes` of Python 2.1 has the bit of CO_NESTED


def first_line(node: Definition) -> int:
    """The line Python calls a definition's first: that of its first decorator, if it has one."""
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def imported_names(tree: ast.Module) -> frozenset[str]:
    """The names that a module's own statements import, in branches too: calls of their attributes compile differently.

    >>> sorted(imported_names(ast.parse("import os.path\\nif 1:\\n    from m import a as b\\ndef f():\\n    import c")))
    ['b', 'os']
    """
    found: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            waiting += (child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr))
    return frozenset(found - {"*"})


def recompile(node: Definition, code: CodeType, imported: Iterable[str] = ()) -> CodeType | None:
    """The code of `node`, compiled as `code` was: same futures, imports, enclosing class and free variables.

    None if the text does not compile there, so is not that of `code`.
    """
    statement: ast.stmt = _bare_lambda(node) if isinstance(node, ast.Lambda) else _bare_function(node)
    owner = class_of(code.co_qualname)
    if owner:  # `self.__x` is compiled to `self._Owner__x`, and `super()` reads the class
        statement = ast.ClassDef(owner, [], [], [statement], [], **_no_type_params())
    around = [name for name in code.co_freevars if not (owner and name == "__class__")]  # a class binds `__class__` itself
    if around:
        arguments = ast.arguments([], [ast.arg(name) for name in around], None, [], [], None, [])
        body = [ast.Global([owner]), statement] if owner and owner not in around else [statement]
        statement = ast.FunctionDef("around", arguments, body, [], None, None, **_no_type_params())
    imports: list[ast.stmt] = [ast.Import([ast.alias(name) for name in sorted(imported)])] if imported else []
    module = ast.fix_missing_locations(ast.Module([*imports, statement], []))
    try:
        compiled = compile(module, code.co_filename, "exec", flags=code.co_flags & FUTURES, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    line = first_line(node)
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    return next((inner for inner in all_codes(compiled) if inner.co_name == name and inner.co_firstlineno == line), None)


def difference(live: CodeType, text: CodeType | None) -> str:
    """In which way the compiled text is not the live code, in words; empty if they are the same.

    Where they stand in their files is left aside: a function that only moved is still the same function.
    """
    if text is None:
        return "it does not compile in its place"
    if signature(live) != signature(text):
        return "it has other parameters"
    if live.co_names != text.co_names or _variables(live) != _variables(text):
        return "it uses other names"
    inner_live, inner_text = inner_codes(live), inner_codes(text)
    if len(inner_live) != len(inner_text):
        return "it has other inner functions"
    for one, other in zip(inner_live, inner_text):
        if inner := difference(one, other):
            return inner
    if _constants(live) != _constants(text):
        return "it has other constants"
    if live.co_code != text.co_code or live.co_exceptiontable != text.co_exceptiontable:
        return "it has other operations"
    return ""


def inner_codes(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def class_of(qualname: str) -> str:
    """The innermost class around a function: 'C' for `C.m` and for `C.m.<locals>.f`, none for `f` and `g.<locals>.f`."""
    parts = qualname.split(".")
    owners = [name for name, after in pairwise(parts) if after != "<locals>" and name.isidentifier()]
    return owners[-1] if owners else ""


def _bare_function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
    """The function without what is not part of its code: decorators, defaults, annotations."""
    bare = copy.copy(node)
    bare.args, bare.returns = _bare_arguments(node.args), None
    line = first_line(node)
    if node.decorator_list:  # the first of them says where the function starts
        bare.decorator_list = [ast.Constant(None, lineno=line, col_offset=0, end_lineno=line, end_col_offset=0)]
    return bare


def _bare_lambda(node: ast.Lambda) -> ast.stmt:
    bare = copy.copy(node)
    bare.args = _bare_arguments(node.args)
    return ast.Expr(bare)


def _bare_arguments(arguments: ast.arguments) -> ast.arguments:
    def bare(argument: ast.arg | None) -> ast.arg | None:
        return argument and ast.copy_location(ast.arg(argument.arg), argument)

    result = copy.copy(arguments)
    result.posonlyargs = [bare(argument) or argument for argument in arguments.posonlyargs]
    result.args = [bare(argument) or argument for argument in arguments.args]
    result.kwonlyargs = [bare(argument) or argument for argument in arguments.kwonlyargs]
    result.vararg, result.kwarg = bare(arguments.vararg), bare(arguments.kwarg)
    result.defaults, result.kw_defaults = [], [None] * len(arguments.kwonlyargs)
    return result


def _no_type_params() -> dict[str, Any]:
    return {"type_params": []} if "type_params" in ast.FunctionDef._fields else {}


def all_codes(code: CodeType) -> Iterator[CodeType]:
    """All code objects in `code`, outer before inner."""
    waiting = [code]
    while waiting:
        found = waiting.pop(0)
        yield found
        waiting += inner_codes(found)


def signature(code: CodeType) -> tuple[object, ...]:
    count = code.co_argcount + code.co_kwonlyargcount
    flags = code.co_flags & ~(CO_NESTED | CO_ITERABLE_COROUTINE)  # the second is set by `types.coroutine`
    return code.co_name, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, flags, code.co_varnames[:count]


def _variables(code: CodeType) -> tuple[object, ...]:
    return code.co_varnames, code.co_cellvars, code.co_freevars


def _constants(code: CodeType) -> list[Any]:
    """The constants of a code; the body of a class has its own name among them, with the names of all that is around it."""
    named = "__qualname__" in code.co_names
    return [exact(constant) for constant in code.co_consts if not (named and constant == code.co_qualname)]


def exact(value: Any) -> Any:
    """A constant with its type, as 1, 1.0 and True are equal, and 0.0 and -0.0; code is compared by itself."""
    if isinstance(value, CodeType):
        return CodeType
    if isinstance(value, tuple):
        return tuple(map(exact, value))
    if isinstance(value, frozenset):
        return frozenset(map(exact, value))
    return type(value), repr(value) if isinstance(value, (float, complex)) else value
