"""Where a table is, for messages: its file, and the sheet of a workbook."""

import re
from pathlib import Path

from ruralimpact.privacy.scan import are_names
from ruralimpact.schema.source import JoinedFile, SourceEntry

_NUMBER = re.compile(r"\d{5,}")


def table_place(source: SourceEntry | JoinedFile, path: str | Path | None = None) -> str:
    """Return the file of a table, with its sheet where one is stated.

    Parameters
    ----------
    source : SourceEntry or JoinedFile
    path : path, optional
        Where the file is, if not at ``source.path``.

    Returns
    -------
    str
        A sheet that is called like somebody, or by a long number, is told by the name of its source.
    """
    file = str(source.path if path is None else path)
    if source.sheet is None:
        return file
    telling = are_names([source.sheet]) or _NUMBER.search(source.sheet) is not None
    return f"{file}, sheet of '{source.name}'" if telling else f"{file}, sheet '{source.sheet}'"
