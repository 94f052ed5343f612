"""The nearest known name, for messages about a name that is not known."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

RENAMED = {
    "clean": "edits",
    "comparisons": "goodman_bacon",
    "drift": "questionnaire_change",
    "repairs": "data_edits",
    "verdict": "robustness",
}
GONE = {"treatment_label": "nothing read it"}
NONE_KNOWN = "None is known."
_PROPOSED = re.compile(r"(?:Did you mean|It is called) '([^']+)'")
_MOST_LISTED = 30


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a closing sentence that helps with an unknown name.

    Parameters
    ----------
    name : str
        The name that is not known.
    known : iterable of str
        The names that are.

    Returns
    -------
    str
        The name that the thing has now, or the nearest known one where one is near, else all of them (the
        first thirty of more).
    """
    names = list(known)
    more = len(names) - _MOST_LISTED
    shown = ", ".join(names[:_MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")
    return near(name, names) or (f"Known: {shown}." if names else NONE_KNOWN)


def near(name: str, known: Iterable[str]) -> str:
    """Return a closing sentence on an unknown name; empty where none that is known is near.

    Parameters
    ----------
    name, known
        See `nearest`.

    Returns
    -------
    str
    """
    names = list(known)
    if RENAMED.get(name) in names:
        return f"It is called '{RENAMED[name]}' now."
    close = nearest_of(name, names)
    return f"Did you mean '{close}'?" if close is not None else ""


def nearest_of(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that one which is not known is nearly; None where none is near.

    Parameters
    ----------
    name : str
    known : iterable of str
    """
    names = list(known)
    folded = {known_name.casefold(): known_name for known_name in reversed(names)}
    close = get_close_matches(name, names, n=1) or [
        folded[match] for match in get_close_matches(name.casefold(), folded, n=1)
    ]
    return close[0] if close else None


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Return a closing sentence on an unknown key: why it is gone, or as `nearest`.

    Parameters
    ----------
    key : str
    known : iterable of str
        The keys that are known.

    Returns
    -------
    str
    """
    return f"It is gone: {GONE[key]}. Leave it out." if key in GONE else nearest(key, known)


def proposed(problem: str) -> str | None:
    """Return the name that a message proposes in the place of an unknown one, if it does."""
    name = _PROPOSED.search(problem)
    return name.group(1) if name else None
