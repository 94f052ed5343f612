"""Tables as Word documents: header rows that repeat, rules instead of grids, sideways when wide."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from xml.sax.saxutils import escape

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Cm, Pt

from ruralimpact.exhibits.model import Cell, Row, Table
from ruralimpact.language import Language, current, gettext

_FONT = "Arial"
_LONG_SIDE, _SHORT_SIDE, _MARGIN = 29.7, 21.0, 1.8  # A4, cm
_TWIPS = 567  # to the centimetre
_LETTERS, _SMALL = '<w:sz w:val="17"/>', '<w:sz w:val="14"/>'  # half points
_INDENT, _GAP = 170, 110  # of row labels, and of words after a number; twentieths of a point
_MOST_TOGETHER = 15  # rows under a heading that are kept on a page
_LANGUAGES: dict[Language, str] = {"en": "en-US", "es": "es-ES"}  # of dictionaries
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MOST_OF_PROPERTY = 255  # characters that Word holds


def word_document(tables: tuple[Table, ...]) -> bytes:
    """Return the tables of an exhibit as a Word document, the same bytes at every call."""
    document = docx.Document()
    wide = any(table.wide for table in tables)
    lay_page(document, document.sections[0], wide=wide)
    set_properties(document, tables[0].full_title, synthetic=tables[0].synthetic)
    for table in tables:
        _add_paragraph(document, [(table.full_title, "bold")], size=10.5, after=4, keep=True)
        add_table(document, table, text_width(wide=wide))
    return saved(document)


def lay_page(document: Document, section: Section, *, wide: bool) -> None:
    """Set the size of the pages of a section, and the letters of a document."""
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    sides = (_LONG_SIDE, _SHORT_SIDE) if wide else (_SHORT_SIDE, _LONG_SIDE)
    section.page_width, section.page_height = Cm(sides[0]), Cm(sides[1])
    for edge in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, edge, Cm(_MARGIN))
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(9)


def text_width(*, wide: bool) -> float:
    """Return the width of the text of a page in cm."""
    return (_LONG_SIDE if wide else _SHORT_SIDE) - 2 * _MARGIN


def set_properties(document: Document, title: str, *, synthetic: bool) -> None:
    """Set what a document says of itself, without a date of today, and the language it is proofread in."""
    properties = document.core_properties
    properties.title = title[:_MOST_OF_PROPERTY]
    properties.author = properties.last_modified_by = ""
    properties.comments = gettext("Synthetic stand-in") if synthetic else ""
    properties.created = properties.modified = datetime(*_EPOCH)
    properties.language = _LANGUAGES[current()]
    stated = [
        *document.styles.element.iter(qn("w:lang")),
        *document.settings.element.iter(qn("w:themeFontLang")),
    ]
    for own in stated:
        own.set(qn("w:val"), properties.language)


def saved(document: Document) -> bytes:
    """Return the file of a document, the same bytes at every call."""
    buffer = io.BytesIO()
    document.save(buffer)
    return _without_clock(buffer.getvalue())


def add_table(document: Document, table: Table, width: float) -> None:
    """Add a table without its title, and under it what it says, its source and notes."""
    document._body._body._insert_tbl(parse_xml(_table_xml(table, width)))
    for position, line in enumerate(table.interpretation):
        _add_paragraph(document, [(line, "")], size=9, before=5 if position == 0 else 0, after=2)
    if table.source:
        _add_paragraph(
            document, [(f"{gettext('Source:')} ", "italic"), (table.source, "")], size=8, before=3
        )
    if table.notes:
        text = " ".join(table.notes)
        _add_paragraph(document, [(f"{gettext('Note:')} ", "italic"), (text, "")], size=8, after=14)


def _add_paragraph(
    document: Document,
    runs: list[tuple[str, str]],
    *,
    size: float,
    before: float = 0,
    after: float = 0,
    keep: bool = False,
) -> None:
    paragraph = document.add_paragraph()
    layout = paragraph.paragraph_format
    layout.space_before, layout.space_after, layout.keep_with_next = Pt(before), Pt(after), keep
    for text, style in runs:
        run = paragraph.add_run(text)
        run.font.size = Pt(size)
        run.bold, run.italic = style == "bold", style == "italic"


def _table_xml(table: Table, width: float) -> str:
    widths = _widths(table, width)
    size = _SMALL if table.dense else _LETTERS
    grid = "".join(f'<w:gridCol w:w="{step}"/>' for step in widths)
    rows = [*_head_rows(table, widths), *_body_rows(table, widths)]
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:tblBorders><w:top w:val="single" w:sz="10" w:color="1D2733"/>'
        '<w:bottom w:val="single" w:sz="10" w:color="1D2733"/></w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="40" w:type="dxa"/>'
        '<w:right w:w="40" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows).replace(_LETTERS, size)}</w:tbl>"
    )


def _widths(table: Table, width: float) -> list[int]:
    shares = [column.width for column in table.columns]
    stub = min(max((0.21 if table.dense else 0.245) * width, 5.6), 0.4 * width)
    each = min((width - stub) / sum(shares), 2.6)
    stub = min(width - each * sum(shares), 7.5)
    return [round(stub * _TWIPS), *(round(share * each * _TWIPS) for share in shares)]


def _head_rows(table: Table, widths: list[int]) -> list[str]:
    rows = []
    if any(column.group for column in table.columns):
        cells, position = [_cell_xml(Cell(""), widths[0])], 1
        for label, span in table.column_groups:
            total = sum(widths[position : position + span])
            rule = "thin" if label else ""
            cells.append(_cell_xml(Cell(label, span=span), total, "center", "bold", rule))
            position += span
        rows.append(_row_xml(cells, head=True))
    labels = [_cell_xml(Cell(table.stub), widths[0], "left", "bold", "thick")]
    for column, step in zip(table.columns, widths[1:], strict=True):
        align, indent = ("left", _GAP) if column.text else ("right", 0)
        label = _cell_xml(Cell(column.label), step, align, "bold", "thick", indent=indent)
        labels.append(label)
    return [*rows, _row_xml(labels, head=True)]


def _body_rows(table: Table, widths: list[int]) -> list[str]:
    rows, previous = [], ""
    for row, together in zip(table.rows, _kept_with_next(table.rows), strict=True):
        ruled = row.kind == "foot" and previous != "foot"
        texts = table.texts(row)
        rows.append(_body_row(row, texts, widths, ruled=ruled, together=together))
        previous = row.kind
    return rows


def _kept_with_next(rows: Sequence[Row]) -> list[bool]:
    """Whether each row stays on the page of the next: those under one heading, or the ends of many."""
    kept: list[bool] = []
    for of_heading, block in groupby(rows, key=lambda row: row.kind in ("panel", "group")):
        size = len(list(block))
        whole = of_heading or size <= _MOST_TOGETHER
        kept += [
            position < size - 1 and (whole or position == 0 or position >= size - 3)
            for position in range(size)
        ]
    return kept


def _body_row(
    row: Row, texts: list[bool], widths: list[int], *, ruled: bool, together: bool
) -> str:
    if row.kind in ("panel", "group"):
        label = Cell(row.label.text, row.label.mark, span=len(widths))
        style = "bold" if row.kind == "panel" else "italic"
        return _row_xml([_cell_xml(label, sum(widths), "left", style, row.kind)], keep=True)
    rule = "over" if ruled else ""
    indent = _INDENT if row.kind == "data" else 0
    cells, position = [_cell_xml(row.label, widths[0], "left", "", rule, "top", indent=indent)], 1
    for cell, text in zip(row.cells, texts, strict=True):
        align = "center" if cell.span > 1 else "left" if text else "right"
        width = sum(widths[position : position + cell.span])
        indent = _GAP if text else 0
        cells.append(_cell_xml(cell, width, align, "", rule, "top", indent=indent))
        position += cell.span
    return _row_xml(cells, keep=together)


def _row_xml(cells: list[str], *, head: bool = False, keep: bool = False) -> str:
    text = "".join(cells)
    if keep or head:
        text = text.replace("<w:pPr>", "<w:pPr><w:keepNext/>")
    header = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>{text}</w:tr>"


_EDGES = {
    "thin": '<w:tcBorders><w:bottom w:val="single" w:sz="4" w:color="8D98A5"/></w:tcBorders>',
    "thick": '<w:tcBorders><w:bottom w:val="single" w:sz="6" w:color="1D2733"/></w:tcBorders>',
    "over": '<w:tcBorders><w:top w:val="single" w:sz="4" w:color="8D98A5"/></w:tcBorders>',
    "panel": '<w:shd w:val="clear" w:color="auto" w:fill="EEF1F4"/>',
}
_STYLES = {"bold": "<w:b/>", "italic": "<w:i/>"}


def _cell_xml(
    cell: Cell,
    width: int,
    align: str = "left",
    style: str = "",
    edge: str = "",
    upright: str = "bottom",
    *,
    indent: int = 0,
) -> str:
    span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
    above = 70 if edge in ("panel", "group") else 20
    left = f'<w:ind w:left="{indent}"/>' if indent else ""
    face = f'<w:rFonts w:ascii="{_FONT}" w:hAnsi="{_FONT}"/>{_STYLES.get(style, "")}'
    mark = ""
    if cell.mark:
        mark = (
            f'<w:r><w:rPr>{face}{_LETTERS}<w:vertAlign w:val="superscript"/></w:rPr>'
            f"<w:t>{escape(cell.mark)}</w:t></w:r>"
        )
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{_EDGES.get(edge, "")}'
        f'<w:vAlign w:val="{upright}"/></w:tcPr>'
        f'<w:p><w:pPr><w:spacing w:before="{above}" w:after="20"/>{left}<w:jc w:val="{align}"/>'
        f"<w:rPr>{_LETTERS}</w:rPr></w:pPr>"
        f"<w:r><w:rPr>{face}{_LETTERS}</w:rPr>"
        f'<w:t xml:space="preserve">{escape(cell.text)}</w:t></w:r>{mark}</w:p></w:tc>'
    )


def _without_clock(content: bytes) -> bytes:
    """Return the archive with every member's time set to the same instant."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.infolist():
            entry = zipfile.ZipInfo(member.filename, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(member))
    return buffer.getvalue()
