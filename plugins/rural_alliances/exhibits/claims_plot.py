"""Published against estimated: one panel a unit, a row a claim that has an estimate."""

from collections.abc import Sequence
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from rural_alliances.claims.ledger import Ledger, LedgerEntry
from ruralimpact.exhibits import palette
from ruralimpact.language import gettext, marked

_ROW, _FRAME = 0.34, 0.62  # inches
_LABEL = 40  # characters to the line
_AGREES, _DIFFERS = "#0072b2", "#d55e00"
NOTHING = marked("No study with an estimate of a claim has been built yet.")


def claims_plot(ledger: Ledger) -> Figure:
    """Draw every claim that is a number and has an estimate: print as a diamond, estimate as a dot."""
    entries = plotted(ledger)
    if not entries:
        return palette.notice(gettext(NOTHING))
    ordered = sorted(entries, key=lambda entry: entry.claim.unit)
    panels = {
        unit: list(group) for unit, group in groupby(ordered, key=lambda entry: entry.claim.unit)
    }
    heights = [_ROW * len(group) for group in panels.values()]
    figure = palette.new_figure(7.2, sum(heights) + _FRAME * len(panels) + 0.65)
    grid = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights).ravel()
    for axes, (unit, group) in zip(grid, panels.items(), strict=True):
        _panel(axes, unit, group)
    figure.legend(handles=_legend(entries), loc="outside lower left", frameon=False, ncols=1)
    return figure


def plotted(ledger: Ledger) -> tuple[LedgerEntry, ...]:
    """Return the claims that the figure shows: numbers with an estimate and its interval, each once."""
    shown = {
        (entry.claim.computed_by, entry.claim.value): entry
        for entry in reversed(ledger.estimated)
        if entry.claim.number is not None and entry.estimate and entry.estimate.low is not None
    }
    return tuple(reversed(shown.values()))


def alternative(ledger: Ledger) -> str:
    """Return the figure's text alternative."""
    inside = sum(entry.status.code == "agrees" for entry in plotted(ledger))
    return gettext(
        "{numbers} printed numbers beside estimates with 95 percent intervals; {inside} lie inside. The "
        "numbers are in the ledger."
    ).format(numbers=len(plotted(ledger)), inside=inside)


def _panel(axes: Axes, unit: str, entries: Sequence[LedgerEntry]) -> None:
    heights = range(len(entries) - 1, -1, -1)
    for height, entry in zip(heights, entries, strict=True):
        _row(axes, height, entry)
    names = [entry.claim.quantity for entry in entries]
    labels = [_label(entry, several=names.count(entry.claim.quantity) > 1) for entry in entries]
    axes.set_yticks(
        list(heights), [palette.wrapped(label, _LABEL) for label in labels], fontsize=7.5
    )
    axes.set_ylim(-0.6, len(entries) - 0.4)
    axes.tick_params(axis="y", length=0)
    if unit.startswith("rank"):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    else:
        axes.axvline(0, color=palette.FAINT, linewidth=0.9, zorder=1)
    unit = gettext(unit)
    axes.set_title(unit[:1].upper() + unit[1:])
    axes.spines["left"].set_visible(False)
    palette.print_ticks(axes.xaxis)
    palette.light_grid(axes, "x")


def _row(axes: Axes, height: int, entry: LedgerEntry) -> None:
    estimate = entry.estimate
    if estimate is None or entry.claim.number is None:
        return
    colour = _AGREES if entry.status.code == "agrees" else _DIFFERS
    if estimate.low is not None and estimate.high is not None:
        ends = [estimate.low, estimate.high]
        axes.plot(ends, [height] * 2, color=colour, linewidth=1.6, solid_capstyle="round")
    axes.plot(estimate.value, height, "o", markersize=5, color=colour, zorder=4)
    axes.plot(entry.claim.number, height, zorder=5, **_PRINTED)


_PRINTED: palette.Look = {
    "marker": "D",
    "markersize": 7,
    "markerfacecolor": "none",
    "markeredgecolor": palette.INK,
    "markeredgewidth": 1.2,
    "linestyle": "none",
}


def _label(entry: LedgerEntry, *, several: bool) -> str:
    """What is claimed, and where; of whom, too, where other rows claim the same of others."""
    claim = entry.claim
    of_whom = f": {claim.population}" if several else ""
    return f"{claim.quantity}{of_whom} ({claim.place})"


_OF_SURVEY = (
    marked("Estimate with its 95% interval: agrees"),
    marked("Estimate with its 95% interval: does not agree"),
)
_OF_STAND_IN = (
    marked("Estimate (synthetic stand-in) with its 95% interval: agrees"),
    marked("Estimate (synthetic stand-in) with its 95% interval: does not agree"),
)


def _legend(entries: Sequence[LedgerEntry]) -> list[Line2D]:
    synthetic = any(entry.estimate and entry.estimate.synthetic for entry in entries)
    agreeing, other = _OF_STAND_IN if synthetic else _OF_SURVEY
    lines = [Line2D([], [], label=gettext("Published"), **_PRINTED)]
    codes = {entry.status.code == "agrees" for entry in entries}
    for agrees, colour, label in ((True, _AGREES, agreeing), (False, _DIFFERS, other)):
        if agrees in codes:
            line = Line2D([], [], color=colour, marker="o", markersize=5, label=gettext(label))
            lines.append(line)
    return lines
