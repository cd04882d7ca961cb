"""Random programs that change things in place: arrays and their views, lists, dicts, objects, closures, arguments; and recursion.

A name of these holds a `Thing`: what kind of object it is, and of how many numbers. What may not be there on all paths is forgotten.

    >>> from memory import writing_program
    >>> writing_program(3).text == writing_program(3).text
    True
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from generate import Generator, Program, tidy

PRELUDE = """
class Box:
    rate = 0.5

    def __init__(self, a, b=0.25):
        self.a = a
        self.b = b

    @property
    def both(self):
        return self.a + self.b

    def step(self, v):
        self.a = 0.6 * self.a + math.sin(v) * self.rate
        self.b += 0.3 * math.tanh(self.a)
        return self.b

    def __add__(self, other):
        return Box(0.5 * (self.a + other.a), self.b)


class Lid(Box):
    def step(self, v):
        self.b *= 0.5
        return super().step(v) + self.both


def stir(p_, v):
    p_[0] += 0.5 * v
    p_[1:] *= 0.9
    return p_.sum()


def push(l_, v):
    l_[0] = l_[0] * 0.5 + v
    return l_


def deep(v, n):
    if n == 0:
        return math.sin(v)
    w = deep(0.7 * v + 0.1, n - 1)
    if n % 2:
        return w * v
    return w + 0.3 * v

