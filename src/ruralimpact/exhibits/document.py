"""What the report of a study needs besides its exhibits, and what other programs may read: findings.json."""

import json
from collections.abc import Mapping
from typing import Any

from ruralimpact.language import SOURCE, Language, gettext
from ruralimpact.schema.written import Written


class Finding(Written):
    """A number that a report may cite: unrounded, and as printed; and how texts call it."""

    value: int | float
    unit: str
    text: str
    identifier: str = ""


class HeadlineLine(Written):
    """A line of the answer in short, and the identifiers of the findings that it prints or rests on.

    Anchors of the exhibits that show these numbers are in ``shown_in``.
    """

    label: str
    text: str
    cites: tuple[str, ...] = ()
    shown_in: tuple[str, ...] = ()


class AnswerBox(Written):
    """The answer in short: a verdict, the estimates, and what speaks against them.

    Sentences against it that find no room in the box are in ``further``.
    """

    verdict: HeadlineLine | None = None
    lines: tuple[HeadlineLine, ...] = ()
    reading: str = ""
    against: tuple[HeadlineLine, ...] = ()
    further: tuple[HeadlineLine, ...] = ()

    @property
    def all_lines(self) -> tuple[HeadlineLine, ...]:
        """All that it says but the verdict."""
        return *self.lines, *self.against, *self.further


class Term(Written):
    """A convention: what it is about, and what it says."""

    term: str
    text: str


class Statement(Written):
    """What a document says, by its name in a ledger, and in words with its place."""

    label: str
    text: str

    @property
    def anchor(self) -> str:
        """Where the report has it."""
        return f"statement-{self.label}"


class ShownTable(Written):
    """A table, as the report names it: its number among the tables there, and whether it is in the annex.

    What documents say of the numbers that it shows is in ``statements``.
    """

    name: str
    kind: str
    title: str
    number: int
    annex: bool = False
    statements: tuple[Statement, ...] = ()

    @property
    def anchor(self) -> str:
        """What links to it end with."""
        return f"table-{self.name}"

    @property
    def label(self) -> str:
        """What texts call it."""
        return f"{gettext('Table')} {self.number}"


class ShownFigure(ShownTable):
    """A figure, with the note under it and what it shows in words."""

    note: str
    alt: str

    @property
    def anchor(self) -> str:
        """What links to it end with."""
        return f"figure-{self.name}"

    @property
    def label(self) -> str:
        """What texts call it."""
        return f"{gettext('Figure')} {self.number}"


class BriefChoice(Written):
    """Names of the exhibits that the study chose for its brief; empty, or None, where it chose none."""

    table: str = ""
    figures: tuple[str, ...] | None = None


class RawFile(Written):
    """A raw file, and how many of its rows were read."""

    label: str
    rows: int


class SourceLines(Written):
    """What is to be said of a raw file, in lines."""

    label: str
    lines: tuple[str, ...]


class StudyWords(Written):
    """What the study says of itself; empty where it says nothing."""

    language: Language = SOURCE
    name: str
    title: str
    subtitle: str
    question: str
    citation: str
    currency: str
    design: str
    unit_label: str
    group_label: str
    synthetic: bool


class FindingsDocument(Written):
    """Contents of findings.json."""

    study: StudyWords
    answer: AnswerBox
    tables: tuple[ShownTable, ...]
    figures: tuple[ShownFigure, ...]
    brief: BriefChoice = BriefChoice()
    conventions: tuple[Term, ...]
    data: tuple[RawFile, ...]
    set_to_missing: tuple[SourceLines, ...] = ()
    reading_notes: tuple[SourceLines, ...] = ()
    findings: Mapping[str, Finding]

    def file(self) -> bytes:
        """Return the contents of the file."""
        text = json.dumps(self.written(), indent=1, ensure_ascii=False, allow_nan=False)
        return f"{text}\n".encode()

    def written(self) -> dict[str, Any]:
        """Return it as it is written: without what is to be said of raw files where that is nothing."""
        about_files = ("set_to_missing", "reading_notes")
        unsaid = {key: True for key in about_files if not getattr(self, key)}
        # What is printed in English says so by saying nothing, as it did before there were other languages.
        english = {"study": {"language"}} if self.study.language == SOURCE else {}
        return self.model_dump(exclude={**unsaid, **english})
