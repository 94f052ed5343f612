"""Suppression of cells that rest on too few units or groups to be published."""

import numpy as np
import pandas as pd

FEWEST_UNITS = 10
FEWEST_GROUPS = 3
NOTE = (
    f"[s] = suppressed: fewer than {FEWEST_UNITS} units in an arm or fewer than "
    f"{FEWEST_GROUPS} groups."
)

NOTHING_LEFT = "Suppressed: every comparison has too few units or groups to be shown."

_NUMBERS = [
    *("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"),
    *("treated_mean", "control_mean", "counterfactual_mean"),
    *("percent", "percent_low", "percent_high"),
    *("percent_control", "percent_control_low", "percent_control_high", "ess"),
]


def suppress_estimates(estimates: pd.DataFrame) -> pd.DataFrame:
    """Blank every number of an estimate from too few units or groups.

    Panel estimates use every unit in both roles over time, so their arms count together; a change of
    the treated alone has no controls.

    Parameters
    ----------
    estimates : DataFrame
        See `ruralimpact.tables`.

    Returns
    -------
    DataFrame
        A copy with the bool column ``suppressed``.
    """
    arms = estimates[["n_treated", "n_control"]]
    alone = estimates["method"].isin(["panel", "before_after"])
    units = arms.min(axis=1).where(~alone, arms.sum(axis=1))
    small = (units < FEWEST_UNITS) | (estimates["n_groups"] < FEWEST_GROUPS)
    result = estimates.assign(suppressed=small)
    result.loc[small, _NUMBERS] = np.nan
    return result


def suppress_dynamics(dynamics: pd.DataFrame) -> pd.DataFrame:
    """Blank effects and means over time that rest on too few units or groups.

    Parameters
    ----------
    dynamics : DataFrame
        See `ruralimpact.tables`.

    Returns
    -------
    DataFrame
        A copy with the bool column ``suppressed``. Reference periods stay: they show nothing.
    """
    arms = dynamics[["n_treated", "n_control"]].min(axis=1)
    units = arms.where(dynamics["kind"] != "mean", dynamics["n_treated"])
    few = (units < FEWEST_UNITS) | (dynamics["n_groups"] < FEWEST_GROUPS)
    small = (few & dynamics["std_error"].notna()).astype(bool)
    result = dynamics.assign(suppressed=small)
    numbers = ["estimate", "std_error", "conf_low", "conf_high", "band_low", "band_high"]
    result.loc[small, numbers] = np.nan
    return result


def suppress_subgroups(subgroups: pd.DataFrame) -> pd.DataFrame:
    """Blank effects in levels with too few units or groups, and differences from such levels.

    Parameters
    ----------
    subgroups : DataFrame
        See `ruralimpact.tables`.

    Returns
    -------
    DataFrame
        A copy with the bool column ``suppressed``. Tests of equality stay: they show no level.
    """
    keys = ["spec_id", "subgroup"]
    units = subgroups[["n_treated", "n_control"]].min(axis=1)
    few = (units < FEWEST_UNITS) | (subgroups["n_groups"] < FEWEST_GROUPS)
    small = (subgroups["kind"] == "level") & few & subgroups["estimate"].notna()
    hidden = set(map(tuple, subgroups.loc[small, [*keys, "level"]].to_numpy()))
    for end in ("level", "against"):
        ends = zip(*(subgroups[name] for name in (*keys, end)), strict=True)
        small |= pd.Series([row in hidden for row in ends], index=subgroups.index, dtype=bool)
    result = subgroups.assign(suppressed=small)
    numbers = [name for name in (*_NUMBERS, "p_adjusted", "low", "high") if name in subgroups]
    result.loc[small, numbers] = np.nan
    return result


def suppress_attrition(attrition: pd.DataFrame) -> pd.DataFrame:
    """Blank response in arms with too few units or groups, and what compares such arms.

    Parameters
    ----------
    attrition : DataFrame
        See `ruralimpact.tables`.

    Returns
    -------
    DataFrame
        A copy with the bool column ``suppressed``. Counts of units that are not compared stay.
    """
    few = (attrition["n_units"] < FEWEST_UNITS) | (attrition["n_groups"] < FEWEST_GROUPS)
    of_arm = attrition["arm"] != ""
    hidden = attrition["attrition"].isin(attrition.loc[few & of_arm, "attrition"])
    small = (few & of_arm) | (hidden & attrition["measure"].isin(_OF_BOTH_ARMS))
    result = attrition.assign(suppressed=small)
    result.loc[small, [name for name in _NUMBERS if name in attrition]] = np.nan
    return result


_OF_BOTH_ARMS = ("difference", "covariate", "covariates", "covariates_by_arm")


def suppress_attrition_bounds(bounds: pd.DataFrame) -> pd.DataFrame:
    """Blank effects from too few respondents in an arm or too few groups.

    Parameters
    ----------
    bounds : DataFrame
        See `ruralimpact.tables`.

    Returns
    -------
    DataFrame
        A copy with the bool column ``suppressed``; rows without an estimate keep their reason.
    """
    units = bounds[["n_treated", "n_control"]].min(axis=1)
    few = (units < FEWEST_UNITS) | (bounds["n_groups"] < FEWEST_GROUPS)
    small = few & (bounds["reason"] == "")
    result = bounds.assign(suppressed=small)
    hidden = [name for name in (*_NUMBERS, "share_trimmed", "largest_weight") if name in bounds]
    result.loc[small, hidden] = np.nan
    return result


def suppress_designs(designs: pd.DataFrame) -> pd.DataFrame:
    """Flag designs with too few units in an arm, before and after the match."""
    before = designs[["n_treated", "n_control"]].min(axis=1)
    after = designs[["n_treated_matched", "n_control_matched"]].min(axis=1)
    return designs.assign(suppressed=after < FEWEST_UNITS, suppressed_before=before < FEWEST_UNITS)


def suppress_balance(balance: pd.DataFrame, designs: pd.DataFrame) -> pd.DataFrame:
    """Blank balance statistics of designs that `suppress_designs` flags."""
    keys = ["analysis", "strategy"]
    after = designs.loc[designs["suppressed"], keys]
    before = designs.loc[designs["suppressed_before"], ["analysis"]].assign(strategy="")
    hidden = set(map(tuple, pd.concat([after, before])[keys].to_numpy()))
    small = [pair in hidden for pair in zip(balance["analysis"], balance["strategy"], strict=True)]
    result = balance.assign(suppressed=small)
    numbers = ["treated_mean", "control_mean", "smd", "variance_ratio", "ks"]
    result.loc[result["suppressed"], numbers] = np.nan
    return result
