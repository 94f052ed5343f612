"""Raw files: where they are, how they are read, and what is done before the codebook is applied."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from ruralimpact.schema.base import (
    Entries,
    Name,
    Names,
    Number,
    Positive,
    Settings,
    SomeDistinctEntries,
    SomeEntries,
    Text,
    fault,
)
from ruralimpact.schema.edit import AnyEdit, Corrections, Duplicates, Recodes
from ruralimpact.schema.waves import wave_text


def _year_as_text(value: Any) -> Any:
    """Return a wave that YAML reads as a number, such as 2024, as its text (`wave_text`)."""
    if isinstance(value, str) and not value.strip():
        raise fault("a wave has a name or a number.")
    if isinstance(value, str):
        return wave_text(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Reading(Settings):
    """How a file is read."""

    encoding: str | None = None
    """Encoding of a text file (UTF-8 when not given), `.dta` or `.sav` file."""
    delimiter: str | None = None
    """What separates the cells of a text file; a comma when not given, a tab in `.tsv` and `.tab`."""
    decimal: Literal[".", ","] | None = None
    """Decimal mark of numbers that are text; a point when not given. Once it is stated, no number is
    taken for one with a thousands mark."""
    sheet: str | None = None
    """Sheet of an `.xlsx` file; when not given the one that is neither hidden nor empty."""
    header: int | SomeEntries[int] | None = None
    """Row of a text file or workbook that holds the names of the columns; the first when not given. Of
    several rows the words are joined by a slash."""
    merged: Literal["fill"] | None = None
    """Give each cell of a merged range of an `.xlsx` file its value. Without it such cells cannot be
    used. Headings and notes over most of a row, from its beginning on, are a single cell."""


class JoinedFile(Reading):
    """A second file of the same wave, of which each row finds one by keys."""

    name: Name
    """Its columns are called `<name>.<column>` in the codebook."""
    path: Text
    """The file, relative to the project's folder."""
    by: SomeDistinctEntries[str] | Annotated[dict[str, str], Field(min_length=1)]
    """Raw columns that both files have, or column of the source to column of this file."""
    edits: Entries[AnyEdit] = ()
    """Edits of this file, before it is joined."""

    @property
    def key_columns(self) -> dict[str, str]:
        """Columns of the source to those of this file."""
        return dict(self.by) if isinstance(self.by, dict) else {name: name for name in self.by}


class Condition(Settings):
    """Rows that are kept, by a raw column."""

    column: str
    """Raw column, also one of a joined file."""
    reason: Text
    """Why others are excluded, as the sample table words it."""
    values: SomeEntries[str | int | float] | None = None
    """Keep rows with these values."""
    other_than: SomeEntries[str | int | float] | None = None
    """Keep rows with other values than these."""
    known: Literal[True] | None = None
    """Keep rows in which it is not blank; one with a missing code stays, and is unknown."""
    minimum: Number | None = None
    """Keep rows with at least this number."""
    maximum: Number | None = None
    """Keep rows with at most this number."""

    @model_validator(mode="after")
    def _one_way(self) -> "Condition":
        ways = [self.values, self.other_than, self.known, self.range]
        if sum(way is not None for way in ways) != 1:
            raise fault("needs one of `values`, `other_than`, `known`, and `minimum` or `maximum`.")
        if None not in (self.minimum, self.maximum) and self.minimum > self.maximum:  # type: ignore[operator]
            raise fault(f"the minimum {self.minimum:g} is above the maximum {self.maximum:g}.")
        return self

    @property
    def range(self) -> tuple[float | None, float | None] | None:
        """Both ends, if there is one."""
        ends = (self.minimum, self.maximum)
        return None if ends == (None, None) else ends


class WaveFile(Reading):
    """A wave of a series, with what its file has of its own."""

    wave: str | int
    """The wave."""
    path: Text | None = None
    """The file, if not at the path of the series."""
    currency: str | None = None
    """Currency of this wave's amounts."""
    price_year: int | None = None
    """Year of the prices of this wave's amounts."""


def _tells_dates(pattern: str) -> bool:
    """Tell whether dates that are written by a pattern can be read back."""
    day = datetime(2023, 11, 27)
    try:
        return datetime.strptime(day.strftime(pattern), pattern).date() == day.date()
    except (ValueError, re.error):  # the latter where a part of the date stands twice
        return False


