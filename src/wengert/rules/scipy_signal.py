"""Convolutions, filters and transforms of `scipy.signal`: linear in the signal, and undone by the same run backward.

With y = convolve(x, w) in full, the adjoint of x is the part of `convolve(y_bar, flipped w)` where the two overlap wholly. Other modes
give a part of the full result, so `y_bar` is filled up with zeros first. A recursive filter is undone by itself in reversed time.
"""

from __future__ import annotations

from collections.abc import Mapping

import scipy.signal  # noqa: F401 - a row is entered if its function is there

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import Atom
from wengert.ir.kinds import Array, is_real
from wengert.rules.by_example import exemplified
from wengert.rules.fitting import ndim_of
from wengert.rules.result_kinds import NotStatic, value_of
from wengert.rules.table import Call, KindOf, Vjp, again, bilinear, general, linear
from wengert.rules.tangents import by_tangent
from wengert.spectra import stft_spectrum


def refused(call: Call, what: str) -> errors.Error:
    return errors.error("W044", call.line.place, name=call.line.op, what=what)


def expect(call: Call, kind: KindOf, **values: object) -> None:
    """Refuse arguments other than these."""
    for name, value in values.items():
        if name not in call.arguments:
            continue
        try:
            found = value_of(call, kind, name)
        except NotStatic:
            found = ...
        if found is not value and found != value:
            raise refused(call, f"a `{name}` other than {value!r}")


def axes_count(call: Call, kind: KindOf, name: str = "x") -> int:
    found = ndim_of(kind(call[name]))
    if found is None:
        raise refused(call, f"a `{name}` whose number of axes is not known")
    return found


def real(call: Call, kind: KindOf, *names: str) -> None:
    if not all(is_real(kind(call[name])) for name in names):
        raise refused(call, "complex numbers")


# convolutions


def filled(b: Builder, call: Call, y_bar: Atom) -> Atom:
    """`y_bar` laid into a full result."""
    try:
        mode = value_of(call, b.kind, "mode")
    except NotStatic:
        raise refused(call, "a `mode` known only at run time") from None
    names = {**call.names, "y_bar": y_bar}
    widths = {
        "same": "((w.shape[{0}] - 1) // 2, w.shape[{0}] // 2)",
        "valid": "(min(x.shape[{0}], w.shape[{0}]) - 1, min(x.shape[{0}], w.shape[{0}]) - 1)",
    }
    if call.line.op == "scipy.signal.correlate2d":  # of an even length it takes the later of the two in the middle
        widths["same"] = "(w.shape[{0}] // 2, (w.shape[{0}] - 1) // 2)"
    if mode == "full":
        return y_bar
    if mode not in widths:
        raise refused(call, f"the mode {mode!r}")
    each = [widths[mode].format(axis) for axis in range(axes_count(call, b.kind))]
    return b.text(f"np.pad(y_bar, ({', '.join(each)},))", names)


def convolution(name: str, signature: str, correlates: bool = False, **expected: object) -> None:
    op = f"scipy.signal.{name}"
    inner = "scipy.signal.fftconvolve" if name in ("fftconvolve", "oaconvolve") else "scipy.signal.convolve"

    def vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
        expect(call, b.kind, **expected)
        real(call, b.kind, "x", "w")
        names = {**call.names, "y_bar": filled(b, call, y_bar)}
        other = "w" if parameter == "x" else "x"
        if correlates and parameter == "x":
            return b.text(f"{inner}(y_bar, w, mode='valid')", names)
        text = f"{inner}(y_bar, np.flip({other}), mode='valid')"
        return b.text(f"np.flip({text})" if correlates else text, names)

    bilinear(f"y = {op}({signature})", vjp, kind=exemplified("x", "w"), cost=1000)


convolution("convolve", "x, w, mode='full', method='auto'")
convolution("fftconvolve", "x, w, mode='full', axes=None", axes=None)
convolution("oaconvolve", "x, w, mode='full', axes=None", axes=None)
convolution("convolve2d", "x, w, mode='full', boundary='fill', fillvalue=0", boundary="fill", fillvalue=0)
convolution("correlate", "x, w, mode='full', method='auto'", correlates=True)
convolution("correlate2d", "x, w, mode='full', boundary='fill', fillvalue=0", correlates=True, boundary="fill", fillvalue=0)


# filters


