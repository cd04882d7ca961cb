"""The callable that `grad` and its siblings return: it chooses the compiled text for the kinds of each call's arguments.

A call with plain floats and ints looks their classes up and runs; everything else takes the general way: bind the
arguments, make the key, and for a new key find or make the text (`making`, loaded when first needed).
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from wengert.arguments import Argnums, Target, check_varies, kinds_of_call, name_of
from wengert.dispatch import key_of
from wengert.forms import mode_of, named
from wengert.tree import as_registered, holds_registered

if TYPE_CHECKING:
    from wengert.ir.core import Function
    from wengert.ir.kinds import Kind
    from wengert.making import Made
    from wengert.pipeline import Stages
    from wengert.surroundings import Checks, Surroundings
    from wengert.watching import Watched

P = ParamSpec("P")
R = TypeVar("R")

TITLES = {
    "grad": "Gradient of {}.",
    "value_and_grad": "Value and gradient of {}.",
    "vjp": "Value and pullback of {}.",
    "jvp": "Value and tangent of {}.",
    "tangent": "Tangent of {}.",
    "tangents": "Tangents of {} along several directions.",
    "jacfwd": "Jacobian of {}.",
    "value_and_jacfwd": "Value and Jacobian of {}.",
}
MOST_VALUES = 16  # texts for single values of a bool or a string; from then on one text for all
MOST_KEYS = 256


@dataclass(frozen=True, slots=True)
class Ready:
    """A compiled derivative for one key."""

    function: Callable[..., Any]
    made: Made
    checks: Checks
    wanted: tuple[int, ...]
    floats: tuple[int, ...]  # positions of ints that count as floats
    registered: bool  # are there objects in the arguments that `register_tree` knows how to build?

    def holds(self) -> bool:
        identities, others = self.checks
        for namespace, name, value, default in identities:
            if namespace.get(name, default) is not value:
                return False
        return all(check() for check in others)

    def values(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments as the text wants them."""
        if not self.floats:
            return values
        return tuple(float(value) if position in self.floats else value for position, value in enumerate(values))


