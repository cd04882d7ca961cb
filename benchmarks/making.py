"""What does it cost to make and to find a derivative? Dispatch, making, the disk cache, the import, and growth with the length.

    python benchmarks/making.py [--quick]
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

from timing import medians

LINES = (
    "    a{k} = math.sin(a{j}) * y + a{j}\n",
    "    if a{k} > 0.5:\n        a{k} = a{k} / (1 + a{k} * a{k})\n",
    "    for i in range(3):\n        a{k} = 0.5 * a{k} * (1 - a{k}) + y\n",
)


def thirty_lines(name: str) -> str:
    """A typical function: statements, branches and loops."""
    body = "".join(line.format(k=k, j=k - 1) for k in range(1, 7) for line in LINES)
    return f"def {name}(a0, y):\n{body}    return a6\n"


def straight(name: str, lines: int) -> str:
    body = "".join(f"    a{k} = math.sin(a{k - 1}) * y + a{max(0, k - 3)}\n" for k in range(1, lines + 1))
    return f"def {name}(a0, y):\n{body}    return a{lines}\n"


def module_of(text: str, path: Path) -> ModuleType:
    path.write_text("import math\n\n" + text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def product(x, y):
    return x * y


def dispatch() -> None:
    from wengert import grad

    gradient = grad(product)
    gradient(2.0, 3.0)
    bare = gradient.compiled(2.0, 3.0)
    spent = medians({"public": lambda: gradient(2.0, 3.0), "bare": lambda: bare(2.0, 3.0)}, rounds=101)
    print(f"dispatch, two floats           {(spent['public'] - spent['bare']) * 1e6:8.2f} us   (at most 1)")


def seconds_to_make(module: ModuleType, names: list[str]) -> list[float]:
    """For each function the time until its gradient is ready; the first also has its file parsed, and is left out."""
    from wengert import grad

    spent = []
    for name in names:
        start = time.perf_counter()
        grad(getattr(module, name))(0.3, 0.4)
        spent.append(time.perf_counter() - start)
    return spent[1:]


def making(folder: Path, count: int = 12) -> None:
    names = [f"f{k}" for k in range(count)]
    module_of("\n\n".join(map(thirty_lines, names)), folder / "thirty.py")
    environment = os.environ | {"WENGERT_CACHE_DIR": str(folder / "cache"), "THIRTY": str(folder)}
    for what, limit in ("made", 20), ("from the disk cache", 5):
        code = (
            "import os, sys, statistics; sys.path[:0] = [os.environ['THIRTY'], sys.argv[1]]\n"
            "import making, thirty\n"
            f"print(statistics.median(making.seconds_to_make(thirty, {names!r})))"
        )
        run = subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent)], env=environment, capture_output=True, text=True)
        shown = f"{float(run.stdout) * 1e3:8.2f} ms" if run.returncode == 0 else run.stderr.strip().splitlines()[-1]
        print(f"30 lines, {what:20} {shown}   (at most {limit})")


def importing(rounds: int = 9) -> None:
    code = "import numpy, time; start = time.perf_counter(); import wengert; print(time.perf_counter() - start)"
    spent = [float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout) for _ in range(rounds)]
    print(f"import wengert, over NumPy     {statistics.median(spent) * 1e3:8.2f} ms   (at most 50)")


def growth(folder: Path, lengths: tuple[int, ...]) -> None:
    from wengert import grad

    print("lines   ms to make   us a line   lines of text")
    for lines in lengths:
        function = module_of(straight("f", lines), folder / f"straight_{lines}.py").f
        start = time.perf_counter()
        text = grad(function).source(0.3, 0.4)
        spent = time.perf_counter() - start
        print(f"{lines:5}   {spent * 1e3:10.1f}   {spent / lines * 1e6:9.1f}   {len(text.splitlines()):13}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    os.environ["WENGERT_CACHE_DIR"] = ""
    dispatch()
    importing(3 if options.quick else 9)
    with tempfile.TemporaryDirectory() as made:
        making(Path(made))
        growth(Path(made), (31, 125, 500) if options.quick else (31, 62, 125, 250, 500, 1000, 2000))


if __name__ == "__main__":
    main()
