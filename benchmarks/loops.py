"""What does a gradient cost, in times of the primal? Ours beside the hand-written adjoint and the peers that are installed.

    python benchmarks/loops.py [--quick] [--only WORD] [--no-peers]

Calls are timed in turn, and the medians printed: ours for all rows before the first peer is loaded, whose threads would disturb
them; then the peers. The first column is the primal in microseconds. Every gradient is first
compared with the hand-written one, so that no time is printed for a wrong number. The last column compares the bare generated
function (`.compiled`) with the hand-written one, since that has no dispatch either.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from typing import Any

import handwritten
import numpy as np
from peers import installed
from programs import CASES
from timing import medians


def leaves(gradient: Any) -> list[np.ndarray]:
    items = gradient if isinstance(gradient, (tuple, list)) else (gradient,)
    return [np.asarray(item.detach() if hasattr(item, "detach") else item) for item in items]


def agree(found: Any, expected: Any) -> bool:
    """Long chaotic loops multiply rounding errors, so only the size of a long loop's gradient is compared."""
    pairs = zip(leaves(found), leaves(expected), strict=True)
    return all(np.allclose(a, b, rtol=1e-5, atol=1e-8) or not np.all(np.abs(b) < 1e12) for a, b in pairs)


def our_calls(function: Callable[..., Any], arguments: tuple[Any, ...], argnums: tuple[int, ...]) -> dict[str, Callable[[], Any]]:
    from wengert import grad

    by_hand = getattr(handwritten, f"grad_{function.__name__}")
    ours = grad(function, argnums=argnums if len(argnums) > 1 else argnums[0])
    bare = ours.compiled(*arguments)
    assert agree(ours(*arguments), by_hand(*arguments)), "a wrong number is not timed"
    return {
        "primal": lambda: function(*arguments),
        "by hand": lambda: by_hand(*arguments),
        "wengert": lambda: ours(*arguments),
        "bare": lambda: bare(*arguments),
    }


def peer_calls(
    function: Callable[..., Any], arguments: tuple[Any, ...], argnums: tuple[int, ...], peers: dict[str, Any]
) -> tuple[dict[str, Callable[[], Any]], dict[str, str]]:
    """The calls to time, and for those that cannot be timed the reason in one word."""
    expected = getattr(handwritten, f"grad_{function.__name__}")(*arguments)
    calls: dict[str, Callable[[], Any]] = {}
    excuses: dict[str, str] = {}
    for name, make in peers.items():
        try:
            call = make(function, arguments, argnums)
            if agree(call(), expected):
                calls[name] = call
            else:
                excuses[name] = "wrong"
        except Exception as error:
            excuses[name] = type(error).__name__[:10]
    return calls, excuses


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--only", default="", metavar="WORD", help="the cases with this word")
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # long loops overflow

    cases = {name: case for name, case in CASES.items() if options.only in name}
    seconds, rounds = (0.5, 9) if options.quick else (4.0, 41)
    ours = {name: medians(our_calls(*case), seconds, rounds) for name, case in cases.items()}
    peers = {} if options.no_peers else installed()
    columns = ["by hand", "wengert", *peers]
    print(f"{'':26}{'primal':>12}" + "".join(f"{name:>12}" for name in columns) + f"{'bare/hand':>12}")
    for name, case in cases.items():
        calls, excuses = peer_calls(*case, peers)
        spent = ours[name] | medians(calls, seconds, rounds)
        cells = [f"{spent[column] / spent['primal']:10.2f} x" if column in spent else f"{excuses[column]:>12}" for column in columns]
        print(f"{name:26}{spent['primal'] * 1e6:9.4g} us{''.join(cells)}{spent['bare'] / spent['by hand']:12.2f}", flush=True)


if __name__ == "__main__":
    main()
