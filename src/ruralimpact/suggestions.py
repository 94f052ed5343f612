"""The nearest known name, for messages about a name that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches

RENAMED = {
    "clean": "edits",
    "comparisons": "goodman_bacon",
    "drift": "questionnaire_change",
    "repairs": "data_edits",
    "verdict": "robustness",
}


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
        The name that the thing has now, or the nearest known one where one is near, else all of them.
    """
    names = list(known)
    if RENAMED.get(name) in names:
        return f"It is called '{RENAMED[name]}' now."
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{close[0]}'?"
    return f"Known: {', '.join(names)}." if names else "None is known."