"""


class Writing(Generator):
    """Generator of programs that write."""

    def things(self, kind: str) -> list[str]:
        return [name for name, thing in self.scope.things.items() if thing[0] == kind]

    def make(self, name: str, kind: str, size: int) -> None:
        self.scope.forget(name)
        self.scope.things[name] = (kind, size)

    def statement(self) -> None:
        if not self.chance(0.6):
            return super().statement()
        forms: list[tuple[int, Callable[[], None]]] = [
            (4, self.new_array), (9, self.write_element), (7, self.write_slice), (3, self.swap_elements), (3, self.fancy), (4, self.view),
            (3, self.out), (3, self.whole), (2, self.methods), (3, self.new_list), (5, self.change_list), (2, self.new_dict), (4, self.change_dict),
            (3, self.new_object), (6, self.change_object), (2, self.mutating_helper), (2, self.recursion), (2, self.rows), (2, self.comprehension),
        ]  # fmt: skip
        if self.depth == 1 and not self.loops:
            forms.append((2, self.shared_variable))
        self.weighted(forms)()  # type: ignore[arg-type]
        return None

    def leaf(self) -> str:
        things = self.scope.things
        if things and self.chance(0.25):
            name = self.random.choice(list(things))
            kind, size = things[name]
            if kind == "list" and size:
                return f"{name}[{self.random.choice((0, size - 1, -1))}]"
            if kind == "dict":
                return f"{name}['{'abc'[self.random.randrange(size)]}']"
            if kind == "object":
                return f"{name}.{self.random.choice(('a', 'b', 'both'))}"
            if kind == "view":
                return f"{name}[{self.random.choice((0, size - 1, -1))}]"
            if kind == "counter":
                return f"{name}({self.random.choice(self.scope.floats)})"
        return super().leaf()

    def array(self) -> str | None:
        names = [name for name in self.scope.vectors if name not in self.scope.frozen]
        return self.random.choice(names) if names else None

    def where(self) -> str:
        """An index of one element: a number, or the variable of a loop."""
        if self.scope.ints and self.chance(0.5):
            return f"{self.random.choice(self.scope.ints)} % {self.size}"
        return str(self.random.choice((0, 1, self.size - 1, -1)))

    def bounded(self) -> str:
        return f"0.5 * {self.smooth(self.scalar(1))}"

    # arrays

    def new_array(self) -> None:
        name = self.random.choice(("p", "q", "r", "g", "h"))
        if name in self.scope.frozen:
            return
        others = self.scope.vectors
        forms = [f"np.zeros({self.size})", f"np.ones({self.size}) * {self.bounded()}"]
        if others:
            other = self.random.choice(others)
            forms += [f"{other}.copy()", f"np.zeros_like({other})", f"0.5 * {other} + {self.bounded()}", other, f"{other}[:]", f"{other}[::-1]"]
        self.emit(f"{name} = {self.random.choice(forms)}")
        self.scope.forget(name)
        self.scope.vectors.append(name)

    def write_element(self) -> None:
        name = self.array()
        if name is None:
            return self.new_array()
        index, choice = self.where(), self.random.randrange(4)
        if choice < 2:
            self.emit(f"{name}[{index}] = {self.value()}")
        elif choice == 2:
            self.emit(f"{name}[{index}] {self.random.choice(('+=', '-='))} {self.bounded()}")
        else:
            self.emit(f"{name}[{index}] *= {self.smooth(self.leaf())}")

    def cut(self) -> tuple[str, str]:
        """Two slices of the same length."""
        return self.random.choice(
            (("1:", ":-1"), (":-1", "1:"), (":", "::-1"), ("::-1", ":"), ("1:", "1:"), ("...", ":"), ("1:2", "0:1"), ("-1:", ":1"))
        )

    def write_slice(self) -> None:
        name, other = self.array(), self.random.choice(self.scope.vectors) if self.scope.vectors else None
        if name is None or other is None:
            return self.new_array()
        to, of = self.cut()
        choice = self.random.randrange(5)
        if choice == 0:
            self.emit(f"{name}[{to}] = {self.bounded()}")
        elif choice == 1:
            self.emit(f"{name}[{to}] = {other}[{of}]")
        elif choice == 2:
            self.emit(f"{name}[{to}] += 0.4 * np.sin({other}[{of}])")
        elif choice == 3:
            self.emit(f"{name}[{to}] *= {self.smooth(self.leaf())}")
        else:
            self.emit(f"{name}[{to}] -= {self.bounded()} * {other}[{of}]")
        return None

    def swap_elements(self) -> None:
        name = self.array()
        if name is None:
            return self.new_array()
        a, b = self.where(), self.where()
        if self.chance(0.7):
            self.emit(f"{name}[{a}], {name}[{b}] = {name}[{b}], {name}[{a}]")
        else:
            self.emit(f"{name}[[0, 1]] = {name}[[1, 0]]")
        return None

    def fancy(self) -> None:
        name = self.array()
        if name is None:
            return self.new_array()
        choice = self.random.randrange(4)
        if choice == 0:
            self.emit(f"{name}[[0, 1]] = np.array([{self.bounded()}, {self.bounded()}])")
        elif choice == 1:
            self.emit(f"{name}[[0, 0]] += 0.5 * {name}[:2]")
        elif choice == 2:
            self.emit(f"{name}[{name} > 0.2] *= 0.5")
        else:
            self.emit(f"{name}[{name} < {self.random.choice(('0.1', '-0.3'))}] = {self.bounded()}")
        return None

    def view(self) -> None:
        name = self.array()
        if name is None:
            return self.new_array()
        shown = self.new_name()
        text, size = self.random.choice((("1:", self.size - 1), (":-1", self.size - 1), ("::-1", self.size), (":1", 1)))
        self.emit(f"{shown} = {name}[{text}]")
        if self.chance(0.7):
            self.emit(f"{shown}[{self.random.choice((0, -1))}] {self.random.choice(('=', '+='))} {self.bounded()}")
        if self.chance(0.4):
            self.emit(f"{shown} *= {self.smooth(self.leaf())}")
        self.make(shown, "view", size)
        return None

    def out(self) -> None:
        name, other = self.array(), self.random.choice(self.scope.vectors) if self.scope.vectors else None
        if name is None or other is None:
            return self.new_array()
        if self.chance(0.5):
            self.emit(f"np.{self.random.choice(('sin', 'tanh'))}({other}, out={name})")
        else:
            self.emit(f"np.{self.random.choice(('multiply', 'add', 'subtract'))}({name}, 0.5, out={name})")
        return None

    def whole(self) -> None:
        name, other = self.array(), self.random.choice(self.scope.vectors) if self.scope.vectors else None
        if name is None or other is None:
            return self.new_array()
        self.emit(f"{name} {self.random.choice(('+=', '-=', '*='))} {self.random.choice((f'0.3 * np.cos({other})', self.bounded()))}")
        return None

    def methods(self) -> None:
        name = self.array()
        if name is None:
            return self.new_array()
        self.emit(self.random.choice((f"{name}.fill({self.bounded()})", f"{name}[...] = {self.bounded()}", f"np.copyto({name}, 0.5 * {name})")))
        return None

    def rows(self) -> None:
        """A matrix, written row by row."""
        if not self.scope.vectors or self.loops:
            return self.write_slice()
        matrix, vector, row = self.new_name(), self.random.choice(self.scope.vectors), self.new_name()
        self.emit(f"{matrix} = np.outer({vector}, {vector})")
        choice = self.random.randrange(3)
        if choice == 0:
            self.emit(f"for {row} in {matrix}:")
            self.emit(f"    {row}[0] = 0.5 * {row}[-1]")
        elif choice == 1:
            self.emit(f"for {row} in range({self.size}):")
            self.emit(f"    {matrix}[{row}, 1:] *= 0.5")
        else:
            self.emit(f"{matrix}.T[0] = {vector}")
        target = self.target()
        self.emit(f"{target} = np.tanh({matrix}.sum())")
        self.define(target)
        return None

    # lists, dicts, objects, functions

    def new_list(self) -> None:
        name, count = self.new_name(), self.random.choice((1, 2, 3))
        self.emit(f"{name} = [{', '.join(self.value() for _ in range(count))}]")
        self.make(name, "list", count)

    def change_list(self) -> None:
        names = self.things("list")
        if not names:
            return self.new_list()
        name = self.random.choice(names)
        size = self.scope.things[name][1]
        choice = self.random.randrange(7)
        steady = bool(self.loops) or self.depth > 1
        if choice == 0 and not steady:
            self.emit(f"{name}.append({self.value()})")
            self.make(name, "list", size + 1)
        elif choice == 1 and not steady and size > 1:
            target = self.target()
            self.emit(f"{target} = {name}.pop()")
            self.make(name, "list", size - 1)
            self.define(target)
        elif choice == 2:
            other = self.new_name()
            self.emit(f"{other} = {name}")
            self.emit(f"{other}[0] = {self.value()}")
        elif choice == 3:
            self.emit(f"push({name}, {self.bounded()})")
        elif choice == 4:
            self.emit(f"{name}[-1] += {self.bounded()}")
        else:
            self.emit(f"{name}[{self.random.choice((0, -1))}] = {self.value()}")
        return None

    def new_dict(self) -> None:
        name, count = self.new_name(), self.random.choice((1, 2, 3))
        self.emit(f"{name} = {{{', '.join(f'{key!r}: {self.value()}' for key in 'abc'[:count])}}}")
        self.make(name, "dict", count)

    def change_dict(self) -> None:
        names = self.things("dict")
        if not names:
            return self.new_dict()
        name = self.random.choice(names)
        key = "abc"[self.random.randrange(self.scope.things[name][1])]
        self.emit(f"{name}[{key!r}] {self.random.choice(('=', '+=', '*='))} {self.bounded()}")
        return None

    def new_object(self) -> None:
        name, cls = self.new_name(), self.random.choice(("Box", "Lid"))
        others = self.things("object")
        if len(others) > 1 and self.chance(0.3):
            self.emit(f"{name} = {others[0]} + {others[1]}")
        else:
            self.emit(f"{name} = {cls}({self.value()}{', b=' + self.value() if self.chance(0.5) else ''})")
        self.make(name, "object", 2)

    def change_object(self) -> None:
        names = self.things("object")
        if not names:
            return self.new_object()
        name, choice = self.random.choice(names), self.random.randrange(5)
        if choice == 0:
            other = self.new_name()
            self.emit(f"{other} = {name}")
            self.emit(f"{other}.a = {self.value()}")
        elif choice == 1:
            target = self.target()
            self.emit(f"{target} = {name}.step({self.leaf()})")
            self.define(target)
        elif choice == 2:
            self.emit(f"{name}.{self.random.choice('ab')} += {self.bounded()}")
        else:
            self.emit(f"{name}.{self.random.choice('ab')} = {self.value()}")
        return None

    def mutating_helper(self) -> None:
        name = self.array()
        if name is None:
            return self.new_array()
        target = self.target()
        self.emit(f"{target} = np.tanh(stir({name}, {self.bounded()}))")
        self.define(target)
        return None

    def recursion(self) -> None:
        target = self.target()
        self.emit(f"{target} = deep({self.leaf()}, {self.random.choice((0, 1, 2, 3))})")
        self.define(target)

    def comprehension(self) -> None:
        vectors = self.scope.vectors
        over = self.random.choice(vectors) if vectors else "range(3)"
        target, v = self.target(), self.new_name()
        form = self.random.choice((
            f"sum([{v} * {self.leaf()} for {v} in {over}])",
            f"sum(0.5 * {v} for {v} in {over} if {v} > 0.1)",
            f"np.tanh(np.array([{v} * {v} for {v} in {over}])).sum()",
            f"max([0.3 * {v} for {v} in {over}])",
        ))  # fmt: skip
        self.emit(f"{target} = {form}")
        self.define(target)

    def shared_variable(self) -> None:
        """A variable of this function that a nested one changes."""
        name, held = self.new_name(), self.new_name()
        self.emit(f"{held} = {self.value()}")
        self.emit(f"def {name}(y_0):")
        self.emit(f"    nonlocal {held}")
        self.emit(f"    {held} = 0.5 * {held} + math.sin(y_0)")
        self.emit(f"    return {held}")
        self.make(name, "counter", 1)

    def parameters(self) -> tuple[list[str], tuple[Any, ...]]:
        self.arrays = True
        parameters, arguments = super().parameters()
        if self.chance(0.3):
            parameters.append("box")
            arguments = (*arguments, [self.number(), self.number()])
            self.scope.things["box"] = ("list", 2)
        return parameters, arguments


def writing_program(seed: int) -> Program:
    """The program of a seed; the same on every machine and Python."""
    generator = Writing(seed)
    generator.arrays = True
    arguments = generator.main()
    text = f"import math\nimport numpy as np\n{PRELUDE}\n" + "\n".join(generator.lines) + "\n"
    return Program(seed, tidy(text), tuple(np.array(a) if isinstance(a, np.ndarray) else a for a in arguments))
