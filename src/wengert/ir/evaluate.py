"""Run a program by reading it: the definition of what a program means, for tests to compare with.

>>> from wengert.ir.text import parse
>>> evaluate(parse('''
... function power(x, n):
...     %0 = range(n)
...     y.2 = for i.0 in %0 carry y.0 = 1.0:
...         y.1 = y.0 * x
...         yield y.1
...     return y.2
... '''), 3.0, 4)
81.0

Values are never changed, the consuming ops neither (`ir/operations.py`): a name keeps what it was bound to. A pass is right if
this gives the same before and after it, and generated code if it gives what this gives.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Iterable, Mapping
from inspect import Parameter, Signature
from typing import Any, TypeAlias

from wengert.ir.core import (
    UNDEFINED,
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
    Name,
    Pass,
    Return,
    Terminator,
    While,
    Yield,
)
from wengert.ir.operations import operation
from wengert.ir.walk import INPLACE, base, reads

Values: TypeAlias = dict[Name, Any]
OFFERED = "offered"
_Left: TypeAlias = tuple[Terminator, tuple[Any, ...]]
"""How a block was left, and with what."""


def evaluate(function: Function, *args: Any, globals: dict[str, Any] | None = None, generic: bool = False,
             seen: Callable[[Apply, Values], None] | None = None, **keywords: Any) -> Any:  # fmt: skip
    """The result of the program for these arguments. `globals` are what the ops `global` and `cell` read, before the builtins.

    In a `generic` program, one not yet specialised, names refer to objects as in Python, and `iadd` writes into the object if it can.
    `seen` is called after each line that applies a primitive, with all values up to there.
    """
    evaluator = Evaluator({} if globals is None else globals, function.callees, generic)
    evaluator.seen = seen
    return evaluator.closure(function, {})(*args, **keywords)


class Evaluator:
    """Runs the lines of a program; what an analysis follows besides the values, it follows in a subclass."""

    def __init__(self, globals: dict[str, Any], callees: Mapping[str, Function], generic: bool) -> None:
        self.globals = globals
        self.callees = callees
        self.generic = generic
        self.seen: Callable[[Apply, Values], None] | None = None

    def closure(self, function: Function, around: Values) -> Callable[..., Any]:
        """The program as a Python function. It sees the values around it as they were when it was made."""
        captured = {name: around[name] for name in reads(function) if name in around}
        signature = _signature(function, around)
        positions = dict(zip(signature.parameters, function.parameters))

        def run(*args: Any, **keywords: Any) -> Any:
            try:
                bound = signature.bind(*args, **keywords)
            except TypeError:
                raise TypeError(f"{function.name}() takes {signature}; got {len(args)} values and {list(keywords)}") from None
            bound.apply_defaults()
            given = {positions[parameter]: value for parameter, value in bound.arguments.items()}
            values = {**captured, **given}
            offered = self.offers(function)
            if offered is not None:
                values[OFFERED] = offered
            end, result = self.block(function.body, values)
            assert isinstance(end, Return), f"{function.name} is left by {type(end).__name__}"
            return result[0] if offered is None else iter(offered)

        run.__name__ = run.__qualname__ = function.name
        run.__doc__ = function.docstring
        return run

    @staticmethod
    def offers(function: Function) -> list[Any] | None:
        """Of a generator function: what collects its items. They are all made at once here, an `offer` never ends it."""
        first = function.body.lines[0] if function.body.lines else None
        return [] if isinstance(first, Apply) and first.op == "generate" else None

    def block(self, block: Block, values: Values) -> _Left:
        for line in block.lines:
            match line:
                case Apply():
                    self.apply(line, values)
                    if self.seen is not None:
                        self.seen(line, values)
                case If():
                    branch = line.then if read(line.test, values) else line.orelse
                    end, given = self.block(branch, values)
                    if not isinstance(end, Yield):
                        return end, given
                    values.update(zip(line.targets, given, strict=True))
                case For() | While():
                    left = self.loop(line, values)
                    if left is not None:
                        return left
                case Def():
                    values[line.target] = self.closure(line.function, values)
        return self.leave(block.terminator, values)

    def leave(self, end: Terminator, values: Values) -> _Left:
        match end:
            case Yield() | Break() | Continue():
                return end, held(end.values, values)
            case Return():
                return end, (read(end.value, values),)
            case Pass():
                return end, (read(end.value, values), held(end.values, values))
        raise AssertionError("`stop` was reached")

    def apply(self, line: Apply, values: Values) -> None:
        args = [read(atom, values) for atom in line.args]
        keywords = {key: read(atom, values) for key, atom in line.keywords}
        if line.op in ("global", "cell"):
            result = self.look_up(*args)
        elif line.op == "offer":
            result = values[OFFERED].append(*args)
        elif line.op == "setglobal":
            result = operator.setitem(self.globals, *args)
        elif line.op in INPLACE and self.generic:
            result = getattr(operator, line.op)(*args)
        elif line.op == "invoke":
            result = self.closure(self.callees[args[0]], {})(*args[1:])
        else:
            result = operation(line.op)(*args, **keywords)
        if len(line.targets) == 1 and line.op != "unpack":
            values[line.targets[0]] = result
        elif line.targets or line.op == "unpack":
            values.update(zip(line.targets, _unpacked(result, len(line.targets))))

    def look_up(self, name: str) -> Any:
        if name in self.globals:
            return self.globals[name]
        if hasattr(builtins, name):
            return getattr(builtins, name)
        raise NameError(f"name {name!r} is not defined", name=name)

    def loop(self, line: For | While, values: Values) -> _Left | None:
        """Run a loop and bind its targets; or say how the function was left."""
        carried = held(line.initial, values)
        code = 0
        turns = zip(*[read(source, values) for source in line.sources]) if isinstance(line, For) else None
        while True:
            if turns is None:
                assert isinstance(line, While)
                values.update(zip(line.carried, carried, strict=True))
                end, given = self.block(line.test, values)
                assert isinstance(end, Pass), f"the test of a loop is left by {type(end).__name__}"
                carried = given[1] or carried
                if not given[0]:
                    break
            else:
                assert isinstance(line, For)
                elements = next(turns, None)
                if elements is None:
                    break
                values.update(zip(line.elements, elements))
                values.update(zip(line.carried, carried, strict=True))
            end, given = self.block(line.body, values)
            if isinstance(end, Return):
                return end, given
            carried = given
            if isinstance(end, Break):
                code = end.exit
                break
        values.update(zip(line.targets, carried, strict=True))
        if line.exit is not None:
            values[line.exit] = code
        return None


def _signature(function: Function, around: Values) -> Signature:
    """How Python would bind arguments to the parameters; default values are those of the names around."""
    form, defaults = function.form, {name: read(atom, around) for name, atom in function.form.defaults}
    count = len(function.parameters) - form.double_star
    first = count - form.keyword_only
    kinds: list[Any] = [Parameter.POSITIONAL_ONLY] * form.positional_only
    kinds += [Parameter.POSITIONAL_OR_KEYWORD] * (first - form.star - form.positional_only)
    kinds += [Parameter.VAR_POSITIONAL] * form.star
    kinds += [Parameter.KEYWORD_ONLY] * form.keyword_only + [Parameter.VAR_KEYWORD] * form.double_star
    return Signature([Parameter(base(name), kind, default=defaults.get(name, Parameter.empty)) for name, kind in zip(function.parameters, kinds)])


def held(atoms: Iterable[Atom], values: Values) -> tuple[Any, ...]:
    """The values of atoms that are handed on; a name that has no value may be."""
    return tuple(atom.value if isinstance(atom, Const) else values[atom] for atom in atoms)


def read(atom: Atom, values: Values) -> Any:
    """The value of an atom that something is done with; a name without one is the error that Python raises."""
    value = atom.value if isinstance(atom, Const) else values[atom]
    if value is UNDEFINED:
        name = "a name" if isinstance(atom, Const) else repr(base(atom))
        raise UnboundLocalError(f"cannot access local variable {name} where it is not associated with a value")
    return value


def _unpacked(result: Any, count: int) -> list[Any]:
    items: list[Any] = []
    for item in result:
        if len(items) == count:
            raise ValueError(f"too many values to unpack (expected {count})")
        items.append(item)
    if len(items) < count:
        raise ValueError(f"not enough values to unpack (expected {count}, got {len(items)})")
    return items
