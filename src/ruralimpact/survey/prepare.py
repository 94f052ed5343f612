"""A raw table before the codebook is applied: repaired, joined, and without the rows that are not wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.survey.chosen import keep_rows
from ruralimpact.survey.clean import Cleaned, clean
from ruralimpact.survey.identifiers import ROW_NUMBER
from ruralimpact.survey.join import join_file
from ruralimpact.survey.raw_column import TOGETHER
from ruralimpact.survey.raw_table import RawTable


@dataclass(frozen=True)
class Prepared:
    """What the codebook is applied to.

    Attributes
    ----------
    table : RawTable
    rows_read : int
        Rows of the file, blank ones included.
    excluded : list of dict
        ``reason`` and number of ``rows``: blank rows, repairs that leave out rows, the filter.
    cleaned : Cleaned
        Repairs of the source's own file.
    joined : list of dict
        See `join.Joined`.
    """

    table: RawTable
    rows_read: int
    excluded: list[dict[str, Any]]
    cleaned: Cleaned
    joined: list[dict[str, Any]]

    @property
    def repaired(self) -> set[str]:
        """Columns that a repair was declared for."""
        return {repair["column"] for repair in self.cleaned.repairs}


def prepare(
    raw: RawTable,
    source: Mapping[str, Any],
    *,
    file: str | Path,
    others: Mapping[str, RawTable],
    items: Sequence[str] = (),
) -> Prepared:
    """Repair a raw table, join other files to it, and keep the rows that are wanted.

    Parameters
    ----------
    raw : RawTable
    source : mapping
        Item of ``sources:``: ``id``, ``clean``, ``join``, ``keep``, ``decimal``.
    file : path
        For messages.
    others : mapping of str to RawTable
        Files of ``join:``, by name.
    items : sequence of str
        Raw columns that, with the identifier, tell rows apart.

    Returns
    -------
    Prepared

    Raises
    ------
    DataError
        The file has no rows of data, or none is kept; see also `clean`, `join` and `chosen`.
    """
    blank = (raw.cells == "").all(axis=1)
    if blank.all():
        raise DataError("has no rows of data.", file=file)
    excluded = [{"reason": "every cell is empty", "rows": int(blank.sum())}]
    mark = source.get("decimal") or "."
    ids = [one for one in id_columns(source) if one != ROW_NUMBER]
    cleaned = clean(
        raw.cells[~blank],
        source.get("clean", ()),
        file=file,
        keys=[*ids, *items],
        identifier=TOGETHER.join(ids),
        decimal=mark,
    )
    table, joined = raw.with_cells(cleaned.table), []
    for one in source.get("join", ()):
        found = join_file(
            table,
            _cleaned(others[one["name"]], one),
            keys_of(one["by"]),
            name=one["name"],
            file=file,
            other=one["path"],
            decimal=one.get("decimal"),
        )
        table = found.table
        joined.append(found.report)
    kept = keep_rows(table.cells, source.get("keep", ()), file, mark)
    if kept.table.empty:
        raise DataError("no row is left by the filter `keep`.", file=file)
    excluded = [one for one in excluded + cleaned.excluded + kept.excluded if one["rows"]]
    return Prepared(table.with_cells(kept.table), len(raw.cells), excluded, cleaned, joined)


def id_columns(source: Mapping[str, Any]) -> list[str]:
    """Return the raw columns that together identify a unit.

    Raises
    ------
    ConfigError
        None is stated.
    """
    named = source.get("id")
    if not named:
        problem = f"says which column identifies a unit; `{ROW_NUMBER}` numbers the rows."
        raise ConfigError(problem, key=f"sources.{source['name']}.id")
    return [named] if isinstance(named, str) else list(named)


def keys_of(keys: Mapping[str, str] | Sequence[str]) -> dict[str, str]:
    """Return keys as column of the first file to column of the second."""
    return dict(keys) if isinstance(keys, Mapping) else {name: name for name in keys}


def _cleaned(table: RawTable, one: Mapping[str, Any]) -> RawTable:
    mark = one.get("decimal") or "."
    return table.with_cells(
        clean(table.cells, one.get("clean", ()), file=one["path"], decimal=mark).table
    )
