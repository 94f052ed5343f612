"""Raw files: where they are, how they are read, and what is repaired before the codebook is applied."""

from typing import Annotated, Literal

from pydantic import Field

from ruralimpact.schema.base import (
    Entries,
    Name,
    Names,
    Number,
    Positive,
    Settings,
    SomeEntries,
    Text,
)


class Repair(Settings):
    """A repair of a raw table; each is counted in the quality report."""

    rule: str
    """What is repaired."""


class ColumnRepair(Repair):
    """A repair of some raw columns."""

    columns: Names
    """Raw columns that it is applied to."""


class ExactDuplicates(Repair, title="Rows that are copies of others are left out"):
    """`rule: exact_duplicates`."""

    rule: Literal["exact_duplicates"]


class NearDuplicates(
    Repair, title="Rows with an identifier that occurs before and few other cells different"
):
    """`rule: near_duplicates`."""

    rule: Literal["near_duplicates"]
    cells: Annotated[int, Field(ge=1)]
    """Cells that may differ; one row is kept, and cells that differ are set to missing."""


class Spellings(ColumnRepair, title="Spellings of one name"):
    """`rule: spellings`."""

    rule: Literal["spellings"]
    forms: Annotated[dict[str, SomeEntries[str]], Field(min_length=1)]
    """Forms that stand for each name."""


class DecimalComma(ColumnRepair, title="Decimal commas among decimal points"):
    """`rule: decimal_comma`."""

    rule: Literal["decimal_comma"]


class Scale(ColumnRepair, title="One unit mistaken for another"):
    """`rule: scale`."""

    rule: Literal["scale"]
    above: Number
    """What lies above is in the other unit; no true value reaches it."""
    factor: Positive
    """What it is multiplied by."""


class YearToAge(ColumnRepair, title="Birth years entered as age"):
    """`rule: year_to_age`."""

    rule: Literal["year_to_age"]
    year: int
    """Year of the interview."""


class Currency(ColumnRepair, title="Amounts that are stated to be in another currency"):
    """`rule: currency`."""

    rule: Literal["currency"]
    stated_in: str
    """Raw column that states the currency of the row."""
    home: str
    """What it says where nothing is to be converted."""
    rates: Annotated[dict[str, Positive], Field(min_length=1)]
    """Home currency a unit of each other currency."""


class Implausible(ColumnRepair, title="Values far from the median of their class, set to missing"):
    """`rule: implausible`."""

    rule: Literal["implausible"]
    within: SomeEntries[str]
    """Raw columns whose values make the classes."""
    factor: Annotated[Number, Field(gt=1)]
    """How many times more or less than the median is not believed."""


AnyRepair = Annotated[
    ExactDuplicates
    | NearDuplicates
    | Spellings
    | DecimalComma
    | Scale
    | YearToAge
    | Currency
    | Implausible,
    Field(discriminator="rule"),
]


class WaveFile(Settings):
    """A wave of a series, with what its file has of its own."""

    wave: str | int
    """The wave."""
    path: Text | None = None
    """The file, if not at the path of the series."""
    encoding: str | None = None
    """Encoding of this wave's `.csv` file."""
    delimiter: str | None = None
    """What separates the cells of this wave's `.csv` file."""
    decimal: Literal[".", ","] | None = None
    """Decimal mark of this wave's `.csv` file."""
    sheet: str | None = None
    """Sheet of this wave's `.xlsx` file."""
    currency: str | None = None
    """Currency of this wave's amounts."""
    price_year: int | None = None
    """Year of the prices of this wave's amounts."""


class SourceEntry(Settings):
    """An entry of `sources:`, which stands for a file, or for a series of files."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text | None = None
    """Label shown in tables and figures."""
    path: Text
    """The file, relative to the project's folder; of a series with `{wave}` in its place."""
    id: str
    """Raw column that identifies the unit."""
    wave: str | None = None
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
    encoding: str = "utf-8"
    """Encoding of a `.csv` file."""
    delimiter: str = ","
    """What separates the cells of a `.csv` file."""
    decimal: Literal[".", ","] = "."
    """Decimal mark of a `.csv` file."""
    sheet: str | None = None
    """Sheet of an `.xlsx` file; the first when not given."""
    item: str | None = None
    """Variable of the codebook that tells apart the rows of a unit, where the file has several of each
    (products, plots); its rows are added up by `rows` in variables and outcomes."""
    clean: Entries[AnyRepair] = ()
    """Repairs before the codebook is applied, in this order; each is counted in the quality report."""


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
