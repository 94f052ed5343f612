"""Reading `data/published`, and refusing what the ledger could not stand on."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

from rural_alliances.claims.records import (
    Bound,
    Check,
    Claim,
    Direction,
    PrintedTable,
    Published,
    Scope,
    Tier,
)
from ruralimpact.errors import DataError

_TABLE_WORDS = ("row", "label", "role")


def read_published(
    claims: str | Path, checks: str | Path, tables: Sequence[str | Path]
) -> Published:
    """Read claims, checks and printed tables.

    Parameters
    ----------
    claims, checks : path
    tables : sequence of path
        One file a printed table, named like it.

    Returns
    -------
    Published

    Raises
    ------
    DataError
        A column is missing, an identifier is used twice or unknown, or a value is not one of those known.
    """
    by_id = {row["id"]: _claim(row, claims) for row in _rows(claims, Claim.__dataclass_fields__)}
    kept = tuple(_check(row, checks) for row in _rows(checks, Check.__dataclass_fields__))
    unknown = sorted({name for check in kept for name in check.claims} - set(by_id))
    if unknown:
        raise DataError("claims that do not exist.", file=checks, column="claims", rows=unknown)
    return Published(by_id, kept, {Path(path).stem: _table(path) for path in tables})


def read_files(paths: Sequence[str | Path]) -> Published:
    """Read claims, checks and printed tables from files known by their names."""
    named = {Path(path).name: path for path in paths}
    claims, checks = named.pop("claims.csv"), named.pop("checks.csv")
    return read_published(claims, checks, list(named.values()))


def _rows(path: str | Path, columns: Mapping[str, object]) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    missing = [name for name in columns if rows and name not in rows[0]]
    if missing or not rows:
        raise DataError("no such column, or no rows.", file=path, column=", ".join(missing))
    names = [row["id"] for row in rows]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError("identifiers used twice.", file=path, column="id", rows=twice)
    return rows


def _claim(row: Mapping[str, str], path: str | Path) -> Claim:
    _one_of(row, "tier", get_args(Tier), path)
    _one_of(row, "direction", get_args(Direction), path)
    claim = Claim(**{name: row[name] for name in Claim.__dataclass_fields__})  # type: ignore[arg-type]
    if claim.value:
        _number(row, "value", path)
    elif not claim.printed:
        raise DataError("neither a number nor words.", file=path, rows=[claim.id])
    elif claim.computed_by and not claim.direction:
        problem = "an estimate can be set beside a number or a direction only."
        raise DataError(problem, file=path, column="computed_by", rows=[claim.id])
    return claim


def _check(row: Mapping[str, str], path: str | Path) -> Check:
    _one_of(row, "scope", get_args(Scope), path)
    _one_of(row, "bound", get_args(Bound), path)
    _one_of(row, "settles", ("yes", "no"), path)
    texts = {name: row[name] for name in ("id", "place", "what", "printed", "recomputed", "note")}
    return Check(
        **texts,
        claims=tuple(row["claims"].split()),
        decimals=int(_number(row, "decimals", path)),
        bound=row["bound"],  # type: ignore[arg-type]
        margin=_number(row, "margin", path) if row["margin"] else 0.0,
        scope=row["scope"],  # type: ignore[arg-type]
        settles=row["settles"] == "yes",
    )


def _one_of(row: Mapping[str, str], column: str, known: Sequence[str], path: str | Path) -> None:
    if row[column] not in known:
        words = ", ".join(name or "(empty)" for name in known)
        problem = f"'{row[column]}' is not one of: {words}."
        raise DataError(problem, file=path, column=column, rows=[row["id"]])


def _number(row: Mapping[str, str], column: str, path: str | Path) -> float:
    try:
        return float(row[column])
    except ValueError:
        problem = f"'{row[column]}' is not a number."
        raise DataError(problem, file=path, column=column, rows=[row["id"]]) from None


def _table(path: str | Path) -> PrintedTable:
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cells = {
        row["row"]: {name: text for name, text in row.items() if name not in _TABLE_WORDS}
        for row in rows
    }
    return PrintedTable(cells, tuple(row["row"] for row in rows if row["role"] == "line"))
