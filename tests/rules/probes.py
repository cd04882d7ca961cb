"""The functions that must have a derivative, each with an expression that uses it: `tests/data/primitives.csv`, run through the public API.

A row's probe is a few statements over one-letter variables, `b = np.zeros(4); b[1] = s; b`. `wrt` are the letters it is differentiated by,
`at` their values where `OPERANDS` will not do. The other letters are globals of the probe. Run as a program:

    python tests/rules/probes.py np.sort np.linalg.solve      # run rows, show what fails, and why
    python tests/rules/probes.py --unclaimed np.linalg        # rows that are refused, by prefix
    python tests/rules/probes.py --write np.linalg            # run the rows of a prefix and bring tests/data/unclaimed.txt up to date
"""

from __future__ import annotations

import cmath
import csv
import importlib
import linecache
import math
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from wengert import grad, jvp, vjp
from wengert.errors import Error

DATA = Path(__file__).parents[1] / "data"
_random = np.random.RandomState(7)
_A = _random.randn(3, 3) * 0.4 + np.diag([1.7, 2.3, 3.1])
_S = _A @ _A.T + np.eye(3)
OPERANDS: dict[str, Any] = {
    "x": np.array([0.31, 0.77, 0.52, 0.64]), "y": np.array([0.45, 0.23, 0.81, 0.36]), "w": np.array([1.31, 2.77, 1.52, 1.94]),
    "s": 0.613, "r": 1.37, "A": _A, "B": _random.randn(3, 2), "M": _random.randn(3, 4), "N": _random.rand(3, 4) + 0.3, "S": _S,
    "T": _random.randn(2, 3, 4), "V": _random.randn(3), "U": _random.randn(3), "L": np.linalg.cholesky(_S),
    "z": _random.randn(4) + 1j * _random.randn(4), "Z": _random.randn(3, 3) + 1j * _random.randn(3, 3) + 2 * np.eye(3),
    "H": _S + 1j * np.array([[0, 0.3, -0.2], [-0.3, 0, 0.5], [0.2, -0.5, 0]]), "k": np.array([2, 0, 3, 2]),
    "m": np.array([True, False, True, True]), "j": 2, "g": np.array([0.1, 0.9, 1.4, 2.6, 3.3]), "h": _random.randn(8),
    "q": np.array([0.0, 1.0, 2.0, 3.0]),
}  # fmt: skip
MODULES = {
    "sp": "scipy.special", "sl": "scipy.linalg", "sg": "scipy.signal", "sf": "scipy.fft", "si": "scipy.integrate", "st": "scipy.stats",
    "ip": "scipy.interpolate", "nd": "scipy.ndimage", "spl": "scipy.sparse.linalg", "sps": "scipy.sparse", "so": "scipy.optimize",
    "sd": "scipy.spatial.distance",
}  # fmt: skip
"""What the modules are called in probes."""


@dataclass(frozen=True)
class Row:
    """One line of the CSV."""

    name: str
    scope: str  # primitive, variant, nondiff, side, refuse-or-rule
    kind: str
    priority: int
    peers: bool  # has another library a derivative for it?
    wrt: str
    probe: str
    at: dict[str, float]
    note: str

    @property
    def letters(self) -> tuple[str, ...]:
        """The variables of the probe."""
        found = re.findall(r"(?<![\w.'])([A-Za-z])(?![\w'(])", self.probe)
        return tuple(letter for letter in dict.fromkeys(found) if letter in self.at or letter in OPERANDS)

    def operand(self, letter: str) -> Any:
        return self.at[letter] if letter in self.at else OPERANDS[letter]


@cache
def rows() -> tuple[Row, ...]:
    with open(DATA / "primitives.csv", newline="") as file:
        return tuple(
            Row(
                line["name"], line["scope"], line["kind"], int(line["priority"]), line["peers"] == "yes", line["wrt"], line["probe"],
                {part[0]: float(part[2:]) for part in line["at"].split()}, line["note"],
            )
            for line in csv.DictReader(file)
        )  # fmt: skip


