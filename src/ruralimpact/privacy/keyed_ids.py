"""Identifiers as keyed hashes (HMAC-SHA-256), with the key in a file of the project outside results/."""

import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd

from ruralimpact.errors import DataError

KEY_FILE = Path("ids.key")
MARK = "~"
# Letters of the part that identifiers share which differ only in the way of writing (the last part is that
# of the identifier without separators), and of the rest.
NEAR, EXACT = 12, 20
_BYTES = 32
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def project_key(folder: str | Path = ".") -> bytes:
    """Return the key of a project, which is made at first need.

    Parameters
    ----------
    folder : path
        The project's.

    Raises
    ------
    DataError
        The file holds something else.
    """
    path = Path(folder) / KEY_FILE
    if not path.exists():
        _make(path)
    text = path.read_text(encoding="ascii", errors="replace").strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise DataError(
            f"is no key of {2 * _BYTES} hexadecimal digits.",
            file=KEY_FILE,
            hint="Put the file back that the results were made with; without it identifiers get new keys, "
            "and no unit can be linked with earlier results.",
        )
    return key


def key_at_hand(folder: str | Path = ".") -> bytes:
    """Return the key of a project, or one that is kept nowhere: for what only looks at the data.

    Parameters
    ----------
    folder : path
        The project's. Nothing is written there.

    Raises
    ------
    DataError
        See `project_key`.
    """
    return project_key(folder) if (Path(folder) / KEY_FILE).exists() else _passing_key()


@cache
def _passing_key() -> bytes:
    return secrets.token_bytes(_BYTES)


def _make(path: Path) -> None:
    """Write a new key whole or not at all; of several processes at once the first one's stays."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(_BYTES)}\n")
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def key_digest(key: bytes) -> str:
    """Return what tells keys apart and says nothing of them."""
    return hashlib.sha256(b"ruralimpact" + key).hexdigest()[:16]


def keyed(ids: pd.Series, key: bytes, near_forms: Callable[[str], tuple[str, str]]) -> pd.Series:
    """Return identifiers as keyed hashes: the same for the same identifier, and nothing told of it.

    Parameters
    ----------
    ids : Series of str
    key : bytes
    near_forms : callable
        Takes an identifier, returns it without what only the way of writing tells apart, and that without
        separators. Hashes of identifiers whose first form is the same begin alike, so that later stages can
        still refuse them, and end as those begin whose first form is their second.
    """

    def hashed(text: str, purpose: str, letters: int) -> str:
        content = f"{purpose}:{text}".encode()
        digest = hmac.digest(key, content, "sha256").hex()
        return digest[:letters].translate(_LETTERS)

    names = {}
    for name in ids.unique().tolist():
        alike, bare = near_forms(name)
        near = hashed(alike, "near", NEAR)
        end = near if bare == alike else hashed(bare, "near", NEAR)
        names[name] = MARK + near + hashed(name, "exact", EXACT) + end
    keys: pd.Series = ids.map(names)
    return keys


def near_part(name: str) -> str | None:
    """Return what identifiers that differ only in the way of writing share, of a keyed hash; else None."""
    return name[: len(MARK) + NEAR] if _is_keyed(name) else None


def unseparated_part(name: str) -> str | None:
    """Return the part that identifiers share which are as this one without separators, or None."""
    return MARK + name[-NEAR:] if _is_keyed(name) else None


def _is_keyed(name: str) -> bool:
    return name.startswith(MARK) and len(name) == len(MARK) + NEAR + EXACT + NEAR


def lost_key(folder: Path) -> bool:
    """Whether a project has results with keyed identifiers and no key any more."""
    if (folder / KEY_FILE).exists():
        return False
    reports = folder.glob("results/*/survey/*.quality.json")
    return any('"ids_keyed_by"' in path.read_text(encoding="utf-8") for path in reports)
