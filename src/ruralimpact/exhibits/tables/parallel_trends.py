"""How far trends may differ before an effect over time can no longer be told from none."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ruralimpact.design.methods import COMPARED_OVER_TIME
from ruralimpact.exhibits import disclosure, formatting, interpretation, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of

_RESTRICTIONS = {
    "relative_magnitudes": "Changes of trend up to a multiple of the largest before treatment",
    "smoothness": "Changes of the trend's slope up to a bound",
}


def parallel_trends_table(results: StudyResults, exhibit: OfEstimates) -> tuple[Table, ...]:
    """Build the table of intervals that allow trends to differ."""
    frame = results["parallel_trends"]
    rows: list[Row] = []
    lines: list[str] = []
    hidden = False
    for analysis in exhibit.analyses:
        for outcome in results.outcomes_of([analysis]):
            own = frame[(frame["analysis"] == analysis) & (frame["outcome"] == outcome)]
            title = f"{results.outcome_label(outcome)} ({results.unit(outcome)})"
            label = results.analysis(analysis).label
            several = len(exhibit.analyses) > 1
            rows.append(heading(f"{label}: {title}" if several else title, "panel"))
            if _hidden(results, analysis, outcome):
                hidden = True
                rows.append(Row(Cell("All intervals"), (Cell(formatting.SUPPRESSED),) * 2))
                continue
            if own.empty:
                why = Cell("a single wave before and after", span=2)
                rows.append(Row(Cell("No sensitivity"), (why,)))
            for restriction, words in _RESTRICTIONS.items():
                part = own[own["restriction"] == restriction]
                if len(part):
                    rows += [heading(words, "group"), *_rows(results, part)]
            lines += _sentences(results, outcome, own)
    return (
        table_of(
            results,
            exhibit,
            stub="Allowed difference of trends",
            columns=(Column("95% interval", "", 2.4), Column("Excludes zero", "", 1.2)),
            rows=rows,
            interpretation=lines,
            notes=(*_NOTES, *_few_groups(results, exhibit), *([disclosure.NOTE] if hidden else [])),
        ),
    )


_NOTES = (
    "Intervals for the average over times since treatment (Rambachan and Roth 2023), group-clustered with "
    "t critical values. The first line of a block allows nothing, or a straight line, beyond what was seen "
    "before treatment.",
    "The multiple compares changes from one wave to the next: at 1, none after treatment exceeds the "
    "largest before it. The slope's bound is in the outcome's unit for each wave.",
    "The breakdown value is the largest allowed difference at which the interval excludes zero. Whether "
    "trends may differ that much is a judgement that the data do not settle.",
)


def _few_groups(results: StudyResults, exhibit: OfEstimates) -> list[str]:
    shown = results.of("event_study", *exhibit.analyses)
    return interpretation.few_groups_notes(
        shown.loc[shown["kind"] == "event", "n_clusters"],
        "these intervals are not bias-reduced, and may be too short.",
    )


def _hidden(results: StudyResults, analysis: str, outcome: str) -> bool:
    return bool(results.estimates_of(analysis, outcome)["suppressed"].all())


def _rows(results: StudyResults, part: pd.DataFrame) -> list[Row]:
    rows = []
    for record in part.to_dict("records"):
        if record["reason"]:
            reason = Cell(record["reason"], span=2)
            rows.append(Row(Cell("No interval"), (reason,), {"reason": record["reason"]}))
            continue
        rows.append(_row(results, record))
    known = part[part["reason"] == ""]
    if len(known):
        text = f"Breakdown value: {_breakdown(results, known.iloc[0])}"
        values = {"breakdown": float(known["breakdown"].iloc[0])}
        rows.append(Row(Cell(""), (Cell(text, span=2),), values, "foot"))
    return rows


def _row(results: StudyResults, record: Mapping[Any, Any]) -> Row:
    factor, decimals = formatting.scale(record["unit"]), results.decimals(record["outcome"])
    low, high = factor * record["conf_low"], factor * record["conf_high"]
    relative = record["restriction"] == "relative_magnitudes"
    magnitude = record["magnitude"] * (1 if relative else factor)
    label = formatting.number(magnitude, 1 if relative else decimals + 1)
    label = f"{label} times" if relative else label
    if magnitude == 0:
        label = "None: parallel trends" if relative else "None: a straight line"
    values = {"restriction": record["restriction"], "magnitude": magnitude}
    values |= {"conf_low": low, "conf_high": high, "estimate": factor * record["estimate"]}
    excludes = "yes" if low > 0 or high < 0 else "no"
    cells = (Cell(formatting.interval(low, high, decimals)), Cell(excludes))
    return Row(Cell(label), cells, values)


def _breakdown(results: StudyResults, record: Mapping[Any, Any] | pd.Series) -> str:
    value = float(record["breakdown"])
    if np.isnan(value):
        return "none, for the interval holds zero from the start"
    if np.isinf(value):
        return "beyond any bound tried"
    if record["restriction"] == "relative_magnitudes":
        return f"{formatting.number(value, 2)} times"
    decimals = results.decimals(str(record["outcome"])) + 1
    return formatting.number(formatting.scale(str(record["unit"])) * value, decimals)


def _sentences(results: StudyResults, outcome: str, own: pd.DataFrame) -> list[str]:
    known = own[(own["restriction"] == "relative_magnitudes") & (own["reason"] == "")]
    if known.empty:
        return []
    value = float(known["breakdown"].iloc[0])
    name = results.outcome_label(outcome)
    if np.isnan(value):
        return [f"{name}: even if trends would have been parallel the interval holds zero."]
    return [
        f"{name}: the interval excludes zero as long as no change of trend after treatment exceeds "
        f"{_breakdown(results, known.iloc[0])} the largest before it."
    ]


KIND = kinds.TableKind(
    kind="parallel_trends",
    shows="intervals that allow trends to differ",
    section=kinds.TRENDS,
    rank=30,
    needs=("estimates", "event_study", "parallel_trends"),
    options=OfEstimates,
    methods="parallel_trends.md",
    of_methods=COMPARED_OVER_TIME,
    build=parallel_trends_table,
    with_tests=True,
)
