"""A raw table before the codebook is applied: edited, joined, and without the rows that are not wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.survey.chosen import keep_rows
from ruralimpact.survey.edits import Edited, apply_edits
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
        ``reason`` and number of ``rows``: blank rows, edits that exclude rows, the filter.
    edited_table : Edited
        Edits of the source's own file.
    joined : list of dict
        See `join.Joined`.
    """

    table: RawTable
    rows_read: int
    excluded: list[dict[str, Any]]
    edited_table: Edited
    joined: list[dict[str, Any]]

    @property
    def edited(self) -> set[str]:
        """Columns that an edit was declared for."""
        return {edit["column"] for edit in self.edited_table.edits}


def prepare(
    raw: RawTable,
    source: Mapping[str, Any],
    *,
    file: str | Path,
    others: Mapping[str, RawTable],
    items: Sequence[str] = (),
) -> Prepared:
    """Edit a raw table, join other files to it, and keep the rows that are wanted.

    Parameters
    ----------
    raw : RawTable
    source : mapping
        Item of ``sources:``: ``id``, ``edits``, ``join``, ``keep``, ``decimal``.
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
        The file has no rows of data, or none is kept; see also `apply_edits`, `join` and `chosen`.
    """
    blank = (raw.cells == "").all(axis=1)
    if blank.all():
        raise DataError("has no rows of data.", file=file)
    excluded = [{"reason": "every cell is empty", "rows": int(blank.sum())}]
    mark, key = source.get("decimal") or ".", f"sources.{source.get('name')}"
    ids = [item for item in id_columns(source) if item != ROW_NUMBER]
    edited_table = apply_edits(
        raw.cells[~blank],
        source.get("edits", ()),
        file=file,
        keys=[*ids, *items],
        identifier=TOGETHER.join(ids),
        decimal=mark,
        key=f"{key}.edits",
        one_of_several="series" in source,
    )
    table, joined = raw.with_cells(edited_table.table), []
    for item in source.get("join", ()):
        result = join_file(
            table,
            _edited(others[item["name"]], item, f"{key}.join.{item['name']}.edits"),
            keys_of(item["by"]),
            name=item["name"],
            file=file,
            other=item["path"],
            decimal=item.get("decimal"),
        )
        table = result.table
        joined.append(result.report)
    kept = keep_rows(
        table.cells,
        source.get("keep", ()),
        file,
        mark,
        f"{key}.keep",
        one_of_several="series" in source,
    )
    if kept.table.empty:
        raise DataError("no row is left by the filter `keep`.", file=file)
    excluded = [item for item in excluded + edited_table.excluded + kept.excluded if item["rows"]]
    return Prepared(table.with_cells(kept.table), len(raw.cells), excluded, edited_table, joined)


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


def _edited(table: RawTable, item: Mapping[str, Any], key: str) -> RawTable:
    mark, rules = item.get("decimal") or ".", item.get("edits", ())
    edited = apply_edits(table.cells, rules, file=item["path"], decimal=mark, key=key)
    return table.with_cells(edited.table)
