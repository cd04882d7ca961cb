import math
from own_rules import eccentric_anomaly


def grad_radius(mean, eccentricity):
    """Gradient of own_rules.radius with respect to mean and eccentricity."""
    if not (isinstance(mean, float) and isinstance(eccentricity, float)):
        raise TypeError("grad_radius was made for float, float")
    # forward sweep
    out_1 = eccentric_anomaly(mean, eccentricity)
    out_2 = math.cos(out_1)

    # reverse sweep
    # line 64: return 1 - eccentricity * math.cos(eccentric_anomaly(mean, eccentricity))
    out_3 = math.sin(out_1)
    out_4 = eccentricity * out_3 / (1 - eccentricity * out_2)
    eccentricity_bar = out_4 * out_3 - out_2
    return out_4, eccentricity_bar
