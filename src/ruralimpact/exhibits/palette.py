"""What all figures share: colours safe for colour-blind readers, type, and files without a clock."""

import io
import textwrap
from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import cycle, islice
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

INK, FAINT, GRID = "#1d2733", "#6b7683", "#dfe4e9"
BEFORE = "#9aa4af"
TREATED = "#1d2733"
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
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
}


def style() -> AbstractContextManager[None]:
    """Return the context in which every figure is drawn and written."""
    return mpl.rc_context(_STYLE)


def colours(names: Sequence[str]) -> dict[str, str]:
    """Assign a colour to each strategy, in order."""
    return dict(zip(names, islice(cycle(_COLOURS), len(names)), strict=True))


def markers(names: Sequence[str]) -> dict[str, str]:
    """Assign a marker to each strategy, in order."""
    return dict(zip(names, islice(cycle(_MARKERS), len(names)), strict=True))


def light_grid(axes: Axes, axis: Literal["both", "x", "y"]) -> None:
    """Draw a light grid behind the data."""
    axes.grid(axis=axis, color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def png_bytes(figure: Figure, title: str) -> bytes:
    """Return the figure as PNG at 200 dots an inch, without the time of writing."""
    buffer = io.BytesIO()
    metadata = {"Software": None, "Title": title}
    FigureCanvasAgg(figure).print_png(  # type: ignore[no-untyped-call]
        buffer, metadata=metadata
    )
    return buffer.getvalue()


def svg_bytes(figure: Figure, title: str) -> bytes:
    """Return the figure as SVG without the time of writing."""
    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": None, "Title": title}
    FigureCanvasSVG(figure).print_svg(  # type: ignore[no-untyped-call]
        buffer, metadata=metadata
    )
    return buffer.getvalue()


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure, of inches, that lays itself out."""
    return Figure(figsize=(width, height), dpi=200, layout="constrained")


def wrapped(text: str, width: int) -> str:
    """Break a label into lines of at most `width` characters."""
    return "\n".join(textwrap.wrap(text, width))
