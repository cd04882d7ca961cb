"""Random programs of the whole language: right, or refused with a code; seldom refused. A share is checked to second order or as a saved module."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest
from compare import Failure, check
from reduce import reduce
from run import WIDE, fails_like, report
from wide import wide_program

SEED = int(os.environ.get("PROGRAMS_SEED", "1"))
COUNT = int(os.environ.get("PROGRAMS_COUNT", "200"))
REFUSED = ("AliasError", "UnsupportedSyntax", "NoRule")


@pytest.mark.parametrize("chunk", range(2))
def test_programs_of_the_whole_language_are_right_or_refused(chunk: int, tmp_path: Path) -> None:
    count, refused, failed = COUNT // 16, 0, []
    for seed in range(WIDE + SEED + chunk * count, WIDE + SEED + (chunk + 1) * count):
        made = wide_program(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = check(made, tmp_path)
            if isinstance(found, Failure) and any(word in found.stage for word in REFUSED):
                refused += 1
            elif isinstance(found, Failure):
                failed.append(report(made, found, reduce(made, fails_like(found, tmp_path), tries=300)))
    assert not failed, "\n\n".join(failed)
    assert refused <= 1 + 0.15 * count


def test_wide_programs_use_every_construct_that_they_are_meant_to() -> None:
    text = "\n".join(wide_program(seed).text.partition("SCALE = ")[2] for seed in range(WIDE, WIDE + 900))
    wanted = [".insert(", ".extend(", ".pop(0)", ".clear()", ".sort(", "[1:2] =", "sorted(", "key=lambda", "_replace(", "dataclasses.replace", "Pair(*"]
    wanted += ["finally:", "except ", "raise ", "with ", "match ", "case ", ":= ", "yield", "nonlocal", "functools.partial", "*(", "**{", "@damped"]
    wanted += ["np.add.at", "np.cumsum", ".T", "axis=0", "axis=1", "[:, ", "[..., 0]", "np.copyto", "[::-1]", "while ", "any(", "enumerate(", "zip("]
    assert [piece for piece in wanted if piece not in text] == []


def test_a_long_nested_function_that_is_written_often_is_read_to_an_end(tmp_path: Path) -> None:
    made = wide_program(10_041_208)  # a loop over a generator is such a function; the program was read again without end
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not isinstance(check(made, tmp_path), Failure)