def forms() -> tuple[Row, ...]:
    """More ways to call NumPy's functions, each with the variables to differentiate by: `tests/data/forms.txt`."""
    lines = [line.partition(": ") for line in (DATA / "forms.txt").read_text().splitlines()]
    return tuple(Row(probe, "variant", "", 2, False, wrt, probe, {}, "") for wrt, _, probe in lines)


UNCLAIMED = DATA / "unclaimed.txt"


def unclaimed() -> frozenset[str]:
    """The rows that are refused; a row of the CSV that is not among them works."""
    return frozenset(UNCLAIMED.read_text().splitlines())


def function_of(row: Row, parameters: str, name: str = "probe", weighted: bool = False, again: int = 1) -> Callable[..., Any]:
    """The probe as a function of some of its variables; `weighted` gives a scalar, `again` puts it into a loop."""
    *statements, value = (part.strip() for part in row.probe.split(";"))
    body = [*statements, f"out = {value}"]
    if weighted:
        body += [f"total = total + np.sum({weight_text('out')})"]
        if again > 1:
            body = [f"for turn in range({again}):", *(f"    {line}" for line in body)]
        body = ["total = 0.0", *body, "return total"]
    else:
        body += ["return out"]
    text = f"def {name}({', '.join(parameters)}):\n" + "".join(f"    {line}\n" for line in body)
    file = f"<{name} {row.name} {parameters} {again} {weighted}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    space: dict[str, Any] = {"np": np, "math": math, "cmath": cmath, "A0": _A, "__name__": "probes"}
    for short, module in MODULES.items():
        if re.search(rf"\b{short}\.", row.probe):
            space[short] = importlib.import_module(module)
    space.update({letter: row.operand(letter) for letter in row.letters if letter not in parameters})
    exec(compile(text, file, "exec"), space)
    function: Callable[..., Any] = space[name]
    return function


def weight_text(name: str) -> str:
    """Each element counts differently, so that a permuted gradient is a wrong one."""
    return f"np.cos(1.7 * np.arange(np.size({name}))).reshape(np.shape({name})) * {name}"


def leaves(tree: Any) -> Iterator[Any]:
    if isinstance(tree, (tuple, list)):
        for item in tree:
            yield from leaves(item)
    else:
        yield tree


def drawn(random: np.random.RandomState, tree: Any) -> Any:
    """A direction (or a cotangent) of the form of a tree; what cannot vary has None."""
    if isinstance(tree, tuple):
        items = [drawn(random, item) for item in tree]
        return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)
    if isinstance(tree, list):
        return [drawn(random, item) for item in tree]
    if np.asarray(tree).dtype.kind not in "fc":
        return None
    d = random.randn(*np.shape(tree))
    if np.iscomplexobj(tree):
        d = d + 1j * random.randn(*np.shape(tree))
    elif np.shape(tree) == (3, 3):  # a symmetric matrix stays one, and so does a triangular one
        d = d + d.T if np.allclose(tree, np.transpose(tree)) else np.tril(d) if np.allclose(tree, np.tril(tree)) else d
    return type(tree)(d) if np.shape(tree) == () and not isinstance(tree, np.ndarray) else np.asarray(d, np.asarray(tree).dtype)


def dot(a: Any, b: Any) -> float:
    """The pairing of a cotangent and a tangent: the real part of the sum of the products, for complex numbers too."""
    pairs = zip(leaves(a), leaves(b), strict=True)
    return float(sum(np.real(np.sum(np.asarray(p) * np.asarray(q))) for p, q in pairs if p is not None and q is not None))


