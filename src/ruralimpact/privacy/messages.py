"""Messages that quote no cell of an identifier, and of other columns only what tells nobody."""

import re
from collections.abc import Iterable
from itertools import pairwise

from ruralimpact.errors import DataError
from ruralimpact.privacy.scan import are_names, shape_of

HIDDEN = "(not shown)"
# A mistyped code or number is no longer than this.
_MOST_SIGNS, _MOST_WORDS = 30, 3
# The digits of a day.
_DIGITS_OF_DAY = 8
_BETWEEN_WORDS = re.compile(r"[\s_./-]+")


def may_be_quoted(cell: str, *, among_numbers: bool, dates: bool = False) -> bool:
    """Tell whether a message may quote a cell of a column that is no identifier: it is as short as a code.

    Parameters
    ----------
    cell : str
    among_numbers : bool
        Whether the column holds numbers, where names of people are no mistyped values.
    dates : bool
        Whether it holds dates, whose digits may stand without marks.
    """
    if len(cell) > _MOST_SIGNS or len(cell.split()) > _MOST_WORDS:
        return False
    if dates and cell.isdigit() and len(cell) <= _DIGITS_OF_DAY:
        return True
    if shape_of(cell):
        return False
    return not (among_numbers and are_names([cell]))


def name_of_column(column: str) -> str:
    """Return the name of a column that nobody described, unless it looks like a name or an identifier."""
    words = _BETWEEN_WORDS.split(column)
    is_name = any(are_names([" ".join(pair)]) for pair in pairwise(words))
    return HIDDEN if shape_of(column) or is_name else column


def without_cells(error: DataError, cells: Iterable[str]) -> DataError:
    """Return an error in which cells that it quotes are replaced.

    Parameters
    ----------
    error : DataError
    cells : iterable of str
        Cells of identifiers, as messages may write them.

    Returns
    -------
    DataError
        `error` itself where it quotes none.
    """
    problem, hint = error.problem, error.hint or ""
    for cell in cells:
        quoted = f"'{cell}'"
        if cell and (quoted in problem or quoted in hint):
            problem, hint = problem.replace(quoted, HIDDEN), hint.replace(quoted, HIDDEN)
    if (problem, hint) == (error.problem, error.hint or ""):
        return error
    return DataError(
        problem,
        file=error.file,
        within=error.within,
        column=error.column,
        rows=error.rows,
        units=error.units,
        hint=hint or None,
    )
