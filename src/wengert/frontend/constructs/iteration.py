"""What walks over items."""

from __future__ import annotations

from wengert.frontend.constructs.construct import Construct

ITERATION = (
    Construct("generator expressions that a call takes up", """
xs = [x, 2 * x, 3 * x]
total = max(v * v for v in xs) + min(v for v in xs)
if any(v > 1 for v in xs) and all(v > 0 for v in xs):
    total += sum(tuple(v * i for i, v in enumerate(xs))) + np.sum(np.array([v for v in xs]))
return total + dict((k, v) for k, v in zip('abc', xs))['b'] * list(v for v in xs)[-1]"""),
    Construct("generator functions", """
def walk(v):
    while v < 3:
        yield v
        v = v + x
total = 0.0
for k, v in enumerate(walk(x)):
    total += k * v
return total + max(walk(x))"""),
    Construct("`enumerate`, `zip`, `reversed`", """
total = 0.0
for k, (a, b) in enumerate(zip([x, 2.0], reversed([1.0, x])), start=1):
    total += k * a * b
return total"""),
    Construct("`map` and `filter`", """
xs = [x, 2 * x, -x]
return sum(map(lambda a, b: a * b, xs, xs)) + sum(filter(lambda a: a > 0, xs)) + max(map(abs, xs))"""),
    Construct("`sorted`, `sort`, `min` and `max` by a key", """
points = [(1, x), (0, 2 * x), (2, -x)]
ordered = sorted(points, key=lambda p: p[1])
points.sort(key=lambda p: p[0], reverse=True)
best = min(points, key=lambda p: abs(p[1]))
return ordered[0][1] * points[0][0] + ordered[-1][1] * best[1]"""),
    Construct("`itertools`", """
import itertools
xs = [x, 2.0, x * x]
total = sum(a * b for a, b in itertools.combinations(xs, 2))
for run in itertools.accumulate(xs):
    total += run
for a, b in itertools.product(xs, range(2)):
    total += a * b
return total + sum(itertools.chain(xs, [x])) + sum(a * b for a, b in itertools.pairwise(xs))"""),
    Construct("`heapq`, `bisect`, `statistics`", """
import bisect, heapq, statistics
xs = []
for v in (x, 3.0, -x):
    heapq.heappush(xs, v)
smallest = heapq.heappop(xs)
ys = [0.0, x, 2 * x]
k = bisect.bisect(ys, 0.1)
return smallest * statistics.fmean(xs) + ys[k] + statistics.stdev(ys)"""),
)  # fmt: skip
