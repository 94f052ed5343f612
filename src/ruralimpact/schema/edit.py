"""Edits of a raw file before the codebook is applied."""

from typing import Annotated, Literal

from pydantic import Field

from ruralimpact.schema.base import (
    Names,
    Number,
    Positive,
    Settings,
    SomeEntries,
    Text,
)


class Edit(Settings):
    """An edit of a raw table; each is counted in the quality report."""

    rule: str
    """What is edited."""


class ColumnEdit(Edit):
    """An edit of some raw columns."""

    columns: Names
    """Raw columns that it is applied to."""


class ExactDuplicates(Edit, title="Rows that are copies of others are excluded"):
    """`rule: exact_duplicates`."""

    rule: Literal["exact_duplicates"]


class NearDuplicates(
    Edit, title="Rows with an identifier that occurs before and few other cells different"
):
    """`rule: near_duplicates`."""

    rule: Literal["near_duplicates"]
    cells: Annotated[int, Field(ge=1)]
    """Cells that may differ; one row is kept, and cells that differ are set to missing."""


class Spellings(ColumnEdit, title="Spellings of one name"):
    """`rule: spellings`."""

    rule: Literal["spellings"]
    forms: Annotated[dict[str, SomeEntries[str]], Field(min_length=1)]
    """Forms that stand for each name."""


class DecimalComma(ColumnEdit, title="Decimal commas among decimal points"):
    """`rule: decimal_comma`."""

    rule: Literal["decimal_comma"]


class Codes(ColumnEdit, title="Codes that are numbers, written in one way"):
    """`rule: codes`."""

    rule: Literal["codes"]


class Thousands(ColumnEdit, title="Marks before every three digits, taken out"):
    """`rule: thousands`."""

    rule: Literal["thousands"]
    mark: Literal[",", ".", "'", " ", "\u00a0", "\u202f"]
    """The mark; a space stands for those that no line breaks at, too, and `'` for every apostrophe."""


class Affix(ColumnEdit, title="A currency or unit in the cells of numbers, taken out"):
    """`rule: affix`."""

    rule: Literal["affix"]
    text: Text
    """What stands before or behind the numbers: `Q` of `Q15,737.92`, `ha` of `0.43 ha`. A cell with another
    sign or unit is refused."""


class FillBlank(ColumnEdit, title="Blank cells that mean something, such as no or zero"):
    """`rule: fill_blank`."""

    rule: Literal["fill_blank"]
    value: str
    """What a blank means, as a raw value."""
    where: dict[str, SomeEntries[str | int | float]] = Field(default_factory=dict)
    """Raw columns and the values that they must have; rows with others stay blank."""


class SelectMultiple(ColumnEdit, title="Several answers in a cell, as a column an answer"):
    """`rule: select_multiple`."""

    rule: Literal["select_multiple"]
    separator: str = " "
    """What separates the answers."""


class Recodes(Edit, title="Values that a table recodes"):
    """`rule: recodes`."""

    rule: Literal["recodes"]
    file: Text
    """Table of `column`, `raw` and `clean` values, `.csv` or `.xlsx`."""


class Corrections(Edit, title="Cells that a table corrects"):
    """`rule: corrections`."""

    rule: Literal["corrections"]
    file: Text
    """Table of `id`, `variable` (raw column), `old` and `new`, `.csv` or `.xlsx`."""


class Duplicates(Edit, title="Rows with one identifier, resolved by a table"):
    """`rule: duplicates`."""

    rule: Literal["duplicates"]
    file: Text
    """Table of the id, the column of `key`, `correct`, `drop` and `newid`, as ieduplicates writes it."""
    key: str
    """Raw column that tells such rows apart."""


class Scale(ColumnEdit, title="One unit mistaken for another"):
    """`rule: scale`."""

    rule: Literal["scale"]
    above: Number
    """What lies above is in the other unit; no true value reaches it."""
    factor: Positive
    """What it is multiplied by."""


class YearToAge(ColumnEdit, title="Birth years entered as age"):
    """`rule: year_to_age`."""

    rule: Literal["year_to_age"]
    year: int
    """Year of the interview."""


class Currency(ColumnEdit, title="Amounts that are stated to be in another currency"):
    """`rule: currency`."""

    rule: Literal["currency"]
    stated_in: str
    """Raw column that states the currency of the row."""
    home: str
    """What it says where nothing is to be converted."""
    rates: Annotated[dict[str, Positive], Field(min_length=1)]
    """Home currency a unit of each other currency."""


class Implausible(ColumnEdit, title="Values far from the median of their class, set to missing"):
    """`rule: implausible`."""

    rule: Literal["implausible"]
    within: SomeEntries[str]
    """Raw columns whose values make the classes."""
    factor: Annotated[Number, Field(gt=1)]
    """How many times more or less than the median is not believed."""


AnyEdit = Annotated[
    ExactDuplicates
    | NearDuplicates
    | Duplicates
    | Spellings
    | Recodes
    | Corrections
    | Codes
    | DecimalComma
    | Thousands
    | Affix
    | FillBlank
    | SelectMultiple
    | Scale
    | YearToAge
    | Currency
    | Implausible,
    Field(discriminator="rule"),
]
