"""Derivatives of plain Python, as plain Python you can read.

>>> from wengert import grad
>>> grad(lambda x, y: x * y)(3.0, 2.0)
2.0
"""

from typing import TYPE_CHECKING, Any

from wengert.api import (
    differentiate,
    grad,
    hessian,
    hessian_diag,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    linearize,
    value_and_grad,
    value_and_jacobian,
    vjp,
)
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
from wengert.flat import to_scipy
from wengert.tree import register_tree

if TYPE_CHECKING:
    from wengert.check_rules import check_rule
    from wengert.custom import bilinear, constant, elementwise, linear, rule, weighted
    from wengert.custom_functions import checkpoint, custom_jvp, custom_vjp
    from wengert.runtime import stop_gradient
    from wengert.snapshots import checkpointed
    from wengert.surgery import adjoint

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
    "adjoint",
    "bilinear",
    "check_grads",
    "check_rule",
    "checkpoint",
    "checkpointed",
    "constant",
    "custom_jvp",
    "custom_vjp",
    "differentiate",
    "elementwise",
    "grad",
    "hessian",
    "hessian_diag",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "linear",
    "linearize",
    "register_tree",
    "rule",
    "stop_gradient",
    "to_scipy",
    "value_and_grad",
    "value_and_jacobian",
    "vjp",
    "weighted",
]

_LATER = {
    "bilinear": "custom", "constant": "custom", "elementwise": "custom", "linear": "custom", "rule": "custom", "weighted": "custom",
    "checkpoint": "custom_functions", "custom_jvp": "custom_functions", "custom_vjp": "custom_functions",
    "check_rule": "check_rules", "stop_gradient": "runtime", "adjoint": "surgery", "checkpointed": "snapshots",
}  # fmt: skip
"""Names that programs with rules of their own use, and the modules they are imported from when asked for."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"wengert.{_LATER[name]}"), name)
