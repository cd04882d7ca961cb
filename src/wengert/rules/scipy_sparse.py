"""Systems with sparse matrices (`scipy.sparse.linalg`): linear in the right side. Products are rows of `linalg.py`, the matrices constants.

With a x = b, b gets what solves the transposed system (Giles 2.3.1).
"""

from __future__ import annotations

import scipy.sparse.linalg  # noqa: F401 - a row is entered if its function is there

from wengert.ir.build import Builder
from wengert.ir.core import Atom
from wengert.ir.kinds import Sparse, axes_of
from wengert.rules.result_kinds import same_as
from wengert.rules.scipy_signal import refused
from wengert.rules.table import Call, linear


def _spsolve_vjp(b: Builder, call: Call, x_bar: Atom, parameter: str) -> Atom:
    if not isinstance(b.kind(call["a"]), Sparse) or len(axes_of(b.kind(call["b"])) or ()) != 1:
        raise refused(call, "other than a sparse matrix and one vector")
    return b.text("scipy.sparse.linalg.spsolve(a.T.tocsc(), x_bar)", {**call.names, "x_bar": x_bar})


linear("x = scipy.sparse.linalg.spsolve(a, b, permc_spec=None, use_umfpack=True)", _spsolve_vjp, of=("b",), kind=same_as("b"), cost=1000)
