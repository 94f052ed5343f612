"""The drafted codebook as a workbook with lists to choose from, or as a text file."""

import csv
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ruralimpact.draft.codebook_rows import rows_to_write
from ruralimpact.draft.proposal import OPEN
from ruralimpact.draft.variable import DraftVariable, seen_words
from ruralimpact.schema.codebook import COLUMNS
from ruralimpact.survey.codebook import ROLES, TIMINGS, TYPES, UNUSED
from ruralimpact.survey.codebook_file import SHEET

_WRITTEN = tuple(column for column in COLUMNS if column != "question")
_SEEN = ("variable", "source", "raw_name", "role", "seen", "why, or the question to answer")
_WIDTHS = {"labels": 32, "label": 40, "raw_name": 24, "variable": 24, "seen": 60, _SEEN[-1]: 70}
_ASKED = PatternFill("solid", fgColor="FFF2B3")
_HEAD = PatternFill("solid", fgColor="E4E7EA")
_SPARE_ROWS = 200


def write_workbook(rows: Sequence[DraftVariable], path: Path) -> None:
    """Write a codebook as .xlsx: the sheet `codebook`, and the sheet `seen` with what speaks for it."""
    book = Workbook()
    codebook = book.active
    assert isinstance(codebook, Worksheet)
    codebook.title = SHEET
    written = rows_to_write(rows)
    _fill(codebook, _WRITTEN, [_cells(row) for row in written])
    lists = {
        "type": TYPES,
        "role": (*ROLES, UNUSED),
        "timing": tuple(filter(None, TIMINGS)),
    }
    for column, choices in lists.items():
        letter = get_column_letter(_WRITTEN.index(column) + 1)
        validation = DataValidation(
            type="list", formula1=f'"{",".join(choices)}"', allow_blank=True, showErrorMessage=False
        )
        validation.add(f"{letter}2:{letter}{len(written) + _SPARE_ROWS}")
        codebook.add_data_validation(validation)
    _fill(book.create_sheet("seen"), _SEEN, [_seen(row) for row in rows])
    book.save(path)


def write_text(rows: Sequence[DraftVariable], folder: Path) -> None:
    """Write a codebook as codebook.csv, and what speaks for it as codebook_seen.csv."""
    tables = {
        "codebook.csv": (_WRITTEN, [_cells(row) for row in rows_to_write(rows)]),
        "codebook_seen.csv": (_SEEN, [_seen(row) for row in rows]),
    }
    for name, (head, cells) in tables.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([head, *cells])


def _cells(row: DraftVariable) -> list[str]:
    return [str(getattr(row, column, "")) for column in _WRITTEN]


def _seen(row: DraftVariable) -> list[str]:
    return [row.variable, row.source, row.raw_name, row.role, seen_words(row), row.why]


def _fill(sheet: Worksheet, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for number, cells in enumerate([head, *rows], start=1):
        for position, text in enumerate(cells, start=1):
            cell = sheet.cell(number, position)
            cell.value = text or None
            # A text that begins with = is no formula here.
            cell.data_type = "s" if text else cell.data_type
            cell.alignment = Alignment(vertical="top", wrap_text=len(text) > 30)
            if number == 1:
                cell.font, cell.fill = Font(bold=True), _HEAD
            elif text == OPEN or f"={OPEN}" in text:
                cell.fill = _ASKED
    for position, column in enumerate(head, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = _WIDTHS.get(column, 14)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{len(rows) + 1}"
