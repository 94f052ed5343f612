"""The records that a description reads, and the account of those that it had to exclude."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from ruralimpact.exclusions import ExclusionRow
from ruralimpact.schema.study import Study
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
