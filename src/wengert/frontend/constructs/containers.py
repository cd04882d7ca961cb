"""Lists, dicts, sets and tuples."""

from __future__ import annotations

from wengert.frontend.constructs.construct import Construct

CONTAINERS = (
    Construct("lists that grow", """
ys = [x]
for k in range(n):
    ys.append(ys[-1] * x + k)
ys.extend([x, 1.0])
ys.insert(0, 3 * x)
ys += [ys[2]]
return sum(ys) * ys[-1]"""),
    Construct("lists that shrink, or are turned around", """
ys = [k * x for k in range(n + 3)]
last = ys.pop()
first = ys.pop(0)
ys.reverse()
ys[1:3] = []
while len(ys) > 1:
    last += ys.pop() * x
return ys[0] * x + first + last"""),
    Construct("arrays put together from lists of any length", """
u, rows, parts = x * np.ones(n), [], []
for k in range(n):
    rows.append((x, k * x, 1.0))
    parts.append(u[: k + 1] * x)
return np.sum(np.array(rows) ** 2) * np.sum(np.concatenate(parts))"""),
    Construct("slices of lists", """
ys = [x * k for k in range(6)]
ys[1:3] = [x, x * x, 1.0]
head, last = ys[:2], ys[-1]
return sum(head) * last + sum(ys[::2])"""),
    Construct("lists written by a number, as arrays are", """
ys = [0.0] * 4
for k in range(n):
    ys[k % 4] += x * k
    ys[-1] = ys[k % 2] * x
return sum(ys)"""),
    Construct("tables: lists of lists", """
D = [[0.0] * (n + 1) for _ in range(n + 1)]
for i in range(1, n + 1):
    D[i][0] = i * x
    for j in range(1, n + 1):
        D[i][j] = D[i - 1][j - 1] * x + max(D[i - 1][j], D[i][j - 1], x)
return D[-1][-1]"""),
    Construct("building and updating dicts", """
d = {'a': x}
d.update(b=2 * x)
d['c'] = d.get('z', x) + d.setdefault('e', x * x)
e = {**d, 'a': 1.0} | {'g': x}
total = e.pop('b')
for key, value in e.items():
    total += value * len(key)
return total + sum(d.values()) * len(list(e.keys()))"""),
    Construct("`defaultdict(float)` and `Counter()`", """
from collections import Counter, defaultdict
d, c = defaultdict(float), Counter()
for word in 'abcab':
    d[word] += x * (1 + c[word])
    c[word] += 1
return d['a'] * d['b'] + max(c.values())"""),
    Construct("sets of what does not vary", """
edge = {(0, 1), (1, 2)}
total = 0.0
for i in range(n):
    if (i, i + 1) in edge and i not in {5, 6}:
        total += x * (i + 1)
return total * len(edge | {3})"""),
    Construct("unpacking", """
(a, b), *rest = [(x, 2.0), x * x, 1.0]
[c, *_], d = (rest, b)
for i, (u, *v) in enumerate([(x, 1, 2)]):
    a += u * len(v) + i
return a * b + c * d"""),
    Construct("copies", """
import copy
a = {'u': np.ones(n) * x, 'v': [x]}
b = copy.deepcopy(a)
b['u'] *= 5.0
a['v'][0] *= x
return np.sum(a['u']) * a['v'][0] + b['u'][0] * b['v'][0]"""),
)  # fmt: skip
