"""The units behind each estimate, where an outcome is not known of all: a part of the table of the sample."""

from collections.abc import Iterator

import pandas as pd

from ruralimpact.exhibits import columns, interpretation
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_STEPS = {
    "sample": marked("In the sample"),
    "comparison": marked("Incomplete"),
    "match": marked("Not matched"),
    "outcome": marked("No outcome"),
    "estimate": marked("In the estimate"),
}
_GROUPS = {"treated": marked("Treated"), "control": marked("Controls")}
_COLUMNS = tuple(
    columns.number(label, group, 0.95, of=f"{arm}_{step}")
    for arm, group in _GROUPS.items()
    for step, label in _STEPS.items()
)


def analysed_table(results: StudyResults, exhibit: Exhibit) -> Iterator[Table]:
    """Build the table of who is behind each estimate; none where every outcome is known of all.

    Parameters
    ----------
    results : StudyResults
        With the tables ``sample_flow`` and ``estimates``.
    exhibit : Exhibit

    Yields
    ------
    Table
    """
    flow = results["sample_flow"]
    lacking = flow.loc[flow["step"] == "outcome", ["analysis", "outcome"]]
    pairs = set(lacking.itertuples(index=False, name=None))
    if not pairs:
        return
    shown = flow[[pair in pairs for pair in zip(flow["analysis"], flow["outcome"], strict=True)]]
    yield table_of(
        results,
        exhibit,
        title=gettext("Units behind each estimate"),
        stub=gettext("Outcome and strategy"),
        columns=_COLUMNS,
        rows=_rows(results, shown),
        notes=_notes(results, shown),
    )


def _rows(results: StudyResults, flow: pd.DataFrame) -> Iterator[Row]:
    for asked in results.study.analyses:
        analysis = asked.name
        outcomes = set(flow.loc[flow["analysis"] == analysis, "outcome"])
        if outcomes:
            yield heading(asked.label, "panel")
        for outcome in results.outcomes_of([analysis]):
            if outcome not in outcomes:
                continue
            yield heading(results.outcome_title(outcome), "group")
            for record in results.estimates_of(analysis, outcome).to_dict("records"):
                own = {**record, **sizes(flow[flow["spec_id"] == record["spec_id"]])}
                label = results.strategy_label(record["strategy"])
                yield columns.row_of(results, _COLUMNS, own, label)


def sizes(flow: pd.DataFrame) -> Record:
    """Return the units of one estimate by arm and step.

    Parameters
    ----------
    flow : DataFrame
        Contract ``sample_flow``, of one estimate.

    Returns
    -------
    dict
        ``treated_sample``, ``treated_comparison`` and so on; missing for an arm that is not followed. The
        first less the three losses is ``treated_estimate``.
    """
    counts: dict[str, float] = {}
    for arm in _GROUPS:
        own = flow[flow["arm"] == arm]
        if own.empty:
            counts |= {f"{arm}_{step}": float("nan") for step in _STEPS}
            continue
        lost = own.groupby("step")["n_lost"].sum()
        steps = {step: float(lost.get(step, 0)) for step in ("comparison", "match", "outcome")}
        begun = float(own["n_before"].iloc[0])
        steps = {"sample": begun, **steps, "estimate": begun - sum(steps.values())}
        counts |= {f"{arm}_{step}": value for step, value in steps.items()}
    return counts


def _notes(results: StudyResults, flow: pd.DataFrame) -> tuple[str, ...]:
    notes = [
        gettext(
            "Incomplete: without a covariate, a variable of the exact strata or, over "
            "time, a wave that is needed. Not matched: treated units without an "
            "acceptable match, and controls that are the match of nobody. No outcome: "
            "the outcome of the unit, or of all its matches, is missing."
        ),
    ]
    methods = {results.analysis(name).method for name in flow["analysis"]}
    if "staggered" in methods:
        notes.append(gettext(interpretation.STAGGERED_CONTROLS))
    return tuple(notes)
