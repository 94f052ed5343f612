"""Identifiers of findings that texts cite: the study and the parts of a key, with dots between them."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

_BETWEEN_PARTS = re.compile(r"::|[./]")
_OTHER = re.compile(r"[^a-z0-9_-]+")


def identifiers(study: str, keys: Iterable[str]) -> dict[str, str]:
    """Return the identifier of each key of a study's findings.

    Parameters
    ----------
    study : str
    keys : iterable of str
        Such as ``"matched/nn5/income/percent"``.

    Returns
    -------
    dict of str to str
        By key, such as ``"study.matched.nn5.income.percent"``: small letters without accents, digits,
        hyphens and underscores, which LaTeX can hold in the name of a macro. Keys that would be called alike
        have the first digits of their SHA-256 after it, so that no identifier depends on the order of keys.
    """
    readable = {key: _readable(study, key) for key in keys}
    called = Counter(readable.values())
    return {
        key: name if called[name] == 1 else f"{name}-{_digest(key)}"
        for key, name in readable.items()
    }


def _readable(study: str, key: str) -> str:
    parts = (study, *_BETWEEN_PARTS.split(key))
    return ".".join(_part(part) for part in parts if part)


def _part(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _OTHER.sub("_", letters)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:6]
