"""Covariate balance between the arms, before and after weighting. No outcome needed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

SMD_THRESHOLD = 0.1
VARIANCE_RATIO_RANGE = (0.5, 2.0)
ROUNDING = 64 * np.finfo(float).eps


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
    return BalanceCheck(covariates, treatment, sampling).under(weights)


class BalanceCheck:
    """Covariates of the same units compared under several weights: what these share is computed once.

    Parameters
    ----------
    covariates, treatment, sampling
        As in `balance`.
    """

    def __init__(
        self,
        covariates: CovariateMatrix,
        treatment: NDArray[np.int8],
        sampling: FloatArray | None = None,
    ) -> None:
        self.covariates, self.treated = covariates, treatment == 1
        self._base = np.ones(len(treatment)) if sampling is None else sampling
        self._values = {arm: covariates.values[self.treated == arm] for arm in (True, False)}
        self._whole = self._arm(True, self._base)
        self._varies = np.ptp(self._values[True], axis=0) > 0

    def under(self, weights: FloatArray | None = None) -> Balance:
        """Compare the arms.

        Parameters
        ----------
        weights : ndarray, shape (n,), optional
            As in `balance`.

        Returns
        -------
        Balance
        """
        unit = self._base if weights is None else weights
        treated = self._whole if weights is None else self._arm(True, unit)
        control, binary = self._arm(False, unit), self.covariates.binary
        variance = np.where(binary, self._whole.mean * (1 - self._whole.mean), self._whole.variance)
        # the mean of ones may be 1 less or more a rounding error, which is no spread
        spread = np.sqrt(np.where(self._varies, np.maximum(variance, 0.0), 0.0))
        difference = mean_difference(treated.mean, control.mean)
        with np.errstate(divide="ignore", invalid="ignore"):
            smd = np.where(difference == 0, 0.0, difference / np.where(spread > 0, spread, np.nan))
            ratio = np.where(binary, np.nan, treated.variance / control.variance)
        return Balance(
            self.covariates.names, binary, treated.mean, control.mean, smd, ratio, self._ks(unit)
        )

    def _arm(self, treated: bool, weights: FloatArray) -> "_Arm":
        return _Arm(self._values[treated], weights[self.treated == treated])

    def _ks(self, weights: FloatArray) -> FloatArray:
        """Largest distance of the arms' distribution functions, by covariate."""
        totals = np.where(self.treated, weights[self.treated].sum(), weights[~self.treated].sum())
        signed = np.where(self.treated, 1.0, -1.0) * weights / totals
        gaps = (
            np.cumsum(signed[column.order])[column.last] for column in self.covariates.ascending
        )
        return np.array([np.abs(gap).max() for gap in gaps])


class _Arm:
    """Weighted means and variances of one arm."""

    def __init__(self, values: FloatArray, weights: FloatArray) -> None:
        share = weights / weights.sum()
        self.mean = share @ values
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = values - self.mean
            self.variance = share @ np.square(gap, out=gap) / (1 - (share**2).sum())


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


def mean_difference(treated: FloatArray, control: FloatArray) -> FloatArray:
    """Return the difference of means, shape (p,); none where it is an error of rounding."""
    difference = treated - control
    size = np.maximum(np.abs(treated), np.abs(control))
    return np.where(np.abs(difference) <= ROUNDING * size, 0.0, difference)
