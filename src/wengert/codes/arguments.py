"""Refusals of arguments and results that do not fit, of checks that do not hold, and of users' rules.

>>> ARGUMENTS["W060"].title
'A result that is not a scalar'
"""

from __future__ import annotations

from wengert.codes.code import ARGUMENT, SYNTAX, Code

ARGUMENTS: dict[str, Code] = {
    # arguments and results
    "W060": Code(
        ARGUMENT,
        "A result that is not a scalar",
        "{name}({function}) needs a scalar result, but `{function}` returned {what}",
        "A gradient is that of one number; which one is meant is not known.",
        "Use jacobian({function}) for all rows, vjp({function}, ...) with a cotangent, or return np.sum(...)",
    ),
    "W061": Code(
        ARGUMENT,
        "An array of integers",
        "argument `{name}` of `{function}` is an {dtype} array; derivatives need floats",
        "Integers do not vary by small amounts, and a gradient could not be of the argument's dtype.",
        "Pass `{name}.astype(float)`, or choose another argnums",
    ),
    "W062": Code(
        ARGUMENT,
        "A bool, None or string where a derivative is asked",
        "argument `{name}` of `{function}` is {what}, which has no derivative",
        "A derivative needs a number that varies by small amounts.",
        "Pass a float, or choose another argnums",
    ),
    "W063": Code(
        ARGUMENT,
        "An argument of a type that is not differentiated",
        "argument `{name}` of `{function}` is {what}, which cannot be differentiated",
        "Derivatives are taken of floats, arrays of floats, and tuples, lists and dicts of them.",
        "Pass the numbers in one of these, or choose another argnums",
    ),
    "W064": Code(
        ARGUMENT,
        "Nothing in the argument varies",
        "argument `{name}` of `{function}` holds no float",
        "Integers, bools, strings and None in a tree are constants, so there is nothing to differentiate by.",
        "Pass floats (`1.0` for `1`), or choose another argnums",
    ),
    "W065": Code(
        ARGUMENT,
        "argnums names no argument",
        "`{function}` has no argument {name}",
        "argnums counts the parameters from 0 (or from -1, backward), or names them: {parameters}.",
        "Choose argnums among them",
    ),
    "W066": Code(
        ARGUMENT,
        "A special kind of array",
        "argument `{name}` of `{function}` is {what}",
        "Its operators mean something else than those of a plain array (or its items are not numbers), and rules are for plain arrays.",
        "Pass a plain array: `np.asarray({name}, dtype=float)`",
    ),
    "W067": Code(
        ARGUMENT,
        "A complex number",
        "{what} is complex, where {name} needs a real one",
        "The derivative of a complex result by one number is not one number.",
        "Return a real number: `abs(z) ** 2`, `z.real` or `z.imag`; or differentiate by a complex number: grad(..., holomorphic=True)",
    ),
    "W068": Code(
        ARGUMENT,
        "A cotangent or tangent that does not fit",
        "the {name} is {what}, but {expected} is needed",
        "A cotangent has the tree and shapes of the result, a tangent those of the argument.",
        "Pass one of the same tree and shapes: `np.ones_like(...)`",
    ),
    "W069": Code(
        ARGUMENT,
        "Other kinds of argument than this derivative was made for",
        "this derivative of `{function}` was made for {expected}, not for {what}",
        "A saved or compiled derivative is one text, for one kind of argument each.",
        "Make another one with such arguments, or call the derivative that `grad` returns, which chooses by itself",
    ),
    "W070": Code(
        ARGUMENT,
        "Too many kinds of argument",
        "`{function}` was called with more than {limit} kinds of argument",
        "A derivative is made and kept for each kind, so a kind that changes with every call fills the memory.",
        "Pass what changes as numbers or arrays, not as strings, functions or differently built trees",
    ),
    "W071": Code(
        ARGUMENT,
        "A result that is not a number",
        "`{function}` returned {what}, which has no derivative",
        "Derivatives are taken of numbers, arrays, and tuples, lists and dicts of them.",
        "Return the number to differentiate",
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
    # users' rules
    "W100": Code(
        "Error",
        "A rule for a function that has one",
        "`{name}` has a rule already, one of wengert's own",
        "Two rules for one function would make derivatives depend on the order in which modules are imported.",
        "Write a function of your own that calls `{name}`, and give that the rule",
    ),
    "W101": Code(
        "Error",
        "A rule that cannot be read",
        "`{name}` is no rule: {what}",
        "A rule is a call, `y = f(x)`, and for each operand what its adjoint gains, `x_bar += y_bar * g(x)`.",
        "Write it in that form, or as functions with `custom_vjp`",
    ),
    "W102": Code(
        "NoRule",
        "A name in a rule that means nothing",
        "the name `{name}` in the text of a rule is not defined",
        "Names in a rule are looked up where it was written, then among the builtins, then in NumPy.",
        "Define `{name}` before the derivative is made, or write `np.{name}` or `math.{name}`",
    ),
    "W103": Code(
        "NoRule",
        "A rule without this mode",
        "the rule of `{name}` does not say what {what} contributes in {mode} mode",
        "A derivative that nobody wrote down would have to be guessed.",
        "Add the missing text or function to the rule, or use the other mode",
    ),
    "W104": Code(
        "NoRule",
        "A custom rule that was not given",
        "`{name}` is a {what} whose rule was never given",
        "Its derivative is what you say it is, and nothing has been said.",
        "Call `{name}.def{short}(...)` before you ask for the derivative",
    ),
    "W105": Code(
        "NoRule",
        "A custom rule that gives something else",
        "the rule of `{name}` gives {what}, but {expected} is needed",
        "A cotangent is one for each differentiated argument, in its shape; a tangent has the shape of the result.",
        "Return a tuple of one for each argument, in the argument's shape",
    ),
    "W106": Code(
        "Error",
        "A checkpoint of a function with effects",
        "`{name}` is run a second time for its derivative, but {what} may not be done twice",
        "`checkpoint` saves nothing of what a function computes, and runs it once more in the reverse sweep.",
        "Move the effect out of `{name}`, or leave `checkpoint` out",
    ),
    "W107": Code(
        "Error",
        "A function without a rule to check",
        "`{name}` has no rule of yours that could be checked",
        "`check_rule` compares what a rule says with finite differences; a function without one is checked by `check_grads`.",
        "Give `{name}` a rule, or call check_grads({name}, ...)",
    ),
    "W108": Code(
        "UnsupportedSyntax",
        "An edit of an adjoint that cannot be moved into the reverse sweep",
        "the block of `with adjoint(...)` in `{function}` {what}",
        "It runs in the reverse sweep, where the adjoint is known, and not where it stands.",
        "Write `with wengert.adjoint(h) as h_bar:` with two variables, and let the block assign `h_bar` alone",
    ),
    "W109": Code(
        "Error",
        "A rule for a function that writes into its arguments",
        "`{name}` has a rule, but writes into what it is given",
        "A rule says how the result depends on the arguments, and nothing of what becomes of them.",
        "Let `{name}` write into a copy and return it, or differentiate it without a rule",
    ),
    "W110": Code(
        ARGUMENT,
        "A variable that cannot be watched",
        "`{function}` has no variable `{name}` that could have an adjoint",
        "Adjoints belong to variables that hold numbers or arrays of them, and are assigned in the function itself.",
        "Watch a variable of `{function}`, or give the value a name there",
    ),
    "W115": Code(
        SYNTAX,
        "A derivative of a nested function that writes into what is around it",
        "the derivative of `{name}` is taken inside of a function whose values `{name}` changes",
        "Its lines become a program of their own, which may read what is around it but not change it.",
        "Let `{name}` return what it changes, or change a copy",
    ),
    "W120": Code(
        ARGUMENT,
        "A real argument of a complex derivative",
        "argument `{name}` of `{function}` is real, where `holomorphic=True` differentiates by a complex number",
        "A real gradient could not hold the complex derivative.",
        "Pass `complex({name})` or `{name}.astype(complex)`, or leave `holomorphic` out",
    ),
    "W111": Code(
        "UnsupportedSyntax",
        "A loop over `checkpointed(...)` that cannot be divided",
        "the loop over `checkpointed(...)` in `{function}` has {what}",
        "The loop is undone in parts of known length, each run once more from its beginning.",
        "Write the loop over `range(...)`, or without {what}",
    ),
    "W116": Code(
        ARGUMENT,
        "A sparse derivative of something else than an array by an array",
        "there is no sparse derivative {what}",
        "Its rows are the numbers of one array, and its columns those of another.",
        "Put the numbers into one array, choose one argument, or leave `sparse=True` out",
    ),
}
