"""What a raw file was like: a report of counts and rows, written beside the survey table."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from ruralimpact.contracts.complements import FEWEST_UNITS
from ruralimpact.privacy.messages import HIDDEN
from ruralimpact.survey.codebook import Entry
from ruralimpact.survey.identifiers import ROW_NUMBER
from ruralimpact.survey.near_names import near_names
from ruralimpact.survey.prepare import PreparedTable
from ruralimpact.survey.raw_column import TOGETHER
from ruralimpact.survey.recode import Recoded

_LISTED = 20


def content_digest(raw: pd.DataFrame, others: Mapping[str, str] | None = None) -> str:
    """Return the SHA-256 of the cells of a raw table, which the order of its rows does not change.

    Parameters
    ----------
    raw : DataFrame of str
        Cells of a `RawTable`.
    others : mapping of str to str, optional
        Digests of the files that it is read with.
    """
    result = hashlib.sha256("\x1f".join(raw.columns).encode())
    columns = [raw.iloc[:, position].tolist() for position in range(raw.shape[1])]
    for line in sorted("\x1f".join(cells) for cells in zip(*columns, strict=True)):
        result.update(f"\n{line}".encode())
    for digest in (others or {}).values():
        result.update(digest.encode())
    return result.hexdigest()


def quality_report(
    prepared: PreparedTable,
    entries: Sequence[Entry],
    recoded: Mapping[str, Recoded],
    *,
    used: Sequence[str],
) -> dict[str, Any]:
    """Summarise one source.

    Parameters
    ----------
    prepared : PreparedTable
        What the codebook was applied to.
    entries : sequence of Entry
        Entries of this source.
    recoded : mapping of str to Recoded
        By variable.
    used : sequence of str
        Raw columns used besides those of the entries (the identifier).

    Returns
    -------
    dict
        ``rows_read``, ``rows_kept``, ``excluded`` (reason, rows), ``variables`` (raw_name, missing,
        ``described`` by the codebook and ``proposed`` in the data and, where there are any, out_of_range
        with count, range and the first rows, and ``missing_codes``: the rows of each), ``unlabelled``
        (count of categories that have no labels in the codebook, and the first that ten rows have),
        ``columns_not_used``; where there are any ``codes_not_found`` (codes that mean "missing" by the
        codebook and that no row has, by variable), ``values_not_found`` (values that a table of recodes
        lists and that no row has, by column), ``near_names`` (see `near_names`, by column),
        ``identifier`` where it is the number of the row, ``joined``,
        ``notes``, and ``edits`` (rule, column, count, first rows).
    """
    columns = [str(name) for name in prepared.table.cells.columns]
    named = {*used, *(entry.raw_name for entry in entries)}
    named |= {part for name in named for part in name.split(TOGETHER) if name not in columns}
    absent = {
        name: [code for code, count in item.missing_codes.items() if count == 0]
        for name, item in recoded.items()
    }
    result = {
        "codes_not_found": {name: codes for name, codes in absent.items() if codes},
        "values_not_found": _shown(prepared.edited_table.not_found, used),
        "near_names": _near_names(entries, recoded),
        "identifier": "the number of the row" if ROW_NUMBER in used else "",
        "joined": prepared.joined,
        "notes": list(prepared.table.notes),
        "edits": prepared.edited_table.edits,
    }
    return {
        "rows_read": prepared.rows_read,
        "rows_kept": len(prepared.table.cells),
        "excluded": prepared.excluded,
        "variables": {
            entry.variable: _variable(entry, recoded[entry.variable]) for entry in entries
        },
        "unlabelled": {
            entry.variable: _distinct(recoded[entry.variable].data)
            for entry in entries
            if not (entry.is_number or entry.labels or recoded[entry.variable].file_labels)
        },
        "columns_not_used": [name for name in columns if name not in named],
        **{name: value for name, value in result.items() if value},
    }


def _shown(values: Mapping[str, Sequence[str]], private: Sequence[str]) -> dict[str, Sequence[str]]:
    """Return values by column, of an identifier only that there are some."""
    return {
        column: [HIDDEN] * len(own) if column in private else own for column, own in values.items()
    }


def _near_names(
    entries: Sequence[Entry], recoded: Mapping[str, Recoded]
) -> dict[str, list[dict[str, Any]]]:
    """Propose recodes of categories whose values are names and not codes that have labels."""
    proposed = {
        entry.raw_name: [asdict(item) for item in near_names(recoded[entry.variable].data)]
        for entry in entries
        if not (entry.is_number or entry.labels or recoded[entry.variable].file_labels)
    }
    return {name: proposals for name, proposals in proposed.items() if proposals}


def _variable(entry: Entry, recoded: Recoded) -> dict[str, Any]:
    report: dict[str, Any] = {
        "raw_name": entry.raw_name,
        "missing": len(recoded.missing_rows),
        "described": _described(entry),
        "found": _observed(entry, recoded.data),
    }
    codes = {code: count for code, count in recoded.missing_codes.items() if count}
    if codes:
        report["missing_codes"] = codes
    if recoded.out_of_range_rows:
        report["out_of_range"] = {
            "count": len(recoded.out_of_range_rows),
            "minimum": entry.minimum,
            "maximum": entry.maximum,
            "rows": recoded.out_of_range_rows[:_LISTED],
        }
    return report


def _described(entry: Entry) -> dict[str, Any]:
    """What the codebook says of a variable, as far as it must not change between waves."""
    return {
        "question": entry.question,
        "type": entry.type,
        "unit": entry.unit,
        "minimum": entry.minimum,
        "maximum": entry.maximum,
        "categories": sorted(set(entry.labels.values())),
    }


def _observed(entry: Entry, values: pd.Series) -> dict[str, Any]:
    """What the data hold: the median of a number (also without zeros), the values of a category."""
    if not entry.is_number:
        return _distinct(values)
    known = values.dropna()
    result = {"median": _median(known), "median_not_zero": _median(known[known != 0])}
    return result | (
        {"share": float(known.mean())} if entry.type == "indicator" and len(known) else {}
    )


def _median(values: pd.Series) -> float | None:
    return float(values.median()) if len(values) else None


def _distinct(values: pd.Series) -> dict[str, Any]:
    """Count the values, and list those that are no small cells."""
    rows = values.value_counts()
    common = sorted(rows.index[rows >= FEWEST_UNITS].tolist())
    return {"count": len(rows), "values": common[:_LISTED]}
