"""The report of a study: one page that holds its tables and figures and needs no network."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from ruralimpact.estimation.ledger import SpecificationList
from ruralimpact.exhibits.document import FindingsDocument
from ruralimpact.exhibits.kinds import ESTIMATES, SECTIONS
from ruralimpact.exhibits.registry import Kinds, shown_in
from ruralimpact.exhibits.write_html import STYLE, fragment_of


def report_page(
    template: str,
    document: FindingsDocument,
    pages: Mapping[str, str],
    pictures: Mapping[str, bytes],
    *,
    kinds: Kinds,
    lists: Sequence[Sequence[SpecificationList]] = (),
) -> str:
    """Return the report as one self-contained page.

    Parameters
    ----------
    template : str
        Jinja2 template.
    document : FindingsDocument
    pages : mapping of str to str
        HTML files of the tables, by name.
    pictures : mapping of str to bytes
        SVG files of the figures, by name.
    kinds : Kinds
        Those that the study may have: they say what stands in which section.
    lists : sequence of sequence of SpecificationList
        For each round, those estimated in this folder, oldest first.

    Returns
    -------
    str
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        undefined=StrictUndefined, autoescape=True, keep_trailing_newline=True
    )
    return environment.from_string(template).render(
        **document.written(),
        fragments={
            shown.name: fragment_of(pages[shown.name], shown.number)
            for shown in document.tables
            if shown.name in pages
        },
        images={name: _data_address(picture) for name, picture in pictures.items()},
        sections=_sections(document, kinds),
        table_style=STYLE,
        lists=lists,
    )


def _sections(document: FindingsDocument, kinds: Kinds) -> list[dict[str, Any]]:
    """Sections of the page with the exhibits in them; most are there only if they hold some."""
    filled = [
        (section, shown_in(section, document.tables, document.figures, kinds))
        for section in SECTIONS
    ]
    describes = document.study.design == "descriptive"
    return [
        {
            **{key: getattr(section, key) for key in ("anchor", "heading", "layout")},
            "shown": shown,
        }
        for section, shown in filled
        if shown or (section.always and not (describes and section is ESTIMATES))
    ]


def _data_address(picture: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(picture).decode('ascii')}"
