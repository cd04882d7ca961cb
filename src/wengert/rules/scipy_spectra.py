"""Spectra of whole signals in `scipy.signal`: periodogram, welch, csd; and `istft`, which goes back from the frames of `stft`.

A cross spectrum is the mean over frames of conj(X) Y, of the frames' transforms: linear in each signal. With `cross` that mean and
`cross_transposed` its adjoint by the second signal (`slopes.py`), the rule of each is a line.
"""

from __future__ import annotations

from wengert.ir.kinds import Array, Kind, is_real
from wengert.rules.by_example import exemplified
from wengert.rules.fitting import ndim_of
from wengert.rules.scipy_signal import expect, refused
from wengert.rules.table import Call, KindOf, linear
from wengert.rules.tangents import by_tangent

_SETTINGS = "noverlap=None, nfft=None, detrend='constant', return_onesided=True, scaling='density', axis=-1, average='mean'"


def _checked(call: Call, kind: KindOf, *signals: str) -> None:
    expect(call, kind, noverlap=None, nfft=None, detrend="constant", return_onesided=True, scaling="density", axis=-1, average="mean")
    for name in signals:
        if ndim_of(kind(call[name])) != 1 or not is_real(kind(call[name])):
            raise refused(call, "a signal that is not surely one real axis")


def _welch(call: Call, kind: KindOf) -> str:
    """The mean of abs(X)**2 moves by twice the real part of that of conj(X) X_dot."""
    _checked(call, kind, "x")
    return "p_dot = 2 * np.real(cross_spectrum(x, x_dot, fs, window, nperseg))"


def _csd(call: Call, kind: KindOf) -> str:
    _checked(call, kind, "x", "y")
    return "p_dot = np.conj(cross_spectrum(y, x_dot, fs, window, nperseg)) + cross_spectrum(x, y_dot, fs, window, nperseg)"


by_tangent(f"f, p = scipy.signal.welch(x, fs=1.0, window='hann', nperseg=None, {_SETTINGS})", _welch, kind=exemplified("x"), cost=1000)
by_tangent(f"f, p = scipy.signal.csd(x, y, fs=1.0, window='hann', nperseg=None, {_SETTINGS})", _csd, of=("x", "y"),
           kind=exemplified("x", "y"), cost=1000)  # fmt: skip


def _spectrum(call: Call, kind: KindOf) -> Kind:
    return Array("complex128", (f"{call.result}:0",))


linear("p = cross_spectrum(x, y, fs, window, nperseg)", "y_bar += cross_transposed(x, p_bar, y.size, fs, window, nperseg)", of=("y",),
       kind=_spectrum, cost=1000)  # fmt: skip
linear("v = cross_transposed(x, p, count, fs, window, nperseg)", "p_bar += cross_spectrum(x, v_bar, fs, window, nperseg)", of=("p",),
       kind=lambda call, kind: Array("float64", (f"{call.result}:0",)), cost=1000)  # fmt: skip


def _istft(call: Call, kind: KindOf) -> str:
    expect(call, kind, noverlap=None, nfft=None, input_onesided=True, time_axis=-1, freq_axis=-2, scaling="spectrum")
    if ndim_of(kind(call["z"])) != 2:
        raise refused(call, "frames that are not surely those of one signal")
    return "x_dot = istft_signal(z_dot, window, nperseg, boundary)"


by_tangent(
    "t, x = scipy.signal.istft(z, fs=1.0, window='hann', nperseg=None, noverlap=None, nfft=None, input_onesided=True, boundary=True,"
    " time_axis=-1, freq_axis=-2, scaling='spectrum')", _istft, kind=exemplified("z"), cost=1000,
)  # fmt: skip
linear("x = istft_signal(z, window, nperseg, boundary)", "z_bar += istft_transposed(x_bar, z, window, nperseg, boundary)",
       kind=lambda call, kind: Array("float64", (f"{call.result}:0",)), cost=1000)  # fmt: skip
linear("v = istft_transposed(x, z, window, nperseg, boundary)", "x_bar += istft_signal(v_bar, window, nperseg, boundary)", of=("x",),
       kind=lambda call, kind: kind(call["z"]), cost=1000)  # fmt: skip
