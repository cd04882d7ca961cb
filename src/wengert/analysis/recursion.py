"""Calls that are not inlined: a function that calls itself becomes a function of the program.

    function f(x, n):                       function f(x, n):
        ...                                     y.0 = invoke('power', x, n)
        y.0 = call(@power, x, n)     ==>        return y.0
        return y.0
                                            function power(x, n):
                                                ...
                                                h.0 = invoke('power', x, %2)

Callees are inlined as they come. Where one turns up that is being inlined already, for arguments of the same kinds, everything since its own call
is thrown away, and it is specialised by itself, as wide as all calls of it need. What a call gives back is found as for loops: at
first a call of a function whose end nobody has seen never returns, and the kind of the result grows until it comes back as it went in. A function
that goes down a tree whose kinds are known ends by itself, and is inlined.

What a nested function captures, and what a function that is handed over as an argument captures, are arguments more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from wengert import errors
from wengert.analysis.aliases import mutable
from wengert.analysis.callable_kinds import actual, form_of, local, size_of, stands_alone
from wengert.analysis.crossing import Entering, Shape, Survey, in_general
from wengert.analysis.facts import Fact
from wengert.analysis.guarding import CLASSES
from wengert.analysis.handing_back import Changed, changes, copy_given, hand_back, packed_result, returned
from wengert.analysis.inline import Site
from wengert.analysis.loop_kinds import settled
from wengert.analysis.raising import ANYTHING, NOTHING, Classes, all_raised, does_more, meets
from wengert.analysis.state import State
from wengert.ir.build import Names
from wengert.ir.callees import adopted, with_callees
from wengert.ir.core import PLAIN, Apply, Atom, Block, Const, Function, Line, Name, Place, Return, Stop
from wengert.ir.kinds import NUMERIC, UNKNOWN, Kind, Tuple
from wengert.ir.lattice import join
from wengert.ir.walk import all_names, lines_of, reads

ROUNDS = 3
"""After so many rounds a kind that still grows becomes the widest one."""

DEEP = 4
"""So many times a function is inlined into itself for other values of its options."""


LONG = 30
"""A function of fewer lines is inlined wherever it is called."""

GROWTH = 150
"""So many lines may be written more than once; a function that needs more of them becomes a callee."""


class Lengthy(Exception):
    """A function has been inlined at so many places that it had better be a callee."""

    def __init__(self, key: object) -> None:
        super().__init__(key)
        self.key = key


class Recursive(Exception):
    """A function turned up while it was being inlined: what is at that position of the stack is to become a callee."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


class _Wider(Exception):
    """A callee that is being made is called with arguments of other kinds."""

    def __init__(self, callee: Callee, facts: tuple[Fact, ...]) -> None:
        super().__init__(callee, facts)
        self.callee, self.facts = callee, facts


@dataclass(eq=False)
class Callee:
    """A function of the program that is written; without `function` it is being made."""

    name: str
    key: object
    shapes: tuple[Shape, ...]
    facts: tuple[Fact, ...]
    result: Fact | None = None  # None: nobody has seen it return
    function: Function | None = None
    changed: list[Changed] = field(default_factory=list)  # what it hands back of what it is given, behind its value
    returns: int | None = None  # its value is one of these objects: the number of that
    raised: Classes = ANYTHING  # the classes of the exceptions that it may raise
    only_computes: bool = False  # it may be run once more


