"""The generated pages are those that their sources give, and the codebook page names every column."""

import sys
from pathlib import Path

import pytest

from ruralimpact.schema.codebook import COLUMNS
from ruralimpact.survey.codebook import ROLES, TYPES

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import exhibit_kinds
import output_dictionary
import parameters
import translations
import write_docs

HINT = "run `make docs`"


def test_the_parameter_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "parameters.md").read_text("utf-8") == parameters.page(), HINT


def test_the_schemas_for_editors_are_up_to_date() -> None:
    for name, text in parameters.schema_files().items():
        assert (ROOT / parameters.SCHEMAS / name).read_text("utf-8") == text, HINT


def test_the_list_of_exhibits_is_up_to_date() -> None:
    assert (ROOT / "docs" / "exhibits.md").read_text("utf-8") == exhibit_kinds.exhibits(), HINT


def test_the_dictionary_of_outputs_is_up_to_date() -> None:
    assert (ROOT / "docs" / "outputs.md").read_text("utf-8") == output_dictionary.outputs(), HINT


def test_the_drawing_of_the_workflow_is_up_to_date() -> None:
    page = (ROOT / "docs" / "workflow.md").read_text("utf-8")
    assert write_docs.workflow_page(page) == page, HINT


@pytest.mark.parametrize("word", [*COLUMNS, *TYPES, *ROLES])
def test_the_codebook_page_describes(word: str) -> None:
    assert f"`{word}`" in (ROOT / "docs" / "codebook.md").read_text("utf-8")


@pytest.mark.parametrize("page", translations.translated_pages())
def test_the_spanish_page_says_what_the_english_one_says(page: str) -> None:
    assert list(translations.differences(page)) == []
    recorded = translations.register().get(page, [])
    changed = translations.stale(page, recorded)
    assert not changed, f"write the Spanish in docs/es/{page}, then run `make translated`"
    assert translations.digests(page) == recorded, "run `make translated`"


_ENGLISH = """# Title

It has 1,234.5 rows of `x` in .5 years ([more](more.md)).

    code

| a | b |
|---|---|
| c | d |
"""
_SPANISH = _ENGLISH.replace("Title", "Título").replace("(more.md)", "(../more.md)")
_PAGES = {
    "": _ENGLISH,
    "es": _SPANISH.replace("It has 1,234.5 rows", "Tiene 1.234,5 filas").replace(
        "in .5 years", "en 0,5 años"
    ),
}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1.234,5", "1,234.5", "numbers"),
        ("0,5", ",5", "numbers"),
        ("`x`", "`y`", "names"),
        ("../more.md", "more.md", "links"),
        ("    code", "    kode", "code"),
        ("# Título", "Título", "a h1, level 0 in English, a p, level 0 in Spanish"),
        ("| c | d |\n", "", "it has no counterpart: 'c | d'"),
    ],
)
def test_a_spanish_page_of_another_shape_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
) -> None:
    _write_pages(tmp_path, monkeypatch)
    assert list(translations.differences("page.md")) == []
    path = tmp_path / "es" / "page.md"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    told = list(translations.differences("page.md"))
    assert len(told) == 1 and told[0].startswith(said)


def test_what_changes_in_english_alone_is_not_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_pages(tmp_path, monkeypatch)
    translations.main([])
    for folder, old, new in (("", "It has", "It had"), ("es", "Tiene", "Tenía")):
        path = tmp_path / folder / "page.md"
        recorded = translations.register()["page.md"]
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
        stale = translations.stale("page.md", recorded)
        assert [words[:6] for words in stale] == ([] if folder else ["It had"])
        if stale:
            with pytest.raises(SystemExit, match=r"docs/es/page\.md: its English changed: 'It had"):
                translations.main([])
    translations.main([])
    assert translations.digests("page.md") == translations.register()["page.md"]


def _write_pages(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translations, "DOCS", folder)
    monkeypatch.setattr(translations, "REGISTER", folder / "translated.json")
    for language, text in _PAGES.items():
        (folder / language).mkdir(exist_ok=True)
        (folder / language / "page.md").write_text(text, "utf-8")
