"""Columns whose cells hold identifiers of units, whatever the codebook calls them."""

import re
from collections.abc import Collection, Iterable, Iterator

import numpy as np
import pandas as pd

# How exports of survey software name the row of the main table that a repeated row belongs to, and the key of
# a row itself.
PARENT_KEYS = (
    "_parent_index",
    "PARENT_KEY",
    "_submission__uuid",
    "_submission__id",
    "__Submissions-id",
)
OWN_KEYS = ("_index", "KEY", "_uuid", "_id", "instanceID", "__id", "meta-instanceID")
_SET_OF = "SET-OF-"
# Of rows within repeated rows, ODK Central says in which repeat: ``__Submissions-plots-id``.
_IN_REPEAT = re.compile(r"__submissions-.+-id")
# Keys that machines give to submissions, and to the rows of repeated questions.
_MACHINE_KEY = re.compile(
    r"\buuid:\S|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
    r"|\b(?=[a-f]*\d)(?=\d*[a-f])(?:[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{40})\b"
    r"|\S/[\w-]+\[\d+\]",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[^\W\d_]+|\d+")
# Identifiers of so many signs, some of them digits, stand in no cell by chance.
_TELLING = 6
# Shorter ones are told where so large a share of the rows have their own, of so many units.
_MOSTLY, _FEWEST_UNITS = 0.5, 5
# So large a share of the cells begins or ends with the identifier of its row, without a mark between.
_RUN_ON = 0.9


def is_key_by_name(column: str) -> bool:
    """Tell whether a column is called as exports call the keys of rows, with or without groups before."""
    return (
        is_own_key(column) or parent_rank(column) is not None or column.upper().startswith(_SET_OF)
    )


def is_own_key(column: str) -> bool:
    """Tell whether a column is called as exports call the key of a row, with or without groups before.

    Stata files of some exports have these names in small letters.
    """
    return any(_is_called(column, key) for key in OWN_KEYS)


def parent_rank(column: str) -> int | None:
    """Return how near the row is that a column names by its name, 0 for the nearest; None of other columns.

    Parameters
    ----------
    column : str
        With or without the groups before.
    """
    if _IN_REPEAT.fullmatch(column.lower()):
        return 0
    ranks = [rank for rank, key in enumerate(PARENT_KEYS, start=1) if _is_called(column, key)]
    return ranks[0] if ranks else None


def _is_called(column: str, key: str) -> bool:
    name, called = column.lower(), key.lower()
    return name == called or name.endswith(tuple(f"{mark}{called}" for mark in "/-.:"))


def is_machine_key(text: str) -> bool:
    """Tell whether a text has the form of a key that survey software gives to a row."""
    return _MACHINE_KEY.search(text) is not None


def rows_with_ids(
    cells: pd.Series, ids: pd.Series, telling: Collection[str], *, whole: bool
) -> pd.Series:
    """Tell which cells hold an identifier: of the unit of their row, of another one, or a key of a machine.

    Parameters
    ----------
    cells : Series of str, shape (n,)
        A column of a raw file; the empty string is missing.
    ids : Series of str, shape (n,)
        The identifier of the unit of each row, in the form of `cells`.
    telling : collection of str
        Those that no cell holds by chance.
    whole : bool
        Cells are numbers: they are identifiers, or begin or end with that of their row, and hold none among
        other words.

    Returns
    -------
    Series of bool, shape (n,)
        Short identifiers (a number below a hundred thousand) stand in cells by chance, so they are told
        where most rows have their own. So are numbers that most rows have of any unit.
    """
    filled, distinct = cells != "", cells.unique().tolist()
    held = rows_with_telling(cells, telling, whole=whole, keys=not whole)
    if len(distinct) <= _FEWEST_UNITS:
        return held
    own = filled & (cells == ids if whole else _hold(cells, ids))
    for apart in (own if own.sum() > _MOSTLY * filled.sum() else None, _run_on(cells, ids)):
        if apart is not None and ids[apart].nunique() > _FEWEST_UNITS:
            held = held | apart
    return held


def rows_with_telling(
    cells: pd.Series, telling: Collection[str], *, whole: bool, keys: bool = False
) -> pd.Series:
    """Tell which cells hold one of the identifiers that no cell holds by chance, whose ever they are.

    Parameters
    ----------
    cells, telling, whole
        See `rows_with_ids`.
    keys : bool
        Whether keys that machines give to rows are found, too.
    """
    distinct = cells.unique().tolist()
    if not whole:
        return cells.isin(_holding(distinct, telling, keys=keys))
    held = cells.isin([text for text in distinct if text and text in telling])
    return held & (held.sum() > _MOSTLY * (cells != "").sum())


def is_telling(identifier: str) -> bool:
    """Tell whether an identifier is long enough to stand in no cell by chance."""
    signs = "".join(_PARTS.findall(identifier))
    return len(signs) >= _TELLING and any(map(str.isdigit, signs))


def ids_held(cells: Iterable[str], ids: Collection[str]) -> bool:
    """Tell whether any cell holds an identifier that stands in no cell by chance, or a key of a machine.

    Parameters
    ----------
    cells, ids : collection of str
        In one form.
    """
    return bool(_holding(cells, list(filter(is_telling, ids))))


def _holding(cells: Iterable[str], ids: Iterable[str], *, keys: bool = True) -> list[str]:
    """Return the cells with an identifier, or a key of a machine, as a part."""
    texts = list(filter(is_telling, cells))  # others are too short to hold what is telling
    known = {_parts(unit) for unit in ids} if texts else set()
    lengths = {len(unit) for unit in known}
    held = [
        text
        for text in texts
        if any(run in known for length in lengths for run in _runs(_parts(text), length))
    ]
    return [*held, *filter(is_machine_key, cells)] if keys else held


def _hold(cells: pd.Series, ids: pd.Series) -> pd.Series:
    """Tell which cells have the identifier of their row as a part."""
    units = {unit: _parts(unit) for unit in ids.unique().tolist()}
    parts = {cell: _parts(cell) for cell in cells.unique().tolist()}
    lengths = set(map(len, units.values())) - {0}
    anywhere = {run for cell in parts.values() for length in lengths for run in _runs(cell, length)}
    may_hold = ids.isin([unit for unit, own in units.items() if own in anywhere])
    held = np.zeros(len(ids), dtype=bool)
    held[may_hold] = [
        units[unit] in _runs(parts[cell], len(units[unit]))
        for cell, unit in zip(cells[may_hold].tolist(), ids[may_hold].tolist(), strict=True)
    ]
    return pd.Series(held, index=cells.index)


def _run_on(cells: pd.Series, ids: pd.Series) -> pd.Series | None:
    """Tell which cells begin or end with the identifier of their row, whatever follows or goes before.

    Returns
    -------
    Series of bool, shape (n,), or None
        None where too few do; most columns are left after a look at few of their rows.
    """
    filled = int((cells != "").sum())
    run_on: list[bool] = []
    others = 0
    for cell, unit in zip(cells.tolist(), ids.tolist(), strict=True):
        fits = bool(cell and unit) and (cell.startswith(unit) or cell.endswith(unit))
        run_on.append(fits)
        others += bool(cell) and not fits
        if filled - others <= _RUN_ON * filled:
            return None
    return pd.Series(run_on, index=cells.index) if filled else None


def _parts(text: str) -> tuple[str, ...]:
    """Return the words and numbers of a text, in small letters and without zeros before a number."""
    return tuple(part.lstrip("0") or "0" for part in _PARTS.findall(text.casefold()))


def _runs(parts: tuple[str, ...], length: int) -> Iterator[tuple[str, ...]]:
    return (parts[start : start + length] for start in range(len(parts) - length + 1))
