"""What a raw file was like: a report of counts and rows, written beside the survey table."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ruralimpact.survey.codebook import Entry
from ruralimpact.survey.recode import Recoded

_LISTED = 20


def quality_report(
    raw: pd.DataFrame,
    entries: Sequence[Entry],
    recoded: Mapping[str, Recoded],
    *,
    used: Sequence[str],
    blank_rows: Sequence[int],
) -> dict[str, Any]:
    """Summarise one source.

    Parameters
    ----------
    raw : DataFrame
        Raw table without its blank rows.
    entries : sequence of Entry
        Entries of this source.
    recoded : mapping of str to Recoded
        By variable.
    used : sequence of str
        Raw columns used besides those of the entries (the identifier).
    blank_rows : sequence of int
        Rows left out because every cell is empty.

    Returns
    -------
    dict
        ``rows_read``, ``rows_kept``, ``excluded`` (reason, rows), ``variables`` (raw_name, missing
        and, where there are any, out_of_range with count, range and the first rows), ``unlabelled``
        (count and first values of categories that have no labels in the codebook),
        ``columns_not_used``.
    """
    named = {*used, *(entry.raw_name for entry in entries)}
    excluded = [{"reason": "every cell is empty", "rows": len(blank_rows)}] if blank_rows else []
    return {
        "rows_read": len(raw) + len(blank_rows),
        "rows_kept": len(raw),
        "excluded": excluded,
        "variables": {
            entry.variable: _variable(entry, recoded[entry.variable]) for entry in entries
        },
        "unlabelled": {
            entry.variable: _distinct(recoded[entry.variable].data)
            for entry in entries
            if not entry.is_number and not entry.labels
        },
        "columns_not_used": [name for name in raw.columns if name not in named],
    }


def _variable(entry: Entry, recoded: Recoded) -> dict[str, Any]:
    report: dict[str, Any] = {"raw_name": entry.raw_name, "missing": len(recoded.missing_rows)}
    if recoded.out_of_range_rows:
        report["out_of_range"] = {
            "count": len(recoded.out_of_range_rows),
            "minimum": entry.minimum,
            "maximum": entry.maximum,
            "rows": recoded.out_of_range_rows[:_LISTED],
        }
    return report


def _distinct(values: pd.Series) -> dict[str, Any]:
    distinct = sorted(values.dropna().unique().tolist())
    return {"count": len(distinct), "values": distinct[:_LISTED]}
