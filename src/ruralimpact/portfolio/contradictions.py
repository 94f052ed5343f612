"""What does not fit in a register of projects, and is used all the same."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ruralimpact.description.records import InconsistentRecords
from ruralimpact.portfolio.printed import AgainstPrint
from ruralimpact.portfolio.records import Projects
from ruralimpact.portfolio.rows import PortfolioRow
from ruralimpact.schema.portfolio import Parts, Portfolio


def contradictions(
    projects: Projects, asked: Portfolio, rows: Sequence[PortfolioRow]
) -> Iterator[InconsistentRecords]:
    """Yield what of the projects does not fit, and what is used in its place.

    Parameters
    ----------
    projects : Projects
    asked : Portfolio
    rows : sequence of PortfolioRow
        The numbers of the portfolio.

    Yields
    ------
    InconsistentRecords
        Totals that parts do not add up to, or that are not known; names that are blank or stand twice;
        projects of which nothing says what they stand with.
    """
    for part, parts in (("financing", asked.financing), ("products", asked.products)):
        if parts is not None and parts.total is not None:
            totals = [row for row in rows if (row.part, row.measure) == (part, "total")]
            yield from _totals(projects, parts, parts.total, totals)
    names = projects.words(asked.project)
    blank = (names == "").to_numpy()
    twice = (names.duplicated(keep=False) & (names != "")).to_numpy()
    yield _noted(projects, blank, asked.project, "no name, the identifier is used")
    yield _noted(projects, twice, asked.project, "a name that several projects have")
    if asked.by is not None:
        alone = (projects.words(asked.by) == "").to_numpy()
        yield _noted(projects, alone, asked.by, f"'{asked.by}' is blank, shown before all others")


def printed_of_unknown(asked: Portfolio, compared: AgainstPrint) -> Iterator[InconsistentRecords]:
    """Yield the numbers that the document prints of projects, or of all, and that are not known here."""
    for key, project in compared.unknown:
        units = None if project == "total" else (project,)
        problem = f"the document prints '{key}', which is not known here; they are not compared."
        yield InconsistentRecords(asked.name, problem, units)


def _totals(
    projects: Projects, parts: Parts, total: str, rows: Sequence[PortfolioRow]
) -> Iterator[InconsistentRecords]:
    ids = projects.records["id"].astype(str)
    differing = {row.project for row in rows if row.agreement == "differs"}
    added_up = {row.project for row in rows if row.project}
    differs = ids.isin(differing).to_numpy()
    unknown = ids.isin(added_up).to_numpy() & np.isnan(projects.numbers(total))
    parts_used = f"the sum of its parts ({', '.join(parts.of)}) is used"
    yield _noted(projects, differs, total, f"the parts add up to another total, {parts_used}")
    yield _noted(projects, unknown, total, f"the total is not known, {parts_used}")


def _noted(
    projects: Projects, which: NDArray[np.bool_], column: str, problem: str
) -> InconsistentRecords:
    return InconsistentRecords.among(
        projects.records, which, problem, analysis=projects.analysis, column=column
    )
