"""Share of answers that are missing, by variable and arm, one panel a source and wave."""

from typing import TYPE_CHECKING

import pandas as pd

from ruralimpact.exhibits import formatting, kinds, palette
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.quality_rows import unequal_gaps, waves_of
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW, _FRAME = 0.2, 0.75  # inches
_MOST = 25
_NOTHING = marked("No variable lacks answers, or only in cells that are suppressed.")
_ARMS = {"missing_treated": palette.TREATED, "missing_control": palette.FAINT}


def missing_by_arm_plot(results: StudyResults, _: Exhibit) -> "Figure":
    """Draw a mark an arm for each variable that lacks answers, those that lack most above."""
    panels = _panels(results)
    if not panels:
        return palette.notice(gettext(_NOTHING))
    heights = [_ROW * max(len(frame), 2) for _, frame in panels]
    figure = palette.new_figure(7.2, sum(heights) + _FRAME * len(panels) + 0.3)
    for axes, (label, frame) in zip(palette.stacked(figure, heights), panels, strict=True):
        _panel(axes, label, frame)
    handles = [
        palette.line(marker="o", linestyle="", color=colour, label=label)
        for colour, label in zip(
            _ARMS.values(), (gettext("Treated"), gettext("Controls")), strict=True
        )
    ]
    handles.append(palette.line(color="#d55e00", linewidth=1.6, label=gettext("Clearly unequal")))
    palette.legend_below(figure, handles, 3)
    return figure


def _panels(results: StudyResults) -> list[tuple[str, pd.DataFrame]]:
    panels = []
    for label, part in waves_of(results, "variable_quality"):
        both = part[["missing_treated", "missing_control"]].max(axis=1)
        frame = part.assign(most=both)[both > 0]
        if len(frame):
            frame = frame.sort_values(["most", "variable"], ascending=[False, True])
            panels.append((label, frame.head(_MOST).iloc[::-1]))
    return panels


def _panel(axes: "Axes", label: str, frame: pd.DataFrame) -> None:
    rows = range(len(frame))
    for row, unequal, low, high in zip(
        rows, unequal_gaps(frame), frame["missing_treated"], frame["missing_control"], strict=True
    ):
        colour = "#d55e00" if unequal else palette.GRID
        axes.plot([100 * low, 100 * high], [row, row], color=colour, linewidth=1.6, zorder=2)
    look: palette.Look = {"s": 22, "zorder": 3, "linewidths": 0, "clip_on": False}
    for column, colour in _ARMS.items():
        axes.scatter(100 * frame[column], list(rows), color=colour, **look)
    palette.name_rows(axes, rows, [palette.wrapped(text, 44) for text in frame["label"]])
    axes.set_ylim(-0.6, len(frame) - 0.4)
    axes.set_xlim(left=0)
    palette.print_ticks(axes.xaxis)
    axes.set_xlabel(gettext("Percent of the arm's rows without a value"))
    axes.set_title(palette.wrapped(label, 70))
    palette.light_grid(axes, "both")


def _words(results: StudyResults, _: Exhibit) -> str:
    panels = _panels(results)
    if not panels:
        return gettext(_NOTHING)
    parts = [
        gettext("{label}: up to {most} percent ({label_2})").format(
            label=label,
            most=formatting.number(100 * frame["most"].max()),
            label_2=frame["label"].iloc[-1],
        )
        for label, frame in panels
    ]
    return gettext("Share of rows without a value, by variable and arm. ") + "; ".join(parts) + "."


KIND = kinds.FigureKind(
    kind="missing_by_arm",
    shows="share of answers that are missing, by variable and arm",
    section=kinds.QUALITY,
    rank=20,
    needs=("variable_quality",),
    options=Exhibit,
    methods="data_quality.md",
    draw=missing_by_arm_plot,
    note=(
        marked(
            "Variables that no answer is missing of are excluded; of more than {most}, "
            "those that lack most are shown.",
            most=_MOST,
        )
    ),
    words=_words,
)
