"""What share of respondents gave each answer, with intervals, question by question."""

from typing import TYPE_CHECKING

import numpy as np

from ruralimpact.exhibits import disclosure, formatting, kinds, palette
from ruralimpact.exhibits.responses_rows import (
    METHODS,
    RESPONDENTS,
    QuestionOptions,
    check_questions,
    questions_of,
)
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LINE, _HEAD = 0.2, 0.5  # inches an answer, and a question


def responses_figure(results: StudyResults, exhibit: QuestionOptions) -> "Figure":
    """Draw a panel a question: a bar an answer, its interval as a line."""
    panels = _panels(results, exhibit)
    if not panels:
        return palette.notice(gettext(disclosure.NOTHING_LEFT))
    heights = [_LINE * len(frame) + _HEAD for _, frame in panels]
    figure = palette.new_figure(7.2, sum(heights) + 0.3)
    grid = palette.stacked(figure, heights, sharex=True)
    for axes, (title, frame) in zip(grid, panels, strict=True):
        _panel(axes, title, frame)
    grid[-1].set_xlabel(gettext("Percent of those who answered"))
    return figure


def _panel(axes: "Axes", title: str, frame: "pd.DataFrame") -> None:
    places = np.arange(len(frame))[::-1]
    share, low, high = (
        100 * frame[name].to_numpy(float) for name in ("estimate", "conf_low", "conf_high")
    )
    axes.barh(places, share, height=0.62, color="#56b4e9")
    known = np.isfinite(low)
    axes.hlines(places[known], low[known], high[known], color=palette.INK, linewidth=1)
    palette.name_rows(axes, places, frame["label"].tolist())
    axes.set_xlim(0, 100)
    axes.set_title(title)
    palette.light_grid(axes, "x")


def _panels(results: StudyResults, exhibit: QuestionOptions) -> "list[tuple[str, pd.DataFrame]]":
    panels = []
    for _, question, frame in questions_of(results, exhibit):
        whole = frame[(frame["part"] == RESPONDENTS) & (frame["by"] == "")]
        shown = whole.dropna(subset=["estimate"])
        if len(shown):
            count = formatting.count(shown["n_units"].iloc[0])
            panels.append((f"{question.label} ({count})", shown))
    return panels


def responses_words(results: StudyResults, exhibit: QuestionOptions) -> str:
    """Return what the figure shows, in words."""
    lines = []
    for title, frame in _panels(results, exhibit):
        listed = ", ".join(
            gettext("{label}: {share} percent").format(
                label=label, share=formatting.number(100 * share)
            )
            for label, share in zip(frame["label"], frame["estimate"], strict=True)
        )
        lines.append(f"{title}: {listed}.")
    return " ".join(lines) or gettext(disclosure.NOTHING_LEFT)


KIND = kinds.FigureKind(
    kind="responses",
    shows="shares of respondents who gave each answer, with intervals",
    section=kinds.DESCRIPTION,
    rank=60,
    needs=("responses",),
    options=QuestionOptions,
    methods="responses.md",
    of_methods=METHODS,
    check=check_questions,
    draw=responses_figure,
    note=marked(
        "Bars: percent of those who answered, whose number is in brackets. Lines: 95 "
        "percent intervals."
    ),
    words=responses_words,
)
