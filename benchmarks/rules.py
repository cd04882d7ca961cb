"""What does the derivative of each function cost? Value and pullback, in times of NumPy's plain call, beside the peers.

    python benchmarks/rules.py [--quick] [--only WORD] [--sizes 10 1000 1000000] [--no-peers]

One line for each row of priority 1 in tests/data/primitives.csv, with operands of n numbers (matrices of about n). A cell is the time of
`value, pullback = vjp(f, *operands); pullback(cotangent)` over the time of `f(*operands)` on NumPy arrays, for the peers as well: JAX compiled
(64 bit, without its compile time), PyTorch in float64. So 1 is the value itself, and an adjoint of three times the primal makes 4; what is
above that with the most numbers is marked `!`, and the rule has a comment that says why. `text` is the generated function alone, `wengert` the
public `vjp`. A pullback keeps copies of arguments that it reads, since the caller may write into them before it is called; the peers' do not.

A view takes no time by itself, so the rows of views double what they see (`2.0 * x[1:]`). Calls take turns, and medians are printed; ours are
timed before the first peer is loaded, whose threads would disturb them. `differs` is a peer whose pullback is another (mostly another convention:
PyTorch's variance, what a symmetric matrix varies in), `-` one that has none of it, and `slow` one that is not waited for.
"""

from __future__ import annotations

import argparse
import csv
import ctypes
import importlib
import linecache
import math
import re
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
from timing import medians, once

DATA = Path(__file__).parents[1] / "tests" / "data" / "primitives.csv"
TEXTS = {
    "np.reshape": "2.0 * np.reshape(M, (M.shape[1], -1))", "np.broadcast_to": "2.0 * np.broadcast_to(x, (3, n))", "np.full": "np.full(n, s)",
    "ndarray.reshape": "2.0 * M.reshape(M.shape[1], -1)", "x[a:b]": "2.0 * x[1:-1]", "b[i] = v": "b = np.zeros(n); b[1] = s; b[2] = s * b[1]; b",
    "b[a:b] = v": "b = np.zeros(n); b[1:-1] = x[2:] * 2; b", "b[:, j] = v": "b = np.zeros((n, 2)); b[:, 1] = x; b",
    "np.tensordot": "np.tensordot(M, N, axes=([1], [1]))", "np.outer": "np.outer(V, V)",
}  # fmt: skip
"""Probes of the CSV whose text holds the sizes of its own small operands."""
VIEWS = re.compile(r"np\.(ravel|transpose|squeeze|expand_dims|diag|asarray)|ndarray\.(ravel|transpose|T)$|x\[(::-1|\.\.\., None)\]|np\.positive")
LOOPS = ("iteration: for v in x", "list append in loop")
"""Rows that are a Python loop over all numbers: run up to a thousand."""
Function = Callable[..., Any]
Call = Callable[[], Any]


