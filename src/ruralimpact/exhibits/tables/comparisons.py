"""What two-way fixed effects average where treatment begins at several times, and how much is wrong."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralimpact.exhibits import disclosure, formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.exhibits.tables import impact

FORBIDDEN = ("later_vs_earlier", "treated_vs_always")
_MARK = "\N{DAGGER}"
_ORDER = ("treated_vs_never", "earlier_vs_later", *FORBIDDEN)


def comparisons_table(results: StudyResults, exhibit: OfEstimates) -> tuple[Table, ...]:
    """Build the table of the comparisons behind two-way fixed effects.

    Parameters
    ----------
    results : StudyResults
    exhibit : OfEstimates

    Returns
    -------
    tuple of Table
        One table.
    """
    analyses = exhibit.analyses
    frame = results["comparisons"]
    frame = frame[frame["analysis"].isin(analyses)]
    rows: list[Row] = []
    lines: list[str] = []
    for analysis in analyses:
        for outcome in results.outcomes_of([analysis]):
            own = frame[(frame["analysis"] == analysis) & (frame["outcome"] == outcome)]
            title = f"{results.outcome_label(outcome)} ({results.unit(outcome)})"
            label = results.analysis(analysis)["label"]
            rows.append(heading(f"{label}: {title}" if len(analyses) > 1 else title, "panel"))
            if own.empty:
                rows.append(Row(Cell("No cohort changes treatment against others."), (_DASH,) * 4))
                continue
            rows += _rows(results, own)
            lines.append(_sentence(results, outcome, own))
    counts = results.units(analyses).capitalize()
    return (
        table_of(
            results,
            exhibit,
            stub="Comparison",
            columns=(
                Column("Weight, %", "", 1.0),
                Column("Estimate", "", 1.2),
                Column("Treated", counts, 0.9),
                Column("Controls", counts, 0.95),
            ),
            rows=rows,
            reading=lines,
            notes=_notes(frame),
        ),
    )


_DASH = Cell(formatting.DASH)


def _rows(results: StudyResults, own: pd.DataFrame) -> list[Row]:
    place = own["kind"].map({kind: number for number, kind in enumerate(_ORDER)})
    ordered = own.assign(place=place).sort_values(["place", "cohort", "other"], kind="stable")
    rows = [_row(results, record) for record in ordered.to_dict("records")]
    total = float((own["weight"] * own["estimate"]).sum()) * formatting.scale(own["unit"].iloc[0])
    decimals = results.decimals(str(own["outcome"].iloc[0]))
    hidden = own["suppressed"].any()
    shown = Cell(formatting.SUPPRESSED) if hidden else Cell(formatting.number(total, decimals))
    record = {"weight": 100.0, "estimate": None if hidden else total}
    cells = (Cell("100.0"), shown, _DASH, _DASH)
    return [
        *rows,
        Row(Cell("Two-way fixed effects, units asked in every wave"), cells, record, "foot"),
    ]


def _row(results: StudyResults, record: Mapping[Any, Any]) -> Row:
    mark = _MARK if record["kind"] in FORBIDDEN else ""
    small = record["suppressed"]
    estimate = formatting.scale(record["unit"]) * record["estimate"]
    text = formatting.number(estimate, results.decimals(record["outcome"]))
    values: dict[str, Any] = {name: record[name] for name in ("analysis", "outcome", "kind")}
    values |= {"weight": 100 * record["weight"], "estimate": None if small else estimate}
    return Row(
        Cell(_words(record), mark),
        (
            Cell(formatting.number(100 * record["weight"], 1)),
            Cell(formatting.SUPPRESSED if small else text),
            impact.count_cell(record["n_treated"]),
            impact.count_cell(record["n_control"]),
        ),
        values,
    )


def _words(record: Mapping[Any, Any]) -> str:
    controls = {
        "treated_vs_never": "units never treated",
        "earlier_vs_later": f"units treated from {record['other']:g}, before that",
        "later_vs_earlier": f"units treated already from {record['other']:g}",
        "treated_vs_always": "units treated throughout",
    }[record["kind"]]
    return f"Treated from {record['cohort']:g} against {controls}"


def forbidden_share(own: pd.DataFrame) -> float:
    """Weight of the comparisons whose controls are treated already."""
    return float(own.loc[own["kind"].isin(FORBIDDEN), "weight"].sum())


def _sentence(results: StudyResults, outcome: str, own: pd.DataFrame) -> str:
    name = results.outcome_label(outcome)
    share = forbidden_share(own)
    if share == 0:
        return f"{name}: no weight of two-way fixed effects rests on controls that are treated already."
    return (
        f"{name}: {formatting.number(100 * share, 0)} percent of the weight of two-way fixed effects rests "
        "on controls that are treated already. Where effects grow or differ between cohorts that part is "
        "no effect; the averages by cohort and wave do without it."
    )


def _notes(frame: pd.DataFrame) -> tuple[str, ...]:
    notes = [
        "The coefficient of two-way fixed effects is the average of these comparisons of two cohorts, with "
        "these weights (Goodman-Bacon 2021), among units with the outcome in every wave.",
    ]
    if frame["kind"].isin(FORBIDDEN).any():
        notes.append(
            f"{_MARK} A forbidden comparison: the controls' own treatment effects are in their change."
        )
    if frame["suppressed"].any():
        notes.append(disclosure.NOTE)
    return tuple(notes)


KIND = kinds.TableKind(
    kind="comparisons",
    shows="what two-way fixed effects average",
    section=kinds.TRENDS,
    rank=40,
    needs=("estimates", "comparisons"),
    options=OfEstimates,
    methods="over_time.md",
    build=comparisons_table,
    with_tests=True,
)
