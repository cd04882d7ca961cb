"""The text of a program: `show` prints it, `parse` (from `ir/parse.py`) reads it back.

Tests, docstrings and docs write programs this way, and `.wengert()` and `.explain()` print them for the user.

>>> f = parse('''
... function f(x, n):
...     %0 = range(n)
...     v.2 = for i.0 in %0 carry v.0 = x:
...         v.1 = np.sin(v.0)
...         yield v.1
...     return v.2
... ''')
>>> print(show(f))
function f(x, n):
    %0 = range(n)
    v.2 = for i.0 in %0 carry v.0 = x:
        v.1 = np.sin(v.0)
        yield v.1
    return v.2
>>> parse(show(f)) == f
True
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from wengert.ir.constants import spell
from wengert.ir.core import (
    Apply,
    Atom,
    Block,
    Break,
    Const,
    Continue,
    Def,
    For,
    Function,
    If,
    Line,
    Name,
    Pass,
    Return,
    Stop,
    Terminator,
    While,
    Yield,
)
from wengert.ir.kinds import Kind, describe
from wengert.ir.parse import BINARY, UNARY, parse
from wengert.ir.values import substitute
from wengert.ir.walk import base, defined, functions_of

__all__ = ["parse", "show", "show_block", "show_line", "show_terminator"]

INDENT = "    "
INFIX = {op: sign for sign, op in BINARY.items()}
PREFIX = {op: sign for sign, op in UNARY.items()}


def show(function: Function, kinds: bool = False, places: bool = False) -> str:
    """The program as text; with the kinds of what each line binds, with the source line that it comes from.

    >>> from dataclasses import replace
    >>> from wengert.ir.kinds import FLOAT
    >>> f = parse('''
    ... function f(x):
    ...     y.0 = 4 * x
    ...     return y.0
    ... ''')
    >>> print(show(replace(f, kinds={"x": FLOAT, "y.0": FLOAT}), kinds=True))
    function f(x):  # x: float
        y.0 = 4 * x  # float
        return y.0

    What it calls by `invoke` follows, an empty line between two functions.
    """
    return "\n\n".join("\n".join(_function(one, kinds, places)) for one in functions_of(function))


def _function(function: Function, kinds: bool, places: bool) -> Iterator[str]:
    head = f"function {function.name}({show_parameters(function)}):"
    notes = [_kinds(function.kinds, function.parameters)] if kinds and function.parameters else []
    yield _noted(head, notes)
    yield from _block(function.body, INDENT, function.kinds if kinds else None, places)


def show_block(block: Block) -> str:
    """The lines of a block, for messages and debugging."""
    return "\n".join(_block(block, "", None, False))


def _block(block: Block, indent: str, kinds: Mapping[Name, Kind] | None, places: bool) -> Iterator[str]:
    inner = indent + INDENT
    for line in block.lines:
        notes = [] if kinds is None else _notes(line, kinds)
        if places and line.place is not None:
            notes.append(f"line {line.place.line}")
        yield _noted(indent + show_line(line), notes)
        match line:
            case If(then=then, orelse=orelse):
                yield from _block(then, inner, kinds, places)
                if orelse != Block((), Yield()):
                    yield f"{indent}else:"
                    yield from _block(orelse, inner, kinds, places)
            case For(body=body):
                yield from _block(body, inner, kinds, places)
            case While(test=test, body=body):
                yield f"{inner}test:"
                yield from _block(test, inner + INDENT, kinds, places)
                yield f"{inner}body:"
                yield from _block(body, inner + INDENT, kinds, places)
            case Def(function=function):
                inside = None if kinds is None else {**kinds, **function.kinds}
                yield from _block(function.body, inner, inside, places)
    yield indent + show_terminator(block.terminator)


def show_line(line: Line) -> str:
    """The line itself; of a line that holds blocks, its head.

    >>> show_line(Apply(("%1",), "np.sum", ("x",), (("axis", Const(0)),)))
    '%1 = np.sum(x, axis=0)'
    """
    targets = ", ".join(defined(line))
    front = f"{targets} = " if targets else ""
    match line:
        case Apply():
            return front + _applied(line)
        case If(test=test):
            return f"{front}if {_atom(test)}:"
        case For():
            loop = f"for {', '.join(line.elements)} in {_atoms(line.sources)}"
            return f"{front}{loop}{_carry(line)}:"
        case While():
            return f"{front}while{_carry(line)}:"
        case Def(target=target, function=function):
            name = "" if function.name == base(target) else function.name
            return f"{front}def {name}({show_parameters(function)}):"


def show_parameters(function: Function) -> str:
    """The parameters as a `def` has them: `x, /, y=0, *args, k=%1, **options`."""
    form, defaults = function.form, dict(function.form.defaults)
    shown = [f"{name}={_atom(defaults[name])}" if name in defaults else name for name in function.parameters]
    if form.double_star:
        shown[-1] = f"**{shown[-1]}"
    first = len(shown) - form.double_star - form.keyword_only  # of the keyword-only ones
    if form.star:
        shown[first - 1] = f"*{shown[first - 1]}"
    elif form.keyword_only:
        shown.insert(first, "*")
    if form.positional_only:
        shown.insert(form.positional_only, "/")
    return ", ".join(shown)


def show_terminator(terminator: Terminator) -> str:
    match terminator:
        case Yield(values=values):
            return f"yield {_atoms(values)}".rstrip()
        case Continue(values=values):
            return f"continue {_atoms(values)}".rstrip()
        case Break(values=values, exit=code):
            return f"break {_atoms(values)}".rstrip() + (f" exit {code}" if code != 1 else "")
        case Return(value=value):
            return f"return {_atom(value)}"
        case Pass(value=value, values=values):
            return f"pass {_atom(value)}" + (f" with {_atoms(values)}" if values else "")
        case Stop():
            return "stop"


def _applied(line: Apply) -> str:
    if not line.keywords and len(line.args) == 2 and line.op in INFIX:
        return f"{_atom(line.args[0])} {INFIX[line.op]} {_atom(line.args[1])}"
    if not line.keywords and len(line.args) == 1 and line.op in PREFIX and not isinstance(line.args[0], Const):
        return f"{PREFIX[line.op]}{_atom(line.args[0])}"
    arguments = [_atom(atom) for atom in line.args] + [f"{key}={_atom(atom)}" for key, atom in line.keywords]
    return f"{line.op}({', '.join(arguments)})"


def _carry(loop: For | While) -> str:
    pairs = ", ".join(f"{name} = {_atom(atom)}" for name, atom in zip(loop.carried, loop.initial))
    return (f" carry {pairs}" if pairs else "") + (" exit" if loop.exit is not None else "")


def _atom(atom: Atom) -> str:
    return spell(atom) if isinstance(atom, Const) else atom


def _atoms(atoms: Iterable[Atom]) -> str:
    return ", ".join(map(_atom, atoms))


def _noted(text: str, notes: list[str]) -> str:
    return f"{text}  # {', '.join(notes)}" if notes else text


def _notes(line: Line, kinds: Mapping[Name, Kind]) -> list[str]:
    """The kinds worth a comment: of a plain line its results', of a loop or function also what it binds inside."""
    match line:
        case Apply() | If():
            return [", ".join(describe(substitute(kinds, name)) for name in line.targets)] if line.targets else []
        case For():
            names = defined(line) + line.elements + line.carried
        case While():
            names = defined(line) + line.carried
        case Def():
            names, kinds = line.function.parameters, {**kinds, **line.function.kinds}
    return [_kinds(kinds, names)] if names else []


def _kinds(kinds: Mapping[Name, Kind], names: Iterable[Name]) -> str:
    return ", ".join(f"{name}: {describe(substitute(kinds, name))}" for name in names)
