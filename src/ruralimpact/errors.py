"""Errors that a user can act on: they name the file, the column and the rows, or the config key."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

_ROWS_SHOWN = 5
_LONG_WORD = re.compile(r"\S{200,}")
_LINE_BREAK = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")


def _shortened(text: str) -> str:
    """Cut words that no message should hold whole, such as a cell of a thousand letters; keep to one line."""
    text = _LINE_BREAK.sub(" ", text)
    return _LONG_WORD.sub(lambda word: f"{word.group()[:60]} ...", text)


class RuralImpactError(Exception):
    """Base of every error that is the input's fault; printed without a traceback, exit status 1."""


class DataError(RuralImpactError):
    """A data file that cannot be used as it is.

    Parameters
    ----------
    problem : str
        What is wrong, in one sentence.
    file : path or str, optional
    within : str, optional
        What the problem is in where that is no file: ``sample panel``, ``analysis main``.
    column : str, optional
        The column (raw name where the problem is in a raw file).
    rows : sequence of int or str, optional
        Rows of the file; the first five are shown with the count of all.
    units : sequence of str, optional
        Units of `within`, shown like rows: identifiers, or those of `outcomes.unit_ids.in_waves`.
    hint : str, optional
        What to do about it.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | Path | None = None,
        within: str | None = None,
        column: str | None = None,
        rows: Sequence[object] | None = None,
        units: Sequence[str] | None = None,
        hint: str | None = None,
    ) -> None:
        self.problem, self.file, self.within, self.column, self.rows, self.units, self.hint = (
            problem,
            file,
            within,
            column,
            rows,
            units,
            hint,
        )
        where = location(file=file, within=within, column=column, rows=rows, units=units)
        text = f"{where}: {problem}" if where else problem
        super().__init__(_shortened(f"{text} {hint}" if hint else text))

    def in_file(self, file: str) -> "DataError":
        """Return the same error of a file that is named otherwise, such as with its sheet."""
        return DataError(
            self.problem, file=file, column=self.column, rows=self.rows, hint=self.hint
        )

    def inside(self, within: str) -> "DataError":
        """Return the same error of a part of the study that was not known where it arose."""
        return DataError(
            self.problem, within=within, column=self.column, units=self.units, hint=self.hint
        )


class NoGroupError(DataError):
    """A sample of which no row has a group: what is told of the groups of its sources comes first."""


class SingleWaveError(DataError):
    """A change that is asked of a single wave: what is told of the waves of its sources comes first."""


def location(
    *,
    file: str | Path | None = None,
    within: str | None = None,
    column: str | None = None,
    rows: Sequence[object] | None = None,
    units: Sequence[str] | None = None,
) -> str:
    """Return where something is, in words: ``file a.csv, column 'age', rows 2, 3``; see `DataError`."""
    where = [f"file {file}"] if file is not None else []
    where += [within] if within is not None else []
    where += [f"column '{column}'"] if column is not None else []
    where += [listed(name, values) for name, values in (("row", rows), ("unit", units)) if values]
    return ", ".join(where)


def listed(name: str, values: Sequence[object]) -> str:
    """Return the first five values, and how many more there are: ``rows 2, 3``, ``unit a``."""
    shown = ", ".join(str(value) for value in list(values)[:_ROWS_SHOWN])
    more = f" and {len(values) - _ROWS_SHOWN:,} more" if len(values) > _ROWS_SHOWN else ""
    return f"{name}{'s' if len(values) > 1 else ''} {shown}{more}"


class Mark(NamedTuple):
    """Where something stands in a file, both from 1; in a table the line alone."""

    line: int
    column: int | None = None


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
    mark : Mark, optional
        Line and column of the file.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | Path | None = None,
        key: str | None = None,
        mark: Mark | None = None,
    ) -> None:
        self.problem, self.file, self.key, self.mark = problem, file, key, mark
        where = [f"file {file}"] if file is not None else []
        if mark is not None:
            where.append(f"line {mark.line}")
            where += [f"column {mark.column}"] if mark.column is not None else []
        if key is not None:
            where.append(f"key '{key}'")
        super().__init__(_shortened(f"{', '.join(where)}: {problem}" if where else problem))

    def at(self, *, file: str | Path | None, key: str | None, mark: Mark | None) -> "ConfigError":
        """Return the same error at a place that was not known where it arose."""
        return ConfigError(self.problem, file=file, key=key, mark=mark)


class UnknownNameError(ConfigError):
    """A key that names what does not exist.

    Parameters
    ----------
    problem : str
    name : str
        The name that is not known.
    file, key, mark
        See `ConfigError`.
    """

    def __init__(
        self,
        problem: str,
        *,
        name: str,
        file: str | Path | None = None,
        key: str | None = None,
        mark: Mark | None = None,
    ) -> None:
        super().__init__(problem, file=file, key=key, mark=mark)
        self.name = name

    def at(
        self, *, file: str | Path | None, key: str | None, mark: Mark | None
    ) -> "UnknownNameError":
        """See `ConfigError.at`."""
        return UnknownNameError(self.problem, name=self.name, file=file, key=key, mark=mark)


class UnknownValueError(ConfigError):
    """A key that names a value that no row has in a raw column.

    Parameters
    ----------
    value, column : str
    hint : str
        The nearest value that there is.
    key : str
        See `ConfigError`.
    """

    def __init__(self, value: str, column: str, *, hint: str, key: str) -> None:
        super().__init__(f"no row has '{value}' in the column '{column}'. {hint}".strip(), key=key)
        self.value, self.column = value, column

    def without_hint(self) -> "UnknownValueError":
        """Return the same error without a value of the column, for a column of identifiers."""
        return UnknownValueError(self.value, self.column, hint="", key=self.key or "")


class DesignError(RuralImpactError):
    """A comparison that the data cannot bear: no overlap, an empty arm, a separated propensity score."""

    def in_analysis(self, file: str | Path, analyses: Iterable[str]) -> RuralImpactError:
        """Return the error under the key of its analysis, whose name it begins with, or as it is.

        Parameters
        ----------
        file : path or str
            study.yaml.
        analyses : iterable of str
            Names of those that there are.
        """
        name, _, problem = str(self).partition(": ")
        if not problem or name not in set(analyses):
            return self
        return ConfigError(problem, file=file, key=f"analyses.{name}")


class NoComparisonError(DesignError):
    """An analysis without one of its arms, or with an arm of a single group, whatever the strategy.

    Parameters
    ----------
    problem : str
    excluded : sequence of (str, int, int), optional
        Who was excluded until then: the reason, units excluded, units before.
    """

    def __init__(self, problem: str, excluded: Sequence[tuple[str, int, int]] = ()) -> None:
        super().__init__(problem)
        self.excluded = tuple(excluded)
