"""The report of a study: one page that holds its tables and figures and needs no network."""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ruralimpact.estimation.ledger import SpecificationList
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.citation import how_to_cite
from ruralimpact.exhibits.document import (
    FindingsDocument,
    HeadlineLine,
    ShownFigure,
    ShownTable,
    Statement,
)
from ruralimpact.exhibits.registry import Kinds
from ruralimpact.exhibits.report_parts import ReportPart, report_parts
from ruralimpact.exhibits.write_html import STYLE, fragment_of
from ruralimpact.language import current, gettext, ngettext

_FILES = {
    "table": ("csv", "tex", "html", "docx"),
    "figure": ("png", "svg"),
}


@dataclass(frozen=True)
class PageParts:
    """What a page is put together from.

    Attributes
    ----------
    template : str
        Jinja2 template.
    style, script : str
        Style sheet and script that the page holds; none when empty.
    """

    template: str
    style: str = ""
    script: str = ""


@dataclass(frozen=True)
class LinkedExhibit:
    """A table or figure with what it links to.

    Attributes
    ----------
    shown : ShownTable
    methods : str
        Page of docs/methods without its ending; empty where nothing is computed.
    answers : tuple of str
        Lines of the answer that print its numbers.
    """

    shown: ShownTable
    methods: str
    answers: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name in exhibits.yaml."""
        return self.shown.name

    @property
    def is_figure(self) -> bool:
        """Whether it is a figure."""
        return isinstance(self.shown, ShownFigure)

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Its files, by format and path from the report."""
        endings = _FILES["figure" if self.is_figure else "table"]
        own = tuple((ending, f"exhibits/{self.name}.{ending}") for ending in endings)
        return own if self.is_figure else (*own, ("xlsx", "tables.xlsx"))


@dataclass(frozen=True)
class LinkedPart:
    """A section of the report, its exhibits with their links."""

    anchor: str
    heading: str
    layout: str
    shown: tuple[LinkedExhibit, ...]


@dataclass(frozen=True)
class ShownExhibits:
    """What the pages of a study show.

    Attributes
    ----------
    document : FindingsDocument
    tables : mapping of str to str
        HTML files of the tables, by name.
    pictures : mapping of str to bytes
        SVG files of the figures, by name.
    kinds : Kinds
        Those that the study may have: they say what stands in which section.
    """

    document: FindingsDocument
    tables: Mapping[str, str]
    pictures: Mapping[str, bytes]
    kinds: Kinds

    def parts(self, *, annex: bool) -> list[ReportPart]:
        """Sections of the main part, or of the annex."""
        return [part for part in report_parts(self.document, self.kinds) if part.annex == annex]


def report_page(
    page: PageParts, shown: ShownExhibits, *, lists: Sequence[Sequence[SpecificationList]] = ()
) -> str:
    """Return the report as one self-contained page.

    Parameters
    ----------
    page : PageParts
    shown : ShownExhibits
    lists : sequence of sequence of SpecificationList
        For each round, those estimated in this folder, oldest first.
    """
    document, kinds = shown.document, shown.kinds
    exhibits = (*document.tables, *document.figures)
    return rendered(
        page,
        **document.written(),
        cite=how_to_cite(document),
        fragments={
            own.name: fragment_of(shown.tables[own.name], own.number)
            for own in document.tables
            if own.name in shown.tables
        },
        images={name: data_address(picture) for name, picture in shown.pictures.items()},
        first_shown_in=partial(_first_shown_in, exhibits),
        sections=[_linked(part, document, kinds) for part in shown.parts(annex=False)],
        annex=[_linked(part, document, kinds) for part in shown.parts(annex=True)],
        statements=_statements(exhibits),
        lists=lists,
    )


def rendered(page: PageParts, **values: object) -> str:
    """Return a page with values put into its template: escaped, and an error where one is missing."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        undefined=StrictUndefined,
        autoescape=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["in_figures"] = formatting.count
    environment.globals["language"] = current()
    script = environment.from_string(page.script).render()
    template = environment.from_string(page.template)
    return template.render(**values, style=STYLE + page.style, script=script)


def data_address(picture: bytes) -> str:
    """Return an SVG file as an address that holds it."""
    return f"data:image/svg+xml;base64,{base64.b64encode(picture).decode('ascii')}"


def _linked(part: ReportPart, document: FindingsDocument, kinds: Kinds) -> LinkedPart:
    lines = document.answer.all_lines
    return LinkedPart(
        part.anchor,
        part.heading,
        part.section.layout,
        tuple(
            LinkedExhibit(shown, _methods(shown, kinds), _answers(shown, lines))
            for shown in part.shown
        ),
    )


def _first_shown_in(exhibits: Sequence[ShownTable], line: Mapping[str, Any]) -> list[ShownTable]:
    """Return the first table and the first figure of the main part that show what a line prints."""
    shown = [own for own in exhibits if own.anchor in line["shown_in"] and not own.annex]
    by_number = sorted(shown, key=lambda own: own.number)
    figures = [own for own in by_number if isinstance(own, ShownFigure)]
    return [*(own for own in by_number if own not in figures)][:1] + figures[:1]


def _statements(exhibits: Iterable[ShownTable]) -> list[Statement]:
    """Return what documents say of all exhibits, each once."""
    stated = {own.label: own for shown in exhibits for own in shown.statements}
    return [stated[label] for label in sorted(stated, key=_by_number)]


def _by_number(label: str) -> tuple[str | int, ...]:
    """Put ``P9`` before ``P10``."""
    parts = re.split(r"(\d+)", label)
    return tuple(int(part) if part.isdigit() else part for part in parts)


def _methods(shown: ShownTable, kinds: Kinds) -> str:
    of_format = kinds.figures if isinstance(shown, ShownFigure) else kinds.tables
    return of_format[shown.kind].methods.removesuffix(".md")


def _answers(shown: ShownTable, lines: Sequence[HeadlineLine]) -> tuple[str, ...]:
    return tuple(
        line.label or line.text.removesuffix(".") for line in lines if shown.anchor in line.shown_in
    )
