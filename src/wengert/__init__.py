"""Derivatives of plain Python, as plain Python you can read.

>>> from wengert import grad
>>> grad(lambda x, y: x * y)(3.0, 2.0)
2.0
"""

from wengert.api import differentiate, grad, jvp, value_and_grad, vjp
from wengert.check import check_grads
from wengert.errors import (
    AliasError,
    ArgumentError,
    Error,
    GradientMismatch,
    NoRule,
    SourceUnavailable,
    StaleSource,
    UnsupportedKeyword,
    UnsupportedSyntax,
)

__version__ = "0.1.0"

__all__ = [
    "AliasError",
    "ArgumentError",
    "Error",
    "GradientMismatch",
    "NoRule",
    "SourceUnavailable",
    "StaleSource",
    "UnsupportedKeyword",
    "UnsupportedSyntax",
    "check_grads",
    "differentiate",
    "grad",
    "jvp",
    "value_and_grad",
    "vjp",
]
