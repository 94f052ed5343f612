"""Kernel and radius matching: every control near a treated unit serves it, by nearness."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.kernel_sums import Kernel, Windows, serve
from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.design.unit_weights import UnitWeights, refuse_non_finite
from ruralimpact.design.windows import within_reach
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

OFF_SUPPORT = "no control within the bandwidth"


def kernel_weights(
    treatment: NDArray[np.int8],
    score: FloatArray,
    *,
    kernel: Kernel = "epanechnikov",
    bandwidth: float = 0.06,
    strata: IntArray | None = None,
    sampling: FloatArray | None = None,
) -> UnitWeights:
    """Weight controls by their nearness to each treated unit.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    score : ndarray, shape (n,)
        The probability of treatment, as Stata's psmatch2 does, or any other score.
    kernel : {"epanechnikov", "biweight", "uniform", "tricube", "gaussian"}
        The first three take time in proportion to n log n. The last two sum over pairs; the
        Gaussian one over all of them, since it has no edge.
    bandwidth : float
        In units of the score.
    strata : ndarray of int, shape (n,), optional
        Controls serve treated units of their own stratum only.
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive: a unit counts as that many.

    Returns
    -------
    UnitWeights
        Treated units without a control in the bandwidth are off support and dropped.

    Raises
    ------
    DesignError
        An arm is empty, a score is not finite, the bandwidth is not positive, or no treated unit
        has a control in the bandwidth.

    Notes
    -----
    Control j has the weight sum_i K((e_j - e_i) / h) / sum_l K((e_l - e_i) / h) over treated i.
    Units with the same score share their place, so row order changes nothing, to the last bit.

    References
    ----------
    Heckman, Ichimura & Todd (1997), Review of Economic Studies 64(4).
    """
    refuse_empty_arm(treatment)
    refuse_non_finite(score, "matching score")
    if not (np.isfinite(bandwidth) and bandwidth > 0):
        raise DesignError(f"the bandwidth must be a positive number, not {bandwidth}.")
    treated = treatment == 1
    unit = np.ones(len(score)) if sampling is None else sampling
    weights = np.zeros(len(score))
    for members in _groups(treatment, strata):
        weights[members] = _serve_stratum(
            treatment[members], score[members], unit[members], kernel, bandwidth
        )
    off = treated & (weights == 0)
    if off.sum() == treated.sum():
        raise DesignError(
            f"no overlap: no treated unit has a control within {bandwidth:g} of its score. "
            "Widen the bandwidth or drop the strategy."
        )
    return UnitWeights(weights, {OFF_SUPPORT: off} if off.any() else {})


def radius_weights(
    treatment: NDArray[np.int8],
    score: FloatArray,
    *,
    caliper: float,
    strata: IntArray | None = None,
    sampling: FloatArray | None = None,
) -> UnitWeights:
    """Weight all controls within the caliper of a treated unit equally.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    score : ndarray, shape (n,)
    caliper : float
        In units of the score; a control at exactly this distance is inside.
    strata, sampling : ndarray, shape (n,), optional
        As in `kernel_weights`.

    Returns
    -------
    UnitWeights

    Raises
    ------
    DesignError
        As `kernel_weights`.

    References
    ----------
    Dehejia & Wahba (2002), Review of Economics and Statistics 84(1).
    """
    return kernel_weights(
        treatment, score, kernel="uniform", bandwidth=caliper, strata=strata, sampling=sampling
    )


def _groups(treatment: NDArray[np.int8], strata: IntArray | None) -> Iterator[IntArray]:
    """Rows of each stratum that holds both arms."""
    if strata is None:
        yield np.arange(len(treatment))
        return
    order = np.argsort(strata, kind="stable")
    starts = np.flatnonzero(np.diff(strata[order])) + 1
    for members in np.split(order, starts):
        if 0 < treatment[members].sum() < len(members):
            yield members


def _serve_stratum(
    treatment: NDArray[np.int8],
    score: FloatArray,
    unit: FloatArray,
    kernel: Kernel,
    bandwidth: float,
) -> FloatArray:
    treated = treatment == 1
    focal, focal_place, focal_count = _distinct(score[treated], unit[treated])
    points, position, count = _distinct(score[~treated], unit[~treated])
    low, high = within_reach(focal, points, np.inf if kernel == "gaussian" else bandwidth)
    windows = Windows(focal, focal_count, points, count, low, high, bandwidth)
    total, usage = serve(windows, kernel)
    weights = np.empty(len(score))
    weights[treated] = unit[treated] * (total > 0)[focal_place]
    weights[~treated] = unit[~treated] * usage[position]
    return weights


def _distinct(score: FloatArray, unit: FloatArray) -> tuple[FloatArray, IntArray, FloatArray]:
    values, position = np.unique(score, return_inverse=True)
    return values, position, np.bincount(position, unit).astype(float)