def fresh(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def moved(value: Any, by: Any) -> Any:
    """A little further along; an array without axes stays one."""
    return np.asarray(value + by) if isinstance(value, np.ndarray) else value + by


class Wrong(AssertionError):
    """A derivative with a wrong number."""


def close(found: float, expected: float, what: str, tolerance: float) -> None:
    if not abs(found - expected) <= tolerance * max(1.0, abs(expected)):
        raise Wrong(f"{what}: {found!r}, expected {expected!r}")


def check(row: Row) -> None:
    """Both modes against differences and against each other; for rows of priority 1 all else a user may do with them."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if not row.probe or not row.wrt:
            return
        operands = {letter: row.operand(letter) for letter in row.wrt}
        if absent(row, operands):
            return
        both_modes(row, operands)
        if row.priority == 1:
            for letter in row.wrt if len(row.wrt) > 1 else "":
                both_modes(row, {letter: operands[letter]})
            variations(row, operands)


def absent(row: Row, operands: dict[str, Any]) -> bool:
    """Does this Python, or this NumPy, not have the function yet?"""
    try:
        function_of(row, "".join(operands))(*map(fresh, operands.values()))
    except AttributeError as error:
        return "has no attribute" in str(error)
    return False


def both_modes(row: Row, operands: dict[str, Any], what: str = "") -> None:
    f = function_of(row, "".join(operands))
    random = np.random.RandomState(11)
    values = tuple(operands.values())
    dots = tuple(drawn(random, value) for value in values)
    out, out_dot = jvp(f, tuple(map(fresh, values)), dots)
    same, pullback = vjp(f, *map(fresh, values))
    expected = f(*map(fresh, values))
    for mine in (out, same):
        for found, right in zip(leaves(mine), leaves(expected), strict=True):
            np.testing.assert_array_equal(found, right, err_msg=f"{what} the value itself")
            if type(found) is not type(right):
                raise Wrong(f"{what} the value is a {type(found)}, not a {type(right)}")
    bar = drawn(random, expected)
    bars = pullback(bar)
    for value, given in zip(values, bars):
        if np.shape(given) != np.shape(value) or np.asarray(given).dtype != np.asarray(value).dtype:
            raise Wrong(f"{what} gradient of shape {np.shape(given)}, dtype {np.asarray(given).dtype}")

    def slope(h: float) -> float:
        ahead, behind = (f(*(moved(value, step * d) for value, d in zip(values, dots))) for step in (h, -h))
        return (dot(bar, ahead) - dot(bar, behind)) / (2 * h)

    forward, reverse = dot(bar, out_dot), sum(dot(b, d) for b, d in zip(bars, dots))
    close(forward, reverse, f"{what} forward mode against reverse mode", 1e-8)
    differences = [slope(h) for h in (1e-6, 1e-5, 1e-4)]
    best = min(differences, key=lambda d: abs(d - reverse))
    close(reverse, best, f"{what} reverse mode against differences", 2e-6)


def check_form(probe: str, wrt: str) -> None:
    """Both modes of an expression that is no row of the CSV: a form of a call, as a probe over the same variables."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        row = Row(probe, "variant", "", 2, False, wrt, probe, {}, "")
        both_modes(row, {letter: OPERANDS[letter] for letter in wrt})


def variations(row: Row, operands: dict[str, Any]) -> None:
    """Second order, in a loop, float32, not contiguous, 0-d, broadcast: as far as the function itself goes along."""
    if isinstance(function_of(row, "")(), (tuple, list)):
        return
    values = tuple(operands.values())
    random = np.random.RandomState(5)
    if not any(map(np.iscomplexobj, values)) and not np.iscomplexobj(function_of(row, "")()):
        for index, letter in enumerate(operands):
            second_order(row, letter, values[index], random)
    narrow = {letter: np.float32(v) if np.ndim(v) == 0 else np.asarray(v, np.float32) for letter, v in operands.items()}
    if tried(row, narrow) is not None and not any(map(np.iscomplexobj, values)):
        _, pullback = vjp(function_of(row, "".join(narrow)), *narrow.values())
        _, wide = vjp(function_of(row, "".join(operands)), *values)
        bars = pullback(one_like(tried(row, narrow)))
        for got, right in zip(bars, wide(one_like(tried(row, operands)))):
            if np.asarray(got).dtype != np.float32:
                raise Wrong(f"the gradient of a float32 is {np.asarray(got).dtype}")
            np.testing.assert_allclose(got, right, rtol=2e-3, atol=2e-4, err_msg="float32")
    strided = {letter: np.repeat(v, 2, axis=0)[::2] if np.ndim(v) else v for letter, v in operands.items()}
    both_modes(row, strided, "not contiguous:")
    if not row.scope == "primitive":
        return
    small: dict[str, Any]
    for what, small in (
        ("Python floats", {letter: float(np.ravel(v)[0].real) for letter, v in operands.items()}),
        ("NumPy scalars", {letter: np.float64(np.ravel(v)[0].real) for letter, v in operands.items()}),
        ("0-d arrays", {letter: np.array(np.ravel(v)[0].real) for letter, v in operands.items()}),
        ("broadcast", {letter: v[:, None] if i == 0 and np.ndim(v) == 1 else v for i, (letter, v) in enumerate(operands.items())}),
    ):
        found = tried(row, small)
        if found is not None and np.isfinite(found).all() and (what != "broadcast" or len(operands) > 1):
            both_modes(row, small, f"{what}:")


def one_like(value: Any) -> Any:
    return np.ones_like(value) if isinstance(value, np.ndarray) else type(value)(1)


def tried(row: Row, operands: dict[str, Any]) -> Any:
    """The value for other operands, None if the function does not take them."""
    try:
        found = function_of(row, "".join(operands))(*map(fresh, operands.values()))
    except Exception:  # noqa: BLE001 - whatever it says
        return None
    return found if not isinstance(found, (tuple, list)) and np.asarray(found).dtype.kind == "f" else None


def second_order(row: Row, letter: str, value: Any, random: np.random.RandomState) -> None:
    """The derivative of the gradient, of the probe twice in a loop, against differences of the gradient."""
    f = function_of(row, letter, "scalar", weighted=True, again=2)
    slope = grad(f)
    v = drawn(random, value)
    found, along = jvp(slope, (fresh(value),), (v,))
    np.testing.assert_allclose(found, slope(fresh(value)), rtol=1e-12, err_msg="the gradient in forward mode")
    twice = [(np.asarray(slope(value + h * v)) - slope(value - h * v)) / (2 * h) for h in (1e-6, 1e-5, 1e-4)]
    errors = [np.max(np.abs(along - d) / np.maximum(1.0, np.abs(d)), initial=0.0) for d in twice]
    if min(errors) > 1e-5:
        raise Wrong(f"second order by {letter}: {along}, expected {twice[int(np.argmin(errors))]}")


def outcome(row: Row) -> str:
    """What came of a row: "" if it is right, else the refusal or what is wrong, in one line."""
    import passing

    try:
        if row.scope == "refuse-or-rule":
            return "refused: its values move with the argument"
        if row.scope in ("nondiff", "side"):
            passing.check(row)
        else:
            check(row)
    except Error as refusal:
        return f"refused: {str(refusal).splitlines()[0]}"
    except Exception as wrong:  # noqa: BLE001 - shown, whatever it is
        return f"WRONG: {type(wrong).__name__}: {' '.join(str(wrong).split())[:300]}"
    return ""


def main(words: list[str]) -> int:
    options = {word for word in words if word.startswith("--")}
    prefixes = tuple(word for word in words if not word.startswith("--"))
    if "--unclaimed" in options:
        missing = unclaimed()
        for row in rows():
            if row.name in missing and row.name.startswith(prefixes or ("",)):
                print(f"{row.name:40} {row.scope} {row.priority}{' peers' if row.peers else ''}   {row.probe}")
        return 0
    chosen = [row for row in rows() if row.name in prefixes or ("--write" in options and row.name.startswith(prefixes or ("",)))]
    refused: dict[str, bool] = {}
    wrong = 0
    for row in chosen:
        found = outcome(row)
        print(f"{row.name}: {found or 'right'}", flush=True)
        if found.startswith("WRONG"):  # nothing that a list could excuse
            wrong += 1
        else:
            refused[row.name] = bool(found)
    if "--write" in options:
        kept = [row.name for row in rows() if refused.get(row.name, row.name in unclaimed())]
        UNCLAIMED.write_text("".join(f"{name}\n" for name in kept))
    return wrong or any(refused.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
