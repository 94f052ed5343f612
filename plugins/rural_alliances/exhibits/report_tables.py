"""The report's own tables, set as it sets them, with wrong cells marked and the right number below."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase

import yaml
from pydantic import Field

from rural_alliances.claims.cells import Place
from rural_alliances.claims.recheck import Recheck
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value
from ruralimpact.language import gettext, marked
from ruralimpact.schema.base import Settings, SomeEntries, Text
from ruralimpact.schema.validation import validated

_RECOMPUTED = marked("recomputed, it is {number}")
_OF_LINES = marked("its lines add up to {number}")
_CUT_OFF = marked("cut off or adjusted instead of rounded; ")


class LayoutCell(Settings):
    """What a column of print (or a row of it) shows of each row of the file."""

    label: Text
    """Its heading."""
    number: str | None = None
    """Column of the file with a number."""
    percent: str | None = None
    """Column with the percent that stands in brackets after it."""
    percent_alone: str | None = None
    """Column with a percent that stands alone."""
    words: str | None = None
    """Column with words."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the file that it shows."""
        named = (self.number, self.percent, self.percent_alone, self.words)
        return tuple(name for name in named if name is not None)


class PrintedLayout(Settings):
    """How the report sets one of its tables."""

    table: Text
    """Name of the file, without its ending."""
    title: Text
    """Title, with the number of the table."""
    stub: Text
    """Heading of the row labels."""
    across: bool = False
    """Rows of the file are columns in print."""
    decimals: int = Field(default=0, ge=0)
    """Decimals of its numbers; zero decimals print nil as a dash."""
    cells: SomeEntries[LayoutCell]
    """What is shown of each row of the file."""
    source: Text
    """Source line."""
    note: str | None = None
    """Note line."""


@dataclass(frozen=True)
class PrintedRow:
    """A row of a file of `data/published/tables`: its name, label, role and cells as printed."""

    name: str
    label: str
    role: str
    cells: Mapping[str, str]


def read_layouts(path: str | Path) -> tuple[PrintedLayout, ...]:
    """Read how tables are set.

    Raises
    ------
    ConfigError
        A key is unknown or missing.
    """
    content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    layouts: tuple[PrintedLayout, ...] = validated(tuple[PrintedLayout, ...], content, file=path)
    return layouts


def read_rows(path: str | Path) -> tuple[PrintedRow, ...]:
    """Read the rows of a printed table, in the order of print."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return tuple(
            PrintedRow(row.pop("row"), row.pop("label"), row.pop("role"), row)
            for row in csv.DictReader(file)
        )


def report_table(
    layout: PrintedLayout, rows: Sequence[PrintedRow], rechecks: Mapping[Place, Recheck]
) -> Table:
    """Set a table as the report does, with marks at cells that do not come out as printed.

    Raises
    ------
    ConfigError
        The layout names a column that the file does not have.
    """
    unknown = [name for cell in layout.cells for name in cell.columns if name not in rows[0].cells]
    if unknown:
        raise ConfigError(f"no column '{unknown[0]}'.", key=f"{layout.table}.cells")
    off = _off(layout, rows, rechecks)
    marks = dict(zip(off, ascii_lowercase, strict=False))
    grid = [[_cell(layout, cell, row, marks) for cell in layout.cells] for row in rows]
    labels, headings = [row.label for row in rows], [cell.label for cell in layout.cells]
    if layout.across:
        grid, labels, headings = [list(line) for line in zip(*grid, strict=True)], headings, labels
    worded = {cell.label for cell in layout.cells if cell.words is not None}
    roles = [""] * len(labels) if layout.across else [row.role for row in rows]
    lines = [
        Row(
            Cell(label),
            tuple(line),
            _record(headings, line),
            "foot" if role == "total" else "data",
        )
        for label, line, role in zip(labels, grid, roles, strict=True)
    ]
    checked = [place for place in rechecks if place[0] == layout.table]
    return Table(
        title=layout.title,
        stub=layout.stub,
        columns=tuple(Column(text, width=1.2, text=text in worded) for text in headings),
        rows=tuple(lines),
        interpretation=(_counted(len(checked), off, rechecks),),
        notes=tuple(_notes(layout, marks, rechecks)),
        source=layout.source,
    )


def _off(
    layout: PrintedLayout, rows: Sequence[PrintedRow], rechecks: Mapping[Place, Recheck]
) -> list[Place]:
    """Return the cells that do not come out as printed, in the order of print."""
    places = [
        (layout.table, row.name, name)
        for row in rows
        for cell in layout.cells
        for name in cell.columns
    ]
    return [
        place for place in places if place in rechecks and rechecks[place].agreement != "agrees"
    ]


def _cell(
    layout: PrintedLayout, cell: LayoutCell, row: PrintedRow, marks: Mapping[Place, str]
) -> Cell:
    places = [(layout.table, row.name, name) for name in cell.columns]
    mark = " ".join(marks[place] for place in places if place in marks)
    if cell.words is not None:
        return Cell(row.cells[cell.words] or formatting.DASH, mark)
    alone = cell.number or cell.percent_alone
    text = _number(row.cells[alone], layout, cell) if alone is not None else ""
    percent = row.cells[cell.percent] if cell.percent is not None else ""
    return Cell(f"{text} ({percent})" if percent and text != formatting.DASH else text, mark)


def _number(printed: str, layout: PrintedLayout, cell: LayoutCell) -> str:
    """Return a number as printed; a dash for nil, and for what is not there."""
    nil = layout.decimals == 0 and cell.percent_alone is None
    if not printed or (nil and float(printed) == 0):
        return formatting.DASH
    if cell.percent_alone is not None:
        return printed
    whole = "." not in printed and layout.decimals > 0
    return printed if whole else formatting.number(float(printed), layout.decimals)


def _record(headings: Sequence[str], cells: Sequence[Cell]) -> dict[str, Value]:
    printed: dict[str, Value] = {
        text: cell.text for text, cell in zip(headings, cells, strict=True)
    }
    return printed


def _notes(
    layout: PrintedLayout, marks: Mapping[Place, str], rechecks: Mapping[Place, Recheck]
) -> list[str]:
    notes = [] if layout.note is None else [layout.note]
    for place, mark in marks.items():
        recheck = rechecks[place]
        decimals = max(recheck.check.decimals, 0)
        text = formatting.number(recheck.recomputed, decimals)
        near = abs(recheck.recomputed - recheck.printed) < 1 and decimals == 0
        number = formatting.number(recheck.recomputed, 1) if near else text
        words = _OF_LINES if recheck.check.recomputed.startswith("sum(") else _RECOMPUTED
        cut = _CUT_OFF if recheck.agreement == "rounding" else ""
        shown = any(sign.isdigit() for sign in recheck.working) and " " in recheck.working
        working = f" ({recheck.working})" if shown else ""
        further = f" {recheck.check.note}" if recheck.check.note else ""
        notes.append(
            f"{mark} = {gettext(cut)}{gettext(words).format(number=number)}{working}.{further}"
        )
    return notes


def _counted(checked: int, off: Sequence[Place], rechecks: Mapping[Place, Recheck]) -> str:
    if not off:
        return gettext(
            "Cells that can be recomputed and come out as printed: all {checked}."
        ).format(checked=checked)
    wrong = sum(rechecks[place].agreement == "differs" for place in off)
    return gettext(
        "Cells that can be recomputed: {checked}; {off} come out otherwise than printed, {wrong} "
        "by more than rounding."
    ).format(checked=checked, off=len(off), wrong=wrong)
