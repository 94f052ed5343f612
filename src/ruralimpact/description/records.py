"""The records that a description reads, and the account of those that it had to exclude."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from ruralimpact.exclusions import ExclusionRow
from ruralimpact.tables import table_of_rows


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
    """

    analysis: str
    about: str
    reason: str
    rows: int
    rows_before: int


@dataclass(frozen=True)
class DescriptionTables:
    """What the descriptions of one method give.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        Result tables by name, each under its contract; empty where the study asks for none.
    excluded : tuple of ExcludedRecords
        Records that they cannot use, by reason.
    """

    tables: Mapping[str, pd.DataFrame]
    excluded: tuple[ExcludedRecords, ...]


def described_records(units: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a sample with all that was recorded or built of them, sorted by unit.

    Parameters
    ----------
    units, outcomes : DataFrame
        As the construct stage writes them.
    """
    return units.merge(outcomes, on="unit_id", how="left", validate="one_to_one").sort_values(
        "unit_id", kind="stable", ignore_index=True
    )


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