def _lfilter_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    """With g the adjoint filtered by 1 / a in reversed time, x gets b in reversed time, b_k and a_k what y_bar meets k steps before."""
    expect(call, b.kind, zi=None)
    real(call, b.kind, "x", "b", "a")
    names = {**call.names, "y_bar": y_bar}
    if parameter == "x":
        return b.text("np.flip(scipy.signal.lfilter(b, a, np.flip(y_bar, axis), axis), axis)", names)
    if axes_count(call, b.kind) != 1:
        raise refused(call, "coefficients that vary, with signals of several axes")
    met = "x" if parameter == "b" else "y"
    names["g"] = b.text("np.flip(scipy.signal.lfilter(np.ones(1), a, np.flip(y_bar)))", names)
    text = f"scipy.signal.convolve(np.concatenate((g, np.zeros({parameter}.size))), np.flip({met}))[x.size - 1:x.size - 1 + {parameter}.size]"
    return b.text(text if parameter == "b" else f"-{text}", names)


def _lfilter_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    expect(call, b.kind, zi=None)
    names = {**call.names, **{f"{name}_dot": atom for name, atom in tangents.items()}}
    texts = {
        "x": "scipy.signal.lfilter(b, a, x_dot, axis)",
        "b": "scipy.signal.lfilter(b_dot, a, x, axis)",
        "a": "scipy.signal.lfilter(-a_dot, a, y, axis)",
    }
    return b.text(" + ".join(texts[name] for name in tangents), names)


general("y = scipy.signal.lfilter(b, a, x, axis=-1, zi=None)", vjp=_lfilter_vjp, jvp=_lfilter_jvp, of=("b", "a", "x"),
        kind=exemplified("b", "a", "x"), cost=1000)  # fmt: skip


def _sosfilt_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    if parameter == "sos":
        raise refused(call, "sections that vary")
    expect(call, b.kind, zi=None)
    return b.text("np.flip(scipy.signal.sosfilt(sos, np.flip(y_bar, axis), axis), axis)", {**call.names, "y_bar": y_bar})


def _sosfilt_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    if "sos" in tangents:
        raise refused(call, "sections that vary")
    return again(b, call, tangents)


general("y = scipy.signal.sosfilt(sos, x, axis=-1, zi=None)", vjp=_sosfilt_vjp, jvp=_sosfilt_jvp, of=("sos", "x"),
        kind=exemplified("sos", "x"), cost=1000)  # fmt: skip


# transforms of the whole signal


def itself(**expected: object) -> Vjp:
    """The adjoint of a symmetric function: the function."""

    def vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
        expect(call, b.kind, **expected)
        return again(b, call, {"x": y_bar})

    return vjp


linear("y = scipy.signal.detrend(x, axis=-1, type='linear', bp=0, overwrite_data=False)", itself(overwrite_data=False),
       kind=exemplified("x"), cost=1000)  # fmt: skip


def _hilbert_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    """y = x + i H x with H antisymmetric, so x_bar = Re(y_bar) + H Im(y_bar)."""
    expect(call, b.kind, N=None)
    real(call, b.kind, "x")
    names = {**call.names, "y_bar": y_bar}
    return b.text("np.real(y_bar) + np.imag(scipy.signal.hilbert(np.imag(y_bar), axis=axis))", names)


linear("y = scipy.signal.hilbert(x, N=None, axis=-1)", _hilbert_vjp, kind=exemplified("x"), cost=1000)


# spectra of short frames


def _stft(call: Call, kind: KindOf) -> str:
    if ndim_of(kind(call["x"])) != 1 or not is_real(kind(call["x"])):
        raise refused(call, "a signal that is not surely one real axis")
    expect(call, kind, fs=1.0, noverlap=None, nfft=None, detrend=False, return_onesided=True, padded=True, axis=-1, scaling="spectrum")
    try:
        if value_of(call, kind, "boundary") not in ("zeros", None):
            raise refused(call, "a `boundary` that repeats the signal")
    except NotStatic:
        raise refused(call, "a `boundary` known only at run time") from None
    return "z_dot = stft_spectrum(x_dot, window, nperseg, boundary)"


by_tangent(
    "f, t, z = scipy.signal.stft(x, fs=1.0, window='hann', nperseg=256, noverlap=None, nfft=None, detrend=False,"
    " return_onesided=True, boundary='zeros', padded=True, axis=-1, scaling='spectrum')",
    _stft, kind=exemplified("x"), cost=1000,
)  # fmt: skip
linear("z = stft_spectrum(x, window, nperseg, boundary)", "x_bar += stft_transposed(z_bar, x.size, window, nperseg, boundary)",
       kind=exemplified("x", function=stft_spectrum), cost=1000)  # fmt: skip
linear("x = stft_transposed(z, size, window, nperseg, boundary)", "z_bar += stft_spectrum(x_bar, window, nperseg, boundary)",
       kind=lambda call, kind: Array("float64", (f"{call.result}:0",)), cost=1000)  # fmt: skip
