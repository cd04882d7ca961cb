"""Managers of `contextlib` that something differentiated goes into, as classes whose methods are read like those of the user's.

    with nullcontext(x) as y:          y = x
        ...                     ==>    ...
"""

from __future__ import annotations

import contextlib
from typing import Any

from wengert.rules.stand_ins import replace_by


class Nothing:
    """What `nullcontext` is."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __enter__(self) -> Any:
        return self.value

    def __exit__(self, *raised: Any) -> None:
        pass


@replace_by(contextlib.nullcontext)
def nothing(enter_result: Any = None) -> Nothing:
    return Nothing(enter_result)
