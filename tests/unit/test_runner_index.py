"""The page that opens all others links every report and page, and says what is synthetic."""

import json
from pathlib import Path

import pytest

from ruralimpact.cli.follow import _conclude_with_index
from ruralimpact.runner import index_page
from ruralimpact.runner.index_page import further_pages, write_index
from ruralimpact.runner.outcome import overview


def study(root: Path, name: str, *, synthetic: bool, language: str = "en") -> None:
    folder = root / "results" / name
    (folder / "exhibits").mkdir(parents=True)
    (folder / "report.html").write_text("<title>Report</title>", encoding="utf-8")
    words = {"title": f"Study <{name}>", "subtitle": "", "synthetic": synthetic}
    words["language"] = language
    answer = {
        "verdict": None,
        "lines": [{"label": "Answer", "text": "a & b"}],
        "against": [{"label": "", "text": "p < 1"}],
        "reading": "In parentheses.",
    }
    document = {"study": words, "answer": answer}
    (folder / "exhibits/findings.json").write_text(json.dumps(document), encoding="utf-8")


def test_every_study_and_page_is_linked(tmp_path: Path) -> None:
    assert write_index(tmp_path) is None
    study(tmp_path, "real", synthetic=False)
    study(tmp_path, "drawn", synthetic=True)
    (tmp_path / "results/broken").mkdir()
    (tmp_path / "results/broken/report.html").write_text("", encoding="utf-8")
    page = '<title>Claims</title><meta name="description" content="3 claims: 1 agrees.">'
    (tmp_path / "results/claims.html").write_text(page, encoding="utf-8")
    path = write_index(tmp_path)
    assert path == Path("results/index.html")
    text = (tmp_path / path).read_text(encoding="utf-8")
    for link in ("real/report.html", "drawn/report.html", "claims.html"):
        assert f'href="{link}"' in text
    assert "../packages" not in text
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages/real.zip").write_bytes(b"")
    write_index(tmp_path)
    packaged = (tmp_path / path).read_text(encoding="utf-8")
    assert packaged.count('href="../packages/real.zip"') == packaged.count("../packages") == 1
    assert "broken" not in text and "Study &lt;real&gt;" in text and "a &amp; b" in text
    assert "<dt>What speaks against it</dt><dd>p &lt; 1</dd></dl><p>In parentheses.</p>" in text
    assert text.count('class="stamp"') == 1
    assert overview(tmp_path, path) == [
        "Claims: results/claims.html",
        "  3 claims: 1 agrees.",
        "All results: results/index.html",
    ]


def test_it_speaks_the_language_of_all_studies_and_links_how_their_numbers_are_made(
    tmp_path: Path,
) -> None:
    study(tmp_path, "uno", synthetic=True, language="es")
    methods = tmp_path / "results/uno/methods"
    methods.mkdir()
    (methods / "matching.html").write_text("<title>Matching & more</title>", encoding="utf-8")
    write_index(tmp_path)
    text = (tmp_path / "results/index.html").read_text(encoding="utf-8")
    assert '<html lang="es">' in text and "<h1>Resultados</h1>" in text
    assert '<p class="stamp">Datos sintéticos</p>' in text
    assert (
        'Cómo se hacen los números: <a href="uno/methods/matching.html">Matching &amp; more</a>'
        in text
    )
    study(tmp_path, "two", synthetic=False)
    write_index(tmp_path)
    mixed = (tmp_path / "results/index.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in mixed and '<section lang="es">' in mixed


def test_what_says_the_same_is_left_alone(tmp_path: Path) -> None:
    study(tmp_path, "real", synthetic=False)
    path = write_index(tmp_path)
    assert path is not None
    before = (tmp_path / path).stat().st_mtime_ns
    assert write_index(tmp_path) == path
    assert (tmp_path / path).stat().st_mtime_ns == before
    assert not further_pages(tmp_path)


def test_a_folder_that_cannot_be_written_is_an_error_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(index_page, "write_index", full)
    assert _conclude_with_index(tmp_path, 0) == 1
    assert capsys.readouterr().err == (
        "error: results/index.html was not written: No space left on device.\n"
    )
