"""Writes into arrays, and into what holds them."""

from __future__ import annotations

from wengert.frontend.constructs.construct import Construct

WRITES = (
    Construct("slices, with steps and backward", """
y = np.arange(4.0) * x
y[1:-1] = y[2:] * x
y[::-2] *= y[0] + x
return np.sum(y * y)"""),
    Construct("several axes, `...` and `np.newaxis`", """
a = np.ones((n, 2)) * x
a[:, 0] *= x
a[..., -1] += a[:, 0]
a[0, np.newaxis] = x * np.ones((1, 2))
a[1, 0] -= x ** 3
return np.sum(a * a)"""),
    Construct("masks", """
y = np.arange(4.0) - x
y[y < 1] *= x
y[np.abs(y) > 2] = x
return np.sum(y ** 2)"""),
    Construct("arrays of positions, of which the last of equal ones counts; `np.add.at`", """
y = np.ones(4) * x
y[[0, 2, 0]] = np.array([x, x * x, 3 * x])
y[np.ix_([1, 3])] *= x
np.add.at(y, [1, 1], x)
return np.sum(y * np.arange(4.0))"""),
    Construct("overlapping parts of one array", """
y = np.arange(1.0, 6.0) * x
y[1:] = y[:-1]
y[:-1] += y[1:] * x
return y[0] * y[-2]"""),
    Construct("swaps of elements and rows", """
a = np.arange(6.0).reshape(3, 2) * x
a[[0, 2]] = a[[2, 0]]
a[0], a[1] = a[1].copy(), a[0].copy()
return np.sum(a * a * np.arange(6.0).reshape(3, 2))"""),
    Construct("rows of a list that change places, and are written to then", """
rows = [[x, 2.0], [x * x, 1.0], [3.0, x]]
rows[0], rows[-1] = rows[-1], rows[0]
rows[0][1] += x * rows[2][0]
return rows[0][0] * rows[0][1] + rows[2][1]"""),
    Construct("`out=`", """
y = np.ones(n) * x
np.multiply(y, x, out=y)
z = np.sin(y, out=np.empty(n))
np.add(z, y, y)
return np.sum(y * z)"""),
    Construct("methods of arrays that write", """
y = np.array([3.0, x, 2 * x])
y.sort()
y[:1].fill(x * x)
y.put([2], x ** 3)
return y[0] * y[1] + y[2]"""),
    Construct("one array under two names, views, views of views, `.T`", """
a = np.ones((n, 2)) * x
b, row, turned = a, a[1], a.T
b[0] *= x
row[:] = 3 * x
turned[1:][0] += x
return np.sum(a * a)"""),
    Construct("`reshape` and `ravel`, which make a view or a copy", """
a = np.ones((n, 2)) * x
a.T.reshape(-1)[0] = 9.0
a.ravel()[1] *= x
a.reshape(2, n)[1] += x
return np.sum(a ** 2)"""),
    Construct("arrays and lists inside of containers", """
y = np.ones(n) * x
state = {'u': y, 'rows': [[x, 2.0], [1.0, x]]}
state['u'][1:] *= x
state['rows'][0][1] += x
state['rows'][1] = [x, x]
return np.sum(state['u']) * state['rows'][0][1] + state['rows'][1][0]"""),
    Construct("what a function is given", """
def scale(a, k):
    a *= k
    a[0] = k
y = np.ones(n)
scale(y, x)
scale(y[1:], x)
return np.sum(y)"""),
)  # fmt: skip
