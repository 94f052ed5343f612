"""Covariate balance between the arms, before and after weighting. No outcome needed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import Ascending, CovariateMatrix

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

SMD_THRESHOLD = 0.1
VARIANCE_RATIO_RANGE = (0.5, 2.0)


@dataclass(frozen=True)
class Balance:
    """Balance of p covariates.

    Attributes
    ----------
    names : tuple of str, length p
    binary : ndarray of bool, shape (p,)
    treated_mean, control_mean : ndarray, shape (p,)
    smd : ndarray, shape (p,)
        Difference in means over the standard deviation of the *unweighted treated* units; NaN where that is
        zero and the means differ.
    variance_ratio : ndarray, shape (p,)
        Treated over control; NaN for binary covariates.
    ks : ndarray, shape (p,)
        Largest distance between the arms' weighted distribution functions.
    """

    names: tuple[str, ...]
    binary: BoolArray
    treated_mean: FloatArray
    control_mean: FloatArray
    smd: FloatArray
    variance_ratio: FloatArray
    ks: FloatArray

    @property
    def balanced(self) -> BoolArray:
        """Covariates within the thresholds |SMD| < 0.1 and, unless binary, variance ratio 0.5 to 2."""
        low, high = VARIANCE_RATIO_RANGE
        ratio_passes = (self.variance_ratio >= low) & (self.variance_ratio <= high)
        return (np.abs(self.smd) < SMD_THRESHOLD) & (ratio_passes | np.isnan(self.variance_ratio))


def balance(
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    weights: FloatArray | None = None,
    *,
    sampling: FloatArray | None = None,
) -> Balance:
    """Compare the covariates of treated units and controls.

    Parameters
    ----------
    covariates : CovariateMatrix, n rows
        Usually with a dummy for every level.
    treatment : ndarray of {0, 1}, shape (n,)
    weights : ndarray, shape (n,), optional
        Non-negative; every unit counts once, or as its sampling weight says, when omitted.
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive: of the treated units whose standard deviation a difference is measured by.

    Returns
    -------
    Balance

    Notes
    -----
    Variances of binary covariates are p(1 - p); others use the unbiased weighted variance
    ``sum w (x - m)^2 / (1 - sum w^2)`` with weights that sum to one.
    """
    base = np.ones(len(treatment)) if sampling is None else sampling
    unit = base if weights is None else weights
    values, binary = covariates.values, covariates.binary
    arms = [_Arm(values[treatment == a], unit[treatment == a]) for a in (0, 1)]
    control, treated = arms
    whole = _Arm(values[treatment == 1], base[treatment == 1])
    spread = np.sqrt(np.where(binary, whole.mean * (1 - whole.mean), whole.variance))
    difference = treated.mean - control.mean
    with np.errstate(divide="ignore", invalid="ignore"):
        smd = np.where(difference == 0, 0.0, difference / np.where(spread > 0, spread, np.nan))
        ratio = np.where(binary, np.nan, treated.variance / control.variance)
    totals = np.where(treatment == 1, unit[treatment == 1].sum(), unit[treatment == 0].sum())
    signed = np.where(treatment == 1, 1.0, -1.0) * unit / totals
    ks = np.array([_ks(signed, column) for column in covariates.ascending])
    return Balance(covariates.names, binary, treated.mean, control.mean, smd, ratio, ks)


class _Arm:
    """Weighted means and variances of one arm."""

    def __init__(self, values: FloatArray, weights: FloatArray) -> None:
        share = weights / weights.sum()
        self.mean = share @ values
        with np.errstate(divide="ignore", invalid="ignore"):
            self.variance = share @ (values - self.mean) ** 2 / (1 - (share**2).sum())


def _ks(signed: FloatArray, column: Ascending) -> float:
    """Largest distance of the arms' distribution functions, from shares of the arms with their sign."""
    gap = np.cumsum(signed[column.order])
    return float(np.abs(gap[column.last]).max())


def effective_number(weights: FloatArray) -> float:
    """Kish's effective number of units.

    Parameters
    ----------
    weights : ndarray
        Non-negative.

    Returns
    -------
    float
        ``(sum w)^2 / sum w^2``; 0 where all weights are 0.
    """
    total = float((weights**2).sum())
    return float(weights.sum() ** 2 / total) if total > 0 else 0.0
