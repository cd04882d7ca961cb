"""What of Python is refused: a text that cannot be found or is not the code that runs, and statements without a derivative.

>>> LANGUAGE["W001"].title
'No source'
"""

from __future__ import annotations

from wengert.codes.code import ARGUMENT, SYNTAX, Code

LANGUAGE: dict[str, Code] = {
    # the text of the function
    "W001": Code(
        "SourceUnavailable",
        "No source",
        "the source of `{function}` cannot be read ({why})",
        "A derivative is made from the text of a function, and the running code alone does not say what that text was.",
        "Put `{function}` in a file, or in a notebook cell, or pass its text: `grad({function}, source=\"\"\"...\"\"\")`",
    ),
    "W002": Code(
        "StaleSource",
        "The file was edited after it was imported",
        "the text of `{function}` in {file} is not the code that runs",
        "The file has changed since `{function}` was defined, so a derivative of its text would be that of another function.",
        "Import the module again (or restart Python), so that text and code agree",
    ),
    "W003": Code(
        "StaleSource",
        "The text given as `source=` is another function",
        "the text given as `source=` is not the code of `{function}`",
        "Compiled, it differs from the function that runs ({difference}), so its derivative would be that of another function.",
        "Pass the text of `{function}` as it was when it was defined, from `def` (or `lambda`) to its last line",
    ),
    "W004": Code(
        "SourceUnavailable",
        "Not written in Python",
        "`{function}` is {what}, which has no Python text",
        "A derivative is made from the text of a function; what is compiled has none.",
        "Write a function that calls it, and differentiate that: `lambda x: {function}(x)`",
    ),
    "W005": Code(
        ARGUMENT,
        "Not a function",
        "a function is wanted, not {what}",
        "Derivatives are made of functions, methods, lambdas, `functools.partial` and objects with a `__call__`.",
        "Pass the function itself, without calling it: `grad(f)(x)`, not `grad(f(x))`",
    ),
    "W006": Code(
        "SourceUnavailable",
        "A wrapped function",
        "`{function}` is wrapped by a decorator (`{wrapper}`), and what the wrapper does is not in its text",
        "The wrapper runs in place of `{function}`, so a derivative of the inner text alone could be that of another function.",
        "Differentiate the function below the decorator (`{function}.__wrapped__`) if the wrapper does not change the value",
    ),
    # the language
    "W010": Code(
        SYNTAX,
        "A class inside a differentiated function",
        "`{function}` defines the class `{name}`, and {what}",
        "A class is made once, before the first line runs; only methods and attributes of such a class can be followed.",
        "Define `{name}` outside of `{function}`",
    ),
    "W011": Code(
        SYNTAX,
        "async and await",
        "`{function}` uses `{construct}`",
        "Where an awaited function goes on is decided outside of `{function}`, so there is no order to run backward.",
        "Move the arithmetic into a plain function, await its inputs before, and differentiate that function",
    ),
    "W012": Code(
        SYNTAX,
        "A generator",
        "in `{function}`, {what}",
        "A generator runs in pieces, when somebody asks for its next item, so it can be followed only where a `for` or a call takes up its items.",
        "Walk over it with `for`, or make a list of its items (`list(...)`)",
    ),
    "W013": Code(
        SYNTAX,
        "try",
        "{what} inside of a `try` of `{function}`",
        "Whether its body raises is found by running a copy of it first, so it can only compute, and what comes after an exception "
        "must not depend on how far the body got.",
        "Keep only what may raise inside of the `try`, or test for the condition with `if` before",
    ),
    "W014": Code(
        SYNTAX,
        "Assigning a global",
        "`{function}` assigns the global `{name}`",
        "A derivative may be called again, out of order or from another thread, where the value left there would be lost or stale.",
        "Return `{name}` from `{function}`, or keep it in an argument",
    ),
    "W015": Code(
        SYNTAX,
        "nonlocal",
        "`{function}` assigns `{name}` of the function around it",
        "What a call leaves in a variable of another function is not followed from one call to the next.",
        "Return `{name}`, and assign it where it belongs",
    ),
    "W018": Code(
        SYNTAX,
        "Deleting an item",
        "`{function}` deletes an item of `{name}`",
        "Which items are left must be known before the function runs, and what the caller handed in keeps its form.",
        "Make a new list or dict without the item",
    ),
    "W019": Code(
        SYNTAX,
        "import inside a differentiated function",
        "`{function}` imports `{name}`",
        "What a name stands for must be known before the function runs.",
        "Import `{name}` at the top of the file",
    ),
    "W020": Code(
        SYNTAX,
        "An assignment in a generator expression that is kept",
        "`{function}` keeps a generator expression that assigns a variable",
        "When the variable gets which value depends on who asks for the items.",
        "Make it a list (`[...]`), or hand it to the call that takes its items",
    ),
    "W021": Code(
        SYNTAX,
        "* and ** in a call",
        "the call of `{name}` unpacks its arguments with `{construct}`",
        "Which argument goes to which parameter must be known before the function runs.",
        "Write the arguments out",
    ),
    "W023": Code(
        SYNTAX,
        "Writing into an array, a list or a dict",
        "`{function}` writes into `{name}`",
        "Other names may stand for the same object, and a value that the reverse sweep needs would be overwritten.",
        "Make a new value (`np.where`, `np.concatenate`, a new list) and give it the name",
    ),
    "W024": Code(
        SYNTAX,
        "Setting an attribute",
        "`{function}` sets the attribute `{name}`",
        "An object outlives the call, and a differentiated value left in it would be lost or stale.",
        "Keep the value in a variable, and return it",
    ),
    "W026": Code(
        SYNTAX,
        "A recursion that cannot be a function of its own",
        "`{function}` calls itself{through}",
        "A recursion becomes a function of the derivative's text: its arguments go in, its result comes out with the new contents of what it was given.",
        "Return what it computes instead of writing it into what others hold, too, or write it as a loop",
    ),
    "W027": Code(
        SYNTAX,
        "A loop over something that cannot be walked backward",
        "`{function}` loops over {what}",
        "Loops are differentiated over ranges, arrays, lists, tuples, `zip`, `enumerate` and `reversed` of such.",
        "Make a list of it before the loop",
    ),
    "W028": Code(
        SYNTAX,
        "Syntax that is not differentiated",
        "`{function}` uses {construct}",
        "This piece of Python is outside of the language that is differentiated (docs/language.md).",
        "Write it with assignments, `if`, `for` and `while`",
    ),
    "W029": Code(
        SYNTAX,
        "Code that makes or reads names at run time",
        "`{function}` calls `{name}`",
        "Which names exist, and what they hold, would be decided while the function runs.",
        "Name the values in the text",
    ),
    "W032": Code(
        SYNTAX,
        "Something that may raise and cannot be tried in a `try`",
        "a `try` in `{function}` calls something that may raise and does more than compute",
        "Whether it raises is found by running a copy of it first, and what it does besides must happen once.",
        "Call it before the `try`, or test for the condition with `if`",
    ),
}
