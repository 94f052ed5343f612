"""All tables of a study as one Excel workbook: a sheet a table, real numbers, and a contents sheet."""

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import chain, count
from textwrap import wrap
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ruralimpact.exhibits.model import Cell, Number, Row, RowKind, Table, TablesOfExhibit
from ruralimpact.exhibits.spreadsheet_text import is_formula
from ruralimpact.language import gettext, marked

CONTENTS = marked("Contents")
PARTS = (
    *(marked("low"), marked("high"), marked("percent"), marked("no.")),
    *(marked("treated"), marked("control")),
)
"""What the numbers of a cell that holds several are called in the heads of their columns."""
_CONTENTS_HEADS = (
    marked("Table"),
    marked("Title"),
    marked("Section of the report"),
    marked("Sheet"),
)
_EPOCH = datetime(1980, 1, 1)
_LONGEST_NAME = 31  # characters of a sheet's name
_STUB, _STEP, _TEXT = 44, 10.5, 14  # widths in characters: row labels, a number, words
_LINE = 15  # points
_HEAD = 3  # rows above the heading of a table: title, link, blank


class _Sheet(NamedTuple):
    """A table with the name of its sheet, its number in the report and its section there."""

    name: str
    number: str
    section: str
    table: Table


class _Exact(float):
    """A number that is written with all its digits; the library writes 16, and 17 may be needed."""

    def __format__(self, _: str) -> str:
        value = float(self)
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def workbook(title: str, exhibits: Sequence[TablesOfExhibit]) -> bytes:
    """Return the workbook, the same bytes at every call.

    Parameters
    ----------
    title : str
        Title of the study.
    exhibits : sequence of TablesOfExhibit
        In the order of the report.

    Notes
    -----
    An interval, or ``no. (percent)``, takes a column of the sheet for each of its numbers.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_urls": False})
    book.set_properties({"title": title, "created": _EPOCH})
    style = _Styles(book)
    sheets = _sheets(exhibits)
    _write_contents(book.add_worksheet(gettext(CONTENTS)), style, title, sheets)
    for sheet in sheets:
        _write_table(book.add_worksheet(sheet.name), style, sheet.table)
    book.close()
    return buffer.getvalue()


def _sheets(exhibits: Sequence[TablesOfExhibit]) -> list[_Sheet]:
    taken = {gettext(CONTENTS).lower(), "history"}
    return [
        _Sheet(_free_name(exhibit.name, number, taken), number, exhibit.section, table)
        for exhibit in exhibits
        for number, table in zip(exhibit.numbers, exhibit.tables, strict=True)
    ]


def _free_name(exhibit: str, number: str, taken: set[str]) -> str:
    """Name a sheet as Excel takes it: short, and unlike all `taken` in any case; it is added to them."""
    letter = number.lstrip("0123456789")
    endings = chain([f"_{letter}" if letter else ""], (f"~{further}" for further in count(2)))
    names = (f"{exhibit[: _LONGEST_NAME - len(ending)]}{ending}" for ending in endings)
    name = next(name for name in names if name.lower() not in taken)
    taken.add(name.lower())
    return name


_Properties = dict[str, bool | int | float | str]
"""Properties of a format, by the names that XlsxWriter has for them."""


class _Styles:
    """Formats of cells, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._of = cache(lambda properties: book.add_format(dict(properties)))

    def __call__(self, **properties: bool | int | float | str) -> Format:
        return self._of(tuple(sorted(properties.items())))


def _write_contents(sheet: Worksheet, style: _Styles, title: str, listed: Sequence[_Sheet]) -> None:
    sheet.set_column(0, 0, 9)
    sheet.set_column(1, 1, 84)
    sheet.set_column(2, 3, 36)
    _write_text(sheet, (0, 0), title, style, bold=True, font_size=13)
    for column, label in enumerate(map(gettext, _CONTENTS_HEADS)):
        sheet.write_string(2, column, label, style(bold=True, bottom=1))
    for row, own in enumerate(listed, start=3):
        sheet.write_string(row, 0, own.number, style(align="left"))
        _write_link(sheet, (row, 1), own.name, own.table.full_title, style)
        _write_text(sheet, (row, 2), own.section, style)
        sheet.write_string(row, 3, own.name)
    sheet.freeze_panes(3, 0)
    _fit(sheet)


