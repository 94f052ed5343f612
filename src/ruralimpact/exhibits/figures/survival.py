"""Shares that last and that have ended in each way, stacked over time, a panel a level."""

from typing import TYPE_CHECKING

import numpy as np

from ruralimpact.exhibits import formatting, kinds, palette
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.survival_rows import LASTS, METHODS, of_part, time_unit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_ACROSS, _HEIGHT = 3, 1.9  # panels beside each other; inches


class SurvivalOptions(OfAnalyses):
    """A figure of survival."""

    by: str = ""
    """Variable whose levels have a panel each; all units together when not given."""


def survival_figure(results: StudyResults, exhibit: SurvivalOptions) -> "Figure":
    """Draw a stacked area a state."""
    panels = _panels(results, exhibit)
    if not panels:
        return palette.notice("No level has enough units and groups to be shown.")
    across = min(_ACROSS, len(panels))
    down = -(-len(panels) // across)
    figure = palette.new_figure(7.2, _HEIGHT * down + 0.6)
    grid = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True).ravel()
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    states = list(dict.fromkeys(panels[0]["state"]))
    labels = dict(zip(panels[0]["state"], panels[0]["label"], strict=True))
    colours = palette.colours(states)
    for axes, frame in zip(grid, panels, strict=False):
        times = np.array(sorted(frame["time"].unique()), dtype=float)
        shares = [
            100 * frame[frame["state"] == state].sort_values("time")["estimate"].to_numpy(float)
            for state in states
        ]
        start = [[100.0 if state == LASTS else 0.0] for state in states]
        stacked = [np.concatenate([a, b]) for a, b in zip(start, shares, strict=True)]
        axes.stackplot(
            np.concatenate([[0.0], times]), stacked, step="post", colors=list(colours.values())
        )
        level, count = str(frame["level"].iloc[0]), int(frame["n_units"].iloc[0])
        axes.set_title(f"{level or 'All'} ({formatting.count(count)})")
        axes.set_ylim(0, 100)
        axes.set_xlim(0, times[-1])
    for axes in grid[::across]:
        axes.set_ylabel("percent")
    for axes in grid[: len(panels)][-across:]:
        axes.set_xlabel(f"{time_unit(results, exhibit.analyses[0])} since the start")
    handles = [palette.patch(color=colours[state], label=labels[state]) for state in states]
    figure.legend(handles=handles, loc="outside lower left", frameon=False, ncols=len(states))
    return figure


def _panels(results: StudyResults, exhibit: SurvivalOptions) -> "list[pd.DataFrame]":
    frame = of_part(results, exhibit, "curve")
    own = frame[(frame["by"] == exhibit.by) & frame["estimate"].notna()]
    return [part for _, part in own.groupby(["analysis", "level"], sort=True)]


def survival_words(results: StudyResults, exhibit: SurvivalOptions) -> str:
    """Return what the figure shows, in words."""
    lines = []
    for frame in _panels(results, exhibit):
        last = frame[frame["time"] == frame["time"].max()]
        shares = ", ".join(
            f"{label}: {formatting.number(100 * share)} percent"
            for label, share in zip(last["label"], last["estimate"], strict=True)
        )
        lines.append(f"{frame['level'].iloc[0] or 'All'}, by the last time: {shares}.")
    return " ".join(lines) or "Nothing to show."


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
        "Shares of the units at each time: those that last, and those that have ended in each way, which add "
        "up to the whole. In brackets the number of units."
    ),
    words=survival_words,
)
