"""One row: something that programs do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Construct:
    """Something that programs do, and an example: the body of a function of x and n, or a text that defines such a function `f`."""

    title: str
    example: str
