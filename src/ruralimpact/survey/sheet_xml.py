"""What the XML of a sheet says of it, searched without making cells of it."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from openpyxl.utils import range_boundaries

# Some programs write the tags with a prefix.
_TAG = rb"<(?:\w+:)?"
FORMULA = _TAG + rb"f[ >/]"
_VALUES = (b"</v>", b"</is>", b"<f>", b"<f ")
_NUMBER = re.compile(rb"\sr=\"(\d+)\"")
_CHUNK = 1 << 20
# First column, first row, last column, last row, from 1.
Area = tuple[int, int, int, int]


def mentions(file: Path, part: str, pattern: bytes) -> bool:
    """Tell whether a part of a workbook has something that a pattern matches.

    Parameters
    ----------
    file : path
    part : str
        Of the archive: ``xl/styles.xml``.
    pattern : bytes
    """
    return next(_matches(file, part, b"(" + pattern + b")"), None) is not None


def merged_ranges(file: Path, part: str) -> list[Area]:
    """Return the merged ranges of a sheet."""
    ranges = _matches(file, part, _TAG + rb'mergeCell\s[^>]*ref="([A-Z0-9:]+)"')
    return [range_boundaries(match.decode()) for match in ranges]


def hidden_rows(file: Path, part: str) -> int:
    """Count the hidden rows of a sheet."""
    return sum(1 for _ in _matches(file, part, b"(" + _TAG + rb'row\s[^>]*\bhidden="(?:1|true)")'))


def last_filled_row(file: Path, part: str) -> int | None:
    """Return the last row of a sheet that has a value or a formula; None where that is not told.

    Rows that only have a format may follow by the million.
    """
    row = filled = b""
    for text in _pieces(file, part):
        value = max(text.rfind(mark) for mark in _VALUES)
        if value >= 0:
            filled = _last_row(text[:value]) or row
        row = _last_row(text) or row
    number = _NUMBER.search(filled)
    return int(number.group(1)) if number is not None else None


def _last_row(text: bytes) -> bytes:
    """Return the last tag that begins a row."""
    start = text.rfind(b"<row")
    return text[start : text.find(b">", start)] if start >= 0 else b""


def _matches(file: Path, part: str, pattern: bytes) -> Iterator[bytes]:
    """Yield what a pattern's group matches in a part of the archive."""
    searched = re.compile(pattern)
    for text in _pieces(file, part):
        for match in searched.finditer(text):
            yield match.group(1)


def _pieces(file: Path, part: str) -> Iterator[bytes]:
    """Yield the text of a part of the archive, cut between tags."""
    with zipfile.ZipFile(file) as archive, archive.open(part.lstrip("/")) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            cut = max(text.rfind(b"<"), 0)
            yield text[:cut]
            rest = text[cut:]
        yield rest
