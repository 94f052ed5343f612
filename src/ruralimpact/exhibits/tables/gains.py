"""Gains before and after: three averages side by side, losses, variance, and the growth without."""

from collections.abc import Iterator

import pandas as pd

from ruralimpact.exhibits import columns, formatting, kinds
from ruralimpact.exhibits.exclusion_notes import exclusion_notes
from ruralimpact.exhibits.gains_rows import (
    AVERAGES,
    METHODS,
    NOT_ATTRIBUTABLE,
    gain_records,
    gains_sentence,
)
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record, Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_LOSS = marked("With less after (%)")


def _average(name: str) -> tuple[Shown, Shown]:
    group = marked("{average} (%)", average=AVERAGES[name])
    return (
        columns.number(gettext("Change"), group, 0.7, of=name),
        columns.plain_interval(
            gettext("95% interval"), group, 1.2, of=(f"{name}_low", f"{name}_high")
        ),
    )


_COLUMNS = (
    *(shown for name in AVERAGES for shown in _average(name)),
    columns.number(marked("Share"), _LOSS, 0.6, of="share_loss"),
    columns.plain_interval(
        marked("95% interval"), _LOSS, 1.1, of=("share_loss_low", "share_loss_high")
    ),
    columns.count(marked("Units"), of="n_units"),
)
_PRINTED: Record = {"unit": formatting.PERCENTAGE_POINTS, "decimals": 0}
_KEYS = ("analysis", "outcome", "by", "level")
_AGREEMENT = (
    columns.amount(marked("Gain (%)"), "", 0.9, of="gain"),
    columns.number(marked("Effect (%)"), "", 0.9, of="percent"),
    columns.amount(marked("Growth (%)"), marked("Without the programme"), 0.9).kept_as("growth"),
    columns.interval(marked("Without the programme"), 1.4).kept_as("low", "high"),
)
_VARIANCE = (
    columns.amount(marked("Share (%)"), marked("Between levels"), 0.9, of="share_between").kept_as(
        "share"
    ),
    columns.interval(marked("Between levels"), 1.4).kept_as("low", "high"),
    columns.number(marked("Between"), marked("Standard deviation (points)"), 1.0, of="sd_between"),
    columns.number(marked("Within"), marked("Standard deviation (points)"), 1.0, of="sd_inside"),
    columns.number(marked("Levels"), "", 0.7, of="n_levels"),
    columns.count(marked("Units"), of="n_units"),
)


def gains_tables(results: StudyResults, exhibit: OfEstimates) -> Iterator[Table]:
    """Build the table of gains and, where the analyses ask, those of variance and of reconciliation."""
    yield _averages(results, exhibit)
    for title, stub, shown, rows, note in (
        (
            gettext("what explains their variance"),
            gettext("Outcome and variable"),
            _VARIANCE,
            _variance_rows,
            gettext(_SHARES),
        ),
        (
            gettext("reconciled with effects"),
            gettext("Average and effect"),
            _AGREEMENT,
            _agreement_rows,
            gettext(_GROWTH),
        ),
    ):
        listed = [row for name in exhibit.analyses for row in rows(results, exhibit, name)]
        if any(row.kind == "data" for row in listed):
            yield table_of(
                results,
                exhibit,
                title=f"{exhibit.title}: {title}",
                stub=stub,
                columns=shown,
                rows=listed,
                notes=(gettext(NOT_ATTRIBUTABLE), note),
            )


_SHARES = marked(
    "Components of the analysis of variance of the units' gains in percent "
    "(Searle, Casella & McCulloch 1992); the interval of the share inverts F, "
    "and is approximate for gains that are not normal. A share below zero means "
    "that levels differ less than chance makes them."
)
_GROWTH = marked(
    "The growth that units would have had without the programme, at which the "
    "gain and the effect agree: (1 + gain) / (1 + effect) less 1. The interval "
    "holds the error of the gain alone. That a number can be found says that "
    "both may be right, not that they are."
)


def _own(results: StudyResults, exhibit: OfEstimates, table: str, name: str) -> pd.DataFrame:
    frame = results.of(table, name)
    return frame[exhibit.wanted(frame["outcome"])]


def _averages(results: StudyResults, exhibit: OfEstimates) -> Table:
    rows: list[Row] = []
    lines: list[str] = []
    without = 0
    for name in exhibit.analyses:
        frame = _own(results, exhibit, "gains", name)
        for outcome, part in frame.groupby("outcome", sort=False):
            label = results.analysis(name).label
            rows.append(heading(f"{label}: {results.outcome_title(str(outcome))}", "panel"))
            lines.append(gains_sentence(results, name, str(outcome)))
            for record in gain_records(part):
                without = max(without, int(record["n_without_base"]))
                label = formatting.level_label(record["level"])
                rows.append(columns.row_of(results, _COLUMNS, record, label, keys=_KEYS))
    notes = [
        gettext(NOT_ATTRIBUTABLE),
        gettext(
            "Of all together: the change of the total over the total before; a large "
            "unit counts for more. The mean and the median are over the units' own "
            "changes in percent; a unit that had little before can have a very large "
            "one. They answer different questions and none is wrong."
        ),
    ]
    if without:
        notes.append(
            gettext(
                "Units with nothing above zero before have no percent: {without}, counted in "
                "the total and in the losses only."
            ).format(without=columns.coarse_count(without))
        )
    whole = pd.concat([_own(results, exhibit, "gains", name) for name in exhibit.analyses])
    notes += exclusion_notes(results, exhibit.analyses, shown=whole)
    return table_of(
        results,
        exhibit,
        stub=gettext("Level"),
        columns=_COLUMNS,
        rows=rows,
        interpretation=lines,
        notes=notes,
    )


def _variance_rows(results: StudyResults, exhibit: OfEstimates, name: str) -> Iterator[Row]:
    for record in _own(results, exhibit, "gain_variance", name).to_dict("records"):
        shown = {
            **record,
            **_PRINTED,
            "sd_between": 100 * max(record["between"], 0.0) ** 0.5,
            "sd_inside": 100 * record["inside"] ** 0.5,
        }
        label = gettext("{outcome}, by {within}").format(
            outcome=results.outcome_label(str(record["outcome"])), within=record["within"]
        )
        yield columns.row_of(
            results, _VARIANCE, shown, label, keys=("analysis", "outcome", "within")
        )


def _agreement_rows(results: StudyResults, exhibit: OfEstimates, name: str) -> Iterator[Row]:
    frame = _own(results, exhibit, "growth_without", name)
    for label, part in frame.groupby("label", sort=False):
        yield heading(str(label), "group")
        for record in part.to_dict("records"):
            measure = AVERAGES[str(record["measure"])]
            keys = ("analysis", "outcome", "effect", "measure")
            yield columns.row_of(results, _AGREEMENT, {**record, **_PRINTED}, measure, keys=keys)


KIND = kinds.TableKind(
    kind="gains",
    shows="gains before and after: averages, losses, variance, and growth that reconciles them with effects",
    section=kinds.ESTIMATES,
    rank=60,
    needs=("gains", "gain_variance", "growth_without", "exclusions"),
    options=OfEstimates,
    methods="gains.md",
    of_methods=METHODS,
    asks="gains",
    alone=True,
    build=gains_tables,
)
