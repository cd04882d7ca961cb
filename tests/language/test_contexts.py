"""`with`, `try`, imports, `match`, and the rest of the statements."""

from __future__ import annotations

import pytest
from both_modes import check


class Manager:
    def __init__(self, value):
        self.value = value

    def __enter__(self):
        print("enter")
        return self.value

    def __exit__(self, *error):
        print("leave")


CASES = {
    "errstate": (
        "with np.errstate(divide='ignore', invalid='ignore'):\n"
        "    y = np.log(np.array([x, 1.0]))\n"
        "return np.sum(y * y)"
    ),
    "return inside of with": (
        "with np.errstate(all='ignore'):\n"
        "    if x > 0:\n"
        "        return x * x\n"
        "    x = -x\n"
        "return x"
    ),
    "with in a loop": (
        "s = 0.0\n"
        "for i in range(n):\n"
        "    with np.errstate(all='ignore'):\n"
        "        if i == 1:\n"
        "            continue\n"
        "        s += x * i\n"
        "return s"
    ),
    "warnings": (
        "import warnings\n"
        "with warnings.catch_warnings():\n"
        "    warnings.simplefilter('ignore')\n"
        "    y = x * x\n"
        "return y"
    ),
    "manager of one's own": (
        "with manager(x) as m:\n"
        "    y = m * x\n"
        "return y"
    ),
    "two managers": (
        "with manager(x) as m, manager(m * 2) as k:\n"
        "    return m * k"
    ),
    "suppressing an import error": (
        "try:\n"
        "    import nothing_of_this_name as m\n"
        "except ImportError:\n"
        "    m = None\n"
        "return x if m is None else 2 * x"
    ),
    "import that works": (
        "try:\n"
        "    from math import tanh\n"
        "except ImportError:\n"
        "    tanh = None\n"
        "return tanh(x)"
    ),
    "a number has no items": (
        "y = 2 * x\n"
        "try:\n"
        "    y[abs(y) < 1e-3] = 0.0\n"
        "except TypeError:\n"
        "    y = y * y if y > 1e-3 else 0.0\n"
        "return y"
    ),
    "an array has items": (
        "y = np.array([x, 1e-9])\n"
        "try:\n"
        "    y[abs(y) < 1e-3] = x * x\n"
        "except TypeError:\n"
        "    y = 0.0\n"
        "return np.sum(y * y)"
    ),
    "an attribute that no number has": (
        "total = np.sum(np.array([x, 2 * x]))\n"
        "try:\n"
        "    tiny = np.finfo(total.type).eps\n"
        "except (AttributeError, ValueError):\n"
        "    tiny = 0.5\n"
        "return total * tiny"
    ),
    "another exception comes before the one that is sure": (
        "y = 2 * x\n"
        "try:\n"
        "    at = {'a': 1.0}[str(n)]\n"
        "    y[at] = 0.0\n"
        "except KeyError:\n"
        "    y = y * y\n"
        "except TypeError:\n"
        "    y = 3 * x\n"
        "return y"
    ),
    "the wrong handler for what is surely raised": (
        "y = 2 * x\n"
        "try:\n"
        "    try:\n"
        "        tiny = y.type\n"
        "    except TypeError:\n"
        "        tiny = 3.0\n"
        "except AttributeError:\n"
        "    tiny = 0.5\n"
        "return y * tiny"
    ),
    "a lookup that surely succeeds": (
        "table = {'a': (1.0, 2.0)}\n"
        "try:\n"
        "    p, q = table['a']\n"
        "except (KeyError, ValueError):\n"
        "    p, q = x, x\n"
        "return p * x + q * x * x"
    ),
    "a message with a value in it": (
        "if x > 100:\n"
        "    raise ValueError('{!r} is too large'.format(x))\n"
        "return x * x"
    ),
    "no exception": (
        "try:\n"
        "    y = math.sqrt(x)\n"
        "except ValueError:\n"
        "    y = 3 * x\n"
        "return y * 2"
    ),
    "exception": (
        "try:\n"
        "    y = math.log(x - 1)\n"
        "except ValueError:\n"
        "    y = 3 * x * x\n"
        "return y * 2"
    ),
    "try in a loop": (
        "t = 0.0\n"
        "for i in range(4):\n"
        "    try:\n"
        "        t = t + math.log(x + 1 - i)\n"
        "    except ValueError:\n"
        "        t = t + x * x\n"
        "return t"
    ),
    "return and else": (
        "try:\n"
        "    y = 1 / (x - 0.7 + n)\n"
        "except ZeroDivisionError as error:\n"
        "    return x\n"
        "else:\n"
        "    y = y * x\n"
        "return y"
    ),
    "several handlers": (
        "try:\n"
        "    y = [x, x * x][n]\n"
        "except (TypeError, KeyError):\n"
        "    y = 0.0\n"
        "except IndexError:\n"
        "    y = 5 * x\n"
        "return y"
    ),
    "finally": (
        "try:\n"
        "    y = x * x\n"
        "finally:\n"
        "    print('done')\n"
        "    x = 2 * x\n"
        "return y + x"
    ),
    "finally and return": (
        "for i in range(n):\n"
        "    try:\n"
        "        if i == 1:\n"
        "            return x * i\n"
        "        x = x * 2\n"
        "    finally:\n"
        "        print('turn', i)\n"
        "return x"
    ),
    "raise and assert": (
        "assert x == x, 'nan'\n"
        "if n < 0:\n"
        "    raise ValueError('negative') from None\n"
        "return x"
    ),
    "imports": (
        "import math as m, os.path\n"
        "from math import pi, sin as s\n"
        "return m.exp(x) * s(x) * pi * len(os.sep)"
    ),
    "match of values": (
        "match n:\n"
        "    case 1 | 2:\n"
        "        y = x\n"
        "    case 3 if x > 10:\n"
        "        y = 0.0\n"
        "    case 3:\n"
        "        y = x * x\n"
        "    case _:\n"
        "        y = 4 * x\n"
        "return y"
    ),
    "match of sequences": (
        "match (x, [2 * x, n]):\n"
        "    case (a, [b, 4]):\n"
        "        return a\n"
        "    case (a, [b, *_]):\n"
        "        return a * b\n"
        "return 0.0"
    ),
    "match of mappings": (
        "match {'kind': 'square', 'side': x}:\n"
        "    case {'kind': 'circle', 'r': r}:\n"
        "        return r\n"
        "    case {'kind': 'square', 'side': s}:\n"
        "        return s * s\n"
        "return 0.0"
    ),
    "match of classes": (
        "match x:\n"
        "    case int():\n"
        "        return 0.0\n"
        "    case float(y) if y > 0:\n"
        "        return y * y\n"
        "return x"
    ),
    "match of attributes": (
        "from types import SimpleNamespace\n"
        "match SimpleNamespace(a=x, b=2):\n"
        "    case SimpleNamespace(a=a, b=1):\n"
        "        return a\n"
        "    case SimpleNamespace(a=a, b=b):\n"
        "        return a * a * b\n"
        "return 0.0"
    ),
    "match in a loop": (
        "s = 0.0\n"
        "for i in range(4):\n"
        "    match i % 3:\n"
        "        case 0:\n"
        "            continue\n"
        "        case 1:\n"
        "            s += x\n"
        "        case k:\n"
        "            s *= x * k\n"
        "return s"
    ),
    "f-strings": (
        'print(f\'{x:.3f} {n!r:>4} {n=} {"a" + "b"}\')\n'
        "return x * len(f'{n:03d}')"
    ),
    "chained comparison": (
        "return x if 0 < x < 1 <= n else -x"
    ),
    "walrus in tests": (
        "if (y := x * x) < 1 and (z := y + 1) > 1:\n"
        "    return y * z\n"
        "return y"
    ),
    "walrus in while": (
        "k = 0\n"
        "while (k := k + 1) < n:\n"
        "    x = x * k + 1\n"
        "return x"
    ),
    "starred everywhere": (
        "a, *b, c = [x, 2 * x, 3 * x, *(x, 1.0)]\n"
        "return a * b[-1] * c + [*b, a][-1]"
    ),
    "annotations": (
        "y: float = x\n"
        "z: 'not read'\n"
        "y += 1\n"
        "return y * y"
    ),
    "global read": (
        "global np\n"
        "return np.exp(x)"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences(name):
    check(CASES[name], manager=Manager)
