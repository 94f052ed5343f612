"""What a table of an exhibit is, before it becomes a file of any format."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import Literal

from ruralimpact.language import SOURCE, current, gettext

RowKind = Literal["panel", "group", "data", "foot"]
Value = float | int | str | bool | None

_UPRIGHT = 8.0  # column widths that fit an upright page beside the row labels
# Marks that set all that follows from right to left, even the warning behind a title.
_TURNS = ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI")
_LYING = 14.0  # those that fit a page on its side, in letters of the usual size


@dataclass(frozen=True)
class Number:
    """A number behind a printed cell, as spreadsheets hold it.

    Attributes
    ----------
    value : float
        Unrounded, in printed units (percents of columns that keep fractions: the fraction).
    form : str
        Number format of a spreadsheet that prints it as the cell does.
    part : str
        What it is of the cell where this holds several: ``"low"``, ``"percent"``.
    """

    value: float
    form: str
    part: str = ""


@dataclass(frozen=True)
class Cell:
    """A printed cell.

    Attributes
    ----------
    text : str
        As printed, rounded.
    mark : str
        Footnote mark, printed as a superscript after the text.
    span : int
        Columns covered.
    numbers : tuple of Number
        What is printed, unrounded; none where the text is words, a dash, or hides a number.
    """

    text: str
    mark: str = ""
    span: int = 1
    numbers: tuple[Number, ...] = ()

    def __post_init__(self) -> None:
        if not self.text.isprintable():
            object.__setattr__(self, "text", one_line(self.text))

    def led_by(self, words: str) -> "Cell":
        """The cell with words before what it prints."""
        literal = words.replace('"', "'")
        numbers = tuple(replace(own, form=f'"{literal}"{own.form}') for own in self.numbers)
        return replace(self, text=f"{words}{self.text}", numbers=numbers)


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    label, group : str
        Its own label, under that of the group of neighbouring columns; no group when empty.
    width : float
        Relative width; 1 holds a number of six digits.
    text : bool
        The cells are words: set from the left, and broken into lines.
    """

    label: str
    group: str = ""
    width: float = 1.0
    text: bool = False

    def __post_init__(self) -> None:
        for name in ("label", "group"):
            object.__setattr__(self, name, one_line(getattr(self, name)))


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes
    ----------
    label : Cell
        Row label (the stub).
    cells : tuple of Cell
        Printed cells; their spans add up to the number of columns, or there are none in headings.
    record : mapping of str to value
        The unrounded values behind the cells, in printed units, for the CSV file.
    kind : {"panel", "group", "data", "foot"}
        Headings of two depths, data, and summary lines under a rule.
    """

    label: Cell
    cells: tuple[Cell, ...] = ()
    record: Mapping[str, Value] | None = None
    kind: RowKind = "data"


@dataclass(frozen=True)
class Table:
    """A table ready to be written.

    Attributes
    ----------
    title : str
    stub : str
        Label of the column of row labels.
    columns : tuple of Column
    rows : tuple of Row
    interpretation : tuple of str
        What the table says, in words, computed from its numbers.
    notes : tuple of str
        Conventions, and the meaning of every mark.
    source : str
    synthetic : bool
        The data are a synthetic stand-in; every written file says so.
    """

    title: str
    stub: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    interpretation: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""
    synthetic: bool = False

    def __post_init__(self) -> None:
        for name in ("title", "stub", "source"):
            object.__setattr__(self, name, one_line(getattr(self, name)))
        for name in ("interpretation", "notes"):
            object.__setattr__(self, name, tuple(map(one_line, getattr(self, name))))
        if current() != SOURCE:
            self._translate()

    def _translate(self) -> None:
        """Put what was declared before the language was known into it: titles, headings, labels and notes."""
        for name in ("title", "stub"):
            object.__setattr__(self, name, gettext(getattr(self, name)))
        for name in ("interpretation", "notes"):
            object.__setattr__(self, name, tuple(map(gettext, getattr(self, name))))
        columns = (
            replace(column, label=gettext(column.label), group=gettext(column.group))
            for column in self.columns
        )
        object.__setattr__(self, "columns", tuple(columns))
        rows = (
            replace(row, label=_in_words(row.label), cells=tuple(map(_in_words, row.cells)))
            for row in self.rows
        )
        object.__setattr__(self, "rows", tuple(rows))

    @property
    def full_title(self) -> str:
        """Title with the warning that synthetic data carry."""
        return stamped(self.title) if self.synthetic else self.title

    @property
    def wide(self) -> bool:
        """Whether the table is too wide for an upright page."""
        return sum(column.width for column in self.columns) > _UPRIGHT

    @property
    def dense(self) -> bool:
        """Whether the table needs smaller letters even on a page on its side."""
        return sum(column.width for column in self.columns) > _LYING

    def texts(self, row: Row) -> list[bool]:
        """Whether each cell of a row holds words, by the column it starts in."""
        places, texts = 0, []
        for cell in row.cells:
            texts.append(cell.span == 1 and self.columns[places].text)
            places += cell.span
        return texts

    @property
    def lines(self) -> int:
        """Printed rows, those of the head, too."""
        return len(self.rows) + (2 if any(column.group for column in self.columns) else 1)

    @property
    def column_groups(self) -> tuple[tuple[str, int], ...]:
        """Labels of neighbouring column groups with the number of columns each covers."""
        groups: list[tuple[str, int]] = []
        for column in self.columns:
            if groups and groups[-1][0] == column.group:
                groups[-1] = (column.group, groups[-1][1] + 1)
            else:
                groups.append((column.group, 1))
        return tuple(groups)


@dataclass(frozen=True)
class TablesOfExhibit:
    """The tables of an entry of exhibits.yaml, with its place in the report.

    Attributes
    ----------
    name : str
    number : int
        Among the tables of the report.
    section : str
        Heading of the section of the report that it stands in.
    tables : tuple of Table
    """

    name: str
    number: int
    section: str
    tables: tuple[Table, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """``3``, or ``3a``, ``3b`` where there are several tables."""
        return numbers_of(self.number, len(self.tables))

    @property
    def lines(self) -> int:
        """Printed rows, those of headings, too."""
        return sum(table.lines for table in self.tables)


def numbers_of(number: int, tables: int) -> tuple[str, ...]:
    """Return ``3``, or ``3a``, ``3b`` for several tables of an exhibit."""
    letters = [ascii_lowercase[position] for position in range(tables)] if tables > 1 else [""]
    return tuple(f"{number}{letter}" for letter in letters)


def stamped(title: str) -> str:
    """Return a title with the warning that synthetic data carry."""
    return gettext("{title} (synthetic stand-in)").format(title=title)


def _in_words(cell: Cell) -> Cell:
    """Return a cell in the language that is spoken; a number has the marks of it already."""
    return cell if cell.numbers else replace(cell, text=gettext(cell.text))


def one_line(text: str) -> str:
    """Return a text without line ends and control characters, which no format can hold in a cell."""
    if text.isprintable():
        return text
    visible = (" " if _ends_line(sign) else sign for sign in text if not _is_control(sign))
    return " ".join(part for part in "".join(visible).split(" ") if part)


def _ends_line(sign: str) -> bool:
    return sign in "\t\n\v\f\r\x85\u2028\u2029"


def _is_control(sign: str) -> bool:
    """Whether it is a control character, half of a pair, no character or turns the text, and ends no line."""
    turns = unicodedata.bidirectional(sign) in _TURNS
    return (turns or unicodedata.category(sign) in ("Cc", "Cs", "Cn")) and not _ends_line(sign)


def heading(text: str, kind: Literal["panel", "group"]) -> Row:
    """Return a heading row."""
    return Row(Cell(text), kind=kind)
