"""A raw table before the codebook is applied: edited, joined, and without the rows that are not wanted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ruralimpact.errors import DataError
from ruralimpact.schema.quality import ExcludedRows, JoinReport
from ruralimpact.schema.source import JoinedFile, Source, SourceEntry
from ruralimpact.survey.chosen import keep_rows
from ruralimpact.survey.edits import Edited, apply_edits
from ruralimpact.survey.identifiers import ROW_NUMBER
from ruralimpact.survey.join import UnmatchedRows, join_file
from ruralimpact.survey.raw_column import TOGETHER
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.table_place import table_place


@dataclass(frozen=True)
class PreparedTable:
    """What the codebook is applied to.

    Attributes
    ----------
    table : RawTable
    rows_read : int
        Rows of the file, blank ones included.
    excluded : tuple of ExcludedRows
        Blank rows, edits that exclude rows, the filter; only what excludes some.
    edited_table : Edited
        Edits of the source's own file.
    joined : tuple of JoinReport
    blanked : mapping of str to list of int
        Rows whose cell an edit of its own file blanked, by column (`Edited.blanked`).
    unmatched : tuple of UnmatchedRows
        Of the joined files.
    """

    table: RawTable
    rows_read: int
    excluded: tuple[ExcludedRows, ...]
    edited_table: Edited
    joined: tuple[JoinReport, ...]
    blanked: Mapping[str, list[int]] = field(default_factory=dict)
    unmatched: tuple[UnmatchedRows, ...] = ()

    @property
    def edited(self) -> set[str]:
        """Columns that an edit was declared for."""
        return {edit.column for edit in self.edited_table.edits if edit.rule != "affix"}


def prepare(
    raw: RawTable,
    source: SourceEntry,
    *,
    file: str | Path,
    others: Mapping[str, RawTable],
    items: Sequence[str] = (),
    missing_codes: Mapping[str, Collection[str]] | None = None,
) -> PreparedTable:
    """Edit a raw table, join other files to it, and keep the rows that are wanted.

    Parameters
    ----------
    raw : RawTable
    source : SourceEntry
    file : path
        For messages.
    others : mapping of str to RawTable
        Files of ``join:``, by name.
    items : sequence of str
        Raw columns that, with the identifier, tell rows apart.
    missing_codes : mapping of str to collection of str, optional
        What means "missing" by raw column, in each form that it may be written in.

    Returns
    -------
    PreparedTable

    Raises
    ------
    DataError
        The file has no rows of data, or none is kept; see also `apply_edits`, `join` and `chosen`.
    """
    blank = (raw.cells == "").all(axis=1)
    if blank.all():
        raise DataError("has no rows of data.", file=file)
    n_blank = raw.blank_lines + int(blank.sum())
    blanks = ExcludedRows(reason="every cell is empty", rows=n_blank)
    mark, key = source.decimal or ".", f"sources.{source.name}"
    ids = [column for column in id_columns(source) if column != ROW_NUMBER]
    edited_table = apply_edits(
        raw.cells[~blank],
        source.edits,
        file=file,
        keys=[*ids, *items],
        identifier=TOGETHER.join(ids),
        decimal=mark,
        key=f"{key}.edits",
        one_of_several=is_of_series(source),
        as_written=source.as_written,
        missing_codes=missing_codes,
    )
    table, joined = raw.with_cells(edited_table.table), list[JoinReport]()
    unmatched: list[UnmatchedRows] = []
    blanked = dict(edited_table.blanked)
    for other in source.join:
        edited = _edited(others[other.name], other, f"{key}.join.{other.name}.edits")
        together = join_file(
            table,
            others[other.name].with_cells(edited.table),
            other.key_columns,
            name=other.name,
            file=file,
            other=table_place(other),
            decimal=other.decimal,
        )
        table = together.table
        joined.append(together.report.model_copy(update={"file": str(other.path)}))
        unmatched += together.unmatched
        for column, rows in edited.blanked.items():
            hit = np.isin(together.rows, rows)
            blanked[f"{other.name}.{column}"] = table.cells.index[hit].tolist()
    kept = keep_rows(
        table.cells,
        source.keep,
        file,
        mark,
        f"{key}.keep",
        one_of_several=is_of_series(source),
        as_written=source.as_written,
    )
    if kept.table.empty:
        raise DataError("no row is left by the filter `keep`.", file=file)
    excluded = (blanks, *edited_table.excluded, *kept.excluded)
    return PreparedTable(
        table.with_cells(kept.table),
        len(raw.cells) + raw.blank_lines,
        tuple(reason for reason in excluded if reason.rows),
        edited_table,
        tuple(joined),
        blanked,
        tuple(unmatched),
    )


def id_columns(source: SourceEntry) -> list[str]:
    """Return the raw columns that together identify a unit."""
    return [source.id] if isinstance(source.id, str) else list(source.id)


def is_of_series(source: SourceEntry) -> bool:
    """Whether other files are edited and filtered by the same rules."""
    return isinstance(source, Source) and source.series is not None


def _edited(table: RawTable, joined: JoinedFile, key: str) -> Edited:
    return apply_edits(
        table.cells, joined.edits, file=table_place(joined), decimal=joined.decimal or ".", key=key
    )
