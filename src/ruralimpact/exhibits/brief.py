"""The brief of a study: its question and answer on two printed pages, with one table and two figures."""

from ruralimpact.exhibits.citation import how_to_cite
from ruralimpact.exhibits.document import ShownTable
from ruralimpact.exhibits.printed_brief import exhibits_of_brief
from ruralimpact.exhibits.report import PageParts, ShownExhibits, data_address, rendered
from ruralimpact.exhibits.write_html import fragment_of


def brief_page(page: PageParts, exhibits: ShownExhibits) -> str:
    """Return the brief as one self-contained page.

    Parameters
    ----------
    page : PageParts
    exhibits : ShownExhibits
    """
    document, pages, pictures = exhibits.document, exhibits.tables, exhibits.pictures
    lines = {name: table.count("<tr") for name, table in pages.items()}
    chosen = exhibits_of_brief(document, exhibits.kinds, lines, pictures)
    table, answer = chosen.table, document.answer
    return rendered(
        page,
        **document.written(),
        cite=how_to_cite(document),
        table=table,
        figures_shown=chosen.figures,
        limits=answer.further,
        fragments={table.name: fragment_of(pages[table.name])} if table else {},
        images={own.name: data_address(pictures[own.name]) for own in chosen.figures},
        first_shown_in=_nowhere,
    )


def _nowhere(_: object) -> tuple[ShownTable, ...]:
    """Links of a line of the answer: the brief has none, since it shows few exhibits."""
    return ()
