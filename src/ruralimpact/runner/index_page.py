"""The page that opens all others: every study that has results, and further pages beside them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from string import Template

from ruralimpact.language import SOURCE, current, gettext, language_of, marked, speaking
from ruralimpact.locations import shipped
from ruralimpact.schema.document import Contents
from ruralimpact.stage import replacing

_INDEX = "index.html"
_BESIDE_REPORT = (
    ("brief.html", marked("brief")),
    ("brief.pdf", marked("brief as PDF")),
    ("report.docx", marked("report in Word")),
    ("report.pdf", marked("report as PDF")),
    ("tables.xlsx", marked("tables in Excel")),
    ("exhibits/findings.json", marked("numbers")),
)
_HEAD = 4096  # bytes in which a page says its title


@dataclass(frozen=True)
class Page:
    """A page of the results that is no report.

    Attributes
    ----------
    path : Path
        Relative to the project's folder.
    title, description : str
        What it says of itself.
    """

    path: Path
    title: str
    description: str


def further_pages(root: Path) -> list[Page]:
    """Return the pages that lie beside the studies' folders, such as those of plug-ins."""
    pages = []
    for path in sorted((root / "results").glob("*.html")):
        if path.name != _INDEX:
            head = _head_of(path)
            pages.append(Page(path.relative_to(root), head.title or path.stem, head.description))
    return pages


def write_index(root: Path) -> Path | None:
    """Write the page if it says something else than before; return where it is, None without a report.

    Parameters
    ----------
    root : path
        The project's folder.
    """
    documents = dict(_documents(root))
    if not documents:
        return None
    languages = {language_of(own["study"].get("language")) for own in documents.values()}
    with speaking(languages.pop() if len(languages) == 1 else SOURCE):
        template = Template(shipped("workflow", "report", _INDEX).read_text(encoding="utf-8"))
        text = template.substitute(
            language=current(),
            title=gettext("Results"),
            studies="\n".join(_study(folder, own) for folder, own in documents.items()),
            pages="\n".join(map(_page, further_pages(root))),
        )
    path = root / "results" / _INDEX
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        with replacing(path) as partial:
            partial.write_text(text, encoding="utf-8")
    return path.relative_to(root)


def _documents(root: Path) -> Iterable[tuple[Path, Contents]]:
    """Yield the folder of each report with what findings.json says of its study."""
    for report in sorted((root / "results").glob("*/report.html")):
        try:
            text = (report.parent / "exhibits" / "findings.json").read_text(encoding="utf-8")
            document: Contents = json.loads(text)
            _study(report.parent, document)
        except (OSError, ValueError, KeyError):
            continue  # a study that is being made, or of an older version
        yield report.parent, document


def _study(folder: Path, document: Contents) -> str:
    study = document["study"]
    with speaking(language_of(study.get("language"))):
        stamp = gettext("Synthetic stand-in")
        box = _box(document["answer"])
        files = _files(folder)
        methods = _methods(folder)
    return (
        f'<section lang="{language_of(study.get("language"))}">'
        f'<h2><a href="{escape(folder.name)}/report.html">{escape(study["title"])}</a></h2>'
        f'{f"""<p class="stamp">{stamp}</p>""" if study["synthetic"] else ""}'
        f'<p class="subtitle">{escape(study["subtitle"])}</p>{box}'
        f'<p class="files">{files}</p>{methods}</section>'
    )


def _box(answer: Contents) -> str:
    """Return the answer in short, with what speaks against it."""
    verdict = answer["verdict"]
    terms: list[tuple[str, tuple[str, ...]]] = [(verdict["text"], ())] if verdict else []
    terms += [(line["label"], (line["text"],)) for line in answer["lines"]]
    against = tuple(line["text"] for line in answer.get("against", ()))
    terms += [(gettext("What speaks against it"), against)] if against else []
    lines = "".join(
        f"<dt>{escape(term)}</dt>{''.join(f'<dd>{escape(text)}</dd>' for text in texts)}"
        for term, texts in terms
    )
    reading = answer.get("reading", "")
    return f"<dl>{lines}</dl>{f'<p>{escape(reading)}</p>' if reading else ''}"


def _files(folder: Path) -> str:
    """Return links to what there is of a study besides its report, with its replication package."""
    study = folder.name
    beside = [(f"{study}/{name}", gettext(label)) for name, label in _BESIDE_REPORT]
    beside.append((f"../packages/{study}.zip", gettext("replication package")))
    present = [(path, label) for path, label in beside if (folder.parent / path).exists()]
    return " · ".join(_link(path, label) for path, label in present)


def _methods(folder: Path) -> str:
    """Return links to the pages that say how its numbers are computed."""
    pages = [
        (f"{folder.name}/methods/{path.name}", _head_of(path).title or path.stem)
        for path in sorted((folder / "methods").glob("*.html"))
    ]
    if not pages:
        return ""
    links = " · ".join(_link(path, title.replace("`", "")) for path, title in pages)
    return f'<p class="files">{gettext("How the numbers are made:")} {links}</p>'


def _link(path: str, label: str) -> str:
    return f'<a href="{escape(path)}">{escape(label)}</a>'


def _head_of(path: Path) -> "_Head":
    head = _Head()
    with path.open(encoding="utf-8", errors="replace") as file:
        head.feed(file.read(_HEAD))
    return head


def _page(page: Page) -> str:
    return (
        f'<section><h2><a href="{escape(page.path.name)}">{escape(page.title)}</a></h2>'
        f"<p>{escape(page.description)}</p></section>"
    )


class _Head(HTMLParser):
    """Title and description of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.title = self.description = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._inside = tag == "title"
        if tag == "meta" and given.get("name") == "description":
            self.description = given.get("content") or ""

    def handle_endtag(self, _: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.title += data
