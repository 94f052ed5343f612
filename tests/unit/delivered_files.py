"""Files as survey firms deliver them, for tests of drafts, and what is drafted of them."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from ruralimpact.draft import DraftStudy

Rows = Sequence[Sequence[object]]


def text(path: Path, rows: Rows, *, delimiter: str = ",", encoding: str = "utf-8") -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))


def options(study: DraftStudy, source: str) -> dict[str, object]:
    (drafted,) = [item for item in study.sources if item.name == source]
    return {option.key: option.value for option in drafted.options}


def entry(study: DraftStudy, variable: str) -> dict[str, str]:
    (row,) = [row for row in study.codebook if row.variable == variable]
    keys = ("type", "unit", "labels", "missing_codes", "role", "timing")
    return {key: getattr(row, key) for key in keys if getattr(row, key)}


def farms(count: int = 60, **columns: object) -> Rows:
    """Return rows of farms, each column a function of the number of the row or a constant."""
    made = [
        [column(i) if callable(column) else column for column in columns.values()]
        for i in range(1, count + 1)
    ]
    return [list(columns), *made]
