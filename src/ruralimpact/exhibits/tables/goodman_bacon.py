"""What two-way fixed effects average where treatment begins at several times, and how much is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from ruralimpact.exhibits import columns, formatting, headings, kinds
from ruralimpact.exhibits.model import Cell, Row, Table
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

FORBIDDEN = ("later_vs_earlier", "treated_vs_always")
_MARK = "\N{DAGGER}"
_ORDER = ("treated_vs_never", "earlier_vs_later", *FORBIDDEN)


_ESTIMATES = (
    columns.number(marked("Weight, %"), width=1.0, of="percent_weight", decimals=1)
    .kept_as("weight")
    .staying(),
    columns.amount(width=1.2),
)


def goodman_bacon_table(results: StudyResults, exhibit: OfEstimates) -> Iterator[Table]:
    """Build the table of the comparisons behind two-way fixed effects."""
    analyses = exhibit.analyses
    shown = (*_ESTIMATES, *columns.arm_counts(results.units(analyses).capitalize()))
    lines: list[str] = []

    def rows(analysis: str, outcome: str) -> Iterator[Row]:
        own = results.of("goodman_bacon", analysis, outcome=outcome)
        if own.empty:
            yield columns.repeated(shown, gettext("No cohort changes treatment against others."))
            return
        lines.append(_sentence(results, outcome, own))
        yield from _rows(results, own, shown)

    yield table_of(
        results,
        exhibit,
        stub=gettext("Comparison"),
        columns=shown,
        rows=headings.by_pair(results, analyses, rows),
        interpretation=lines,
        notes=_notes(results.of("goodman_bacon", *analyses)),
    )


def _rows(results: StudyResults, own: pd.DataFrame, shown: Sequence[Shown]) -> Iterator[Row]:
    position = own["kind"].map({kind: number for number, kind in enumerate(_ORDER)})
    ordered = own.assign(place=position, percent_weight=100 * own["weight"])
    ordered = ordered.sort_values(["place", "cohort", "other"], kind="stable")
    for record in ordered.to_dict("records"):
        label = Cell(_words(record), _MARK if record["kind"] in FORBIDDEN else "")
        yield columns.row_of(results, shown, record, label, keys=("analysis", "outcome", "kind"))
    whole = {
        **own.iloc[0].to_dict(),
        "percent_weight": 100.0,
        "estimate": float((own["weight"] * own["estimate"]).sum()),
        "suppressed": bool(own["suppressed"].any()),
    }
    label = Cell(gettext("Two-way fixed effects, units asked in every wave"))
    whole |= {"n_treated": None, "n_control": None}
    yield columns.row_of(results, shown, whole, label, keys=(), kind="foot")


def _words(record: Mapping[Any, Any]) -> str:
    controls = {
        "treated_vs_never": gettext("units never treated"),
        "earlier_vs_later": gettext("units treated from {other}, before that").format(
            other=f"{record['other']:g}"
        ),
        "later_vs_earlier": gettext("units treated already from {other}").format(
            other=f"{record['other']:g}"
        ),
        "treated_vs_always": gettext("units treated throughout"),
    }[record["kind"]]
    return gettext("Treated from {cohort} against {controls}").format(
        cohort=f"{record['cohort']:g}", controls=controls
    )


def forbidden_share(own: pd.DataFrame) -> float:
    """Weight of the comparisons whose controls are treated already."""
    return float(own.loc[own["kind"].isin(FORBIDDEN), "weight"].sum())


def _sentence(results: StudyResults, outcome: str, own: pd.DataFrame) -> str:
    name = results.outcome_label(outcome)
    share = forbidden_share(own)
    if share == 0:
        return gettext(
            "{name}: no weight of two-way fixed effects rests on controls that are treated already."
        ).format(name=name)
    return gettext(
        "{name}: {share} percent of the weight of two-way fixed effects rests on "
        "controls that are treated already. Where effects grow or differ between "
        "cohorts that part is no effect; the averages by cohort and wave do without "
        "it."
    ).format(name=name, share=formatting.number(100 * share, 0))


def _notes(frame: pd.DataFrame) -> tuple[str, ...]:
    notes = [
        gettext(
            "The coefficient of two-way fixed effects is the average of these "
            "comparisons of two cohorts, with these weights (Goodman-Bacon 2021), among "
            "units with the outcome in every wave."
        ),
    ]
    if frame["kind"].isin(FORBIDDEN).any():
        notes.append(
            gettext(
                "{mark} A forbidden comparison: the controls' own treatment effects are in "
                "their change."
            ).format(mark=_MARK)
        )
    return tuple(notes)


KIND = kinds.TableKind(
    kind="goodman_bacon",
    shows="what two-way fixed effects average",
    section=kinds.TRENDS,
    rank=40,
    needs=("estimates", "goodman_bacon"),
    options=OfEstimates,
    methods="over_time.md",
    of_methods=("staggered",),
    build=goodman_bacon_table,
    with_tests=True,
)
