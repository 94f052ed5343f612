"""How a text file is written: its encoding, and what separates its cells."""

import csv
import io
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ruralimpact.draft.proposal import Proposal

_SAMPLE_LINES, _SHOWN_LETTERS = 500, 6
_DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_SINGLE_BYTE = ("latin-1", "cp1252", "cp850", "mac_roman")


def encoding_of(content: bytes) -> tuple[str, Proposal | None]:
    """Return the encoding of a text, and a proposal unless it is UTF-8.

    Parameters
    ----------
    content : bytes
    """
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16", Proposal("encoding", "utf-16", "the file begins with its mark")
    try:
        content.decode("utf-8-sig")
        return "utf-8-sig", None
    except UnicodeDecodeError:
        pass
    # The first of those that make as many letters.
    name = max(_SINGLE_BYTE, key=lambda encoding: _letters(content, encoding))
    letters = Counter(sign for sign in content.decode(name, errors="replace") if not sign.isascii())
    shown = ", ".join(letter for letter, _ in letters.most_common(_SHOWN_LETTERS))
    words = f"the file is not UTF-8; read so, its letters beyond ASCII are {shown}"
    return name, Proposal("encoding", name, words)


def _letters(content: bytes, encoding: str) -> int:
    """Count the bytes beyond ASCII that are letters of western languages in an encoding."""
    text = content.decode(encoding, errors="replace")
    return sum(letter in _WESTERN for letter in text if not letter.isascii())


_WESTERN = frozenset("áéíóúüñçàâãêôõèùûîïëäößÁÉÍÓÚÜÑÇÀÂÃÊÔÕÈÄÖ¿¡ºª°")


def delimiter_of(text: str) -> tuple[str, Proposal | None]:
    """Return what separates the cells of a text, and a proposal unless it is a comma.

    Parameters
    ----------
    text : str
    """
    lines = "\n".join(text.splitlines()[:_SAMPLE_LINES])
    widths = {mark: _widths(lines, mark) for mark in _DELIMITERS}
    mark = max(widths, key=lambda delimiter: _agreement(widths[delimiter]))
    if mark == ",":
        return mark, None
    width, count = Counter(widths[mark]).most_common(1)[0]
    words = (
        f"{count:,} of {len(widths[mark]):,} lines read have {width} cells by {_DELIMITERS[mark]}"
    )
    return mark, Proposal("delimiter", mark, words)


def _widths(text: str, mark: str) -> list[int]:
    try:
        records = list(csv.reader(io.StringIO(text), delimiter=mark))
    except csv.Error:
        return []
    return [len(record) for record in records if record]


def _agreement(widths: Sequence[int]) -> tuple[float, int]:
    """Share of lines with the commonest number of cells, if that is more than one; and the number."""
    if not widths:
        return 0.0, 0
    width, count = Counter(widths).most_common(1)[0]
    return (count / len(widths), width) if width > 1 else (0.0, width)


def read_text(file: Path) -> tuple[str, list[Proposal], str]:
    """Return the text of a file, what is proposed for reading it, and its delimiter."""
    content = file.read_bytes()
    encoding, proposal = encoding_of(content)
    text = content.decode(encoding, errors="replace")
    mark, second = delimiter_of(text)
    return text, [reading for reading in (proposal, second) if reading is not None], mark
