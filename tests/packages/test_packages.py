"""Functions of published packages, as they are: right or refused, never wrong. A package that is not installed is skipped."""

from __future__ import annotations

import pytest
from cases import CASES, Case
from judging import outcome

REFUSED = {
    "pymap3d.ecef2geodetic": "W083",
    "filterpy.kalman.update": "W044",
    "miepython.efficiencies_mx": "W047",
    "tmm.coh_tmm": "W083",
    "colour.XYZ_to_Lab": "W027",
    "colour.XYZ_to_sRGB": "W001",
    "colour.XYZ_to_xyY": "W047",
}
"""Those that are refused, and the code of the message."""


@pytest.mark.slow
@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in CASES])
def test_a_function_of_a_package_is_right_or_refused_for_a_known_reason(case: Case) -> None:
    found = outcome(case)
    if found.word == "missing":
        pytest.skip(found.note)
    if case.title in REFUSED:
        assert found.word in ("refused", "right"), found.note
        assert found.word == "right" or f"({REFUSED[case.title]})" in found.note
    else:
        assert found.word == "right", found.note


def test_there_are_sixty_functions_of_ten_packages_and_nine_in_ten_are_right() -> None:
    titles = [case.title for case in CASES]
    assert len(set(titles)) == len(titles) >= 60
    assert len({case.package for case in CASES}) >= 10
    assert set(REFUSED) <= set(titles)
    assert len(REFUSED) <= len(titles) / 10
