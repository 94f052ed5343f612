"""What ingest reports of a source, as later stages read it; the file holds more, for people."""

from typing import Any

from pydantic import Field

from ruralimpact.schema.written import Written


class _ReportPart(Written, extra="ignore"):
    """A part of the report."""


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


class Found(_ReportPart):
    """What the data hold of a variable: typical values of a number, first values of a category."""

    median: float | None = None
    median_not_zero: float | None = None
    share: float | None = None


class VariableReport(_ReportPart):
    """A variable of a source."""

    raw_name: str
    missing: int
    described: Described
    found: Found
    out_of_range: OutOfRange | None = None


class JoinReport(_ReportPart):
    """A joined file: rows of the source with and without one of it, and its rows that belong to none."""

    file: str
    matched: int
    without: int
    unused: int


class NearNameReport(_ReportPart):
    """A name in the data that is much like another."""

    raw: str
    clean: str


class QualityReport(_ReportPart):
    """The report of a source."""

    source: str = ""
    content_sha256: str = ""
    wave: str | None = None
    file_labels: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Labels that the file itself holds, by raw column."""
    rows_read: int
    rows_kept: int
    excluded: tuple[ExcludedRows, ...] = ()
    variables: dict[str, VariableReport] = Field(default_factory=dict)
    edits: tuple[EditReport, ...] = ()
    identifier: str = ""
    """What units are identified by, where it is no column of the file."""
    joined: tuple[JoinReport, ...] = ()
    notes: tuple[str, ...] = ()
    codes_not_found: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Codes that mean missing by the codebook and that no row has, by variable."""
    values_not_found: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Values that a table of recodes lists and that no row has, by raw column."""
    near_names: dict[str, tuple[NearNameReport, ...]] = Field(default_factory=dict)
    """By raw column."""
