"""Estimates from changes over time: effects if trends would have been parallel, and bare changes."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from ruralimpact.design.methods import OVER_TIME
from ruralimpact.exhibits import (
    about_whom,
    columns,
    effective_groups,
    formatting,
    headings,
    interpretation,
    kinds,
)
from ruralimpact.exhibits.marks import letter_notes
from ruralimpact.exhibits.model import Cell, Row, Table
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record, Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.exhibits.tables import impact
from ruralimpact.language import gettext

WARNED, MISSING = "\N{DAGGER}", "\N{DOUBLE DAGGER}"
_ALONE = "before_after"


def difference_table(results: StudyResults, exhibit: OfEstimates) -> Iterator[Table]:
    """Build the table of effects over time, and one of changes that are not attributable.

    Changes of the treated alone never share a table with effects.
    """
    alone = [name for name in exhibit.analyses if results.analysis(name).method == _ALONE]
    compared = [name for name in exhibit.analyses if name not in alone]
    if compared:
        yield _table(results, exhibit, compared, effects=True)
    if alone:
        yield _table(results, exhibit, alone, effects=False)


def _table(
    results: StudyResults, exhibit: OfEstimates, analyses: Sequence[str], *, effects: bool
) -> Table:
    frame = results.of("estimates", *analyses)
    shown_percents = frame[~frame["suppressed"]].to_dict("records")
    percents = any(not impact.percent_reason(record) for record in shown_percents)
    letters = impact.percent_letters(frame) if percents else {}
    shown = tuple(
        _columns(results, analyses, frame, letters if percents else None, effects=effects)
    )
    return table_of(
        results,
        exhibit,
        title=exhibit.title
        if effects
        else gettext("{title}: not attributable to the project").format(title=exhibit.title),
        stub=gettext("Outcome and estimator") if effects else gettext("Outcome"),
        columns=shown,
        rows=headings.estimate_rows(results, analyses, lambda record: _row(results, record, shown)),
        interpretation=interpretation.impact_lines(results, analyses),
        notes=_notes(results, frame, analyses, letters, effects=effects),
    )


def _columns(
    results: StudyResults,
    analyses: Sequence[str],
    frame: pd.DataFrame,
    letters: Mapping[str, str] | None,
    *,
    effects: bool,
) -> Iterator[Shown]:
    if not effects:
        yield columns.amount(gettext("Before"), gettext("Mean"), of="counterfactual_mean")
        yield columns.amount(gettext("After"), gettext("Mean"), of="treated_mean")
    yield from impact.effect_columns(
        gettext("Effect on the treated") if effects else gettext("Change of the treated")
    )
    if letters is not None:
        base = (
            gettext("Percent of the counterfactual")
            if effects
            else gettext("Percent of the mean before")
        )
        yield from impact.percent_columns(base, letters)
    counts = results.units(analyses).capitalize()
    yield columns.count(gettext("Treated"), counts, of="n_treated")
    if effects:
        yield columns.count(gettext("Controls"), counts, 0.95, of="n_control")
    yield from effective_groups.group_columns(results, analyses, frame)


def _row(results: StudyResults, record: Record, shown: Sequence[Shown]) -> Row:
    marks = (WARNED if record["strategy"] == "two_way_fixed_effects" else "") + (
        MISSING if record["dropped"] > 0 else ""
    )
    stub = Cell(results.strategy_label(record["strategy"]), marks)
    return impact.estimate_row(results, record, stub, shown)


def _notes(
    results: StudyResults,
    frame: pd.DataFrame,
    analyses: Sequence[str],
    letters: Mapping[str, str],
    *,
    effects: bool,
) -> tuple[str, ...]:
    methods = {results.analysis(name).method for name in analyses}
    notes = [interpretation.standard_error_note(results)]
    notes += effective_groups.group_notes(results, frame)
    notes.append(
        gettext("The counterfactual is the mean of the treated after treatment, less the effect.")
        if effects
        else gettext("The percent divides the mean change by the mean before: the ratio of totals.")
    )
    if (frame["unit"] == formatting.PERCENTAGE_POINTS).any():
        notes.append(gettext("Shares and their effects are in percent and percentage points."))
    notes += interpretation.identification_notes(methods)
    if (frame["strategy"] == "two_way_fixed_effects").any():
        notes.append(
            gettext(
                "{warned} Shown as a warning: where treatment begins at several times, this "
                "regression also takes units that are treated already as controls, and "
                "misleads if effects grow or differ."
            ).format(warned=WARNED)
        )
    if (frame["dropped"] > 0).any():
        notes.append(
            gettext("{missing} Treated units are excluded because an outcome is missing.").format(
                missing=MISSING
            )
        )
    notes += letter_notes(letters)
    return tuple(notes)


KIND = kinds.TableKind(
    kind="difference",
    shows="outcomes by estimator of changes over time",
    section=kinds.ESTIMATES,
    rank=20,
    needs=("estimates", *about_whom.NEEDS),
    options=OfEstimates,
    methods="difference.md",
    of_methods=OVER_TIME,
    alone=True,
    build=difference_table,
    with_tests=True,
)
