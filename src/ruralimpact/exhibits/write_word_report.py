"""The report of a study as one Word document: captions, contents and cross references are fields."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm
from docx.text.paragraph import Paragraph

from ruralimpact.exhibits.document import FindingsDocument, ShownFigure
from ruralimpact.exhibits.model import TablesOfExhibit
from ruralimpact.exhibits.registry import Kinds
from ruralimpact.exhibits.report_parts import report_parts
from ruralimpact.exhibits.write_word import (
    add_table,
    lay_page,
    saved,
    set_properties,
    text_width,
)

_PICTURE = 16.0  # cm
_UPDATE = "Contents: press F9 here to fill in the page numbers."


@dataclass(frozen=True)
class _Part:
    """A section of the report: its heading, and the tables and figures in it."""

    heading: str
    shown: Sequence[TablesOfExhibit | ShownFigure]


def word_report(
    document: FindingsDocument,
    exhibits: Sequence[TablesOfExhibit],
    pictures: Mapping[str, bytes],
    kinds: Kinds,
) -> bytes:
    """Return the report as a Word document, the same bytes at every call.

    Parameters
    ----------
    document : FindingsDocument
    exhibits : sequence of TablesOfExhibit
    pictures : mapping of str to bytes
        PNG files of the figures, by name.
    kinds : Kinds
        Those that the study may have: they say what stands in which section.
    """
    word = docx.Document()
    lay_page(word, word.sections[0], wide=False)
    _add_field(word.sections[0].footer.paragraphs[0], "PAGE", "1")
    title = document.study.title
    set_properties(word, title, synthetic=document.study.synthetic)
    parts = list(_parts(document, exhibits, kinds))
    _add_front(word, document)
    _add_contents(word, [part.heading for part in parts])
    for part in parts:
        word.add_heading(part.heading, level=1)
        _add_references(word, part)
        for shown in part.shown:
            if isinstance(shown, TablesOfExhibit):
                _add_tables(word, shown)
            else:
                _add_figure(word, shown, pictures[shown.name])
    _turn(word, wide=False)
    _add_end(word, document)
    return saved(word)


def _parts(
    document: FindingsDocument, exhibits: Sequence[TablesOfExhibit], kinds: Kinds
) -> Iterator[_Part]:
    by_name = {exhibit.name: exhibit for exhibit in exhibits}
    for part in report_parts(document, kinds):
        if part.shown:
            own = [
                listed if isinstance(listed, ShownFigure) else by_name[listed.name]
                for listed in part.shown
            ]
            yield _Part(f"Annex: {part.heading}" if part.annex else part.heading, own)


def _add_front(word: Document, document: FindingsDocument) -> None:
    study = document.study
    warning = " (synthetic stand-in)" if study.synthetic else ""
    word.add_heading(f"{study.title}{warning}", level=0)
    for text in (study.subtitle, study.question):
        if text:
            word.add_paragraph(text)
    word.add_heading("The answer in short", level=1)
    box = document.answer
    verdict = () if box.verdict is None else (box.verdict,)
    for line in (*verdict, *box.lines):
        _add_line(word, line.label, line.text)
    if box.reading:
        word.add_paragraph(box.reading)
    for line in (*box.against, *box.further):
        _add_line(word, line.label, line.text)


def _add_line(word: Document, label: str, text: str) -> None:
    paragraph = word.add_paragraph()
    if label:
        paragraph.add_run(f"{label}. ").bold = True
    paragraph.add_run(text)


def _add_contents(word: Document, headings: Sequence[str]) -> None:
    """Add fields of contents: of sections, tables and figures."""
    word.add_heading("Contents", level=1)
    filled = "; ".join(headings)
    _add_field(
        word.add_paragraph(), r'TOC \o "1-1" \h \z \u', f"{_UPDATE} Sections: {filled}.", dirty=True
    )
    for label in ("Table", "Figure"):
        _add_field(
            word.add_paragraph(),
            rf'TOC \h \z \c "{label}"',
            f"{label}s: press F9 here.",
            dirty=True,
        )


def _add_references(word: Document, part: _Part) -> None:
    paragraph = word.add_paragraph("In this section: ")
    for position, shown in enumerate(part.shown):
        if position:
            paragraph.add_run(", ")
        label = "Table" if isinstance(shown, TablesOfExhibit) else "Figure"
        _add_field(
            paragraph, rf"REF {_bookmark(label, shown.number)} \h", f"{label} {shown.number}"
        )
    paragraph.add_run(".")


def _add_tables(word: Document, exhibit: TablesOfExhibit) -> None:
    for position, (number, table) in enumerate(zip(exhibit.numbers, exhibit.tables, strict=True)):
        _turn(word, wide=table.wide)
        letter = number.removeprefix(str(exhibit.number))
        again = r" \c" if position else ""
        paragraph = word.add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = True
        bookmark = "" if position else _bookmark("Table", exhibit.number)
        _add_number(paragraph, "Table", exhibit.number, again, bookmark)
        paragraph.add_run(f"{letter}. {table.full_title}")
        add_table(word, table, text_width(wide=table.wide))


def _add_figure(word: Document, figure: ShownFigure, picture: bytes) -> None:
    _turn(word, wide=False)
    drawn = word.add_paragraph()
    drawn.paragraph_format.keep_with_next = True
    shape = drawn.add_run().add_picture(io.BytesIO(picture), width=Cm(_PICTURE))
    shape._inline.docPr.set("descr", figure.alt)
    paragraph = word.add_paragraph(style="Caption")
    _add_number(paragraph, "Figure", figure.number, "", _bookmark("Figure", figure.number))
    paragraph.add_run(f". {figure.title}")
    word.add_paragraph(figure.note)


def _add_number(paragraph: Paragraph, label: str, number: int, again: str, bookmark: str) -> None:
    """Add ``Table 3`` with the number as a field, and a bookmark around it for references."""
    if bookmark:
        identity = f'w:id="{2 * number + (label == "Figure")}"'
        opening = f'<w:bookmarkStart {nsdecls("w")} {identity} w:name="{bookmark}"/>'
        paragraph._p.append(parse_xml(opening))
    paragraph.add_run(f"{label} ")
    _add_field(paragraph, rf"SEQ {label} \* ARABIC{again}", str(number))
    if bookmark:
        paragraph._p.append(parse_xml(f"<w:bookmarkEnd {nsdecls('w')} {identity}/>"))


def _bookmark(label: str, number: int) -> str:
    return f"_Ref_{label}_{number}"


def _add_field(paragraph: Paragraph, instruction: str, shown: str, *, dirty: bool = False) -> None:
    """Add a field with what it shows until Word computes it anew."""
    mark = ' w:dirty="true"' if dirty else ""
    for inner in (
        f'<w:fldChar w:fldCharType="begin"{mark}/>',
        f'<w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        f'<w:t xml:space="preserve">{escape(shown)}</w:t>',
        '<w:fldChar w:fldCharType="end"/>',
    ):
        paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{inner}</w:r>"))


def _turn(word: Document, *, wide: bool) -> None:
    """Begin a page of the other orientation, where it is another."""
    orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    if word.sections[-1].orientation != orientation:
        lay_page(word, word.add_section(WD_SECTION.NEW_PAGE), wide=wide)


def _add_end(word: Document, document: FindingsDocument) -> None:
    word.add_heading("How the numbers were made", level=1)
    for entry in document.conventions:
        _add_line(word, entry.term, entry.text)
    word.add_heading("Data, and how to cite", level=1)
    for file in document.data:
        rows = "row" if file.rows == 1 else "rows"
        word.add_paragraph(f"{file.label}: {file.rows:,} {rows} read", style="List Bullet")
    if document.study.citation:
        word.add_paragraph(f"Cite the data as: {document.study.citation}")
