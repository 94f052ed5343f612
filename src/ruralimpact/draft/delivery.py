"""The tables in what a survey firm delivered, each read as it seems to be written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ruralimpact.draft.affixes import affixes, without_affix
from ruralimpact.draft.header_row import header_of
from ruralimpact.draft.number_marks import is_marked_number, mostly, number_marks
from ruralimpact.draft.proposal import OPEN, Proposal
from ruralimpact.draft.text_layout import read_text
from ruralimpact.draft.units_row import column_of_units
from ruralimpact.draft.xlsform import FormQuestion, is_form, read_form
from ruralimpact.errors import ConfigError, RuralImpactError
from ruralimpact.schema.source import Reading
from ruralimpact.schema.validation import validated
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.read_csv import read_csv
from ruralimpact.survey.read_excel import read_excel
from ruralimpact.survey.readers import FORMATS, TEXTS, read_file
from ruralimpact.survey.workbook import open_workbook

_NO_TABLE = "it holds no table of several columns"


@dataclass(frozen=True)
class DeliveredTable:
    """A file, or a sheet of one, that holds a table.

    Attributes
    ----------
    file : path
    sheet : str
        Empty for files without sheets.
    table : RawTable
    reading : tuple of Proposal
        Keys of the source that say how it is read.
    """

    file: Path
    sheet: str
    table: RawTable
    reading: tuple[Proposal, ...]


@dataclass(frozen=True)
class Delivery:
    """What was delivered.

    Attributes
    ----------
    tables : tuple of DeliveredTable
    questions : mapping of str to FormQuestion
        Of the XLSForms that are there.
    passed_over : mapping of path to str
        Files and sheets that hold no table that can be read, and why.
    """

    tables: tuple[DeliveredTable, ...]
    questions: Mapping[str, FormQuestion]
    passed_over: Mapping[str, str]


def read_delivery(paths: Sequence[Path]) -> Delivery:
    """Read the files that were delivered.

    Parameters
    ----------
    paths : sequence of path
        Files, and folders whose files are taken.

    Raises
    ------
    ConfigError
        A path does not exist, or no file holds a table that can be read.
    """
    tables: list[DeliveredTable] = []
    questions: dict[str, FormQuestion] = {}
    passed_over: dict[str, str] = {}
    for file in _files(paths):
        if file.suffix.lower() not in FORMATS:
            passed_over[file.name] = f"files of type '{file.suffix}' hold no table that can be read"
            continue
        try:
            if is_form(file):
                questions |= read_form(file)
                passed_over[file.name] = (
                    "the questionnaire (XLSForm); its labels and choices are used"
                )
                continue
            tables += _tables(file, passed_over)
        except Exception as error:  # the libraries behind a format raise what they like
            words = error.problem if isinstance(error, ConfigError) else str(error)
            passed_over[file.name] = f"cannot be read: {words}"
    if not tables:
        shown = "; ".join(f"{name}: {why}" for name, why in passed_over.items())
        raise ConfigError(f"no file holds a table that can be read. {shown}".strip())
    return Delivery(tuple(tables), questions, passed_over)


def _files(paths: Sequence[Path]) -> list[Path]:
    listed: list[Path] = []
    for path in paths:
        if not path.exists():
            raise ConfigError(f"there is no file or folder {path}.")
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        listed += [
            file
            for file in inside
            if file.is_file() and not file.name.startswith((".", "~$")) and file.stat().st_size
        ]
    return list(dict.fromkeys(listed))


def _tables(file: Path, passed_over: dict[str, str]) -> Iterator[DeliveredTable]:
    if file.suffix.lower() != ".xlsx":
        table = _table(file, _text_reading(file) if file.suffix.lower() in TEXTS else [])
        if table.table.cells.empty or len(table.table.cells.columns) < 2:
            passed_over[file.name] = _NO_TABLE
        else:
            yield table
        return
    book = open_workbook(file, data_only=False)
    sheets = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    book.close()
    several = len(sheets) > 1
    for sheet in sheets:
        try:
            grid, _ = read_excel(file, sheet=sheet, header=_widest(file, sheet))
        except RuralImpactError as error:
            passed_over[f"{file.name}, sheet {sheet}"] = str(error)
            continue
        widths = [sum(map(bool, cells)) for cells in grid.values()]
        if sum(width > 1 for width in widths) < 2:
            passed_over[f"{file.name}, sheet {sheet}"] = _NO_TABLE
            continue
        words = f"the workbook has the sheets {', '.join(sheets)}"
        reading = [Proposal("sheet", sheet, words)] if several else []
        header = header_of(grid)
        yield _table(file, [*reading, *([header] if header else [])], sheet)


def _widest(file: Path, sheet: str) -> tuple[int, ...]:
    """Return the fullest of the first rows: a sheet is read as wide as the row of its names."""
    book = open_workbook(file)
    try:
        rows = list(book[sheet].iter_rows(max_row=30, values_only=True))
    finally:
        book.close()
    filled = [sum(cell is not None for cell in row) for row in rows]
    return (filled.index(max(filled)) + 1,) if filled else ()


def _text_reading(file: Path) -> list[Proposal]:
    _, reading, mark = read_text(file)
    stated = {proposal.key: proposal.value for proposal in reading}
    grid = read_csv(file, encoding=str(stated.get("encoding", "utf-8")), delimiter=mark)
    header = header_of(grid)
    return [*reading, *([header] if header else [])]


def _table(file: Path, reading: list[Proposal], sheet: str = "") -> DeliveredTable:
    """Read a table, and then look at the marks of its numbers."""
    options = {proposal.key: proposal.value for proposal in reading}
    table = read_file(file, validated(Reading, options), key=f"sources.{file.stem}")
    texts = {name: own for name, own in texts_of(table).items() if name not in table.stored}
    taken = affixes(texts)
    signed = [column for proposal in taken for edit in proposal.value for column in edit["columns"]]  # type: ignore[attr-defined]
    table = table.with_cells(
        table.cells.assign(**{name: table.cells[name].map(without_affix) for name in signed})
    )
    numbers = {name: texts for name, texts in texts_of(table).items() if _numbers(texts)}
    if {"variable", "raw_name"} <= set(map(str, table.cells.columns)):
        raise ConfigError("it is a codebook of this program.")
    stored = set(table.stored)
    marks = number_marks({name: texts for name, texts in numbers.items() if name not in stored})
    return DeliveredTable(file, sheet, table, (*reading, *taken, *marks))


def texts_of(table: RawTable) -> dict[str, list[str]]:
    """Return the cells that are not blank, by column; of columns with one name none."""
    names = [str(name) for name in table.cells.columns]
    return {
        name: [text for text in table.cells.iloc[:, position] if text]
        for position, name in enumerate(names)
        if names.count(name) == 1 and name
    }


def cells_of(delivered: DeliveredTable) -> pd.DataFrame:
    """Return the cells of a table without a row of units, and the copies of rows that it cannot need.

    Copies of a row are left out where that gives every row of some column a value of its own: what was sent
    twice. Elsewhere two rows alike may be two things.
    """
    cells = delivered.table.cells
    cells = cells if column_of_units(cells) is None else cells.iloc[1:]
    copies = cells.duplicated()
    once = cells[~copies]
    keyed = any(once.iloc[:, position].is_unique for position in range(once.shape[1]))
    return once if copies.any() and keyed else cells


def _numbers(texts: Sequence[str]) -> bool:
    return mostly(is_marked_number(text) for text in texts)


def mark_of(table: DeliveredTable) -> str:
    """Return the decimal mark of a table as far as it is known; a point where it is not."""
    stated = {proposal.key: proposal.value for proposal in table.reading}
    mark = stated.get("decimal", ".")
    return "." if mark == OPEN else str(mark)
