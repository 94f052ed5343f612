"""Every portfolio of a study, from the projects of its sample."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from ruralimpact.description.records import DescriptionTables, ExcludedRecords, RecordedStudy
from ruralimpact.design.study import covariate_labels
from ruralimpact.portfolio.amounts import (
    focus_rows,
    part_rows,
    period_rows,
    ratio_rows,
    reach_rows,
    word_rows,
)
from ruralimpact.portfolio.printed import AT_LEAST, PrintedNumber, with_printed
from ruralimpact.portfolio.records import Projects
from ruralimpact.portfolio.rows import PortfolioRow
from ruralimpact.schema.portfolio import Portfolio, Printed
from ruralimpact.schema.study import Study
from ruralimpact.tables import table_of_rows


def portfolio_study(recorded: RecordedStudy) -> DescriptionTables:
    """Compute the numbers of every portfolio.

    Parameters
    ----------
    recorded : RecordedStudy

    Returns
    -------
    DescriptionTables

    Raises
    ------
    DataError
        A project ends before it begins, an amount is below zero or no number, or a printed number names
        nothing that is computed.
    """
    rows: list[PortfolioRow] = []
    excluded: list[ExcludedRecords] = []
    for asked in recorded.study.analyses_of(Portfolio):
        projects = _projects(recorded.study, asked, recorded.of(asked.sample))
        own = list(_rows(projects, asked))
        if asked.printed is not None:
            sample = asked.printed.sample
            own = with_printed(own, _printed(asked.printed, recorded.of(sample)), sample=sample)
        rows += own
        excluded += _excluded(projects, asked)
    return DescriptionTables({"portfolio": table_of_rows("portfolio", rows)}, tuple(excluded))


def _projects(study: Study, asked: Portfolio, records: pd.DataFrame) -> Projects:
    blank = pd.Series("", index=records.index)
    labels = {**{name: name for name in asked.variables}, **covariate_labels(study)}
    projects = Projects(asked.name, asked.sample, records, blank, blank, labels)
    by = projects.words(asked.by) if asked.by is not None else blank
    return replace(projects, label=projects.words(asked.project), by=by)


def _rows(projects: Projects, asked: Portfolio) -> Iterator[PortfolioRow]:
    yield from period_rows(projects, asked)
    for reach in asked.reach:
        yield from reach_rows(projects, reach)
    for ratio in asked.ratios:
        yield from ratio_rows(projects, ratio)
    for part, parts in (("financing", asked.financing), ("products", asked.products)):
        if parts is not None:
            yield from part_rows(projects, parts, part)
    yield from focus_rows(projects, asked.focus)
    yield from word_rows(projects, asked)


def _printed(asked: Printed, records: pd.DataFrame) -> dict[str, PrintedNumber]:
    senses = records[asked.sense] if asked.sense is not None else [""] * len(records)
    return {
        str(name): PrintedNumber(float(value), int(decimals), sense == AT_LEAST)
        for name, value, decimals, sense in zip(
            records["id"], records[asked.value], records[asked.decimals], senses, strict=True
        )
        if pd.notna(value) and pd.notna(decimals)
    }


def _excluded(projects: Projects, asked: Portfolio) -> Iterator[ExcludedRecords]:
    """Count the projects that have no period, and those that a target cannot be compared for."""
    total = len(projects.records)
    if asked.start is not None and asked.end is not None:
        for name, words in ((asked.start, "beginning"), (asked.end, "end")):
            missing = int(projects.records[name].isna().sum())
            yield ExcludedRecords(asked.name, "period", f"the {words} is not known", missing, total)
    for reach in asked.reach:
        pair = projects.records[[reach.target, reach.actual]]
        missing = int(pair.isna().any(axis=1).sum())
        words = "the target, or what was reached, is not known"
        yield ExcludedRecords(asked.name, reach.label, words, missing, total)
    for ratio in asked.ratios:
        pair = projects.records[[ratio.of, ratio.over]]
        missing = int((pair.isna().any(axis=1) | (pair[ratio.over] == 0)).sum())
        words = "an amount is not known, or the one below the line is zero"
        yield ExcludedRecords(asked.name, ratio.label, words, missing, total)
