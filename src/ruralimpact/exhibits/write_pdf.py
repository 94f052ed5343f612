"""Report and brief of a study as PDF: tagged, searchable; their pages are laid by Typst."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruralimpact.exhibits.document import HeadlineLine, ShownFigure
from ruralimpact.exhibits.model import Cell, Column, Row, Table, TablesOfExhibit
from ruralimpact.exhibits.printed_brief import PrintedBrief
from ruralimpact.exhibits.printed_report import PrintedPart, PrintedReport
from ruralimpact.language import current, gettext

Content = dict[str, Any]
"""What the template reads: texts, numbers and lists of them."""
_TEMPLATES = Path(__file__).parent
_STUB = 3.6  # relative width of row labels
_LETTERS = 8  # of a word that a column of width 1 holds
_PICTURE, _TALLEST = 17.0, 12.0  # cm of a figure
_IN_BRIEF = 7.6  # cm of the tallest figure of a brief
_PAGES_OF_BRIEF = 2
_SCALES = (1.14, 1.07, 1.0, 0.94, 0.88, 0.82, 0.76, 0.7)
_PAGE = re.compile(rb"/Type\s*/Page\b")
_VIEW_BOX = re.compile(rb'viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"')


def report_pdf(report: PrintedReport, drawings: Mapping[str, bytes]) -> bytes:
    """Return the report as a PDF, the same bytes at every call.

    Parameters
    ----------
    report : PrintedReport
    drawings : mapping of str to bytes
        SVG files of the figures, by name.

    Notes
    -----
    It conforms to PDF/UA-1: headings, tables and figures are tagged, figures with their alternative texts.
    """
    return _laid("report", _content(report, drawings), drawings)


def brief_pdf(brief: PrintedBrief, drawings: Mapping[str, bytes]) -> bytes:
    """Return the brief as a PDF, the same bytes at every call.

    Letters and figures are as large as two pages hold, and not smaller than can be read: a brief that says
    more goes on over further pages.

    Parameters
    ----------
    brief : PrintedBrief
    drawings : mapping of str to bytes
        SVG files of the figures, by name.
    """
    for scale in _SCALES:
        laid = _laid("brief", _content_of_brief(brief, drawings, scale), drawings)
        if len(_PAGE.findall(laid)) <= _PAGES_OF_BRIEF:
            break
    return laid


def _laid(template: str, content: Content, drawings: Mapping[str, bytes]) -> bytes:
    """Return what a template makes of a content, conforming to PDF/UA-1 where its fonts have every letter."""
    import typst

    # Its types do not know of files by name, which it takes.
    files: Any = {
        "main.typ": (_TEMPLATES / f"{template}.typ").read_bytes(),
        "printed.typ": (_TEMPLATES / "printed.typ").read_bytes(),
        "data.json": json.dumps(content, ensure_ascii=False).encode(),
        **{f"{name}.svg": drawing for name, drawing in drawings.items()},
    }
    try:
        return bytes(typst.compile(files, ignore_system_fonts=True, pdf_standards=["ua-1"]))
    except typst.TypstError as error:
        if "could not be displayed with font" not in str(error):
            raise
        # Chinese, Thai or a pictogram in a label: the standard asks that nothing is left undrawn.
        return bytes(typst.compile(files, ignore_system_fonts=True))


def _content(report: PrintedReport, drawings: Mapping[str, bytes]) -> Content:
    return {
        "language": current(),
        "title": report.title,
        "opening": report.opening,
        "words": _words(),
        "answer": [_line(line) for line in report.answer],
        "against": [_line(line) for line in report.against],
        "further": [_line(line) for line in report.further],
        "wide": report.wide,
        "parts": [_part(part, drawings) for part in report.parts],
        "conventions": [{"label": entry.term, "text": entry.text} for entry in report.conventions],
        "files": report.files,
        "cite": report.cite,
    }


def _content_of_brief(brief: PrintedBrief, drawings: Mapping[str, bytes], scale: float) -> Content:
    tables = [] if brief.table is None else _tables(brief.table)
    label = f"{gettext('Table')} {brief.table.number}" if brief.table else ""
    shown = [
        table | {"number": "", "interpretation": [], "whence": _of_report(label)}
        for table in tables
    ]
    for number, figure in enumerate(brief.figures, start=1):
        drawn = _figure(figure, drawings[figure.name], _IN_BRIEF * scale)
        shown.append(drawn | {"number": str(number), "whence": _of_report(figure.label)})
    return {
        "language": current(),
        "title": brief.title,
        "opening": brief.opening,
        "words": _words() | {"limits": gettext("Limits"), "cite": gettext("How to cite")},
        "answer": [_line(line) for line in brief.answer],
        "against": [_line(line) for line in brief.against],
        "shown": shown,
        "limits": [_line(line) for line in brief.limits],
        "cite": brief.cite,
        "scale": scale,
    }


def _of_report(label: str) -> str:
    return gettext("{label} of the report.").format(label=label)


def _words() -> Content:
    """Return the words of the template itself."""
    return {
        "answer": gettext("The answer in short"),
        "against": gettext("What speaks against it"),
        "further": gettext("More to be known of this answer"),
        "contents": gettext("Contents"),
        "table": gettext("Table"),
        "tables": gettext("Tables"),
        "figure": gettext("Figure"),
        "figures": gettext("Figures"),
        "source": gettext("Source:"),
        "note": gettext("Note:"),
        "methods": gettext("How the numbers were made"),
        "data": gettext("Data, and how to cite"),
    }


def _line(line: HeadlineLine) -> Content:
    return {"label": line.label, "text": line.text}


def _part(part: PrintedPart, drawings: Mapping[str, bytes]) -> Content:
    shown = [
        own
        for exhibit in part.shown
        for own in (
            _tables(exhibit)
            if isinstance(exhibit, TablesOfExhibit)
            else [_figure(exhibit, drawings[exhibit.name])]
        )
    ]
    return {"heading": part.heading, "shown": shown}


def _figure(figure: ShownFigure, drawing: bytes, tallest: float = _TALLEST) -> Content:
    width, height = map(float, _VIEW_BOX.search(drawing).groups())  # type: ignore[union-attr]
    return {
        "kind": "figure",
        "name": figure.name,
        "number": str(figure.number),
        "title": figure.title,
        "alt": figure.alt,
        "note": figure.note,
        "width": min(_PICTURE, tallest * width / height),
    }


def _tables(exhibit: TablesOfExhibit) -> list[Content]:
    pairs = zip(exhibit.numbers, exhibit.tables, strict=True)
    return [_table(table, number) for number, table in pairs]


def _table(table: Table, number: str) -> Content:
    grouped = any(column.group for column in table.columns)
    return {
        "kind": "table",
        "number": number,
        "title": table.full_title,
        "dense": table.dense,
        "stub": table.stub,
        "stub_width": _STUB,
        "columns": [
            {"label": column.label, "width": _width(column), "text": column.text}
            for column in table.columns
        ],
        "groups": [{"label": label, "width": width} for label, width in table.column_groups]
        if grouped
        else [],
        "rows": [_row(table, row) for row in table.rows],
        "interpretation": list(table.interpretation),
        "source": table.source,
        "notes": " ".join(table.notes),
    }


def _width(column: Column) -> float:
    """Return the relative width of a column: at least that of the longest word over it."""
    longest = max(map(len, column.label.split()), default=0)
    return max(column.width, longest / _LETTERS)


def _row(table: Table, row: Row) -> Content:
    cells = zip(row.cells, table.texts(row), strict=True)
    return {
        "kind": row.kind,
        "label": _cell(row.label),
        "cells": [{**_cell(cell), "is_words": is_words} for cell, is_words in cells],
    }


def _cell(cell: Cell) -> Content:
    return {"text": cell.text, "mark": cell.mark, "span": cell.span}
