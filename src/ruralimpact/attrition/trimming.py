"""The mean of the largest or smallest share of an arm, with influence scores."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Tail = Literal["largest", "smallest"]

# Weight within this share of the whole of a unit's edge counts as at the edge (rounding).
_EDGE = 1e-12


@dataclass(frozen=True)
class TrimmedMean:
    """Mean of a share of the values.

    Attributes
    ----------
    value : float
    threshold : float
        Value at which the rest is cut off.
    scores : ndarray, shape (n,)
        Derivative of `value` by each unit's frequency, the share held fixed.
    by_share : float
        Derivative of `value` by the share kept.
    """

    value: float
    threshold: float
    scores: FloatArray
    by_share: float


def trimmed_mean(values: FloatArray, weights: FloatArray, share: float, tail: Tail) -> TrimmedMean:
    """Mean of the largest or the smallest values that carry a share of the weight.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Anything where the weight is 0.
    weights : ndarray, shape (n,)
        At least 0, some above.
    share : float
        Kept, in (0, 1]. The units at the threshold are kept with the fraction that makes it exact, so
        that ties are neither broken nor all kept.
    tail : {"largest", "smallest"}
        Which values are kept.

    Returns
    -------
    TrimmedMean

    Notes
    -----
    With t the threshold, k the share and W the sum of the weights, the mean of the largest is
    ``t + sum(w (y - t)+) / (k W)``. It is flat in t, so neither the share nor the data act through t,
    whether or not several units have that value.
    """
    used = weights > 0
    sign = 1.0 if tail == "largest" else -1.0
    signed, weight = sign * np.where(used, values, 0.0), np.where(used, weights, 0.0)
    order = np.lexsort((weight, -signed))
    order = order[weight[order] > 0]
    reached = np.cumsum(weight[order])
    total = float(reached[-1])
    last = min(int(np.searchsorted(reached, share * total - _EDGE * total)), len(order) - 1)
    threshold = float(signed[order[last]])
    above = np.where(used, np.maximum(signed - threshold, 0.0), 0.0)
    excess = float(weight[order] @ above[order]) / (share * total)
    scores = weight * (above - share * excess) / (share * total)
    return TrimmedMean(
        sign * (threshold + excess), sign * threshold, sign * scores, -sign * excess / share
    )
