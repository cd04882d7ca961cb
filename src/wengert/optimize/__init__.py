"""Clean-up of a derivative before it is printed: each pass a pure function, listed here in order."""

from collections.abc import Collection

from wengert.ir.core import Function, Name
from wengert.optimize.copies import propagate_copies
from wengert.optimize.dead_code import eliminate_dead_code
from wengert.optimize.fold import fold_constants
from wengert.optimize.own import own
from wengert.optimize.rematerialise import keep_statements_whole
from wengert.optimize.shapes import ask_at_hand
from wengert.optimize.subexpressions import share_subexpressions


def simplify(function: Function, given: Collection[Name] = ()) -> Function:
    """The same program without copies, repetitions and dead code; a further derivative begins here.

    `given` are the names of the primal, whose lines stay as the user wrote them.
    """
    function = propagate_copies(function)
    function = fold_constants(function, given)
    function = ask_at_hand(function)
    function = share_subexpressions(function, given)
    return eliminate_dead_code(function)


def finish(function: Function, given: Collection[Name] = ()) -> Function:
    """A simplified program as it is printed: the user's statements whole, and arrays written in place where they are its own."""
    return eliminate_dead_code(own(keep_statements_whole(function, given)))


def clean(function: Function, given: Collection[Name] = ()) -> Function:
    """Both: what a derivative goes through before it is printed."""
    return finish(simplify(function, given), given)
