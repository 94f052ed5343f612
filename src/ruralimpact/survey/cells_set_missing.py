"""Cells of raw files that were not blank and were set to missing, with the reason: what checks list."""

from collections.abc import Iterator
from dataclasses import dataclass

from ruralimpact.survey.codebook import Entry
from ruralimpact.survey.prepare import PreparedTable
from ruralimpact.survey.raw_column import columns_of
from ruralimpact.survey.recode import Recoded

CODE, BY_FILE, BY_EDIT = (
    "means missing by the codebook",
    "means missing by what the file declares",
    "blanked by an edit",
)


@dataclass(frozen=True)
class SetToMissing:
    """Cells of a raw column that were not blank, and that hold nothing that is known.

    Attributes
    ----------
    variable, column : str
        Of the survey table, and of the raw file.
    reason : str
    rows : tuple of int
        Of the raw file.
    """

    variable: str
    column: str
    reason: str
    rows: tuple[int, ...]


def set_to_missing(
    prepared: PreparedTable, entry: Entry, recoded: Recoded
) -> Iterator[SetToMissing]:
    """Yield what was set to missing in a variable, by reason.

    Parameters
    ----------
    prepared : PreparedTable
        What the codebook was applied to.
    entry : Entry
    recoded : Recoded
    """
    missing = set(recoded.missing_rows)
    names = columns_of(prepared.table.cells, entry.raw_name)
    blanked = {row for name in names for row in prepared.blanked.get(name, ())}
    for reason, rows in (
        (f"outside the codebook's range ({entry.range_in_words})", recoded.out_of_range_rows),
        (CODE if entry.missing_codes else BY_FILE, recoded.code_rows),
        (BY_EDIT, sorted(blanked & missing)),
    ):
        if rows:
            yield SetToMissing(entry.variable, entry.raw_name, reason, tuple(rows))
