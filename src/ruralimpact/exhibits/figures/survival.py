"""Shares that last and that have ended in each way, stacked over time, a panel a level."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ruralimpact.exhibits import formatting, kinds, palette
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.survival_rows import (
    LASTS,
    METHODS,
    known_between_visits,
    of_part,
    percent_words,
    time_unit,
)
from ruralimpact.language import gettext, marked

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

_MOST_ACROSS, _HEIGHT = 4, 1.9  # panels beside each other; inches
_NOT_KNOWN = marked("Not known: between visits")


class SurvivalOptions(OfAnalyses):
    """A figure of survival."""

    by: str = ""
    """Variable whose levels have a panel each; all units together when not given."""


def survival_figure(results: StudyResults, exhibit: SurvivalOptions) -> "Figure":
    """Draw a stacked area a state, or a bar a time where states are known at visits."""
    panels = _panels(results, exhibit)
    if not panels:
        return palette.notice(gettext("No level has enough units and groups to be shown."))
    down = palette.down(len(panels), _MOST_ACROSS)
    across = palette.down(len(panels), down)  # rows of one length, as near as can be
    figure = palette.new_figure(7.2, _HEIGHT * down + 0.6)
    grid = palette.grid(figure, len(panels), across, sharex=True, sharey=True)
    labels = dict(zip(panels[0]["state"], panels[0]["label"], strict=False))
    colours = palette.colours(list(labels))
    shown = np.unique(np.concatenate([frame["time"].to_numpy(float) for frame in panels]))
    between = False
    for axes, frame in zip(grid, panels, strict=True):
        times, heights = np.unique(frame["time"].to_numpy(float)), _heights(frame, labels)
        if known_between_visits(results, str(frame["analysis"].iloc[0])):
            between = True
            _bars(axes, times, heights, colours)
            axes.set_xticks(np.arange(len(shown)), [f"{time:g}" for time in shown])
        else:
            _areas(axes, times, heights, colours)
            axes.set_xlim(0, _beyond(shown))
            axes.set_xticks(shown, [f"{time:g}" for time in shown])
        level, count = str(frame["level"].iloc[0]), int(frame["n_units"].iloc[0])
        axes.set_title(f"{level or gettext('All')} ({formatting.count(count)})")
        axes.set_ylim(0, 100)
    for axes in grid[::across]:
        axes.set_ylabel("percent")
    for axes in grid[-across:]:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(
            gettext("time since the start ({time_unit})").format(
                time_unit=time_unit(results, exhibit.analyses[0])
            )
        )
    handles = [palette.patch(color=colours[state], label=label) for state, label in labels.items()]
    if between:
        handles.append(palette.patch(color=palette.GRID, label=gettext(_NOT_KNOWN)))
    palette.legend_below(figure, handles, len(handles))
    return figure


def _heights(frame: "pd.DataFrame", states: Iterable[str]) -> dict[str, FloatArray]:
    """Percent in each state at the times of the frame, of what is known of it."""
    return {
        state: 100 * frame[frame["state"] == state].sort_values("time")["lowest"].to_numpy(float)
        for state in states
    }


def _areas(
    axes: "Axes", times: FloatArray, heights: dict[str, FloatArray], colours: Mapping[str, str]
) -> None:
    """Draw what holds from each time on, from a start at which all last, to a little beyond the last."""
    stacked = [
        np.concatenate([[100.0 if state == LASTS else 0.0], height, height[-1:]])
        for state, height in heights.items()
    ]
    shades = [colours[state] for state in heights]
    axes.stackplot(
        np.concatenate([[0.0], times, [_beyond(times)]]), stacked, step="post", colors=shades
    )


def _beyond(times: FloatArray) -> float:
    """A little after the last time, for what holds from it on."""
    return float(times[-1] + np.diff([0.0, *times])[-1] / 2)


def _bars(
    axes: "Axes", times: FloatArray, heights: dict[str, FloatArray], colours: Mapping[str, str]
) -> None:
    """Draw what is known at each time, and above it the share of which it is not known."""
    places, bottom = np.arange(len(times)), np.zeros(len(times))
    for state, height in heights.items():
        axes.bar(places, height, bottom=bottom, color=colours[state], width=0.7)
        bottom = bottom + height
    axes.bar(places, 100 - bottom, bottom=bottom, color=palette.GRID, width=0.7)


def _panels(results: StudyResults, exhibit: SurvivalOptions) -> "list[pd.DataFrame]":
    frame = of_part(results, exhibit, "curve")
    own = frame[(frame["by"] == exhibit.by) & frame["lowest"].notna()]
    return [part for _, part in own.groupby(["analysis", "level"], sort=False)]


def survival_words(results: StudyResults, exhibit: SurvivalOptions) -> str:
    """Return what the figure shows, in words."""
    lines = []
    for frame in _panels(results, exhibit):
        last = frame[frame["time"] == frame["time"].max()]
        shares = ", ".join(
            f"{row['label']}: {percent_words(row)}" for row in last.to_dict("records")
        )
        lines.append(
            gettext("{value}, by {time_unit} {time}: {shares}.").format(
                value=frame["level"].iloc[0] or gettext("All"),
                time_unit=time_unit(results, str(frame["analysis"].iloc[0])),
                time=f"{frame['time'].max():g}",
                shares=shares,
            )
        )
    return " ".join(lines) or gettext("Nothing to show.")


KIND = kinds.FigureKind(
    kind="survival",
    shows="how many last, and how the others ended, over time",
    section=kinds.DESCRIPTION,
    rank=45,
    needs=("survival",),
    options=SurvivalOptions,
    methods="survival.md",
    of_methods=METHODS,
    draw=survival_figure,
    note=(
        marked(
            "Shares of the units at each time: those that last, and those that have "
            "ended in each way, which add up to the whole. In brackets the number of "
            "units. Where states are known at visits only, a bar shows what is known at "
            "each time."
        )
    ),
    words=survival_words,
)
