"""The rules: what every primitive computes kinds of, costs, and hands on to its operands' derivatives."""

from wengert.rules import (
    assembly,
    calculus,
    complex_numbers,
    constant,
    creation,
    cumulative,
    decompositions,
    elementwise,
    extremes,
    fft,
    index_tuples,
    indexing,
    joining,
    linalg,
    linalg_names,
    masked,
    norms,
    operators,
    order,
    polynomial,
    polynomial_products,
    positions,
    products,
    reduce,
    repeating,
    sequences,
    shape,
    solving,
    stand_ins_arrays,
    stand_ins_builtins,
    stand_ins_contexts,
    stand_ins_iterators,
    stand_ins_lists,
    stand_ins_objects,
    stand_ins_writes,
    statistics,
    users,
)
from wengert.rules.line_kinds import acts, element_of, kinds_of_line
from wengert.rules.table import (
    Call,
    Partial,
    Primitive,
    attribute_op,
    bind,
    check_operands,
    is_flat,
    lookup,
    method_op,
    op_of,
    open_parameters,
)

__all__ = [
    "FAMILIES",
    "Call",
    "Partial",
    "Primitive",
    "acts",
    "attribute_op",
    "bind",
    "check_operands",
    "element_of",
    "is_flat",
    "kinds_of_line",
    "lookup",
    "method_op",
    "op_of",
    "open_parameters",
]  # fmt: skip

FAMILIES = (
    operators, elementwise, constant, reduce, sequences, extremes, shape, linalg, joining, creation, indexing, index_tuples, positions, solving, decompositions, norms, linalg_names, complex_numbers, fft, polynomial, polynomial_products,
    order, cumulative, masked, statistics, products, calculus, assembly, repeating,
)  # fmt: skip
"""The files of rows; importing them fills the table."""

STAND_INS = (stand_ins_arrays, stand_ins_builtins, stand_ins_contexts, stand_ins_iterators, stand_ins_lists, stand_ins_objects, stand_ins_writes, users)
"""The files of functions that others are replaced by, and of the users' own rules."""
