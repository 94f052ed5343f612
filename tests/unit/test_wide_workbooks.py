"""Sheets that hold little and claim to be large: read by what they hold, and in no more time."""

import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from survey_files import AGE, survey, workbook

from ruralimpact.errors import DataError
from ruralimpact.survey import read_excel

_SHEET = "xl/worksheets/sheet1.xml"
_FORMAT_ALONE = "".join(f'<row r="{row}"><c r="A{row}"/></row>' for row in range(4, 60_000))
_LAST_COLUMN = '<c r="XFD{0}"/></row>'


def changed(path: Path, change: Callable[[str], str]) -> Path:
    """Write a workbook anew with another text of its sheet."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[_SHEET] = change(parts[_SHEET].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def rows_of_formats(text: str) -> str:
    return text.replace("</sheetData>", f"{_FORMAT_ALONE}</sheetData>")


def formats_to_the_last_column(text: str) -> str:
    for row in (1, 2, 3):
        text = text.replace("</row>", _LAST_COLUMN.format(row).replace("row>", "ROW>"), 1)
    return text.replace("ROW>", "row>")


def merged_everywhere(text: str) -> str:
    ranges = '<mergeCells count="1"><mergeCell ref="C1:XFD1048576"/></mergeCells>'
    return text.replace("</sheetData>", f"</sheetData>{ranges}")


def prefixed(text: str) -> str:
    text = re.sub(r"<(/?)(?=\w)", r"<\1x:", text)
    return text.replace("xmlns=", "xmlns:x=")


@pytest.mark.parametrize(
    "change", [rows_of_formats, formats_to_the_last_column, merged_everywhere, prefixed]
)
def test_what_has_no_value_changes_nothing(tmp_path, change):
    path = workbook(tmp_path, ["id", "age"], [1, 30], [2, 40])
    before = time.process_time()
    assert survey(changed(path, change), AGE).table["age"].tolist() == [30, 40]
    assert time.process_time() - before < 3


def test_merged_cells_and_formulas_of_tags_with_a_prefix(tmp_path):
    path = workbook(tmp_path, ["id", "age"], [1, 30], [2, None], [3, 5], merge=["B2:B3"])
    with pytest.raises(DataError, match=r"column 'age', row 3: '#MERGED!'"):
        survey(changed(path, prefixed), AGE)
    path = workbook(tmp_path, ["id", "age"], [1, 30], [2, "=B2+1"])
    with pytest.raises(DataError, match=r"column 'age', row 3: '#NOT CALCULATED!'"):
        survey(changed(path, prefixed), AGE)


def test_more_merged_cells_than_a_survey_has_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(read_excel, "_MOST_MERGED", 3)
    path = workbook(tmp_path, ["id", "age"], [1, 30], [2, 3], [3, 5], merge=["A2:B3"])
    with pytest.raises(DataError, match=r"s\.xlsx: has more than 3 merged cells"):
        survey(path, AGE)