class Derivative(Generic[P, R]):
    """A derivative of a function, made for each kind of argument it is called with."""

    def __init__(self, function: Callable[..., Any], mode: str, argnums: Argnums | None = 0, source: str | None = None,
                 has_aux: bool = False, holomorphic: bool = False) -> None:  # fmt: skip
        if not callable(function):
            Target(function)  # raises
        self._callable, self._argnums, self._source, self._has_aux = function, argnums, source, has_aux
        self._holomorphic = holomorphic
        self._plain, self._mode = mode, mode_of(mode, argnums, has_aux, holomorphic)
        self._target: Target | None = None
        self._surroundings: Surroundings | None = None
        self._scalars: dict[tuple[type, ...], Ready] = {}  # by the classes of plain floats and ints
        self._ready: dict[tuple[Any, ...], Ready] = {}
        self._variants: dict[Any, int] = {}
        self._lock = threading.RLock()
        name = name_of(function)
        self.__name__ = named(mode, name)
        self.__qualname__ = self.__name__
        self.__module__ = getattr(function, "__module__", None) or __name__
        self.__doc__ = TITLES[mode].format(name)
        if getattr(function, "__doc__", None) and not isinstance(function, Derivative):
            self.__doc__ += f"\n\n{inspect.getdoc(function)}"
        self.__wrapped__ = function
        try:
            self.__signature__ = inspect.signature(function)
        except (TypeError, ValueError):
            pass

    def __repr__(self) -> str:
        return f"<{self.__name__}>"

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if not kwargs:
            ready = self._scalars.get(tuple(map(type, args)))
            if ready is not None:
                identities, others = ready.checks
                for namespace, name, value, default in identities:
                    if namespace.get(name, default) is not value:
                        break
                else:
                    if not others or all(check() for check in others):
                        try:
                            return ready.function(*args)  # type: ignore[no-any-return]  # compiled text has no types
                        except BaseException as error:
                            self._explain(error, ready)
                            raise
        values = self.target.bind(args, kwargs)
        ready = self.ready(values)
        result = self.run(ready, ready.values(values))
        return result  # type: ignore[no-any-return]  # compiled text has no types

    def run(self, ready: Ready, values: Sequence[Any]) -> Any:
        """Run the text; an exception in it names the user's line."""
        try:
            result = ready.function(*values)
        except BaseException as error:
            self._explain(error, ready)
            raise
        return as_registered(result) if ready.registered else result

    def pull(self, ready: Ready, pullback: Callable[[Any], Any], cotangent: Any) -> Any:
        """Run a pullback that the text has returned."""
        try:
            return pullback(cotangent)
        except BaseException as error:
            self._explain(error, ready)
            raise

    @staticmethod
    def _explain(error: BaseException, ready: Ready) -> None:
        from wengert.backend.compile import explain_exception

        explain_exception(error, ready.made.compiled, ready.made.places, ready.made.spans)

    # finding the text

    @property
    def target(self) -> Target:
        if self._target is None:
            self._target = Target(self._callable)
        return self._target

    @property
    def surroundings(self) -> Surroundings:
        """The names around the function whose text is differentiated."""
        if self._surroundings is None:
            function = self.target.function
            if isinstance(function, Derivative):
                return function.surroundings
            from wengert.surroundings import Surroundings

            self._surroundings = Surroundings(function, self._source)
        return self._surroundings

    def ready(self, values: tuple[Any, ...], wanted: tuple[int, ...] | None = None) -> Ready:
        """The compiled text for these values of the parameters, made if need be."""
        key = tuple(map(key_of, values)) if wanted is None else (wanted, *map(key_of, values))
        ready = self._ready.get(key)
        if ready is not None and ready.holds():
            return ready
        with self._lock:
            ready = self._make(values, wanted)
            if len(self._ready) >= MOST_KEYS:
                self._ready.clear()
            self._ready[key] = ready
            quick = wanted is None and self.target.plain and not ready.floats
            if quick and {float, int}.issuperset(map(type, values)):
                self._scalars[tuple(map(type, values))] = ready
            return ready

    def _make(self, values: tuple[Any, ...], wanted: tuple[int, ...] | None) -> Ready:
        from wengert.ir.kinds import INT
        from wengert.ir.values import kind_of

        if wanted is None:
            wanted = self.wanted(values)
        if self._plain in ("grad", "value_and_grad", "jacfwd", "value_and_jacfwd"):
            for position in wanted:
                check_varies(values[position], self.target.parameters[position], self.target.name)
        found = tuple(map(kind_of, values))
        kinds = self.few(self.kinds(found, wanted))
        made = self.made(kinds, wanted)
        floats = tuple(i for i, (kind, used) in enumerate(zip(found, kinds)) if kind == INT and used != INT)
        from wengert.surroundings import checks_of, rebind

        surroundings = self.surroundings
        return Ready(made.bind(surroundings), made, checks_of(rebind(made.guards, surroundings)), wanted, floats,
                     any(map(holds_registered, values)))  # fmt: skip

    def made(self, kinds: tuple[Kind, ...], wanted: tuple[int, ...]) -> Made:
        """The text for these kinds, from memory, disk or the pipeline."""
        from wengert.making import Wanted, make

        surroundings = self.surroundings
        request = Wanted(surroundings.function, self.levels(wanted), kinds, self._root_source())
        return make(request, surroundings, lambda: self.stages(kinds, wanted))

    def _root_source(self) -> str | None:
        function = self.target.function
        return function._root_source() if isinstance(function, Derivative) else self._source

    def levels(self, wanted: tuple[int, ...]) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The derivatives taken of the function with a text, innermost first."""
        function = self.target.function
        inner = function.levels(function.wanted(())) if isinstance(function, Derivative) else ()
        return (*inner, (self._mode, wanted))

    def stages(self, kinds: tuple[Kind, ...], wanted: tuple[int, ...], watched: tuple[str, ...] = ()) -> Stages:
        """Every stage of making the derivative for these kinds of the parameters; the adjoints of `watched` variables are noted."""
        from wengert.pipeline import Request, derive

        return derive(Request(self.target.function, self._mode, wanted, kinds, self._source, watched))

    def program(self, kinds: tuple[Kind, ...]) -> Stages:
        """The stages of this derivative, whose clean program a further derivative begins with."""
        return self.stages(kinds, self.wanted(()))

    def wanted(self, values: Sequence[Any]) -> tuple[int, ...]:
        """The positions of the parameters to differentiate by; those that can vary if the caller did not choose."""
        if self._argnums is not None:
            return self.target.positions(self._argnums)
        from wengert.ir.values import kind_of

        return varying(tuple(map(kind_of, values)), len(self.target.first))

    def kinds(self, found: tuple[Kind, ...], wanted: tuple[int, ...]) -> tuple[Kind, ...]:
        """The kinds that the text is made for: an int where a derivative is asked counts as a float."""
        from wengert.ir.kinds import FLOAT, INT

        function = self.target.function
        if isinstance(function, Derivative):
            found = function.kinds(found, function.wanted(()))
        return tuple(FLOAT if kind == INT and position in wanted else kind for position, kind in enumerate(found))

    def few(self, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
        """Bools and strings by value, but not more than a few of them: then by kind."""
        from wengert.ir.values import without_values

        general = tuple(map(without_values, kinds))
        if general == kinds:
            return kinds
        self._variants[general] = self._variants.get(general, 0) + 1
        return kinds if self._variants[general] <= MOST_VALUES else general

    # reading it

    def source(self, *args: Any, **kwargs: Any) -> str:
        """The text of the derivative for such arguments (missing ones by their annotations and defaults)."""
        return self._text(args, kwargs).compiled.text

    def wengert(self, *args: Any, **kwargs: Any) -> Function:
        """The derivative as a Wengert list, the program that the text is printed from; `print` shows it."""
        return self.all_stages(*args, **kwargs).derivative

    def explain(self, *args: Any, nans: bool = False, products: bool = False, **kwargs: Any) -> str:
        """Every stage on the way to the text: what is active, what is saved and why.

        For other questions the function is run with these arguments: with `nans=True` the answer is the first line that makes a NaN, of the value or of
        the derivative, and the line of the function it belongs to; with `products=True` for each line whether its adjoint fits its tangent.
        """
        from wengert.explain import explain

        stages = self.all_stages(*args, **kwargs)
        if nans:
            from wengert.nans import first_nan

            return first_nan(stages, self.surroundings, self.target.bind(args, kwargs))
        if products:
            from wengert.balance import balance

            return balance(stages, self.surroundings, self.target.bind(args, kwargs))
        return explain(stages)

    def watch(self, *names: str) -> Watched:
        """A function of the same arguments that returns the adjoints of variables of the function, by their names.

        For each name a list, one adjoint for each time that the variable was assigned, in that order.
        """
        from wengert.watching import Watched

        return Watched(self, names)

    def compiled(self, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """The bare function for such arguments: no choice, no checks."""
        made = self._text(args, kwargs)
        made.compiled.register()
        return made.bind(self.surroundings)

    def save(self, path: str | Path, *args: Any, **kwargs: Any) -> None:
        """Write the derivative for such arguments as a module of its own."""
        from wengert.backend.save import module_text

        kinds, wanted = self.kinds_for(args, kwargs)
        made = self.made(kinds, wanted)
        text = module_text(made.compiled.text, made.library, self.surroundings.function, self.target.parameters, kinds)
        Path(path).write_text(text, "utf-8")

    def _text(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Made:
        kinds, wanted = self.kinds_for(args, kwargs)
        return self.made(kinds, wanted)

    def all_stages(self, *args: Any, **kwargs: Any) -> Stages:
        """The results of every stage of making it for such arguments, as data."""
        return self.stages(*self.kinds_for(args, kwargs))

    def kinds_for(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[tuple[Kind, ...], tuple[int, ...]]:
        """The kinds of the parameters for these arguments, and which of them are meant."""
        found, given = kinds_of_call(self.target, args, kwargs)
        wanted = self.target.positions(self._argnums) if self._argnums is not None else varying(found, len(self.target.first))
        for position in wanted:
            name = self.target.parameters[position]
            if name in given:
                check_varies(given[name], name, self.target.name)
        return self.kinds(found, wanted), wanted

    # pickling

    def __reduce__(self) -> tuple[Any, ...]:
        from wengert.pickling import portable

        return rebuild, (type(self), portable(self._callable), self._plain, self._argnums, self._source, self._has_aux, self._holomorphic)


def rebuild(cls: type[Derivative[..., Any]], function: Any, mode: str, argnums: Argnums | None, source: str | None,
            has_aux: bool, holomorphic: bool) -> Derivative[..., Any]:  # fmt: skip
    """Unpickle a derivative."""
    from wengert.pickling import restore

    made = cls.__new__(cls)
    Derivative.__init__(made, restore(function), mode, argnums, source, has_aux, holomorphic)
    return made


def varying(kinds: Sequence[Kind], first: int = 0) -> tuple[int, ...]:
    """The positions of what can vary; ints count where nothing else could."""
    from wengert.ir.kinds import INT, may_carry_derivative

    floats = tuple(i for i, kind in enumerate(kinds) if i >= first and may_carry_derivative(kind))
    return floats or tuple(i for i, kind in enumerate(kinds) if i >= first and kind == INT)
