"""Errors that a user can act on: they name the file, the column and the rows, or the config key."""

from collections.abc import Sequence
from pathlib import Path

_ROWS_SHOWN = 5


class RuralImpactError(Exception):
    """Base of every error that is the input's fault; printed without a traceback, exit status 1."""


class DataError(RuralImpactError):
    """A data file that cannot be used as it is.

    Parameters
    ----------
    problem : str
        What is wrong, in one sentence.
    file : path or str, optional
        The file, or the name of the sample built from it.
    column : str, optional
        The column (raw name where the problem is in a raw file).
    rows : sequence of int or str, optional
        Rows or unit identifiers; the first five are shown with the count of all.
    hint : str, optional
        What to do about it.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | Path | None = None,
        column: str | None = None,
        rows: Sequence[object] | None = None,
        hint: str | None = None,
    ) -> None:
        self.problem, self.file, self.column, self.rows, self.hint = (
            problem,
            file,
            column,
            rows,
            hint,
        )
        where = [f"file {file}"] if file is not None else []
        if column is not None:
            where.append(f"column '{column}'")
        if rows is not None and len(rows) > 0:
            shown = ", ".join(str(row) for row in list(rows)[:_ROWS_SHOWN])
            more = f" and {len(rows) - _ROWS_SHOWN:,} more" if len(rows) > _ROWS_SHOWN else ""
            where.append(f"row{'s' if len(rows) > 1 else ''} {shown}{more}")
        text = f"{', '.join(where)}: {problem}" if where else problem
        super().__init__(f"{text} {hint}" if hint else text)


class ConfigError(RuralImpactError):
    """A configuration file that cannot be used as it is.

    Parameters
    ----------
    problem : str
        What is wrong, in one sentence.
    file : path or str, optional
        The configuration file.
    key : str, optional
        Dotted path of the offending key.
    line : int, optional
        Line of the file, from 1.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | Path | None = None,
        key: str | None = None,
        line: int | None = None,
    ) -> None:
        self.problem, self.file, self.key, self.line = problem, file, key, line
        where = [f"file {file}"] if file is not None else []
        if line is not None:
            where.append(f"line {line}")
        if key is not None:
            where.append(f"key '{key}'")
        super().__init__(f"{', '.join(where)}: {problem}" if where else problem)


class DesignError(RuralImpactError):
    """A comparison that the data cannot bear: no overlap, an empty arm, a separated propensity score."""
