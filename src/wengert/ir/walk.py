"""Look at a program, and change it everywhere at once: what a line reads, binds and holds.

Every pass asks these questions; here each has one answer. Two words are kept apart: a line's own *atoms* are
what stands in its text (its arguments, its test, its initial values), its *reads* are all the names that it needs
from outside, those of its blocks included.

>>> loop = For(("v.2",), ("i.0",), ("xs",), ("v.0",), (Const(0.0),), Block((Apply(("v.1",), "add", ("v.0", "w")),), Yield(("v.1",))))
>>> atoms(loop)
('xs', Const(value=0.0, spelled=None))
>>> reads(loop), defined(loop)
(('xs', 'w'), ('v.2',))

No function here recurses over the length of a block, only over the depth of nesting, and all are linear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias, TypeVar, overload

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

Part: TypeAlias = Line | Terminator
T = TypeVar("T", bound=Part)

INPLACE: Mapping[str, str] = {
    "iadd": "add", "isub": "sub", "imul": "mul", "itruediv": "truediv", "ifloordiv": "floordiv", "imod": "mod", "ipow": "pow",
    "imatmul": "matmul", "ilshift": "lshift", "irshift": "rshift", "iand": "and_", "ior": "or_", "ixor": "xor",
}  # fmt: skip
"""The in-place operators, and the operators that make a new value instead."""

WRITES = frozenset({"write", "write_add", "clobber"})
"""The primal's own stores, and what unknown functions may write. They are *physical*: what they overwrite is the object itself, which others may hold, never a copy."""

RESIZING = frozenset({"append", "insert", "pop", "pop_key"})
"""The primal's own methods of lists and dicts that make one longer or shorter, in place whoever holds it."""

GROWING = frozenset({*RESIZING, "push", "pull", "take_key"})
"""Ops that make a list or dict longer or shorter; `push`, `pull` and `take_key` do so to a value."""

CONSUMING = frozenset({*INPLACE, *WRITES, *GROWING, "scatter_add", "add_at", "store", "add_key", "next", "unread"})
"""Ops that overwrite their first argument: its name is dead below them, and what it has become is their last target."""


PURE = (("pure", Const(True)),)
"""What is said of an `invoke` that does nothing but compute, as backward halves do: `invoke('f_backward', x, y_bar, pure=True)`."""


def base(name: Name) -> str:
    """The name that the text wants for it: what stands before the version.

    >>> base("v.2"), base("%3_bar.0"), base("x")
    ('v', '%3_bar', 'x')
    """
    front, _, version = name.rpartition(".")
    return front if front and version.isdigit() else name


def exits(block: Block) -> bool:
    """Does control never leave the block at its end, to the line that holds it?"""
    return isinstance(block.terminator, (Break, Continue, Return, Stop))


# What a line reads


def atoms(part: Part) -> tuple[Atom, ...]:
    """The atoms in the text of a line or terminator itself, in the order in which they stand there, blocks left out."""
    if type(part) is Apply:
        return part.args + tuple(atom for _, atom in part.keywords) if part.keywords else part.args
    match part:
        case Yield() | Break() | Continue():
            return part.values
        case If():
            return (part.test,)
        case For():
            return part.sources + part.initial
        case While():
            return part.initial
        case Return():
            return (part.value,)
        case Pass():
            return (part.value, *part.values)
        case Def():
            return tuple(atom for _, atom in part.function.form.defaults)
    return ()


def names(part: Part) -> tuple[Name, ...]:
    """The names among the atoms of a line or terminator itself."""
    return tuple(atom for atom in atoms(part) if not isinstance(atom, Const))


def reads(part: Part | Block | Function) -> tuple[Name, ...]:
    """The names needed from outside, each once, in the order of their first reading; of a function, what it captures.

    >>> reads(If((), "c", Block((Apply(("a.0",), "neg", ("x",)),), Yield(("a.0",))), Block((), Yield(("y",)))))
    ('c', 'x', 'y')
    """
    found: dict[Name, None] = {}
    inside: set[Name] = set()
    _collect(part, found, inside)
    return tuple(name for name in found if name not in inside) if inside else tuple(found)


