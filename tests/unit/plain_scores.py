"""Group scores without correction for leverage, to compare with."""

import numpy as np
from numpy.typing import NDArray

from ruralimpact.inference.bias_reduced_scores import CorrectedScores

FloatArray = NDArray[np.float64]


def plain_scores(sums: FloatArray) -> list[CorrectedScores]:
    """Scores of several estimates, corrected by the number of groups that any of them has.

    Parameters
    ----------
    sums : ndarray, shape (G, E)
        Influence scores summed by group; 0 or NaN where a group is not in a comparison.

    Returns
    -------
    list of CorrectedScores, length E
        Multiplied by ``sqrt(G / (G - 1))``, with G - 1 degrees of freedom.
    """
    present = np.where(np.isfinite(sums), sums, 0.0)
    count = int((present != 0).any(axis=1).sum())
    factor = np.sqrt(count / max(count - 1, 1))
    return [CorrectedScores(factor * column, None, float(count - 1)) for column in present.T]
