"""Methods of analyses by kind, and the estimators that each makes; nothing here computes."""

from ruralimpact.schema.analysis import (
    AnyAnalysis,
    DifferenceInDifferences,
    Matching,
    Panel,
    Staggered,
)

MATCHED = ("matching", "matched_difference")
# Methods that compare changes of units over waves, and need no design but who is in which arm.
OVER_TIME = ("difference_in_differences", "triple_difference", "staggered", "before_after")
# Those of them that compare two arms, and so estimate effects.
COMPARED_OVER_TIME = ("difference_in_differences", "triple_difference", "staggered")
_GROUP_TIME = (
    *("group_time_simple", "group_time_cohort", "group_time_calendar", "group_time_event"),
    "two_way_fixed_effects",
)


def strategies_of(analysis: AnyAnalysis) -> list[str]:
    """Return the names of the strategies or estimators of an analysis.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    list of str
    """
    if isinstance(analysis, Matching):
        return list(analysis.strategies)
    if isinstance(analysis, Staggered):
        return list(analysis.estimators or _GROUP_TIME)
    if isinstance(analysis, Panel | DifferenceInDifferences):
        return list(analysis.estimators)
    return [analysis.method if analysis.method in OVER_TIME else "difference"]


def exact_of(analysis: AnyAnalysis) -> list[str]:
    """Return the variables on which an analysis demands that matches agree, whatever the strategy."""
    return list(analysis.exact) if isinstance(analysis, Matching) else []
