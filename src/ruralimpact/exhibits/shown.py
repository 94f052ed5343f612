"""A column of a table: what it prints of a row, and what the CSV file keeps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ruralimpact.contracts.near_means import MEANS
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.model import Cell, Column, Value
from ruralimpact.exhibits.results import StudyResults

Record = Mapping[Any, Any]
"""Values of a row by name, as pandas gives them; the contract of their table says their types."""


@dataclass(frozen=True)
class Shown:
    """A column: its heading, how it prints the values of a row, and what the CSV file keeps of them.

    Attributes
    ----------
    column : Column
    of : tuple of str
        Names of the values in the row's record.
    form : callable
        Takes these values, in printed units, and the outcome's decimals; returns the cell.
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
    as_printed : bool
        The CSV file keeps a value only where the cell prints a number: not where it hides one.
    """

    column: Column
    of: tuple[str, ...]
    form: Callable[[Sequence[Any], int], Cell]
    kept: Mapping[str, str]
    scaled: bool = False
    stays: bool = False
    mark: Callable[[Sequence[Any]], str] | None = None
    part: str = ""
    span: int = 1
    as_printed: bool = False

    def keeping(self, *names: str) -> "Shown":
        """The column with further values of the record in the CSV file, before its own."""
        return replace(self, kept={**{name: name for name in names}, **self.kept})

    def kept_as(self, *names: str) -> "Shown":
        """The column with other names of its values in the CSV file."""
        return replace(self, kept=dict(zip(names, self.of, strict=False)))

    def converted(self) -> "Shown":
        """The column with values that are in printed units already."""
        return replace(self, scaled=False)

    def unkept(self) -> "Shown":
        """The column, excluded from the CSV file."""
        return replace(self, kept={})

    def named(self, label: str) -> "Shown":
        """The column with a name of the record before each value: ``age: 1,200``."""

        def form(values: Sequence[Any], decimals: int) -> Cell:
            cell = self.form(values[:-1], decimals)
            if cell.text == formatting.DASH:
                return cell
            return cell.led_by(f"{values[-1]}: ")

        return replace(self, of=(*self.of, label), form=form)

    def sparse(self) -> "Shown":
        """The column with a dash for none."""

        def form(values: Sequence[Any], decimals: int) -> Cell:
            return Cell(formatting.DASH) if values[0] == 0 else self.form(values, decimals)

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
        if self._hides_mean(own):
            return dict.fromkeys(self.kept)
        if self.as_printed and not self.form([own[name] for name in self.of], 0).numbers:
            return dict.fromkeys(self.kept)
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
        if self._hides(own) or self._hides_mean(own):
            return Cell(formatting.SUPPRESSED, span=self.span)
        factor, decimals = self._factor(own), _decimals(results, own) if self.scaled else 0
        values = [factor * own[name] if self._scales(own, name) else own[name] for name in self.of]
        mark = self.mark(values) if self.mark else ""
        return replace(self.form(values, decimals), mark=mark, span=self.span)

    def _of(self, record: Record) -> Record | None:
        return record.get(self.part) if self.part else record

    def _hides(self, own: Record) -> bool:
        return bool(own.get("suppressed", False)) and not self.stays

    def _hides_mean(self, own: Record) -> bool:
        if not own.get("means_suppressed", False):
            return False
        # Of a share there is no percent that could be hidden.
        share = own.get("unit") == formatting.PERCENTAGE_POINTS
        return any(
            _tells_mean(name) and not (share and name.startswith("percent")) for name in self.of
        )

    def _factor(self, own: Record) -> float:
        return formatting.scale(str(own["unit"])) if self.scaled else 1.0

    def _scales(self, own: Record, name: str) -> bool:
        return self.scaled and name in self.of and isinstance(own[name], int | float)


def _tells_mean(name: str) -> bool:
    """Whether a value of a record is a mean of an arm beside an effect, or gives one with the effect."""
    return name.removesuffix("_converted") in MEANS


def _decimals(results: StudyResults, record: Record) -> int:
    """Decimals of a record's own, or those of its outcome."""
    return int(
        record["decimals"] if "decimals" in record else results.decimals(str(record["outcome"]))
    )
