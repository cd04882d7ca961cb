"""The rules that users have given for functions, by the function object; what they mean, `rules/users.py` and `unfolding.py` know.

A derivative that relied on a rule, or on there being none, keeps a guard for it. So that plain calls stay quick, all those guards are one
comparison: `EPOCH["rules"]` is another object whenever a rule is given, and only then the guards themselves are asked.

>>> def twice(x): ...
>>> rule_of(twice) is None, RuleOf(twice).lookup("twice") is None
(True, True)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class Scope:
    """The names around the place where a rule was written."""

    def __init__(self, namespaces: Sequence[Mapping[str, Any]], module: Any = None) -> None:
        self.namespaces, self.module = tuple(namespaces), module  # the module whose globals the last namespace is, if it is one

    def lookup(self, name: str) -> object:
        """What a name stands for now; `LookupError` if nothing."""
        for namespace in self.namespaces:
            if name in namespace:
                return namespace[name]
        raise LookupError(name)


@dataclass(frozen=True, eq=False)
class Rule:
    """What a user said about the derivatives of a function."""

    function: Any  # the object whose calls it is about
    primitive: Any  # its row in the table
    texts: tuple[str, ...] = ()
    scope: Scope = Scope(())
    names: tuple[str, ...] = ()  # the names from outside in its texts
    forward: Callable[..., Any] | None = None  # `fwd` of a custom_vjp: value and residuals
    backward: Callable[..., Any] | None = None  # `bwd`: from residuals and cotangent to cotangents
    tangent: Callable[..., Any] | None = None  # of a custom_jvp: value and tangent from primals and tangents
    inside: Callable[..., Any] | None = None  # the function in the user's text, where `function` is an object that wraps it
    again: bool = False  # a checkpoint: `inside` is run again in the reverse sweep
    nondiff: tuple[int, ...] = ()  # positions of arguments without derivative

    @property
    def constant(self) -> bool:
        return bool(self.primitive.family == "constant")

    def parts(self) -> tuple[Callable[..., Any], ...]:
        """The functions that it consists of."""
        return tuple(part for part in (self.forward, self.backward, self.tangent, self.inside) if part is not None)


@dataclass(frozen=True)
class RuleOf:
    """Where a guard looks up the rule of a function."""

    function: Any

    def lookup(self, name: str) -> object:
        return rule_of(self.function)


_RULES: dict[int, Rule] = {}  # by the id of the function, which the rule keeps alive
_BY_OP: dict[str, Rule] = {}
EPOCH: dict[str, object] = {"rules": object()}
"""Another object whenever a rule is given, so that a derivative notices with one comparison that it has to look at its guards."""


def rule_of(function: object) -> Rule | None:
    """The user's rule for calls of this object."""
    rule = _RULES.get(id(function))
    return rule if rule is not None and rule.function is function else None


def rule_of_op(op: str) -> Rule | None:
    """The user's rule behind a row."""
    return _BY_OP.get(op)


def enter(rule: Rule) -> None:
    """Remember a rule."""
    _RULES[id(rule.function)] = _BY_OP[rule.primitive.op] = rule
    EPOCH["rules"] = object()


def leave(rule: Rule) -> None:
    """Forget it."""
    del _RULES[id(rule.function)], _BY_OP[rule.primitive.op]
    EPOCH["rules"] = object()
