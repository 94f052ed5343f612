"""Columns of tables, each declared once: heading, unit, decimals, suppression, dash and the CSV record."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.disclosure import FEWEST_UNITS
from ruralimpact.exhibits.model import Cell, Column, Row, RowKind, Value
from ruralimpact.exhibits.results import StudyResults

Record = Mapping[Any, Any]


@dataclass(frozen=True)
class Shown:
    """A column: its heading, how it prints the values of a row, and what the CSV file keeps of them.

    Attributes
    ----------
    column : Column
    of : tuple of str
        Names of the values in the row's record.
    form : callable
        Takes these values, in printed units, and the outcome's decimals; returns the text of the cell.
    kept : mapping of str to str
        What the CSV file keeps: names there, in order, to names in the record.
    scaled : bool
        The values are in the outcome's unit: shares are stored as fractions and printed in percent.
    stays : bool
        It is printed in rows that are suppressed, too.
    mark : callable or None
        Takes the values, returns their footnote mark.
    part : str
        Key of the part of the row's record that the values are of; the record itself when empty.
    span : int
        Columns that each cell covers.
    """

    column: Column
    of: tuple[str, ...]
    form: Callable[[Sequence[Any], int], str]
    kept: Mapping[str, str]
    scaled: bool = False
    stays: bool = False
    mark: Callable[[Sequence[Any]], str] | None = None
    part: str = ""
    span: int = 1

    def keeping(self, *names: str) -> "Shown":
        """The column with further values of the record in the CSV file, before its own."""
        return replace(self, kept={**{name: name for name in names}, **self.kept})

    def kept_as(self, name: str) -> "Shown":
        """The column with another name of its value in the CSV file."""
        return replace(self, kept={name: self.of[0]})

    def converted(self) -> "Shown":
        """The column with values that are in printed units already."""
        return replace(self, scaled=False)

    def unkept(self) -> "Shown":
        """The column, excluded from the CSV file."""
        return replace(self, kept={})

    def named(self, label: str) -> "Shown":
        """The column with a name of the record before each value: ``age: 1,200``."""

        def form(values: Sequence[Any], decimals: int) -> str:
            text = self.form(values[:-1], decimals)
            return text if text == formatting.DASH else f"{values[-1]}: {text}"

        return replace(self, of=(*self.of, label), form=form)

    def sparse(self) -> "Shown":
        """The column with a dash for none."""

        def form(values: Sequence[Any], decimals: int) -> str:
            return formatting.DASH if values[0] == 0 else self.form(values, decimals)

        return replace(self, form=form)

    def staying(self) -> "Shown":
        """The column, printed in suppressed rows, too."""
        return replace(self, stays=True)

    def marked(self, mark: Callable[[Sequence[Any]], str], *of: str) -> "Shown":
        """The column with footnote marks, by its values and further ones of the record."""
        return replace(self, mark=mark, of=(*self.of, *of))

    def within(self, part: str, group: str = "", kept: str = "{name}_{part}") -> "Shown":
        """The column of a part of the record: a record under its own key, or none.

        Parameters
        ----------
        part : str
            Key of the part.
        group : str
            Label over the columns of the part; the column's own when empty.
        kept : str
            Names in the CSV file, from the ``name`` of a value and the ``part``.
        """
        names = {kept.format(name=name, part=part): own for name, own in self.kept.items()}
        column = replace(self.column, group=group or self.column.group)
        return replace(self, part=part, kept=names, column=column)

    def across(self, span: int) -> "Shown":
        """The column, its cells as wide as several."""
        return replace(self, span=span)

    def values(self, record: Record) -> dict[str, Value]:
        """Return what the CSV file keeps of a row, in printed units; nothing of what is suppressed."""
        own = self._of(record)
        if own is None or self._hides(own):
            return dict.fromkeys(self.kept) if self.part else {}
        factor = self._factor(own)
        return {
            name: factor * own[source] if self._scales(own, source) else own[source]
            for name, source in self.kept.items()
        }

    def cell(self, results: StudyResults, record: Record) -> Cell:
        """Return the cell of a row."""
        own = self._of(record)
        if own is None:
            return Cell(formatting.DASH, span=self.span)
        if self._hides(own):
            return Cell(formatting.SUPPRESSED, span=self.span)
        factor, decimals = self._factor(own), _decimals(results, own) if self.scaled else 0
        values = [factor * own[name] if self._scales(own, name) else own[name] for name in self.of]
        mark = self.mark(values) if self.mark else ""
        return Cell(self.form(values, decimals), mark, self.span)

    def _of(self, record: Record) -> Record | None:
        return record.get(self.part) if self.part else record

    def _hides(self, own: Record) -> bool:
        return bool(own.get("suppressed", False)) and not self.stays

    def _factor(self, own: Record) -> float:
        return formatting.scale(str(own["unit"])) if self.scaled else 1.0

    def _scales(self, own: Record, name: str) -> bool:
        return self.scaled and name in self.of and isinstance(own[name], int | float)


def _decimals(results: StudyResults, record: Record) -> int:
    """Decimals of a record's own, or those of its outcome."""
    return int(
        record["decimals"] if "decimals" in record else results.decimals(str(record["outcome"]))
    )


def amount(
    label: str = "Estimate", group: str = "", width: float = 1.1, *, of: str = "estimate"
) -> Shown:
    """Return a column in the outcome's unit, with its decimals."""
    return Shown(Column(label, group, width), (of,), _amount, {of: of}, scaled=True)


