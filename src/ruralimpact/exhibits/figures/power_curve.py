"""The effect that the next wave could detect against its number of groups, one panel an outcome."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from ruralimpact.exhibits import formatting, kinds, palette
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.power_words import DESIGNS, check_power_is_asked, power_lines, power_rows
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_ACROSS, _HEIGHT = 2, 2.2  # panels beside each other; inches
_PRESENT: palette.Look = {"color": palette.FAINT, "linewidth": 0.9, "linestyle": palette.DOTS}
_NOTHING = marked("The study asks for no power of a next wave for these outcomes.")


def power_plot(results: StudyResults, exhibit: OfEstimates) -> "Figure":
    """Draw a line a design."""
    frame = power_rows(results, exhibit)
    frame = frame[frame["reason"] == ""]
    if frame.empty:
        return palette.notice(gettext(_NOTHING))
    parts = [part for _, part in frame.groupby(["analysis", "outcome"], sort=False)]
    across = min(_ACROSS, len(parts))
    figure = palette.new_figure(7.2, _HEIGHT * palette.down(len(parts), across) + 0.5)
    designs = [name for name in DESIGNS if (frame["design"] == name).any()]
    colours, markers = palette.colours(designs), palette.markers(designs)
    for axes, part in zip(palette.grid(figure, len(parts), across), parts, strict=True):
        _panel(axes, results, part, colours, markers)
        if len(exhibit.analyses) > 1:
            label = results.analysis(str(part["analysis"].iloc[0])).label
            axes.set_title(palette.wrapped(f"{axes.get_title(loc='left')}: {label}", 48))
    handles = _legend(designs, colours, markers, present=any(map(_shows_present, parts)))
    palette.legend_below(figure, handles, 2)
    return figure


def _panel(
    axes: "Axes",
    results: StudyResults,
    part: pd.DataFrame,
    colours: Mapping[str, str],
    markers: Mapping[str, str],
) -> None:
    outcome, unit = str(part["outcome"].iloc[0]), str(part["unit"].iloc[0])
    factor = formatting.scale(unit)
    for design, line in part.groupby("design", sort=False):
        axes.plot(
            line["n_clusters"],
            factor * line["mde"],
            clip_on=False,
            zorder=3,
            **_look(str(design), colours, markers),
        )
    if _shows_present(part):
        axes.axvline(part["groups_now"].iloc[0], zorder=1, **_PRESENT)
    axes.set_ylim(0, 1.08 * factor * part["mde"].max())
    axes.set_title(results.outcome_label(outcome))
    axes.set_ylabel(unit)
    axes.set_xlabel(gettext("Groups in the next wave"))
    decimals = results.decimals(outcome)
    axes.yaxis.set_major_formatter(lambda value, _: formatting.number(value, decimals))
    palette.light_grid(axes, "y")
    mean = factor * float(part["control_mean"].iloc[0])
    if mean > 0:
        _percent_axis(axes, mean)


def _look(design: str, colours: Mapping[str, str], markers: Mapping[str, str]) -> palette.Look:
    """Line of a design; that of changes is broken and hollow, as it often lies on another."""
    broken = design == "difference"
    return {
        "color": colours[design],
        "marker": markers[design],
        "markersize": 4.5,
        "markerfacecolor": "none" if broken else colours[design],
        "linewidth": 1.4,
        "linestyle": palette.DASHES if broken else "solid",
    }


def _percent_axis(axes: "Axes", mean: float) -> None:
    """Repeat the scale at the right in percent of the control mean."""

    def percent(value: Any) -> Any:
        return 100 * value / mean

    def effect(share: Any) -> Any:
        return share * mean / 100

    right = axes.secondary_yaxis("right", functions=(percent, effect))
    right.set_ylabel(gettext("percent of the control mean"), color=palette.FAINT, fontsize=7.5)
    right.tick_params(colors=palette.FAINT, labelsize=7.5)
    right.yaxis.set_major_formatter(lambda value, _: formatting.number(value, 0))


def _shows_present(part: pd.DataFrame) -> bool:
    """Whether the number of groups of the present wave lies among those of the next."""
    return bool(part["n_clusters"].min() <= part["groups_now"].iloc[0] <= part["n_clusters"].max())


def _legend(
    designs: list[str], colours: Mapping[str, str], markers: Mapping[str, str], *, present: bool
) -> "list[Artist]":
    entries = [
        palette.line(label=gettext(DESIGNS[name]), **_look(name, colours, markers))
        for name in designs
    ]
    if present:
        entries.append(palette.line(label=gettext("Groups of the present wave"), **_PRESENT))
    return entries


def power_words(results: StudyResults, exhibit: OfEstimates) -> str:
    """Return what the figure shows, in words, as its text alternative."""
    return " ".join(
        [
            gettext(
                "Smallest effect that would be found against the number of groups in the "
                "next wave, by design."
            ),
            *power_lines(results, exhibit),
        ]
    )


KIND = kinds.FigureKind(
    kind="power_curve",
    shows="what the next wave could detect, by its number of groups",
    section=kinds.NEXT,
    rank=10,
    needs=("power",),
    options=OfEstimates,
    methods="power.md",
    check=check_power_is_asked,
    draw=power_plot,
    note=(
        marked(
            "Each line is the smallest true effect that the next wave would find with "
            "the declared probability, by how it would be analysed: the lower, the "
            "better. The scale at the right repeats that at the left. The dotted line "
            "marks the groups of the present wave, whose variances are used."
        )
    ),
    words=power_words,
)
