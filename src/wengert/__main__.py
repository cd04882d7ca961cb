"""Show how a derivative is made: `python -m wengert show FILE:FUNCTION --args 0.2 10 --stage all`.

The stages: `source` (the function's text), `wengert` (the primal as a Wengert list), `forward` (the text of its
tangent), `reverse` (the text of its gradient), `jacobian` and `hessian` (their texts, forward), `all` (every step on the way to the gradient).
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

STAGES = ("source", "wengert", "forward", "reverse", "jacobian", "hessian", "all")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 0 if it could be done, 1 if the function is refused, 2 if the command makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m wengert", description="Read how the derivative of a function is made.")
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show", help="print stages of making a derivative")
    show.add_argument("function", metavar="FILE:FUNCTION", help="a Python file and a function in it")
    show.add_argument("--args", nargs="*", default=[], metavar="ARG", help="arguments, as Python literals: 0.2 10 '[1.0, 2.0]'")
    show.add_argument("--argnums", default="0", help="position or name of the argument, or several with commas (default 0)")
    show.add_argument("--stage", choices=STAGES, default="reverse", help="what to print (default reverse)")
    options = parser.parse_args(argv)
    path, _, name = options.function.rpartition(":")
    if not path:
        parser.error(f"expected FILE:FUNCTION, not {options.function!r}")
    if not os.path.isfile(path):
        parser.error(f"there is no file {path}")
    function = _function(path, name)
    if not callable(function):
        parser.error(f"{path} defines no function {name}")

    from wengert.errors import Error

    try:
        print(_stage(function, options.stage, [_literal(text) for text in options.args], _argnums(options.argnums)), end="")
    except Error as refusal:
        print(refusal.render(), file=sys.stderr)
        return 1
    return 0


def _function(path: str, name: str) -> Any:
    """The function of a file, which is imported for it as a module of its own name."""
    module_name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        return None
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    spec.loader.exec_module(module)
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _literal(text: str) -> Any:
    """A number, list, dict ... as Python writes it; anything else is a string."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _argnums(text: str) -> Any:
    parts = tuple(_literal(part.strip()) for part in text.split(","))
    return parts[0] if len(parts) == 1 else parts


def _stage(function: Callable[..., Any], stage: str, args: Sequence[Any], argnums: Any) -> str:
    from wengert.derivative import Derivative
    from wengert.explain import explain, source_text
    from wengert.ir.text import show

    gradient: Derivative[..., Any] = Derivative(function, "grad", argnums)
    tangent: Derivative[..., Any] = Derivative(function, "jvp", argnums)
    if stage == "forward":
        return tangent.source(*args)
    if stage == "reverse":
        return gradient.source(*args)
    if stage in ("jacobian", "hessian"):
        of: Any = function if stage == "jacobian" else gradient
        jacobian: Derivative[..., Any] = Derivative(of, "jacfwd", argnums)
        return jacobian.source(*args)
    stages = gradient.all_stages(*args)
    if stage == "source":
        return source_text(stages).partition("\n")[2].rstrip() + "\n"
    if stage == "wengert":
        return show(stages.primal).rstrip() + "\n"
    title = "tangent, as text"
    return f"{explain(stages)}\n{title}\n{'-' * len(title)}\n{tangent.source(*args)}"


if __name__ == "__main__":
    sys.exit(main())
