"""The parts of a report: its sections with their exhibits, first of the main part, then of the annex."""

from collections.abc import Iterator
from dataclasses import dataclass

from ruralimpact.exhibits.document import FindingsDocument, ShownTable
from ruralimpact.exhibits.kinds import ESTIMATES, SECTIONS, Section
from ruralimpact.exhibits.registry import Kinds, shown_in
from ruralimpact.language import gettext


@dataclass(frozen=True)
class ReportPart:
    """A section of the main part or of the annex.

    Attributes
    ----------
    section : Section
    annex : bool
    shown : tuple of ShownTable
        Its tables and figures, in their order there.
    """

    section: Section
    annex: bool
    shown: tuple[ShownTable, ...]

    @property
    def anchor(self) -> str:
        """What links to it end with."""
        return f"annex-{self.section.anchor}" if self.annex else self.section.anchor

    @property
    def heading(self) -> str:
        """Its heading."""
        return gettext(self.section.heading)


def report_parts(document: FindingsDocument, kinds: Kinds) -> Iterator[ReportPart]:
    """Yield the sections that a report has: those that hold exhibits, and those that it always has.

    Parameters
    ----------
    document : FindingsDocument
    kinds : Kinds
        Those that the study may have: they say what stands in which section.
    """
    for annex in (False, True):
        for section in SECTIONS:
            tables = [own for own in document.tables if own.annex == annex]
            figures = [own for own in document.figures if own.annex == annex]
            shown = tuple(shown_in(section, tables, figures, kinds))
            if shown or (not annex and _is_always_there(section, document)):
                yield ReportPart(section, annex, shown)


def _is_always_there(section: Section, document: FindingsDocument) -> bool:
    """Whether it stands there even if it holds nothing: studies that only describe have no estimates."""
    describes = document.study.design == "descriptive"
    return section.always and not (describes and section is ESTIMATES)
