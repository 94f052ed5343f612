"""Small files that hold more cells than a survey: refused before they fill the memory."""

from ruralimpact.errors import DataError

_MOST_CELLS = 300_000_000


def refuse_too_many_cells(rows: int, columns: int) -> None:
    """Refuse a compressed table by the size that its file states.

    Parameters
    ----------
    rows, columns : int

    Raises
    ------
    DataError
    """
    if rows * columns > _MOST_CELLS:
        raise DataError(
            f"unpacks to {rows:,} rows of {columns:,} columns, more than a survey holds "
            f"(at most {_MOST_CELLS:,} cells are read)."
        )
