import math
import numpy as np


def grad_distance(x, y, gamma):
    """Gradient of soft_dtw.distance with respect to x."""
    if not (
        isinstance(x, np.ndarray) and x.dtype == np.float64 and x.ndim == 1 and 1 not in x.shape
        and isinstance(y, np.ndarray) and y.dtype == np.float64 and y.ndim == 1 and 1 not in y.shape
        and isinstance(gamma, float)
    ):
        raise TypeError("grad_distance was made for float64[*], float64[*], float")
    # forward sweep
    n = len(x)
    m = len(y)
    r = np.full((n + 1, m + 1), 1e10)
    r[0, 0] = 0.0
    r_1_tapes = []
    least_tapes = []
    total_1_tapes = []
    total_2_tapes = []
    total_3_tapes = []
    for i in range(1, n + 1):
        r_1_tape = []
        least_tape = []
        total_1_tape = []
        total_2_tape = []
        total_3_tape = []
        for j in range(1, m + 1):
            r_1 = x[i - 1] - y[j - 1]
            r_1_tape.append(r_1)
            a = r[i - 1, j - 1]
            b = r[i - 1, j]
            c = r[i, j - 1]
            least = min(a, b, c)
            least_tape.append(least)
            total_1 = math.exp((least - a) / gamma)
            total_1_tape.append(total_1)
            total_2 = math.exp((least - b) / gamma)
            total_2_tape.append(total_2)
            total_3 = math.exp((least - c) / gamma)
            total_3_tape.append(total_3)
            total = total_1 + total_2 + total_3
            r[i, j] = r_1 ** 2 + (least - gamma * math.log(total))
        r_1_tapes.append(r_1_tape)
        least_tapes.append(least_tape)
        total_1_tapes.append(total_1_tape)
        total_2_tapes.append(total_2_tape)
        total_3_tapes.append(total_3_tape)

    # reverse sweep
    # line 30: return r[n, m]
    r_bar = np.zeros_like(r)
    r_bar[n, m] = 1.0
    x_bar = np.zeros_like(x)
    for i, r_1_tape, least_tape, total_1_tape, total_2_tape, total_3_tape in zip(
        reversed(range(1, n + 1)),
        reversed(r_1_tapes),
        reversed(least_tapes),
        reversed(total_1_tapes),
        reversed(total_2_tapes),
        reversed(total_3_tapes),
    ):
        for j, r_1, least, total_1, total_2, total_3 in zip(
            reversed(range(1, m + 1)),
            reversed(r_1_tape),
            reversed(least_tape),
            reversed(total_1_tape),
            reversed(total_2_tape),
            reversed(total_3_tape),
        ):
            a = r[i - 1, j - 1]
            b = r[i - 1, j]
            c = r[i, j - 1]
            total = total_1 + total_2 + total_3
            # line 29: r[i, j] = (x[i - 1] - y[j - 1]) ** 2 + soft_min(r[i - 1, j - 1], r[i - 1, j] ...
            r_2_bar = r_bar[i, j]
            # line 20: return least - gamma * math.log(total)   (soft_min, called in line 29)
            total_bar = -r_2_bar * gamma / total
            # line 19: total = math.exp((least - a) / gamma) + math.exp((least - b) / gamma) + math ...   (soft_min, called in line 29)
            total_4_bar = total_bar * total_3 / gamma
            total_5_bar = total_bar * total_2 / gamma
            total_6_bar = total_bar * total_1 / gamma
            least_bar = total_6_bar + total_5_bar + total_4_bar + r_2_bar
            # line 18: least = min(a, b, c)   (soft_min, called in line 29)
            least_1 = float(a == least)
            least_2 = float(b == least)
            least_3 = float(c == least)
            least_4 = least_1 + least_2 + least_3
            c_bar = least_bar * least_3 / least_4 - total_4_bar
            b_bar = least_bar * least_2 / least_4 - total_5_bar
            a_bar = least_bar * least_1 / least_4 - total_6_bar
            # line 29: r[i, j] = (x[i - 1] - y[j - 1]) ** 2 + soft_min(r[i - 1, j - 1], r[i - 1, j] ...
            r_bar[i, j - 1] += c_bar
            r_bar[i - 1, j] += b_bar
            r_bar[i - 1, j - 1] += a_bar
            x_bar[i - 1] += r_2_bar * (2 * r_1)
    return x_bar
