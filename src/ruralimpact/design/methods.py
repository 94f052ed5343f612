"""Methods of analyses by kind, and the estimators that each makes; nothing here computes."""

from collections.abc import Mapping
from typing import Any

MATCHED = ("matching", "matched_difference")
# Methods that compare changes of units over waves, and need no design but who is in which arm.
OVER_TIME = ("difference_in_differences", "triple_difference", "staggered", "before_after")
_ESTIMATORS = {
    "triple_difference": ["triple_difference"],
    "staggered": [
        *("group_time_simple", "group_time_cohort", "group_time_calendar", "group_time_event"),
        "two_way_fixed_effects",
    ],
    "before_after": ["before_after"],
}


def strategies_of(analysis: Mapping[str, Any]) -> list[str]:
    """Return the names of the strategies or estimators of an analysis.

    Parameters
    ----------
    analysis : mapping
        One of study.yaml.

    Returns
    -------
    list of str
    """
    if analysis["method"] in MATCHED:
        return list(analysis["strategies"])
    usual = _ESTIMATORS.get(analysis["method"], ["difference"])
    return list(analysis.get("estimators", usual))
