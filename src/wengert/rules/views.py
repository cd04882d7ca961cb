"""Which ops give a result that may show the memory of what they were given, so that it changes when that is written to.

>>> may_show("getitem"), may_show("np.transpose"), may_show("unbroadcast"), may_show("np.sin")
(True, True, True, False)
"""

from __future__ import annotations

from wengert.rules.table import lookup

STRUCTURAL = frozenset({"getitem", "getattr", "unpack", "unpack_star", "unbroadcast", "project", "alias", "ruled", "next", "reversed", "record", "tuple", "list", "dict", "mapping", "get_key"})
"""Ops without a row that hand on what they were given, or hold it."""


SOMETIMES = frozenset({
    "np.real", "np.imag", "np.real_if_close", "np.atleast_1d", "np.atleast_2d", "np.atleast_3d", "np.diagonal", "np.diag", "np.linalg.diagonal",
    "np.conj", "np.conjugate", "np.linalg.matrix_transpose", "np.linalg.matrix_power", "np.nan_to_num", "np.trim_zeros", "np.diff", "np.polyder",
    "np.polyint", "max", "min", "np.float64", "np.float32", "np.flat", "scipy.linalg.lu", "scipy.linalg.lu_factor", "scipy.linalg.qr",
    "scipy.linalg.cho_factor", "scipy.linalg.cholesky", "scipy.linalg.fractional_matrix_power",
})  # fmt: skip
"""Rows of which it depends on the arguments whether the result is one of them, or a part."""


def may_show(op: str) -> bool:
    """May the result share memory with an argument?"""
    row = lookup(op)
    return op in STRUCTURAL or (row is not None and (row.view or not row.pure or op in SOMETIMES))
