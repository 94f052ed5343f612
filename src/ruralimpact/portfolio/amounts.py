"""Numbers of a portfolio: periods, targets and reach, ratios, parts of a total, and focus."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ruralimpact.portfolio.records import FloatArray, Projects
from ruralimpact.portfolio.rows import PortfolioQuantity, PortfolioRow
from ruralimpact.schema.portfolio import Parts, Portfolio, PortfolioRatio, Reach


def period_rows(projects: Projects, asked: Portfolio) -> Iterator[PortfolioRow]:
    """Yield beginning, end and years between them.

    Raises
    ------
    DataError
        A project ends before it begins.
    """
    if asked.start is None or asked.end is None:
        return
    start, end = projects.numbers(asked.start), projects.numbers(asked.end)
    if (end < start).any():
        raise projects.fault("a project ends before it begins.", asked.end, end < start)
    for measure, values in (("start", start), ("end", end), ("years", end - start)):
        unit = "years" if measure == "years" else "year"
        period = PortfolioQuantity(
            part="period", name="period", label="Period", measure=measure, unit=unit
        )
        yield from projects.rows(values, period)


def reach_rows(projects: Projects, asked: Reach) -> Iterator[PortfolioRow]:
    """Yield targets, what was reached, and its percent of the target, by project and for all.

    Totals are of the projects of which each number is known; the percent of all is of those that have a
    percent: what was reached and a target above zero.
    """
    target, actual = projects.numbers(asked.target), projects.numbers(asked.actual)
    both = (target > 0) & np.isfinite(actual)
    reach = PortfolioQuantity(
        part="reach",
        name=asked.name,
        label=asked.label,
        measure="target",
        unit=asked.label.lower(),
    )
    for measure, values in (("target", target), ("actual", actual)):
        yield from projects.rows(values, replace(reach, measure=measure))
        yield projects.total(_sum(values), replace(reach, measure=measure))
    percents = replace(reach, measure="percent", unit="percent of the target")
    percent = np.full(len(target), np.nan)
    percent[both] = 100 * actual[both] / target[both]
    yield from projects.rows(percent, percents)
    if both.any():
        yield projects.total(100 * actual[both].sum() / target[both].sum(), percents)
    counted = replace(reach, measure="with_both", unit="projects")
    yield projects.total(float(both.sum()), counted)


def ratio_rows(projects: Projects, asked: PortfolioRatio) -> Iterator[PortfolioRow]:
    """Yield a ratio by project, and that of the sums over projects with both numbers."""
    above, under = projects.numbers(asked.of), projects.numbers(asked.over)
    both = np.isfinite(above) & (under > 0)
    ratio = PortfolioQuantity(
        part="ratio",
        name=asked.name,
        label=asked.label,
        measure="ratio",
        unit=asked.unit,
        decimals=asked.decimals,
    )
    values = np.full(len(above), np.nan)
    values[both] = asked.times * above[both] / under[both]
    yield from projects.rows(values, ratio)
    if both.any():
        yield projects.total(float(asked.times * above[both].sum() / under[both].sum()), ratio)


def part_rows(projects: Projects, asked: Parts, part: str) -> Iterator[PortfolioRow]:
    """Yield the parts of a total, the total, and the Herfindahl-Hirschman index of their shares.

    The index is the sum of squared shares (Hirschman 1964), 1 where a single part is the whole. Projects
    without any part have none of these numbers, and so have those of which a part was set to missing: nobody
    knows their total. A part left blank is none.
    """
    withheld = np.any([projects.withheld(name) for name in asked.of], axis=0)
    table = np.column_stack([projects.numbers(name) for name in asked.of])
    table[withheld] = np.nan
    known = np.isfinite(table).any(axis=1)
    filled = np.where(np.isfinite(table), table, 0.0)
    total = np.where(known, filled.sum(axis=1), np.nan)
    totals = PortfolioQuantity(
        part=part,
        name="total",
        label=asked.label,
        measure="total",
        unit=asked.unit,
        decimals=asked.decimals,
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(total[:, None] > 0, filled / total[:, None], np.nan)
    whole = _sum(total)
    for column, name in enumerate(asked.of):
        own = replace(totals, name=name, label=projects.labels[name], measure="part")
        values = np.where(np.isfinite(table[:, column]), table[:, column], np.nan)
        for position, row in zip(
            np.flatnonzero(np.isfinite(values)), projects.rows(values, own), strict=True
        ):
            yield replace(row, share=float(shares[position, column]))
        amount = _sum(values)
        share = amount / whole if whole > 0 else np.nan
        yield replace(projects.total(amount, own), share=share)
    recorded = projects.numbers(asked.total) if asked.total is not None else total
    yield from _against_recorded(projects, total, recorded, totals)
    yield projects.total(whole, totals)
    index = replace(totals, measure="concentration", unit="from 0 to 1", decimals=2)
    yield from projects.rows((shares**2).sum(axis=1), index)


def _against_recorded(
    projects: Projects, total: FloatArray, recorded: FloatArray, totals: PortfolioQuantity
) -> Iterator[PortfolioRow]:
    """Yield totals with what the register holds of them; they differ by more than rounding, or agree."""
    ids = projects.records["id"].astype(str)
    known = dict(zip(ids, recorded, strict=True))
    tolerance = 0.5 * 10.0**-totals.decimals + 1e-9
    for row in projects.rows(total, totals):
        printed = float(known[row.project])
        if np.isfinite(printed):
            close = abs(row.value - printed) <= tolerance
            row = replace(row, printed=printed, agreement="agrees" if close else "differs")
        yield row


def focus_rows(projects: Projects, themes: tuple[str, ...]) -> Iterator[PortfolioRow]:
    """Yield the weight of each theme by project, and its mean over projects."""
    for name in themes:
        values = projects.numbers(name)
        weight = PortfolioQuantity(
            part="focus", name=name, label=projects.labels[name], measure="weight", unit="weight"
        )
        yield from projects.rows(values, weight)
        if np.isfinite(values).any():
            mean = replace(weight, measure="mean", decimals=1)
            yield projects.total(float(np.nanmean(values)), mean)


def word_rows(projects: Projects, asked: Portfolio) -> Iterator[PortfolioRow]:
    """Yield words as they are, and how many projects have each status."""
    for name in asked.words:
        words = PortfolioQuantity(
            part="words", name=name, label=projects.labels[name], measure="words"
        )
        for position, text in enumerate(projects.words(name)):
            yield replace(projects.row(position, words), words=text)
    if asked.status is not None:
        values = projects.words(asked.status).replace("", "not known")
        status = PortfolioQuantity(
            part="status",
            name=asked.status,
            label=projects.labels[asked.status],
            measure="count",
            unit="projects",
        )
        for value, count in values.value_counts().sort_index().items():
            row = projects.total(float(count), status)
            yield replace(row, words=str(value), share=count / len(values))


def _sum(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known.sum()) if len(known) else float("nan")
