"""Intervals of shares that keep within 0 and 1."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """Both ends, shape (t,) each; NaN where there is no error to go by."""

    low: FloatArray
    high: FloatArray


def log_log_interval(
    estimate: FloatArray, std_error: FloatArray, n_groups: int, level: float = 0.95
) -> Interval:
    """Return an interval on the scale of the complementary log-log (Kalbfleisch & Prentice 2002).

    With t of groups less one degrees of freedom. An estimate of 0 or 1 has none.
    """
    inside = (estimate > 0) & (estimate < 1)
    share = np.where(inside, estimate, 0.5)
    quantile = special.stdtrit(max(n_groups - 1, 1), 0.5 + level / 2)
    spread = quantile * std_error / np.abs(share * np.log(share))
    log = np.log(-np.log(share))
    ends = np.exp(-np.exp(log + spread)), np.exp(-np.exp(log - spread))
    low, high = (np.where(inside, end, np.nan) for end in ends)
    return Interval(low, high)


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
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
