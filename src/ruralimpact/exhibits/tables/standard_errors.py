"""The same estimates under every kind of standard error that applies, side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ruralimpact.estimation.printed_errors import HEADLINE, PERMUTED
from ruralimpact.exhibits import disclosure, formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of


def std_error_tables(results: StudyResults, exhibit: OfEstimates) -> tuple[Table, ...]:
    """Build tables with one column a kind of standard error; analyses with the same kinds share one.

    Parameters
    ----------
    results : StudyResults
    exhibit : OfEstimates

    Returns
    -------
    tuple of Table
    """
    shared: dict[tuple[str, ...], list[str]] = {}
    for analysis in exhibit.analyses:
        shared.setdefault(_kinds(results, analysis), []).append(analysis)
    return tuple(
        _table(results, exhibit, analyses, kinds) for kinds, analyses in shared.items() if kinds
    )


def _of(results: StudyResults, analysis: str) -> pd.DataFrame:
    specs = results.estimates_of(analysis)["spec_id"]
    return results["std_errors"][results["std_errors"]["spec_id"].isin(specs)]


def _kinds(results: StudyResults, analysis: str) -> tuple[str, ...]:
    own = _of(results, analysis)
    known = own[["std_error", "p_value"]].notna().any(axis=1)
    present = dict.fromkeys(own.loc[known | own["suppressed"], "kind"])
    order = (HEADLINE, "group")
    return tuple(
        sorted(present, key=lambda kind: (kind == PERMUTED, *(kind != one for one in order)))
    )


def _table(
    results: StudyResults,
    exhibit: OfEstimates,
    analyses: Sequence[str],
    kinds: tuple[str, ...],
) -> Table:
    labels = dict(zip(results["std_errors"]["kind"], results["std_errors"]["label"], strict=True))
    columns = [Column("Estimate", "", 1.1)]
    columns += [
        Column(labels[kind], "p" if kind == PERMUTED else "Standard error", 1.5) for kind in kinds
    ]
    rows: list[Row] = []
    for analysis in analyses:
        rows.append(heading(results.analysis(analysis)["label"], "panel"))
        for outcome in results.outcomes_of([analysis]):
            title = f"{results.outcome_label(outcome)} ({results.unit(outcome)})"
            rows.append(heading(title, "group"))
            rows += [
                _row(results, record, kinds)
                for record in results.estimates_of(analysis, outcome).to_dict("records")
            ]
    frame = results["estimates"][results["estimates"]["analysis"].isin(analyses)]
    return table_of(
        results,
        exhibit,
        stub="Outcome and strategy",
        columns=columns,
        rows=rows,
        notes=_notes(frame),
    )


def _row(results: StudyResults, record: Mapping[Any, Any], kinds: tuple[str, ...]) -> Row:
    errors = results["std_errors"][results["std_errors"]["spec_id"] == record["spec_id"]]
    found = dict(zip(errors["kind"], errors["std_error"], strict=True))
    factor, decimals = formatting.scale(record["unit"]), results.decimals(record["outcome"])
    label = Cell(results.strategy_label(record["strategy"]))
    if record["suppressed"]:
        hidden = tuple(Cell(formatting.SUPPRESSED) for _ in range(len(kinds) + 1))
        return Row(label, hidden, {"spec_id": record["spec_id"]})
    values: dict[str, Value] = {
        "spec_id": record["spec_id"],
        "unit": record["unit"],
        "estimate": factor * record["estimate"],
    }
    cells = [Cell(formatting.number(factor * record["estimate"], decimals))]
    p_values = dict(zip(errors["kind"], errors["p_value"], strict=True))
    for kind in kinds:
        if kind == PERMUTED:
            values["p_value_permuted"] = p_values.get(kind)
            cells.append(Cell(formatting.p_value(p_values.get(kind))))
            continue
        error = factor * found[kind] if kind in found else None
        values[f"std_error_{kind}"] = error
        cells.append(Cell(formatting.number(error, decimals)))
    return Row(label, tuple(cells), values)


def _notes(frame: pd.DataFrame) -> tuple[str, ...]:
    notes = [
        "The first standard error is the one that every other exhibit uses. The plain clustered one leaves "
        "out how much of its arm's weight a group carries. The others are what further software prints; they "
        "ignore that units of a group resemble each other, or cluster on the matched set alone.",
        "The p-value permutes treatment over groups: groups exchange their residuals in the places that the "
        "match gave them, and the statistic is the estimate over its first standard error (999 draws).",
        f"{formatting.DASH} = does not apply.",
    ]
    if frame["suppressed"].any():
        notes.append(disclosure.NOTE)
    return tuple(notes)


KIND = kinds.TableKind(
    kind="standard_errors",
    shows="the same estimates under other standard errors",
    section=kinds.ERRORS,
    rank=10,
    needs=("estimates", "std_errors"),
    options=OfEstimates,
    methods="inference.md",
    build=std_error_tables,
)
