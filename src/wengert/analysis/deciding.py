"""What may be a view of an array or a copy is decided in the run: what comes after is written once for either answer.

    v.0 = np.ravel(a.0)                  v.0 = np.ravel(a.0)
    setitem(v.0, 0, x)                   %0 = np.may_share_memory(v.0, a.0)
    return np.sum(a.0)                   if %0:
                                   ==>       v.1 = write(v.0, 0, x)
                                             a.1 = np.reshape(v.1, %1)          # the same memory
                                             return np.sum(a.1)
                                         v.2 = write(v.0, 0, x)
                                         return np.sum(a.0)

That is done only where one of the two is read after the other was written to, which shows when it is; then the program is read again.
"""

from __future__ import annotations

from dataclasses import dataclass

from wengert.analysis.aliases import view
from wengert.analysis.emitting import emit
from wengert.analysis.frame import Frame
from wengert.analysis.generators import fresh_name
from wengert.analysis.heap import Spoilt
from wengert.analysis.meeting import Side
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Block, Name, Return, Yield
from wengert.ir.walk import bound, defined, lines_of, rename


@dataclass(frozen=True, slots=True)
class Choice:
    """The rest of a block under the two answers to a test, in names of their own."""

    test: Name
    line: Apply
    rests: tuple[Block, Block]


def choice(state: State, frame: Frame, block: Block, position: int) -> Choice | None:
    """The choice that the line at this position of a block asks for; what a callee only returns is asked about by its caller."""
    line, rest = state.maybe.open, Block(block.lines[position + 1 :], block.terminator)
    if line is None or not isinstance(rest.terminator, (Return, Yield)) or frame.call is not None and not rest.lines:
        return None
    state.maybe.open = None
    target, source = line.targets[0], line.args[0]
    if any(isinstance(state.content(atom), Spoilt) for atom in (target, source)):
        return None
    test = emit(state, "np.may_share_memory", target, source)
    return Choice(test, line, (rest, _renamed(state, frame, rest)))


def take(state: State, made: Choice, shared: bool) -> None:
    """From here on the answer is known: a view, or an array of its own."""
    target, source = made.line.targets[0], made.line.args[0]
    assert isinstance(source, str)
    heap = state.heap
    root = heap.root(heap.location(source))
    for other in {root, *heap.overlaps.get(root, ())}:
        heap.overlaps.get(target, set()).discard(other)
        heap.overlaps.get(other, set()).discard(target)
    if shared:
        view(state, made.line, source)
    else:
        heap.views.pop(target, None)
        heap.derived.pop(target, None)


def settle(state: State, made: Choice, side: Side) -> None:
    """What the array is at the end of a branch, said there: the other branch takes it for something else."""
    target = made.line.targets[0]
    outer, state.out = state.out, side.out
    state.heap.restore(side.memory)
    content = state.content(target)
    if content != target:
        state.heap.contents[target, None] = content
    side.memory, state.out = state.heap.fork(), outer


def again(state: State, made: Choice) -> None:
    """Behind both answers it is open again."""
    target, source = made.line.targets[0], made.line.args[0]
    assert isinstance(source, str)
    state.heap.may_be(target, state.heap.root(state.heap.location(source)))


def _renamed(state: State, frame: Frame, block: Block) -> Block:
    names = [name for line in lines_of(block) for name in (*bound(line), *defined(line))]
    fresh: dict[Name, Atom] = {name: fresh_name(state, frame, "" if name.startswith("%") else name.rpartition(".")[0] or name) for name in names}
    return rename(block, fresh, definitions=True)