def _collect(part: Part | Block | Function, found: dict[Name, None], inside: set[Name]) -> None:
    if isinstance(part, Function):
        inside.update(part.parameters)
        part = part.body
    if isinstance(part, Block):
        for line in part.lines:
            _collect(line, found, inside)
            inside.update(defined(line))
        part = part.terminator
    for atom in atoms(part):
        if not isinstance(atom, Const):
            found[atom] = None
    if isinstance(part, (If, For, While, Def)):
        inside.update(bound(part))
        for block in blocks_of(part):
            _collect(block, found, inside)


# What a line binds and holds


def defined(line: Line) -> tuple[Name, ...]:
    """The names that the lines below a line may read because of it: its targets, and the exit code of a loop."""
    if isinstance(line, (For, While)) and line.exit is not None:
        return (*line.targets, line.exit)
    return line.targets


def bound(line: Line) -> tuple[Name, ...]:
    """The names that a line binds for its own blocks: elements, carried values, the parameters of a nested function."""
    match line:
        case For():
            return line.elements + line.carried
        case While():
            return line.carried
        case Def():
            return line.function.parameters
    return ()


def blocks_of(line: Line) -> tuple[Block, ...]:
    """The blocks a line holds, in the order in which they run."""
    if type(line) is Apply:  # most lines are, and none of them holds a block
        return ()
    match line:
        case If():
            return line.then, line.orelse
        case For():
            return (line.body,)
        case While():
            return line.test, line.body
        case Def():
            return (line.function.body,)
    return ()


def map_blocks(line: Line, change: Callable[[Block], Block]) -> Line:
    """The line with each of its blocks changed; the line itself if that changes nothing."""
    if type(line) is Apply:
        return line
    old = blocks_of(line)
    new = tuple(map(change, old))
    if all(a is b for a, b in zip(old, new)):
        return line
    match line:
        case If():
            return replace(line, then=new[0], orelse=new[1])
        case For():
            return replace(line, body=new[0])
        case While():
            return replace(line, test=new[0], body=new[1])
        case Def():
            return replace(line, function=replace(line.function, body=new[0]))
    return line


def map_atoms(part: T, change: Callable[[Atom], Atom]) -> T:
    """The line or terminator with each of its own atoms changed, blocks left as they are."""
    old = atoms(part)
    new = tuple(map(change, old))
    if all(a is b for a, b in zip(old, new)):
        return part
    match part:
        case Apply():
            keywords = tuple((key, atom) for (key, _), atom in zip(part.keywords, new[len(part.args) :]))
            return replace(part, args=new[: len(part.args)], keywords=keywords)
        case Yield() | Break() | Continue():
            return replace(part, values=new)
        case If():
            return replace(part, test=new[0])
        case For():
            return replace(part, sources=new[: len(part.sources)], initial=new[len(part.sources) :])
        case While():
            return replace(part, initial=new)
        case Return():
            return replace(part, value=new[0])
        case Pass():
            return replace(part, value=new[0], values=new[1:])
        case Def():
            return replace(part, function=with_defaults(part.function, new))
    return part


def with_defaults(function: Function, atoms: tuple[Atom, ...]) -> Function:
    """The nested function with other default values, for the parameters that have one."""
    defaults = tuple((name, atom) for (name, _), atom in zip(function.form.defaults, atoms))
    return replace(function, form=replace(function.form, defaults=defaults))


# Whole programs


def lines_of(part: Function | Block | Line) -> Iterator[Line]:
    """Every line, those inside other lines too, each before what it holds; in reading order."""
    if isinstance(part, Function):
        part = part.body
    for line in part.lines if isinstance(part, Block) else (part,):
        yield line
        if type(line) is not Apply:
            for block in blocks_of(line):
                yield from lines_of(block)


