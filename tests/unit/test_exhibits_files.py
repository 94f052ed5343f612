"""Files and whole documents of a study: the same bytes twice, no network, captions and contents."""

import io
import json
import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

import docx
import openpyxl
import pytest
import yaml
from markupsafe import escape as markup_escape
from test_exhibits_formats import word_rows
from test_exhibits_study import ROOT, build_results, build_tables, nsw_study

from ruralimpact.estimation.ledger import SpecificationList
from ruralimpact.exhibits.brief import brief_page
from ruralimpact.exhibits.build import (
    exhibit_files,
    findings_document,
    tables_of_exhibit,
)
from ruralimpact.exhibits.captions import figure_words
from ruralimpact.exhibits.citation import how_to_cite
from ruralimpact.exhibits.document import BriefChoice, FindingsDocument
from ruralimpact.exhibits.formatting import lower_first
from ruralimpact.exhibits.kinds import SECTIONS
from ruralimpact.exhibits.printed_brief import printed_brief
from ruralimpact.exhibits.printed_report import printed_report
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.report import PageParts, ShownExhibits, report_page
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.write_pdf import report_pdf
from ruralimpact.exhibits.write_word_report import word_report
from ruralimpact.language import speaking


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    return build_results(tmp_path_factory.mktemp("study"), nsw_study() | {"synthetic": True})


@pytest.fixture(scope="module")
def files(results: StudyResults) -> dict[str, bytes]:
    return {file.name: file.content for file in exhibit_files(results, package_kinds())}


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def test_two_runs_write_the_same_bytes(results: StudyResults, files: dict[str, bytes]) -> None:
    again = {file.name: file.content for file in exhibit_files(results, package_kinds())}
    assert again.keys() == files.keys()
    assert [name for name in files if files[name] != again[name]] == []


def test_every_declared_file_is_made(results: StudyResults, files: dict[str, bytes]) -> None:
    exhibits = results.study.exhibits
    declared = {f"{e.name}.{s}" for e in exhibits.tables for s in ("csv", "tex", "html", "docx")}
    declared |= {f"{e.name}.{s}" for e in exhibits.figures for s in ("png", "svg")}
    assert set(files) == declared | {
        *("findings.json", "findings.tex", "report.docx", "report.pdf", "brief.pdf", "tables.xlsx")
    }


def test_word_repeats_its_header_and_lies_on_its_side(files: dict[str, bytes]) -> None:
    document = docx.Document(io.BytesIO(files["impact.docx"]))
    section = document.sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    assert section.page_width > section.page_height
    rows = document.tables[0].rows
    assert [f"{{{_W}}}tblHeader" in {n.tag for n in row._tr.iter()} for row in rows][:3] == [
        True,
        True,
        False,
    ]


