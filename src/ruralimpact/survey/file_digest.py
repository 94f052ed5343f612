"""Whether a file is still the one that was read: by its content, never by its date."""

import hashlib
import re
from pathlib import Path

_CHECKSUM = re.compile(r"\b[0-9a-f]{64}\b")


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stated_digest(path: str | Path) -> str | None:
    """Return the checksum that ``SOURCE.md``, in the file's folder or one above it, states for a file.

    A line of that page that holds the file's name as a word and 64 hexadecimal digits states it.

    Parameters
    ----------
    path : path

    Returns
    -------
    str or None
        None where no such page, or no such line, is there.
    """
    file = Path(path)
    named = re.compile(
        rf"(?<![\w./-]){re.escape(file.name)}(?![\w.-])|/{re.escape(file.name)}(?![\w.-])"
    )
    for folder in list(file.parents)[:2]:
        try:
            lines = (folder / "SOURCE.md").read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        for line in lines:
            checksum = _CHECKSUM.search(line.lower())
            if checksum and named.search(line):
                return checksum.group()
    return None
