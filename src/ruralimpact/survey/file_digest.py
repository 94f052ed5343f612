"""Whether a file is still the one that was read: by its content, never by its date."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ruralimpact.errors import DataError

_CHECKSUM = re.compile(r"\b[0-9a-f]{64}\b")


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_unchanged(digests: Mapping[str, str]) -> None:
    """Refuse files that do not have the digests that they had when a run began.

    Raises
    ------
    DataError
        A file has changed or is gone.
    """
    for path, digest in digests.items():
        if not Path(path).is_file() or file_digest(path) != digest:
            problem = "has changed since this run began."
            raise DataError(problem, file=path, hint="Run again.")


def require_stated(paths: Iterable[str | Path]) -> None:
    """Refuse files with another checksum than the one that ``SOURCE.md`` states for them.

    Parameters
    ----------
    paths : iterable of path
        See `stated_digests`; a file of which nothing is stated is passed over.

    Raises
    ------
    DataError
        Names the page and both checksums.
    """
    for path in paths:
        page, digests = stated_digests(path)
        if digests and file_digest(path) not in digests:
            raise DataError(
                f"is not the file that {page} describes: its SHA-256 is {file_digest(path)}, not "
                f"{' or '.join(digests)}.",
                file=path,
                hint="Put back the one described, or describe this one there.",
            )


def stated_digests(path: str | Path) -> tuple[Path, list[str]]:
    """Return the page ``SOURCE.md`` of a file's folder, or of the one above it, and what it states.

    A line of that page that holds the file's name (alone, or at the end of a path of the file) and 64
    hexadecimal digits states the file's checksum.

    Parameters
    ----------
    path : path

    Returns
    -------
    page : path
        The page in the file's folder where nothing is stated.
    digests : list of str
        More than one where folders have files of the same name.
    """
    file = Path(path)
    named = re.compile(rf"(?<![\w.-])((?:[\w.-]+/)*{re.escape(file.name)})(?![\w.-])")
    for folder in list(file.parents)[:2]:
        checksums = []
        for line in _lines(folder / "SOURCE.md"):
            name, checksum = named.search(line), _CHECKSUM.search(line.lower())
            if name and checksum and f"/{file.absolute().as_posix()}".endswith(f"/{name.group(1)}"):
                checksums.append(checksum.group())
        if checksums:
            return folder / "SOURCE.md", checksums
    return file.parent / "SOURCE.md", []


def _lines(page: Path) -> list[str]:
    try:
        return page.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
