"""Whether a decimal mark may be one for thousands: 5.016 for 5,016."""

from collections.abc import Mapping

import numpy as np

from ruralimpact.survey.values import looks_like_thousands

_MOSTLY, _ENOUGH = 0.8, 5


def marks_in_doubt(values: Mapping[str, object], *, stored: bool) -> list[str]:
    """Return the texts of a column whose point may be for thousands.

    Parameters
    ----------
    values : mapping of str to float
        Distinct texts of the column and the numbers that they are, NaN where missing.
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
    numbers = {text: value for text, value in values.items() if isinstance(value, float)}
    marked = [text for text, value in numbers.items() if "." in text and not np.isnan(value)]
    marked = [text for text in marked if not (stored and numbers[text].is_integer())]
    if not marked:
        return []
    if not stored and all(map(looks_like_thousands, marked)):
        return marked
    small = np.abs([numbers[text] for text in marked])
    decimals = np.array([len(text.partition(".")[2]) for text in marked])
    if (small < 1).any() or (small >= 1000).any() or (decimals > 3).any():
        return []
    whole = np.abs([value for text, value in numbers.items() if text not in marked and value])
    whole = whole[~np.isnan(whole)]
    among = len(whole) > 1 and small.max() < whole.min() <= small.min() * 1000
    mostly = len(marked) >= _ENOUGH and (decimals == 3).mean() >= _MOSTLY
    return marked if mostly or (among and small.max() * 1000 <= whole.max()) else []
