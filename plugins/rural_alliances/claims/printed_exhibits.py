"""The tables and figures of the documents: which are made here again, and why the others are not."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ruralimpact.errors import DataError

Treatment = Literal["computed", "set again", "as printed", "left out"]
_COLUMNS = ("document", "exhibit", "title", "treatment", "shown", "reason")


@dataclass(frozen=True)
class PrintedExhibit:
    """A table or figure of a document.

    Attributes
    ----------
    document, exhibit, title : str
        Where it stands, its number, and what it shows in our words.
    treatment : {"computed", "set again", "as printed", "left out"}
        Its numbers are computed here again; it is set as the report sets it, with each cell that can be
        recomputed checked; its words and numbers are shown; or it is not here.
    shown : tuple of str
        ``"<study>:<exhibit>"``, and ``"claims:<table>"`` for what the ledger sets; none where left out.
    reason : str
        Why it is left out, or why only its words are shown; empty where all of it is made again.
    """

    document: str
    exhibit: str
    title: str
    treatment: Treatment
    shown: tuple[str, ...]
    reason: str


def read_printed_exhibits(path: str | Path) -> tuple[PrintedExhibit, ...]:
    """Read the tables and figures in the order of the documents.

    Raises
    ------
    DataError
        A column is missing; a treatment is unknown; or an exhibit is neither shown nor has a reason, or is
        made again and has one.
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    missing = [name for name in _COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise DataError("no such column, or no rows.", file=path, column=", ".join(missing))
    return tuple(_printed_exhibit(row, path) for row in rows)


def _printed_exhibit(row: Mapping[str, str], path: str | Path) -> PrintedExhibit:
    if row["treatment"] not in get_args(Treatment):
        problem = f"'{row['treatment']}' is not one of: {', '.join(get_args(Treatment))}."
        raise DataError(problem, file=path, column="treatment", rows=[row["exhibit"]])
    left_out, again = row["treatment"] == "left out", row["treatment"] in ("computed", "set again")
    without_reason = not row["reason"] and not again
    if without_reason or (again and row["reason"]) or left_out == bool(row["shown"]):
        problem = (
            "what is not made again has a reason; what is not left out says where it is shown."
        )
        raise DataError(problem, file=path, rows=[row["exhibit"]])
    words = {name: row[name] for name in _COLUMNS if name != "shown"}
    return PrintedExhibit(**words, shown=tuple(row["shown"].split()))  # type: ignore[arg-type]
