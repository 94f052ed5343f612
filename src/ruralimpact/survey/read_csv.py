"""Text files with separated cells."""

import csv
import io
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, lookup
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
        problem = f"'{delimiter}' is not one character that can separate cells."
        raise ConfigError(problem, key=f"{key}.delimiter")
    text = _text(file, encoding, key)
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise DataError("has NUL bytes, so it is no text file.", file=file, rows=[row])
    return text


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
    if name.startswith(("utf-16", "utf-32")):
        return
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        hint = f"State `encoding: utf-16` under the key '{key}'."
        raise DataError("is text in the encoding utf-16.", file=file, hint=hint)
    if name == "utf-8" or content.isascii() or not _single_byte(name):
        return
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return
    problem = (
        f"is text in UTF-8, and the key '{key}.encoding' says {name}: accents would be garbled."
    )
    raise DataError(problem, file=file)


def _single_byte(name: str) -> bool:
    return name.startswith(("iso8859", "cp12", "cp43", "cp85", "mac", "latin"))
