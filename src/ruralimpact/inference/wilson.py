"""Wilson's interval of a share."""

import numpy as np
from scipy import special


def wilson_interval(
    count: float, n: float, *, population: float | None = None, level: float = 0.95
) -> tuple[float, float]:
    """Return Wilson's (1927) interval of a share, with the finite-population correction.

    The correction divides the variance by (N - 1)/(N - n): the interval is that of a sample so much larger.

    Parameters
    ----------
    count, n : float
        Units with the property, and units asked.
    population : float, optional
        Units that the sample was drawn from; without it no correction is made.
    level : float
    """
    if n <= 0:
        return float("nan"), float("nan")
    if population is not None and population <= n:
        return count / n, count / n
    size = n if population is None else n * (population - 1) / (population - n)
    z2 = float(special.ndtri(0.5 + level / 2)) ** 2
    share = count / n
    middle = (share + z2 / (2 * size)) / (1 + z2 / size)
    half = np.sqrt(z2 * (share * (1 - share) / size + z2 / (4 * size**2))) / (1 + z2 / size)
    low = 0.0 if share == 0 else max(0.0, float(middle - half))
    high = 1.0 if share == 1 else min(1.0, float(middle + half))
    return low, high
