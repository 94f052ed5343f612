"""The planted truth of a synthetic study beside its estimates, and whether the intervals hold it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.results import StudyResults

_COLUMNS = (
    Column("Truth", "Effect on the treated", 1.1),
    Column("Estimate", "Effect on the treated", 1.1),
    Column("(SE)", "Effect on the treated", 1.1),
    Column("95% interval", "Effect on the treated", 2.0),
    Column("Error over SE", "", 1.1),
    Column("Truth inside", "", 1.0),
    Column("Truth", "Percent of the counterfactual", 1.0),
    Column("Estimate", "Percent of the counterfactual", 1.0),
)
_NOTES = (
    "The truth is what the process that made the data gave the beneficiaries of this very draw. No stage "
    "before this table can read it. That an estimate finds it says that the method works on data of this "
    "kind, and nothing about the project.",
    "Intervals are for the average over groups like those drawn, so they are a little wider than the error "
    "against the truth of one draw asks for; about one in twenty or fewer should miss it.",
)


def truth_table(results: StudyResults, exhibit: Mapping[str, Any]) -> tuple[Table, ...]:
    """Build the table of planted effects and their estimates.

    Parameters
    ----------
    results : StudyResults
        With `truth`.
    exhibit : mapping
        Entry of exhibits.yaml with ``title`` and ``analyses``.

    Returns
    -------
    tuple of Table
        One table. Estimates of which no truth is known have no row.
    """
    whole = results.truth[
        (results.truth["by"] == "all") & (results.truth["wave"] == _first(results))
    ]
    truths = whole.set_index("outcome")
    rows: list[Row] = []
    for analysis in exhibit["analyses"]:
        if len(exhibit["analyses"]) > 1:
            rows.append(heading(results.analysis(analysis)["label"], "panel"))
        for outcome in results.outcomes_of([analysis]):
            if outcome not in truths.index:
                continue
            rows.append(
                heading(f"{results.outcome_label(outcome)} ({results.unit(outcome)})", "group")
            )
            rows += [
                _row(results, record, truths.loc[outcome])
                for record in results.estimates_of(analysis, outcome).to_dict("records")
            ]
    return (
        Table(
            title=exhibit["title"],
            stub="Outcome and strategy",
            columns=_COLUMNS,
            rows=tuple(rows),
            reading=(_reading(rows),),
            notes=_NOTES,
            source=exhibit.get("source") or results.study.get("citation", ""),
            synthetic=results.synthetic,
        ),
    )


def _first(results: StudyResults) -> int:
    """Return the wave of the estimates: the earliest that a truth is known of."""
    return int(results.truth["wave"].min())


def _row(results: StudyResults, record: Mapping[Any, Any], truth: pd.Series) -> Row:
    label = Cell(results.strategy_label(record["strategy"]))
    if record["suppressed"]:
        return Row(
            label, (Cell(formatting.SUPPRESSED),) * len(_COLUMNS), {"spec_id": record["spec_id"]}
        )
    factor, decimals = formatting.scale(record["unit"]), results.decimals(record["outcome"])
    effect = float(truth["effect"])
    inside = bool(record["conf_low"] <= effect <= record["conf_high"])
    error = (record["estimate"] - effect) / record["std_error"]
    low, high = factor * record["conf_low"], factor * record["conf_high"]
    shares = record["unit"] == formatting.PERCENTAGE_POINTS or pd.isna(record["percent"])
    percents = (None, None) if shares else (float(truth["percent"]), float(record["percent"]))
    values: dict[str, Value] = {
        "spec_id": record["spec_id"],
        "unit": record["unit"],
        "truth": factor * effect,
        "estimate": factor * record["estimate"],
        "std_error": factor * record["std_error"],
        "conf_low": low,
        "conf_high": high,
        "error_over_std_error": error,
        "inside": inside,
        "percent_truth": percents[0],
        "percent": percents[1],
    }
    cells = (
        Cell(formatting.number(factor * effect, decimals)),
        Cell(formatting.number(factor * record["estimate"], decimals)),
        Cell(formatting.parenthesised(factor * record["std_error"], decimals)),
        Cell(formatting.interval(low, high, decimals)),
        Cell(formatting.number(error, 2)),
        Cell("yes" if inside else "no"),
        *(Cell(formatting.number(percent)) for percent in percents),
    )
    return Row(label, cells, values)


def _reading(rows: list[Row]) -> str:
    found = [row.record["inside"] for row in rows if row.record and "inside" in row.record]
    inside = sum(bool(one) for one in found)
    return (
        f"The planted truth lies inside {inside} of {len(found)} intervals. The estimates share their data, "
        "so they hit or miss together; how often they do over many draws is in the methods registry."
    )