def error(group: str = "", width: float = 1.1, *, of: str = "std_error") -> Shown:
    """Return a column of standard errors, in parentheses."""
    return Shown(Column("(SE)", group, width), (of,), _error, {of: of}, scaled=True)


def interval(
    group: str = "",
    width: float = 2.0,
    *,
    of: tuple[str, str] = ("conf_low", "conf_high"),
    label: str = "95% interval",
) -> Shown:
    """Return a column of intervals in the outcome's unit."""
    return Shown(
        Column(label, group, width), of, _interval, {name: name for name in of}, scaled=True
    )


def plain_interval(
    label: str, group: str = "", width: float = 1.5, *, of: tuple[str, str], decimals: int = 0
) -> Shown:
    """Return a column of intervals that have no unit, or one of their own."""

    def form(values: Sequence[Any], _: int) -> str:
        return formatting.interval(values[0], values[1], decimals)

    return Shown(Column(label, group, width), of, form, {name: name for name in of})


def p_value(group: str = "", width: float = 0.8, *, of: str = "p_value", label: str = "p") -> Shown:
    """Return a column of p-values."""
    return Shown(Column(label, group, width), (of,), _p_value, {of: of})


def number(label: str, group: str = "", width: float = 1.0, *, of: str, decimals: int = 0) -> Shown:
    """Return a column of numbers that have no unit, or one of their own."""

    def form(values: Sequence[Any], _: int) -> str:
        return formatting.number(values[0], decimals)

    return Shown(Column(label, group, width), (of,), form, {of: of})


def percent(label: str, group: str = "", width: float = 1.0, *, of: str) -> Shown:
    """Return a column of fractions, printed in percent."""
    return Shown(Column(label, group, width), (of,), _percent, {of: of})


def count(label: str, group: str = "", width: float = 0.9, *, of: str) -> Shown:
    """Return a column of counts of units, coarse where a count itself could disclose."""
    return Shown(Column(label, group, width), (of,), _count, {}, stays=True)


def size(label: str, group: str = "", width: float = 1.0, *, of: str) -> Shown:
    """Return a column of sizes of arms, of which the small ones are suppressed already."""
    return Shown(Column(label, group, width), (of,), _size, {of: of})


def yes_no(label: str, group: str = "", width: float = 0.8, *, of: str) -> Shown:
    """Return a column of what holds or does not."""
    return Shown(Column(label, group, width), (of,), _yes_no, {of: of})


def words(
    label: str, group: str = "", width: float = 1.0, *, of: str, kept: Sequence[str] = ()
) -> Shown:
    """Return a column of text that the record holds ready, and the values behind it."""
    return Shown(Column(label, group, width), (of,), _text, {name: name for name in kept})


def prose(label: str, group: str = "", width: float = 1.0, *, of: str) -> Shown:
    """Return a column of text that is broken into lines; a dash where there is none."""
    return Shown(Column(label, group, width, text=True), (of,), _prose, {})


def _amount(values: Sequence[Any], decimals: int) -> str:
    return formatting.number(values[0], decimals)


def _error(values: Sequence[Any], decimals: int) -> str:
    return formatting.parenthesised(values[0], decimals)


def _interval(values: Sequence[Any], decimals: int) -> str:
    return formatting.interval(values[0], values[1], decimals)


def _p_value(values: Sequence[Any], _: int) -> str:
    return formatting.p_value(values[0])


def _percent(values: Sequence[Any], _: int) -> str:
    value = values[0]
    if value is None or math.isnan(value):
        return formatting.DASH
    return f"{formatting.number(100 * value, 1)}%"


def _count(values: Sequence[Any], _: int) -> str:
    return formatting.DASH if values[0] is None else coarse_count(values[0])


def _size(values: Sequence[Any], _: int) -> str:
    return formatting.SUPPRESSED if math.isnan(values[0]) else formatting.count(values[0])


def _yes_no(values: Sequence[Any], _: int) -> str:
    return {True: "yes", False: "no", None: formatting.DASH}[values[0]]


def _text(values: Sequence[Any], _: int) -> str:
    return str(values[0])


def _prose(values: Sequence[Any], _: int) -> str:
    return str(values[0]) or formatting.DASH


def coarse_count(value: float) -> str:
    """Return a count, coarse where the count itself could disclose; missing ones are suppressed."""
    if math.isnan(value):
        return formatting.SUPPRESSED
    if 0 < value < FEWEST_UNITS:
        return f"<{FEWEST_UNITS}"
    return formatting.count(value)


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
    for item in shown:
        own |= item.values(record)
    own |= {name: record[name] for name in more}
    stub = Cell(label) if isinstance(label, str) else label
    return Row(stub, cells_of(results, shown, record), own, kind)


def cells_of(results: StudyResults, shown: Sequence[Shown], record: Record) -> tuple[Cell, ...]:
    """Return the cells of a row, as `row_of` does, for tables that keep other values in the CSV file."""
    return tuple(item.cell(results, record) for item in shown)


def said(
    shown: Sequence[Shown | Column],
    label: str | Cell,
    text: str,
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
    return Row(stub, (Cell(text, span=len(shown)),), values, kind)


def repeated(
    shown: Sequence[Shown | Column],
    label: str | Cell,
    text: str = formatting.DASH,
    values: Mapping[str, Value] | None = None,
) -> Row:
    """Return a row with the same text in every column, for what is not known or nothing."""
    stub = Cell(label) if isinstance(label, str) else label
    return Row(stub, (Cell(text),) * len(shown), values)