class Recursion:
    """The callees of one program; `main` is the key of its main function."""

    def __init__(self, prepare: Callable[[State, Recursion], None], main: object, kinds: tuple[Kind, ...]) -> None:
        self.prepare, self.main = prepare, main
        self.keys: list[object] = []  # of the functions that are known to be recursive
        self.stack: list[tuple[object, tuple[Kind, ...]]] = [(main, kinds)]  # what is being inlined
        self.callees: list[Callee] = []
        self.cut = False  # the last call that never returns may be found to do so in a later round
        self.kinds = kinds
        self.asked: set[tuple[object, ...]] = set()  # where the run is asked whether something is a view
        self.unrolled: set[tuple[object, ...]] = set()  # loops that are written out, as the functions that they make are kept
        self.mapped: set[tuple[object, ...]] = set()  # dicts whose keys only the run knows
        self.keyed: set[tuple[object, ...]] = set()  # those of them whose values are lists, objects, or arrays that are written into
        self.all_mapped = False  # all dicts of numbers and arrays are such, since some of them are, and meet others
        self.growing: set[tuple[object, ...]] = set()  # loops that carry what is of another kind once a turn has been made
        self.peeled: frozenset[tuple[object, ...]] = frozenset()  # loops of which the first turn is written out
        self.lengthy: list[object] = []  # those of the keys that could be inlined, too
        self.heavy: set[tuple[str, Place | None]] = set()  # nested functions that were to become callees
        self.always: list[object] = []  # functions that are inlined however often: they cannot be callees
        self.places: dict[tuple[int, tuple[Kind, ...]], dict[tuple[int, ...], int]] = {}  # a function, where it was inlined, and how many lines that took

    def restart(self) -> None:
        """Begin anew, with what is known of which functions are to be callees."""
        self.stack[:] = [(self.main, self.kinds)]
        self.callees.clear()
        self.places.clear()

    def named(self, name: Atom) -> Callee | None:
        """The callee of an `invoke`."""
        return next((callee for callee in self.callees if name == Const(callee.name)), None)

    def functions(self) -> dict[str, Function]:
        return {callee.name: callee.function for callee in self.callees if callee.function is not None}

    def with_callees(self, function: Function, place: Place | None) -> Function:
        """A part of the program that is to be transformed by itself, with what it invokes."""
        try:
            return with_callees(function, self.functions())
        except KeyError as missing:  # it is part of a callee that is being made
            raise errors.error("W026", place, function=missing.args[0], through=", in a derivative that it takes itself") from None

    def adopt(self, function: Function) -> Function:
        """A program that becomes a part of this one: what it invokes is invoked under names of its own."""
        known = {callee.name: callee.function or Function(callee.name, (), Block((), Stop())) for callee in self.callees}
        function = adopted(function, known)
        for name, callee in function.callees.items():
            if name not in known:
                self.callees.append(Callee(name, callee, (), (), None, callee))
        return replace(function, callees={})

    def call(self, state: State, site: Site, out: list[Line], inline: Callable[[], Atom | None]) -> Atom | None:
        """The value of a call: of the function's lines, or of an `invoke`; None if it never returns."""
        if any(site.key is key for key in self.keys):
            if not any(site.key is key for key in self.lengthy):
                return self.invoke(state, site, out)
            mark, memory, length, inside = state.mark(), state.heap.fork(), len(out), state.inside
            try:
                return self.invoke(state, site, out)
            except errors.Error:  # it writes into what it is given, or the like
                state.reset(mark)
                state.heap.restore(memory)
                state.inside = inside
                del out[length:]
                self.keys = [key for key in self.keys if key is not site.key]
                self.always.append(site.key)
        kinds = tuple(state.kind(state.read(atom)) for atom in site.arguments)
        self._watch(site.key, kinds)
        mark, memory, length, depth, inside = state.mark(), state.heap.fork(), len(out), len(self.stack), state.inside
        self.stack.append((site.key, kinds))
        try:
            value = inline()
            self._weigh(state, site, kinds, out[length:])
            return value
        except Recursive as found:
            if found.position != depth:
                raise
        finally:
            del self.stack[depth:]
        state.reset(mark)
        state.heap.restore(memory)
        state.inside = inside
        del out[length:]
        self.keys.append(site.key)
        return self.invoke(state, site, out)

    def _weigh(self, state: State, site: Site, kinds: tuple[Kind, ...], lines: list[Line]) -> None:
        """Has the function been written at so many places that the text grows out of hand?"""
        count = sum(1 for _ in lines_of(Block(tuple(lines), Stop())))
        if count < LONG or any(site.key is key for key in self.always) or not state.varies(*map(state.read, site.arguments)):
            return
        places = self.places.setdefault((id(site.key), tuple(map(form_of, kinds))), {})
        places[site.frame.path] = count
        if count * (len(places) - 1) < GROWTH:
            return
        if isinstance(site.key, Function):  # a nested function may be another object when the program is read again
            named = site.key.name, site.key.place
            if named in self.heavy:
                return
            self.heavy.add(named)
        raise Lengthy(site.key)

    def _watch(self, key: object, kinds: tuple[Kind, ...]) -> None:
        """Does the function turn up again, and will that not end by itself?"""
        before = [(position, given) for position, (other, given) in enumerate(self.stack) if other is key]
        if not before or sum(map(size_of, kinds)) < sum(map(size_of, before[-1][1])):
            return
        forms = tuple(map(form_of, kinds))
        alike = [position for position, given in before if tuple(map(form_of, given)) == forms]
        if alike or len(before) >= DEEP:
            raise Recursive(alike[-1] if alike else before[0][0])

    # calling

    def invoke(self, state: State, site: Site, out: list[Line], hint: str = "") -> Atom | None:
        """Write a call of the callee for these arguments, which is made if need be."""
        left = site.frame.handle(CLASSES) if site.unguarded is not None else Const(NOTHING)
        site = site.whole()
        survey = Survey(state, site)
        callee = self._found(site, survey) or self._varied(state, site, survey) or self._make(state, site, survey, survey.facts)
        assert isinstance(left, Const)
        if meets(callee.raised, left.value):  # half of it would have been done
            raise errors.error("W032", state.place)
        if callee.result is None:
            self.cut = callee.function is None
            return None
        new = state.names.fresh(hint)
        known = [fact.kind for fact in callee.facts]
        kind = actual(callee.result.kind, known, [state.kind(atom) for atom in survey.atoms], new)
        state.give_away(*survey.atoms)
        out.append(Apply((new,), "invoke", (Const(callee.name), *survey.atoms), place=state.place))
        varied = callee.result.varied and state.varies(*survey.atoms)
        state.define(new, kind, varied, callee.result.owned)
        if callee.changed:
            outer, state.out = state.out, out
            value, *contents = (state.names.fresh() for _ in range(len(callee.changed) + 1))
            state.emit(Apply((value, *contents), "unpack", (new,), place=state.place), out)
            hand_back(state, survey, callee.changed, contents, site.name)
            state.out = outer
            if callee.returns is not None:
                return survey.handles[callee.returns]
            self._overlap(state, survey, value, callee.result.owned)
            return value
        self._overlap(state, survey, new, callee.result.owned)
        return new

    def _overlap(self, state: State, survey: Survey, new: Name, owned: bool) -> None:
        """What comes back may be one of the arguments."""
        if mutable(state.kind(new)) and not owned:
            for atom in survey.atoms:
                if isinstance(atom, str) and mutable(state.kind(atom)):
                    state.heap.may_be(new, state.heap.root(state.heap.location(atom)))

    def main_call(self, state: State, site: Site, out: list[Line]) -> Return:
        """All that is left of a main function that calls itself."""
        self.stack.clear()
        self.callees.clear()
        value = self.invoke(state, site, out, "out")
        if value is None:
            raise errors.error("W026", site.frame.function.place, function=site.name, through=", and never returns")
        return Return(value, site.frame.function.place)

    def _found(self, site: Site, survey: Survey) -> Callee | None:
        for callee in self.callees:
            if callee.key is site.key and callee.shapes == survey.shapes:
                wider = in_general([one.join(other) for one, other in zip(callee.facts, survey.facts)])
                if wider == callee.facts:
                    return callee
                if callee.function is None:
                    raise _Wider(callee, wider)
        return None

    def _varied(self, state: State, site: Site, survey: Survey) -> Callee | None:
        """A callee for arguments of these kinds, of which so far fewer were differentiated: it is made again, for more."""
        for callee in self.callees:
            if callee.key is site.key and callee.shapes == survey.shapes and callee.function is not None:
                wider = in_general([one.join(other) for one, other in zip(callee.facts, survey.facts)])
                if all(one.kind == other.kind for one, other in zip(wider, callee.facts)):
                    made = self._make(state, site, survey, wider, callee.name)
                    self.callees.remove(made)
                    callee.facts, callee.result, callee.function = made.facts, made.result, made.function
                    callee.changed, callee.returns = made.changed, made.returns
                    return callee
        return None

    def _make(self, state: State, site: Site, survey: Survey, facts: tuple[Fact, ...], name: str = "") -> Callee:
        callee = Callee(name or self._name(site.name), site.key, survey.shapes, facts)
        count = len(self.callees)
        self.callees.append(callee)
        depth, rounds = len(self.stack), 0
        self.stack.append((site.key, ()))
        try:
            while callee.function is None:
                try:
                    self._round(state, site, survey, callee, rounds)
                except _Wider as found:
                    if found.callee is not callee:
                        raise
                    callee.facts = tuple(map(_widest, found.facts, callee.facts)) if rounds >= ROUNDS else found.facts
                    callee.result = None
                if callee.function is None:
                    del self.callees[count + 1 :]  # they have been made with what was known then
                rounds += 1
        except BaseException:
            del self.callees[count:]
            raise
        finally:
            del self.stack[depth:]
        return callee

    def _round(self, state: State, site: Site, survey: Survey, callee: Callee, rounds: int) -> None:
        """Specialise the callee once; it is made if the result is as it was believed to be."""
        from wengert.analysis.leftovers import finish

        frame = site.frame
        inner = State(Names(all_names(frame.function)), state.environment)
        inner.guards, inner.environments, inner.programs = state.guards, state.environments, state.programs
        self.prepare(inner, self)
        entering = Entering(inner, survey, callee.facts)
        out: list[Line] = []
        numbers = [one.number for one in callee.changed if one.field is None]
        if not copy_given(inner, entering, numbers, frame.function.place, out):
            raise errors.error("W026", state.place, function=site.name, through=", and writes into what it is given")
        made = entering.frame(frame)
        before = inner.heap.fork()
        end = inner.run(frame.function.body, made, None, out)
        found = changes(inner, entering, before, out)
        if found is None or found and any(site.key is key for key in self.lengthy):  # which is inlined then
            raise errors.error("W026", state.place, function=site.name, through=", and writes into what it is given")
        more = [one for one in found if one not in callee.changed]
        if more:
            callee.changed += more
            callee.result = None
            return
        if callee.changed and isinstance(end, Return):
            which = returned(inner, entering, end.value)
            value = Const(None) if which is not None else end.value
            packed = packed_result(inner, entering, value, callee.changed, end.place, out)
            known_otherwise = callee.result is not None and which != callee.returns
            callee.returns = which
            if packed is None or which == -1 or known_otherwise:
                raise errors.error("W026", state.place, function=site.name, through=", and writes into what it is given under another name")
            end = replace(end, value=packed)
        result, known = None, [fact.kind for fact in callee.facts]
        if isinstance(end, Return):
            fact = settled(inner.fact(end.value))
            if not stands_alone(fact.kind):
                raise errors.error("W026", state.place, function=site.name, through=", and returns an object or a nested function")
            result = Fact(local(fact.kind, known), fact.varied, fact.owned)
        if callee.result is not None and result is not None:
            result = callee.result.join(result)
            result = replace(result, kind=local(result.kind, known))
        if result != callee.result:
            callee.result = _widest(result, callee.result) if rounds >= ROUNDS and result is not None and callee.result else result
            return
        program = replace(frame.function, name=callee.name, form=PLAIN, parameters=tuple(entering.parameters), body=Block((*inner.prologue, *out), end))
        lines = [*inner.prologue, *out]
        callee.raised, callee.only_computes = all_raised(inner, lines, callee.name), not any(does_more(inner, one, callee.name) for one in lines)
        callee.function = _whole(finish(inner, program), state, site)

    def _name(self, wanted: str) -> str:
        wanted = wanted.strip("<>")
        taken = {callee.name for callee in self.callees}
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        return name


def _widest(fact: Fact, before: Fact) -> Fact:
    if fact.kind == before.kind:
        return fact
    if isinstance(fact.kind, Tuple) and isinstance(before.kind, Tuple) and len(fact.kind.items) == len(before.kind.items):
        parts = [_widest(replace(fact, kind=one), replace(before, kind=other)).kind for one, other in zip(fact.kind.items, before.kind.items)]
        return replace(fact, kind=replace(fact.kind, items=tuple(parts)))
    return replace(fact, kind=NUMERIC if join(fact.kind, NUMERIC) == NUMERIC else UNKNOWN)


def _whole(function: Function, state: State, site: Site) -> Function:
    """The callee, if it needs nothing from around: a nested function handed on as a value would."""
    if reads(function):
        raise errors.error("W026", state.place, function=site.name, through=", and hands a nested function on")
    return function
