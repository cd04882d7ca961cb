"""Functions of published packages, called at one point each: code that nobody here wrote, differentiated as it is.

A row has the module, the function in it, what is done with it (a scalar function of one number, or of one array, around the call), and the
point. A package is imported when its first row is asked for, so that a missing one costs its own rows only.

    Case("fluids.friction", "Haaland", lambda f: lambda Re: f(Re, 1e-4), 1e5)       # d Haaland(Re, 1e-4) / d Re at 1e5
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """One function of a package, and a scalar function around a call of it."""

    module: str
    name: str  # what is looked up in the module; with dots
    around: Callable[[Any], Callable[[Any], Any]]  # from what was looked up to a function of the point
    point: Any
    step: float | None = None  # of the differences, where the usual one is too wide

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]

    @property
    def title(self) -> str:
        return f"{self.module}.{self.name}"

    def function(self) -> Callable[[Any], Any]:
        """The function of the point; `ImportError` where the package is not installed."""
        return self.around(functools.reduce(getattr, self.name.split("."), importlib.import_module(self.module)))

    def at(self) -> Any:
        """The point, an array of its own for each caller."""
        return self.point.copy() if isinstance(self.point, np.ndarray) else self.point


QUATERNION = np.array([0.7, 0.1, 0.5, 0.3])
UNIT = QUATERNION / np.linalg.norm(QUATERNION)
NINE = np.arange(9.0).reshape(3, 3)
VECTOR = np.array([1.0, 2.0, 3.0])
XYZ = np.array([0.20654008, 0.12197225, 0.05136952])



def _steam() -> Any:
    """The steam tables of pyXSteam, in its own units."""
    tables = importlib.import_module("pyXSteam.XSteam").XSteam
    return tables(tables.UNIT_SYSTEM_MKS)


def _quaternion() -> Any:
    return importlib.import_module("pyquaternion").Quaternion


def _si(function: Any) -> Any:
    """psychrolib has to be told its units before it is called."""
    module = importlib.import_module("psychrolib")
    module.SetUnitSystem(module.SI)
    return function


CASES = (
    # rotations
    Case("transforms3d.quaternions", "quat2mat", lambda f: lambda q: np.sum(f(q) * NINE), UNIT),
    Case("transforms3d.quaternions", "qmult", lambda f: lambda q: f(q, [0.1, 0.2, 0.3, 0.4])[1], UNIT),
    Case("transforms3d.quaternions", "rotate_vector", lambda f: lambda q: f(VECTOR, q)[0], UNIT),
    Case("transforms3d.quaternions", "quat2axangle", lambda f: lambda q: f(q)[1], UNIT),
    Case("transforms3d.euler", "euler2mat", lambda f: lambda a: f(a, 0.2, 0.3)[0, 1], 0.4),
    Case("transforms3d.euler", "euler2quat", lambda f: lambda a: f(a, 0.2, 0.3)[1], 0.4),
    Case("transforms3d.euler", "mat2euler", lambda f: lambda m: f(m)[0], np.array([[0.8, 0.36, 0.48], [0.0, 0.8, -0.6], [-0.6, 0.48, 0.64]])),
    Case("transforms3d.axangles", "axangle2mat", lambda f: lambda a: f([1.0, 2.0, 3.0], a)[0, 1], 0.4),
    Case("transforms3d.affines", "compose", lambda f: lambda t: np.sum(f(t, NINE, [1.0, 2.0, 3.0]) ** 2), VECTOR),
    Case("ahrs.common.orientation", "q2R", lambda f: lambda q: np.sum(f(q) * NINE), QUATERNION),
    Case("ahrs.common.orientation", "q_prod", lambda f: lambda q: f(q, QUATERNION)[0], QUATERNION),
    Case("ahrs.common.orientation", "q2euler", lambda f: lambda q: f(q)[0], UNIT),
    Case("ahrs.common.orientation", "acc2q", lambda f: lambda a: f(a)[1], VECTOR),
    Case("pyquaternion", "Quaternion", lambda cls: lambda a: cls(axis=[1.0, 0.0, 0.0], angle=a).rotation_matrix[1, 2], 0.4),
    Case("pyquaternion", "Quaternion.angle", lambda _: (lambda cls: lambda a: cls(a, 0.1, 0.2, 0.3).angle)(_quaternion()), 0.4),
    Case("pyquaternion", "Quaternion.yaw_pitch_roll", lambda _: (lambda cls: lambda a: cls(a, 0.1, 0.2, 0.3).yaw_pitch_roll[0])(_quaternion()), 0.4),
    Case("pyquaternion", "Quaternion.inverse", lambda _: (lambda cls: lambda a: cls(axis=[1.0, 0.0, 0.0], angle=a).inverse.q[1])(_quaternion()), 0.4),
    # filters and the sun
    Case("filterpy.kalman", "predict", lambda f: lambda x: np.sum(f(x, NINE, 2 * np.eye(3), np.eye(3))[0]), VECTOR),
    Case("filterpy.kalman", "update", lambda f: lambda x: np.sum(f(x, np.eye(3), VECTOR, np.eye(3), np.eye(3))[0]), XYZ),
    Case("filterpy.stats", "gaussian", lambda f: lambda x: f(x, 1.0, 2.0), 0.3),
    Case("filterpy.stats", "mul", lambda f: lambda mean: f(mean, 1.0, 2.0, 0.5)[0], 0.3),
    Case("pysolar.solar", "get_declination", lambda f: lambda day: f(day), 100.0),
    Case("pysolar.solar", "get_flattened_latitude", lambda f: lambda latitude: f(latitude), 40.0),
    Case("pysolar.solar", "get_aberration_correction", lambda f: lambda radius: f(radius), 1.01),
    Case("pysolar.solar", "get_geocentric_sun_declination", lambda f: lambda a: f(a, 0.4, 0.1), 1.01),
    Case("pysolar.solar", "get_geocentric_latitude", lambda f: lambda jme: f(jme), 0.3, step=1e-8),
    Case("pysolar.radiation", "get_air_mass_ratio", lambda f: lambda altitude: f(altitude), 40.0),
    # sea water
    Case("seawater", "dens", lambda f: lambda s: f(s, 10.0, 1000.0), 35.0),
    Case("seawater", "dens0", lambda f: lambda s: f(s, 10.0), 35.0),
    Case("seawater", "svel", lambda f: lambda s: f(s, 10.0, 1000.0), 35.0),
    Case("seawater", "adtg", lambda f: lambda s: f(s, 10.0, 1000.0), 35.0),
    Case("seawater", "temp", lambda f: lambda s: f(s, 10.0, 1000.0, 0.0), 35.0),
    Case("seawater", "fp", lambda f: lambda s: f(s, 100.0), 35.0),
    Case("seawater", "smow", lambda f: lambda t: f(t), 10.0),
    Case("seawater", "cp", lambda f: lambda t: f(35.0, t, 1000.0), 10.0),
    Case("seawater", "ptmp", lambda f: lambda p: f(35.0, 10.0, p, 0.0), 1000.0),
    # flow, heat, thermodynamics
    Case("fluids.core", "Reynolds", lambda f: lambda V: f(V=V, D=0.1, rho=1000.0, mu=1e-3), 2.0),
    Case("fluids.core", "dP_from_K", lambda f: lambda V: f(10.0, 1000.0, V), 3.0),
    Case("fluids.friction", "friction_factor", lambda f: lambda Re: f(Re=Re, eD=1e-4), 1e5),
    Case("fluids.friction", "Colebrook", lambda f: lambda Re: f(Re, 1e-4), 1e5),
    Case("fluids.friction", "Haaland", lambda f: lambda Re: f(Re, 1e-4), 1e5),
    Case("fluids.packed_bed", "Ergun", lambda f: lambda V: f(8e-4, 0.4, V, 1e3, 1e-3), 1e-3),
    Case("fluids.flow_meter", "C_Reader_Harris_Gallagher", lambda f: lambda D: f(D=0.07391, Do=D, rho=1.165, mu=1.85e-5, m=0.12), 0.0222),
    Case("fluids.drag", "Clift", lambda f: lambda Re: f(Re), 200.0),
    Case("fluids.compressible", "isothermal_gas", lambda f: lambda P: f(11.3, 0.00185, P1=P, P2=9e5, L=1000.0, D=0.5), 1e6),
    Case("fluids.drag", "v_terminal", lambda f: lambda D: f(D=D, rhop=2600.0, rho=1000.0, mu=1e-3), 70e-6),
    Case("ht.conv_internal", "turbulent_Dittus_Boelter", lambda f: lambda Re: f(Re, 1.2), 1e5),
    Case("ht.conv_internal", "turbulent_Gnielinski", lambda f: lambda Re: f(Re, 1.2, 0.0185), 1e5),
    Case("ht.conv_external", "Nu_cylinder_Churchill_Bernstein", lambda f: lambda Re: f(Re, 0.7), 6071.0),
    Case("ht.core", "LMTD", lambda f: lambda T: f(T, 60.0, 30.0, 40.2), 100.0),
    Case("ht.hx", "effectiveness_from_NTU", lambda f: lambda n: f(n, 0.7), 3.0),
    Case("chemicals.vapor_pressure", "Antoine", lambda f: lambda T: f(T, 8.7687, 395.744, -6.469), 100.0),
    Case("chemicals.vapor_pressure", "Lee_Kesler", lambda f: lambda T: f(T, 536.0, 5170000.0, 0.22), 347.0),
    Case("chemicals.volume", "Rackett", lambda f: lambda T: f(T, 369.83, 4248000.0, 0.2763), 272.0),
    Case("chemicals.viscosity", "viscosity_gas_Gharagheizi", lambda f: lambda T: f(T, 190.564, 45.99e5, 16.04246), 120.0),
    Case("chemicals.iapws", "iapws95_P", lambda f: lambda T: f(T, 1000.0), 300.0),
    Case("chemicals.iapws", "iapws97_rho", lambda f: lambda T: f(T, 1e6), 330.0),
    Case("chemicals.rachford_rice", "flash_inner_loop", lambda f: lambda K: f([0.5, 0.3, 0.2], [1.685, K, 0.352])[0], 0.742),
    Case("pyXSteam.XSteam", "XSteam.hL_p", lambda f: (lambda steam: lambda p: f(steam, p))(_steam()), 10.0),
    Case("pyXSteam.XSteam", "XSteam.tsat_p", lambda f: (lambda steam: lambda p: f(steam, p))(_steam()), 10.0),
    Case("pyXSteam.XSteam", "XSteam.h_pt", lambda f: (lambda steam: lambda T: f(steam, 10.0, T))(_steam()), 120.0),
    Case("pyXSteam.XSteam", "XSteam.rho_pt", lambda f: (lambda steam: lambda T: f(steam, 10.0, T))(_steam()), 120.0),
    Case("iapws.iapws97", "_PSat_T", lambda f: lambda T: f(T), 400.0),
    Case("iapws.iapws97", "_Region1", lambda f: lambda T: f(T, 3.0)["h"], 300.0),
    Case("iapws.iapws97", "_Region2", lambda f: lambda P: f(700.0, P)["v"], 0.0035),
    Case("iapws._iapws", "_Viscosity", lambda f: lambda rho: f(rho, 298.15), 998.0),
    Case("iapws._iapws", "_ThCond", lambda f: lambda rho: f(rho, 298.15), 998.0),
    Case("iapws._iapws", "_Ice", lambda f: lambda T: f(T, 0.1)["h"], 250.0),
    Case("psychrolib", "GetSatVapPres", lambda f: _si(lambda T: f(T)), 20.0),
    Case("psychrolib", "GetHumRatioFromRelHum", lambda f: _si(lambda T: f(T, 0.5, 101325.0)), 20.0),
    Case("psychrolib", "GetTDewPointFromRelHum", lambda f: _si(lambda T: f(T, 0.5)), 20.0),
    Case("psychrolib", "GetTWetBulbFromRelHum", lambda f: _si(lambda T: f(T, 0.5, 101325.0)), 20.0),
    Case("psychrolib", "GetMoistAirEnthalpy", lambda f: _si(lambda T: f(T, 0.01)), 20.0),
    Case("refet.calcs", "sat_vapor_pressure", lambda f: lambda T: f(T)[0], 20.0),
    Case("refet.calcs", "air_pressure", lambda f: lambda z: f(z)[0], 1200.0),
    Case("refet.calcs", "es_slope", lambda f: lambda T: f(T), 20.0),
    Case("refet.calcs", "ra_daily", lambda f: lambda lat: f(lat, 180.0), 0.7),
    Case("refet.calcs", "ra_hourly", lambda f: lambda lat: f(lat, -2.1, 180.0, 18.0), 0.7),
    Case("refet.calcs", "rnl_hourly", lambda f: lambda T: f(T, 1.2, 0.8), 20.0),
    Case("refet.calcs", "etsz", lambda f: lambda u: f(15.0, 0.0, 20.0, u, 1.1, 0.14, 0.06, 900.0, 0.34), 2.0),
    # the earth and the sky
    Case("pymap3d", "geodetic2ecef", lambda f: lambda a: f(a, 10.0, 100.0)[0], 30.0),
    Case("pymap3d", "geodetic2enu", lambda f: lambda a: f(a, 10.0, 100.0, 31.0, 11.0, 0.0)[0], 30.0),
    Case("pymap3d", "ecef2geodetic", lambda f: lambda a: f(a, 1e6, 4e6)[0], 5e6),
    Case("pymap3d", "enu2aer", lambda f: lambda e: f(e, 200.0, 300.0)[0], 100.0),
    Case("haversine", "haversine", lambda f: lambda a: f((a, 4.8), (48.8, 2.3)), 45.0),
    Case("geographiclib.geodesic", "Geodesic.WGS84.Inverse", lambda f: lambda a: f(a, 10.0, 40.0, 20.0)["s12"], 30.0),
    Case("geographiclib.geodesic", "Geodesic.WGS84.Direct", lambda f: lambda s: f(30.0, 10.0, 40.0, s)["lat2"], 1e6),
    Case("astral.sun", "geom_mean_long_sun", lambda f: lambda t: f(t), 0.1),
    Case("astral.sun", "sun_apparent_long", lambda f: lambda t: f(t), 0.1),
    Case("astral.sun", "eq_of_time", lambda f: lambda t: f(t), 0.1),
    Case("astral.sun", "sun_declination", lambda f: lambda t: f(t), 0.1),
    Case("astral.julian", "julianday_to_juliancentury", lambda f: lambda t: f(t), 2451545.0),
    Case("sgp4.ext", "newtonnu", lambda f: lambda nu: f(0.1, nu)[1], 0.4),
    Case("sgp4.ext", "angle", lambda f: lambda x: f([x, 1.0, 2.0], [2.0, 3.0, 4.0]), 0.4),
    Case("sgp4.ext", "rv2coe", lambda f: lambda x: f([x, 6862.875, 6448.296], [4.901327, 5.533756, -1.976341], 398600.5)[1], 6524.834),
    Case("sgp4.propagation", "gstime", lambda f: lambda t: f(t), 2453101.82740678, step=1e-4),
    # light and colour
    Case("miepython", "efficiencies_mx", lambda f: lambda x: f(1.5, x)[0], 2.0),
    Case("miepython.mie_nojit", "_small_sphere_py", lambda f: lambda x: f(1.5 - 0.1j, x)[0], 0.05),
    Case("tmm", "interface_R", lambda f: lambda a: f("s", 1.0, 1.5, a, np.arcsin(np.sin(a) / 1.5)), 0.4),
    Case("tmm", "interface_T", lambda f: lambda a: f("p", 1.0, 1.5, a, np.arcsin(np.sin(a) / 1.5)), 0.4),
    Case("tmm", "coh_tmm", lambda f: lambda d: f("s", [1.0, 2.2, 3.3, 1.0], [np.inf, d, 300.0, np.inf], 0.3, 500.0)["T"], 100.0),
    Case("colour", "XYZ_to_Lab", lambda f: lambda x: f(x)[0], XYZ),
    Case("colour", "XYZ_to_sRGB", lambda f: lambda x: f(x)[0], XYZ),
    Case("colour", "XYZ_to_xyY", lambda f: lambda x: f(x)[0], XYZ),
    # money
    Case("numpy_financial", "fv", lambda f: lambda r: f(r, 10, -100.0, -100.0), 0.05),
    Case("numpy_financial", "npv", lambda f: lambda r: f(r, [-100.0, 39.0, 59.0, 55.0, 20.0]), 0.08),
    Case("numpy_financial", "pmt", lambda f: lambda r: f(r, 180, 200000.0), 0.01),
    Case("numpy_financial", "pv", lambda f: lambda r: f(r, 120, -100.0, 15692.93), 0.05),
    Case("numpy_financial", "nper", lambda f: lambda r: f(r, -150.0, 8000.0), 0.005),
)
