"""Names of files that hold what a cell tells of somebody: they stand in results, messages and logs."""

import re
from collections.abc import Iterable

from ruralimpact.privacy.ids_in_cells import is_telling

_WORDS = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]+")
# Shorter words stand in names of files by chance ("de", "la"), as do single words, and two of a longer text.
_SHORTEST, _FEWEST, _MOST = 3, 2, 5


def names_somebody(stem: str, cells: Iterable[str]) -> bool:
    """Tell whether the name of a file holds a cell: half of its words, two or more, or a telling identifier.

    Parameters
    ----------
    stem : str
        Name of the file without its ending.
    cells : iterable of str
        Of columns that tell who somebody is.
    """
    words = set(_WORDS.findall(stem.casefold()))
    return any(_is_held(cell.casefold(), words) for cell in cells)


def _is_held(cell: str, words: set[str]) -> bool:
    if is_telling(cell) and words.issuperset(_WORDS.findall(cell)):
        return True
    own = {word for word in _LETTERS.findall(cell) if len(word) >= _SHORTEST}
    return len(own) <= _MOST and len(own & words) >= max(_FEWEST, len(own) / 2)
