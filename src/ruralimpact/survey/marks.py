"""Marks of thousands, and whether a decimal mark may be one: 5.016 for 5,016."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.survey.values import looks_like_thousands

_MOSTLY, _ENOUGH = 0.8, 5
_ABOUT = 30
# What a mark of thousands looks like in files: any space that does not break a number, any apostrophe.
_FORMS = {" ": "[ \u00a0\u2007\u2009\u202f]", "'": "['\u2018\u2019\u02bc\u00b4\u0060]"}


def form_of(mark: str) -> str:
    """Return the regular expression of a mark of thousands in all its forms."""
    return _FORMS.get(mark, re.escape(mark))


def mark_of_thousands(texts: Sequence[str], decimal: str) -> str | None:
    """Return the mark that stands before every three digits of numbers.

    Parameters
    ----------
    texts : sequence of str
        Texts that are no numbers as they stand.
    decimal : str
        Decimal mark.

    Returns
    -------
    str or None
        None where not all of them are numbers with one and the same.
    """
    part = rf"(?:{re.escape(decimal)}\d+)?"
    for mark in (" ", "'", ",", "."):
        whole = re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:{form_of(mark)}\d{{3}})+{part}")
        if mark != decimal and texts and all(map(whole.fullmatch, texts)):
            return mark
    return None


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
        which they would be if multiplied by 1,000. Else those that `thousandths` returns.
    """
    has_mark = np.asarray(texts.str.contains(".", regex=False), dtype=bool) & ~np.isnan(numbers)
    if stored:
        has_mark &= numbers != np.floor(numbers)
    marked = texts[has_mark]
    if marked.empty:
        return []
    if not stored and all(map(looks_like_thousands, marked)):
        return marked.tolist()
    strange = thousandths(texts, numbers)
    if strange:
        return strange
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


def thousandths(texts: pd.Index, numbers: NDArray[np.float64]) -> list[str]:
    """Return the texts that are as a thousandth of the others: 5.016 among 4180 and 4074.25.

    Parameters
    ----------
    texts : Index of str, shape (k,)
        Distinct texts of a column, with a point for decimals.
    numbers : ndarray, shape (k,)
        What they are, NaN where missing.

    Returns
    -------
    list of str
        Those with exactly three digits behind the point, if each of them is about a thousandth of the
        median of the others, fewer than half of all, and no other number has three decimals or more.
    """
    alike = np.asarray([looks_like_thousands(text) for text in texts.tolist()], dtype=bool)
    others = ~alike & ~np.isnan(numbers) & (numbers != 0)
    if not alike.any() or alike.sum() >= others.sum():
        return []
    if np.asarray(texts[others].str.contains(r"\.\d{3}"), dtype=bool).any():
        return []
    ratios = np.median(np.abs(numbers[others])) / np.abs(numbers[alike]) / 1000
    about = ((ratios > 1 / _ABOUT) & (ratios < _ABOUT)).all()
    return texts[alike].tolist() if about else []
