"""Specification curve: every declared estimate of an outcome in order, over the choices behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ruralimpact.exhibits import formatting, kinds, palette
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked
from ruralimpact.sensitivity.specification_curve import LEVEL, specification_curve

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_ACROSS = 3  # outcomes beside each other
_CURVE, _ROW, _FRAME = 1.7, 0.155, 0.55  # inches
_LABEL = 42  # characters to the line
_STRONG, _WEAK = "#0072b2", palette.BEFORE
_MEDIAN: palette.Look = {"color": palette.INK, "linewidth": 0.9, "linestyle": palette.DASHES}


def specification_plot(results: StudyResults, exhibit: OfEstimates) -> "Figure":
    """Draw the estimates in order with their intervals, and below them which choices each rests on."""
    outcomes = plotted_outcomes(results, exhibit)
    choices = _choices(results, exhibit.analyses, outcomes)
    bands = [outcomes[start : start + _ACROSS] for start in range(0, len(outcomes), _ACROSS)]
    lines = [1 + _further(row.label) for rows in choices.values() for row in rows]
    matrix = _ROW * (sum(lines) + len(choices))
    height = (_CURVE + matrix + _FRAME) * len(bands) + 0.3
    figure = palette.new_figure(7.2, height)
    grid = figure.subplots(
        2 * len(bands),
        len(bands[0]),
        squeeze=False,
        sharey=False,
        height_ratios=[_CURVE, matrix] * len(bands),
    )
    for number, band in enumerate(bands):
        for position in range(len(bands[0])):
            pair = grid[2 * number, position], grid[2 * number + 1, position]
            if position >= len(band):
                for axes in pair:
                    axes.set_visible(False)
                continue
            frame = _ordered(results, exhibit.analyses, band[position])
            _curve(pair[0], results, band[position], frame)
            _matrix(pair[1], frame, choices, labelled=position == 0)
    palette.legend_below(figure, _legend(), 3)
    return figure


def plotted_outcomes(results: StudyResults, exhibit: OfEstimates) -> list[str]:
    """Outcomes of the exhibit: those named, or all of its analyses'."""
    declared = results.outcomes_of(exhibit.analyses)
    return [name for name in declared if name in (exhibit.outcomes or declared)]


def specification_words(results: StudyResults, exhibit: OfEstimates) -> str:
    """Return what the curves show, in words, as the figure's text alternative."""
    parts = []
    for outcome in plotted_outcomes(results, exhibit):
        frame = _ordered(results, exhibit.analyses, outcome)
        curve = specification_curve(
            frame["estimate"].to_numpy(float), frame["p_value"].to_numpy(float)
        )
        unit, decimals = results.unit(outcome), results.decimals(outcome)
        ends = [formatting.scale(unit) * value for value in (curve.lowest, curve.highest)]
        median = formatting.number(formatting.scale(unit) * curve.median, decimals)
        parts.append(
            gettext(
                "{outcome}: {count} estimates from {range}, median {median}; {positive} "
                "above zero, {significant} that differ from zero."
            ).format(
                outcome=results.outcome_label(outcome),
                count=curve.count,
                range=formatting.range_text(ends, decimals, unit),
                median=median,
                positive=curve.positive,
                significant=curve.significant,
            )
        )
    return gettext("Estimates in order, over the choices behind each. ") + " ".join(parts)


@dataclass(frozen=True)
class _Choice:
    """A row of the dot matrix: its label, and the column of the estimates and value that it marks."""

    label: str
    column: str
    value: str


def _choices(
    results: StudyResults, analyses: Sequence[str], outcomes: Sequence[str]
) -> dict[str, list[_Choice]]:
    """Rows of the matrix by heading, those that occur, in the configuration's order."""
    frames = [results.estimates_of(name) for name in analyses]
    frame = pd.concat(frames).dropna(subset=["estimate"])
    frame = frame[frame["outcome"].isin(outcomes)]
    compared = [
        _Choice(palette.wrapped(results.analysis(name).label, _LABEL), "analysis", name)
        for name in analyses
        if name in set(frame["analysis"])
    ]
    used = [
        _Choice(palette.wrapped(results.strategy_label(name), _LABEL), "strategy", name)
        for name in dict.fromkeys(frame["strategy"])
    ]
    rows = {gettext("Comparison"): compared, gettext("Strategy or estimator"): used}
    if (frame["balanced"] == "no").any():
        rows[gettext("Balance")] = [
            _Choice(gettext("Passes"), "balanced", "yes"),
            _Choice(gettext("Fails"), "balanced", "no"),
        ]
    return rows


