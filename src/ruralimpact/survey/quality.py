"""What a raw file was like: a report of counts and rows, written beside the survey table."""

import hashlib
from collections.abc import Mapping, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ruralimpact.contracts.complements import FEWEST_UNITS
from ruralimpact.privacy.messages import HIDDEN, name_of_column
from ruralimpact.schema.quality import (
    Described,
    NearName,
    ObservedCategories,
    ObservedNumbers,
    OutOfRange,
    SurveyQuality,
    VariableReport,
)
from ruralimpact.survey.codebook import INTERVIEWER, Entry
from ruralimpact.survey.identifiers import ROW_NUMBER
from ruralimpact.survey.near_names import near_names
from ruralimpact.survey.prepare import PreparedTable
from ruralimpact.survey.raw_column import TOGETHER
from ruralimpact.survey.recode import Recoded
from ruralimpact.survey.values import code_of

_LISTED = 20
_LINES_AT_ONCE = 100_000  # a Python text takes more memory than its cells


def content_digest(raw: pd.DataFrame, others: Mapping[str, str] | None = None) -> str:
    """Return the SHA-256 of the cells of a raw table, which the order of its rows does not change.

    Parameters
    ----------
    raw : DataFrame of str
        Cells of a `RawTable`.
    others : mapping of str to str, optional
        Digests of the files that it is read with.
    """
    content = hashlib.sha256("\x1f".join(raw.columns).encode())
    texts = pa.large_string()
    columns = [pa.array(raw.iloc[:, position], texts) for position in range(raw.shape[1])]
    lines = pc.binary_join_element_wise(*columns, pa.scalar("\x1f", texts))
    # By their bytes in UTF-8, which is the order of their characters, too.
    lines = lines.take(pc.array_sort_indices(lines))
    for start in range(0, len(lines), _LINES_AT_ONCE):
        for line in lines.slice(start, _LINES_AT_ONCE).to_pylist():
            content.update(f"\n{line}".encode())
    for digest in (others or {}).values():
        content.update(digest.encode())
    return content.hexdigest()


def quality_report(
    prepared: PreparedTable,
    entries: Sequence[Entry],
    recoded: Mapping[str, Recoded],
    *,
    used: Sequence[str],
) -> SurveyQuality:
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
    SurveyQuality
    """
    columns = [str(name) for name in prepared.table.cells.columns]
    named = {*used, *(entry.raw_name for entry in entries)}
    named |= {part for name in named for part in name.split(TOGETHER) if name not in columns}
    absent = {
        name: tuple(code for code, count in column.missing_codes.items() if count == 0)
        for name, column in recoded.items()
    }
    return SurveyQuality(
        rows_read=prepared.rows_read,
        rows_kept=len(prepared.table.cells),
        excluded=prepared.excluded,
        variables={entry.variable: _variable(entry, recoded[entry.variable]) for entry in entries},
        unlabelled={
            entry.variable: _categories(recoded[entry.variable].data)
            for entry in entries
            if not (entry.is_number or entry.labels or recoded[entry.variable].file_labels)
        },
        columns_not_used=tuple(name_of_column(name) for name in columns if name not in named),
        codes_not_found={name: codes for name, codes in absent.items() if codes},
        labels_of_numbers=_labels_of_numbers(prepared.table.value_labels, entries, recoded),
        values_not_found=_shown(prepared.edited_table.not_found, used),
        near_names=_near_names(entries, recoded),
        identifier="the number of the row" if ROW_NUMBER in used else "",
        joined=prepared.joined,
        notes=prepared.table.notes,
        edits=prepared.edited_table.edits,
    )


def _shown(
    values: Mapping[str, Sequence[str]], private: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return values by column, of an identifier only that there are some."""
    return {
        column: (HIDDEN,) * len(own) if column in private else tuple(own)
        for column, own in values.items()
    }


def _labels_of_numbers(
    labels: Mapping[str, Mapping[str, str]],
    entries: Sequence[Entry],
    recoded: Mapping[str, Recoded],
) -> dict[str, dict[str, str]]:
    """Return labels of single values among numbers without one, which may be codes for missing."""
    labelled = {}
    for entry in entries:
        own = labels.get(entry.raw_name, {})
        if entry.role == INTERVIEWER:
            continue
        if own and entry.type in ("number", "integer", "money"):
            codes = {code_of(value) for value in recoded[entry.variable].data.dropna().unique()}
            if codes - own.keys():
                labelled[entry.variable] = {code: own[code] for code in own if code in codes}
    return {name: own for name, own in labelled.items() if own}


def _near_names(
    entries: Sequence[Entry], recoded: Mapping[str, Recoded]
) -> dict[str, tuple[NearName, ...]]:
    """Propose recodes of categories whose values are names and not codes that have labels."""
    proposed = {
        entry.raw_name: tuple(near_names(recoded[entry.variable].data))
        for entry in entries
        if not (entry.is_number or entry.labels or recoded[entry.variable].file_labels)
    }
    return {name: proposals for name, proposals in proposed.items() if proposals}


def _variable(entry: Entry, recoded: Recoded) -> VariableReport:
    return VariableReport(
        raw_name=entry.raw_name,
        missing=len(recoded.missing_rows),
        described=_described(entry),
        observed=_numbers(entry, recoded.data) if entry.is_number else _categories(recoded.data),
        missing_codes={code: count for code, count in recoded.missing_codes.items() if count},
        out_of_range=_out_of_range(entry, recoded.out_of_range_rows),
    )


def _out_of_range(entry: Entry, rows: Sequence[int]) -> OutOfRange | None:
    if not rows:
        return None
    return OutOfRange(
        count=len(rows),
        minimum=entry.minimum,
        maximum=entry.maximum,
        rows=tuple(rows[:_LISTED]),
    )


def _described(entry: Entry) -> Described:
    return Described(
        question=entry.question,
        type=entry.type,
        unit=entry.unit,
        minimum=entry.minimum,
        maximum=entry.maximum,
        categories=() if entry.role == INTERVIEWER else tuple(sorted(set(entry.labels.values()))),
    )


def _numbers(entry: Entry, values: pd.Series) -> ObservedNumbers:
    known = values.dropna()
    return ObservedNumbers(
        median=_median(known),
        median_not_zero=_median(known[known != 0]),
        share=float(known.mean()) if entry.type == "indicator" and len(known) else None,
    )


def _median(values: pd.Series) -> float | None:
    return float(values.median()) if len(values) else None


def _categories(values: pd.Series) -> ObservedCategories:
    rows = values.value_counts()
    common = sorted(rows.index[rows >= FEWEST_UNITS].tolist())
    return ObservedCategories(count=len(rows), values=tuple(common[:_LISTED]))
