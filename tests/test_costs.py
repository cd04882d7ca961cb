"""Our gradients do what the hand-written ones do: operations and saves are counted as they are executed, not timed."""

from __future__ import annotations

import dis
import sys
from collections import Counter
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import handwritten
import pytest
from programs import chain, chain_arguments, logistic_map, mlp, mlp_arguments, rk4

from wengert import grad

CASES = {
    "logistic_map": (logistic_map, (0.2, 200), (0,)),
    "rk4": (rk4, (0.7, 100, 0.01), (0,)),
    "mlp": (mlp, mlp_arguments(8, 4, 8, 2), (0, 1, 2, 3)),
    "chain": (chain, chain_arguments(10), (0,)),
}


def codes(code: CodeType) -> set[CodeType]:
    """A function's code, and those of the functions defined in it."""
    return {code}.union(*(codes(constant) for constant in code.co_consts if isinstance(constant, CodeType)))


def executed(function: Callable[..., Any], *arguments: Any) -> Counter[str]:
    """How many operations (arithmetic, comparisons, calls, items) and saves (`append`) a call executes."""
    counts: Counter[str] = Counter()
    watched = {code: {step.offset: step for step in dis.get_instructions(code)} for code in codes(function.__code__)}

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code not in watched:
            return None
        frame.f_trace_opcodes = True
        step = watched[frame.f_code].get(frame.f_lasti)
        if event == "opcode" and step is not None:
            counts["operations"] += step.opname.startswith(("BINARY_", "UNARY_", "COMPARE_OP", "CALL", "STORE_SUBSCR", "CONTAINS_OP"))
            counts["saves"] += step.argval == "append"
        return trace

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 looks for it when the tracing starts
    sys.settrace(trace)
    try:
        function(*arguments)
    finally:
        sys.settrace(before)
    return counts


def test_the_counts_are_those_of_the_text() -> None:
    def three(x: float) -> float:
        kept = []
        for i in range(2):
            kept.append(x * i)
        return -x

    counts = executed(three, 1.0)
    assert counts["saves"] == 2
    assert counts["operations"] == 2 + 2 + 1 + 1  # products, appends, the minus, `range`


@pytest.mark.parametrize("name", CASES)
def test_our_gradient_costs_what_the_hand_written_one_costs(name: str) -> None:
    function, arguments, argnums = CASES[name]
    ours = grad(function, argnums=argnums if len(argnums) > 1 else argnums[0]).compiled(*arguments)
    found, by_hand = executed(ours, *arguments), executed(getattr(handwritten, f"grad_{name}"), *arguments)
    assert found["operations"] <= 1.05 * by_hand["operations"]
    assert found["saves"] <= 1.05 * by_hand["saves"]
