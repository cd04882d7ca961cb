"""Rows about libraries that most programs do not use: their files are imported when such a library has been.

`import wengert` imports no SciPy, and a program without SciPy never reads its rows. A function of `scipy.special` can only
turn up once `scipy.special` is imported; so the file `scipy_special` is loaded at the first question for an unknown function or
op after that. New rows for another library are a file beside this one and a line in `FILES`.

>>> from wengert.rules.table import op_of
>>> import scipy.special
>>> op_of(scipy.special.gammaln)
'scipy.special.gammaln'
"""

from __future__ import annotations

import importlib
import sys

FILES: dict[str, tuple[str, ...]] = {
    "scipy": ("scipy_closed",),
    "scipy.special": ("scipy_special", "scipy_pairs", "scipy_softmax", "scipy_bessel", "scipy_polynomials", "scipy_cdfs"),
    "scipy.fft": ("scipy_fft",),
    "scipy.linalg": ("scipy_linalg", "scipy_matrices", "scipy_systems", "scipy_matrix_functions", "scipy_subspaces"),
    "scipy.stats": ("scipy_stats", "scipy_inner", "scipy_methods", "scipy_summaries", "scipy_multivariate", "scipy_frozen", "scipy_kernels", "scipy_equations"),
    "scipy.signal": ("scipy_signal", "scipy_spectra", "scipy_resampling"),
    "scipy.integrate": ("scipy_integrate", "scipy_equations"),
    "scipy.spatial.distance": ("scipy_spatial",),
    "scipy.sparse.linalg": ("scipy_sparse",),
    "scipy.optimize": ("scipy_roots", "scipy_equations"),
    "scipy.interpolate": ("scipy_interpolate",),
    "scipy.ndimage": ("scipy_ndimage", "scipy_interpolate",),
}
"""Module of the library -> the files of its rows."""

_waiting = dict(FILES)


def load_new() -> bool:
    """Load the files of all libraries that have been imported since; True if there were any."""
    if not hasattr(sys.modules["wengert.rules"], "FAMILIES"):  # NumPy's rows come first
        return False
    ready = [module for module in _waiting if module in sys.modules]
    for module in ready:
        for file in _waiting.pop(module):
            importlib.import_module(f"wengert.rules.{file}")
    return bool(ready)


def load_for(op: str) -> bool:
    """Load the files about an op, and the library itself, which a text that is read or printed may name."""
    owners = [module for module in _waiting if op.startswith(f"{module}.")]
    if not owners:
        return False
    owner = max(owners, key=len)
    importlib.import_module(owner)
    return load_new()
