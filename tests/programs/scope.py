"""What a random program may read where: names that are surely defined, by what they hold."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Scope:
    """What is surely defined at this point of a function."""

    floats: list[str] = field(default_factory=list)
    vectors: list[str] = field(default_factory=list)
    ints: list[str] = field(default_factory=list)
    flags: dict[str, list[str]] = field(default_factory=dict)  # `flag` true: these names are defined
    tuples: dict[str, int] = field(default_factory=dict)  # a tuple or list of so many floats
    frozen: set[str] = field(default_factory=set)  # read by a nested function or a loop's bound: not assigned again
    callables: list[str] = field(default_factory=list)  # of one float
    things: dict[str, tuple[str, int]] = field(default_factory=dict)  # what can be changed: what it is, of how many numbers

    def copy(self) -> Scope:
        return Scope(
            list(self.floats),
            list(self.vectors),
            list(self.ints),
            {flag: list(names) for flag, names in self.flags.items()},
            dict(self.tuples),
            set(self.frozen),
            list(self.callables),
            dict(self.things),
        )

    def forget(self, name: str) -> None:
        """`name` is about to mean something else."""
        for names in (self.floats, self.vectors, self.callables, self.ints):
            if name in names:
                names.remove(name)
        self.tuples.pop(name, None)
        self.things.pop(name, None)
        for names in self.flags.values():
            if name in names:
                names.remove(name)

    def take(self, other: Scope) -> None:
        for item in ("floats", "vectors", "ints", "flags", "tuples", "frozen", "callables", "things"):
            setattr(self, item, getattr(other, item))

    def meet(self, other: Scope) -> Scope:
        """What is defined whichever of the two ran."""
        return Scope(
            [name for name in self.floats if name in other.floats],
            [name for name in self.vectors if name in other.vectors],
            [name for name in self.ints if name in other.ints],
            {
                flag: [name for name in names if name in other.flags[flag]]
                for flag, names in self.flags.items()
                if flag in other.flags
            },
            {name: size for name, size in self.tuples.items() if other.tuples.get(name) == size},
            self.frozen | other.frozen,
            [name for name in self.callables if name in other.callables],
            {name: thing for name, thing in self.things.items() if other.things.get(name) == thing},
        )


@dataclass(frozen=True)
class Helper:
    name: str
    parameters: int
    results: int
    keyword: bool  # the last parameter has a default and may be passed by name


@dataclass
class Loop:
    """The innermost loop: what was defined at its first possible early end of a turn."""

    sure: Scope | None = None
