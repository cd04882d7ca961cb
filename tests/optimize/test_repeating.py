"""What is written at each use: indices, and the ranges of loops."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wengert.ir.axes import MANY
from wengert.ir.kinds import INT, Array
from wengert.ir.text import parse
from wengert.optimize.repeating import said_at_each_use

ARRAY = Array("float64", (MANY,))


def said(body):
    text = "function f(y, z, i):\n" + "".join(f"    {line}\n" for line in body.split("; "))
    return sorted(said_at_each_use(replace(parse(text), kinds={"y": ARRAY, "y.1": ARRAY, "z": ARRAY, "i": INT})))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("%0 = i - 1; %1 = getitem(y, %0); %2 = getitem(z, %0); return %2", ["%0"]),
        ("%0 = 1 + i; %1 = getitem(y, %0); %2 = getitem(z, %0); return %2", ["%0"]),
        ("%0 = 1 - i; %1 = getitem(y, %0); %2 = getitem(z, %0); return %2", []),
        ("%0 = i - 1; %1 = getitem(y, %0); %2 = %1 * %0; return %2", []),
        ("%0 = i - 1; %1 = getitem(y, %0); return %1", []),  # where it stands it is written anyway
        ("%0 = i - 1; return %0", []),
        ("%0 = z - 1; %1 = getitem(y, %0); return %1", []),  # an array
        ("%0 = i * 2; %1 = getitem(y, %0); return %1", []),
        ("%0 = slice(i, None, None); %1 = tuple(0, %0); %2 = getitem(y, %1); %3 = getitem(z, %1); return %3", ["%0", "%1"]),
        ("%0 = slice(i, None, None); %1 = tuple(0, %0); return %1", []),
        ("%0 = i + 1; %1 = store(y, %0, z); %2 = getitem(z, %0); return %2", ["%0"]),
        ("%0 = i + 1; %1 = store(y, 0, %0); return %1", []),
        ("%0 = len(y); %1 = range(1, %0); %2 = reversed(%1); %3 = reversed(%1); return %3", ["%0", "%1"]),
        ("%0 = len(y); y.1 = write(y, 0, 1.0); %1 = range(%0); %2 = reversed(%1); return %2", []),  # `y` is not there any more
        ("%0 = sum(y); %1 = range(%0); %2 = reversed(%1); return %2", []),
    ],
)
def test_what_is_said_at_each_use(body, expected):
    assert said(body) == expected
