"""Whether a file is still the one that was read: by its content, never by its date."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ruralimpact.errors import DataError

# Kinds of checksums by their number of hexadecimal digits; those that are not SHA-256 are named on the page.
_KINDS = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_CHECKSUM = re.compile(r"(?<![\w/])[0-9a-f]{32,128}(?![\w/])")
_NAMES = {"sha256": "SHA-256", "md5": "MD5", "sha1": "SHA-1"} | {
    kind: f"SHA-{kind.removeprefix('sha')}" for kind in ("sha224", "sha384", "sha512")
}
_PAGE = "SOURCE.md"


def file_digest(path: str | Path, kind: str = "sha256") -> str:
    """Return the checksum of a file's bytes: its SHA-256, or another that `hashlib` knows."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()


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
        for kind in sorted({_KINDS[len(digest)] for digest in digests}):
            stated = [digest for digest in digests if _KINDS[len(digest)] == kind]
            own = file_digest(path, kind)
            if own in stated:
                continue
            raise DataError(
                f"is not the file that {page} describes: its {_NAMES[kind]} is {own}, not "
                f"{' or '.join(stated)}.",
                file=path,
                hint="Put back the one described, or describe this one there.",
            )


def stated_digests(path: str | Path) -> tuple[Path, list[str]]:
    """Return the page ``SOURCE.md`` of a file's folder, or of the one above it, and what it states.

    A line of that page that holds the file's name (alone, or at the end of a path of the file) and 64
    hexadecimal digits states the file's checksum, SHA-256; where the page names MD5, SHA-1, SHA-224, SHA-384
    or SHA-512, so does one with as many digits as that has.

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
        page = _page(folder)
        lines = _lines(page)
        kinds = {kind for kind in _NAMES if _is_named(kind, lines)}
        checksums = []
        for line in lines:
            name, checksum = named.search(line), _CHECKSUM.search(line.lower())
            if name and checksum and f"/{file.absolute().as_posix()}".endswith(f"/{name.group(1)}"):
                checksums += [checksum.group()] if _kind(checksum.group()) in kinds else []
        if checksums:
            return page, checksums
    return _page(file.parent), []


def _page(folder: Path) -> Path:
    """Return the page of a folder, whatever letters of its name are small."""
    pages = [path for path in sorted(folder.glob("*.*")) if path.name.upper() == _PAGE.upper()]
    exact = folder / _PAGE
    return pages[0] if pages and not exact.is_file() else exact


def _kind(checksum: str) -> str | None:
    return _KINDS.get(len(checksum))


def _is_named(kind: str, lines: Iterable[str]) -> bool:
    """Tell whether a page names a kind of checksum; SHA-256 is what 64 digits are without a word."""
    return kind == "sha256" or any(kind in line.lower().replace("-", "") for line in lines)


def _lines(page: Path) -> list[str]:
    try:
        return page.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
