"""The table of refusals: what is refused, why, and what to write instead, each under a stable code.

`errors.error("W014", place, name="state")` makes the exception, and docs/errors.md is printed from it.
The rows stand in `language.py`, `calls.py` and `arguments.py`, by what is refused; a new one takes the next number free in all of them.
A code is never reused: a refusal that is gone leaves its number empty. A row is plain text with fields in braces;
`{function}` is the user's function, taken from the place where none is given.

>>> CODES["W014"].message.format(function="loss", name="state")
'`loss` assigns the global `state`'
"""

from __future__ import annotations

from wengert.codes.arguments import ARGUMENTS
from wengert.codes.calls import CALLS
from wengert.codes.code import Code as Code
from wengert.codes.language import LANGUAGE

CODES: dict[str, Code] = dict(sorted((LANGUAGE | CALLS | ARGUMENTS).items()))
