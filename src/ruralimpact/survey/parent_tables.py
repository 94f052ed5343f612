"""Whether the rows that a column names are units, or repeated rows themselves."""

import re
from pathlib import Path

from ruralimpact.errors import DataError, RuralImpactError
from ruralimpact.privacy.ids_in_cells import parent_rank
from ruralimpact.schema.source import SourceEntry
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.readers import read_source
from ruralimpact.survey.similar import folded
from ruralimpact.survey.workbook import open_workbook

PARENT_TABLE = "_parent_table_name"
"""Column of exports that names the table of the rows that repeated rows belong to."""
_LONGEST_SHEET, _LOOKED_AT = 31, 30
# The key that SurveyCTO gives to a repeated row; of a submission it has no number in brackets.
_REPEATED_ROW = re.compile(r".+/[^/\[\]]+\[\d+\]")


def is_called(table: str, name: str) -> bool:
    """Tell whether a sheet or file is the one that an export names.

    Parameters
    ----------
    table : str
        Sheet, or file without its ending; a sheet's name is cut after 31 letters, and a file's may begin with
        that of the form.
    name : str
    """
    own, told = folded(table), folded(name)
    cut = len(table) == _LONGEST_SHEET and told.startswith(own)
    return bool(told) and (
        own == told or cut or re.search(rf"[-_ .]{re.escape(told)}$", own) is not None
    )


def refuse_rows_of_repeated_rows(raw: RawTable, source: SourceEntry, file: str | Path) -> None:
    """Refuse an identifier that names rows of a table of repeated rows, as if they were units.

    Raises
    ------
    DataError
    """
    if not isinstance(source.id, str) or parent_rank(source.id) is None:
        return
    named = [name for name in raw.cells.columns if name == source.id]
    if len(named) != 1:
        return
    cells = raw.cells[source.id]
    nested = cells.map(lambda text: _REPEATED_ROW.fullmatch(text) is not None)
    if nested.any():
        raise _refused(
            source, file, cells.index[nested].tolist(), "repeated rows by the form of their keys"
        )
    if list(raw.cells.columns).count(PARENT_TABLE) == 1:
        tables = raw.cells[PARENT_TABLE]
        for name in sorted(set(tables) - {""}):
            if _is_repeated(Path(source.path), source, name):
                rows = tables.index[tables == name].tolist()
                raise _refused(
                    source, file, rows, f"rows of '{name}' by '{PARENT_TABLE}', which are repeated"
                )


def _refused(source: SourceEntry, file: str | Path, rows: list[int], what: str) -> DataError:
    return DataError(
        f"it names {what}: no units.",
        file=file,
        column=str(source.id),
        rows=rows,
        hint=f"Join the file of these rows (`join:` by {source.id} to their own key), and write "
        f"id: NAME.{source.id}, with the name of the joined file.",
    )


def _is_repeated(file: Path, reading: SourceEntry, name: str) -> bool:
    """Whether another sheet or file of the folder that is called so has repeated rows, by its columns."""
    if file.suffix.lower() != ".xlsx":
        return any(_has_parents(other, reading) for other in _siblings(file, name))
    book = open_workbook(file)
    try:
        called = [
            other for other in book.sheetnames if other != reading.sheet and is_called(other, name)
        ]
        return any(
            parent_rank(str(cell)) is not None
            for other in called
            for row in book[other].iter_rows(max_row=_LOOKED_AT, values_only=True)
            for cell in row
        )
    finally:
        book.close()


def _siblings(file: Path, name: str) -> list[Path]:
    return [
        other
        for other in sorted(file.parent.glob(f"*{file.suffix}"))
        if other.name != file.name and is_called(other.stem, name)
    ]


def _has_parents(file: Path, reading: SourceEntry) -> bool:
    try:
        cells = read_source(reading, file).cells
    except RuralImpactError:
        return False
    return any(parent_rank(str(name)) is not None for name in cells.columns)
