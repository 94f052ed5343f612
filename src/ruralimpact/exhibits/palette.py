"""What all figures share: colours safe for colour-blind readers, type, and files without a clock.

matplotlib is imported by what draws, for the kinds of figures are read whenever a configuration is checked.
"""

import io
import re
import textwrap
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any, Literal

from ruralimpact.exhibits import formatting

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

Look = dict[str, Any]
"""Keywords of matplotlib for a line or marker, which its functions take of many types."""
INK, FAINT, GRID = "#1d2733", "#6b7683", "#dfe4e9"
DASHES, DOTS = (0, (4, 3)), (0, (2, 2))
BEFORE = "#9aa4af"
TREATED = "#1d2733"
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_MOST_DECIMALS = 4
_LINE, _WIDER = 1.1, 0.9  # points
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what no XML file holds
_MARKERS = ("o", "s", "^", "D", "v", "P")
_STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "svg.hashsalt": "ruralimpact",
    "svg.fonttype": "path",
    "text.parse_math": False,  # labels of studies hold "$", which is no formula
}


def style() -> AbstractContextManager[None]:
    """Return the context in which every figure is drawn and written."""
    import matplotlib as mpl

    return mpl.rc_context(_STYLE)


def colours(names: Sequence[str]) -> dict[str, str]:
    """Assign a colour to each strategy, in order."""
    return dict(zip(names, islice(cycle(_COLOURS), len(names)), strict=True))


def markers(names: Sequence[str]) -> dict[str, str]:
    """Assign a marker to each strategy, in order."""
    return dict(zip(names, islice(cycle(_MARKERS), len(names)), strict=True))


def line_widths(names: Sequence[str]) -> dict[str, float]:
    """Assign a width to the line of each strategy, in order: what lies on another shows it at both sides."""
    widest = _LINE + _WIDER * (len(names) - 1)
    return {name: widest - _WIDER * position for position, name in enumerate(names)}


def light_grid(axes: "Axes", axis: Literal["both", "x", "y"]) -> None:
    """Draw a light grid behind the data."""
    axes.grid(axis=axis, color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def settle(figure: "Figure") -> None:
    """Lay a figure out, once for all its files.

    Places are rounded far below what a file prints: the solver's last digits differ from run to run, and
    the names of clip paths in an SVG file are made from them.
    """
    from matplotlib.transforms import Bbox

    engine = figure.get_layout_engine()
    if engine is not None and figure.axes:
        engine.execute(figure)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position(Bbox(axes.get_position(original=True).get_points().round(12)))


def png_bytes(figure: "Figure", title: str) -> bytes:
    """Return the figure as PNG at 200 dots an inch, without the time of writing."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    buffer = io.BytesIO()
    metadata = {"Software": None, "Title": title}
    FigureCanvasAgg(figure).print_png(  # type: ignore[no-untyped-call]
        buffer, metadata=metadata
    )
    return buffer.getvalue()


def svg_bytes(figure: "Figure", title: str) -> bytes:
    """Return the figure as SVG without the time of writing."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": None, "Title": title}
    FigureCanvasSVG(figure).print_svg(  # type: ignore[no-untyped-call]
        buffer, metadata=metadata
    )
    return _NO_TEXT.sub("", buffer.getvalue().decode()).encode()


def new_figure(width: float, height: float) -> "Figure":
    """Return an empty figure, of inches, that lays itself out."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=200, layout="constrained")


def line(**style: Any) -> "Artist":
    """Return a line or mark for a legend."""
    from matplotlib.lines import Line2D

    return Line2D([], [], **style)


def patch(**style: Any) -> "Artist":
    """Return a filled patch for a legend."""
    from matplotlib.patches import Patch

    return Patch(**style)


def legend_below(figure: "Figure", handles: "Sequence[Artist]", across: int) -> None:
    """Put one legend under a figure, so many entries beside each other, or fewer where these are too wide."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    for columns in range(across, 0, -1):
        legend = figure.legend(
            handles=list(handles), loc="outside lower left", frameon=False, ncols=columns
        )
        if columns == 1 or legend.get_window_extent(renderer).width <= figure.bbox.width:
            return
        legend.remove()


