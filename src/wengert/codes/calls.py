"""Refusals of calls into what cannot be followed, and of writes whose effect on other names is not known.

>>> CALLS["W040"].title
'A function without source and without rule'
"""

from __future__ import annotations

from wengert.codes.code import SYNTAX, Code

CALLS: dict[str, Code] = {
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
    "W048": Code(
        "NoRule",
        "A random draw of which it is not known how it varies",
        "no rule says how the draw `{name}` varies with {what}",
        "A number that is drawn by rejection, or counted, jumps as its parameters change, so no formula moves it with them.",
        "Draw a standard number and compute with it (`loc + scale * rng.standard_normal()`), or say `stop_gradient` to the parameter",
    ),
    "W049": Code(
        "NoRule",
        "A tuple of unknown length that is kept",
        "`{function}` returns a tuple whose length only the run knows, or puts one into another container",
        "The adjoint of such a tuple is a list, which grows with what is added to it.",
        "Make it a list (`list(...)`)",
    ),
    "W050": Code(
        "NoRule",
        "A tuple or dict that may be None",
        "`{function}` reads an item of {what}",
        "The adjoint of what is None at first has no items that it could be added to.",
        "Begin with a tuple or dict of the same form, or keep its parts in variables of their own",
    ),
    "W051": Code(
        "NoRule",
        "A cache made inside of the differentiated function",
        "`{function}` makes a function that remembers its results (`{name}`)",
        "What it remembers depends on what varies, and without it a function that calls itself could take very long.",
        "Fill a list or a dict with the results in a loop, or leave `{name}` out where the function does not call itself",
    ),
    # memory
    "W080": Code(
        "AliasError",
        "Two arguments share memory",
        "the arguments {name} of `{function}` share memory, and `{function}` writes into it",
        "Which derivative belongs to which argument could not be told.",
        "Pass a copy of one of them",
    ),
    "W081": Code(
        "AliasError",
        "An object that may have been written to under another name",
        "`{name}` is read in `{function}`, and may have been changed through `{other}`",
        "Whether the two are one object, or share memory, only a run can tell, so it is not known which value this is.",
        "Make a copy where the two meet (`x.copy()`), or use one name for the object",
    ),
    "W082": Code(
        SYNTAX,
        "Writing through a view",
        "`{function}` writes into what `{name}` gave",
        "Whether that is a view of another array or a copy of it, only a run can tell.",
        "Write into the array itself, or into a copy",
    ),
    "W083": Code(
        SYNTAX,
        "Writing a differentiated value into something that is not followed",
        "`{function}` writes a differentiated value into {what}",
        "Where it is read again could not be told.",
        "Keep the value in a variable, a list or an array",
    ),
    "W084": Code(
        SYNTAX,
        "An augmented assignment of another type",
        "`{function}` changes `{name}` of {dtype} by a value of {other} in place",
        "NumPy refuses to put the result into the array.",
        "Make the array a float array (`x.astype(float)`)",
    ),
    "W085": Code(
        SYNTAX,
        "An object that leaves the function",
        "`{function}` hands on the object `{name}`, which holds differentiated values",
        "What others do with its fields cannot be followed.",
        "Return the numbers and arrays in its fields",
    ),
}
