"""Random programs of the whole language: the parts of `sequences`, `matrices`, `leaving`, `calling` and `recording` together,
grown into each other and into what the other generators make.

    >>> from wide import wide_program
    >>> wide_program(3).text == wide_program(3).text
    True

A share of them is also checked to second order, and as a saved module.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from calling import Calling
from generate import Program, tidy
from leaving import Leaving
from matrices import Matrices
from memory import PRELUDE
from recording import CLASSES, Recording
from sequences import Sequences

IMPORTS = "import contextlib\nimport copy\nimport dataclasses\nimport functools\nimport math\nimport typing\nimport numpy as np\n"


class Wide(Sequences, Matrices, Leaving, Calling, Recording):
    def parameters(self) -> tuple[list[str], tuple[Any, ...]]:
        parameters, arguments = super().parameters()
        if self.chance(0.3):
            parameters.append("mat")
            arguments = (*arguments, np.array([[self.number() for _ in range(self.size)] for _ in range(2)]))
            self.scope.things["mat"] = ("matrix", 2)
        if self.chance(0.2):
            parameters.append("rows_")
            arguments = (*arguments, [[self.number() for _ in range(2)], [self.number()]])
            self.scope.things["rows_"] = ("table", 1)
        if self.chance(0.2):
            parameters.append("held")
            arguments = (*arguments, {"a": self.number(), "b": self.number()})
            self.scope.things["held"] = ("dict", 2)
        if self.chance(0.25):
            parameters.append("xs")
            arguments = (*arguments, [self.number() for _ in range(3)])
            self.scope.things["xs"] = ("grow", 1)
        return parameters, arguments


def wide_program(seed: int) -> Program:
    """The program of a seed; the same on every machine and Python."""
    generator = Wide(seed)
    arguments = generator.main()
    text = f"{IMPORTS}{PRELUDE}{CLASSES}\n" + "\n".join(generator.lines) + "\n"
    more = ("second",) * (seed % 4 == 0) + ("saved",) * (seed % 4 == 1)
    return Program(seed, tidy(text), arguments, more=more)