def _fit(sheet: Worksheet) -> None:
    """Print the sheet on its side, as wide as a page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _write_link(
    sheet: Worksheet, where: tuple[int, int], target: str, text: str, style: _Styles
) -> None:
    form = _text_style(style, text, font_color="#0B5A8F", underline=1)
    sheet.write_url(*where, f"internal:'{target}'!A1", form, text)


def _write_table(sheet: Worksheet, style: _Styles, table: Table) -> None:
    parts = [_parts(table, position) for position in range(len(table.columns))]
    starts = [1 + sum(map(len, parts[:position])) for position in range(len(parts) + 1)]
    _write_text(sheet, (0, 0), table.full_title, style, bold=True, font_size=12)
    _write_link(sheet, (1, 0), gettext(CONTENTS), gettext(CONTENTS), style)
    body = _write_head(sheet, style, table, parts, starts)
    sheet.freeze_panes(body, 1)
    for position, row in enumerate(table.rows, start=body):
        ruled = row.kind == "foot" and table.rows[position - body - 1].kind != "foot"
        _write_row(sheet, style, position, row, table.texts(row), starts, ruled=ruled)
    _write_below(sheet, style, table, body + len(table.rows) + 1, starts[-1])
    _fit(sheet)
    sheet.repeat_rows(_HEAD, body - 1)


def _parts(table: Table, column: int) -> tuple[str, ...]:
    """What the numbers of a column are, where its cells hold several; else one without a name."""
    several = [
        cell.numbers
        for row in table.rows
        for start, cell in _placed(row)
        if start == column and len(cell.numbers) > 1
    ]
    return tuple(dict.fromkeys(own.part for numbers in several for own in numbers)) or ("",)


def _placed(row: Row) -> Iterator[tuple[int, Cell]]:
    """Yield the cells of a row with the columns that they start in."""
    start = 0
    for cell in row.cells:
        yield start, cell
        start += cell.span


def _widths(table: Table, parts: Sequence[tuple[str, ...]]) -> list[float]:
    """Widths of the columns of the sheet after the row labels, in characters."""
    return [
        min(_TEXT * column.width if column.text else _STEP * max(1.0, column.width / len(own)), 80)
        for column, own in zip(table.columns, parts, strict=True)
        for _ in own
    ]


def _write_head(
    sheet: Worksheet,
    style: _Styles,
    table: Table,
    parts: Sequence[tuple[str, ...]],
    starts: Sequence[int],
) -> int:
    """Write the headings; return the row under them."""
    row, widths = _HEAD, _widths(table, parts)
    for position, width in enumerate((_STUB, *widths)):
        sheet.set_column(position, position, width)
    if any(own.group for own in table.columns):
        _write_groups(sheet, style, row, table, starts, widths)
        row += 1
    labels = [
        (", ".join(word for word in (heading.label, gettext(part)) if word), heading.text)
        for heading, own in zip(table.columns, parts, strict=True)
        for part in own
    ]
    face = {"bold": True, "bottom": 1, "text_wrap": True}
    _write_text(sheet, (row, 0), table.stub, style, **face)
    for position, (text, is_text) in enumerate(labels, start=1):
        _write_text(
            sheet, (row, position), text, style, align="left" if is_text else "right", **face
        )
    sheet.set_row(row, _height([text for text, _ in labels], widths))
    return row + 1


def _write_groups(
    sheet: Worksheet,
    style: _Styles,
    row: int,
    table: Table,
    starts: Sequence[int],
    widths: Sequence[float],
) -> None:
    """Write the labels over neighbouring columns."""
    column, across = 0, []
    for label, width in table.column_groups:
        first, last = starts[column], starts[column + width] - 1
        across.append(sum(widths[first - 1 : last]))
        if label:
            form = _text_style(style, label, bold=True, bottom=4, align="center", text_wrap=True)
            if last > first:
                sheet.merge_range(row, first, row, last, "", form)
            sheet.write_string(row, first, label, form)
        column += width
    sheet.set_row(row, _height([label for label, _ in table.column_groups], across))


def _height(texts: Sequence[str], widths: Sequence[float]) -> float:
    """Height of a row in which texts are broken into lines, in points."""
    lines = [
        len(wrap(text, max(int(width) - 1, 4))) for text, width in zip(texts, widths, strict=True)
    ]
    return _LINE * max([1, *lines])


def _write_row(
    sheet: Worksheet,
    style: _Styles,
    position: int,
    row: Row,
    texts: Sequence[bool],
    starts: Sequence[int],
    *,
    ruled: bool,
) -> None:
    rule: _Properties = {"top": 1} if ruled else {}
    face: dict[RowKind, _Properties] = {
        "panel": {"bold": True},
        "group": {"italic": True},
        "data": {"indent": 1, "text_wrap": True, "valign": "top"},
        "foot": rule,
    }
    label = f"{row.label.text}{row.label.mark}"
    _write_text(sheet, (position, 0), label, style, **face[row.kind])
    for (column, cell), is_text in zip(_placed(row), texts, strict=True):
        first = starts[column]
        if cell.numbers:
            for step, own in enumerate(cell.numbers):
                mark = cell.mark if step == 0 else ""
                form = style(num_format=_marked(own, mark), **rule)
                sheet.write_number(position, first + step, _Exact(own.value), form)
        else:
            align = "left" if is_text or cell.span > 1 else "right"
            broken: _Properties = {"text_wrap": True, "valign": "top"} if is_text else {}
            text = f"{cell.text}{cell.mark}"
            _write_text(sheet, (position, first), text, style, align=align, **broken, **rule)


def _marked(number: Number, mark: str) -> str:
    """The format of a number with its footnote mark behind it."""
    if not mark:
        return number.form
    literal = f'"{mark}"'
    return ";".join(f"{section}{literal}" for section in number.form.split(";"))


def _write_text(
    sheet: Worksheet, where: tuple[int, int], text: str, style: _Styles, **properties: Any
) -> None:
    if text or properties:
        sheet.write_string(*where, text, _text_style(style, text, **properties))


def _text_style(style: _Styles, text: str, **properties: Any) -> Format:
    quoted = {"quote_prefix": True} if is_formula(text) else {}
    return style(**properties, **quoted)


def _write_below(sheet: Worksheet, style: _Styles, table: Table, row: int, width: int) -> None:
    """Write what a table says, its source and its notes, each across the table."""
    source = [f"{gettext('Source:')} {table.source}"] if table.source else []
    notes = [f"{gettext('Note:')} {' '.join(table.notes)}"] if table.notes else []
    last = max(width - 1, 6)
    across = [_STUB + _STEP * last]
    for position, text in enumerate((*table.interpretation, *source, *notes), start=row):
        form = _text_style(style, text, text_wrap=True, valign="top")
        sheet.merge_range(position, 0, position, last, "", form)
        sheet.write_string(position, 0, text, form)
        sheet.set_row(position, _height([text], across))
