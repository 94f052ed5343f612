"""What a table of an exhibit is, before it becomes a file of any format."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

RowKind = Literal["panel", "group", "data", "foot"]
Value = float | int | str | bool | None

_UPRIGHT = 8.0  # column widths that fit an upright page beside the row labels
_LYING = 14.0  # those that fit a page on its side, in letters of the usual size


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
    """

    text: str
    mark: str = ""
    span: int = 1


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

    @property
    def full_title(self) -> str:
        """Title with the warning that synthetic data carry."""
        return f"{self.title} (synthetic stand-in)" if self.synthetic else self.title

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
        places, result = 0, []
        for cell in row.cells:
            result.append(cell.span == 1 and self.columns[places].text)
            places += cell.span
        return result

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


def heading(text: str, kind: Literal["panel", "group"]) -> Row:
    """Return a heading row."""
    return Row(Cell(text), kind=kind)
