"""Names that only the way of writing tells apart."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.privacy.keyed_ids import near_part, unseparated_part
from ruralimpact.survey.values import as_meant, normalised

_ZEROS_BEHIND, _ZEROS_BEFORE = re.compile(r"(?<=\d)(\.0+|,00?)$"), re.compile(r"(?<!\d)0+(?=\d)")
_DECIMAL = re.compile(r"([+-]?)0*(\d+[.,]\d+)")
_THOUSANDS = re.compile(
    r"[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:,\d{3})+|(?:['\u2019\u02bc\u00b4\u0060]\d{3})+)"
)
_MARKS = re.compile(r"[.,;:_/\\|'\"()\[\]·#\u2019\u02bc\u00b4\u0060-]+")
_LETTERS_AND_NUMBER = re.compile(r"^([^\W\d_]+)-(\d+)$")
_SEPARATOR = "-"
_LOOK_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc\u00b4\u0060", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
        # Cyrillic and Greek letters like Latin ones, as capitals or small: typed on another keyboard.
        **dict(zip("авекмнорстухіјѕ", "abekmhopctyxijs", strict=True)),
        **dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True)),
    }
)


def folded(name: str) -> str:
    """Return a name without what only the way of writing tells apart.

    Case, accents, spaces, kinds of dashes and apostrophes, letters of other alphabets that look like
    Latin ones, zeros before a number and ``.0`` after it: ``Río 07``, ``RIO 7`` and ``rio7.0`` fold to the
    same, as does a name that was misread (`values.as_meant`); zeros behind a decimal mark stay, so that
    1001.01 is not 1001.1. So do the keyed hashes of identifiers that do.
    """
    near = near_part(name)
    if near is not None:
        return near
    plain = as_meant(normalised(name))
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
    plain = plain.casefold().translate(_LOOK_ALIKE)
    if not plain.isascii():
        plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    letters = _ZEROS_BEHIND.sub("", "".join(plain.split()))
    decimal = _DECIMAL.fullmatch(letters)
    return "".join(decimal.groups()) if decimal else _ZEROS_BEFORE.sub("", letters)


def punctuated_alike(name: str) -> str:
    """Return a folded name with one separator for whatever separates its parts.

    ``A-01``, ``a_1``, ``"A01"`` and ``A01.`` are alike, ``1-12`` and ``1/12`` too; ``11-2`` is another.
    Signs that say something stay: the minus of ``-1``, ``5+``, ``A-``, ``<5``.
    """
    plain = folded(name)
    parts = [part for part in _MARKS.split(plain.removeprefix("+")) if part]
    if not parts:
        return plain
    before = "-" if plain[0] == "-" and plain[1].isdigit() else ""
    behind = "-" if plain[-1] == "-" else ""
    alike = _LETTERS_AND_NUMBER.sub(r"\1\2", _SEPARATOR.join(parts)) if len(parts) == 2 else None
    return before + (alike or _SEPARATOR.join(parts)) + behind


def near_forms(name: str) -> tuple[str, str]:
    """Return a name as `punctuated_alike`, and without separators: of numbers, those of thousands only."""
    if name.isascii() and name.isalnum():
        folds = _ZEROS_BEFORE.sub("", name.lower())
        return folds, folds
    alike = punctuated_alike(name)
    keyed = unseparated_part(name)
    if keyed is not None:
        return alike, keyed
    plain = normalised(name)
    if _THOUSANDS.fullmatch(plain):
        return alike, _MARKS.sub("", plain).removeprefix("+")
    inside = alike[1:-1]
    if _SEPARATOR not in inside or _DECIMAL.fullmatch(plain):
        return alike, alike
    return alike, alike[0] + inside.replace(_SEPARATOR, "") + alike[-1]


def written_in_two_ways(names: Iterable[str]) -> list[list[str]]:
    """Return the sets of different names that fold to the same, each sorted, in order.

    Those whose punctuation alone differs do: by its signs, or since one of them has none. ``1-12`` and
    ``11-2`` do not.
    """
    forms = {name: near_forms(name) for name in set(names)}
    spellings: dict[str, set[str]] = {}
    for name, (alike, _) in forms.items():
        spellings.setdefault(alike, set()).add(name)
    for name, (alike, bare) in forms.items():
        if bare != alike and bare in spellings:
            spellings[bare].add(name)
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
    there = set(known) - {""}
    strange = [value for value in names.unique().tolist() if value and value not in there]
    near = {
        value: sorted(there.intersection(alike))[0]
        for alike in written_in_two_ways([*there, *strange])
        if not there.isdisjoint(alike)
        for value in alike
        if value not in there
    }
    lost = [value for value in strange if value in near]
    if lost:
        pair = f"'{lost[0]}' is '{near[lost[0]]}' in {where}"
        if near_part(lost[0]) is not None:
            pair = f"{len(lost):,} have one like them in {where}"
        raise DataError(
            f"{pair}: they differ only in the way of writing.",
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
    quoted: bool = True,
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
    quoted : bool
        Whether messages may quote them; else they name rows.

    Raises
    ------
    DataError
        Lists them. Half of the groups in small letters would be as many groups more, and standard errors
        too small.
    """
    pairs = written_in_two_ways(names.dropna().unique().tolist())
    if not pairs:
        return
    involved = {name for pair in pairs for name in pair}
    raise DataError(
        f"{what} differ only in case, spaces, accents, punctuation, leading zeros, '.0' or encoding: "
        f"{_listed(pairs) if quoted else _rows_listed(pairs, names)}.",
        file=file,
        within=within,
        column=column,
        **_named(names.index[names.isin(involved)], within),
        hint="If they are the same, write them in one way by the edit `codes` (numbers), `spellings` or a "
        "table of `recodes`; if not, list the column under `as_written` of the source.",
    )


def _listed(pairs: list[list[str]]) -> str:
    """List names written in two ways; of keyed hashes, which nobody can read, how many there are."""
    if near_part(pairs[0][0]) is not None:
        return f"{len(pairs):,} are written in several ways"
    shown = "; ".join(" and ".join(f"'{name}'" for name in pair) for pair in pairs[:5])
    return f"{shown}; and {len(pairs) - 5:,} more" if len(pairs) > 5 else shown


def _rows_listed(pairs: list[list[str]], names: pd.Series) -> str:
    """List the first row of each of names written in two ways."""
    rows = names.drop_duplicates()
    first = dict(zip(rows, rows.index, strict=True))
    together = [" and ".join(str(first[name]) for name in pair) for pair in pairs[:5]]
    more = f"; and {len(pairs) - 5:,} more" if len(pairs) > 5 else ""
    return f"those of rows {'; '.join(together)}{more}"


def _named(index: pd.Index, within: str | None) -> dict[str, list[Any]]:
    """Return the rows of a file, or the units of a sample, as `DataError` takes them."""
    return {"units" if within else "rows": index.unique().tolist()}
