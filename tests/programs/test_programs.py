"""Random programs: every derivative against dual numbers, forward against reverse, effects once. `run.py` does many more by hand.

`PROGRAMS_SEED` and `PROGRAMS_COUNT` choose others; the summary of the test run names the seed.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest
from compare import Failure, check
from duals import Dual, Ties
from generate import Program, program
from memory import writing_program
from reduce import reduce
from run import WRITING, fails_like, report

SEED = int(os.environ.get("PROGRAMS_SEED", "1"))
COUNT = int(os.environ.get("PROGRAMS_COUNT", "200"))


@pytest.mark.parametrize("seed", range(SEED, SEED + COUNT))
def test_every_derivative_of_a_random_program_agrees_with_dual_numbers(seed: int, tmp_path: Path) -> None:
    made = program(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = check(made, tmp_path)
        if isinstance(found, Failure):
            small = reduce(made, fails_like(found, tmp_path), tries=300)
            pytest.fail(report(made, found, small), pytrace=False)


REFUSALS = ("AliasError",)
"""What a program that writes may be refused for: only the run can tell which object a name stands for."""


def examined(seeds: range, folder: Path) -> tuple[int, list[str]]:
    """Check programs that write in place: how many are refused, and reports of those that fail."""
    refused, failed = 0, []
    for seed in seeds:
        made = writing_program(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = check(made, folder)
            if isinstance(found, Failure) and any(word in found.stage for word in REFUSALS):
                refused += 1
            elif isinstance(found, Failure):
                failed.append(report(made, found, reduce(made, fails_like(found, folder), tries=300)))
    return refused, failed


@pytest.mark.parametrize("chunk", range(4))
def test_programs_that_write_in_place_are_right_and_seldom_refused(chunk: int, tmp_path: Path) -> None:
    count = COUNT // 8
    seeds = range(WRITING + SEED + chunk * count, WRITING + SEED + (chunk + 1) * count)
    refused, failed = examined(seeds, tmp_path)
    assert not failed, "\n\n".join(failed)
    assert refused <= 1 + 0.04 * count


def test_programs_that_write_use_every_construct_that_they_are_meant_to() -> None:
    text = "\n".join(writing_program(seed).text for seed in range(300))
    wanted = ["[1:] = ", "[1:] += ", "[::-1]", "out=", ".fill(", ".append(", ".pop()", "nonlocal", "Lid(", ".step(", "deep(", "stir(", "push(", ".T[0]"]
    wanted += ["[[0, 0]] +=", "np.copyto", "{'a':", " for e", "[0, 1]] =", "> 0.2] *="]
    assert [piece for piece in wanted if piece not in text] == []


def test_programs_use_every_construct_that_they_are_meant_to() -> None:
    text = "\n".join(program(seed).text for seed in range(400))
    wanted = ["while True", "break", "continue", "else:", "elif", ":=", " if ", "lambda", "def e", "enumerate", "zip(", "reversed("]
    wanted += ["*e", "range(4, 0, -1)", "range(0)", " or ", " and ", "not ", "print(f'", "assert", "is not None", "make(", "np.where", "/="]
    assert [piece for piece in wanted if piece not in text] == []


def test_few_programs_are_skipped(tmp_path: Path) -> None:
    from compare import loaded, reference

    skipped = 0
    for seed in range(100):
        made = program(seed)
        with loaded(made, tmp_path) as module, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Ties.count = 0
            reference(module, made)
            skipped += Ties.count > 0
    assert skipped < 15


def test_dual_numbers_know_the_derivatives_of_what_programs_use() -> None:
    step, x = 1e-6, 0.7
    functions = {
        "power": lambda v: v**3.0 + 2**v + v**v,
        "quotient": lambda v: 1 / v + v / (1 + v * v),
        "functions": lambda v: (Dual.sin(v) * Dual.exp(v) + Dual.tanh(v) - Dual.arctan(v) * Dual.log(v) / Dual.sqrt(v)) * Dual.cos(v),
        "pieces": lambda v: abs(-v) + v % 0.5 + max(v, 0.2),
    }
    for name, function in functions.items():
        numeric = (function(Dual(x + step)).value - function(Dual(x - step)).value) / (2 * step)
        assert function(Dual(x, 1.0)).slope == pytest.approx(numeric, rel=1e-6), name


def test_a_failing_program_is_made_small() -> None:
    made = program(1)
    small = reduce(made, lambda candidate: "return" in candidate.text)
    assert len(small.text.splitlines()) <= 3 and isinstance(small, Program)
