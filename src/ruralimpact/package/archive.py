"""Zip archives whose bytes depend on nothing but names and contents."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that the format knows
_MODE = 0o100644 << 16


def write_zip(path: Path, files: Iterable[tuple[str, bytes]]) -> Path:
    """Write an archive.

    Parameters
    ----------
    path : path
    files : iterable of (str, bytes)
        Names with slashes, and contents, in order.

    Returns
    -------
    path
    """
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = _MODE
            entry.create_system = 3  # whatever system writes it
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, compresslevel=9)
    return path
