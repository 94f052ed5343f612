"""Whether a decimal mark may be one for thousands: 5.016 for 5,016."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.survey.values import looks_like_thousands

_MOSTLY, _ENOUGH = 0.8, 5


def marks_in_doubt(texts: pd.Index, numbers: NDArray[np.float64], *, stored: bool) -> list[str]:
    """Return the texts of a column whose point may be for thousands.

    Parameters
    ----------
    texts : Index of str, shape (k,)
        Distinct texts of the column.
    numbers : ndarray, shape (k,)
        What they are, NaN where missing.
    stored : bool
        Whether the file stores all of them as numbers, so that zeros at the end are not seen.

    Returns
    -------
    list of str
        All that have one, in two cases, else none. As text, each has three digits behind the point and no
        zero before it. As text or number, those that are not whole lie between 1 and 1,000, have at most
        three decimals, and either mostly three, or are smaller than all whole numbers of the column, among
        which they would be if multiplied by 1,000.
    """
    has_mark = np.asarray(texts.str.contains(".", regex=False), dtype=bool) & ~np.isnan(numbers)
    if stored:
        has_mark &= numbers != np.floor(numbers)
    marked = texts[has_mark]
    if marked.empty:
        return []
    if not stored and all(map(looks_like_thousands, marked)):
        return marked.tolist()
    small = np.abs(numbers[has_mark])
    if (small < 1).any() or (small >= 1000).any():
        return []
    decimals = (marked.str.len() - marked.str.find(".") - 1).to_numpy()
    if (decimals > 3).any():
        return []
    whole = np.abs(numbers[~has_mark])
    whole = whole[whole > 0]
    among = len(whole) > 1 and small.max() < whole.min() <= small.min() * 1000
    mostly = len(marked) >= _ENOUGH and (decimals == 3).mean() >= _MOSTLY
    in_doubt = mostly or (among and small.max() * 1000 <= whole.max())
    return marked.tolist() if in_doubt else []
