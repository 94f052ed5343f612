"""What a file is by its first bytes, whatever its name says."""

from pathlib import Path

_KINDS = (
    (b"version https://git-lfs", "a pointer of Git LFS, which stands in the place of a file"),
    (b"<stata_dta>", "a Stata file"),
    (b"$FL2", "an SPSS file"),
    (b"$FL3", "an SPSS file"),
    (b"PAR1", "a Parquet file"),
    (b"PK\x03\x04", "a .zip file or an Excel workbook"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\xd0\xcf\x11\xe0", "a workbook of Excel before 2007, or one with a password"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a text document"),
    (b"7z\xbc\xaf", "a compressed archive"),
    (b"Rar!", "a compressed archive"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ", "compressed with xz"),
    (b"SQLite format 3", "a database"),
)
_OWN = {".dta": ("<stata_dta>",), ".sav": ("$FL",), ".parquet": ("PAR1",), ".xlsx": ("PK",)}
_PAGES = (b"<!doctype html", b"<html", b"<?xml")
_FIRST = 512  # bytes


def other_kind(file: Path, suffix: str) -> str | None:
    """Return what a file is if it is surely not what its name says.

    Parameters
    ----------
    file : path
    suffix : str
        Of its name, in small letters: ``.csv``.

    Returns
    -------
    str or None
        None where it may be what its name says, or cannot be told.
    """
    with file.open("rb") as stream:
        first = stream.read(_FIRST)
    if first.startswith(tuple(start.encode() for start in _OWN.get(suffix, ()))):
        return None
    for start, kind in _KINDS:
        if first.startswith(start):
            return kind
    page = first.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "a web page or XML, not a table" if page.startswith(_PAGES) else None
