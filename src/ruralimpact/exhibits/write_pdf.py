"""The report of a study as one PDF: tagged, searchable, with contents; its pages are laid by Typst."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.document import FindingsDocument, HeadlineLine, RawFile, ShownFigure
from ruralimpact.exhibits.model import Cell, Row, Table, TablesOfExhibit, stamped
from ruralimpact.exhibits.registry import Kinds
from ruralimpact.exhibits.report_parts import report_parts
from ruralimpact.language import current, gettext, ngettext

Content = dict[str, Any]
"""What the template reads: texts, numbers and lists of them."""
_TEMPLATE = Path(__file__).parent / "report.typ"
_STUB = 3.6  # relative width of row labels
_PICTURE, _TALLEST = 17.0, 12.0  # cm of a figure
_VIEW_BOX = re.compile(rb'viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"')


def report_pdf(
    document: FindingsDocument,
    exhibits: Sequence[TablesOfExhibit],
    drawings: Mapping[str, bytes],
    kinds: Kinds,
) -> bytes:
    """Return the report as a PDF, the same bytes at every call.

    Parameters
    ----------
    document : FindingsDocument
    exhibits : sequence of TablesOfExhibit
    drawings : mapping of str to bytes
        SVG files of the figures, by name.
    kinds : Kinds
        Those that the study may have: they say what stands in which section.

    Notes
    -----
    It conforms to PDF/UA-1: headings, tables and figures are tagged, figures with their alternative texts.
    """
    import typst

    content = json.dumps(_content(document, exhibits, drawings, kinds), ensure_ascii=False)
    # Its types do not know of files by name, which it takes.
    files: Any = {"main.typ": _TEMPLATE.read_bytes(), "data.json": content.encode()}
    files |= {f"{name}.svg": drawing for name, drawing in drawings.items()}
    return bytes(typst.compile(files, ignore_system_fonts=True, pdf_standards=["ua-1"]))


def _content(
    document: FindingsDocument,
    exhibits: Sequence[TablesOfExhibit],
    drawings: Mapping[str, bytes],
    kinds: Kinds,
) -> Content:
    study, box = document.study, document.answer
    verdict = () if box.verdict is None else (HeadlineLine(label="", text=box.verdict.text),)
    reading = (HeadlineLine(label="", text=box.reading),) if box.reading else ()
    return {
        "language": current(),
        "title": stamped(study.title) if study.synthetic else study.title,
        "opening": [text for text in (study.subtitle, study.question) if text],
        "words": _words(),
        "answer": [_line(line) for line in (*verdict, *box.lines, *reading)],
        "against": [_line(line) for line in (*box.against, *box.further)],
        "wide": any(table.wide for exhibit in exhibits for table in exhibit.tables),
        "parts": list(_parts(document, exhibits, drawings, kinds)),
        "conventions": [
            {"label": entry.term, "text": entry.text} for entry in document.conventions
        ],
        "files": [_rows_read(file) for file in document.data],
        "citation": gettext("Cite the data as: {citation}").format(citation=study.citation)
        if study.citation
        else "",
    }


def _words() -> Content:
    """Return the words of the template itself."""
    return {
        "answer": gettext("The answer in short"),
        "against": gettext("What speaks against it"),
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


def _rows_read(file: RawFile) -> str:
    sentence = ngettext("{label}: {rows} row read", "{label}: {rows} rows read", file.rows)
    return sentence.format(label=file.label, rows=formatting.count(file.rows))


def _parts(
    document: FindingsDocument,
    exhibits: Sequence[TablesOfExhibit],
    drawings: Mapping[str, bytes],
    kinds: Kinds,
) -> Iterator[Content]:
    by_name = {exhibit.name: exhibit for exhibit in exhibits}
    for part in report_parts(document, kinds):
        shown = [
            own
            for listed in part.shown
            for own in (
                [_figure(listed, drawings[listed.name])]
                if isinstance(listed, ShownFigure)
                else _tables(by_name[listed.name])
            )
        ]
        if shown:
            annex = gettext("Annex: {heading}").format(heading=part.heading)
            yield {"heading": annex if part.annex else part.heading, "shown": shown}


def _figure(figure: ShownFigure, drawing: bytes) -> Content:
    width, height = map(float, _VIEW_BOX.search(drawing).groups())  # type: ignore[union-attr]
    return {
        "kind": "figure",
        "name": figure.name,
        "number": str(figure.number),
        "title": figure.title,
        "alt": figure.alt,
        "note": figure.note,
        "width": min(_PICTURE, _TALLEST * width / height),
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
            {"label": column.label, "width": column.width, "text": column.text}
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


def _row(table: Table, row: Row) -> Content:
    cells = zip(row.cells, table.texts(row), strict=True)
    return {
        "kind": row.kind,
        "label": _cell(row.label),
        "cells": [{**_cell(cell), "is_words": is_words} for cell, is_words in cells],
    }


def _cell(cell: Cell) -> Content:
    return {"text": cell.text, "mark": cell.mark, "span": cell.span}
