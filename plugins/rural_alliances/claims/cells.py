"""Cells of printed tables, each recomputed from others."""

import csv
from collections.abc import Mapping
from pathlib import Path

from rural_alliances.claims.recheck import Recheck, recheck
from rural_alliances.claims.records import Check, Published
from ruralimpact.errors import DataError

Place = tuple[str, str, str]
_COLUMNS = ("table", "row", "column", "recomputed", "decimals", "margin", "note")


def read_cells(path: str | Path) -> dict[Place, Check]:
    """Read what each cell should be, by table, row and column.

    Raises
    ------
    DataError
        A column is missing, or a cell stands twice.
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    missing = [name for name in _COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise DataError("no such column, or no rows.", file=path, column=", ".join(missing))
    places = [(row["table"], row["row"], row["column"]) for row in rows]
    twice = sorted({".".join(place) for place in places if places.count(place) > 1})
    if twice:
        raise DataError("cells that stand twice.", file=path, rows=twice)
    return dict(zip(places, map(_check, rows), strict=True))


def recheck_cells(checks: Mapping[Place, Check], published: Published) -> dict[Place, Recheck]:
    """Recompute every cell, by table, row and column."""
    return {place: recheck(check, published) for place, check in checks.items()}


def _check(row: Mapping[str, str]) -> Check:
    name = f"{row['table']}.{row['row']}.{row['column']}"
    return Check(
        id=name,
        claims=(),
        place=row["table"],
        what=name,
        printed=name,
        recomputed=row["recomputed"],
        decimals=int(row["decimals"]),
        bound="",
        margin=float(row["margin"] or 0),
        scope="inside",
        settles=False,
        note=row["note"],
    )
