"""The table of refusals: what is refused, why, and what to write instead, each under a stable code.

`errors.error("W014", place, name="state")` makes the exception, and docs/errors.md is printed from it.
A code is never reused: a refusal that is gone leaves its number empty. A row is plain text with fields in braces;
`{function}` is the user's function, taken from the place where none is given.

>>> CODES["W014"].message.format(function="loss", name="state")
'`loss` leaves a differentiated value in the global `state`'
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One refusal: the name of its class in `errors`, a title, and the three parts of its message."""

    error: str
    title: str
    message: str  # what; without the full stop, as the code follows in parentheses
    reason: str  # why
    rewrite: str  # what to do; without the full stop, as the link follows in parentheses


_SYNTAX = "UnsupportedSyntax"
_ARGUMENT = "ArgumentError"

CODES: dict[str, Code] = {
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
        _ARGUMENT,
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
        _SYNTAX,
        "A class inside a differentiated function",
        "`{function}` defines the class `{name}`",
        "What a class statement makes is not followed from definition to use.",
        "Define `{name}` outside of `{function}`",
    ),
    "W011": Code(
        _SYNTAX,
        "async and await",
        "`{function}` uses `{construct}`",
        "Where an awaited function goes on is decided outside of `{function}`, so there is no order to run backward.",
        "Move the arithmetic into a plain function, await its inputs before, and differentiate that function",
    ),
    "W012": Code(
        _SYNTAX,
        "yield",
        "`{function}` is a generator",
        "A generator runs in pieces, between which anything may happen, so there is no one order to run backward.",
        "Collect the values in a list and return it",
    ),
    "W013": Code(
        _SYNTAX,
        "try",
        "`{function}` uses `try`",
        "How much of the body ran before an exception is not recorded, so it cannot be run backward.",
        "Test for the condition with `if` before, or catch the exception around the call of the derivative",
    ),
    "W014": Code(
        _SYNTAX,
        "A differentiated value left in a global",
        "`{function}` leaves a differentiated value in the global `{name}`",
        "A derivative may be called again, out of order or from another thread, where that value would be lost or stale.",
        "Return `{name}` from `{function}`, or keep it in an argument",
    ),
    "W015": Code(
        _SYNTAX,
        "nonlocal",
        "`{function}` assigns `{name}` of the function around it",
        "A value that one function leaves in another's variable is not followed.",
        "Return `{name}`, and assign it where it belongs",
    ),
    "W016": Code(
        _SYNTAX,
        "with",
        "`{function}` uses `with`",
        "What a context manager does on entry and exit is not in the text, so it cannot be run backward.",
        "Enter the context around the call of the derivative",
    ),
    "W017": Code(
        _SYNTAX,
        "match",
        "`{function}` uses `match`",
        "Patterns look into values in ways that are not followed.",
        "Write the cases as `if` and `elif`",
    ),
    "W018": Code(
        _SYNTAX,
        "del",
        "`{function}` deletes `{name}`",
        "The reverse sweep may need a value after the line that deletes it.",
        "Leave the `del` out: names end with the function",
    ),
    "W019": Code(
        _SYNTAX,
        "import inside a differentiated function",
        "`{function}` imports `{name}`",
        "What a name stands for must be known before the function runs.",
        "Import `{name}` at the top of the file",
    ),
    "W020": Code(
        _SYNTAX,
        "Comprehensions and generator expressions",
        "`{function}` uses a {construct}",
        "The loop inside a comprehension is not differentiated yet.",
        "Write it as a `for` loop, or on arrays",
    ),
    "W021": Code(
        _SYNTAX,
        "* and ** in a call",
        "the call of `{name}` unpacks its arguments with `{construct}`",
        "Which argument goes to which parameter must be known before the function runs.",
        "Write the arguments out",
    ),
    "W022": Code(
        _SYNTAX,
        "*args and **kwargs",
        "`{function}` takes `{construct}`",
        "A derivative is made for named parameters.",
        "Name the parameters, or take one tuple or dict",
    ),
    "W023": Code(
        _SYNTAX,
        "Writing into an array, a list or a dict",
        "`{function}` writes into `{name}`",
        "Other names may stand for the same object, and a value that the reverse sweep needs would be overwritten.",
        "Make a new value (`np.where`, `np.concatenate`, a new list) and give it the name",
    ),
    "W024": Code(
        _SYNTAX,
        "Setting an attribute",
        "`{function}` sets the attribute `{name}`",
        "An object outlives the call, and a differentiated value left in it would be lost or stale.",
        "Keep the value in a variable, and return it",
    ),
    "W025": Code(
        _SYNTAX,
        "A decorator on an inner function",
        "the inner function `{name}` has a decorator",
        "What the decorator makes of `{name}` is not in the text.",
        "Define `{name}` without the decorator, or outside of `{function}`",
    ),
    "W026": Code(
        _SYNTAX,
        "Recursion",
        "`{function}` calls itself{through}",
        "How deep the calls go is not known before the function runs.",
        "Write it as a loop",
    ),
    "W027": Code(
        _SYNTAX,
        "A loop over something that cannot be walked backward",
        "`{function}` loops over {what}",
        "Loops are differentiated over ranges, arrays, lists, tuples, `zip`, `enumerate` and `reversed` of such.",
        "Make a list of it before the loop",
    ),
    "W028": Code(
        _SYNTAX,
        "Syntax that is not differentiated",
        "`{function}` uses {construct}",
        "This piece of Python is outside of the language that is differentiated (docs/language.md).",
        "Write it with assignments, `if`, `for` and `while`",
    ),
    "W029": Code(
        _SYNTAX,
        "Code that makes or reads names at run time",
        "`{function}` calls `{name}`",
        "Which names exist, and what they hold, would be decided while the function runs.",
        "Name the values in the text",
    ),
    "W030": Code(
        _SYNTAX,
        "An inner function and a variable that changes",
        "the inner function `{name}` reads `{variable}`, which is assigned again and may have another value when `{name}` is called",
        "A closure reads the latest value of a variable, and when that is cannot be told where the function is handed on.",
        "Pass `{variable}` as an argument, or give the later value another name",
    ),
    "W031": Code(
        _SYNTAX,
        "Default values in an inner function",
        "the inner function `{name}` has default values",
        "The inner functions of a differentiated function are called with all their arguments.",
        "Pass the value in each call, or read the variable itself inside of `{name}`",
    ),
    # calls
    "W040": Code(
        "NoRule",
        "A function without source and without rule",
        "there is no derivative rule for `{name}`, and its source cannot be read",
        "Its derivative is not known, and neither zero nor finite differences would be right.",
        "Give it a rule (docs/rules.md), write it in Python and NumPy, or say `stop_gradient` to its arguments",
    ),
    "W041": Code(
        "NoRule",
        "A function that is known only at run time",
        "which function `{name}` is cannot be told before `{function}` runs",
        "A derivative is made before the first line runs, and needs the text or the rule of everything called.",
        "Call the function by the name it is defined or imported with, or pass it as an argument",
    ),
    "W042": Code(
        "UnsupportedKeyword",
        "A keyword that the rule does not know",
        "the rule of `{name}` does not know the keyword `{keyword}`",
        "An ignored keyword would give the derivative of another function.",
        "Leave `{keyword}` out, or say the same with other functions",
    ),
    "W043": Code(
        "NoRule",
        "An attribute or method without rule",
        "there is no derivative rule for `.{name}` of {what}",
        "The value depends on a differentiated argument, and how `.{name}` depends on it is not known.",
        "Use the function of NumPy that does the same, or say `stop_gradient` to the value",
    ),
    "W044": Code(
        "NoRule",
        "A rule that does not cover these arguments",
        "the rule of `{name}` does not cover {what}",
        "The derivative of this form of the call is not known.",
        "Write the call in another form, or with other functions",
    ),
    "W045": Code(
        "UnsupportedKeyword",
        "out=",
        "`{name}` writes its result into an array (`out=`)",
        "A value that the reverse sweep needs may be overwritten.",
        "Leave `out=` out, and give the result a name",
    ),
    "W046": Code(
        "NoRule",
        "A method that changes its object",
        "`.{name}` changes {what} in place",
        "Other names may stand for the same object, and a value that the reverse sweep needs would be overwritten.",
        "Make a new object and give it the name",
    ),
    "W047": Code(
        "NoRule",
        "An operator without rule",
        "there is no derivative rule for `{name}` of {what}",
        "How the result depends on a differentiated argument is not known.",
        "Write it with arithmetic on numbers and arrays, or say `stop_gradient` to the operands",
    ),
    # arguments and results
    "W060": Code(
        _ARGUMENT,
        "A result that is not a scalar",
        "{name}({function}) needs a scalar result, but `{function}` returned {what}",
        "A gradient is that of one number; which one is meant is not known.",
        "Use jacobian({function}) for all rows, vjp({function}, ...) with a cotangent, or return np.sum(...)",
    ),
    "W061": Code(
        _ARGUMENT,
        "An array of integers",
        "argument `{name}` of `{function}` is an {dtype} array; derivatives need floats",
        "Integers do not vary by small amounts, and a gradient could not be of the argument's dtype.",
        "Pass `{name}.astype(float)`, or choose another argnums",
    ),
    "W062": Code(
        _ARGUMENT,
        "A bool, None or string where a derivative is asked",
        "argument `{name}` of `{function}` is {what}, which has no derivative",
        "A derivative needs a number that varies by small amounts.",
        "Pass a float, or choose another argnums",
    ),
    "W063": Code(
        _ARGUMENT,
        "An argument of a type that is not differentiated",
        "argument `{name}` of `{function}` is {what}, which cannot be differentiated",
        "Derivatives are taken of floats, arrays of floats, and tuples, lists and dicts of them.",
        "Pass the numbers in one of these, or choose another argnums",
    ),
    "W064": Code(
        _ARGUMENT,
        "Nothing in the argument varies",
        "argument `{name}` of `{function}` holds no float",
        "Integers, bools, strings and None in a tree are constants, so there is nothing to differentiate by.",
        "Pass floats (`1.0` for `1`), or choose another argnums",
    ),
    "W065": Code(
        _ARGUMENT,
        "argnums names no argument",
        "`{function}` has no argument {name}",
        "argnums counts the parameters from 0 (or from -1, backward), or names them: {parameters}.",
        "Choose argnums among them",
    ),
    "W066": Code(
        _ARGUMENT,
        "A special kind of array",
        "argument `{name}` of `{function}` is {what}",
        "Its operators mean something else than those of a plain array (or its items are not numbers), and rules are for plain arrays.",
        "Pass a plain array: `np.asarray({name}, dtype=float)`",
    ),
    "W067": Code(
        _ARGUMENT,
        "A complex number",
        "{what} is complex, where {name} needs a real one",
        "The derivative of a complex result by one number is not one number.",
        "Return a real number: `abs(z) ** 2`, `z.real` or `z.imag`",
    ),
    "W068": Code(
        _ARGUMENT,
        "A cotangent or tangent that does not fit",
        "the {name} is {what}, but {expected} is needed",
        "A cotangent has the tree and shapes of the result, a tangent those of the argument.",
        "Pass one of the same tree and shapes: `np.ones_like(...)`",
    ),
    "W069": Code(
        _ARGUMENT,
        "Other kinds of argument than this derivative was made for",
        "this derivative of `{function}` was made for {expected}, not for {what}",
        "A saved or compiled derivative is one text, for one kind of argument each.",
        "Make another one with such arguments, or call the derivative that `grad` returns, which chooses by itself",
    ),
    "W070": Code(
        _ARGUMENT,
        "Too many kinds of argument",
        "`{function}` was called with more than {limit} kinds of argument",
        "A derivative is made and kept for each kind, so a kind that changes with every call fills the memory.",
        "Pass what changes as numbers or arrays, not as strings, functions or differently built trees",
    ),
    "W071": Code(
        _ARGUMENT,
        "A result that is not a number",
        "`{function}` returned {what}, which has no derivative",
        "Derivatives are taken of numbers, arrays, and tuples, lists and dicts of them.",
        "Return the number to differentiate",
    ),
    # memory
    "W080": Code(
        "AliasError",
        "Two arguments share memory",
        "the arguments {name} of `{function}` share memory, and `{function}` writes into it",
        "Which derivative belongs to which argument could not be told.",
        "Pass a copy of one of them",
    ),
    # checks
    "W090": Code(
        "GradientMismatch",
        "A derivative that differs from finite differences",
        "{what} of `{function}` by {where} is {analytic}, but {other} {numeric}",
        "{reason}.",
        "Look at `.explain` for the stage that is wrong; at a kink of `{function}`, or where it is large or steep, pass other `args`, `eps` or `rtol`",
    ),
    "W091": Code(
        "Error",
        "A derivative that cannot be saved as a module",
        "the derivative of `{function}` cannot be saved as a module: {what}",
        "A saved module needs NumPy and at most the module of `{function}`, so what it uses must be importable by name, or a literal.",
        "Define what it needs at the top level of a module, or pass it as an argument",
    ),
    "W092": Code(
        "Error",
        "A derivative that cannot be pickled",
        "the derivative of `{function}` cannot be pickled: {what}",
        "It is pickled by the name of `{function}` where that can be imported, and else as text with what the text needs.",
        "Define `{function}` and what it needs at the top level of a module, or pass it as an argument",
    ),
}
