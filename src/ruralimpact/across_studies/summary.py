"""Files on several studies together: their effects, and the mean where they are combined."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

import pandas as pd

from ruralimpact.across_studies.headline_effects import (
    ComparableEffect,
    HeadlineEffect,
    Measure,
    comparable,
    printed,
    unit_of,
)
from ruralimpact.across_studies.random_effects import RandomEffects, random_effects
from ruralimpact.exhibits import formatting, palette

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OF_A_MEAN = frozenset({"mean.csv", "forest.svg", "forest.png"})
"""Files that a summary has only where effects are combined."""

_ROW = 0.26  # inches
_WIDTH = 46  # characters to the line


@dataclass(frozen=True)
class Combination:
    """What is combined, and the mean.

    Attributes
    ----------
    outcome, unit : str
    measure : {"percent", "unit"}
    effects : tuple of ComparableEffect
    mean : RandomEffects
    synthetic : bool
    """

    outcome: str
    unit: str
    measure: Measure
    effects: tuple[ComparableEffect, ...]
    mean: RandomEffects
    synthetic: bool


def combination(
    effects: Sequence[HeadlineEffect],
    outcome: str,
    measure: Measure,
    without: Sequence[str] = (),
) -> Combination:
    """Combine the effects of studies on one outcome.

    Parameters
    ----------
    effects : sequence of HeadlineEffect
    outcome : str
    measure : {"percent", "unit"}
    without : sequence of str
        Studies that answer with no effect.

    Raises
    ------
    DataError
        See `headline_effects.comparable` and `random_effects`.
    """
    alike = comparable(effects, outcome, measure, without)
    mean = random_effects(
        [effect.estimate for effect in alike], [effect.std_error for effect in alike]
    )
    synthetic = any(effect.synthetic for effect in effects if effect.outcome == outcome)
    unit = unit_of(effects, outcome, measure)
    return Combination(outcome, unit, measure, tuple(alike), mean, synthetic)


def summary_files(
    effects: Sequence[HeadlineEffect],
    combined: Combination | None,
    without: Sequence[str] = (),
) -> dict[str, bytes]:
    """Return the files by name: ``effects.csv``, ``index.html`` and, of a mean, ``mean.csv`` and ``forest``.

    Parameters
    ----------
    effects : sequence of HeadlineEffect
    combined : Combination or None
        None where studies are set beside each other only.
    without : sequence of str
        Studies that answer with no effect.
    """
    columns = [field.name for field in fields(HeadlineEffect)]
    table = pd.DataFrame([asdict(effect) for effect in effects], columns=columns)
    files = {"effects.csv": table.to_csv(index=False, lineterminator="\n").encode()}
    svg = b""
    if combined is not None:
        files["mean.csv"] = _mean_table(combined).to_csv(index=False, lineterminator="\n").encode()
        with palette.style():
            figure = forest(combined)
            palette.settle(figure)
            title = f"Effects on {combined.outcome} by study"
            svg = palette.svg_bytes(figure, title)
            files |= {"forest.svg": svg, "forest.png": palette.png_bytes(figure, title)}
    files["index.html"] = _page(effects, combined, svg.decode(), without).encode()
    return files


def _mean_table(combined: Combination) -> pd.DataFrame:
    """Return the mean in one row; tau stays on the scale on which studies were combined."""
    mean = combined.mean
    limits = ("mean", "conf_low", "conf_high", "predicted_low", "predicted_high")
    return pd.DataFrame(
        [
            {
                "outcome": combined.outcome,
                "unit": combined.unit,
                "n_studies": mean.n_studies,
                **{name: printed(getattr(mean, name), combined.measure) for name in limits},
                "tau": mean.tau,
                "i_squared": mean.i_squared,
                "q": mean.q,
                "q_p_value": mean.q_p_value,
                "synthetic": combined.synthetic,
            }
        ]
    )


def forest(combined: Combination) -> "Figure":
    """Draw a row a study with its interval, the mean as a diamond, and the prediction interval below it."""
    rows = len(combined.effects) + 2
    figure = palette.new_figure(7.2, _ROW * rows + 0.9)
    axes = figure.subplots()
    largest = float(max(combined.mean.weights))
    for height, (effect, weight) in enumerate(
        zip(combined.effects, combined.mean.weights, strict=True)
    ):
        low, middle, high = _printed(combined, effect.conf_low, effect.estimate, effect.conf_high)
        axes.plot([low, high], [-height, -height], color=palette.INK, linewidth=1.4)
        size = 3 + 5 * (weight / largest) ** 0.5
        axes.plot(middle, -height, "s", color=palette.INK, markersize=size)
    mean, bottom = combined.mean, -len(combined.effects)
    low, middle, high = _printed(combined, mean.conf_low, mean.mean, mean.conf_high)
    axes.fill(
        [low, middle, high, middle], [bottom, bottom + 0.3, bottom, bottom - 0.3], color="#0072b2"
    )
    low, high = _printed(combined, mean.predicted_low, mean.predicted_high)
    axes.plot([low, high], [bottom - 1, bottom - 1], color="#0072b2", linewidth=3, alpha=0.45)
    axes.axvline(0, color=palette.FAINT, linewidth=0.9, zorder=0)
    labels = [
        palette.wrapped(f"{effect.title} ({effect.study})", _WIDTH) for effect in combined.effects
    ]
    axes.set_yticks(
        [-row for row in range(rows)], [*labels, "Random-effects mean", "A further study (95%)"]
    )
    axes.set_xlabel(f"Effect on {combined.outcome}, {combined.unit}")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return figure


def _printed(combined: Combination, *values: float) -> tuple[float, ...]:
    return tuple(printed(value, combined.measure) for value in values)


def _page(
    effects: Sequence[HeadlineEffect],
    combined: Combination | None,
    svg: str,
    without: Sequence[str],
) -> str:
    """Return the page: what was combined and how, the figure, and every effect."""
    stamp = (
        "<p class='stamp'>Synthetic data: no number here is a finding</p>"
        if any(effect.synthetic for effect in effects)
        else ""
    )
    parts = [] if combined is None else [*_sentences(combined), svg[svg.find("<svg") :]]
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'><title>Across studies</title>"
        "<style>body{max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2733;"
        "font:1rem/1.5 'Helvetica Neue',Arial,'Liberation Sans',sans-serif}.table{overflow-x:auto}"
        "table{border-collapse:collapse;font-size:.9rem}th,td{padding:.25rem .6rem;text-align:right;"
        "border-bottom:1px solid #cfd6dd}th:first-child,td:first-child,th:nth-child(2),td:nth-child(2)"
        "{text-align:left}svg{max-width:100%;height:auto}.stamp{border:1.5px solid #8a3b00;color:#6b2e00;"
        f"padding:.05rem .5rem;display:inline-block}}</style></head><body><h1>Across studies</h1>{stamp}"
        f"{''.join(parts)}<h2>Effects by which each study answers</h2><div class='table'>"
        f"{_table(effects)}</div>{_unanswered(without)}</body></html>\n"
    )


def _unanswered(without: Sequence[str]) -> str:
    if not without:
        return ""
    named = html.escape(", ".join(without))
    return f"<p>No effect with an interval stands in the answer of: {named}.</p>"


def _sentences(combined: Combination) -> Iterator[str]:
    mean = combined.mean
    decimals = 0 if combined.measure == "percent" else 2
    values = _printed(combined, mean.mean, mean.conf_low, mean.conf_high)
    centre, low, high = (formatting.number(value, decimals) for value in values)
    further = [
        formatting.number(value, decimals)
        for value in _printed(combined, mean.predicted_low, mean.predicted_high)
    ]
    scale = (
        " Percents are combined as logarithms of ratios." if combined.measure == "percent" else ""
    )
    yield (
        f"<p><b>{html.escape(combined.outcome)}</b>, in {html.escape(combined.unit)}, over {mean.n_studies} "
        f"studies: random-effects mean {centre} ({low} to {high}); the true effect of a further study like "
        f"these would lie between {further[0]} and {further[1]} (95 percent prediction interval).{scale}</p>"
        "<p>Variance between studies by Paule and Mandel, interval by Hartung and Knapp. Of the variance of "
        f"the effects {formatting.number(100 * mean.i_squared)} percent is beyond that of their errors; "
        f"that the effect is the same everywhere: {html.escape(formatting.p_statement(mean.q_p_value))}.</p>"
    )


def _table(effects: Sequence[HeadlineEffect]) -> str:
    words = "Study,Outcome,Effect,95% interval,Unit,Percent,Treated,Controls,Groups"
    heads = words.split(",")
    lines = ["".join(f"<th>{head}</th>" for head in heads)]
    for effect in effects:
        decimals = 1 if abs(effect.estimate) < 100 else 0
        cells = (
            html.escape(f"{effect.title} ({effect.name})"),
            html.escape(effect.outcome),
            formatting.number(effect.estimate, decimals),
            formatting.interval(effect.conf_low, effect.conf_high, decimals),
            html.escape(effect.unit),
            formatting.number(effect.percent),
            *map(formatting.count, (effect.n_treated, effect.n_control, effect.n_clusters)),
        )
        lines.append("".join(f"<td>{cell}</td>" for cell in cells))
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
