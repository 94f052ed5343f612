"""Covariates and outcomes by arm as they were found, before anything is matched or weighted."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralimpact.exhibits import disclosure, formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of

_NUMBERS = {
    "mean": "Mean",
    "std_dev": "SD",
    "p5": "5th pct",
    "median": "Median",
    "p95": "95th pct",
}
_ARMS = {"treated": "Treated", "control": "Controls"}
_COLUMNS = tuple(
    Column(label, arm, 0.9) for arm in _ARMS.values() for label in ("N", *_NUMBERS.values())
)
_NOTE = (
    "All units of the comparison, before matching. N counts units of which the variable is known; SD = "
    "standard deviation, over N less 1. The 5th and 95th percentiles stand in the place of minimum and "
    "maximum, which would show what single producers answered."
)


_WEIGHTED = (
    "Means, standard deviations and percentiles are weighted by the sampling weights; N is not."
)


def summary_statistics_table(results: StudyResults, exhibit: OfAnalyses) -> tuple[Table, ...]:
    """Build the table, a row a variable and the arms side by side.

    Parameters
    ----------
    results : StudyResults
    exhibit : OfAnalyses

    Returns
    -------
    tuple of Table
        One table.
    """
    frame = results["summary_statistics"]
    rows: list[Row] = []
    for analysis in exhibit.analyses:
        own = frame[frame["analysis"] == analysis]
        for kind, title in (("covariate", "Covariates"), ("outcome", "Outcomes")):
            part = own[own["kind"] == kind]
            if len(part):
                rows.append(heading(f"{results.analysis(analysis).label}: {title}", "panel"))
                rows += [
                    _row(results, analysis, str(name), both)
                    for name, both in part.groupby("variable", sort=False)
                ]
    return (
        table_of(
            results,
            exhibit,
            stub="Variable",
            columns=_COLUMNS,
            rows=rows,
            notes=_notes(results, exhibit),
        ),
    )


def _row(results: StudyResults, analysis: str, name: str, both: pd.DataFrame) -> Row:
    arms = {record["arm"]: record for record in both.to_dict("records")}
    label, factor, decimals = str(both["label"].iloc[0]), 1.0, 2
    if both["kind"].iloc[0] == "outcome":
        unit, decimals = results.unit(name), results.decimals(name)
        label, factor = f"{results.outcome_label(name)} ({unit})", formatting.scale(unit)
    cells: list[Cell] = []
    values: dict[str, Value] = {"analysis": analysis, "variable": name}
    for arm in _ARMS:
        result = _values(arms[arm], factor)
        values |= {f"{key}_{arm}": value for key, value in result.items()}
        cells += _cells(arms[arm], result, decimals)
    return Row(Cell(label), tuple(cells), values)


def _values(record: Mapping[Any, Any], factor: float) -> dict[str, Value]:
    """The numbers of an arm in printed units; none where they are suppressed."""
    if record["suppressed"]:
        return dict.fromkeys(("n", *_NUMBERS))
    return {"n": record["n_units"], **{name: factor * record[name] for name in _NUMBERS}}


def _cells(record: Mapping[Any, Any], result: Mapping[str, Any], decimals: int) -> list[Cell]:
    if record["suppressed"]:
        return [Cell(formatting.SUPPRESSED)] * (1 + len(_NUMBERS))
    numbers = [Cell(formatting.number(result[name], decimals)) for name in _NUMBERS]
    return [Cell(formatting.count(result["n"])), *numbers]


def _notes(results: StudyResults, exhibit: OfAnalyses) -> list[str]:
    frame = results["summary_statistics"]
    own = frame[frame["analysis"].isin(exhibit.analyses)]
    missing = [name for name in exhibit.analyses if name not in set(own["analysis"])]
    notes = [_NOTE]
    if own["weighted"].any():
        notes.append(_WEIGHTED)
    if missing:
        labels = "; ".join(results.analysis(name).label for name in missing)
        notes.append(f"Not shown, as their rows are no units of one period: {labels}.")
    if own["suppressed"].any():
        notes.append(disclosure.NOTE)
    return notes


KIND = kinds.TableKind(
    kind="summary_statistics",
    shows="covariates and outcomes by arm, before matching",
    section=kinds.SAMPLE,
    rank=15,
    needs=("summary_statistics",),
    options=OfAnalyses,
    methods="summary_statistics.md",
    build=summary_statistics_table,
)
