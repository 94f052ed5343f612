"""The brief of a study: its question and answer on two printed pages, with one table and two figures."""

import re
from collections.abc import Mapping, Sequence

from ruralimpact.exhibits.document import FindingsDocument, ShownFigure, ShownTable
from ruralimpact.exhibits.report import PageParts, ShownExhibits, data_address, rendered
from ruralimpact.exhibits.write_html import fragment_of
from ruralimpact.schema.exhibit import FIGURES_OF_BRIEF

MOST_LINES = 34  # of a table that leaves room for the answer on one page
_BOX = re.compile(rb'viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"')


def brief_page(page: PageParts, exhibits: ShownExhibits) -> str:
    """Return the brief as one self-contained page.

    It shows the table and the figures that the study chose. Where it chose none: the headline estimates, or
    else the first table of the report's main part that leaves room for the answer; and the first two figures
    of the main part, those first that are not taller than wide, which would be small on half a page, and of
    these those that draw what the answer cites.

    Parameters
    ----------
    page : PageParts
    exhibits : ShownExhibits
    """
    document, pages, pictures = exhibits.document, exhibits.tables, exhibits.pictures
    shown = [own for part in exhibits.parts(annex=False) for own in part.shown]
    figures = _figures_of_brief(document, shown, pictures)
    table = _table_of_brief(document, shown, pages)
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


def _table_of_brief(
    document: FindingsDocument, shown: Sequence[ShownTable], pages: Mapping[str, str]
) -> ShownTable | None:
    """Return the chosen table, or the first that leaves room, or the shortest where none does."""
    for own in document.tables:
        if own.name == document.brief.table:
            return own
    tables = [own for own in shown if not isinstance(own, ShownFigure)]
    lines = {own.name: pages[own.name].count("<tr") for own in tables}
    short = [own for own in tables if lines[own.name] <= MOST_LINES]
    return next(iter(short), min(tables, key=lambda own: lines[own.name], default=None))


def _figures_of_brief(
    document: FindingsDocument, shown: Sequence[ShownTable], pictures: Mapping[str, bytes]
) -> list[ShownFigure]:
    """Return the chosen figures, or those of the main part that fit best."""
    chosen = document.brief.figures
    if chosen is not None:
        named = {own.name: own for own in document.figures}
        return [named[name] for name in chosen]
    cited = {anchor for line in document.answer.lines for anchor in line.shown_in}
    figures = [own for own in shown if isinstance(own, ShownFigure)]
    figures.sort(key=lambda own: (_is_tall(pictures[own.name]), own.anchor not in cited))
    return figures[:FIGURES_OF_BRIEF]


def _is_tall(picture: bytes) -> bool:
    box = _BOX.search(picture)
    return box is not None and float(box[2]) > float(box[1])


def _nowhere(_: object) -> tuple[ShownTable, ...]:
    """Links of a line of the answer: the brief has none, since it shows few exhibits."""
    return ()
