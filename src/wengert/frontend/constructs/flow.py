"""Branches, exceptions and managers, and what has no derivative."""

from __future__ import annotations

from wengert.frontend.constructs.construct import Construct

FLOW = (
    Construct("all patterns of `match`", """
total = 0.0
for event in [('move', x, 2), {'kind': 'turn', 'by': x}, [x, 1.0, 2.0], None, 3.5]:
    match event:
        case ('move', by, 1 | 2 as k):
            total += by * k
        case {'kind': 'turn', **rest}:
            total += rest['by'] ** 2
        case [first, *others] if len(others) > 1:
            total += first * others[0]
        case float(v):
            total += v * x
        case None:
            total *= 2
return total"""),
    Construct("managers of your own, of `contextmanager` and of `contextlib`", """
from contextlib import contextmanager, suppress

class Scaled:
    def __init__(self, by):
        self.by = by

    def __enter__(self):
        return self.by * 2

    def __exit__(self, *raised):
        self.by = 1.0

@contextmanager
def doubled(v):
    yield 2 * v

def f(x, n):
    with Scaled(x) as s, doubled(s) as d:
        y = s * d
    with suppress(ZeroDivisionError), np.errstate(divide='ignore'):
        y = y / (n - 3)
    return y"""),
    Construct("an exception in the middle of a `try`", """
y = x
try:
    y = y * 2
    if n > 2:
        raise ValueError('large')
    y = y * 5
except (KeyError, ValueError) as error:
    y = y * len(str(error))
else:
    y = 0.0
finally:
    y = y + x
return y"""),
    Construct("`isinstance`, `is None`, `hasattr`, `callable`", """
def g(v):
    if v is None or isinstance(v, str):
        return 1.0
    if hasattr(v, 'shape') and not callable(v):
        return v.sum()
    return float(v)
return g(None) + g('a') * g(x) + g(np.ones(n) * x)"""),
    Construct("imports that may fail, or stand in a branch", """
try:
    from missing_package import sin
except ImportError:
    from math import sin
if n > 1:
    import operator as op
return op.mul(sin(x), x)"""),
    Construct("numbers as text, `print`, `logging`, `warnings`", """
import logging
import warnings
print('x = %.3f, n = %d' % (x, n), '{:>8.2e}'.format(x), f'{x:.2f} {x!r}', sep='; ')
logging.debug('x is %s', x)
if x < 0:
    warnings.warn('negative')
name = f'k{n}'
return {'k3': x * x}.get(name, x)"""),
    Construct("random draws", """
rng = np.random.default_rng(1)
y = x + 0.1 * x * rng.standard_normal(n)
z = rng.normal(x, 0.1 * x)
if rng.uniform() < 0.9:
    z += rng.exponential(x)
return np.mean(y) * z"""),
    Construct("`float`, `int`, `abs`, `round`, and functions of `math` that look", """
y = float(x) + int(n) * x + abs(-x) + round(n / 2) * x + math.fmod(x, 0.5) + math.copysign(x, -1.0)
return y if math.isfinite(y) and not math.isnan(y) else 0.0"""),
)  # fmt: skip
