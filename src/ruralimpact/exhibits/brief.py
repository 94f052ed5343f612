"""The brief of a study: its question and answer on two printed pages, with one table and two figures."""

import re
from collections.abc import Mapping, Sequence

from ruralimpact.exhibits.document import FindingsDocument, ShownFigure, ShownTable
from ruralimpact.exhibits.registry import Kinds
from ruralimpact.exhibits.report import PageParts, data_address, rendered
from ruralimpact.exhibits.report_parts import report_parts
from ruralimpact.exhibits.write_html import fragment_of

MOST_LINES = 34  # of a table that leaves room for the answer on one page
_FIGURES = 2
_BOX = re.compile(rb'viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"')


def brief_page(
    page: PageParts,
    document: FindingsDocument,
    pages: Mapping[str, str],
    pictures: Mapping[str, bytes],
    *,
    kinds: Kinds,
) -> str:
    """Return the brief as one self-contained page.

    It shows the first table of the report's main part that leaves room for the answer, and its first two
    figures that are not taller than wide, which would be small on half a page; others where there are none.

    Parameters
    ----------
    page : PageParts
    document : FindingsDocument
    pages : mapping of str to str
        HTML files of the tables, by name.
    pictures : mapping of str to bytes
        SVG files of the figures, by name.
    kinds : Kinds
        Those that the study may have: they say what stands in which section.

    Returns
    -------
    str
    """
    parts = [part for part in report_parts(document, kinds) if not part.annex]
    shown = [own for part in parts for own in part.shown]
    figures = sorted(
        (own for own in shown if isinstance(own, ShownFigure)),
        key=lambda own: _is_tall(pictures[own.name]),
    )[:_FIGURES]
    table = _fitting([own for own in shown if not isinstance(own, ShownFigure)], pages)
    answer = document.answer
    return rendered(
        page,
        **document.written(),
        table=table,
        figures_shown=figures,
        limits=(*answer.against, *answer.further),
        fragments={table.name: fragment_of(pages[table.name])} if table else {},
        images={own.name: data_address(pictures[own.name]) for own in figures},
        first_shown_in=_nowhere,
    )


def _fitting(tables: Sequence[ShownTable], pages: Mapping[str, str]) -> ShownTable | None:
    """Return the first table that leaves room, or the shortest where none does."""
    lines = {own.name: pages[own.name].count("<tr") for own in tables}
    short = [own for own in tables if lines[own.name] <= MOST_LINES]
    return next(iter(short), min(tables, key=lambda own: lines[own.name], default=None))


def _is_tall(picture: bytes) -> bool:
    box = _BOX.search(picture)
    return box is not None and float(box[2]) > float(box[1])


def _nowhere(_: object) -> tuple[ShownTable, ...]:
    """Links of a line of the answer: the brief has none, since it shows few exhibits."""
    return ()
