"""Disclosure control of what stands behind estimates over time.

The rules are as `ruralimpact.contracts.suppression` describes them.
"""

from typing import TYPE_CHECKING

from ruralimpact.contracts.blanking import blanked, flagged, rests_on_few
from ruralimpact.contracts.complements import FEWEST_UNITS, CellSize, cohort_complements
from ruralimpact.contracts.near_means import means_elsewhere, near, near_rows
from ruralimpact.contracts.suppression import of_hidden_outcome

if TYPE_CHECKING:
    import pandas as pd

    from ruralimpact.contracts.table import Tables

_ARM_OF_MEANS = {"treated": "treated", "controls": "control", "never treated": "control"}
"""Arms of summary statistics, by the name of the same arm among means over time."""


def event_study(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank effects and means over time that rest on too few units or groups.

    Averages over cohorts are printed beside the cohorts, so others are hidden with a small one. Of means of
    nearly the same units only one is shown. Reference periods stay: they show nothing.
    """
    arms = frame[["n_treated", "n_control"]].min(axis=1)
    units = arms.where(frame["kind"] != "mean", frame["n_treated"])
    small = rests_on_few(units, frame["n_clusters"]) & frame["std_error"].notna()
    of_cohorts = frame["kind"].isin(["group_time", "cohort"])
    for __, own in frame[of_cohorts].groupby(["analysis", "outcome"], sort=False):
        few = cohort_complements(
            {axis: _sizes_of_cohorts(own, axis) for axis in ("period", "event_time", "kind")},
            own.loc[small[own.index], "cohort"],
        )
        small[own.index] |= own["cohort"].isin(few) & own["std_error"].notna()
    small |= _near_in_time(frame, small, tables)
    numbers = ("estimate", "std_error", "conf_low", "conf_high", "band_low", "band_high")
    return flagged(frame, small, numbers)


def pre_trends(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank tests for outcomes of which every estimate is suppressed."""
    numbers = ("statistic", "df", "df_denominator", "p_value")
    return blanked(frame, of_hidden_outcome(frame, tables), numbers)


def parallel_trends(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank intervals for outcomes of which every estimate is suppressed."""
    numbers = ("estimate", "std_error", "conf_low", "conf_high", "breakdown")
    return flagged(frame, of_hidden_outcome(frame, tables), numbers)


def goodman_bacon(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank effects in comparisons with a small cohort, and in the smallest other one; their weights stay.

    Weights and the average are printed: without the other one, what the small cohort adds would be left over.
    """
    smaller = frame[["n_treated", "n_control"]].min(axis=1)
    hidden = smaller < FEWEST_UNITS
    for __, own in frame.groupby(["analysis", "outcome"], sort=False):
        shown = smaller[own.index][~hidden[own.index]]
        if hidden[own.index].any() and len(shown):
            hidden |= frame.index == shown.idxmin()
    return flagged(frame, hidden, ("estimate",))


def _near_in_time(
    frame: "pd.DataFrame", small: "pd.Series[bool]", tables: "Tables"
) -> "pd.Series[bool]":
    """Whether a mean of an arm in a period is of nearly the same units as another of the same outcome."""
    units = frame["n_treated"].where((frame["kind"] == "mean") & ~small)
    keys = frame[["outcome", "arm", "period"]].to_numpy()
    within = near_rows(frame, [tuple(key) for key in keys], units)
    # Among themselves, periods are not compared: in each the same units have other outcomes.
    arms = [(outcome, _ARM_OF_MEANS.get(arm, arm)) for outcome, arm, _ in keys]
    elsewhere = means_elsewhere(tables)
    beside = [near([of], [size], elsewhere)[0] for of, size in zip(arms, units, strict=True)]
    return within | frame.assign(beside=beside)["beside"]


def _sizes_of_cohorts(effects: "pd.DataFrame", axis: str) -> list[dict[float, CellSize]]:
    """Return the cohorts, with their sizes, that averages over cohorts at one value of `axis` are made of."""
    own = effects[effects["kind"] == ("cohort" if axis == "kind" else "group_time")]
    known = own[own["std_error"].notna()]
    return [
        {
            float(cohort): CellSize((float(units),), float(groups))
            for cohort, units, groups in same[["cohort", "n_treated", "n_clusters"]].to_numpy()
        }
        for _, same in known.groupby(axis, sort=True)
    ]
