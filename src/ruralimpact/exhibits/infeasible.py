"""Strategies that can compare nobody in an analysis, as notes of the tables that lack their numbers."""

from collections.abc import Collection

from ruralimpact.exhibits.results import StudyResults


def infeasible_notes(results: StudyResults, analyses: Collection[str]) -> tuple[str, ...]:
    """Say which strategies are not estimable, and why.

    Parameters
    ----------
    results : StudyResults
        With the table ``designs``.
    analyses : collection of str
        Those that the table shows.

    Returns
    -------
    tuple of str
        One a strategy and analysis.
    """
    frame = results["designs"]
    frame = frame[(frame["infeasible"] != "") & frame["analysis"].isin(analyses)]
    return tuple(
        f"{results.strategy_label(row['strategy'])} ({results.analysis(row['analysis']).label}): not "
        f"estimable: {results.with_labels(row['infeasible'].rstrip('.'))}."
        for row in frame.to_dict("records")
    )
