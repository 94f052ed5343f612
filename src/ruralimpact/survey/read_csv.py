"""Text files with separated cells."""

import csv
import io
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE, lookup
from collections.abc import Sequence
from pathlib import Path

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.suggestions import nearest
from ruralimpact.survey.grid import Grid

_BLANK: Sequence[str] = ()


def read_csv(file: Path, *, encoding: str = "utf-8", delimiter: str = ",", key: str = "") -> Grid:
    """Read the records of a text file by the line on which each starts.

    Parameters
    ----------
    file : path
    encoding : str
        A byte-order mark is passed over.
    delimiter : str
        One character.
    key : str
        Configuration key of the source, for messages.

    Raises
    ------
    DataError
        The file is not text in that encoding, or is in UTF-8 although another is stated; a quotation that
        does not end.
    ConfigError
        There is no such encoding, or the delimiter is not one character.
    """
    return records(csv_text(file, encoding=encoding, delimiter=delimiter, key=key), file, delimiter)


def csv_text(file: Path, *, encoding: str, delimiter: str, key: str) -> str:
    """Return a text file whole; raises as `read_csv` does, but for a quotation that does not end."""
    if len(delimiter) != 1 or delimiter in '\r\n"':
        hint = ' A tab is written "\\t", in double quotes.' if delimiter == "\\t" else ""
        problem = f"'{delimiter}' is not one character that can separate cells.{hint}"
        raise ConfigError(problem, key=f"{key}.delimiter")
    return _text(file, encoding, key)


def records(text: str, file: Path, delimiter: str) -> Grid:
    """Return the records of a text by the line on which each starts.

    Raises
    ------
    DataError
        A quotation that does not end.
    """
    lines: dict[int, Sequence[str]] = {}
    start = 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            lines[start] = record if any(record) else _BLANK
            start = reader.line_num + 1
    except csv.Error as error:
        problem = f"cannot be read as a table: {error}."
        raise DataError(problem, file=file, rows=[start]) from None
    return lines


def _text(file: Path, encoding: str, key: str) -> str:
    try:
        name = lookup(encoding).name
    except LookupError:
        hint = nearest(encoding, ["utf-8", "latin-1", "cp1252"])
        problem = f"there is no encoding '{encoding}'. {hint}"
        raise ConfigError(problem, key=f"{key}.encoding") from None
    content = file.read_bytes()
    _refuse_other(content, name, file, key)
    try:
        return content.decode("utf-8-sig" if name == "utf-8" else encoding)
    except (UnicodeDecodeError, ValueError):
        hint = f"State its encoding (often latin-1 or cp1252) under the key '{key}.encoding'."
        raise DataError(f"is not text in the encoding {encoding}.", file=file, hint=hint) from None


def _refuse_other(content: bytes, name: str, file: Path, key: str) -> None:
    """Refuse text that is surely in another encoding than the one stated, in which it would be garbled."""
    marked = _marked(content)
    wide = name.startswith(("utf-16", "utf-32"))
    if b"\0" in content and not (marked or wide):
        row = content.count(b"\n", 0, content.index(b"\0")) + 1
        hint = f"If it is text in utf-16, state `encoding: utf-16-le` under the key '{key}'."
        mostly = 3 * content.count(b"\0") > len(content)
        problem = "has NUL bytes, so it is no text file."
        raise DataError(problem, file=file, rows=[row], hint=hint if mostly else None)
    if marked and not name.startswith(marked):
        hint = f"State `encoding: {marked}` under the key '{key}'."
        raise DataError(f"is text in the encoding {marked}.", file=file, hint=hint)
    if marked or name == "utf-8" or not (wide or _single_byte(name)):
        return
    if (content.isascii() and not wide) or not _is_utf8(content):
        return
    problem = f"is text in UTF-8, and the key '{key}.encoding' says {name}: it would be garbled."
    raise DataError(problem, file=file)


def _marked(content: bytes) -> str:
    """Return the encoding of two or four bytes a letter that the byte-order mark tells; empty without."""
    if content.startswith((BOM_UTF32_LE, BOM_UTF32_BE)):
        return "utf-32"
    return "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else ""


def _is_utf8(content: bytes) -> bool:
    """Tell whether bytes are text in UTF-8; NUL bytes are those of letters of two bytes or more."""
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _single_byte(name: str) -> bool:
    return name.startswith(("iso8859", "cp12", "cp43", "cp85", "mac", "latin"))
