"""Parts of the spectra of `scipy.signal` that are linear in a signal, and their transposes, for generated code.

Frames are `nperseg` long and overlap by half. Like all run-time helpers they use NumPy, SciPy and each other only, because a saved module
holds their text. Pairings are real: `sum(real(x_bar * x_dot))`.

>>> x, y, g = np.arange(9.0) ** 2, np.ones(9).cumsum() ** 0.5, np.arange(3) + 1j
>>> one = np.sum(np.real(g * cross_spectrum(x, y, 1.0, "hann", 4)))
>>> round(float(one - cross_transposed(x, g, 9, 1.0, "hann", 4) @ y), 9) + 0.0
0.0
"""

from __future__ import annotations

from typing import Any

import numpy as np


def stft_spectrum(x: Any, window: Any, nperseg: int, boundary: Any) -> Any:
    """The third result of `scipy.signal.stft`, which is linear in x."""
    from scipy import signal

    return signal.stft(x, window=window, nperseg=nperseg, boundary=boundary)[2]


def stft_transposed(z: Any, size: int, window: Any, nperseg: int, boundary: Any) -> Any:
    """The adjoint of `stft_spectrum` for a real x of this size."""
    from scipy import signal

    nperseg = min(nperseg, size)
    weights = signal.get_window(window, nperseg)
    step, count = nperseg - nperseg // 2, z.shape[-1]
    full = np.zeros((nperseg, count), complex)
    full[: z.shape[0]] = z
    frames = np.real(np.fft.fft(full, axis=0)) * (weights / weights.sum())[:, None]
    padded = np.zeros(step * (count - 1) + nperseg)
    for k in range(count):
        padded[k * step : k * step + nperseg] += frames[:, k]
    start = nperseg // 2 if boundary else 0
    return np.append(padded, np.zeros(size))[start : start + size]


def cross_spectrum(x: Any, y: Any, fs: Any, window: Any, nperseg: Any) -> Any:
    """The second result of `scipy.signal.csd`, which is linear in y."""
    from scipy import signal

    return signal.csd(x, np.array(y), fs=fs, window=window, nperseg=nperseg)[1].astype(complex)


def cross_transposed(x: Any, p: Any, count: int, fs: Any, window: Any, nperseg: Any) -> Any:
    """The adjoint of `cross_spectrum` by y, which has `count` samples: of each frame the mean is taken away, and a window laid over it."""
    from scipy import signal

    size = max(len(x), count)
    nperseg = min(nperseg or 256, size)
    weights = signal.get_window(window, nperseg)
    step = nperseg - nperseg // 2
    starts = range(0, size - nperseg + 1, step)
    scale = np.full(nperseg // 2 + 1, 2.0)
    scale[0] = 1.0
    if nperseg % 2 == 0:
        scale[-1] = 1.0
    scale = scale / (fs * np.sum(weights**2) * len(starts))
    padded, result = np.append(x, np.zeros(size - len(x))), np.zeros(size)
    for start in starts:
        frame = padded[start : start + nperseg]
        full = np.zeros(nperseg, complex)
        full[: len(scale)] = p * scale * np.conj(np.fft.rfft(weights * (frame - frame.mean())))
        part = weights * np.real(np.fft.fft(full))
        result[start : start + nperseg] += part - part.mean()
    return result[:count]


def istft_signal(z: Any, window: Any, nperseg: Any, boundary: bool) -> Any:
    """The second result of `scipy.signal.istft`, which is linear in z."""
    from scipy import signal

    return signal.istft(z, window=window, nperseg=nperseg, boundary=boundary)[1]


def istft_transposed(x: Any, z: Any, window: Any, nperseg: Any, boundary: bool) -> Any:
    """The adjoint of `istft_signal`, for frames of the shape of z."""
    from scipy import signal

    nperseg = nperseg or 2 * (z.shape[0] - 1)
    weights = signal.get_window(window, nperseg)
    step = nperseg - nperseg // 2
    norm, padded = np.zeros(nperseg + (z.shape[1] - 1) * step), np.zeros(nperseg + (z.shape[1] - 1) * step)
    for start in range(0, len(norm) - nperseg + 1, step):
        norm[start : start + nperseg] += weights**2
    first = nperseg // 2 if boundary else 0
    padded[first : first + len(x)] = x
    padded = padded / np.where(norm > 1e-10, norm, 1.0)
    twice = np.full(z.shape[0], 2.0)
    twice[0] = 1.0
    if nperseg % 2 == 0:
        twice[-1] = 1.0
    frames = [padded[start : start + nperseg] * weights * weights.sum() for start in range(0, len(norm) - nperseg + 1, step)]
    return np.stack([twice * np.fft.ifft(frame)[: z.shape[0]] for frame in frames], axis=1)


SPECTRA = (stft_spectrum, stft_transposed, cross_spectrum, cross_transposed, istft_signal, istft_transposed)
"""What a saved module may need the text of."""
