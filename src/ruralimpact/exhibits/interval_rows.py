"""What figures of estimates with intervals, one a row, have in common."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruralimpact.exhibits import formatting, palette
from ruralimpact.exhibits.results import StudyResults

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


LABEL = 38  # characters to the line
_ROW, _FRAME = 0.168, 0.6  # inches


@dataclass(frozen=True)
class Line:
    """A row of a panel: a heading, or an estimate with its record."""

    height: float
    label: str
    record: Mapping[Any, Any] | None = None


@dataclass(frozen=True)
class Layout:
    """Rows of a panel, downwards from zero, and where the last one ends."""

    lines: tuple[Line, ...]
    bottom: float


def lay_out(blocks: Sequence[Sequence[tuple[str, Mapping[Any, Any] | None]]]) -> Layout:
    """Place rows below each other, blocks of them a little apart.

    Parameters
    ----------
    blocks : sequence of sequence of (label, record)
        A heading has no record.

    Returns
    -------
    Layout
    """
    lines: list[Line] = []
    height = 0.0
    for entries in blocks:
        for text, record in entries:
            label = palette.wrapped(text, LABEL)
            further = 0.8 * label.count("\n")
            lines.append(Line(height - further / 2, label, record))
            height -= 1 + further
        height -= 0.25
    return Layout(tuple(lines), height + 0.25)


def interval_figure(
    results: StudyResults,
    layouts: Mapping[str, Layout],
    look: Callable[[Mapping[Any, Any]], tuple[str, str]],
    handles: "Sequence[Artist]",
    behind: "Callable[[Axes, str, float], None] | None" = None,
) -> "Figure":
    """Draw estimates with their intervals and numbers, one panel an outcome.

    Parameters
    ----------
    results : StudyResults
    layouts : mapping of str to Layout
        By outcome.
    look : callable
        Takes a record, returns its colour and marker; hollow where its strategy fails balance.
    handles : sequence of Artist
        The legend.
    behind : callable, optional
        Takes axes, an outcome and the factor to its printed unit, and draws what else there is.
    """
    heights = [_ROW * (1 - layout.bottom) for layout in layouts.values()]
    figure = palette.new_figure(7.2, sum(heights) + _FRAME * len(heights) + 0.35)
    panels = palette.stacked(figure, heights)
    for axes, (outcome, layout) in zip(panels, layouts.items(), strict=True):
        factor, decimals = formatting.scale(results.unit(outcome)), results.decimals(outcome)
        for line in layout.lines:
            if line.record is None:
                continue
            values = [factor * line.record[name] for name in ("estimate", "conf_low", "conf_high")]
            colour, marker = look(line.record)
            solid = line.record["balanced"] != "no"
            _draw_interval(axes, line.height, values, colour, solid=solid, marker=marker)
            _write_number(axes, line.height, values, decimals)
        axes.axvline(0, color=palette.FAINT, linewidth=0.9, zorder=1)
        if behind is not None:
            behind(axes, outcome, factor)
        unit = formatting.translated(results.unit(outcome))
        _finish_axes(axes, layout, results.outcome_label(outcome), unit)
    palette.legend_below(figure, handles, 3)
    return figure


def _draw_interval(
    axes: "Axes",
    height: float,
    values: Sequence[float],
    colour: str,
    *,
    solid: bool,
    marker: str,
) -> None:
    """Draw an estimate with its interval; hollow where `solid` is false."""
    estimate, low, high = values
    axes.plot([low, high], [height, height], color=colour, linewidth=1.6, solid_capstyle="round")
    face = colour if solid else "white"
    axes.plot(
        estimate,
        height,
        marker,
        markersize=5,
        markerfacecolor=face,
        markeredgecolor=colour,
        zorder=4,
    )


def _write_number(axes: "Axes", height: float, values: Sequence[float], decimals: int) -> None:
    """Write an estimate and its interval at the right of its row."""
    estimate, low, high = values
    text = f"{formatting.number(estimate, decimals)}  ({formatting.interval(low, high, decimals)})"
    axes.annotate(
        text,
        (1.0, height),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=7.5,
    )


def _finish_axes(axes: "Axes", layout: Layout, title: str, unit: str) -> None:
    """Label the rows and the axis, in the style of all such figures."""
    heights, labels = zip(*((line.height, line.label) for line in layout.lines), strict=True)
    palette.name_rows(axes, heights, labels)
    for tick, line in zip(axes.get_yticklabels(), layout.lines, strict=True):
        tick.set_fontweight("bold" if line.record is None else "normal")
        tick.set_fontsize(7.5)
    axes.set_ylim(layout.bottom + 0.3, 0.7)
    axes.set_xlabel(unit[:1].upper() + unit[1:])
    axes.set_title(title)
    axes.locator_params(axis="x", nbins=6)
    axes.spines["left"].set_visible(False)
    palette.print_ticks(axes.xaxis)
    palette.light_grid(axes, "x")
