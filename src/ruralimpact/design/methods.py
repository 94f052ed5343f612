"""Methods of analyses by kind, and the estimators that each makes; nothing here computes."""

from ruralimpact.schema.analysis import (
    Asking,
    Description,
    DifferenceInDifferences,
    Matching,
    OfSample,
    Panel,
    Staggered,
)
from ruralimpact.schema.questions import Association, Subgroups

MATCHED = ("matching", "matched_difference")
# Methods that compare changes of units over waves, and need no design but who is in which arm.
OVER_TIME = ("difference_in_differences", "triple_difference", "staggered", "before_after")
# Those of them that compare two arms, and so estimate effects.
COMPARED_OVER_TIME = ("difference_in_differences", "triple_difference", "staggered")
_GROUP_TIME = (
    *("group_time_simple", "group_time_cohort", "group_time_calendar", "group_time_event"),
    "two_way_fixed_effects",
)


def strategies_of(analysis: OfSample) -> list[str]:
    """Return the names of the strategies or estimators of an analysis; none of one that only describes.

    Parameters
    ----------
    analysis : OfSample

    Returns
    -------
    list of str
    """
    if isinstance(analysis, Description):
        return []
    if isinstance(analysis, Matching):
        return list(analysis.strategies)
    if isinstance(analysis, Staggered):
        return list(analysis.estimators or _GROUP_TIME)
    if isinstance(analysis, Panel | DifferenceInDifferences):
        return list(analysis.estimators)
    return [analysis.method if analysis.method in OVER_TIME else "difference"]


def subgroups_of(analysis: OfSample) -> tuple[Subgroups, ...]:
    """Return the subgroups that an analysis asks effects of."""
    return analysis.subgroups if isinstance(analysis, Asking) else ()


def associations_of(analysis: OfSample) -> tuple[Association, ...]:
    """Return the associations that an analysis asks for."""
    return analysis.associations if isinstance(analysis, Asking) else ()


def exact_of(analysis: OfSample) -> list[str]:
    """Return the variables on which an analysis demands that matches agree, whatever the strategy."""
    return list(analysis.exact) if isinstance(analysis, Matching) else []
