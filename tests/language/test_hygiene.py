"""Names that the text of a derivative uses itself are the user's to use."""

from __future__ import annotations

import pytest
from both_modes import check

CASES = {
    "names of ours": (
        "x_bar = 2 * x\n"
        "v_tape = [x_bar]\n"
        "x_dot, out_1 = x_bar * x, 3.0\n"
        "for k in range(n):\n"
        "    v_tape.append(x_dot * k)\n"
        "return v_tape[-1] * x_dot + out_1 * x_bar"
    ),
    "np is something else": (
        "import math as np\n"
        "return np.sin(x) * np.pi"
    ),
    "shadowed builtins": (
        "sum, len, range_ = x, 2 * x, range(n)\n"
        "for i in range_:\n"
        "    sum = sum * len\n"
        "return sum"
    ),
    "a variable called reversed": (
        "reversed = [x, x * x]\n"
        "s = 0.0\n"
        "for zip in reversed:\n"
        "    s = s + zip * zip\n"
        "return s"
    ),
    "Unicode": (
        "α, ñandú, ﬁ = x, 2 * x, 3.0\n"
        "return α * ñandú * fi"
    ),
    "underscores": (
        "_, __, ___x = x, x * x, 2.0\n"
        "return _ * __ * ___x"
    ),
    "names of helpers": (
        "unbroadcast, project, caught, attempt = x, 2.0, x * x, 3.0\n"
        "try:\n"
        "    y = math.log(-caught)\n"
        "except ValueError:\n"
        "    y = unbroadcast * project * caught * attempt\n"
        "return y"
    ),
    "keywords of ours": (
        "def grad(pullback, out_bar):\n"
        "    return pullback * out_bar\n"
        "return grad(x, out_bar=x)"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences(name):
    check(CASES[name])