def functions_of(function: Function) -> tuple[Function, ...]:
    """The function, and those that it (or one of them) calls by `invoke`."""
    return (function, *function.callees.values())


def map_functions(function: Function, change: Callable[[Function], Function]) -> Function:
    """A pass over each function of a program by itself: the main function and its callees.

    `change` gets functions without callees, and returns such.
    """
    if not function.callees:
        return change(function)
    callees = {name: change(callee) for name, callee in function.callees.items()}
    return replace(change(replace(function, callees={})), callees=callees)


def all_names(function: Function) -> set[Name]:
    """Every name that a program binds anywhere, parameters included: what `Names` must not make again."""
    found = set(function.parameters)
    for line in lines_of(function):
        found.update(defined(line))
        found.update(bound(line))
    return found


@overload
def rename(part: Function, mapping: Mapping[Name, Atom], definitions: bool = False) -> Function: ...
@overload
def rename(part: Block, mapping: Mapping[Name, Atom], definitions: bool = False) -> Block: ...
@overload
def rename(part: T, mapping: Mapping[Name, Atom], definitions: bool = False) -> T: ...


def rename(part: Function | Block | Part, mapping: Mapping[Name, Atom], definitions: bool = False) -> Function | Block | Part:
    """Put an atom in the place of each name that is read, at any depth; with `definitions`, rename where names are bound, too.

    >>> rename(Apply(("y.0",), "add", ("x", "y")), {"x": Const(2), "y.0": "z.0"})
    Apply(targets=('y.0',), op='add', args=(Const(value=2, spelled=None), 'y'), keywords=(), spelled=None)
    >>> rename(Apply(("y.0",), "neg", ("x",)), {"y.0": "z.0"}, definitions=True).targets
    ('z.0',)
    """
    if not mapping:
        return part

    def atom(old: Atom) -> Atom:
        return old if isinstance(old, Const) else mapping.get(old, old)

    def name(old: Name) -> Name:
        new = mapping.get(old, old)
        if isinstance(new, Const):
            raise TypeError(f"{old} is bound here, so its new name cannot be {new.value!r}")
        return new

    def bind(old: tuple[Name, ...]) -> tuple[Name, ...]:
        return tuple(map(name, old))

    def function(old: Function) -> Function:
        if not definitions:
            return replace(old, body=block(old.body))
        kinds = {name(key) if isinstance(mapping.get(key, key), str) else key: kind for key, kind in old.kinds.items()}
        form = old.form
        if form.defaults:
            form = replace(form, defaults=tuple((name(parameter), atom) for parameter, atom in form.defaults))
        return replace(old, parameters=bind(old.parameters), body=block(old.body), kinds=kinds, form=form)

    def block(old: Block) -> Block:
        lines = tuple(map(line, old.lines))
        terminator = map_atoms(old.terminator, atom)
        same = terminator is old.terminator and all(a is b for a, b in zip(lines, old.lines))
        return old if same else Block(lines, terminator)

    def line(old: Line) -> Line:
        new = map_atoms(old, atom)
        new = replace(new, function=function(new.function)) if isinstance(new, Def) else map_blocks(new, block)
        if not definitions:
            return new
        match new:
            case Apply() | If():
                return replace(new, targets=bind(new.targets))
            case For():
                left = None if new.exit is None else name(new.exit)
                return replace(new, targets=bind(new.targets), elements=bind(new.elements), carried=bind(new.carried), exit=left)
            case While():
                left = None if new.exit is None else name(new.exit)
                return replace(new, targets=bind(new.targets), carried=bind(new.carried), exit=left)
            case Def():
                return replace(new, target=name(new.target))

    match part:
        case Function():
            return function(part)
        case Block():
            return block(part)
        case Apply() | If() | For() | While() | Def():
            return line(part)
    return map_atoms(part, atom)
