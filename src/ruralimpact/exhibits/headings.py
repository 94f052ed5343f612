"""Headings of tables: an analysis, an outcome, and the rows under them."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from ruralimpact.exhibits.model import Row, heading
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record


def by_analysis(
    results: StudyResults,
    analyses: Sequence[str],
    rows: Callable[[str], Iterable[Row]],
    *,
    alone: bool = False,
) -> Iterator[Row]:
    """Yield rows under a heading an analysis.

    Parameters
    ----------
    results : StudyResults
    analyses : sequence of str
    rows : callable
        Takes an analysis, returns its rows.
    alone : bool
        A single analysis has a heading, too.
    """
    for analysis in analyses:
        if alone or len(analyses) > 1:
            yield heading(results.analysis(analysis).label, "panel")
        yield from rows(analysis)


def alike(
    analyses: Sequence[str], columns: Callable[[str], tuple[str, ...]]
) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Yield the analyses that have the same columns, which they can share a table by.

    Parameters
    ----------
    analyses : sequence of str
    columns : callable
        Takes an analysis, returns the names of its columns.

    Yields
    ------
    columns : tuple of str
    analyses : list of str
    """
    shared: dict[tuple[str, ...], list[str]] = {}
    for analysis in analyses:
        shared.setdefault(columns(analysis), []).append(analysis)
    yield from shared.items()


def by_pair(
    results: StudyResults, analyses: Sequence[str], rows: Callable[[str, str], Iterable[Row]]
) -> Iterator[Row]:
    """Yield rows under one heading an outcome, with the analysis before it where a table has several.

    Parameters
    ----------
    results : StudyResults
    analyses : sequence of str
    rows : callable
        Takes an analysis and an outcome, returns its rows.
    """
    for analysis in analyses:
        label = f"{results.analysis(analysis).label}: " if len(analyses) > 1 else ""
        for outcome in results.outcomes_of([analysis]):
            yield heading(f"{label}{results.outcome_title(outcome)}", "panel")
            yield from rows(analysis, outcome)


def by_outcome(
    results: StudyResults,
    analyses: Sequence[str],
    rows: Callable[[str, str], Iterable[Row]],
    *,
    alone: bool = False,
) -> Iterator[Row]:
    """Yield rows under a heading an analysis and one an outcome.

    Parameters
    ----------
    results : StudyResults
    analyses : sequence of str
    rows : callable
        Takes an analysis and an outcome, returns the rows.
    alone : bool
        A single analysis has a heading, too.
    """

    def of_analysis(analysis: str) -> Iterator[Row]:
        for outcome in results.outcomes_of([analysis]):
            yield heading(results.outcome_title(outcome), "group")
            yield from rows(analysis, outcome)

    return by_analysis(results, analyses, of_analysis, alone=alone)


def estimate_rows(
    results: StudyResults,
    analyses: Sequence[str],
    row: Callable[[Record], Row],
    *,
    alone: bool = False,
) -> Iterator[Row]:
    """Yield one row an estimate, under the headings of `by_outcome`."""

    def rows(analysis: str, outcome: str) -> Iterator[Row]:
        return map(row, results.estimates_of(analysis, outcome).to_dict("records"))

    return by_outcome(results, analyses, rows, alone=alone)
