"""What each driver by itself does to the rate of return, the strongest on top."""

from typing import TYPE_CHECKING

import pandas as pd

from ruralimpact.exhibits import disclosure, formatting, kinds, palette
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.returns_rows import (
    METHODS,
    RECORD,
    OfAccount,
    account_of,
    check_account,
    returns_analysis,
)
from ruralimpact.exhibits.tables.switching_values import driver_label
from ruralimpact.language import gettext, marked

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST, _HEIGHT = 12, 0.26  # bars of a panel; inches of each
_LOW, _HIGH = "#d55e00", "#0072b2"


def tornado_plot(results: StudyResults, exhibit: OfAccount) -> "Figure":
    """Draw a panel an analysis."""
    panels = {name: bars(results, exhibit, name) for name in exhibit.analyses}
    panels = {name: frame for name, frame in panels.items() if len(frame)}
    if not panels:
        return palette.notice(gettext(disclosure.NOTHING_LEFT))
    heights = [len(frame) for frame in panels.values()]
    figure = palette.new_figure(7.2, _HEIGHT * sum(heights) + 0.9 * len(heights))
    for axes, (name, frame) in zip(palette.stacked(figure, heights), panels.items(), strict=True):
        _panel(axes, frame, recorded_rate(results, exhibit, name))
        axes.set_title(palette.wrapped(results.analysis(name).label, 70))
    labels = {_LOW: gettext("Lower, or a year later"), _HIGH: gettext("Higher")}
    handles = [palette.patch(color=colour, label=label) for colour, label in labels.items()]
    palette.legend_below(figure, handles, 2)
    return figure


def bars(results: StudyResults, exhibit: OfAccount, name: str) -> pd.DataFrame:
    """Return the drivers that move the rate most: ``label``, ``low`` and ``high`` in percent."""
    account = account_of(returns_analysis(results, name), exhibit)
    frame = results.of("returns_drivers", name, account=account.name)
    rate = recorded_rate(results, exhibit, name)
    rows = []
    for _, part in frame.groupby(["driver", "level"], sort=False):
        rates = {record["kind"]: 100 * record["irr"] for record in part.to_dict("records")}
        low, high = rates.get("low", rate), rates.get("high", rate)
        rows.append({"label": driver_label(part.iloc[0].to_dict()), "low": low, "high": high})
    table = pd.DataFrame(rows, columns=["label", "low", "high"]).dropna()
    span = (table["high"] - table["low"]).abs()
    return table.loc[span.sort_values(ascending=False, kind="stable").index[:_MOST]]


def recorded_rate(results: StudyResults, exhibit: OfAccount, name: str) -> float:
    """Return the rate of return as recorded, in percent."""
    account = account_of(returns_analysis(results, name), exhibit)
    recorded = {"scenario": RECORD, "by": "", "measure": "irr"}
    own = results.of("returns", name, account=account.name, **recorded)
    return 100 * float(own["estimate"].iloc[0])


def _panel(axes: "Axes", frame: pd.DataFrame, rate: float) -> None:
    places = range(len(frame))
    for column, colour in (("low", _LOW), ("high", _HIGH)):
        axes.barh(places, frame[column] - rate, left=rate, height=0.7, color=colour)
    axes.axvline(rate, color=palette.INK, linewidth=0.9)
    palette.name_rows(axes, places, frame["label"].tolist())
    axes.invert_yaxis()
    axes.set_xlabel(gettext("Rate of return (percent a year)"))
    palette.print_ticks(axes.xaxis)
    palette.light_grid(axes, "x")


def tornado_words(results: StudyResults, exhibit: OfAccount) -> str:
    """Return what the figure shows, in words."""
    parts = []
    for name in exhibit.analyses:
        frame = bars(results, exhibit, name)
        listed = [
            gettext("{label} {low} to {high}").format(
                label=formatting.lower_first(row["label"]),
                low=formatting.number(row["low"], 1),
                high=formatting.number(row["high"], 1),
            )
            for row in frame.head(4).to_dict("records")
        ]
        rate = formatting.number(recorded_rate(results, exhibit, name), 1)
        parts.append(
            gettext("{label}: {rate} as recorded; {listed}").format(
                label=results.analysis(name).label, rate=rate, listed=", ".join(listed)
            )
        )
    return gettext("Rate of return in percent with each driver lower and higher. {parts}.").format(
        parts=". ".join(parts)
    )


KIND = kinds.FigureKind(
    kind="tornado",
    shows="the rate of return with each driver lower and higher in turn",
    section=kinds.RETURNS,
    rank=20,
    needs=("returns", "returns_drivers"),
    options=OfAccount,
    methods="rate_of_return.md",
    of_methods=METHODS,
    check=check_account,
    draw=tornado_plot,
    note=(
        marked(
            "Each bar is the rate of return of all units together with one driver "
            "lowered and raised by its swing, all else as recorded (the line). The "
            "twelve that move it most are shown."
        )
    ),
    words=tornado_words,
)
