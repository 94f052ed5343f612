"""Mean outcomes of the arms wave by wave, which everybody should see before a difference of them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ruralimpact.design.methods import OVER_TIME
from ruralimpact.exhibits import disclosure, formatting, kinds, palette
from ruralimpact.exhibits.earlier_words import translated
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.over_time_panels import OutcomePanel, finish, grid, panels_of
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked
from ruralimpact.schema.analysis import BetweenWaves, OfSample

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_LETTERS = 13.0  # of a legend, to the inch
_NOTHING = marked("No mean of an arm has an interval that can be shown.")


def trends_plot(results: StudyResults, exhibit: OfEstimates) -> "Figure":
    """Draw the mean of each arm, or cohort, in each wave with its 95 percent interval."""
    panels = panels_of(results, exhibit, "mean")
    if not panels:
        hidden = bool(results["event_study"]["suppressed"].any())
        return palette.notice(gettext(disclosure.NOTHING_LEFT) if hidden else gettext(_NOTHING))
    figure, axes = grid(len(panels))
    for drawn, panel in zip(axes, panels, strict=True):
        _draw(drawn, results, panel)
    handles = axes[0].get_legend_handles_labels()[0]
    if len({tuple(_arms(panel)) for panel in panels}) == 1:
        longest = max(len(str(handle.get_label())) for handle in handles)
        columns = max(1, int(figure.get_figwidth() * _LETTERS / (longest + 6)))
        palette.legend_below(figure, handles, columns)
    else:
        for drawn in axes:
            drawn.legend(framealpha=0.85, edgecolor="none", fontsize=7)
    return figure


def _arms(panel: OutcomePanel) -> list[str]:
    return list(dict.fromkeys(panel.rows["arm"]))


def _label(arm: str) -> str:
    arm = translated(arm)
    return arm[:1].upper() + arm[1:]


def _draw(axes: "Axes", results: StudyResults, panel: OutcomePanel) -> None:
    factor = formatting.scale(results.unit(panel.outcome))
    arms = _arms(panel)
    colours, markers = palette.colours(arms), palette.markers(arms)
    periods = np.unique(panel.rows["period"].to_numpy(float))
    step = float(np.diff(periods).min()) if len(periods) > 1 else 1.0
    for position, arm in enumerate(arms):
        rows = panel.rows[panel.rows["arm"] == arm].sort_values("period")
        # Beside each other, so that intervals of arms that are alike can be told apart.
        where = rows["period"].to_numpy(float) + 0.06 * step * (position - (len(arms) - 1) / 2)
        axes.vlines(
            where,
            factor * rows["conf_low"],
            factor * rows["conf_high"],
            color=colours[arm],
            linewidth=1.2,
        )
        axes.plot(
            where,
            factor * rows["estimate"],
            color=colours[arm],
            marker=markers[arm],
            markersize=4.5,
            linewidth=1.3,
            label=_label(arm),
        )
        start = rows["cohort"].iloc[0]
        if np.isfinite(start):
            axes.axvline(
                start - step / 2, color=colours[arm], linewidth=0.8, linestyle=palette.DOTS
            )
    _mark_start(axes, results.analysis(panel.analysis), periods)
    axes.set_xticks(periods, _ticks(results.analysis(panel.analysis), periods))
    unit = results.unit(panel.outcome)
    level = gettext("percent") if unit == formatting.PERCENTAGE_POINTS else unit
    finish(axes, panel, gettext("Wave"), level)


def _mark_start(axes: "Axes", analysis: OfSample, periods: "np.ndarray[Any, Any]") -> None:
    """Draw the line between the waves before and those after, where there is one for all."""
    count = len(analysis.before) if isinstance(analysis, BetweenWaves) else 0
    if 0 < count < len(periods):
        middle = float(periods[count - 1] + periods[count]) / 2
        axes.axvline(middle, color=palette.FAINT, linewidth=0.9, linestyle=palette.DOTS, zorder=0)


def _ticks(analysis: OfSample, periods: "np.ndarray[Any, Any]") -> list[str]:
    """Names of the waves: numbers, or the words that study.yaml lists."""
    waves = (*analysis.before, *analysis.after) if isinstance(analysis, BetweenWaves) else ()
    named = [str(wave) for wave in waves]
    words = len(named) == len(periods) and not all(name.lstrip("-").isdigit() for name in named)
    return named if words else [f"{period:g}" for period in periods]


def trends_words(results: StudyResults, exhibit: OfEstimates) -> str:
    """Return what the figure shows, in words, as its text alternative."""
    parts = []
    for panel in panels_of(results, exhibit, "mean"):
        factor, decimals = (
            formatting.scale(results.unit(panel.outcome)),
            results.decimals(panel.outcome),
        )
        arms = []
        for arm, rows in panel.rows.groupby("arm", sort=False):
            ends = rows.sort_values("period")["estimate"].iloc[[0, -1]]
            first, last = (formatting.number(factor * value, decimals) for value in ends)
            arms.append(
                gettext("{arm} from {first} to {last}").format(
                    arm=translated(str(arm)), first=first, last=last
                )
            )
        parts.append(f"{panel.title.replace(chr(10), ' ')}: {', '.join(arms)}.")
    return gettext("Mean outcome of each arm by wave, first to last. ") + " ".join(parts)


KIND = kinds.FigureKind(
    kind="trends",
    shows="mean outcome of each arm by wave",
    section=kinds.TRENDS,
    rank=10,
    needs=("event_study", "estimates"),
    options=OfEstimates,
    methods="over_time.md",
    of_methods=OVER_TIME,
    alone=True,
    draw=trends_plot,
    note=(
        marked(
            "Mean outcome of each arm, or cohort, by wave, with 95 percent intervals; "
            "dotted lines stand where treatment begins. The arms need not be at one "
            "level: what a difference of changes needs is that they would have changed "
            "alike without the treatment."
        )
    ),
    words=trends_words,
)
