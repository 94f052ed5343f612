"""The site shows every page, and its API reference every public name."""

from pathlib import Path

import yaml

import ruralimpact
from ruralimpact.suggestions import RENAMED, nearest

ROOT = Path(__file__).parents[2]


def pages(entry: object) -> set[str]:
    if isinstance(entry, str):
        return {entry}
    inside = entry.values() if isinstance(entry, dict) else entry
    return set().union(*(pages(part) for part in inside))


def test_the_site_shows_every_page() -> None:
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    docs = ROOT / "docs"
    written = {str(path.relative_to(docs)) for path in docs.rglob("*.md")}
    assert pages(site["nav"]) == written - {
        str(p.relative_to(docs)) for p in docs.rglob("example/**/*.md")
    }


def test_the_reference_describes_every_public_name() -> None:
    text = (ROOT / "docs" / "api.md").read_text("utf-8")
    named = {line.rsplit(".", 1)[1] for line in text.splitlines() if line.startswith("::: ")}
    assert named == set(ruralimpact.__all__) - {"__version__"}


def test_renamed_keys_are_refused_with_their_new_name() -> None:
    for old, new in RENAMED.items():
        assert nearest(old, [new, "other"]) == f"It is called '{new}' now."
