"""What ingest reports of a source, as later stages read it; the file holds more, for people."""

from typing import Any

from pydantic import Field

from ruralimpact.schema.written import Written


class _ReportPart(Written, extra="ignore"):
    """A part of the report."""


def _where_any(empty: Any = None) -> Any:
    """Return a field that is written only where there is something in it."""
    return Field(default=empty, exclude_if=lambda value: value == empty)


class ExcludedRows(_ReportPart):
    """Rows of a raw file that are excluded for one reason."""

    reason: str
    rows: int


class EditReport(_ReportPart):
    """What one data edit did: how many cells it changed, and the first rows of them."""

    rule: str
    column: str
    count: int
    rows: tuple[int, ...] = ()


class OutOfRange(_ReportPart):
    """Values outside the range that the codebook declares, and the first rows of them."""

    count: int
    minimum: float | None = None
    maximum: float | None = None
    rows: tuple[int, ...] = ()


class Described(_ReportPart):
    """What the codebook says of a variable, as far as it must not change between waves."""

    question: str
    type: str
    unit: str
    minimum: float | None
    maximum: float | None
    categories: tuple[str, ...]


class ObservedNumbers(_ReportPart):
    """Typical values of a number: median, also of what is not zero; of an indicator the share of ones."""

    median: float | None = None
    median_not_zero: float | None = None
    share: float | None = _where_any()


class ObservedCategories(_ReportPart):
    """How many values a category has, and the first of those that are no small cells."""

    count: int
    values: tuple[str, ...]


class VariableReport(_ReportPart):
    """A variable of a source."""

    raw_name: str
    missing: int
    described: Described
    observed: ObservedNumbers | ObservedCategories
    missing_codes: dict[str, int] = _where_any({})
    """Rows of each code that means "missing"."""
    out_of_range: OutOfRange | None = _where_any()


class JoinReport(_ReportPart):
    """A joined file: rows of the source with and without one of it, and its rows that belong to none."""

    name: str
    file: str
    rows: int
    matched: int
    without: int
    unused: int
    rows_without: tuple[int, ...] = _where_any(())
    """The first of the rows of the source that find none."""
    rows_unused: tuple[int, ...] = _where_any(())
    """The first of the rows of the file that belong to none."""


class NearName(_ReportPart):
    """A name in the data that is much like another: a proposed row of a table of recodes.

    Attributes
    ----------
    raw, clean : str
        The rarer name and the one that it is like.
    rows, rows_of_clean : int
        Rows that have each.
    similarity : int
        From 85 to 100: twice the letters in common, in order, as a percentage of all letters.
    """

    raw: str
    clean: str
    rows: int
    rows_of_clean: int
    similarity: int


class FileLabels(_ReportPart):
    """What a raw file itself says of a column: words for it, and labels by code."""

    label: str = _where_any("")
    values: dict[str, str] = _where_any({})


class SurveyQuality(_ReportPart):
    """What the rows and variables of a source are like."""

    rows_read: int
    rows_kept: int
    excluded: tuple[ExcludedRows, ...] = ()
    variables: dict[str, VariableReport] = Field(default_factory=dict)
    unlabelled: dict[str, ObservedCategories] = Field(default_factory=dict)
    """Categories that have no labels, by variable."""
    columns_not_used: tuple[str, ...] = ()
    codes_not_found: dict[str, tuple[str, ...]] = _where_any({})
    """Codes that mean missing by the codebook and that no row has, by variable."""
    labels_of_numbers: dict[str, dict[str, str]] = _where_any({})
    """Labels that the file gives to some of the values that count as numbers, by variable and value."""
    values_not_found: dict[str, tuple[str, ...]] = _where_any({})
    """Values that a table of recodes lists and that no row has, by raw column."""
    near_names: dict[str, tuple[NearName, ...]] = _where_any({})
    """By raw column."""
    identifier: str = _where_any("")
    """What units are identified by, where it is no column of the file."""
    joined: tuple[JoinReport, ...] = _where_any(())
    notes: tuple[str, ...] = _where_any(())
    edits: tuple[EditReport, ...] = _where_any(())


class QualityReport(SurveyQuality):
    """The report of a source."""

    source: str = ""
    content_sha256: str = ""
    wave: str | None = None
    file_labels: dict[str, FileLabels] = Field(default_factory=dict)
    """By raw column."""
