"""How many last, and how the others ended, by time and by level; bounds for the absent; reasons."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from ruralimpact.exhibits import cells, columns, formatting, headings, kinds
from ruralimpact.exhibits.exclusion_notes import exclusion_notes
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Shown
from ruralimpact.exhibits.survival_rows import (
    METHODS,
    known_between_visits,
    of_part,
    time_unit,
)
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked


def survival_tables(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build the table of shares at each time and, where there are any, those of bounds and of reasons."""
    yield _curves(results, exhibit, of_part(results, exhibit, "curve"))
    bounds = of_part(results, exhibit, "bound")
    if len(bounds):
        yield _bounds(results, exhibit, bounds)
    others = pd.concat([of_part(results, exhibit, part) for part in _PARTS])
    others = others[others["n_units"] > 0]
    if len(others):
        yield _shares(results, exhibit, others)


def _curves(results: StudyResults, exhibit: OfAnalyses, frame: pd.DataFrame) -> Table:
    unit = time_unit(results, exhibit.analyses[0])
    between = any(known_between_visits(results, name) for name in exhibit.analyses)
    shown = [
        *_COUNTS,
        *(
            column.within(
                f"{time:g}", gettext("By {unit} {time}").format(unit=unit, time=f"{time:g}")
            )
            for time in sorted(frame["time"].unique())
            for column in (_BETWEEN if between else _SHARE)
        ),
    ]

    def rows(analysis: str) -> Iterator[Row]:
        own = frame[frame["analysis"] == analysis]
        for (_, label, level), part in own.groupby(["by", "by_label", "level"], sort=False):
            yield heading(f"{label}: {level}" if label else gettext("All"), "group")
            for _, same in part.groupby("state", sort=False):
                yield _row(results, same, shown)

    return table_of(
        results,
        exhibit,
        stub=gettext("State"),
        columns=shown,
        rows=headings.by_analysis(results, exhibit.analyses, rows),
        notes=(
            gettext(_CURVES),
            *((gettext(_VISITS),) if between else ()),
            *((gettext(_NOT_FOLLOWED),) if frame["reason"].any() else ()),
            _few(frame),
            *exclusion_notes(results, exhibit.analyses, shown=frame),
        ),
    )


_COUNTS = (
    columns.size(marked("Units"), width=0.8, of="n_units").kept_as("units"),
    columns.size(marked("Groups"), width=0.8, of="n_clusters").kept_as("groups"),
)
_SHARE = (columns.amount(marked("Percent"), width=0.9), columns.interval(width=1.4))


def _known_share(values: Sequence[float], decimals: int) -> Cell:
    """Return the share, or between which two it lies."""
    estimate, lowest, highest = values
    known = cells.number(estimate, decimals)
    return known if known.numbers else cells.interval(lowest, highest, decimals)


_BETWEEN = (
    Shown(
        Column(marked("Percent"), width=1.2),
        ("estimate", "lowest", "highest"),
        _known_share,
        {name: name for name in ("estimate", "lowest", "highest")},
        scaled=True,
    ),
    columns.interval(width=1.4),
)
_PRINTED = {"unit": formatting.PERCENTAGE_POINTS, "decimals": 0}
_CURVES = marked(
    "Percent that lasts beyond the time (Kaplan-Meier), and has ended in each "
    "way by it (Aalen-Johansen: ends compete, so that the percents add up to "
    "100). Standard errors are clustered by group and bias-reduced; intervals on "
    "the complementary log-log scale, with t of groups less strata, or less one, "
    "degrees of freedom; none where nothing or all has ended."
)
_VISITS = marked(
    "Where an end is known to lie between two visits, shares are those that make "
    "what was seen most likely (Turnbull 1976). Two percents stand at a time "
    "between such visits: the least and the greatest share that agree with it; "
    "the interval then covers both."
)
_NOT_FOLLOWED = marked(
    "Beyond the time up to which anybody was followed no share is printed, unless all had ended by then."
)


