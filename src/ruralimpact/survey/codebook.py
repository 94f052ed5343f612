"""The codebook: what each raw column means, checked before any data are read."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ruralimpact.errors import ConfigError, Mark, UnknownNameError
from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.schema.two_readings import two_readings
from ruralimpact.suggestions import nearest
from ruralimpact.survey.values import code_of, day_of, normalised, number_of, written_day

TYPES = ("number", "integer", "money", "indicator", "category", "date")
ROLES = (
    *("covariate", "treatment", "adoption", "outcome", "wave", "group", "input", "price"),
    *("interviewer", "minutes", "identifier"),
)
# Roles of columns that only the page on data quality reads: who asked, and how long it took.
INTERVIEWER, MINUTES = "interviewer", "minutes"
# Units that the length of an interview may have: how many of them are a minute.
PER_MINUTE = {
    **dict.fromkeys(("", "min", "minute", "minutes", "minutos"), 1.0),
    **dict.fromkeys(("s", "sec", "second", "seconds", "segundos"), 60.0),
    **dict.fromkeys(("h", "hour", "hours", "horas"), 1 / 60),
}
# Role of a column that tells who somebody is: nothing of it leaves the raw file.
IDENTIFIER = "identifier"
# What people give as a role, and where it is declared instead.
_OF_SAMPLE = "its role is covariate with timing pre; study.yaml names the variable under `samples.<name>.{}`."
_OF_SOURCE = (
    "study.yaml names the raw column under `sources.<name>.{}`; it needs no row in the codebook."
)
DECLARED_IN_STUDY = {
    **dict.fromkeys(("weight", "weights", "sampling_weight"), _OF_SAMPLE.format("weight")),
    **dict.fromkeys(("strata", "stratum"), _OF_SAMPLE.format("strata")),
    **dict.fromkeys(("id", "unit_id"), _OF_SOURCE.format("id")),
}
TIMINGS = ("pre", "post", "")
# Role of a row that describes a column which is not read.
UNUSED = "unused"
EVERY_SOURCE = "*"
_NAME = re.compile(r"\w+")
_NUMBERS = re.compile(r"[+\-\u2212\u2013]?\d+(?:\.\d+)?")
# A second code=label where a | is wanted.
_PAIR_INSIDE = re.compile(r"[;,]\s*[^\s;,=]+\s*=")
# What people write between two codes where a | is wanted.
_BETWEEN = re.compile(r"(?:[\s,;/'\"]|\.{2,3}|\b(?:and|or|to|y|e|o|u|a|et|ou)\b)*")
# In the place of a raw column: the wave did not ask.
NOT_ASKED = "-"
RESERVED = ("id", "unit_id", "group", "wave")


@dataclass(frozen=True)
class Entry:
    """One row of the codebook.

    Attributes
    ----------
    variable : str
        Canonical name.
    source : str
        The source it describes, or ``"*"`` for every source of the study.
    raw_name : str
        Column in the raw file; ``"-"`` where the source did not ask.
    type : str
        ``"number"``, ``"integer"``, ``"money"`` (a number, converted and deflated with its source),
        ``"indicator"`` (0/1), ``"category"``, or ``"date"`` (in days since 1 January 1970).
    unit : str
    minimum, maximum : float or None
        Plausible range, ends included; a value outside is set to missing and counted.
    labels : dict of str to str
        Raw code to label (category) or to 0/1 (indicator); empty: the raw value itself.
    missing_codes : tuple of str
        Raw values that mean "missing", besides the empty cell.
    role, timing, label : str
        Part in the analysis; measured before (``"pre"``) or after (``"post"``) treatment; words
        for it.
    question : str
        The words in which it was asked, to tell when they change between waves.
    """

    variable: str
    source: str
    raw_name: str
    type: str
    unit: str
    minimum: float | None
    maximum: float | None
    labels: Mapping[str, str]
    missing_codes: tuple[str, ...]
    role: str
    timing: str
    label: str
    question: str

    @property
    def is_amount(self) -> bool:
        """Whether values are numbers that may have decimals."""
        return self.type in ("number", "money")

    @property
    def is_number(self) -> bool:
        """Whether values are kept as numbers (an indicator is)."""
        return self.type != "category"

    @property
    def range_in_words(self) -> str:
        """The plausible range, such as ``minimum 0, maximum 100``."""
        ends = (("minimum", self.minimum), ("maximum", self.maximum))
        return ", ".join(f"{word} {self.in_words(end)}" for word, end in ends if end is not None)

    def in_words(self, value: float) -> str:
        """A number as it is written: of a date, the day."""
        return written_day(value) if self.type == "date" else f"{value:g}"


def parse_codebook(
    rows: Sequence[CodebookRow],
    sources: Iterable[str],
    *,
    file: str | None = None,
    lines: Sequence[int] = (),
) -> tuple[Entry, ...]:
    """Check the rows of a codebook.

    Parameters
    ----------
    rows : sequence of CodebookRow
    sources : iterable of str
        Names of the study's sources.
    file : str, optional
        Path of the codebook, for messages.
    lines : sequence of int, optional
        Line of each row in the file; from 2 on when not given.

    Returns
    -------
    tuple of Entry

    Raises
    ------
    ConfigError
        An unknown type, role, timing or source (the nearest known one is named), a
        malformed cell, a variable described twice for a source, or with different types in
        different sources.
    """
    known = tuple(sources)
    entries: list[Entry] = []
    described: dict[str, list[Entry]] = {}
    for line, row in zip(lines or range(2, len(rows) + 2), rows, strict=True):
        try:
            entry = _entry(row, known)
            earlier = described.setdefault(entry.variable, [])
            _check_unique(entry, earlier, known)
            _check_agreement(entry, earlier)
        except ConfigError as error:
            raise error.at(file=file, key=row.variable or None, mark=Mark(line)) from None
        earlier.append(entry)
        entries.append(entry)
    return tuple(entries)


def entries_of(
    entries: Iterable[Entry], source: str, row_key: str | None = None
) -> tuple[Entry, ...]:
    """Return the entries that describe a source, in the codebook's order: what it asked, no identifiers.

    Parameters
    ----------
    entries : iterable of Entry
    source : str
    row_key : str, optional
        Variable that tells apart the rows of a unit: even an identifier stays, as numbers.
    """
    return tuple(
        entry
        for entry in entries
        if entry.source in (EVERY_SOURCE, source)
        and entry.raw_name != NOT_ASKED
        and (entry.role != IDENTIFIER or entry.variable == row_key)
    )


def marked_columns(entries: Iterable[Entry], source: str) -> tuple[str, ...]:
    """Return the raw columns of a source that the codebook marks as identifiers."""
    return tuple(
        entry.raw_name
        for entry in entries
        if entry.source in (EVERY_SOURCE, source) and entry.role == IDENTIFIER
    )


def _entry(row: CodebookRow, sources: tuple[str, ...]) -> Entry:
    for column in ("variable", "source", "raw_name"):
        if not getattr(row, column):
            raise ConfigError(f"the column '{column}' is empty.")
    if row.variable in RESERVED:
        raise ConfigError(
            f"'{row.variable}' is a name that the pipeline uses itself; choose another."
        )
    if _NAME.fullmatch(row.variable) is None:
        problem = f"'{row.variable}' is no name of a variable: letters, digits and underscores."
        raise ConfigError(problem)
    types = (*TYPES, "") if row.role == IDENTIFIER else TYPES  # nothing of it is read
    choices = {"source": (EVERY_SOURCE, *sources), "type": types, "role": ROLES, "timing": TIMINGS}
    for column, allowed in choices.items():
        word = getattr(row, column)
        if word not in allowed:
            hint = nearest(word, [name for name in allowed if name])
            problem = f"unknown {column} '{word}'. {hint}"
            if column == "role" and word in DECLARED_IN_STUDY:
                problem = f"'{word}' is no role: {DECLARED_IN_STUDY[word]}"
            if column == "source":
                raise UnknownNameError(problem, name=word)
            raise ConfigError(problem)
    entry = Entry(
        variable=row.variable,
        source=row.source,
        raw_name=row.raw_name,
        type=row.type or "category",
        unit=row.unit,
        minimum=_bound(row, "minimum"),
        maximum=_bound(row, "maximum"),
        labels=_labels(row.labels),
        missing_codes=_codes(row.missing_codes),
        role=row.role,
        timing=row.timing,
        label=row.label,
        question=row.question,
    )
    contradiction = _contradiction(entry)
    if contradiction:
        raise ConfigError(contradiction)
    return entry


def _bound(row: CodebookRow, column: str) -> float | None:
    """Return an end of the range: a number, of a date its day."""
    text, is_date = getattr(row, column), row.type == "date"
    bound = day_of(text) if is_date else number_of(text)
    if text and bound is None:
        wanted = "a date such as 2024-03-01" if is_date else "a number"
        raise ConfigError(f"the {column} '{text}' is not {wanted}.")
    readings = None if is_date else two_readings(text)
    if readings is not None:
        raise ConfigError(f"the {column} '{text}' can be read in two ways; write {readings}.")
    return bound


def _codes(text: str) -> tuple[str, ...]:
    """Return the codes of a cell; several numbers with something else than | between them are no code."""
    codes = tuple(filter(None, map(normalised, text.split("|"))))
    for code in codes:
        between = _NUMBERS.split(code)
        if len(between) > 2 and all(map(_BETWEEN.fullmatch, between)) and day_of(code) is None:
            problem = f"the missing code '{code}' reads like several; they are separated by |."
            raise ConfigError(problem)
        if number_of(code.partition("=")[0].strip()) is not None and "=" in code:
            problem = f"the missing code '{code}' has a label; write the code alone."
            raise ConfigError(problem)
    return codes


def _labels(text: str) -> dict[str, str]:
    labels: dict[str, str] = {}
    for pair in filter(None, text.split("|")):
        code, equals, label = (part.strip() for part in pair.partition("="))
        if not (code and equals and label) or code in labels:
            problem = f"the label '{pair}' is not a new code=label; pairs are separated by |."
            raise ConfigError(problem)
        if _PAIR_INSIDE.search(label):
            problem = f"the label '{label}' reads like several pairs; they are separated by |."
            raise ConfigError(problem)
        same = [
            other for other in labels if code_of(other) == code_of(code) and labels[other] != label
        ]
        if same:
            problem = f"'{same[0]}' and '{code}' are one code, and have different labels."
            raise ConfigError(problem)
        labels[code] = label
    return labels


def _contradiction(entry: Entry) -> str | None:
    """Say what does not fit together in an entry, if anything."""
    low, high = entry.minimum, entry.maximum
    if low is not None and high is not None and low > high:
        return f"the minimum {low:g} is above the maximum {high:g}."
    if entry.type in ("category", "indicator") and (low is not None or high is not None):
        return f"a {entry.type} has no minimum or maximum."
    if entry.type not in ("category", "indicator") and entry.labels:
        return f"a variable of type {entry.type} has no labels."
    if entry.type == "indicator" and not set(entry.labels.values()) <= {"0", "1"}:
        return "the labels of an indicator must be 0 or 1."
    if entry.type == "indicator" and len(entry.labels) > 1 and len(set(entry.labels.values())) == 1:
        return f"the labels of an indicator are all {next(iter(entry.labels.values()))}."
    both = set(map(code_of, entry.labels)) & set(map(code_of, entry.missing_codes))
    if both:
        return f"the code '{min(both)}' has a label and means missing."
    if entry.role == MINUTES and not entry.is_number:
        return f"the role {MINUTES} is the length of an interview: a number, not a {entry.type}."
    if entry.role == MINUTES and entry.unit not in PER_MINUTE:
        return f"the unit of the length of an interview is minutes, seconds or hours, not '{entry.unit}'."
    if entry.role == "covariate" and not entry.timing:
        return "a covariate needs a timing, pre or post."
    return None


def _check_unique(entry: Entry, earlier: Sequence[Entry], sources: tuple[str, ...]) -> None:
    for source in sources:
        if entries_of([entry], source) and entries_of(earlier, source):
            raise ConfigError(f"the variable is described twice for the source '{source}'.")


def _check_agreement(entry: Entry, earlier: Sequence[Entry]) -> None:
    for field in ("type", "unit", "role", "timing") if earlier else ():
        if getattr(entry, field) != getattr(earlier[0], field):
            raise ConfigError(
                f"the {field} is '{getattr(entry, field)}' for the source '{entry.source}' and "
                f"'{getattr(earlier[0], field)}' for '{earlier[0].source}'; it must be one."
            )
