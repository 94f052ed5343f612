"""One table in every format: the same cells, special characters made literal, rows kept together."""

import io
from dataclasses import replace
from html.parser import HTMLParser

import docx
import pytest
from exhibit_entries import entry
from test_exhibits_study import build_results, nsw_study

from ruralimpact.exhibits import palette
from ruralimpact.exhibits.build import (
    table_files,
    tables_of_exhibit,
)
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
from ruralimpact.exhibits.registry import Kinds, package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.write_csv import csv_text
from ruralimpact.exhibits.write_html import html_page
from ruralimpact.exhibits.write_latex import escape, latex_document
from ruralimpact.exhibits.write_word import word_document
from ruralimpact.exhibits.write_workbook import workbook
from ruralimpact.language import Language, speaking


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    return build_results(tmp_path_factory.mktemp("study"), nsw_study() | {"synthetic": True})


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


class Cells(HTMLParser):
    """Texts of a table's cells, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


@pytest.mark.parametrize(
    "tables",
    [(), (Table("Ratios", "Project", (), ()),), (Table("Ratios", "Project", (Column("A"),), ()),)],
    ids=["no table", "no columns", "no rows"],
)
def test_an_exhibit_of_nothing_says_so_in_every_format(
    results: StudyResults, tables: tuple[Table, ...]
) -> None:
    """Word and LaTeX can hold no table without columns."""
    shown = entry("sample", title="Ratios")
    empty = replace(package_kinds().tables["sample"], build=lambda *_: iter(tables))
    built = tables_of_exhibit(results, shown, 1, Kinds({"sample": empty}, {}))
    for file in table_files("ratios", built.tables, "toy"):
        if file.name.endswith(".docx"):
            assert any("Nothing to show." in row for row in word_rows(file.content))
        elif not file.name.endswith(".csv"):
            assert b"Nothing to show." in file.content
    assert workbook("Study", [built])


def printed(table: Table) -> list[list[str]]:
    return [[cell.text + cell.mark for cell in (row.label, *row.cells)] for row in table.rows]


def word_rows(content: bytes) -> list[list[str]]:
    """Texts of the cells of all tables, row by row, merged cells once."""
    return [
        ["".join(text.text or "" for text in cell.iter(f"{{{_W}}}t")) for cell in row._tr.tc_lst]
        for table in docx.Document(io.BytesIO(content)).tables
        for row in table.rows
    ]


def test_an_axis_that_is_not_linear_says_so(results: StudyResults) -> None:
    kinds = package_kinds().figures
    for exhibit in results.study.exhibits.figures:
        figure = kinds[exhibit.kind].draw(results, kinds[exhibit.kind].options_of(exhibit))
        for axes in figure.axes:
            for scale, label in (
                (axes.get_xscale(), axes.get_xlabel()),
                (axes.get_yscale(), axes.get_ylabel()),
            ):
                assert scale == "linear" or "scale" in label, exhibit.name


def test_html_and_word_hold_the_same_cells(results: StudyResults) -> None:
    for number, exhibit in enumerate(results.study.exhibits.tables, start=1):
        tables = tables_of_exhibit(results, exhibit, number, package_kinds()).tables
        parser = Cells()
        parser.feed(html_page(tables))
        expected = [row for table in tables for row in printed(table)]
        heads = {column.label for table in tables for column in table.columns}
        body = [row for row in parser.rows if len(row) < 2 or row[-1] not in heads | {""}]
        assert [row for row in body if row in expected] == expected
        word = word_rows(word_document(tables))
        assert [row for row in word if row in expected] == expected


def test_latex_holds_the_same_cells(results: StudyResults) -> None:
    for exhibit in results.study.exhibits.tables:
        tables = tables_of_exhibit(results, exhibit, 1, package_kinds()).tables
        text = latex_document(tables, exhibit.name)
        for table in tables:
            for row in table.rows:
                if row.kind == "data":
                    line = next(
                        line
                        for line in text.splitlines()
                        if escape(row.label.text) in line and line.count("&") == len(table.columns)
                    )
                    assert line.endswith(r"\\")
                    for cell in row.cells:
                        assert escape(cell.text) in text


def test_latex_makes_special_characters_literal() -> None:
    assert escape("50% of $3_000 & <5") == r"50\% of \$3\_000 \& \textless{}5"
    assert escape("−1 – 2 †") == r"\ensuremath{-}1 -- 2 \dag{}"
    assert (
        escape("año ≤ “x”") == r"a\~no \ensuremath{\leq} {\textquotedblleft}x{\textquotedblright}"
    )


def test_html_escapes_and_scopes_headers() -> None:
    table = Table(
        "A & B",
        "Row",
        (Column("<x>", "Group"), Column("y", "Group")),
        (heading("Panel", "panel"), Row(Cell("r", "†"), (Cell("1"), Cell("2")), {"x": 1.5})),
    )
    page = html_page((table,))
    assert "A &amp; B" in page
    assert '<th scope="colgroup" colspan="2" class="spanner">Group</th>' in page
    assert '<th scope="col">&lt;x&gt;</th>' in page
    assert '<th scope="row" class="stub">r<sup>†</sup></th><td>1</td><td>2</td>' in page
    assert csv_text((table,)) == "panel,group,row,x\nPanel,,r,1.5\n"


def test_a_dollar_in_a_label_is_no_formula() -> None:
    with palette.style():
        figure = palette.new_figure(2, 2)
        text = figure.text(0.5, 0.5, "from $1 to $2")
        assert not text.get_parse_math()


def test_rows_under_a_heading_stay_on_a_page_and_long_ones_keep_their_ends_together() -> None:
    def row(label: str) -> Row:
        return Row(Cell(label), (Cell("1"),))

    def kept(*rows: Row) -> list[bool]:
        table = Table("T", "Row", (Column("N"),), rows)
        document = docx.Document(io.BytesIO(word_document((table,))))
        lines = [own.cells[0].paragraphs[0] for own in document.tables[0].rows[1:]]
        return [bool(line.paragraph_format.keep_with_next) for line in lines]

    assert kept(heading("A", "panel"), row("a"), row("b"), heading("B", "panel"), row("c")) == [
        *(True, True, False),
        *(True, False),
    ]
    long = kept(*(row(str(position)) for position in range(40)))
    assert long == [True] + [False] * 36 + [True, True, False]


@pytest.mark.parametrize(
    "text, written",
    [("a\n\n\nb", "a b"), ("bell\x07 null\x00", "bell null"), ("\r\n=2", "'=2"), ("\t@x", "'@x")],
)
def test_what_a_csv_file_keeps_of_a_row_is_one_line_and_no_formula(text: str, written: str) -> None:
    row = Row(Cell("A"), (Cell("1"),), {"region": text})
    table = Table("T", "Row", (Column("N"),), (row,))
    assert csv_text((table,)).splitlines()[1] == f",,A,{written}"


@pytest.mark.parametrize(("language", "dictionary"), [("en", "en-US"), ("es", "es-ES")])
def test_word_proofreads_in_the_language_of_the_study(language: Language, dictionary: str) -> None:
    with speaking(language):
        content = word_document((Table("T", "Row", (Column("N"),), ()),))
    document = docx.Document(io.BytesIO(content))
    places = [
        *document.styles.element.iter(f"{{{_W}}}lang"),
        *document.settings.element.iter(f"{{{_W}}}themeFontLang"),
    ]
    stated = [own.get(f"{{{_W}}}val") for own in places]
    assert len(stated) >= 2 and set(stated) == {document.core_properties.language} == {dictionary}
