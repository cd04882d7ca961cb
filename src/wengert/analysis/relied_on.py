"""What a derivative relies on besides names: the rules that users give, and that a function has none."""

from __future__ import annotations

from typing import Any

from wengert.analysis.environment import Guard
from wengert.analysis.state import State
from wengert.entries import Rule, RuleOf


def note_rule(state: State, rule: Rule | None, function: Any = None) -> None:
    """Remember what the derivative relies on: the rule of a function, or that it has none."""
    function = function if rule is None else rule.function
    name = str(getattr(function, "__name__", "rule"))
    state.guards.setdefault((id(function), "rule", name), Guard(RuleOf(function), "rule", name, rule))
    for used in rule.names if rule is not None else ():
        scope = rule.scope if rule is not None else None
        assert scope is not None
        try:
            value = scope.lookup(used)
        except LookupError:
            continue
        if scope.module is not None and vars(scope.module).get(used) is value:
            state.guards.setdefault((id(scope.module), "attribute", used), Guard(scope.module, "attribute", used, value))
        else:
            state.guards.setdefault((id(scope), "global", used), Guard(scope, "global", used, value))
