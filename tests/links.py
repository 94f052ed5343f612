"""Links of pages: the files and anchors that they lead to must be there."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """The addresses that a page leads to or shows, and its own anchors."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        self.addresses += [own[name] for name in ("href", "src") if name in own]
        self.anchors |= {own[name] for name in ("id", "name") if name in own}


def dead_links(folder: Path, *, outside: bool = True) -> Iterator[str]:
    """Yield links of the pages below a folder that lead to nothing, each with its page.

    Parameters
    ----------
    folder : path
    outside : bool, optional
        Whether links may lead out of the folder.
    """
    pages = {path.resolve(): _Page(path) for path in sorted(folder.resolve().rglob("*.html"))}
    for path, page in pages.items():
        for address in dict.fromkeys(page.addresses):
            parts = urlsplit(address)
            if parts.scheme:
                continue  # on the web, or within the page
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            allowed = outside or target.is_relative_to(folder.resolve())
            known = target in pages
            if (
                not target.exists()
                or not allowed
                or (
                    parts.fragment
                    and known
                    and unquote(parts.fragment) not in pages[target].anchors
                )
            ):
                yield f"{path.relative_to(folder.resolve())}: {address}"
