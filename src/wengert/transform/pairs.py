"""Reverse mode through calls that are not inlined: each callee becomes a forward half and a backward half.

    function power(x, n):               function power_forward(x, n):
        ...                                 ...
        h.0 = invoke('power', x, %2)        h.0, h_saved.0 = invoke('power_forward', x, %2)
        ...                        ==>      saved.0 = save('power_forward', h.0, h_saved.0)
        return out.0                        return tuple(out.0, saved.0)

                                        function power_backward(x, n, saved, out_bar):
                                            h.0, h_saved.0 = restore('power_forward', saved)
                                            ...
                                            %9 = invoke('power_backward', x, %2, h_saved.0, h_bar.0)

The backward half is given the arguments again, and computes from them what is cheap; the rest the forward half saves. Each branch
saves what it made itself, so there is no value that may be missing. The result is a program like any other: a pair of
a pair is made in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from wengert.ir.build import Names
from wengert.ir.callees import with_callees
from wengert.ir.core import Apply, Atom, Block, Const, Function, If, Line, Name, Return, Yield
from wengert.ir.kinds import UNKNOWN, Array, List, Numeric, Saved, scalar_type
from wengert.ir.values import substitute
from wengert.ir.walk import WRITES, all_names, base, defined, exits, functions_of, lines_of, map_blocks, map_functions, reads
from wengert.transform.bars import Bars
from wengert.transform.calls import Undoing, cotangent_kind, results_of
from wengert.transform.define import define_saved
from wengert.transform.fetching import fetch
from wengert.transform.homes import Segment, segment_marker
from wengert.transform.joint import Joint, strip
from wengert.transform.ruled import without_rules
from wengert.transform.saving import Deciding, Plan
from wengert.transform.variables import MARK, alias, hint_of, thread
from wengert.transform.variants import Key, Variants

LIMIT = 1
"""As in `saving.py`: what costs more is not computed again. An item of a tuple is cheaper than one of a tape."""


INTEGERS = 3
"""The most that an operation on integers may cost to be done again."""


def reverse_program(function: Function, wanted: Sequence[int], mode: str = "grad") -> Function:
    """The derivative of a program with callees: that of its main function, and the halves of what it invokes.

    >>> from wengert.ir.kinds import FLOAT
    >>> from wengert.ir.text import parse, show
    >>> f = parse('''
    ... function f(x):
    ...     y.0 = invoke('g', x)
    ...     return y.0
    ...
    ... function g(a):
    ...     b.0 = math.sin(a)
    ...     c.0 = b.0 * b.0
    ...     return c.0
    ... ''')
    >>> g = replace(f.callees["g"], kinds=dict.fromkeys(("a", "b.0", "c.0"), FLOAT))
    >>> print(show(reverse_program(replace(f, kinds={"x": FLOAT, "y.0": FLOAT}, callees={"g": g}), [0])))
    function grad_f(x):
        y.0, y_saved.0 = invoke('g_forward', x)
        x_bar.0 = invoke('g_backward', x, y_saved.0, 1.0, pure=True)
        return x_bar.0
    <BLANKLINE>
    function g_forward(a):
        b.0 = math.sin(a)
        c.0 = b.0 * b.0
        %2 = save('g_forward', b.0)
        %3 = tuple(c.0, %2)
        return %3
    <BLANKLINE>
    function g_backward(a, saved, out_bar):
        b.0 = restore('g_forward', saved)
        %0 = 2 * b.0
        b_bar.0 = out_bar * %0
        %1 = math.cos(a)
        a_bar.0 = b_bar.0 * %1
        return a_bar.0
    """
    pairs = Pairs(function, mode)
    while True:
        pairs.begin()
        main = Joint(replace(function, callees={}), wanted, mode, pairs).function()
        made: dict[str, Function] = {}
        for pair in pairs.asked():
            made.update((half.name, half) for half in pairs.halves(pair))
        if pairs.settled():
            whole = with_callees(_without_comments(main) if _is_call(function) else main, {**function.callees, **made})
            return map_functions(whole, without_rules)


def _is_call(function: Function) -> bool:
    """Is it nothing but a call: the main function of a recursion?"""
    return len(function.body.lines) == 1 and isinstance(line := function.body.lines[0], Apply) and line.op == "invoke"


def _without_comments(function: Function) -> Function:
    lines = tuple(line for line in function.body.lines if not (isinstance(line, Apply) and line.op == "comment"))
    return replace(function, body=replace(function.body, lines=lines))


@dataclass(frozen=True)
class Pair:
    """The two halves of a callee, for adjoints of the arguments at `positions`."""

    callee: Function
    positions: tuple[int, ...]
    results: int  # how many values it returns
    forward: str
    backward: str
    saves: bool  # without need the forward half is the callee itself


class Pairs(Variants[Pair]):
    """The pairs that a program needs."""

    def __init__(self, program: Function, mode: str) -> None:
        super().__init__(program)
        lines = (line for function in functions_of(program) for line in lines_of(function))
        self.writes = mode.startswith("vjp") or any(isinstance(line, Apply) and line.op in WRITES for line in lines)

    def begin(self) -> None:
        super().begin()
        self.saving: set[Key] = getattr(self, "saving", set())  # the pairs that are known to save something
        self.more = False  # this round has found one that it believed to save nothing

    def settled(self) -> bool:
        return super().settled() and not self.more

    def pair(self, key: Key, results: int) -> Pair:
        if key not in self.made:
            callee, positions = key
            forward, backward = self.name(f"{callee}_forward"), self.name(f"{callee}_backward")
            self.made[key] = Pair(self.program.callees[callee], positions, results, forward, backward, key in self.saving)
        return self.made[key]

    def split(self, function: Function, active: Set[Name]) -> tuple[Function, Mapping[Name, Undoing]]:
        """Call forward halves where something active comes back; how each such call is undone, by its first target."""
        names, kinds, undoings = Names(all_names(function)), dict(function.kinds), dict[Name, Undoing]()

        def block(old: Block) -> Block:
            lines = tuple(call(line) if isinstance(line, Apply) else map_blocks(line, block) for line in old.lines)
            return old if all(a is b for a, b in zip(lines, old.lines)) else replace(old, lines=lines)

        def call(line: Apply) -> Apply:
            if line.op != "invoke" or active.isdisjoint(line.targets):
                return line
            pair = self.pair(self.key(line, active), len(line.targets))
            given = tuple(substitute(pair.callee.kinds, pair.callee.parameters[position]) for position in pair.positions)
            if not pair.saves:
                undoings[line.targets[0]] = Undoing(pair.backward, pair.positions, None, given)
                return line
            first = base(line.targets[0])
            named = f"{pair.callee.name if first.startswith('%') else first}_saved"
            saved = names.fresh("saved" if first == "out" else named)
            kinds[saved] = Saved(pair.forward)
            undoings[line.targets[0]] = Undoing(pair.backward, pair.positions, saved, given)
            return replace(line, targets=(*line.targets, saved), args=(Const(pair.forward), *line.args[1:]))

        return replace(function, body=block(function.body), kinds=kinds), undoings

    def halves(self, pair: Pair) -> tuple[Function, ...]:
        """The forward half, where there is something to save, and the backward half."""
        halves = _Halves(pair, self)
        forward, backward = halves.functions()
        if halves.saved and not pair.saves:
            self.saving.add((pair.callee.name, pair.positions))
            self.more = True
        return (forward, backward) if pair.saves else (backward,)


@dataclass
class _Layout:
    """What a block of the forward half saves: values made in it, and what the branches of its `if`s save."""

    own: list[Name] = field(default_factory=list)
    branches: list[tuple[If, Name]] = field(default_factory=list)  # with the variable that holds what the taken one saved

    @property
    def items(self) -> list[Name]:
        return [*self.own, *(variable for _, variable in self.branches)]


class _Deciding(Deciding):
    """What is counted and asked with integers, such as the tests of a recursion, is done again rather than saved."""

    def cost(self, name: Name) -> int:
        cost = super().cost(name)
        return 0 if cost <= INTEGERS and scalar_type(self.b.kind(name)) in ("int", "bool") else cost


class _Halves(Joint):
    """Makes the two halves of one callee."""

    def __init__(self, pair: Pair, pairs: Pairs) -> None:
        super().__init__(pair.callee, pair.positions, "pair", pairs)
        self.pair = pair
        self.keeping.lost = {*self.keeping.lost, *self._others(pairs)}
        self.saved = False
        self.mapping: dict[Name, Atom] = {}  # a variable -> its name in the backward half

    def functions(self) -> tuple[Function, Function]:
        body = self.primal.body
        assert isinstance(body.terminator, Return), f"{self.primal.name} returns in several places"
        results = results_of(body, body.terminator.value, self.pair.results)
        b, bars = self.b.nested(), Bars()
        bar_names = [self.parameter("out_bar" if len(results) == 1 else f"{self.stem(result, k)}_bar") for k, result in enumerate(results)]
        for result, name in zip(results, bar_names):
            self.kinds[name] = cotangent_kind(self.b.kind(result))
            self.reversal.hand_over(b, bars, result, name)
        marker = segment_marker(self.keeping.homes.starts[id(body)])
        undone = self.b.nested()
        undone.add(marker)
        undone.lines += b.lines
        self.keeping.visible = {*self.primal.parameters, *(name for line in body.lines for name in defined(line))}
        self.reversal.block(body.lines, Yield(()), undone, bars, lambda end, b, bars: None)
        undone.place = None
        undone.lines[:] = self.reversal.ask_newest(undone, undone.lines)
        gradients = [self.gradient(undone, bars, (name,)) for name in self.wanted]
        kept = self.kept(undone.lines, gradients, bar_names)
        layouts = self.layouts(body, kept)
        saved, packing = self.pack(body, layouts)
        self.saved = bool(layouts[id(body)].items)
        backward = self.backward(Block(tuple(undone.lines), Yield(tuple(gradients))), body, layouts, bar_names)
        self.keeping.last[id(body)] = packing
        return self.forward(body, [*results, saved]), backward

    def stem(self, result: Atom, position: int) -> str:
        name = base(result) if isinstance(result, str) else "%"
        return f"out_{position + 1}" if name.startswith("%") else name

    def parameter(self, wanted: str) -> str:
        """A name for a parameter that the program does not use yet."""
        taken = {*map(base, all_names(self.primal)), *self.kinds}
        while wanted in taken:
            wanted += "_"
        self.kinds[wanted] = Saved(self.pair.forward)
        return wanted

    def _others(self, pairs: Pairs) -> Iterator[Name]:
        """Arrays that may be the caller's, where a caller writes into arrays: what is saved of them is a copy."""
        memory = self.keeping.memory
        for name in memory.bound if pairs.writes else ():
            if isinstance(self.kinds.get(name, UNKNOWN), (Array, Numeric, List)) and (memory.is_outside(name) or memory.is_returned(name)):
                yield name

    # what is saved

    def kept(self, lines: Sequence[Line], ends: Sequence[Atom], known: Sequence[Name]) -> Plan:
        """Decide for every value of the forward half that the backward half reads: save it, or compute it again."""
        segment, free = self.keeping.homes.segment, {*self.primal.parameters, *known}
        asked = dict.fromkeys((*(n for line in lines for n in reads(line)), *(atom for atom in ends if isinstance(atom, str))))
        wanted = [name for name in asked if name in segment and segment[name].loop is None and name not in free]
        deciding = _Deciding(self.b, None, self.keeping, wanted)
        deciding.free, deciding.limit = dict.fromkeys(self.primal.parameters), LIMIT
        return deciding.plan()

    def layouts(self, body: Block, kept: Plan) -> dict[int, _Layout]:
        """What each block saves, by its id."""
        found: dict[int, _Layout] = {}
        homes = self.keeping.homes
        saved: dict[Segment, list[Name]] = {}
        for name in (*kept.aligned, *(name for names in kept.partial.values() for name in names)):
            saved.setdefault(homes.segment[name], []).append(name)

        def visit(block: Block) -> _Layout:
            layout = found[id(block)] = _Layout(saved.get(homes.starts[id(block)], []))
            for line in block.lines:
                inside = [visit(branch) for branch in (line.then, line.orelse)] if isinstance(line, If) else []
                if isinstance(line, If) and any(branch.items for branch in inside):
                    layout.branches.append((line, self.keeping.variable("saved")))
                    self.keeping.exported[layout.branches[-1][1]] = ""  # the next variable has another number
            return layout

        self.again = kept.again
        visit(body)
        return found

    def pack(self, block: Block, layouts: Mapping[int, _Layout]) -> tuple[Atom, list[Line]]:
        """The lines at the end of a block that put together what it saves, and what they make."""
        layout = layouts[id(block)]
        for line, variable in layout.branches:
            self.kinds[variable] = Saved(self.pair.forward)
            for branch in (line.then, line.orelse):
                value, lines = self.pack(branch, layouts)
                if not exits(branch):
                    self.keeping.last[id(branch)] = [*lines, alias(variable, value)]
        if not layout.items:
            return Const(None), []
        if not layout.own and len(layout.branches) == 1:
            return layout.branches[0][1], []
        target = self.names.fresh()
        self.kinds[target] = Saved(self.pair.forward)
        own = [self.keeping.export(self.b, name) if name in self.keeping.lost else name for name in layout.own]
        items = (*own, *layout.items[len(own) :])
        return target, [Apply((target,), "save", (Const(self.pair.forward), *items))]

    def forward(self, body: Block, values: Sequence[Atom]) -> Function:
        block = self.keeping.put_in_all(body)
        b = self.b.nested()
        returned = b.apply("tuple", *values)
        made = replace(
            self.primal, name=self.pair.forward, body=strip(Block((*block.lines, *b.lines), Return(returned))), kinds=self.kinds,
            docstring=None,
        )  # fmt: skip
        return define_saved(thread(made, self.names, self.kinds))

    # what is read back

    def backward(self, undone: Block, body: Block, layouts: Mapping[int, _Layout], bar_names: Sequence[Name]) -> Function:
        saved = (self.parameter("saved"),) if self.pair.saves else ()
        restoring: dict[Segment, list[Line]] = {}
        if layouts[id(body)].items:
            self.restore(body, layouts, saved[0] if saved else "saved", restoring)
        block = self.opened(undone, restoring)
        block = fetch(self.b, block, Plan(again=self.again), self.mapping, {})
        assert isinstance(block.terminator, Yield)
        lines, value = list(block.lines), block.terminator.values[0]
        if len(block.terminator.values) > 1:
            b = self.b.nested()
            value = b.apply("tuple", *block.terminator.values)
            lines += b.lines
        made = replace(
            self.primal, name=self.pair.backward, parameters=(*self.primal.parameters, *saved, *bar_names),
            body=strip(Block(tuple(lines), Return(value))), kinds=self.kinds, docstring=None,
        )  # fmt: skip
        return define_saved(thread(made, self.names, self.kinds))

    def restore(self, block: Block, layouts: Mapping[int, _Layout], source: Name, found: dict[Segment, list[Line]]) -> None:
        """The lines that take apart what the block saved, by the segment before which they stand."""
        layout = layouts[id(block)]
        held = {variable: source for _, variable in layout.branches}
        if layout.own or len(layout.branches) > 1:
            targets = [self.again_named(name) if name.startswith(MARK) else name for name in layout.items]
            held = dict(zip(layout.items, targets))
            self.mapping.update((name, target) for name, target in held.items() if name != target)
            line = Apply(tuple(targets), "restore", (Const(self.pair.forward), source))
            found[self.keeping.homes.starts[id(block)]] = [line]
        for line_, variable in layout.branches:
            for branch in (line_.then, line_.orelse):
                self.restore(branch, layouts, held[variable], found)

    def again_named(self, variable: Name) -> Name:
        made = self.names.fresh(hint_of(variable))
        self.kinds[made] = self.kinds[variable]
        return made

    def opened(self, block: Block, restoring: Mapping[Segment, list[Line]]) -> Block:
        """Take apart what was saved where the undoing of the block that saved it begins."""
        lines: list[Line] = []
        for line in block.lines:
            if isinstance(line, Apply) and line.op == "segment" and isinstance(line.args[0], Const):
                lines += restoring.get(line.args[0].value, ())
            lines.append(map_blocks(line, lambda inner: self.opened(inner, restoring)))
        return replace(block, lines=tuple(lines))
