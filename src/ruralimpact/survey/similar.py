"""Names that only the way of writing tells apart."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.privacy.keyed_ids import near_part
from ruralimpact.survey.values import normalised

_ZEROS_BEHIND, _ZEROS_BEFORE = re.compile(r"(?<=\d)\.0+$"), re.compile(r"(?<!\d)0+(?=\d)")
_LOOK_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc\u00b4\u0060", "'"),
        # Cyrillic and Greek letters like Latin ones, as capitals or small: typed on another keyboard.
        **dict(zip("авекмнорстухіјѕ", "abekmhopctyxijs", strict=True)),
        **dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True)),
    }
)


def folded(name: str) -> str:
    """Return a name without what only the way of writing tells apart.

    Case, accents, spaces, kinds of dashes and apostrophes, letters of other alphabets that look like
    Latin ones, zeros before a number and ``.0`` after it: ``Río 07``, ``RIO 7`` and ``rio7.0`` fold to the
    same. So do the keyed hashes of identifiers that do.
    """
    near = near_part(name)
    if near is not None:
        return near
    plain = normalised(name)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
    plain = plain.casefold().translate(_LOOK_ALIKE)
    if not plain.isascii():
        plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    letters = "".join(plain.split())
    return _ZEROS_BEFORE.sub("", _ZEROS_BEHIND.sub("", letters))


def written_in_two_ways(names: Iterable[str]) -> list[list[str]]:
    """Return the sets of different names that fold to the same, each sorted, in order."""
    spellings: dict[str, set[str]] = {}
    for name in names:
        spellings.setdefault(folded(name), set()).add(name)
    return sorted(sorted(names) for names in spellings.values() if len(names) > 1)


def refuse_near(
    names: pd.Series,
    known: Iterable[str],
    *,
    where: str,
    column: str,
    file: str | Path | None = None,
    within: str | None = None,
) -> None:
    """Refuse names that are not among those known but for the way of writing.

    Parameters
    ----------
    names : Series of str
        Indexed by row of the file or, of a sample, by unit. The empty string is passed over.
    known : iterable of str
    where : str
        Where the known ones stand, for the message.
    column : str
    file, within : str
        The file, or the sample, that the names are of.

    Raises
    ------
    DataError
    """
    there = set(known)
    near = {folded(name): name for name in there}
    lost = [
        value for value in names.unique() if value and value not in there and folded(value) in near
    ]
    if lost:
        raise DataError(
            f"'{lost[0]}' is '{near[folded(lost[0])]}' in {where}: they differ only in the way of writing.",
            file=file,
            within=within,
            column=column,
            **_named(names.index[names.isin(lost)], within),
            hint="Write them in one way by the edit `codes` (numbers), `spellings` or `recodes`.",
        )


def refuse_two_ways(
    names: pd.Series,
    *,
    what: str,
    column: str,
    file: str | Path | None = None,
    within: str | None = None,
) -> None:
    """Refuse names of which two differ only in the way of writing.

    Parameters
    ----------
    names : Series of str
        Indexed by row of the file or, of a sample, by unit; missing ones are passed over.
    what : str
        What they name, for the message: ``identifiers``, ``groups``.
    column : str
    file, within : str
        The file, or the sample, that the names are of.

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
        f"{what} differ only in case, spaces, accents, dashes, leading zeros or '.0': {shown}{more}.",
        file=file,
        within=within,
        column=column,
        **_named(names.index[names.isin(involved)], within),
        hint="If they are the same, write them in one way by the edit `codes` (numbers), `spellings` or a "
        "table of `recodes`; if not, list the column under `as_written` of the source.",
    )


def _named(index: pd.Index, within: str | None) -> dict[str, list[Any]]:
    """Return the rows of a file, or the units of a sample, as `DataError` takes them."""
    return {"units" if within else "rows": index.unique().tolist()}
