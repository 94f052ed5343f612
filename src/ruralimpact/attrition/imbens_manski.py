"""Interval for a parameter that is only known to lie between two estimated bounds."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class BoundsInterval:
    """Interval that covers the parameter, wherever it lies between the bounds.

    Attributes
    ----------
    conf_low, conf_high : float
        NaN where a standard error is missing or zero.
    critical_value : float
        Standard errors added outside each bound: between the one-sided value, for bounds far apart, and
        the two-sided one, for bounds that coincide.
    """

    conf_low: float
    conf_high: float
    critical_value: float


def imbens_manski(
    lower: float,
    upper: float,
    std_error_lower: float,
    std_error_upper: float,
    *,
    df: float = np.inf,
    level: float = 0.95,
) -> BoundsInterval:
    """Interval for the parameter itself, not for the whole range between its bounds.

    Parameters
    ----------
    lower, upper : float
    std_error_lower, std_error_upper : float
    df : float
        Degrees of freedom of Student's t (groups less one); infinity for the normal of the paper.
    level : float
        Coverage.

    Returns
    -------
    BoundsInterval

    Notes
    -----
    The critical value c solves F(c + (upper - lower) / max(errors)) - F(-c) = level. Bounds by trimming
    one arm keep their order in every sample, as the paper asks (its superefficiency condition; Stoye 2009,
    Econometrica 77(4)).

    References
    ----------
    Imbens & Manski (2004), Econometrica 72(6).
    """
    from scipy.optimize import brentq
    from scipy.special import stdtr, stdtrit

    errors = np.array([std_error_lower, std_error_upper])
    if not (np.isfinite(errors).all() and (errors > 0).all() and df > 0):
        return BoundsInterval(np.nan, np.nan, np.nan)
    width = (upper - lower) / errors.max()
    one_sided, two_sided = (float(stdtrit(df, p)) for p in (level, 0.5 + level / 2))

    def excess(c: float) -> float:
        return float(stdtr(df, c + width) - stdtr(df, -c) - level)

    inside = excess(one_sided) < 0 < excess(two_sided)
    critical = (
        brentq(excess, one_sided, two_sided, xtol=1e-12)
        if inside
        else (two_sided if width <= 0 else one_sided)
    )
    return BoundsInterval(
        lower - critical * std_error_lower, upper + critical * std_error_upper, critical
    )
