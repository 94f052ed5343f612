"""How rates of return are distributed: over the units, and over simulated futures of all of them."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ruralimpact.exhibits import disclosure, formatting, kinds, palette
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.returns_rows import (
    METHODS,
    OfAccount,
    account_of,
    check_account,
    returns_analysis,
)
from ruralimpact.language import gettext, marked

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]
_EDGES = np.arange(-60.0, 185.0, 10.0)  # percent; rates beyond lie in the bars at the ends
_BINS = 40


def return_distribution_plot(results: StudyResults, exhibit: OfAccount) -> "Figure":
    """Draw two panels an analysis."""
    shown = [name for name in exhibit.analyses if len(unit_rates(results, exhibit, name))]
    if not shown:
        return palette.notice(gettext(disclosure.NOTHING_LEFT))
    figure = palette.new_figure(7.2, 2.3 * len(shown) + 0.3)
    grid = figure.subplots(len(shown), 2, squeeze=False)
    for (left, right), name in zip(grid, shown, strict=True):
        analysis = returns_analysis(results, name)
        threshold = 100 * float(analysis.discount_rate)
        rates = unit_rates(results, exhibit, name)
        counts, _ = np.histogram(np.clip(rates, _EDGES[0], _EDGES[-1] - 1e-9), _EDGES)
        left.bar(_EDGES[:-1], 100 * counts / len(rates), 10.0, align="edge", **_BAR)
        _frame(
            left,
            threshold,
            gettext("{unit_label} (percent)").format(
                unit_label=results.study.unit_label.capitalize()
            ),
        )
        left.set_title(palette.wrapped(results.analysis(name).label, 44))
        draws = drawn_rates(results, exhibit, name)
        if len(draws):
            counts, edges = np.histogram(draws, _BINS)
            width = edges[1] - edges[0]
            right.bar(edges[:-1], 100 * counts / len(draws), width, align="edge", **_BAR)
            _frame(right, threshold, gettext("Draws (percent)"))
            right.set_title(gettext("All together, simulated"))
        else:
            right.set_visible(False)
    return figure


_BAR = {"color": "#56b4e9", "edgecolor": "white", "linewidth": 0.4}


def unit_rates(results: StudyResults, exhibit: OfAccount, name: str) -> FloatArray:
    """Return the rates of the units that have one, in percent."""
    return _rates(results, exhibit, name, "returns_by_unit")


def drawn_rates(results: StudyResults, exhibit: OfAccount, name: str) -> FloatArray:
    """Return the simulated rates of all units together, in percent."""
    return _rates(results, exhibit, name, "returns_draws")


def _rates(results: StudyResults, exhibit: OfAccount, name: str, table: str) -> FloatArray:
    account = account_of(returns_analysis(results, name), exhibit)
    own = results.of(table, name, account=account.name)
    return 100 * own["irr"].dropna().to_numpy(float)


def _frame(axes: "Axes", threshold: float, label: str) -> None:
    axes.axvline(threshold, color=palette.INK, linewidth=0.9, linestyle=palette.DASHES)
    axes.set_xlabel(gettext("Rate of return (percent a year)"))
    axes.set_ylabel(label)
    palette.print_ticks(axes.xaxis)
    palette.print_ticks(axes.yaxis)
    palette.light_grid(axes, "y")


def return_distribution_words(results: StudyResults, exhibit: OfAccount) -> str:
    """Return what the figure shows, in words."""
    parts = []
    for name in exhibit.analyses:
        for what, rates in (
            (results.study.unit_label, unit_rates(results, exhibit, name)),
            (gettext("simulated futures"), drawn_rates(results, exhibit, name)),
        ):
            if len(rates):
                low, middle, high = np.quantile(rates, [0.1, 0.5, 0.9])
                parts.append(
                    gettext(
                        "{label}, {what}: median {middle}, from {low} (a tenth is lower) to {high} "
                        "(a tenth is higher)"
                    ).format(
                        label=results.analysis(name).label,
                        what=what,
                        middle=formatting.number(middle, 1),
                        low=formatting.number(low, 1),
                        high=formatting.number(high, 1),
                    )
                )
    return gettext("Rates of return in percent. {parts}.").format(parts=". ".join(parts))


KIND = kinds.FigureKind(
    kind="return_distribution",
    shows="rates of return over units, and over simulated futures of all of them together",
    section=kinds.RETURNS,
    rank=25,
    needs=("returns_by_unit", "returns_draws"),
    options=OfAccount,
    methods="rate_of_return.md",
    of_methods=METHODS,
    check=check_account,
    draw=return_distribution_plot,
    note=(
        marked(
            "Left: units that have a rate of return, those beyond the scale in the bars "
            "at its ends. Right: all units together, with every driver and delay drawn "
            "at once. The dashed line is the discount rate."
        )
    ),
    words=return_distribution_words,
)
