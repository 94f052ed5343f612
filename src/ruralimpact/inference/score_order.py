"""An order of groups that comes from their scores, so that random draws do not depend on their names."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

_PARTS = 1e9


def score_order(scores: FloatArray, arms: ArrayLike | None = None) -> NDArray[np.int64]:
    """Order groups by arm and by their scores, the first estimate first.

    Parameters
    ----------
    scores : ndarray, shape (G, E)
        Influence scores summed by group, finite.
    arms : array_like, shape (G,), optional

    Returns
    -------
    ndarray of int, shape (G,)
        Positions. Scores count in whole billionths of the largest, since sums of the same units in another
        order differ in their last digits; groups with the same scores may exchange their draws.
    """
    scale = np.maximum(np.abs(scores).max(axis=0, initial=0.0), np.finfo(float).tiny)
    keys = np.rint(scores / scale * _PARTS).astype(np.int64).T[::-1]
    return np.lexsort(keys if arms is None else [*keys, np.asarray(arms)]).astype(np.int64)
