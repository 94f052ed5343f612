"""Forest plot: estimates with their intervals by strategy, one panel an outcome."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from ruralimpact.exhibits import disclosure, formatting, kinds, palette
from ruralimpact.exhibits.interval_rows import Layout, interval_figure, lay_out
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def forest_plot(results: StudyResults, exhibit: OfEstimates) -> "Figure":
    """Draw estimates and 95 percent intervals; the benchmark, where there is one, as a band."""
    analyses = exhibit.analyses
    estimates = {
        name: _estimates(results, analyses, name) for name in results.outcomes_of(analyses)
    }
    frames = {name: frame for name, frame in estimates.items() if len(frame)}
    if not frames:
        return palette.notice(gettext(disclosure.NOTHING_LEFT))
    colours = palette.colours(analyses)
    headed = list(frames) if len(analyses) > 1 else list(frames)[:1]
    return interval_figure(
        results,
        {name: _layout(results, frame, headed=name in headed) for name, frame in frames.items()},
        lambda record: (colours[str(record["analysis"])], "o"),
        _legend(results, list(frames.values())),
        partial(_benchmark, results),
    )


def _estimates(results: StudyResults, analyses: Sequence[str], outcome: str) -> pd.DataFrame:
    frames = [results.estimates_of(analysis, outcome) for analysis in analyses]
    return pd.concat(frames).dropna(subset=["estimate", "conf_low", "conf_high"])


def _layout(results: StudyResults, frame: pd.DataFrame, *, headed: bool) -> Layout:
    return lay_out(
        [
            [
                *([(results.analysis(str(analysis)).label, None)] if headed else ()),
                *(
                    (results.strategy_label(row["strategy"]), row)
                    for row in part.to_dict("records")
                ),
            ]
            for analysis, part in frame.groupby("analysis", sort=False)
        ]
    )


def _benchmark(results: StudyResults, axes: "Axes", outcome: str, factor: float) -> None:
    """Draw the benchmark, where there is one, and its interval as a band."""
    if not results.benchmark():
        return
    base = results.estimates_of(results.benchmark(), outcome).dropna(subset=["estimate"])
    if len(base):
        row = base.iloc[0]
        axes.axvspan(
            factor * row["conf_low"],
            factor * row["conf_high"],
            color="#e8eef4",
            zorder=0,
            linewidth=0,
        )
        axes.axvline(
            factor * row["estimate"],
            color=palette.INK,
            linewidth=1,
            linestyle=palette.DASHES,
            zorder=1,
        )


def _legend(results: StudyResults, frames: Sequence[pd.DataFrame]) -> "list[Artist]":
    common: palette.Look = {
        "color": palette.INK,
        "linewidth": 1.4,
        "marker": "o",
        "markersize": 5,
    }
    entries = [palette.line(label=gettext("Estimate and 95% interval"), **common)]
    if any((frame["balanced"] == "no").any() for frame in frames):
        entries.append(
            palette.line(markerfacecolor="white", label=gettext("Strategy fails balance"), **common)
        )
    if results.benchmark():
        dashed: palette.Look = {"color": palette.INK, "linewidth": 1, "linestyle": palette.DASHES}
        entries.append(palette.line(label=gettext("Experiment (band: its 95% interval)"), **dashed))
    return entries


def _words(results: StudyResults, exhibit: OfEstimates) -> str:
    labels = "; ".join(results.analysis(name).label for name in exhibit.analyses)
    outcomes = ", ".join(
        formatting.lower_first(results.outcome_label(name))
        for name in results.outcomes_of(exhibit.analyses)
    )
    return gettext(
        "Estimates with 95 percent intervals by strategy for {outcomes} ({labels}). "
        "The numbers are in the tables of estimates."
    ).format(outcomes=outcomes, labels=labels)


KIND = kinds.FigureKind(
    kind="forest",
    shows="estimates and intervals",
    section=kinds.ESTIMATES,
    rank=10,
    needs=("estimates",),
    options=OfEstimates,
    methods="matching.md",
    draw=forest_plot,
    note=(
        marked(
            "Dots are estimates, lines their 95 percent intervals; the numbers stand at "
            "the right. An interval that crosses the grey line at zero does not rule out "
            "that there is no difference."
        )
    ),
    words=_words,
)
