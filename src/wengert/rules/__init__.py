"""The rules: what every primitive computes kinds of, costs, and hands on to its operands' derivatives."""

from wengert.rules import constant, creation, elementwise, extremes, indexing, joining, linalg, operators, reduce, sequences, shape
from wengert.rules.line_kinds import acts, element_of, kinds_of_line
from wengert.rules.table import Call, Partial, Primitive, attribute_op, bind, check_operands, lookup, method_op, op_of

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
    "kinds_of_line",
    "lookup",
    "method_op",
    "op_of",
]  # fmt: skip

FAMILIES = (operators, elementwise, constant, reduce, sequences, extremes, shape, linalg, joining, creation, indexing)
"""The files of rows; importing them fills the table."""
