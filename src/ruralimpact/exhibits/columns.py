"""Columns of tables, each declared once: heading, unit, decimals, suppression, dash and the CSV record."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ruralimpact.exhibits import cells, formatting
from ruralimpact.exhibits.model import Cell, Column, Row, RowKind, Value
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record, Shown
from ruralimpact.language import gettext, marked


def amount(
    label: str = marked("Estimate"), group: str = "", width: float = 1.1, *, of: str = "estimate"
) -> Shown:
    """Return a column in the outcome's unit, with its decimals."""
    return Shown(Column(label, group, width), (of,), _amount, {of: of}, scaled=True)


def error(
    group: str = "", width: float = 1.1, *, of: str = "std_error", label: str = marked("(SE)")
) -> Shown:
    """Return a column of standard errors, or of deviations, in parentheses."""
    return Shown(Column(label, group, width), (of,), _error, {of: of}, scaled=True)


def interval(
    group: str = "",
    width: float = 2.0,
    *,
    of: tuple[str, str] = ("conf_low", "conf_high"),
    label: str = marked("95% interval"),
) -> Shown:
    """Return a column of intervals in the outcome's unit."""
    return Shown(
        Column(label, group, width), of, _interval, {name: name for name in of}, scaled=True
    )


def plain_interval(
    label: str, group: str = "", width: float = 1.5, *, of: tuple[str, str], decimals: int = 0
) -> Shown:
    """Return a column of intervals that have no unit, or one of their own."""

    def form(values: Sequence[Any], _: int) -> Cell:
        return cells.interval(values[0], values[1], decimals)

    return Shown(Column(label, group, width), of, form, {name: name for name in of})


def p_value(group: str = "", width: float = 0.8, *, of: str = "p_value", label: str = "p") -> Shown:
    """Return a column of p-values."""
    return Shown(Column(label, group, width), (of,), _p_value, {of: of})


def number(label: str, group: str = "", width: float = 1.0, *, of: str, decimals: int = 0) -> Shown:
    """Return a column of numbers that have no unit, or one of their own."""

    def form(values: Sequence[Any], _: int) -> Cell:
        return cells.number(values[0], decimals)

    return Shown(Column(label, group, width), (of,), form, {of: of})


def percent(label: str, group: str = "", width: float = 1.0, *, of: str) -> Shown:
    """Return a column of fractions, printed in percent."""
    return Shown(Column(label, group, width), (of,), _percent, {of: of})


def count(label: str, group: str = "", width: float = 0.9, *, of: str) -> Shown:
    """Return a column of counts of units, coarse where a count itself could disclose."""
    column = Column(label, group, width)
    return Shown(column, (of,), _count, {of: of}, stays=True, as_printed=True)


def arm_counts(group: str, untreated: str = marked("Controls")) -> tuple[Shown, Shown]:
    """Return the columns of units by arm."""
    return count(gettext("Treated"), group, of="n_treated"), count(
        untreated, group, 0.95, of="n_control"
    )


def size(label: str, group: str = "", width: float = 1.0, *, of: str, decimals: int = 0) -> Shown:
    """Return a column of sizes of arms, of which the small ones are suppressed already."""

    def form(values: Sequence[Any], _: int) -> Cell:
        return cells.size(values[0], decimals)

    return Shown(Column(label, group, width), (of,), form, {of: of})


def yes_no(label: str, group: str = "", width: float = 0.8, *, of: str) -> Shown:
    """Return a column of what holds or does not."""
    return Shown(Column(label, group, width), (of,), _yes_no, {of: of})


def words(
    label: str, group: str = "", width: float = 1.0, *, of: str, kept: Sequence[str] = ()
) -> Shown:
    """Return a column of texts or cells that the record holds ready, and the values behind it."""
    return Shown(Column(label, group, width), (of,), _text, {name: name for name in kept})


def prose(label: str, group: str = "", width: float = 1.0, *, of: str) -> Shown:
    """Return a column of text that is broken into lines; a dash where there is none."""
    return Shown(Column(label, group, width, text=True), (of,), _prose, {})


def _amount(values: Sequence[Any], decimals: int) -> Cell:
    return cells.number(values[0], decimals)


def _error(values: Sequence[Any], decimals: int) -> Cell:
    return cells.parenthesised(values[0], decimals)


def _interval(values: Sequence[Any], decimals: int) -> Cell:
    return cells.interval(values[0], values[1], decimals)


def _p_value(values: Sequence[Any], _: int) -> Cell:
    return cells.p_value(values[0])


def _percent(values: Sequence[Any], _: int) -> Cell:
    return cells.percent(values[0])


def _count(values: Sequence[Any], _: int) -> Cell:
    return cells.count(values[0])


def _yes_no(values: Sequence[Any], _: int) -> Cell:
    return Cell({True: gettext("yes"), False: gettext("no"), None: formatting.DASH}[values[0]])


def _text(values: Sequence[Any], _: int) -> Cell:
    return values[0] if isinstance(values[0], Cell) else Cell(str(values[0]))


def _prose(values: Sequence[Any], _: int) -> Cell:
    return Cell(str(values[0]) or formatting.DASH)


BLANK = Shown(Column(""), (), lambda _, __: Cell(""), {}, stays=True)
"""Stands in the place of a column that a row has not."""


def coarse_count(value: float) -> str:
    """Return a count, coarse where the count itself could disclose; missing ones are suppressed."""
    return cells.count(value).text


def row_of(
    results: StudyResults,
    shown: Sequence[Shown],
    record: Record,
    label: str | Cell,
    *,
    keys: Sequence[str] = ("spec_id",),
    more: Sequence[str] = (),
    kind: RowKind = "data",
) -> Row:
    """Return a row with a cell a column.

    Parameters
    ----------
    results : StudyResults
    shown : sequence of Shown
    record : mapping
        Its values by name; with ``outcome`` and ``unit`` where a column is in the outcome's unit.
        ``suppressed``, if it is there and true, hides the row.
    label : str or Cell
        Label of the row.
    keys, more : sequence of str
        What the CSV file keeps of the record before and after the columns, in hidden rows, too.
    kind : {"data", "foot"}
    """
    own: dict[str, Value] = {name: record[name] for name in keys}
    for column in shown:
        own |= column.values(record)
    own |= {name: record[name] for name in more}
    stub = Cell(label) if isinstance(label, str) else label
    return Row(stub, cells_of(results, shown, record), own, kind)


def cells_of(results: StudyResults, shown: Sequence[Shown], record: Record) -> tuple[Cell, ...]:
    """Return the cells of a row, as `row_of` does, for tables that keep other values in the CSV file."""
    return tuple(column.cell(results, record) for column in shown)


def said(
    shown: Sequence[Shown | Column],
    label: str | Cell,
    text: str | Cell,
    values: Mapping[str, Value] | None = None,
    kind: RowKind = "data",
) -> Row:
    """Return a row that says something across all columns.

    Parameters
    ----------
    shown : sequence of Shown or Column
    label : str or Cell
    text : str
    values : mapping of str to value, optional
        What the CSV file keeps.
    kind : {"data", "foot"}
    """
    stub = Cell(label) if isinstance(label, str) else label
    cell = Cell(text) if isinstance(text, str) else text
    return Row(stub, (replace(cell, span=len(shown)),), values, kind)


def repeated(
    shown: Sequence[Shown | Column],
    label: str | Cell,
    text: str = formatting.DASH,
    values: Mapping[str, Value] | None = None,
) -> Row:
    """Return a row with the same text in every column, for what is not known or nothing."""
    stub = Cell(label) if isinstance(label, str) else label
    return Row(stub, (Cell(text),) * len(shown), values)
