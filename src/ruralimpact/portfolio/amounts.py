"""Numbers of a portfolio: periods, targets and reach, ratios, parts of a total, and focus."""

from collections.abc import Iterator

import numpy as np

from ruralimpact.portfolio.records import FloatArray, Projects, Row
from ruralimpact.schema.portfolio import Parts, Portfolio, PortfolioRatio, Reach


def period_rows(projects: Projects, asked: Portfolio) -> Iterator[Row]:
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
        yield from projects.rows(
            values, part="period", name="period", label="Period", measure=measure, unit=unit
        )


def reach_rows(projects: Projects, asked: Reach) -> Iterator[Row]:
    """Yield targets, what was reached, and its percent of the target, by project and for all.

    Totals are of the projects of which each number is known; the percent of all is of those with both.
    """
    target, actual = projects.numbers(asked.target), projects.numbers(asked.actual)
    both = np.isfinite(target) & np.isfinite(actual)
    words = {"part": "reach", "name": asked.name, "label": asked.label, "unit": asked.label.lower()}
    for measure, values in (("target", target), ("actual", actual)):
        yield from projects.rows(values, measure=measure, **words)
        yield projects.total(_sum(values), measure=measure, **words)
    percents = {**words, "measure": "percent", "unit": "percent of the target", "decimals": 0}
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(target > 0, 100 * actual / target, np.nan)
    yield from projects.rows(percent, **percents)
    if both.any() and target[both].sum() > 0:
        yield projects.total(100 * actual[both].sum() / target[both].sum(), **percents)
    yield projects.total(float(both.sum()), **{**words, "measure": "with_both", "unit": "projects"})


def ratio_rows(projects: Projects, asked: PortfolioRatio) -> Iterator[Row]:
    """Yield a ratio by project, and that of the sums over projects with both numbers."""
    above, under = projects.numbers(asked.of), projects.numbers(asked.over)
    both = np.isfinite(above) & (under > 0)
    words = {
        "part": "ratio",
        "name": asked.name,
        "label": asked.label,
        "measure": "ratio",
        "unit": asked.unit,
        "decimals": asked.decimals,
    }
    values = np.full(len(above), np.nan)
    values[both] = asked.times * above[both] / under[both]
    yield from projects.rows(values, **words)
    if both.any():
        yield projects.total(float(asked.times * above[both].sum() / under[both].sum()), **words)


def part_rows(projects: Projects, asked: Parts, part: str) -> Iterator[Row]:
    """Yield the parts of a total, the total, and the Herfindahl-Hirschman index of their shares.

    The index is the sum of squared shares (Hirschman 1964), 1 where a single part is the whole. Projects
    without any part have none of these numbers.
    """
    table = np.column_stack([projects.numbers(name) for name in asked.of])
    known = np.isfinite(table).any(axis=1)
    filled = np.where(np.isfinite(table), table, 0.0)
    total = np.where(known, filled.sum(axis=1), np.nan)
    words = {"part": part, "unit": asked.unit, "decimals": asked.decimals}
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(total[:, None] > 0, filled / total[:, None], np.nan)
    whole = _sum(total)
    for column, name in enumerate(asked.of):
        named = {"name": name, "label": projects.labels[name], "measure": "part", **words}
        values = np.where(np.isfinite(table[:, column]), table[:, column], np.nan)
        for position, row in zip(
            np.flatnonzero(np.isfinite(values)), projects.rows(values, **named), strict=True
        ):
            yield {**row, "share": float(shares[position, column])}
        amount = _sum(values)
        yield {**projects.total(amount, **named), "share": amount / whole if whole > 0 else np.nan}
    named = {"name": "total", "label": asked.label, "measure": "total", **words}
    recorded = projects.numbers(asked.total) if asked.total is not None else total
    yield from _against_recorded(projects, total, recorded, named)
    yield projects.total(whole, **named)
    index = {**named, "measure": "concentration", "unit": "from 0 to 1", "decimals": 2}
    yield from projects.rows((shares**2).sum(axis=1), **index)


def _against_recorded(
    projects: Projects, total: FloatArray, recorded: FloatArray, words: Row
) -> Iterator[Row]:
    """Yield totals with what the register holds of them; they differ by more than rounding, or agree."""
    ids = projects.records["id"].astype(str)
    known = dict(zip(ids, recorded, strict=True))
    tolerance = 0.5 * 10.0 ** -words["decimals"] + 1e-9
    for row in projects.rows(total, **words):
        printed = float(known[row["project"]])
        if np.isfinite(printed):
            close = abs(row["value"] - printed) <= tolerance
            row |= {"printed": printed, "agreement": "agrees" if close else "differs"}
        yield row


def focus_rows(projects: Projects, themes: tuple[str, ...]) -> Iterator[Row]:
    """Yield the weight of each theme by project, and its mean over projects."""
    for name in themes:
        values = projects.numbers(name)
        words = {"part": "focus", "name": name, "label": projects.labels[name], "unit": "weight"}
        yield from projects.rows(values, measure="weight", **words)
        if np.isfinite(values).any():
            yield projects.total(
                float(np.nanmean(values)), measure="mean", **{**words, "decimals": 1}
            )


def word_rows(projects: Projects, asked: Portfolio) -> Iterator[Row]:
    """Yield words as they are, and how many projects have each status."""
    for name in asked.words:
        for position, text in enumerate(projects.words(name)):
            blank = projects.total(np.nan, part="words", name=name, label=projects.labels[name])
            yield {
                **blank,
                "measure": "words",
                "words": text,
                "project": str(projects.records["id"].iloc[position]),
                "project_label": projects.label.iloc[position],
                "by": projects.by.iloc[position],
            }
    if asked.status is not None:
        values = projects.words(asked.status).replace("", "not known")
        label = projects.labels[asked.status]
        for value, count in values.value_counts().sort_index().items():
            words = {"name": asked.status, "label": label, "measure": "count", "unit": "projects"}
            row = projects.total(float(count), part="status", **words)
            yield {**row, "words": str(value), "share": count / len(values)}


def _sum(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known.sum()) if len(known) else float("nan")
