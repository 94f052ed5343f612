"""Names that only the way of writing tells apart."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.survey.values import normalised

_DIGITS = re.compile(r"\d+")


def folded(name: str) -> str:
    """Return a name without what only the way of writing tells apart.

    Case, accents, spaces, zeros before a number and ``.0`` after it: ``Río 07``, ``RIO 7`` and ``rio7.0``
    fold to the same.
    """
    plain = unicodedata.normalize("NFKD", normalised(name)).casefold()
    letters = "".join(one for one in plain if not unicodedata.combining(one) and not one.isspace())
    letters = re.sub(r"(?<=\d)\.0+$", "", letters)
    return _DIGITS.sub(lambda digits: digits.group().lstrip("0") or "0", letters)


def written_in_two_ways(names: Iterable[str]) -> list[list[str]]:
    """Return the sets of different names that fold to the same, each sorted, in order."""
    found: dict[str, set[str]] = {}
    for name in names:
        found.setdefault(folded(name), set()).add(name)
    return sorted(sorted(names) for names in found.values() if len(names) > 1)


def refuse_two_ways(names: pd.Series, *, file: str | Path, column: str, what: str) -> None:
    """Refuse names of which two differ only in the way of writing.

    Parameters
    ----------
    names : Series of str
        Indexed by row; missing ones are passed over.
    file : path
    column : str
    what : str
        What they name, for the message: ``identifiers``, ``groups``.

    Raises
    ------
    DataError
        Lists them. Half of the groups in small letters would be as many groups more, and standard errors
        too small.
    """
    pairs = written_in_two_ways(names.dropna().unique())
    if not pairs:
        return
    shown = "; ".join(" and ".join(f"'{name}'" for name in pair) for pair in pairs[:5])
    more = f"; and {len(pairs) - 5:,} more" if len(pairs) > 5 else ""
    involved = {name for pair in pairs for name in pair}
    raise DataError(
        f"{what} differ only in case, spaces, accents, leading zeros or '.0': {shown}{more}.",
        file=file,
        column=column,
        rows=names.index[names.isin(involved)].tolist(),
        hint="If they are the same, write them in one way by the repair `spellings`.",
    )
