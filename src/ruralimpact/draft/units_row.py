"""A row right below the names that says in which units columns are, or names them again."""

import pandas as pd

from ruralimpact.draft.number_marks import is_marked_number
from ruralimpact.survey.missing_codes import reads_like_missing

_MOSTLY, _FEWEST_ROWS, _FEWEST_COLUMNS = 0.9, 5, 2


def column_of_units(cells: pd.DataFrame) -> str | None:
    """Return a column of numbers whose first cell is a text, where the first row has words for units.

    Parameters
    ----------
    cells : DataFrame of str, shape (n, ...)
        Rows of a table; the empty string is missing.

    Returns
    -------
    str or None
        None where the first row is a unit like others: it has a number in some column of numbers, or texts in
        fewer than two.
    """
    if len(cells) <= _FEWEST_ROWS or not cells.columns.is_unique:
        return None
    first = cells.iloc[0]
    numbers = [name for name in cells.columns if _holds_numbers(cells[name].iloc[1:])]
    if any(is_marked_number(first[name]) for name in numbers):
        return None
    worded = [name for name in numbers if first[name] and not reads_like_missing(first[name])]
    return str(worded[0]) if len(worded) >= _FEWEST_COLUMNS else None


def _holds_numbers(column: pd.Series) -> bool:
    filled = column[column != ""]
    return len(filled) > 0 and filled.map(is_marked_number).mean() >= _MOSTLY
