"""Pages that describe how the numbers of exhibits are computed, for the folder of a study's results."""

import re
import unicodedata
from collections.abc import Collection
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from ruralimpact.exhibits.registry import Kinds
from ruralimpact.language import SOURCE, Language, gettext
from ruralimpact.schema.exhibit import Exhibits

if TYPE_CHECKING:
    from markdown_it.token import Token

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body{{margin:0 auto;max-width:52rem;padding:2rem 1.25rem 3rem;color:#1d2733;line-height:1.5;
font-family:Charter,'Bitstream Charter','Iowan Old Style',Cambria,Georgia,serif;overflow-wrap:break-word}}
table{{display:block;overflow-x:auto;border-collapse:collapse;font-size:.9rem}}
th,td{{border-bottom:1px solid #cfd6dd;padding:.25rem .6rem .25rem 0;text-align:left;vertical-align:top}}
pre{{overflow-x:auto}}code{{font-size:.88em}}a{{color:#0b5a8f}}
</style>
</head>
<body>
<p><a href="../report.html">{report}</a></p>
{body}</body>
</html>
"""


def methods_of(exhibits: Exhibits, kinds: Kinds) -> tuple[str, ...]:
    """Return the names of the pages on the methods behind exhibits, in alphabetical order."""
    named = {
        *(kinds.tables[table.kind].methods for table in exhibits.tables),
        *(kinds.figures[figure.kind].methods for figure in exhibits.figures),
    }
    return tuple(sorted(page.removesuffix(".md") for page in named if page))


def methods_page(text: str, beside: Collection[str], language: Language = SOURCE) -> str:
    """Return a page of the documentation as HTML.

    Parameters
    ----------
    text : str
        Markdown.
    beside : collection of str
        Names of the pages that will lie beside it. Links to other files of the documentation lose their
        target, since these do not come with results.
    language : {"en", "es"}
        Language of the page; the link to the report is in the language that is spoken.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    title = next(token.content for token in tokens if token.type == "inline")
    for opening, words in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", _anchor(words.content))
    for token in tokens:
        if token.children:
            token.children = _with_own_links(token.children, beside)
    body = parser.renderer.render(tokens, parser.options, {})
    return _PAGE.format(title=escape(title), body=body, language=language, report=gettext("Report"))


def _anchor(heading: str) -> str:
    """Return the anchor of a heading, as the site of the documentation has it."""
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
    letters = re.sub(r"[^\w\s-]", "", plain).strip().lower()
    return re.sub(r"[-\s]+", "-", letters)


def _with_own_links(tokens: list["Token"], beside: Collection[str]) -> list["Token"]:
    """Return the parts of a line with links to what is there, and without pictures."""
    kept: list[Token] = []
    opened: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            target = _target(str(token.attrs["href"]), beside)
            opened.append(bool(target))
            token.attrs["href"] = target
        if token.type in ("link_open", "link_close"):
            is_kept = opened[-1] if token.type == "link_open" else opened.pop()
            if not is_kept:
                continue
        if token.type != "image":
            kept.append(token)
    return kept


def _target(address: str, beside: Collection[str]) -> str:
    """Return where a link leads beside the page; empty where it leads to what is not there."""
    if address.startswith(("http:", "https:", "#")):
        return address
    page, _, anchor = address.partition("#")
    folder, _, file = page.rpartition("/")
    name = file.removesuffix(".md")
    if file == name or name not in beside or folder.rpartition("/")[2] not in ("", "methods"):
        return ""
    return f"{name}.html#{anchor}" if anchor else f"{name}.html"
