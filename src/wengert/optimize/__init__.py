"""Clean-up of a derivative before it is printed: each pass a pure function, listed here in order."""

from collections.abc import Collection
from dataclasses import replace

from wengert.ir.core import Apply, Function, Name
from wengert.ir.walk import map_functions
from wengert.optimize.at_once import change_at_once
from wengert.optimize.copies import propagate_copies
from wengert.optimize.dead_code import eliminate_dead_code, read_back
from wengert.optimize.dots import multiply_rows
from wengert.optimize.early_returns import return_early
from wengert.optimize.factors import gather_factors
from wengert.optimize.fold import fold_constants
from wengert.optimize.onto import add_onto
from wengert.optimize.own import own
from wengert.optimize.rematerialise import keep_statements_whole
from wengert.optimize.shapes import ask_at_hand
from wengert.optimize.subexpressions import share_subexpressions
from wengert.optimize.transposes import transpose_operands

TAKING_APART = frozenset({"restore"})
"""What a backward half takes apart, its own adjoint puts together: also what it makes no use of, until the program is finished."""


def simplify(function: Function, given: Collection[Name] = ()) -> Function:
    """The same program without copies, repetitions and dead code; a further derivative begins here.

    `given` are the names of the primal, whose lines stay as the user wrote them.
    """

    def one(function: Function) -> Function:
        function = propagate_copies(function)
        function = add_onto(function)  # before what is added to zeros is assigned
        function = fold_constants(function, given)
        function = transpose_operands(function, given)
        function = ask_at_hand(function)
        function = share_subexpressions(function, given)
        function = change_at_once(function, given)
        function = gather_factors(function, given)
        function = multiply_rows(function, given)
        return eliminate_dead_code(function, TAKING_APART, read_back(function, given))

    return map_functions(function, one)


def finish(function: Function, given: Collection[Name] = ()) -> Function:
    """A simplified program as it is printed: the user's statements whole, and arrays written in place where they are its own."""
    made = map_functions(function, lambda one: eliminate_dead_code(own(keep_statements_whole(one, given))))
    if not made.callees or any(isinstance(line, Apply) and line.op == "comment" for line in made.body.lines):
        return replace(made, callees={name: return_early(callee) for name, callee in made.callees.items()})
    return map_functions(made, return_early)  # a main function that is nothing but calls


def clean(function: Function, given: Collection[Name] = ()) -> Function:
    """Both: what a derivative goes through before it is printed."""
    return finish(simplify(function, given), given)
