"""The report as a PDF: tagged, the same at every call, with texts that are never read as markup."""

import re
from collections.abc import Callable

import pytest

from ruralimpact.exhibits import write_pdf
from ruralimpact.exhibits.document import (
    AnswerBox,
    FindingsDocument,
    HeadlineLine,
    ShownFigure,
    ShownTable,
    StudyWords,
)
from ruralimpact.exhibits.model import Cell, Column, Row, Table, TablesOfExhibit, heading
from ruralimpact.exhibits.printed_brief import printed_brief
from ruralimpact.exhibits.printed_report import printed_report
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.write_pdf import brief_pdf, report_pdf
from ruralimpact.language import speaking

MARKUP = "#panic() *a* _b_ $x^2$ <c> @d [e] \\ // = - + `f`"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect width="9" height="9"/></svg>'


def shown(rows: int) -> tuple[FindingsDocument, list[TablesOfExhibit]]:
    words = dict.fromkeys(StudyWords.model_fields, "") | {"title": MARKUP}
    document = FindingsDocument(
        study=StudyWords(
            **{**words, "language": "en", "synthetic": True, "design": "cross_section"}
        ),
        answer=AnswerBox(
            lines=(HeadlineLine(label="a", text=MARKUP),),
            against=(HeadlineLine(label="", text=MARKUP),),
        ),
        tables=(ShownTable(name="impact", kind="impact", title="Impact", number=1),),
        figures=(
            ShownFigure(name="forest", kind="forest", title="b", number=1, note=MARKUP, alt="c"),
        ),
        conventions=(),
        data=(),
        findings={},
    )
    table = Table(
        MARKUP,
        "Outcome",
        (Column("Estimate", "Effect"), Column("p")),
        (
            heading("Panel", "panel"),
            *(Row(Cell(f"row {n}"), (Cell("1", "a"), Cell("2"))) for n in range(rows)),
        ),
        notes=(MARKUP,),
        synthetic=True,
    )
    return document, [TablesOfExhibit("impact", 1, "Estimates", (table,))]


def report(rows: int = 3) -> bytes:
    document, exhibits = shown(rows)
    return report_pdf(printed_report(document, exhibits, package_kinds()), {"forest": DRAWING})


def brief(rows: int = 3) -> bytes:
    document, exhibits = shown(rows)
    drawings = {"forest": DRAWING}
    return brief_pdf(printed_brief(document, exhibits, package_kinds(), drawings), drawings)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("made", [report, brief])
def test_it_is_tagged_and_the_same_at_every_call(made: Callable[[], bytes]) -> None:
    first = made()
    assert first.startswith(b"%PDF-") and b"StructTreeRoot" in first and b"pdfuaid" in first
    assert b"CreationDate" not in first
    assert made() == first


def test_letters_that_no_font_has_stop_no_report() -> None:
    document, exhibits = shown(3)
    words = document.study.model_copy(update={"title": "日本 สวัสดี 😀", "question": "𠀀 \ue000"})
    strange = document.model_copy(update={"study": words})
    laid = report_pdf(printed_report(strange, exhibits, package_kinds()), {"forest": DRAWING})
    assert laid.startswith(b"%PDF-") and b"StructTreeRoot" in laid


@pytest.mark.parametrize("made", [report, brief])
@pytest.mark.parametrize(("language", "tag"), [("en", b"en"), ("es", b"es")])
def test_it_says_its_language(language: str, tag: bytes, made: Callable[[], bytes]) -> None:
    with speaking(language):
        assert re.search(rb"/Lang\s*\(" + tag, made())


def test_long_tables_go_on_over_pages() -> None:
    assert pages(report(200)) > pages(report())


@pytest.mark.parametrize(("rows", "most"), [(3, 1), (34, 2), (60, 2), (300, 9)])
def test_a_brief_has_two_pages_unless_its_letters_would_be_too_small(rows: int, most: int) -> None:
    assert min(most, 2) <= pages(brief(rows)) <= most


@pytest.mark.parametrize(
    ("label", "width", "least"),
    [("p", 0.8, 0.8), ("Effective participants", 1.0, 1.5), ("95% interval", 2.0, 2.0)],
)
def test_a_column_is_as_wide_as_the_longest_word_over_it(
    label: str, width: float, least: float
) -> None:
    (shown,) = write_pdf._tables(
        TablesOfExhibit("x", 1, "", (Table("T", "Row", (Column(label, "", width),), ()),))
    )
    assert shown["columns"][0]["width"] == least