def grid(figure: "Figure", count: int, across: int, **shared: Any) -> "tuple[Axes, ...]":
    """Return the axes of so many panels, `across` beside each other, and hide the places left over."""
    axes = figure.subplots(down(count, across), across, squeeze=False, **shared).ravel()
    for empty in axes[count:]:
        empty.set_visible(False)
    return tuple(axes[:count])


def down(count: int, across: int) -> int:
    """Return how many rows so many panels have, `across` beside each other."""
    return -(-count // across)


def stacked(figure: "Figure", heights: Sequence[float], **shared: Any) -> "tuple[Axes, ...]":
    """Return the axes of panels below each other, with these heights in relation."""
    return grid(figure, len(heights), 1, height_ratios=heights, **shared)


def name_rows(
    axes: "Axes", places: "Sequence[float] | NDArray[Any]", labels: Sequence[str]
) -> None:
    """Write the names of rows beside them, without ticks."""
    axes.set_yticks(places, labels)
    axes.tick_params(axis="y", length=0)


def wrapped(text: str, width: int) -> str:
    """Break a label into lines of at most `width` characters."""
    return "\n".join(textwrap.wrap(text, width))


def notice(text: str) -> "Figure":
    """Return a figure that only says why there is nothing to draw."""
    figure = new_figure(7.2, 1.0)
    figure.text(0.02, 0.5, text, va="center", color=FAINT)
    return figure


@dataclass(frozen=True)
class Panels:
    """A figure with one panel an analysis.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    axes : tuple of matplotlib.axes.Axes
        As many as there are analyses.
    across : int
        How many stand beside each other.
    alike : bool
        All analyses use the same strategies, so that one legend under the figure serves them; otherwise
        panels stand below each other, each with its own legend at the right.
    """

    figure: "Figure"
    axes: "tuple[Axes, ...]"
    across: int
    alike: bool

    def add_legends(self, handles: "Sequence[Sequence[Artist]]") -> None:
        """Add one legend for all panels, or one a panel; entries with their own labels."""
        if self.alike:
            legend_below(self.figure, handles[0], 2)
            return
        for axes, entries in zip(self.axes, handles, strict=True):
            for entry in entries:
                entry.set_label(wrapped(str(entry.get_label()), 28))
            axes.legend(
                handles=list(entries),
                loc="center left",
                bbox_to_anchor=(1.01, 0.5),
                frameon=False,
                fontsize=7.5,
            )


def panels(
    strategies: Sequence[Sequence[str]],
    heights: Sequence[float],
    *,
    frame: float,
    same_rows: bool = False,
) -> Panels:
    """Lay out one panel an analysis.

    Parameters
    ----------
    strategies : sequence of sequence of str
        Strategies of each analysis.
    heights : sequence of float
        Height of each panel's drawing area, in inches.
    frame : float
        Height of titles and axis labels of a panel, in inches.
    same_rows : bool
        Panels beside each other have the same rows, named at the left only; there may be three.

    Returns
    -------
    Panels
    """
    alike = len({tuple(names) for names in strategies}) == 1
    columns = _across(len(heights), same_rows=same_rows) if alike else 1
    rows = down(len(heights), columns)
    tall = [max(heights[columns * row : columns * (row + 1)]) for row in range(rows)]
    legend = 0.25 + 0.1 * len(strategies[0]) if alike else 0.0
    figure = new_figure(7.2, sum(tall) + frame * rows + legend)
    shared = {"sharey": "row"} if alike and same_rows else {}
    axes = grid(figure, len(heights), columns, height_ratios=tall, **shared)
    return Panels(figure, axes, columns, alike)


def _across(count: int, *, same_rows: bool) -> int:
    """Return how many panels stand beside each other: three rather than one alone below two."""
    return min(count, 3 if same_rows and count % 2 else 2)


def print_ticks(axis: "Axis") -> None:
    """Print the ticks of an axis as numbers in tables are printed, with the decimals they need."""
    axis.set_major_formatter(lambda value, _: formatting.number(value, tick_decimals(axis)))


def tick_decimals(axis: "Axis") -> int:
    """Return the fewest decimals that print the ticks of an axis as they are: one for steps of 2.5."""
    ticks = axis.get_majorticklocs()
    step = abs(float(ticks[1] - ticks[0])) if len(ticks) > 1 else 1.0
    exact = (n for n in range(_MOST_DECIMALS) if abs(step - float(f"{step:.{n}f}")) < 1e-6 * step)
    return next(exact, _MOST_DECIMALS)