def test_synthetic_data_are_named_in_every_file(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        if name.endswith(".docx"):
            document = docx.Document(io.BytesIO(content))
            assert document.core_properties.comments == "Synthetic stand-in"
            assert "synthetic stand-in" in document.paragraphs[0].text
        elif name == "findings.json":
            assert b'"synthetic": true' in content
        elif name == "tables.xlsx":
            sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
            assert all("synthetic stand-in" in sheet["A1"].value for sheet in sheets)
        else:
            assert b"ynthetic stand-in" in content, name


def shown_exhibits(results: StudyResults, files: dict[str, bytes]) -> ShownExhibits:
    kinds = package_kinds()
    return ShownExhibits(
        findings_document(results, kinds),
        {Path(n).stem: c.decode() for n, c in files.items() if n.endswith(".html")},
        {Path(n).stem: c for n, c in files.items() if n.endswith(".svg")},
        kinds,
    )


def test_report_is_one_file_that_needs_no_network(
    results: StudyResults, files: dict[str, bytes]
) -> None:
    folder, names = ROOT / "workflow" / "report", ("parts", "report")
    page = report_page(
        PageParts("".join((folder / f"{name}.html.j2").read_text("utf-8") for name in names)),
        shown_exhibits(results, files),
        lists=[[SpecificationList("0123", 9)]],
    )
    assert "<script" not in page
    assert re.findall(r'src="(?!data:)', page) == []
    beside = set(re.findall(r'href="([^"#]+)"', page))
    whole = {"brief.html", "brief.pdf", "report.pdf", "report.docx", "tables.xlsx"}
    methods = {f"methods/{path.stem}.html" for path in (ROOT / "docs" / "methods").glob("*.md")}
    assert whole <= beside
    assert beside <= {*(f"exhibits/{name}" for name in files)} | whole | methods
    assert "url(" not in page
    absent = ("description", "returns", "truth", "trends", "waves", "next")
    for section in SECTIONS:
        shown = page.count(f'id="{section.anchor}"') + page.count(f'id="annex-{section.anchor}"')
        assert (shown == 0) == (section.anchor in absent), section.anchor
    for what in ("Table", "Figure"):
        captions = re.findall(rf"<(?:caption|h3|figcaption)[^>]*>{what} (\d+)", page)
        assert captions, what
        assert captions == sorted(captions, key=int)
    identifiers = re.findall(r' id="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))
    assert all(alt for alt in re.findall(r'<img [^>]*alt="([^"]*)"', page))
    assert page.count('class="warning"') == 1
    assert "<title>National Supported Work demonstration (synthetic stand-in)</title>" in page


def test_brief_has_the_answer_one_table_and_two_figures(
    results: StudyResults, files: dict[str, bytes]
) -> None:
    folder, names = ROOT / "workflow" / "report", ("parts", "brief")
    exhibits = shown_exhibits(results, files)
    document, kinds = exhibits.document, exhibits.kinds
    for shown in results.study.exhibits.tables[:4]:
        own = tables_of_exhibit(results, shown, 1, kinds)
        assert own.lines == exhibits.tables[own.name].count("<tr"), "briefs choose alike"
    parts = PageParts("".join((folder / f"{name}.html.j2").read_text("utf-8") for name in names))
    page = brief_page(parts, exhibits)
    assert page.count("<table") == 1 and page.count("<img") == 2
    assert page.count('class="warning"') == 1
    for line in (*document.answer.lines, *document.answer.against, *document.answer.further):
        assert str(markup_escape(line.text)) in page
    assert str(markup_escape(document.study.citation)) in page
    assert re.findall(r'src="(?!data:)', page) == []
    tall, wide = (b'<svg viewBox="0 0 %d 15">' % width for width in (10, 20))
    last = next(own for own in reversed(document.figures) if not own.annex)
    sizes = dict.fromkeys(exhibits.pictures, tall) | {last.name: wide}
    assert document.brief.table == "answer" and document.brief.figures is not None
    free = document.model_copy(update={"brief": BriefChoice()})
    other = brief_page(parts, replace(exhibits, document=free, pictures=sizes))
    assert f"Figure 1. {last.title}" in other


@pytest.mark.long
def test_what_labels_hold_harms_no_format(tmp_path: Path) -> None:
    strange = "=a $x^2$ <b>&\n\n\x07\x1b[31m \ufffe \u202etwo ]]> %s {c} \\d"
    plain = "=a $x^2$ <b>& [31m two ]]> %s {c} \\d"
    study = nsw_study()
    outcomes = {
        name: {**own, "label": f"{name} {strange}"} for name, own in study["outcomes"].items()
    }
    written = {
        **study,
        "title": strange * 8,
        "outcomes": outcomes,
        "unit_label": f"units {strange}",
    }
    results = build_results(tmp_path, written)
    made = {file.name: file.content for file in exhibit_files(results, package_kinds())}
    for name, content in made.items():
        if name.endswith(".svg"):
            ElementTree.fromstring(content)
    rows = [cell for row in word_rows(made["impact.docx"]) for cell in row]
    assert any(plain in cell for cell in rows)
    assert len(docx.Document(io.BytesIO(made["report.docx"])).core_properties.title) == 255
    texts = {
        str(c.value)
        for s in openpyxl.load_workbook(io.BytesIO(made["tables.xlsx"]))
        for r in s
        for c in r
    }
    assert any(plain in text for text in texts)
    assert plain in json.loads(made["findings.json"])["study"]["title"]
    assert made["brief.pdf"].startswith(b"%PDF")


def test_a_study_too_small_to_publish_still_makes_its_files(tmp_path: Path) -> None:
    tables = build_tables()
    small = {
        "estimates": tables["estimates"].assign(n_treated=5),
        "designs": tables["designs"].assign(n_treated=5, n_treated_matched=5),
    }
    results = build_results(tmp_path, tables=tables | small)
    made = {file.name: file.content for file in exhibit_files(results, package_kinds())}
    numbers = {"estimate", "std_error", "smd", "max_abs_smd", "percent", "difference"}
    keys = json.loads(made["findings.json"])["findings"]
    assert not [key for key in keys if key.rsplit("/", 1)[-1] in numbers]
    assert "[s]" in made["impact.html"].decode()
    assert "[s]" in made["balance.html"].decode()


def test_word_numbers_captions_and_refers_to_them(
    results: StudyResults, files: dict[str, bytes]
) -> None:
    document = docx.Document(io.BytesIO(files["report.docx"]))
    body = document.element.body
    fields = [text.text.strip() for text in body.iter(f"{{{_W}}}instrText")]
    marks = {own.get(f"{{{_W}}}name") for own in body.iter(f"{{{_W}}}bookmarkStart")}
    captions = [own.text for own in document.paragraphs if own.style.name == "Caption"]
    assert [name.split()[1] for name in fields if name.startswith("REF")] != []
    referred = {name.split()[1] for name in fields if name.startswith("REF")}
    assert referred == {name for name in marks if not str(name).startswith("_Section")}
    linked = [own.get(f"{{{_W}}}anchor") for own in body.iter(f"{{{_W}}}hyperlink")]
    assert set(linked) == marks and len(linked) == len(marks), "contents list everything once"
    ends = [own.get(f"{{{_W}}}fldCharType") for own in body.iter(f"{{{_W}}}fldChar")]
    assert ends == ["begin", "separate", "end"] * len(fields)
    assert len(captions) == sum(name.startswith("SEQ") for name in fields)
    numbers = [re.match(r"Table (\d+)", text) for text in captions]
    tables = [int(own[1]) for own in numbers if own]
    assert tables == sorted(tables)
    assert set(tables) == set(range(1, len(results.study.exhibits.tables) + 1))
    assert next(name for name in fields if name.startswith("TOC")).startswith(r"TOC \o")
    headings = [own.text for own in document.paragraphs if own.style.name == "Heading 1"]
    assert headings[0] == "The answer in short"
    described = [own.get("descr") for own in body.iter() if own.tag.endswith("}docPr")]
    assert len(described) == len(results.study.exhibits.figures)
    assert all(described)


def test_a_word_report_turns_its_pages_before_headings_and_seldom(files: dict[str, bytes]) -> None:
    document = docx.Document(io.BytesIO(files["report.docx"]))
    before = ""
    for paragraph in document.paragraphs:
        turns = paragraph._p.pPr is not None and paragraph._p.pPr.sectPr is not None
        assert not (turns and before.startswith(("Heading", "Caption"))), "a heading stands alone"
        before = "" if turns else paragraph.style.name
        if paragraph.style.name == "Caption" and paragraph.text.startswith("Table"):
            assert paragraph.paragraph_format.keep_with_next
    lying = [section.orientation for section in document.sections]
    figures = sum(own.tag.endswith("}docPr") for own in document.element.body.iter())
    assert len(lying) <= 3 + 2 * figures, "only tall figures turn a page"


def test_a_report_without_exhibits_has_its_answer_in_word_and_pdf(results: StudyResults) -> None:
    kinds = package_kinds()
    document = findings_document(results, kinds, ()).model_copy(
        update={"tables": (), "figures": ()}
    )
    report = printed_report(document, (), kinds)
    word = docx.Document(io.BytesIO(word_report(report, {})))
    texts = [paragraph.text for paragraph in word.paragraphs]
    assert "The answer in short" in texts
    assert "Contents" not in texts
    assert report_pdf(report, {}).startswith(b"%PDF")


def test_what_speaks_against_the_answer_stands_under_its_heading_everywhere(
    results: StudyResults, files: dict[str, bytes]
) -> None:
    shown = shown_exhibits(results, files)
    box, kinds = shown.document.answer, shown.kinds
    assert box.against
    against = [line.text for line in box.against]
    word = docx.Document(io.BytesIO(files["report.docx"]))
    texts = [paragraph.text for paragraph in word.paragraphs]
    heading = texts.index("What speaks against it")
    assert texts[heading + 1 : heading + 1 + len(against)] == against
    bare = shown.document.model_copy(update={"tables": (), "figures": ()})
    assert printed_report(bare, (), kinds).against == box.against
    brief = printed_brief(shown.document, (), kinds, shown.pictures)
    assert (brief.against, brief.limits) == (box.against, box.further)
    folder, names = ROOT / "workflow" / "report", ("parts", "brief")
    template = "".join((folder / f"{name}.html.j2").read_text("utf-8") for name in names)
    page = brief_page(PageParts(template), shown)
    section = page.partition("What speaks against it</h3>")[2].partition("</section>")[0]
    assert all(markup_escape(text) in section for text in against)


def test_the_citation_tells_these_results_from_others(
    results: StudyResults, files: dict[str, bytes]
) -> None:
    shown = shown_exhibits(results, files)
    document = FindingsDocument.model_validate_json(files["findings.json"])
    assert document.file() == files["findings.json"]
    cited, data, software = how_to_cite(document)
    assert "National Supported Work demonstration (synthetic stand-in). Job training" in cited
    assert sha256(files["findings.json"]).hexdigest()[:16] in cited
    assert data.endswith(document.study.citation)
    known = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    authors = ", ".join(author["name"] for author in known["authors"])
    version = known["version"]
    assert software == f"Software: {authors}. {known['title']}, version {version}."
    brief = printed_brief(document, (), shown.kinds, shown.pictures)
    assert brief.cite[:3] == (cited, data, software)
    word = docx.Document(io.BytesIO(files["report.docx"]))
    assert [paragraph.text for paragraph in word.paragraphs][-3:] == [cited, data, software]


_ENGLISH = re.compile(r"\b(after|before|the|with|and|from|of|by|are|is|each|over|per|against)\b")


def test_text_alternatives_of_a_spanish_study_are_spanish(results: StudyResults) -> None:
    study, kinds = results.study, package_kinds()
    named = (
        *study.analyses,
        *study.strategies,
        *study.outcomes.values(),
        *study.variables.values(),
    )
    own = {word.label for word in named} | {outcome.unit for outcome in study.outcomes.values()}
    labels = sorted(filter(None, own), key=len, reverse=True)
    with speaking("es"):
        for entry in study.exhibits.figures:
            alt = figure_words(results, kinds.figures[entry.kind], entry, 1).alt
            for label in labels:
                alt = alt.replace(label, "").replace(lower_first(label), "")
            assert not _ENGLISH.search(alt), (entry.name, alt)


def test_labels_of_two_studies_in_one_article_are_apart(
    results: StudyResults, files: dict[str, bytes]
) -> None:
    tables = [name for name in files if name.endswith(".tex") and name != "findings.tex"]
    assert tables
    for name in tables:
        labels = re.findall(rb"\\label{([^}]*)}", files[name])
        stem = f"tab:{results.study.name}.{Path(name).stem}".encode()
        assert labels and all(own == stem or own.startswith(stem + b"-") for own in labels)
