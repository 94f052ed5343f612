"""LaTeX of exhibits: floats that compile without overfull boxes, and numbers by their identifiers."""

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from test_exhibits_study import build_results, nsw_study

from ruralimpact.exhibits import cells
from ruralimpact.exhibits.build import exhibit_files
from ruralimpact.exhibits.identifiers import identifiers
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.write_latex import PACKAGES, escape, latex_document

KEYS = [
    "matched/nn5/income/percent",
    "matched/nn5/income/percent_low",
    "subgroups/matched/nn5/income/región=Ñuble $1%/estimate",
    "a/b::c.d",
    "a/b/c?",
    "a/b/c!",
]


def test_identifiers_are_unique_and_stay_whatever_the_order() -> None:
    names = identifiers("bolivia", KEYS)
    assert names[KEYS[0]] == "bolivia.matched.nn5.income.percent"
    assert names[KEYS[2]] == "bolivia.subgroups.matched.nn5.income.region_nuble_1_.estimate"
    assert names[KEYS[3]] == "bolivia.a.b.c.d"
    assert len(set(names.values())) == len(KEYS)
    assert all(re.fullmatch(r"[a-z0-9_.-]+", name) for name in names.values())
    for seed in range(5):
        shuffled = random.Random(seed).sample(KEYS, len(KEYS))
        assert identifiers("bolivia", shuffled) == names


def table(columns: int, rows: int) -> Table:
    """A table with what has broken files: long words, labels over several lines, signs of LaTeX."""
    numbers = tuple(cells.interval(-1234567.8, 12345.6, 1) for _ in range(columns))
    lines = [
        Row(
            Cell(f"A_rather_long/label & 50% of $3 number {n}, which goes on for a line", "†"),
            numbers,
            {},
        )
        for n in range(rows)
    ]
    said = Row(Cell("x"), (Cell("no estimate, because of words " * 6, span=columns),), {})
    return Table(
        "Title of #1 with ~ and ^ and \\ and {",
        "Row",
        tuple(Column("A heading of several words", "A group") for _ in range(columns)),
        (heading("Panel “ñ” ≤ 2", "panel"), *lines, said),
        ("A sentence.",) * 3,
        ("A note with a_path/to/a_very_long_name_of_a_file_that_hardly_breaks " * 9,),
        source="Source & co.",
    )


def test_a_table_is_a_float_with_its_notes_and_without_a_number() -> None:
    text = latex_document((table(3, 2),), "impact")
    assert text.count(r"\begin{table}") == text.count(r"\begin{threeparttable}") == 1
    assert r"\caption{Title of \#1" in text
    assert r"\label{tab:impact}" in text
    assert r"\item \textit{Source:} Source \& co." in text
    assert latex_document((table(14, 2),), "x").count(r"\begin{sidewaystable}") == 1


def test_a_long_table_is_several_floats_of_one_number() -> None:
    text = latex_document((table(3, 130),), "x")
    assert text.count(r"\begin{table}") > 2
    assert text.count(r"\caption{") == 1
    assert text.count("(continued)") == text.count(r"\begin{table}") - 1
    assert [n for n in range(130) if text.count(f"number {n},") != 1] == []


WITHOUT_PDFLATEX = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="there is no pdflatex here"
)


def test_signs_that_an_article_knows_in_another_encoding_only_name_it() -> None:
    assert escape("«a»") == (
        r"{\fontencoding{T1}\selectfont {\guillemotleft}}a{\fontencoding{T1}\selectfont {\guillemotright}}"
    )
    assert escape("ę") == r"{\fontencoding{T1}\selectfont \k{e}}"
    assert escape("ñ") == r"\~n"


@WITHOUT_PDFLATEX
def test_letters_and_marks_of_european_languages_compile(tmp_path: Path) -> None:
    signs = [chr(code) for code in (*range(0xA1, 0x180), *range(0x2010, 0x2017), 0x20AC)]
    quotes = "‘’‚“”„‹›†‡•…‰′‵€"
    body = "\n\n".join(escape(sign) for sign in (*signs, *quotes) if sign.isprintable())
    source = rf"\documentclass{{article}}\usepackage{{{PACKAGES}}}\begin{{document}}{body}\end{{document}}"
    (tmp_path / "signs.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-draftmode", "signs.tex"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    log = (tmp_path / "signs.log").read_text(errors="replace")
    assert re.findall(r"^! .*", log, re.M) == []


@pytest.mark.long
@WITHOUT_PDFLATEX
def test_it_compiles_in_an_article_without_overfull_boxes(tmp_path: Path) -> None:
    made = {
        file.name: file.content
        for file in exhibit_files(build_results(tmp_path, nsw_study()), package_kinds())
        if file.name.endswith(".tex")
    }
    made |= {
        f"made_up_{columns}_{rows}.tex": latex_document(
            (table(columns, rows),), f"m{columns}{rows}"
        ).encode()
        for columns, rows in ((1, 2), (4, 60), (9, 40), (16, 5))
    }
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    inputs = "\n".join(rf"\input{{{Path(name).stem}}}\clearpage" for name in made)
    cited = r"\section{\ri{nsw.psid_matching.nn5.earnings.estimate}}"
    body = rf"\begin{{document}}{inputs}{cited}\end{{document}}"
    source = rf"\documentclass{{article}}\usepackage{{{PACKAGES}}}{body}"
    (tmp_path / "paper.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    log = (tmp_path / "paper.log").read_text(errors="replace")
    assert run.returncode == 0, re.findall(r"^! .*", log, re.M)
    assert "Overfull" not in log