def _ordered(results: StudyResults, analyses: Sequence[str], outcome: str) -> pd.DataFrame:
    frame = pd.concat([results.estimates_of(analysis, outcome) for analysis in analyses])
    curve = specification_curve(frame["estimate"].to_numpy(float), frame["p_value"].to_numpy(float))
    return frame.iloc[curve.order].reset_index(drop=True)


def _curve(axes: "Axes", results: StudyResults, outcome: str, frame: pd.DataFrame) -> None:
    unit = results.unit(outcome)
    factor = formatting.scale(unit)
    for position, row in enumerate(frame.to_dict("records")):
        colour = _STRONG if row["p_value"] < LEVEL else _WEAK
        ends = [factor * row["conf_low"], factor * row["conf_high"]]
        axes.plot([position, position], ends, color=colour, linewidth=1.4, solid_capstyle="round")
        axes.plot(position, factor * row["estimate"], "o", color=colour, markersize=4, zorder=4)
    axes.axhline(0, color=palette.FAINT, linewidth=0.9, zorder=1)
    if len(frame):
        median = factor * float(frame["estimate"].median())
        axes.axhline(median, zorder=1, **_MEDIAN)
    axes.set_xlim(-0.7, len(frame) - 0.3)
    axes.set_xticks([])
    axes.set_title(palette.wrapped(results.outcome_label(outcome), 28), fontsize=8)
    label = formatting.translated(unit)
    axes.set_ylabel(label[:1].upper() + label[1:], fontsize=7.5)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="y", labelsize=7)
    palette.print_ticks(axes.yaxis)
    palette.light_grid(axes, "y")


def _matrix(
    axes: "Axes", frame: pd.DataFrame, choices: Mapping[str, Sequence[_Choice]], *, labelled: bool
) -> None:
    """Draw a dot where an estimate rests on the choice of a row."""
    places: list[float] = []
    labels: list[tuple[str, bool]] = []
    height = 0.0
    for title, rows in choices.items():
        places.append(height)
        labels.append((title, True))
        height -= 1
        for row in rows:
            further = _further(row.label)
            position = height - further / 2
            marked = frame.index[frame[row.column] == row.value]
            axes.plot(
                range(len(frame)), [position] * len(frame), "o", color=palette.GRID, markersize=2.4
            )
            axes.plot(marked, [position] * len(marked), "o", color=palette.INK, markersize=3.6)
            places.append(position)
            labels.append((row.label, False))
            height -= 1 + further
    axes.set_yticks(places, [text for text, _ in labels] if labelled else [""] * len(labels))
    for tick, (_, bold) in zip(axes.get_yticklabels(), labels, strict=True):
        tick.set_fontweight("bold" if bold else "normal")
        tick.set_fontsize(7)
    axes.tick_params(axis="both", length=0)
    axes.set_xticks([])
    axes.set_xlim(-0.7, len(frame) - 0.3)
    axes.set_ylim(height + 0.4, 0.6)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _further(label: str) -> float:
    """Height that the lines of a label after its first need, in rows."""
    return 0.75 * label.count("\n")


def _legend() -> "list[Artist]":
    common: palette.Look = {"linewidth": 1.4, "marker": "o", "markersize": 4}
    return [
        palette.line(
            color=_STRONG, label=gettext("Differs from zero at the 5 percent level"), **common
        ),
        palette.line(color=_WEAK, label=gettext("Does not"), **common),
        palette.line(label=gettext("Median estimate"), **_MEDIAN),
    ]


KIND = kinds.FigureKind(
    kind="specification_curve",
    shows="estimates in order over their choices",
    section=kinds.TRUST,
    rank=20,
    needs=("estimates",),
    options=OfEstimates,
    methods="sensitivity.md",
    draw=specification_plot,
    note=(
        marked(
            "Each column is one declared estimate, from the smallest to the largest: "
            "above with its 95 percent interval, below the choices that it rests on. All "
            "declared estimates are shown; none was added or excluded after outcomes "
            "were seen. They share units, so they are not independent."
        )
    ),
    words=specification_words,
)
