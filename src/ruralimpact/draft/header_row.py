"""In which rows of a sheet or text file the names of the columns stand."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ruralimpact.draft.proposal import Proposal
from ruralimpact.survey.values import MERGED, number_of

_LOOKED_AT, _FULL = 15, 0.8


def header_of(grid: Mapping[int, Sequence[str]]) -> Proposal | None:
    """Return where the names stand; None for the first row.

    Parameters
    ----------
    grid : mapping of int to sequence of str
        Cells by row of the file, from 1.

    Notes
    -----
    The names are the first row that is nearly as full as the rows below it and has no number. A row right
    above it with fewer cells, none of them a number and more than one, holds the headings of groups.
    """
    rows = {row: [_plain(cell) for cell in cells] for row, cells in grid.items()}
    counts = {row: sum(map(bool, cells)) for row, cells in rows.items()}
    usual = Counter(count for count in counts.values() if count).most_common(1)
    if not usual:
        return None
    width = usual[0][0]
    first = next((row for row in list(rows)[:_LOOKED_AT] if _names(rows[row], width)), None)
    if first in (None, next(iter(rows))):
        return None
    above = rows.get(first - 1, [])
    filled = [cell for cell in above if cell]
    if len(filled) > 1 and not any(number_of(cell) is not None for cell in filled):
        words = f"row {first - 1} has {len(filled)} headings of groups, row {first} {width} names"
        return Proposal("header", [first - 1, first], words)
    words = f"row {first} is the first with {counts[first]} cells that are no numbers"
    return Proposal("header", first, words)


def _plain(cell: str) -> str:
    return "" if cell == MERGED else cell.strip()


def _names(cells: Sequence[str], width: int) -> bool:
    filled = [cell for cell in cells if cell]
    distinct = len(set(filled)) >= _FULL * len(filled)
    numbers = any(number_of(cell.replace(",", ".")) is not None for cell in filled)
    return len(filled) >= _FULL * width and distinct and not numbers
