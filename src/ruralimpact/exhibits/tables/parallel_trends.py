"""How far trends may differ before an effect over time can no longer be told from none."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ruralimpact.design.methods import COMPARED_OVER_TIME
from ruralimpact.exhibits import columns, formatting, headings, interpretation, kinds
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_RESTRICTIONS = {
    "relative_magnitudes": marked(
        "Changes of trend up to a multiple of the largest before treatment"
    ),
    "smoothness": marked("Changes of the trend's slope up to a bound"),
}
_COLUMNS = (
    columns.interval(width=2.4),
    columns.yes_no(marked("Excludes zero"), width=1.2, of="excludes").unkept(),
)


def parallel_trends_table(results: StudyResults, exhibit: OfEstimates) -> Iterator[Table]:
    """Build the table of intervals that allow trends to differ."""
    lines: list[str] = []

    def rows(analysis: str, outcome: str) -> Iterator[Row]:
        if results.estimates_of(analysis, outcome)["suppressed"].all():
            yield columns.repeated(_COLUMNS, gettext("All intervals"), formatting.SUPPRESSED)
            return
        own = results.of("parallel_trends", analysis, outcome=outcome)
        lines.extend(_sentences(results, outcome, own))
        yield from _rows(results, own)

    yield table_of(
        results,
        exhibit,
        stub=gettext("Allowed difference of trends"),
        columns=_COLUMNS,
        rows=headings.by_pair(results, exhibit.analyses, rows),
        interpretation=lines,
        notes=(*_NOTES, *_few_groups(results, exhibit)),
    )


_NOTES = (
    marked(
        "Intervals for the average over times since treatment (Rambachan and Roth "
        "2023), group-clustered with t critical values. The first line of a block "
        "allows nothing, or a straight line, beyond what was seen before treatment."
    ),
    marked(
        "The multiple compares changes from one wave to the next: at 1, none after "
        "treatment exceeds the largest before it. The slope's bound is in the "
        "outcome's unit for each wave."
    ),
    marked(
        "The breakdown value is the largest allowed difference at which the interval "
        "excludes zero. Whether trends may differ that much is a judgement that the "
        "data do not settle."
    ),
)


def _few_groups(results: StudyResults, exhibit: OfEstimates) -> list[str]:
    shown = results.of("event_study", *exhibit.analyses)
    return interpretation.few_groups_notes(
        shown.loc[shown["kind"] == "event", "n_clusters"],
        gettext("these intervals are not bias-reduced, and may be too short."),
    )


def _rows(results: StudyResults, own: pd.DataFrame) -> Iterator[Row]:
    if own.empty:
        yield columns.said(
            _COLUMNS, gettext("No sensitivity"), gettext("a single wave before and after")
        )
    for restriction, words in _RESTRICTIONS.items():
        part = own[own["restriction"] == restriction]
        if len(part):
            yield heading(words, "group")
        for record in part.to_dict("records"):
            yield _row(results, record)
        known = part[part["reason"] == ""]
        if len(known):
            text = gettext("Breakdown value: {breakdown}").format(
                breakdown=_breakdown(results, known.iloc[0])
            )
            values = {"breakdown": float(known["breakdown"].iloc[0])}
            yield columns.said(_COLUMNS, "", text, values, "foot")


def _row(results: StudyResults, record: Record) -> Row:
    if record["reason"]:
        kept = {"reason": record["reason"]}
        return columns.said(_COLUMNS, gettext("No interval"), record["reason"], kept)
    relative = record["restriction"] == "relative_magnitudes"
    factor = formatting.scale(record["unit"])
    own = {
        **record,
        "magnitude": record["magnitude"] * (1 if relative else factor),
        "estimate": record["estimate"] * factor,
        "excludes": bool(record["conf_low"] > 0 or record["conf_high"] < 0),
    }
    label = _difference(results, record, own["magnitude"], relative=relative)
    keys = ("restriction", "magnitude")
    return columns.row_of(results, _COLUMNS, own, label, keys=keys, more=("estimate",))


def _difference(results: StudyResults, record: Record, magnitude: float, *, relative: bool) -> str:
    """The difference of trends that an interval allows, in words."""
    if magnitude == 0:
        return gettext("None: parallel trends") if relative else gettext("None: a straight line")
    decimals = 1 if relative else results.decimals(record["outcome"]) + 1
    return f"{formatting.number(magnitude, decimals)}{(gettext(' times') if relative else '')}"


def _breakdown(results: StudyResults, record: Record | pd.Series) -> str:
    value = float(record["breakdown"])
    if np.isnan(value):
        return gettext("none, for the interval holds zero from the start")
    if np.isinf(value):
        return gettext("beyond any bound tried")
    if record["restriction"] == "relative_magnitudes":
        return gettext("{value} times").format(value=formatting.number(value, 2))
    decimals = results.decimals(str(record["outcome"])) + 1
    return formatting.number(formatting.scale(str(record["unit"])) * value, decimals)


def _sentences(results: StudyResults, outcome: str, own: pd.DataFrame) -> list[str]:
    known = own[(own["restriction"] == "relative_magnitudes") & (own["reason"] == "")]
    if known.empty:
        return []
    value = float(known["breakdown"].iloc[0])
    name = results.outcome_label(outcome)
    if np.isnan(value):
        return [
            gettext(
                "{name}: even if trends would have been parallel the interval holds zero."
            ).format(name=name)
        ]
    return [
        gettext(
            "{name}: the interval excludes zero as long as no change of trend after "
            "treatment exceeds {breakdown} the largest before it."
        ).format(name=name, breakdown=_breakdown(results, known.iloc[0]))
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
