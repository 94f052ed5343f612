"""Messages that quote no cell of an identifier."""

from collections.abc import Iterable

from ruralimpact.errors import DataError

HIDDEN = "(not shown)"


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