def _few(frame: pd.DataFrame) -> str:
    hidden = frame["suppressed"].any() if "suppressed" in frame else False
    dash = gettext("{dash} = no interval.").format(dash=formatting.DASH)
    if not hidden:
        return dash
    return gettext(
        "{dash} {suppressed} = too few units or groups, or a level beside such a one."
    ).format(dash=dash, suppressed=formatting.SUPPRESSED)


def _row(results: StudyResults, frame: pd.DataFrame, shown: Sequence[Shown]) -> Row:
    by_time = {f"{record['time']:g}": {**record, **_PRINTED} for record in frame.to_dict("records")}
    first = frame.iloc[0].to_dict() | {"suppressed": False}
    keys = ("by", "level", "state")
    return columns.row_of(results, shown, {**first, **by_time}, str(first["label"]), keys=keys)


def _bounds(results: StudyResults, exhibit: OfAnalyses, frame: pd.DataFrame) -> Table:
    states = dict(zip(frame["state"], frame["label"], strict=True))
    shown = [
        column.within(state, label)
        for state, label in states.items()
        for column in (
            columns.number(gettext("Units"), width=0.7, of="n_units").kept_as("units"),
            *_SHARE,
        )
    ]

    def rows(analysis: str) -> Iterator[Row]:
        own = frame[frame["analysis"] == analysis]
        for label, of_variable in own.groupby("by_label", sort=False):
            if label:
                yield heading(str(label), "group")
            for level, same in of_variable.groupby("level", sort=False):
                record: dict[Any, Any] = same.iloc[0].to_dict() | {"suppressed": False}
                for of_state in same.to_dict("records"):
                    record[str(of_state["state"])] = {**of_state, **_PRINTED}
                yield columns.row_of(
                    results, shown, record, str(level) or gettext("All"), keys=("by", "level")
                )

    return table_of(
        results,
        exhibit,
        title=gettext("{title}: bounds for the absent").format(title=exhibit.title),
        stub=gettext("Share that lasts"),
        columns=shown,
        rows=headings.by_analysis(results, exhibit.analyses, rows),
        notes=(
            gettext(_BOUNDS),
            gettext(_WILSON),
            *([_few(frame)] if frame["suppressed"].any() else []),
        ),
    )


def _shares(results: StudyResults, exhibit: OfAnalyses, frame: pd.DataFrame) -> Table:
    shown = (
        columns.number(gettext("Units"), of="n_units").kept_as("units").staying(),
        columns.amount(gettext("Percent"), width=1.0).kept_as("percent"),
        columns.interval(width=1.4),
    )
    rows: list[Row] = []
    for (_, part), own in frame.groupby(["analysis", "part"], sort=False):
        rows.append(heading(_PARTS[str(part)], "group"))
        for record in own.to_dict("records"):
            label, keys = str(record["label"]), ("part", "state")
            rows.append(columns.row_of(results, shown, {**record, **_PRINTED}, label, keys=keys))
    return table_of(
        results,
        exhibit,
        title=gettext("{title}: further shares").format(title=exhibit.title),
        stub=gettext("Share"),
        columns=shown,
        rows=rows,
        notes=(
            *((gettext(_REASONS),) if (frame["part"] == "reason").any() else ()),
            gettext(_WILSON),
        ),
    )


_PARTS = {
    "early": marked("Ended early, of those that ended"),
    "reason": marked("Reasons, of those that ended"),
}
_BOUNDS = marked(
    "Whether those who were not found still last is not known: the share lies "
    "between the two that count all of them one way."
)
_REASONS = marked("Several reasons may hold.")
_WILSON = marked("Intervals by Wilson (1927).")

KIND = kinds.TableKind(
    kind="survival",
    shows="how many last, and how the others ended",
    section=kinds.DESCRIPTION,
    rank=50,
    needs=("survival", "exclusions"),
    options=OfAnalyses,
    methods="survival.md",
    of_methods=METHODS,
    build=survival_tables,
)