class SourceEntry(Reading):
    """An entry of `sources:`, which stands for a file, or for a series of files."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text | None = None
    """Label shown in tables and figures."""
    path: Text
    """The file, relative to the project's folder; of a series with `{wave}` in its place."""
    id: str | SomeDistinctEntries[str]
    """Raw column that identifies the unit, or several that only together do; `$row` numbers the rows of a
    file that has none."""
    public_ids: bool = False
    """The identifiers tell nothing of anybody, as in data that are published: they stay as they are. Else
    keyed hashes stand for them in all that a run makes (`$row` needs none)."""
    wave: Annotated[
        str | None, BeforeValidator(_year_as_text, json_schema_input_type=str | int | None)
    ] = None
    """Wave of all rows of the file; or give `wave_variable`."""
    waves: SomeEntries[str | int | WaveFile] = ()
    """Waves of a series of files with one questionnaire: each a wave, or `wave` with what its file has
    of its own. The entry then stands for one source a wave, `<name>_<wave>`; the codebook describes
    them all under `name`, and may describe one under its own."""
    currency: str | None = None
    """Currency of the file's amounts (codebook type `money`), if not that of `prices`."""
    price_year: int | None = None
    """Year of the prices of the file's amounts (codebook type `money`), if not that of `prices`."""
    wave_variable: str | None = None
    """Variable of the codebook that tells the wave of each row."""
    item: str | None = None
    """Variable of the codebook that tells apart the rows of a unit, where the file has several of each
    (products, plots); its rows are added up by `rows` in variables and outcomes."""
    edits: Entries[AnyEdit] = ()
    """Edits before the codebook is applied, in this order; each is counted in the quality report."""
    join: Entries[JoinedFile] = ()
    """Files of the same wave whose columns are joined to the rows of this one, after its edits."""
    keep: Entries[Condition] = ()
    """Rows that are kept, after edits and joins; those that are not are counted with the reason."""
    dates: Text | None = None
    """How dates are written (codebook type `date`), in the signs of strptime such as `%d/%m/%Y` (of a year
    of two digits, `%y`, 69 to 99 are 1969 to 1999 and 00 to 68 are 2000 to 2068); as
    `2024-03-01` when not given."""
    as_written: Entries[str] = ()
    """Raw columns whose values are different although they differ only in case, spaces, accents, leading
    zeros or `.0`."""

    @model_validator(mode="after")
    def _tells_dates(self) -> "SourceEntry":
        if self.dates is not None and not _tells_dates(self.dates):
            problem = (
                f"'{self.dates}' does not tell the day, month and year of a date, as %d/%m/%Y does."
            )
            raise fault(problem, "dates")
        return self

    @property
    def other_files(self) -> list[str]:
        """Files that it is read with: joined ones, and tables of edits."""
        edits = [*self.edits, *(edit for joined in self.join for edit in joined.edits)]
        tables = [
            edit.file for edit in edits if isinstance(edit, Recodes | Corrections | Duplicates)
        ]
        return list(dict.fromkeys([*(joined.path for joined in self.join), *tables]))


class Source(SourceEntry):
    """One raw file: an entry without `waves`, or one wave of a series."""

    series: str | None = None
    """Entry of `sources:` that it is a wave of."""


class Generation(Settings):
    """Raw files made by a simulation."""

    process: str
    """Process that makes them, by the name under which a plug-in gives it."""
    calibration: str
    """File of the study's folder with the parameters of the process."""
    files: Names
    """Raw files wanted, in results/<study>/raw/."""


class Prices(Settings):
    """Deflators and exchange rates."""

    year: int
    """Year whose prices amounts are expressed in."""
    deflators: Annotated[dict[str | int, Positive], Field(min_length=1)]
    """Price index by year, on any base."""
    currency: str | None = None
    """Currency that amounts are expressed in."""
    exchange_rates: Annotated[dict[str, Positive], Field(min_length=1)] | None = None
    """Units of `currency` that one unit of another currency buys, by its name."""


class SecondCurrency(Settings):
    """A currency in which tables repeat amounts."""

    label: str
    """The currency, as printed over the columns."""
    rate: Positive
    """How much of the study's currency one unit of it is."""
    rate_label: str
    """What the rate is, as the note words it (`rupees a US dollar`)."""
    source: str
    """Where the rate comes from, and of when it is."""
    units: Names
    """Units of outcomes that are amounts in the study's currency; others are not converted."""
