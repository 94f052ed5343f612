"""Every portfolio of a study, from the projects of its sample."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from ruralimpact.description.records import (
    DescriptionTables,
    ExcludedRecords,
    InconsistentRecords,
    RecordedStudy,
    set_to_missing_reason,
)
from ruralimpact.design.study import covariate_labels
from ruralimpact.portfolio.amounts import (
    focus_rows,
    part_rows,
    period_rows,
    ratio_rows,
    reach_rows,
    word_rows,
)
from ruralimpact.portfolio.contradictions import contradictions, printed_of_unknown
from ruralimpact.portfolio.printed import AT_LEAST, PrintedNumber, against_print
from ruralimpact.portfolio.records import Projects
from ruralimpact.portfolio.rows import PortfolioRow
from ruralimpact.schema.portfolio import Portfolio, PortfolioRatio, Printed, Reach
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
    inconsistent: list[InconsistentRecords] = []
    for asked in recorded.study.analyses_of(Portfolio):
        projects = _projects(recorded.study, asked, recorded.of(asked.sample))
        own = list(_rows(projects, asked))
        inconsistent += contradictions(projects, asked, own)
        if asked.printed is not None:
            sample = asked.printed.sample
            numbers = _printed(asked.printed, recorded.of(sample))
            ids = set(projects.records["id"].astype(str))
            compared = against_print(own, numbers, sample=sample, projects=ids)
            own = list(compared.rows)
            inconsistent += printed_of_unknown(asked, compared)
        rows += own
        excluded += _excluded(projects, asked)
    tables = {"portfolio": table_of_rows("portfolio", rows)}
    return DescriptionTables(tables, tuple(excluded), tuple(inconsistent))


def _projects(study: Study, asked: Portfolio, records: pd.DataFrame) -> Projects:
    blank = pd.Series("", index=records.index)
    labels = {**{name: name for name in asked.variables}, **covariate_labels(study)}
    projects = Projects(asked.name, asked.sample, records, blank, blank, labels)
    by = projects.words(asked.by) if asked.by is not None else blank
    names = projects.words(asked.project)
    return replace(projects, label=names.where(names != "", records["id"].astype("str")), by=by)


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
    """Count the projects that some number cannot be computed of, by reason."""
    if asked.start is not None and asked.end is not None:
        words = {asked.start: "the beginning is not known", asked.end: "the end is not known"}
        yield from _without(projects, "period", words)
    for reach in asked.reach:
        words = {
            reach.target: "the target is not known",
            reach.actual: "what was reached is not known",
        }
        yield from _without(projects, reach.label, words)
        yield _over_zero(projects, reach, reach.actual, reach.target, "the target is zero")
    for ratio in asked.ratios:
        unknown = "an amount is not known"
        yield from _without(projects, ratio.label, {ratio.of: unknown, ratio.over: unknown})
        reason = "the amount below the line is zero"
        yield _over_zero(projects, ratio, ratio.of, ratio.over, reason)
    for part, parts in (("financing", asked.financing), ("products", asked.products)):
        if parts is None:
            continue
        yield from _without(projects, part, dict.fromkeys(parts.of), blank_is_known=True)
        withheld = np.any([projects.withheld(name) for name in parts.of], axis=0)
        nothing = projects.records[list(parts.of)].isna().all(axis=1).to_numpy() & ~withheld
        yield projects.excluded(nothing, "no part is known", about=part)
    for theme in asked.focus:
        yield from _without(projects, projects.labels[theme], {theme: "the weight is not known"})


def _over_zero(
    projects: Projects, asked: Reach | PortfolioRatio, above: str, under: str, reason: str
) -> ExcludedRecords:
    pair = projects.records[[above, under]]
    zero = ((pair[under] == 0) & pair[above].notna()).to_numpy()
    return projects.excluded(zero, reason, about=asked.label, column=under)


def _without(
    projects: Projects,
    about: str,
    words: Mapping[str, str | None],
    *,
    blank_is_known: bool = False,
) -> Iterator[ExcludedRecords]:
    """Count the projects that lack a variable, each once: what was set to missing, then what is blank."""
    left = np.ones(len(projects.records), dtype=bool)
    for name, reason in words.items():
        withheld = left & projects.withheld(name)
        yield projects.excluded(withheld, set_to_missing_reason(name), about=about, column=name)
        left &= ~withheld
        if not blank_is_known:
            blank = left & projects.records[name].isna().to_numpy()
            yield projects.excluded(blank, str(reason), about=about, column=name)
            left &= ~blank
