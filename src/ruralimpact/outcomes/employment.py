"""Labour use: hours or days as recorded, with stand-ins for zero undone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def restore_zero(
    values: ArrayLike, *, total: ArrayLike, parts: Sequence[ArrayLike], stored_as: float
) -> FloatArray:
    """Undo a file's habit of storing zero as a small positive number.

    A value equal to `stored_as` is a true one where the parts add up to the recorded total, and a
    zero where they do not.

    Parameters
    ----------
    values : array_like, shape (n,)
        One of the parts, such as hours of hired labour.
    total : array_like, shape (n,)
        The total as the file records it.
    parts : sequence of array_like, shape (n,)
        Everything the total is made of, `values` included.
    stored_as : float
        What a zero is stored as.

    Returns
    -------
    ndarray, shape (n,)
        NaN where the value is missing, and where it equals `stored_as` but the total or a part is
        missing, so that nobody can tell.
    """
    recorded = np.asarray(values, dtype=float)
    difference = np.asarray(total, dtype=float) - sum(np.asarray(part, float) for part in parts)
    doubtful = recorded == stored_as
    restored = np.where(doubtful & (difference != 0), 0.0, recorded)
    return np.where(doubtful & np.isnan(difference), np.nan, restored)
