"""The report of a study as one Word document: captions, contents and cross references are fields."""

import io
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.image.image import Image
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Length, Pt
from docx.text.paragraph import Paragraph

from ruralimpact.exhibits.document import HeadlineLine, ShownFigure
from ruralimpact.exhibits.model import TablesOfExhibit
from ruralimpact.exhibits.printed_report import PrintedPart, PrintedReport
from ruralimpact.exhibits.write_word import (
    add_table,
    lay_page,
    saved,
    set_properties,
    text_width,
)
from ruralimpact.language import gettext

_PICTURE, _TALLEST = 16.0, 12.5  # cm; beyond it a figure has an upright page
_UPRIGHT = 20.5  # its height at most there, which leaves room for heading, caption and note


def word_report(report: PrintedReport, pictures: Mapping[str, bytes]) -> bytes:
    """Return the report as a Word document, the same bytes at every call.

    Parameters
    ----------
    report : PrintedReport
    pictures : mapping of str to bytes
        PNG files of the figures, by name.
    """
    word = docx.Document()
    lay_page(word, word.sections[0], wide=False)
    _add_field(word.sections[0].footer.paragraphs[0], "PAGE", "1")
    set_properties(word, report.study.title, synthetic=report.study.synthetic)
    _add_front(word, report)
    _add_contents(word, report.parts)
    wide = report.wide  # on pages of one orientation: each turn leaves a page half empty
    for position, part in enumerate(report.parts):
        _turn(word, wide=wide and not _is_upright(part.shown[0], pictures))
        heading = word.add_heading(part.heading, level=1)
        _bookmark_all(heading, _section_bookmark(position), _SECTION_IDS + position)
        _add_references(word, part)
        for shown in part.shown:
            _turn(word, wide=wide and not _is_upright(shown, pictures))
            if isinstance(shown, TablesOfExhibit):
                _add_tables(word, shown, wide=wide)
            else:
                _add_figure(word, shown, pictures[shown.name])
    _turn(word, wide=False)
    _add_end(word, report)
    return saved(word)


def _add_front(word: Document, report: PrintedReport) -> None:
    word.add_heading(report.title, level=0)
    for text in report.opening:
        word.add_paragraph(text)
    word.add_heading(gettext("The answer in short"), level=1)
    for line in report.answer:
        _add_line(word, line.label, line.text)
    _add_points(word, gettext("What speaks against it"), report.against)
    _add_points(word, gettext("More to be known of this answer"), report.further)


def _add_points(word: Document, heading: str, lines: Sequence[HeadlineLine]) -> None:
    if lines:
        word.add_heading(heading, level=2)
    for line in lines:
        _add_line(word, line.label, line.text, style="List Bullet")


def _add_line(word: Document, label: str, text: str, style: str | None = None) -> None:
    paragraph = word.add_paragraph(style=style)
    if label:
        paragraph.add_run(f"{label}. ").bold = True
    paragraph.add_run(text)


def _is_upright(shown: TablesOfExhibit | ShownFigure, pictures: Mapping[str, bytes]) -> bool:
    """Whether a figure is too tall for a page on its side."""
    if isinstance(shown, TablesOfExhibit):
        return False
    picture = Image.from_blob(pictures[shown.name])
    return picture.px_height / picture.px_width * _PICTURE > _TALLEST


def _add_contents(word: Document, parts: Sequence[PrintedPart]) -> None:
    """Add fields of contents, of sections, tables and figures, with a link to each."""
    if not parts:
        return
    word.add_heading(gettext("Contents"), level=1)
    headings = [(part.heading, _section_bookmark(position)) for position, part in enumerate(parts)]
    _add_list(word, r'TOC \o "1-1" \h \z \u', headings)
    shown = [exhibit for part in parts for exhibit in part.shown]
    for label in (gettext("Table"), gettext("Figure")):
        own = [exhibit for exhibit in shown if _label(exhibit) == label]
        titles = [
            (f"{label} {exhibit.number}. {_title(exhibit)}", _bookmark(label, exhibit.number))
            for exhibit in sorted(own, key=lambda exhibit: exhibit.number)
        ]
        if titles:
            _add_list(word, rf'TOC \h \z \c "{label}"', titles)


def _add_list(word: Document, instruction: str, entries: Sequence[tuple[str, str]]) -> None:
    """Add a field that lists entries, a paragraph each, until Word computes it with its page numbers."""
    for position, (text, bookmark) in enumerate(entries):
        paragraph = word.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        if position == 0:
            _append_runs(paragraph, _opening(instruction, ' w:dirty="true"'))
        link = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
        anchor = (
            f'<w:hyperlink {nsdecls("w")} w:anchor="{bookmark}" w:history="1">{link}</w:hyperlink>'
        )
        paragraph._p.append(parse_xml(anchor))
    _append_runs(paragraph, ('<w:fldChar w:fldCharType="end"/>',))


