"""What a call that is not inlined does for derivatives: which of its varied arguments its result depends on.

    y = invoke('power', x, n)      `x` varied, `n` not: the result varies with `x`

The answer for a callee depends on which arguments vary, and, as a callee may invoke others or itself, on the answers for
those: it begins with "on none" for all, and grows until nothing is new.

>>> from wengert.ir.text import parse
>>> f = parse('''
... function f(x, y):
...     z.0 = invoke('g', x, y)
...     return z.0
...
... function g(a, b):
...     %0 = invoke('g', b, a)
...     %1 = a + %0
...     return %1
... ''')
>>> sorted(Summaries(f.callees).positions("g", frozenset({1})))
[1]
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from wengert.ir.core import Apply, Atom, Const, Function, Name

Key = tuple[str, frozenset[int]]


class Summaries:
    def __init__(self, callees: Mapping[str, Function]) -> None:
        self.callees = callees
        self._known: dict[Key, frozenset[int]] = {}
        self._settling = False

    def positions(self, callee: str, varied: frozenset[int]) -> frozenset[int]:
        """The positions of arguments on which the result depends in a differentiable way, if those at `varied` vary."""
        key = (callee, varied)
        if callee not in self.callees:
            return varied
        if key not in self._known:
            self._known[key] = frozenset()
            self._settle()
        return self._known[key]

    def _settle(self) -> None:
        from wengert.analysis.activity import active

        if self._settling:  # the round that asked goes on to another
            return
        self._settling, count = True, 0
        while count != (count := sum(map(len, self._known.values())) + len(self._known)):
            for callee, varied in list(self._known):
                function = self.callees[callee]
                names = active(function, [function.parameters[k] for k in varied], self)
                self._known[callee, varied] = frozenset(k for k in varied if function.parameters[k] in names)
        self._settling = False

    def atoms(self, line: Apply, varied: Set[Name]) -> tuple[Atom, ...]:
        """The arguments of an `invoke` through which a derivative flows."""
        assert isinstance(line.args[0], Const)
        given = line.args[1:]
        here = frozenset(k for k, atom in enumerate(given) if isinstance(atom, str) and atom in varied)
        return tuple(given[k] for k in sorted(self.positions(line.args[0].value, here))) if here else ()


