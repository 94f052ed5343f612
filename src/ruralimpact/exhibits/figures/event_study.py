"""Event studies: effects by time since treatment began, and what should be zero before."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from ruralimpact.design.methods import COMPARED_OVER_TIME
from ruralimpact.exhibits import disclosure, formatting, interpretation, kinds, palette
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.over_time_panels import OutcomePanel, finish, grid, panels_of
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_COLOUR, _BAND, _BEFORE = "#0072b2", "#b9d5e8", "#f1f3f5"
_FEW = marked("the joint test may reject too often.")
_NOTHING = marked("No effect by time since treatment has an interval that can be shown.")


def event_study_plot(results: StudyResults, exhibit: OfEstimates) -> "Figure":
    """Draw effects by time since treatment, with intervals one by one and a uniform band."""
    panels = panels_of(results, exhibit, "event")
    if not panels:
        hidden = bool(results["event_study"]["suppressed"].any())
        return palette.notice(gettext(disclosure.NOTHING_LEFT) if hidden else gettext(_NOTHING))
    figure, axes = grid(len(panels))
    for drawn, panel in zip(axes, panels, strict=True):
        _draw(drawn, results, panel)
    palette.legend_below(figure, _legend(), 4)
    return figure


def _draw(axes: "Axes", results: StudyResults, panel: OutcomePanel) -> None:
    factor = formatting.scale(results.unit(panel.outcome))
    rows = panel.rows
    times = rows["event_time"].to_numpy(float)
    numbers = {
        name: factor * rows[name].to_numpy(float)
        for name in ("estimate", "conf_low", "conf_high", "band_low", "band_high")
    }
    known = rows["conf_low"].notna().to_numpy()
    first = min(times.min(), -1.0)
    axes.axvspan(first - 0.5, -0.5, color=_BEFORE, linewidth=0, zorder=0)
    axes.axhline(0, color=palette.FAINT, linewidth=0.9, zorder=1)
    axes.vlines(
        times[known],
        numbers["band_low"][known],
        numbers["band_high"][known],
        color=_BAND,
        linewidth=6,
        zorder=2,
    )
    axes.vlines(
        times[known],
        numbers["conf_low"][known],
        numbers["conf_high"][known],
        color=_COLOUR,
        linewidth=1.5,
        zorder=3,
    )
    axes.plot(times[known], numbers["estimate"][known], "o", color=_COLOUR, markersize=5, zorder=4)
    axes.plot(
        times[~known],
        numbers["estimate"][~known],
        "o",
        markerfacecolor="white",
        markeredgecolor=palette.INK,
        markersize=5,
        zorder=4,
    )
    axes.set_xticks(
        times, [f"{time:+g}".replace("-", formatting.MINUS) if time else "0" for time in times]
    )
    axes.set_xlim(first - 0.5, max(times.max(), 0.0) + 0.5)
    finish(axes, panel, gettext("Time since treatment began"), results.unit(panel.outcome))
    axes.set_title(panel.title, pad=15)
    axes.annotate(
        pre_trend_words(results, panel.analysis, panel.outcome),
        (0.0, 1.0),
        xycoords="axes fraction",
        xytext=(0, 4),
        textcoords="offset points",
        fontsize=7.5,
        color=palette.FAINT,
    )


def pre_trend_words(results: StudyResults, analysis: str, outcome: str) -> str:
    """Return the joint test of the times before treatment in words; why not, where there is none."""
    own = results.of("pre_trends", analysis, outcome=outcome)
    if own.empty or own["n_pre"].iloc[0] == 0:
        return gettext("No wave before the last: no test of earlier trends")
    row = own.iloc[0]
    if pd.isna(row["p_value"]):
        return gettext("No test of earlier trends")
    return gettext("Before treatment: F({df}, {df_denominator}) = {statistic}, {p}").format(
        df=formatting.number(row["df"]),
        df_denominator=formatting.number(row["df_denominator"]),
        statistic=formatting.number(row["statistic"], 2),
        p=formatting.p_statement(row["p_value"]),
    )


def _legend() -> list[Any]:
    hollow: palette.Look = {"markerfacecolor": "white", "markeredgecolor": palette.INK}
    return [
        palette.line(
            color=_COLOUR, marker="o", markersize=5, label=gettext("Effect, 95% interval")
        ),
        palette.line(color=_BAND, linewidth=6, label=gettext("95% band, all at once")),
        palette.line(color="white", marker="o", markersize=5, label=gettext("Reference"), **hollow),
        palette.patch(color=_BEFORE, label=gettext("Before treatment")),
    ]


def event_study_words(results: StudyResults, exhibit: OfEstimates) -> str:
    """Return what the figure shows, in words, as its text alternative."""
    parts = []
    for panel in panels_of(results, exhibit, "event"):
        factor, decimals = (
            formatting.scale(results.unit(panel.outcome)),
            results.decimals(panel.outcome),
        )
        after = panel.rows[(panel.rows["event_time"] >= 0) & panel.rows["conf_low"].notna()]
        if after.empty:
            continue
        span = formatting.range_text(
            list(factor * after["estimate"]), decimals, results.unit(panel.outcome)
        )
        test = formatting.lower_first(pre_trend_words(results, panel.analysis, panel.outcome))
        title = panel.title.replace("\n", " ")
        parts.append(
            gettext("{title}: {span} since treatment began; {test}.").format(
                title=title, span=span, test=test
            )
        )
    return gettext("Effects by time since treatment began, with intervals. ") + " ".join(parts)


def event_study_warnings(results: StudyResults, exhibit: OfEstimates) -> list[str]:
    """Return what the reader of the figure must be warned of."""
    frame = results["event_study"]
    shown = frame[frame["analysis"].isin(exhibit.analyses) & (frame["kind"] == "event")]
    return interpretation.few_groups_notes(shown["n_clusters"], gettext(_FEW))


KIND = kinds.FigureKind(
    kind="event_study",
    shows="effects by time since treatment began, with a uniform band",
    section=kinds.TRENDS,
    rank=10,
    needs=("event_study", "estimates", "pre_trends"),
    options=OfEstimates,
    methods="over_time.md",
    of_methods=COMPARED_OVER_TIME,
    draw=event_study_plot,
    note=(
        marked(
            "Dots are effects by time since treatment began, against the last wave "
            "before it; dark lines are 95 percent intervals one by one, pale bars a band "
            "that covers all of them at once. If trends would have been parallel, "
            "nothing but chance lies off zero in the shaded part. A test that finds "
            "nothing there has little power and proves nothing (Roth 2022)."
        )
    ),
    words=event_study_words,
    warnings=event_study_warnings,
)
