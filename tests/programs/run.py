"""Check random programs by hand: `python tests/programs/run.py --count 20000 --seed 1 --jobs 2`.

Prints each failing program, made small, with its seed; ends with status 1 if there was one.
`--show SEED` prints a program and what is found, without making it smaller.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ["WENGERT_CACHE_DIR"] = ""  # every derivative is made anew

from compare import SKIPPED, Failure, check
from generate import Program, program
from memory import writing_program
from reduce import reduce
from wide import wide_program

CHUNK = 50
WRITING = 1_000_000
WIDE = 10_000_000


def fails_like(failure: Failure, folder: Path) -> Callable[[Program], bool]:
    def fails(smaller: Program) -> bool:
        try:
            return failure.same(check(smaller, folder, failure.stage.partition(":")[0]))
        except Exception:  # the program itself does not run any more
            return False

    return fails


def report(made: Program, failure: Failure, small: Program | None = None) -> str:
    shown = small or made
    return f"seed {made.seed}: {failure.stage}\n{failure.message}\narguments {made.arguments}\n\n{shown.text}"


def made_of(seed: int) -> Program:
    """The program of a seed; from a million on one that writes in place, from ten on one of the whole language."""
    if seed >= WIDE:
        return wide_program(seed)
    return writing_program(seed) if seed >= WRITING else program(seed)


def examine(seed: int, folder: Path, smaller: bool, known: set[str]) -> tuple[str | None, str]:
    """A report if the program fails, and one word for the statistics; of each kind of failure one is made small."""
    made = made_of(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = check(made, folder)
        if found is None or isinstance(found, str):
            return None, found or "right"
        smaller = smaller and found.stage not in known
        known.add(found.stage)
        small = reduce(made, fails_like(found, folder)) if smaller else made
        again = check(small, folder, found.stage.partition(":")[0])
    return report(made, again if isinstance(again, Failure) else found, small), found.stage


def examine_chunk(seeds: range, smaller: bool) -> list[tuple[int, str | None, str]]:
    with tempfile.TemporaryDirectory() as made:
        results, known = [], set()
        for seed in seeds:
            text, word = examine(seed, Path(made), smaller, known)
            results.append((seed, text, word))
        return results


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="of the first program; the others follow")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--stop", type=int, default=5, help="after so many reports of failing programs")
    parser.add_argument("--show", type=int, metavar="SEED")
    parser.add_argument("--as-is", action="store_true", help="print failing programs without making them smaller")
    options = parser.parse_args()
    if options.show is not None:
        print(made_of(options.show).text)
        with tempfile.TemporaryDirectory() as folder:
            text, word = examine(options.show, Path(folder), not options.as_is, set())
        print(text or word)
        return text is not None

    start, words, shown = time.perf_counter(), Counter[str](), 0
    seeds = range(options.seed, options.seed + options.count)
    chunks = [seeds[at : at + CHUNK] for at in range(0, len(seeds), CHUNK)]
    with ProcessPoolExecutor(options.jobs) as pool:
        for results in pool.map(examine_chunk, chunks, [not options.as_is] * len(chunks)):
            for _, text, word in results:
                words[word] += 1
                if text and shown < options.stop:
                    shown += 1
                    print(f"{text}\n{'-' * 78}", flush=True)
    seconds = time.perf_counter() - start
    print(f"seeds {seeds[0]} to {seeds[-1]}, {seconds:.0f} s")
    for word, count in words.most_common():
        print(f"{count:7}  {word}")
    wrong = sum(words.values()) - words["right"] - words[SKIPPED]
    print(f"{words['right']} passed, {wrong} failed, {words[SKIPPED]} skipped")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
