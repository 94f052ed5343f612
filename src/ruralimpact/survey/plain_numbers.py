"""Numbers of the texts that are plainly numbers: all at once, where a look at each would take minutes."""

import re
from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.survey.values import EXACT, number_of


def plain_numbers(
    texts: pd.Index, decimal: str, *, besides: Collection[str], whole: bool
) -> NDArray[np.float64]:
    """Return the numbers that texts of digits are.

    Parameters
    ----------
    texts : Index of str, shape (k,)
    decimal : str
        Decimal mark.
    besides : collection of str
        Codes that are not read as numbers.
    whole : bool
        Whether to leave out numbers that are not whole.

    Returns
    -------
    ndarray, shape (k,)
        What `values.number_of` gives; NaN for every text that needs a look of its own, if only since a
        float does not keep its digits.
    """
    mark = re.escape(decimal)
    plain = np.asarray(texts.str.fullmatch(rf"[+-]?([0-9]+{mark}?[0-9]*|{mark}[0-9]+)"), dtype=bool)
    digits = texts[plain] if decimal == "." else texts[plain].str.replace(decimal, ".", regex=False)
    numbers = np.array([float(text) for text in digits.tolist()]) + 0.0  # -0 is 0
    read = (number_of(code, sign) for code in besides for sign in (".", decimal))
    codes = [number for number in read if number is not None]
    apart = np.isin(numbers, codes) | (np.abs(numbers) >= EXACT)
    if whole:
        apart |= numbers != np.floor(numbers)
    values = np.full(len(texts), np.nan)
    values[plain] = np.where(apart, np.nan, numbers)
    return values