def _add_references(word: Document, part: PrintedPart) -> None:
    paragraph = word.add_paragraph(gettext("In this section: "))
    paragraph.paragraph_format.keep_with_next = True
    for position, shown in enumerate(part.shown):
        if position:
            paragraph.add_run(", ")
        label = _label(shown)
        _add_field(
            paragraph, rf"REF {_bookmark(label, shown.number)} \h", f"{label} {shown.number}"
        )
    paragraph.add_run(".")


def _label(shown: TablesOfExhibit | ShownFigure) -> str:
    return gettext("Table") if isinstance(shown, TablesOfExhibit) else gettext("Figure")


def _title(shown: TablesOfExhibit | ShownFigure) -> str:
    return shown.tables[0].full_title if isinstance(shown, TablesOfExhibit) else shown.title


def _add_tables(word: Document, exhibit: TablesOfExhibit, *, wide: bool) -> None:
    for position, (number, table) in enumerate(zip(exhibit.numbers, exhibit.tables, strict=True)):
        letter = number.removeprefix(str(exhibit.number))
        again = r" \c" if position else ""
        paragraph = word.add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = True
        bookmark = "" if position else _bookmark(_label(exhibit), exhibit.number)
        _add_number(paragraph, _label(exhibit), exhibit.number, again, bookmark)
        paragraph.add_run(f"{letter}. {table.full_title}")
        add_table(word, table, text_width(wide=wide))


def _add_figure(word: Document, figure: ShownFigure, picture: bytes) -> None:
    drawn = word.add_paragraph()
    drawn.paragraph_format.keep_with_next = True
    shape = drawn.add_run().add_picture(io.BytesIO(picture), width=Cm(_PICTURE))
    shrunk = min(Cm(_UPRIGHT) / shape.height, 1.0)
    shape.width = Length(round(shape.width * shrunk))
    shape.height = Length(round(shape.height * shrunk))
    shape._inline.docPr.set("descr", figure.alt)
    paragraph = word.add_paragraph(style="Caption")
    paragraph.paragraph_format.keep_with_next = True
    label = _label(figure)
    _add_number(paragraph, label, figure.number, "", _bookmark(label, figure.number))
    paragraph.add_run(f". {figure.title}")
    word.add_paragraph(figure.note)


def _add_number(paragraph: Paragraph, label: str, number: int, again: str, bookmark: str) -> None:
    """Add ``Table 3`` with the number as a field, and a bookmark around it for references."""
    paragraph.add_run(f"{label} ")
    _add_field(paragraph, rf"SEQ {label} \* ARABIC{again}", str(number))
    if bookmark:
        _bookmark_all(paragraph, bookmark, 2 * number + (label == gettext("Figure")))


def _bookmark_all(paragraph: Paragraph, name: str, identity: int) -> None:
    """Put a bookmark around what a paragraph holds."""
    first = next(iter(paragraph._p.r_lst))
    start = f'<w:bookmarkStart {nsdecls("w")} w:id="{identity}" w:name="{name}"/>'
    first.addprevious(parse_xml(start))
    paragraph._p.append(parse_xml(f'<w:bookmarkEnd {nsdecls("w")} w:id="{identity}"/>'))


_SECTION_IDS = 10_000  # of their bookmarks, beyond those of tables and figures


def _section_bookmark(position: int) -> str:
    return f"_Section_{position}"


def _bookmark(label: str, number: int) -> str:
    return f"_Ref_{label}_{number}"


def _add_field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    """Add a field with what it shows until Word computes it anew."""
    _append_runs(
        paragraph,
        (
            *_opening(instruction),
            f'<w:t xml:space="preserve">{escape(shown)}</w:t>',
            '<w:fldChar w:fldCharType="end"/>',
        ),
    )


def _opening(instruction: str, mark: str = "") -> tuple[str, ...]:
    return (
        f'<w:fldChar w:fldCharType="begin"{mark}/>',
        f'<w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
    )


def _append_runs(paragraph: Paragraph, inner_xml: Sequence[str]) -> None:
    for inner in inner_xml:
        paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{inner}</w:r>"))


def _turn(word: Document, *, wide: bool) -> None:
    """Begin a page of the other orientation, where it is another."""
    orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    if word.sections[-1].orientation != orientation:
        lay_page(word, word.add_section(WD_SECTION.NEW_PAGE), wide=wide)


def _add_end(word: Document, report: PrintedReport) -> None:
    word.add_heading(gettext("How the numbers were made"), level=1)
    for entry in report.conventions:
        _add_line(word, entry.term, entry.text)
    word.add_heading(gettext("Data, and how to cite"), level=1)
    for text in report.files:
        word.add_paragraph(text, style="List Bullet")
    for text in report.cite:
        word.add_paragraph(text)
