"""Forms of the polynomials that the CSV has not: several points, derivatives of every order, sums of different lengths."""

from __future__ import annotations

import numpy as np
import pytest
from probes import check_form

from wengert import grad, jvp, vjp
from wengert.errors import Error

FORMS = {
    "np.polyval(x, M)": "xM", "np.polyval(x, s)": "xs", "np.polyval(z, x)": "zx", "np.polyder(w, 2)": "w", "np.polyint(w, m=2)": "w",
    "np.polyfit(x, y, 1, w=w)": "xyw", "np.polyfit(q, x, 3)": "qx", "np.roots(w[:3])": "w", "np.poly(x)": "x", "np.polyadd(x, V)": "xV",
    "np.polysub(V, x)": "Vx", "np.polymul(x, w)": "xw", "np.polydiv(w, V)": "wV", "np.polynomial.polynomial.polyadd(V, x)": "Vx",
    "np.polynomial.polynomial.polysub(x, V)": "xV", "np.polynomial.polynomial.polypow(x, 3)": "x",
    "np.polynomial.polynomial.polyval2d(M, N, T[0])": "MNT", "np.polynomial.polynomial.polyvalfromroots(M, x)": "Mx",
    **{f"np.polynomial.{module}.{p}val(M, x)": "Mx" for module, p in
       (("chebyshev", "cheb"), ("legendre", "leg"), ("hermite", "herm"), ("hermite_e", "herme"), ("laguerre", "lag"))},
    "np.polynomial.chebyshev.chebder(x, 2)": "x", "np.polynomial.legendre.legint(x, 1)": "x",
    "np.polynomial.laguerre.lagvander(x, 3)": "x", "np.polynomial.hermite.hermvander(s, 0)": "s",
}  # fmt: skip


@pytest.mark.parametrize(("probe", "wrt"), FORMS.items(), ids=FORMS)
def test_form_is_right_in_both_modes(probe: str, wrt: str) -> None:
    check_form(probe, wrt)


def test_roots_move_as_the_coefficients_say() -> None:
    gradient = grad(lambda p: np.max(np.abs(np.roots(p))))(np.array([1.0, -3.0, 2.0]))
    assert np.allclose(gradient, [-4.0, -2.0, -1.0])


@pytest.mark.parametrize("mode", ["vjp", "jvp"])
def test_constants_of_integration_are_refused_in_both_modes(mode: str) -> None:
    x = np.ones(3)
    with pytest.raises(Error, match="constants of integration"):
        if mode == "vjp":
            vjp(lambda c: np.polynomial.legendre.legint(c, 1, 2.0), x)
        else:
            jvp(lambda c: np.polynomial.legendre.legint(c, 1, 2.0), (x,), (x,))


def test_polynomial_objects_are_refused() -> None:
    with pytest.raises(Error):
        vjp(lambda c: np.polyadd(c, np.poly1d([1.0, 2.0])), np.ones(3))
