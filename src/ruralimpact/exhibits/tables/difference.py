"""Estimates from changes over time: effects if trends would have been parallel, and bare changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ruralimpact.exhibits import disclosure, formatting, kinds, reading
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.exhibits.tables import impact

WARNED, MISSING = "\N{DAGGER}", "\N{DOUBLE DAGGER}"
_ALONE = "before_after"


@dataclass(frozen=True)
class _Layout:
    """Columns of a table: effects or bare changes, counts of groups, percents; footnotes of percents."""

    effects: bool
    grouped: bool
    percents: bool
    letters: Mapping[str, str]


def difference_table(results: StudyResults, exhibit: OfEstimates) -> tuple[Table, ...]:
    """Build the table of effects over time, and one of changes that are not attributable.

    Parameters
    ----------
    results : StudyResults
    exhibit : OfEstimates

    Returns
    -------
    tuple of Table
        Changes of the treated alone never share a table with effects.
    """
    alone = [name for name in exhibit.analyses if results.analysis(name)["method"] == _ALONE]
    compared = [name for name in exhibit.analyses if name not in alone]
    tables = []
    if compared:
        tables.append(_table(results, exhibit, compared, effects=True))
    if alone:
        tables.append(_table(results, exhibit, alone, effects=False))
    return tuple(tables)


def _table(
    results: StudyResults, exhibit: OfEstimates, analyses: Sequence[str], *, effects: bool
) -> Table:
    frame = results["estimates"][results["estimates"]["analysis"].isin(analyses)]
    letters = impact.percent_letters(frame)
    grouped = results.units(analyses) != str(results.study["group_label"])
    percents = any(
        not impact.percent_reason(record)
        for record in frame[~frame["suppressed"]].to_dict("records")
    )
    layout = _Layout(effects, grouped, percents, letters if percents else {})
    rows: list[Row] = []
    for analysis in analyses:
        if len(analyses) > 1:
            rows.append(heading(results.analysis(analysis)["label"], "panel"))
        for outcome in results.outcomes_of([analysis]):
            title = f"{results.outcome_label(outcome)} ({results.unit(outcome)})"
            rows.append(heading(title, "group"))
            rows += [
                _row(results, record, layout)
                for record in results.estimates_of(analysis, outcome).to_dict("records")
            ]
    return table_of(
        results,
        exhibit,
        title=exhibit.title if effects else f"{exhibit.title}: not attributable to the project",
        stub="Outcome and estimator" if effects else "Outcome",
        columns=_columns(results, analyses, layout),
        rows=rows,
        reading=reading.impact_lines(results, analyses),
        notes=_notes(results, frame, analyses, layout.letters, effects=effects),
    )


def _columns(results: StudyResults, analyses: Sequence[str], layout: _Layout) -> tuple[Column, ...]:
    effects = layout.effects
    what = "Effect on the treated" if effects else "Change of the treated"
    base = "Percent of the counterfactual" if effects else "Percent of the mean before"
    counts = results.units(analyses).capitalize()
    means = () if effects else (Column("Before", "Mean", 1.1), Column("After", "Mean", 1.1))
    return (
        *means,
        Column("Estimate", what, 1.1),
        Column("(SE)", what, 1.1),
        Column("95% interval", what, 2.0),
        Column("p", what, 0.8),
        *(
            (Column("Estimate", base, 1.1), Column("95% interval", base, 1.5))
            if layout.percents
            else ()
        ),
        Column("Treated", counts, 0.9),
        *((Column("Controls", counts, 0.95),) if effects else ()),
        *((Column(results.study["group_label"].capitalize(), "", 1.1),) if layout.grouped else ()),
    )


def _row(results: StudyResults, record: Mapping[Any, Any], layout: _Layout) -> Row:
    values = impact.printed_values(record)
    marks = (WARNED if record["strategy"] == "two_way_fixed_effects" else "") + (
        MISSING if record["dropped"] > 0 else ""
    )
    cells = [
        *_number_cells(results, record, values, layout),
        impact.count_cell(record["n_treated"]),
        *([impact.count_cell(record["n_control"])] if layout.effects else []),
        *([Cell(formatting.count(record["n_groups"]))] if layout.grouped else []),
    ]
    return Row(Cell(results.strategy_label(record["strategy"]), marks), tuple(cells), values)


def _number_cells(
    results: StudyResults,
    record: Mapping[Any, Any],
    values: Mapping[str, Any],
    layout: _Layout,
) -> list[Cell]:
    if record["suppressed"]:
        return [Cell(formatting.SUPPRESSED)] * (4 + 2 * layout.percents + 2 * (not layout.effects))
    decimals = results.decimals(record["outcome"])
    means = [] if layout.effects else ["counterfactual_mean", "treated_mean"]
    percent = impact.percent_cells(values, layout.letters) if layout.percents else []
    return [
        *(Cell(formatting.number(values[name], decimals)) for name in means),
        Cell(formatting.number(values["estimate"], decimals)),
        Cell(formatting.parenthesised(values["std_error"], decimals)),
        Cell(formatting.interval(values["conf_low"], values["conf_high"], decimals)),
        Cell(formatting.p_value(values["p_value"])),
        *percent,
    ]


def _notes(
    results: StudyResults,
    frame: pd.DataFrame,
    analyses: Sequence[str],
    letters: Mapping[str, str],
    *,
    effects: bool,
) -> tuple[str, ...]:
    methods = {results.analysis(name)["method"] for name in analyses}
    notes = [reading.standard_error_note(results)]
    notes += reading.effective_groups_notes(results, frame)
    notes.append(
        "The counterfactual is the mean of the treated after treatment, less the effect."
        if effects
        else "The percent divides the mean change by the mean before: the ratio of totals."
    )
    if (frame["unit"] == formatting.PERCENTAGE_POINTS).any():
        notes.append("Shares and their effects are in percent and percentage points.")
    notes += reading.identification_notes(methods)
    if (frame["strategy"] == "two_way_fixed_effects").any():
        notes.append(
            f"{WARNED} Shown as a warning: where treatment begins at several times, this regression also "
            "takes units that are treated already as controls, and misleads if effects grow or differ."
        )
    if (frame["dropped"] > 0).any():
        notes.append(f"{MISSING} Treated units are left out because an outcome is missing.")
    notes += _foot(frame)
    notes += [f"{letter}. No percent: {reason}." for reason, letter in letters.items()]
    if frame["suppressed"].any():
        notes.append(disclosure.NOTE)
    return tuple(notes)


def _foot(frame: pd.DataFrame) -> list[str]:
    """What the estimates note of cohorts: those left out, and those of a single group."""
    found = {part for notes in frame["notes"] for part in notes.split("; ") if _on_cohorts(part)}
    return [f"{part[:1].upper()}{part[1:]}." for part in sorted(found)]


def _on_cohorts(note: str) -> bool:
    return note.startswith("cohort ") or "cohorts are a single group" in note


KIND = kinds.TableKind(
    kind="difference",
    shows="outcomes by estimator of changes over time",
    section=kinds.ESTIMATES,
    rank=20,
    needs=("estimates", "tests"),
    options=OfEstimates,
    methods="difference.md",
    build=difference_table,
    with_tests=True,
)
