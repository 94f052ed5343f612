"""Outcomes behind which balance is shown: that of the units behind their estimates is not the design's."""

from collections.abc import Sequence

from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked

SHOWN_FOR = marked(
    "shown for outcomes that are missing for more than a tenth of an arm, or "
    "whose verdict is another than the design's"
)


def analysed_outcomes(results: StudyResults, analysis: str) -> list[str]:
    """Return the outcomes of an analysis behind which balance is shown.

    Parameters
    ----------
    results : StudyResults
        With the table ``analysed_balance_summary``.
    analysis : str
    """
    table = results.of("analysed_balance_summary", analysis)
    shown = set(table.loc[~table["suppressed"], "outcome"])
    return [name for name in results.outcomes_of([analysis]) if name in shown]


def behind(results: StudyResults, outcomes: Sequence[str]) -> str:
    """Return the heading of the balance behind the estimates on some outcomes of the same units."""
    first, *others = map(results.outcome_label, outcomes)
    more = gettext(" and {others} more").format(others=len(others)) if others else ""
    return gettext("Behind the estimates: {first}{more}").format(first=first, more=more)
