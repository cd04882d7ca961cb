"""The data types of the intermediate representation: a structured Wengert list.

A function is a list of lines; each line applies one primitive and names its results once (SSA).
Loops and branches are lines that hold blocks, so there are no jumps and no phi nodes:

    function logistic(x, n):
        %0 = range(1, n)
        v.2 = for i.0 in %0 carry v.0 = x:
            %1 = 4 * v.0
            %2 = 1 - v.0
            v.1 = %1 * %2
            yield v.1
        return v.2

Everything here is frozen: a pass builds a new program and leaves the old one as it was.
`docs/ir.md` describes the meaning of every line; `ir/evaluate.py` defines it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import gast

    from wengert.ir.kinds import Kind

Name: TypeAlias = str
"""An SSA name: `v.2` is a version of the user's `v`, `%1` a value the user never named."""


@dataclass(frozen=True, slots=True, eq=False)
class Const:
    """A literal, or an object the program refers to by name (a module, a function, a dtype)."""

    value: Any
    spelled: str | None = None  # how the text says it: `1e-3`, `np.sin`

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Const) and _identity(self.value) == _identity(other.value)

    def __hash__(self) -> int:
        return hash(_identity(self.value))


def _identity(value: Any) -> Any:
    """Tell 1, 1.0 and True apart, and -0.0 from 0.0, which `==` does not."""
    if value is None or value is Ellipsis or isinstance(value, (bool, int, str, bytes)):
        return type(value).__name__, value
    if isinstance(value, (float, complex)):
        return type(value).__name__, repr(value)
    if type(value) is tuple:
        return "tuple", tuple(map(_identity, value))
    return "object", id(value)


Atom: TypeAlias = Name | Const


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line comes from: a span of the user's file, and the syntax it was lowered from."""

    line: int
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    file: str = ""
    function: str = ""  # the qualified name of the function the text stands in
    first: int = 1  # the file's line of `function`'s first line; `line - first` is stable under edits above
    statement: gast.AST | None = field(default=None, repr=False, compare=False)
    expression: gast.AST | None = field(default=None, repr=False, compare=False)
    source: str = ""  # the text of the statement's (first) line, as the comments of emitted code quote it
    text: str = field(default="", repr=False, compare=False)  # the file's line `line`, unstripped, for the carets of an error
    call: Place | None = None  # for an inlined line: the place of the call


@dataclass(frozen=True, slots=True)
class Apply:
    """`targets = op(args, **keywords)`: one primitive."""

    targets: tuple[Name, ...]
    op: str
    args: tuple[Atom, ...] = ()
    keywords: tuple[tuple[str, Atom], ...] = ()
    spelled: str | None = field(default=None, compare=False)  # `sin`, `numpy.sin`, `.sum` (a method)
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class If:
    """`targets = if test: then else: orelse`; a branch that exits yields nothing."""

    targets: tuple[Name, ...]
    test: Atom
    then: Block
    orelse: Block
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class For:
    """A loop over `sources` in step (like `zip`), binding `elements`, carrying values from turn to turn."""

    targets: tuple[Name, ...]  # the carried values after the loop
    elements: tuple[Name, ...]  # one for each source, new in every turn
    sources: tuple[Atom, ...]
    carried: tuple[Name, ...]  # the carried values at the start of a turn
    initial: tuple[Atom, ...]
    body: Block
    exit: Name | None = None  # 0 when exhausted, 1 after `break`, 2.. when left for the k-th `return`
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class While:
    """A loop that asks `test` before each turn; the names of the test are visible in the body."""

    targets: tuple[Name, ...]
    carried: tuple[Name, ...]
    initial: tuple[Atom, ...]
    test: Block  # ends in `Pass`
    body: Block
    exit: Name | None = None
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Def:
    """A nested function; it reads the names around it."""

    target: Name
    function: Function
    place: Place | None = field(default=None, compare=False, repr=False)

    @property
    def targets(self) -> tuple[Name, ...]:
        return (self.target,)


Line: TypeAlias = Apply | If | For | While | Def


@dataclass(frozen=True, slots=True)
class Yield:
    """The block falls through and hands these values to the line that holds it."""

    values: tuple[Atom, ...] = ()


@dataclass(frozen=True, slots=True)
class Break:
    """Leave the innermost loop; `values` are all its carried values, `exit` its exit code."""

    values: tuple[Atom, ...] = ()
    exit: int = 1


@dataclass(frozen=True, slots=True)
class Continue:
    """Start the next turn of the innermost loop with these carried values."""

    values: tuple[Atom, ...] = ()


@dataclass(frozen=True, slots=True)
class Return:
    """Leave the function."""

    value: Atom
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Pass:
    """End a `while` test: go on if `value`; `values` are the carried values as the body sees and the loop leaves them."""

    value: Atom
    values: tuple[Atom, ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    """Control never gets here: a `raise` stands above, or both branches of an `if` exit."""


Terminator: TypeAlias = Yield | Break | Continue | Return | Pass | Stop


@dataclass(frozen=True, slots=True)
class Block:
    lines: tuple[Line, ...]
    terminator: Terminator


@dataclass(frozen=True, slots=True)
class Form:
    """How arguments reach the parameters, which stand in Python's order: `(a, /, b, *args, k, **options)`.

    A parameter `*args` is a tuple value, `**options` a dict value.
    """

    positional_only: int = 0
    keyword_only: int = 0
    star: bool = False  # the parameter before the keyword-only ones takes the rest of the positional arguments
    double_star: bool = False  # the last one takes the rest of the keywords
    defaults: tuple[tuple[Name, Atom], ...] = ()  # of a nested function: atoms of the function around, read where it is defined


PLAIN = Form()


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    parameters: tuple[Name, ...]
    body: Block
    kinds: Mapping[Name, Kind] = field(default_factory=dict, compare=False, repr=False)
    place: Place | None = field(default=None, compare=False, repr=False)
    docstring: str | None = field(default=None, compare=False)
    form: Form = PLAIN
    callees: Mapping[str, Function] = field(default_factory=dict, hash=False, repr=False)  # what `invoke` calls; of the main function only

    def __str__(self) -> str:
        """The program as text."""
        from wengert.ir.text import show

        return show(self)


class _Undefined:
    """The value of a name that has none (yet): `undef` in the text of a program."""

    def __repr__(self) -> str:
        return "undef"


UNDEFINED = _Undefined()
UNDEF = Const(UNDEFINED, "undef")
