"""The records that a description reads, and the account of those that it had to exclude."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.exclusions import ExclusionRow
from ruralimpact.schema.study import Study
from ruralimpact.survey.set_missing import was_set_missing
from ruralimpact.tables import table_of_rows

BoolArray = NDArray[np.bool_]


def set_to_missing(records: pd.DataFrame, variable: str) -> BoolArray:
    """Tell of which records a variable was set to missing, and not left blank; shape (n,).

    Parameters
    ----------
    records : DataFrame
        Rows of a sample, see `RecordedStudy.of`.
    variable : str
    """
    return was_set_missing(records, variable)


def set_to_missing_reason(variable: str) -> str:
    """Say that what was recorded of a variable is no value of it."""
    return f"'{variable}' was set to missing"


@dataclass(frozen=True)
class ExcludedRecords:
    """Records that a description cannot use, for one reason.

    Attributes
    ----------
    analysis : str
    about : str
        What of the analysis lacks them; empty: all.
    reason : str
    rows, rows_before : int
        Those excluded, and how many there were before.
    units : tuple of str
        Identifiers of those excluded.
    column : str or None
        Variable that the reason is about.
    """

    analysis: str
    about: str
    reason: str
    rows: int
    rows_before: int
    units: tuple[str, ...] = ()
    column: str | None = None

    @classmethod
    def among(
        cls,
        records: pd.DataFrame,
        which: BoolArray,
        reason: str,
        *,
        analysis: str,
        about: str = "",
        of: int | None = None,
        column: str | None = None,
    ) -> Self:
        """Count some of the records.

        Parameters
        ----------
        records : DataFrame
            With ``id``.
        which : ndarray of bool, shape (n,)
            Those excluded.
        reason, analysis, about, column
            See the attributes.
        of : int, optional
            How many there were before; all records when not given.
        """
        units = tuple(records.loc[which, "id"].astype(str))
        before = len(records) if of is None else of
        return cls(analysis, about, reason, len(units), before, units, column)


@dataclass(frozen=True)
class InconsistentRecords:
    """Records that a description uses although something in them does not fit.

    Attributes
    ----------
    analysis : str
    problem : str
        What does not fit, and what is used.
    units : tuple of str, or None
        Their identifiers; None where it is about no single records.
    column : str or None
        Variable that it is about.
    """

    analysis: str
    problem: str
    units: tuple[str, ...] | None
    column: str | None = None

    @classmethod
    def among(
        cls, records: pd.DataFrame, which: BoolArray, problem: str, *, analysis: str, column: str
    ) -> Self:
        """Count some of the records, perhaps none.

        Parameters
        ----------
        records : DataFrame
            With ``id``.
        which : ndarray of bool, shape (n,)
            Those that do not fit.
        problem, analysis, column
            See the attributes.
        """
        units = tuple(records.loc[which, "id"].astype(str))
        counted = f"{len(units):,} of {len(records):,}: {problem}."
        return cls(analysis, counted, units, column)


@dataclass(frozen=True)
class DescriptionTables:
    """What the descriptions of one method give.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        Result tables by name, each under its contract; empty where the study asks for none.
    excluded : tuple of ExcludedRecords
        Records that they cannot use, by reason.
    inconsistent : tuple of InconsistentRecords
        Records that they use although something in them does not fit.
    """

    tables: Mapping[str, pd.DataFrame]
    excluded: tuple[ExcludedRecords, ...]
    inconsistent: tuple[InconsistentRecords, ...] = ()


@dataclass(frozen=True)
class RecordedStudy:
    """A study with what was recorded of its samples: what descriptions are made from.

    Attributes
    ----------
    study : Study
    units, outcomes : mapping of str to DataFrame
        By sample, as the construct stage writes them.
    """

    study: Study
    units: Mapping[str, pd.DataFrame]
    outcomes: Mapping[str, pd.DataFrame]

    def of(self, sample: str) -> pd.DataFrame:
        """Rows of a sample with all that was recorded or built of them, sorted by unit."""
        whole = self.units[sample].merge(
            self.outcomes[sample], on="unit_id", how="left", validate="one_to_one"
        )
        return whole.sort_values("unit_id", kind="stable", ignore_index=True)


def without_level(
    records: pd.DataFrame,
    names: Iterable[str],
    labels: Mapping[str, str],
    *,
    analysis: str,
    about: str | None = None,
) -> list[ExcludedRecords]:
    """Count the records that no level of a variable shows.

    Parameters
    ----------
    records : DataFrame
        With ``id`` and the variables.
    names : iterable of str
        Variables that results are shown by.
    labels : mapping of str to str
        Of variables.
    analysis : str
    about : str, optional
        What of the analysis needs the variables; their names when not given.
    """
    return [
        ExcludedRecords.among(
            records,
            records[name].isna().to_numpy(),
            f"no value of '{labels.get(name, name)}'",
            analysis=analysis,
            about=name if about is None else about,
            column=name,
        )
        for name in names
    ]


def exclusions_of(excluded: Iterable[ExcludedRecords]) -> pd.DataFrame:
    """Return exclusions, but for empty ones, under the contract ``exclusions``."""
    rows = [
        ExclusionRow(
            stage="estimate",
            scope=f"{exclusion.analysis}/{exclusion.about}"
            if exclusion.about
            else exclusion.analysis,
            reason=exclusion.reason,
            rows=exclusion.rows,
            rows_before=exclusion.rows_before,
        )
        for exclusion in excluded
        if exclusion.rows
    ]
    return table_of_rows("exclusions", rows)
