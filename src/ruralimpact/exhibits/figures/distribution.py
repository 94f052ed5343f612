"""How an outcome is distributed among the treated and among controls as each strategy weights them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.exhibits import disclosure, formatting, kinds, palette
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked
from ruralimpact.schema.base import Names
from ruralimpact.schema.construction import Poverty
from ruralimpact.schema.exhibit import Reference

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class DistributionOptions(OfAnalyses):
    """A figure of distributions."""

    outcomes: Names
    """The first is drawn."""

    def references(self) -> Iterator[Reference]:
        """Yield what it names of study.yaml."""
        yield from super().references()
        for name in self.outcomes:
            yield Reference("outcome", name, "outcomes")


FloatArray = NDArray[np.float64]
_POINTS = 160
_SHOWN = (0.01, 0.99)
_BANDWIDTH = 0.25  # log points


@dataclass(frozen=True)
class Arm:
    """Values of an outcome with their weights, which sum to one.

    Attributes
    ----------
    log_values, weights : ndarray, shape (n,)
        Minus infinity for values of zero or less: they count as below every line.
    """

    log_values: FloatArray
    weights: FloatArray

    def density(self, points: FloatArray) -> FloatArray:
        """Return the smoothed density of log values at some points."""
        distance = (points[:, None] - self.log_values[None, :]) / _BANDWIDTH
        kernel = np.exp(-0.5 * distance**2) / (_BANDWIDTH * np.sqrt(2 * np.pi))
        return np.asarray(kernel @ self.weights)

    def below(self, points: FloatArray) -> FloatArray:
        """Return the share with a value under each point."""
        order = np.argsort(self.log_values, kind="stable")
        reached = np.concatenate([[0.0], np.cumsum(self.weights[order])])
        return np.asarray(reached[np.searchsorted(self.log_values[order], points, side="left")])


def distribution_plot(results: StudyResults, exhibit: DistributionOptions) -> "Figure":
    """Draw density and cumulative share of an outcome, on a logarithmic axis, with poverty lines."""
    analysis, outcome = exhibit.analyses[0], exhibit.outcomes[0]
    strategies = _shown(results, analysis)
    if not strategies:
        return palette.notice(gettext(disclosure.NOTHING_LEFT))
    arms = {name: _arms(results, analysis, name, outcome) for name in strategies}
    treated = arms[strategies[0]][0]
    finite = treated.log_values[np.isfinite(treated.log_values)]
    low, high = (float(np.quantile(finite, share)) for share in _SHOWN)
    points = np.linspace(low, high, _POINTS)
    figure = palette.new_figure(7.2, 3.5)
    left, right = figure.subplots(1, 2)
    colours, widths = palette.colours(strategies), palette.line_widths(strategies)
    for axes, curve in ((left, Arm.density), (right, Arm.below)):
        scale = 1.0 if curve is Arm.density else 100.0
        for name in strategies:
            axes.plot(
                points,
                scale * curve(arms[name][1], points),
                color=colours[name],
                linewidth=widths[name],
            )
        axes.plot(points, scale * curve(treated, points), color=palette.TREATED, linewidth=1.8)
        _lines(axes, results, outcome)
        _frame(axes, results, outcome, points)
    left.set_ylabel(gettext("Density"))
    left.set_yticks([])
    right.set_ylabel(gettext("Percent with less"))
    left.set_title(gettext("Distribution"))
    right.set_title(gettext("Incidence: share under each line"))
    palette.legend_below(figure, _legend(results, strategies), 2)
    return figure


def _shown(results: StudyResults, analysis: str) -> list[str]:
    designs = results.of("designs", analysis)
    hidden = set(designs.loc[designs["suppressed"], "strategy"])
    return [name for name in results.matched_strategies(analysis) if name not in hidden]


def _arms(results: StudyResults, analysis: str, strategy: str, outcome: str) -> tuple[Arm, Arm]:
    """Return the treated and the weighted controls whose outcome is known."""
    chosen = results.of("weights", analysis, strategy=strategy)
    values = results.outcomes[results.analysis(analysis).sample][["unit_id", outcome]]
    joined = chosen.merge(values, on="unit_id")
    joined = joined[(joined["weight"] > 0) & joined[outcome].notna()]
    return (
        _arm(joined[joined["treated"] == 1], outcome),
        _arm(joined[joined["treated"] == 0], outcome),
    )


def _arm(rows: pd.DataFrame, outcome: str) -> Arm:
    weights = rows["weight"].to_numpy(float)
    values = rows[outcome].to_numpy(float)
    logs = np.log(values, out=np.full(len(values), -np.inf), where=values > 0)
    return Arm(logs, weights / weights.sum())


def poverty_lines(results: StudyResults, outcome: str) -> dict[str, float]:
    """Return the distinct poverty lines that are drawn on an outcome, by their area and value.

    Of lines that differ by area, that of the first area declared is taken.
    """
    names: dict[float, str] = {}
    for poverty in results.study.outcomes.values():
        if isinstance(poverty, Poverty) and poverty.of == outcome:
            area, line = next(iter(poverty.lines.items()))
            names.setdefault(float(line), gettext("{area} line").format(area=area))
    return {f"{name} {formatting.number(line)}": line for line, name in sorted(names.items())}


def _lines(axes: "Axes", results: StudyResults, outcome: str) -> None:
    for label, line in poverty_lines(results, outcome).items():
        axes.axvline(np.log(line), color=palette.FAINT, linewidth=0.8, linestyle=palette.DASHES)
        axes.annotate(
            label,
            (np.log(line), 0.02),
            xycoords=("data", "axes fraction"),
            xytext=(2, 0),
            textcoords="offset points",
            rotation=90,
            ha="left",
            va="bottom",
            fontsize=6.5,
            color=palette.FAINT,
        )


def _frame(axes: "Axes", results: StudyResults, outcome: str, points: FloatArray) -> None:
    low, high = np.exp(points[0]), np.exp(points[-1])
    steps = [base * 10.0**power for power in range(-2, 9) for base in (1, 2, 5)]
    ticks = [tick for tick in steps if low <= tick <= high]
    ticks = ticks[:: -(-len(ticks) // 7)]
    axes.set_xticks(np.log(ticks), [formatting.number(tick) for tick in ticks])
    axes.set_xlim(points[0], points[-1])
    axes.set_ylim(bottom=0)
    axes.set_xlabel(gettext("{outcome}, log scale").format(outcome=results.outcome_title(outcome)))
    palette.light_grid(axes, "both")


def _legend(results: StudyResults, strategies: Sequence[str]) -> "list[Artist]":
    colours, widths = palette.colours(strategies), palette.line_widths(strategies)
    return [
        palette.line(color=palette.TREATED, linewidth=1.8, label=gettext("Treated")),
        *(
            palette.line(
                color=colours[name],
                linewidth=widths[name],
                label=palette.wrapped(
                    gettext("Controls, {strategy}").format(strategy=results.strategy_label(name)),
                    44,
                ),
            )
            for name in strategies
        ),
    ]


def distribution_words(results: StudyResults, exhibit: DistributionOptions) -> str:
    """Return what the figure shows, for readers who cannot see it."""
    analysis, outcome = exhibit.analyses[0], exhibit.outcomes[0]
    name = formatting.lower_first(results.outcome_label(outcome))
    parts = []
    for label, line in poverty_lines(results, outcome).items():
        at = np.log([line])
        shares = [
            [100 * float(arm.below(at)[0]) for arm in _arms(results, analysis, strategy, outcome)]
            for strategy in _shown(results, analysis)
        ]
        controls = formatting.range_text([share[1] for share in shares], 0, "percent")
        parts.append(
            gettext(
                "under the {label}: {shares} percent of the treated and {controls} of "
                "matched controls"
            ).format(label=label, shares=formatting.number(shares[0][0]), controls=controls)
        )
    return (
        gettext(
            "Density and cumulative share of {name} among the treated and among controls "
            "as each strategy weights them; {parts}."
        ).format(name=name, parts="; ".join(parts))
        if parts
        else gettext("Density and cumulative share of {name} by arm.").format(name=name)
    )


KIND = kinds.FigureKind(
    kind="distribution",
    shows=(
        "density and incidence by arm of the first outcome in the first analysis, with the poverty lines "
        "declared on it"
    ),
    section=kinds.ESTIMATES,
    rank=10,
    needs=("weights", "designs", "balance"),
    options=DistributionOptions,
    methods="matching.md",
    draw=distribution_plot,
    note=(
        marked(
            "The dark line is the treated, the others controls as each strategy weights "
            "them. Dashed lines are the poverty lines; where they differ by area, of the "
            "first area declared. At the right, a curve that lies lower has fewer poor, "
            "whatever line one would draw. Values of zero or less lie off the scale and "
            "count as under every line."
        )
    ),
    words=distribution_words,
)
