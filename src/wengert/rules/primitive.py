"""What a row of the table is, and a call of it with its arguments bound to the names of the row's parameters.

>>> from wengert.rules.table import bind
>>> call = bind(Apply(("y",), "np.sum", ("x",), (("axis", Const(0)),)))
>>> call["x"], call.value("axis"), call.differentiable
('x', 0, ('x',))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const, Name
from wengert.ir.kinds import Dict, Kind, List, Sparse, Tuple, may_carry_derivative
from wengert.rules.notation import Head, Partial, contribution

KindOf: TypeAlias = Callable[[Atom], Kind]
KindFunction: TypeAlias = Callable[["Call", KindOf], Kind]
Vjp: TypeAlias = Callable[[Builder, "Call", Atom, str], Atom]
Jvp: TypeAlias = Callable[[Builder, "Call", Mapping[str, Atom]], Atom]
Partials: TypeAlias = Mapping[str, Partial]


@dataclass(frozen=True, eq=False)
class Primitive:
    """One row of the table."""

    op: str  # the canonical name: "np.sin", "math.sin", "abs", "mul"
    family: str  # elementwise, weighted, linear, bilinear, general, constant, composite
    head: Head
    module: str  # where bare function names of the rule are looked up: "np" or "math"
    kind: KindFunction
    texts: tuple[str, ...] = ()  # the contributions of an elementwise or weighted row
    choose: Callable[[Call, KindOf], Partials] | None = None  # the partials where they depend on the call
    operands: tuple[str, ...] = ()  # of other rows: the parameters that have a rule
    vjp: Vjp | None = None
    jvp: Jvp | None = None
    transposes: Mapping[str, Vjp | None] = field(default_factory=dict)  # of a row by its tangent: the adjoints of linear operands
    expand: Callable[[Builder, Call, Atom], Atom] | None = None
    body: Callable[[Builder, Call], Atom] | None = None  # of a composite: the lines that it stands for
    cost: int = 4
    pure: bool = True
    view: bool = False
    variant: Callable[[Call], str | None] | None = None  # the row for a call whose options change what it returns
    flat: Callable[[Call, KindOf], bool] | None = None  # does nothing vary, of operands of these kinds?
    real: bool = False  # is the result real, of complex operands too?
    flat_in: frozenset[str] = frozenset()  # parameters that do not change the result, or only in steps
    alone: str | None = None  # the row for calls with one argument: `max(xs)` is not `max(x, y)`
    lenient: bool = False  # takes any keyword: what it gives depends on nothing differentiated
    masked: str | None = None  # the row for calls with `where=` or `initial=`
    sequences: frozenset[str] = frozenset()  # the parameters that take a list or tuple of numbers or arrays
    domain: tuple[float, float] = (0.2, 0.9)  # where the tests take the operands from
    function: Any = None  # of a user's rule: the function it is about, which the text calls by the user's name

    @property
    def parameters(self) -> tuple[str, ...]:
        return self.head.parameters

    @property
    def result(self) -> str:
        return self.head.result

    @property
    def results(self) -> tuple[str, ...]:
        """The names of the results: several, if the function returns a tuple of them."""
        return tuple(name.strip() for name in self.head.result.split(","))

    @cached_property
    def partials(self) -> Partials:
        """The contributions of an elementwise or weighted row; `Call.partials` has those of one call."""
        return dict(map(contribution, self.texts))

    @cached_property
    def differentiable(self) -> tuple[str, ...]:
        names = self.operands or tuple(self.partials)
        return tuple(name for name in self.parameters if name in names)


@dataclass(frozen=True)
class Call:
    """An Apply with its arguments bound to the names of the row's parameters.

    The items of a star parameter `xs` are called `xs0`, `xs1`, ...
    """

    line: Apply
    primitive: Primitive
    arguments: Mapping[str, Atom]
    parts: Mapping[int, Atom] = field(default_factory=dict)  # the names that the program has for parts of the result

    def __getitem__(self, parameter: str) -> Atom:
        return self.arguments[parameter]

    @property
    def result(self) -> Name:
        return self.line.targets[0]

    @property
    def names(self) -> Mapping[str, Atom]:
        """What the names in the rule's expressions stand for."""
        return {**self.arguments, self.primitive.result: self.result}

    def results(self, b: Builder) -> dict[str, Atom]:
        """What the names of the results stand for; a part of a tuple that the program has no name for is read once more."""
        names = self.primitive.results
        if len(names) == 1:
            return {names[0]: self.result}
        return {name: self.parts[k] if k in self.parts else b.apply("getitem", self.result, Const(k)) for k, name in enumerate(names)}

    @property
    def differentiable(self) -> tuple[str, ...]:
        """The bound parameters that have a rule, those of a star parameter one by one."""
        star = self.primitive.head.star
        return tuple(
            name
            for parameter in self.primitive.differentiable
            for name in (self.starred if parameter == star else (parameter,))
            if name in self.arguments
        )

    @cached_property
    def starred(self) -> tuple[str, ...]:
        star = self.primitive.head.star
        return tuple(name for name in self.arguments if star and name not in self.primitive.parameters)

    def atoms(self, parameter: str) -> tuple[Atom, ...]:
        """The atoms bound to a parameter: one, or those of a star parameter, or none."""
        if parameter == self.primitive.head.star:
            return tuple(self.arguments[name] for name in self.starred)
        return (self.arguments[parameter],) if parameter in self.arguments else ()

    def partials(self, kind: KindOf) -> Partials:
        """The contributions of this very call; an operand that is missing gets none (its derivative is zero)."""
        assert self.primitive.family in ("elementwise", "weighted"), self.primitive.op
        check_operands(self, self.differentiable, kind)
        if any(isinstance(kind(atom), Sparse) for atom in self.arguments.values()):
            raise errors.error("W044", self.line.place, name=self.line.op, what="a sparse matrix; its product is `a @ b`")
        choose = self.primitive.choose
        return choose(self, kind) if choose else self.primitive.partials

    def value(self, parameter: str) -> Any:
        """The value of an argument that is a constant of the text; None for others (`kinds.static` knows more)."""
        atom = self.arguments.get(parameter)
        return atom.value if isinstance(atom, Const) else None


def check_operands(call: Call, active: Iterable[str], kind: KindOf) -> None:
    """Refuse a list or tuple with derivatives where the rule is about numbers and arrays (`np.sin([x, y])`)."""
    for parameter in active:
        base = call.primitive.head.star if parameter in call.starred else parameter
        operand = kind(call[parameter])
        if base in call.primitive.sequences or not isinstance(operand, (List, Tuple, Dict)):
            continue
        items = operand.items if isinstance(operand, List) and operand.items is not None else (operand,)
        if any(map(may_carry_derivative, items)):
            what = "a list of differentiated values; make an array of it first: `np.array(...)`"
            raise errors.error("W044", call.line.place, name=call.line.op, what=what)