def operands(n: int) -> dict[str, Any]:
    """What the letters of the probes stand for: arrays of n numbers, matrices of about n, and numbers."""
    random, side = np.random.default_rng(0), max(2, math.isqrt(n))
    square = random.normal(size=(side, side)) / (4 * math.sqrt(side)) + np.eye(side)
    wide, deep = (side, max(2, n // side)), (max(2, round(n ** (1 / 3))),) * 3
    return {
        "x": random.uniform(0.2, 0.9, n), "y": random.uniform(0.2, 0.9, n), "a": random.uniform(0.2, 0.9, n), "s": 0.613, "r": 1.37, "n": n,
        "A": square, "B": random.normal(size=(side, side)), "V": random.normal(size=side), "S": square @ square.T + np.eye(side),
        "M": random.uniform(0.99, 1.01, wide), "N": random.uniform(0.99, 1.01, wide), "T": random.normal(size=deep),
        "k": random.integers(0, n, n), "m": random.random(n) < 0.5,
    }  # fmt: skip


class Row:
    """A row of the CSV with its probe as a function of all that varies."""

    def __init__(self, line: Mapping[str, str]) -> None:
        self.name = line["name"]
        text = TEXTS.get(self.name, line["probe"])
        self.text = f"2.0 * {text}" if VIEWS.fullmatch(self.name) else text
        self.wrt = "".join(letter for letter in line["wrt"] if re.search(rf"\b{letter}\b", self.text)) or "V"
        self.grows = bool(re.search(r"\b[xyaABVSMNTkmn]\b", self.text))

    def function(self, given: Mapping[str, Any]) -> FunctionType:
        *statements, value = (part.strip() for part in self.text.split(";"))
        lines = [f"def probe({', '.join(self.wrt)}):", *(f"    {part}" for part in statements), f"    return {value}"]
        source, file = "\n".join(lines) + "\n", f"<{self.name} {given['n']}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        space: dict[str, Any] = {**given, "np": np, "math": math, "__name__": "probes"}
        if "sp." in self.text:
            space["sp"] = importlib.import_module("scipy.special")
        exec(compile(source, file, "exec"), space)
        found: FunctionType = space["probe"]
        return found


def rows(word: str) -> list[Row]:
    with open(DATA, newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["priority"] == "1" and line["probe"] and line["wrt"]]
    return [Row(line) for line in lines if word in line["name"]]


def keep_memory() -> None:
    """Have the C library keep what is freed: else each large temporary is given back to the system, and clearing it anew is what is timed."""
    try:
        for option in (-1, -3):  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD of malloc.h
            ctypes.CDLL(None).mallopt(option, 1 << 25 if option == -3 else 1 << 30)
    except (OSError, AttributeError):
        print("without mallopt: times of large arrays have those of fresh memory in them")


def cotangent(value: Any) -> Any:
    """Of the form of the value."""
    if np.shape(value) == ():
        return 0.7
    return np.random.default_rng(1).uniform(0.5, 1.5, np.shape(value))


def our_calls(function: FunctionType, arguments: tuple[Any, ...], bar: Any) -> dict[str, Call]:
    from wengert import vjp
    from wengert.modes import VJP

    bare = VJP(function).compiled(*arguments)

    def text() -> Any:
        _, pullback = bare(*arguments)
        return pullback(bar)

    def call() -> Any:
        _, pullback = vjp(function, *arguments)
        return pullback(bar)

    return {"primal": lambda: function(*arguments), "text": text, "wengert": call}


def on(function: FunctionType, modules: Mapping[str, Any], convert: Callable[[Any], Any]) -> FunctionType:
    """The same function on another library's modules and arrays."""
    converted = {name: convert(value) for name, value in function.__globals__.items() if isinstance(value, np.ndarray)}
    return FunctionType(function.__code__, function.__globals__ | converted | dict(modules), function.__name__)


def autograd_call(function: FunctionType, arguments: tuple[Any, ...], bar: Any) -> Call:
    import autograd
    import autograd.numpy
    import autograd.scipy.special

    modules = {"np": autograd.numpy, "math": autograd.numpy, "sp": autograd.scipy.special}
    make = autograd.make_vjp(on(function, modules, lambda value: value), tuple(range(len(arguments))))

    def call() -> Any:
        pullback, _ = make(*arguments)
        return pullback(bar)

    return call


def jax_call(function: FunctionType, arguments: tuple[Any, ...], bar: Any) -> Call:
    import jax
    import jax.numpy
    import jax.scipy.special

    jax.config.update("jax_enable_x64", True)
    same = on(function, {"np": jax.numpy, "math": jax.numpy, "sp": jax.scipy.special}, jax.numpy.asarray)

    def both(arguments: Any, bar: Any) -> Any:
        value, pullback = jax.vjp(same, *arguments)
        return value, pullback(bar)

    compiled = jax.jit(both)
    arguments, bar = tuple(map(jax.numpy.asarray, arguments)), jax.numpy.asarray(bar)
    return lambda: jax.block_until_ready(compiled(arguments, bar))[1]


def pytorch_call(function: FunctionType, arguments: tuple[Any, ...], bar: Any) -> Call:
    import torch

    same = on(function, {"np": torch, "math": torch, "sp": torch.special}, torch.tensor)
    leaves = [torch.tensor(value, dtype=torch.float64).requires_grad_() for value in arguments]
    ones = torch.tensor(bar, dtype=torch.float64)
    return lambda: torch.autograd.grad(same(*leaves), leaves, ones)


PEERS: dict[str, tuple[str, Callable[[FunctionType, tuple[Any, ...], Any], Call]]] = {
    "autograd": ("autograd", autograd_call), "JAX": ("jax", jax_call), "PyTorch": ("torch", pytorch_call),
}  # fmt: skip


def installed() -> dict[str, Callable[[FunctionType, tuple[Any, ...], Any], Call]]:
    found = {}
    for name, (module, make) in PEERS.items():
        try:
            importlib.import_module(module)
            found[name] = make
        except ImportError:
            print(f"{name} is not installed, and left out")
    return found


def agree(found: Any, expected: Any) -> bool:
    def flat(tree: Any) -> list[Any]:
        if isinstance(tree, (tuple, list)):
            return [leaf for item in tree for leaf in flat(item)]
        return [np.asarray(tree.detach() if hasattr(tree, "detach") else tree)]

    pairs = zip(flat(found), flat(expected), strict=True)
    return all(a.shape == b.shape and np.allclose(a, b, rtol=1e-5, atol=1e-8) for a, b in pairs)


def ours(row: Row, n: int, seconds: float, rounds: int) -> dict[str, float]:
    """The seconds of the plain call and of ours."""
    given = operands(n)
    function, arguments = row.function(given), tuple(given[letter] for letter in row.wrt)
    return medians(our_calls(function, arguments, cotangent(function(*arguments))), seconds, rounds)


def theirs(row: Row, n: int, peers: Mapping[str, Any], seconds: float, rounds: int) -> tuple[dict[str, float], dict[str, str]]:
    """The seconds of the peers, and for those that cannot be timed why, in one word."""
    if not peers:
        return {}, {}
    given = operands(n)
    function, arguments = row.function(given), tuple(given[letter] for letter in row.wrt)
    bar = cotangent(function(*arguments))
    expected = our_calls(function, arguments, bar)["wengert"]()
    calls: dict[str, Call] = {}
    excuses: dict[str, str] = {}
    for name, make in peers.items():
        try:
            call = make(function, arguments, bar)
            if not agree(call(), expected):
                excuses[name] = "differs"
            elif once(call) > 5:
                excuses[name] = "slow"
            else:
                calls[name] = call
        except Exception:
            excuses[name] = "-"
    return medians(calls, seconds, rounds) if calls else {}, excuses


def ratio(spent: float, primal: float) -> str:
    found = spent / primal
    return f"{found:.2f}" if found < 0.95 else f"{found:.1f}" if found < 99.95 else f"{found:.0f}" if found < 99999 else f"{found:.0e}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--only", default="", metavar="WORD", help="the rows with this word in their name")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 1000, 1_000_000])
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    keep_memory()
    seconds, rounds = (0.15, 7) if options.quick else (1.0, 25)

    chosen = rows(options.only)
    cases = [(row, n) for row in chosen for n in (options.sizes if row.grows else options.sizes[:1]) if n <= 1000 or row.name not in LOOPS]
    found = {(row.name, n): ours(row, n, seconds, rounds) for row, n in cases}
    peers = {} if options.no_peers else installed()
    columns = ["text", "wengert", *peers]
    print(f"{'':26}" + "".join(f"{f'n = {n}':^{9 * len(columns) + 2}}" for n in options.sizes))
    print(f"{'':26}" + "".join("".join(f"{name:>9}" for name in columns) + "  " for _ in options.sizes))
    for row in chosen:
        text = f"{row.name[:26]:26}"
        for n in options.sizes:
            if (row.name, n) not in found:
                text += " " * (9 * len(columns) + 2)
                continue
            more, excuses = theirs(row, n, peers, seconds, rounds)
            spent = found[row.name, n] | more
            cells = [ratio(spent[name], spent["primal"]) if name in spent else excuses[name] for name in columns]
            mark = "!" if n == max(options.sizes) and spent["text"] > 4 * spent["primal"] else " "
            text += "".join(f"{cell:>9}" for cell in cells) + mark + " "
        print(text.rstrip(), flush=True)


if __name__ == "__main__":
    main()
