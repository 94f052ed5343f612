"""Intervals of shares that keep within 0 and 1."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ShareInterval:
    """Both ends, shape (t,) each; NaN where there is no error to go by."""

    low: FloatArray
    high: FloatArray


def log_log_interval(
    estimate: FloatArray, std_error: FloatArray, n_groups: int, level: float = 0.95
) -> ShareInterval:
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
    return ShareInterval(low, high)
