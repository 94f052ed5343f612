"""Strategies that can compare nobody in an analysis, as notes of the tables that lack their numbers."""

from collections.abc import Collection

from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext


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
        gettext("{strategy} ({label}): not estimable: {with_labels}.").format(
            strategy=results.strategy_label(row["strategy"]),
            label=results.analysis(row["analysis"]).label,
            with_labels=results.with_labels(row["infeasible"].rstrip(".")),
        )
        for row in frame.to_dict("records")
    )
