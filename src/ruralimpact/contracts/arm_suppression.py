"""Disclosure control of covariates by arm, see `ruralimpact.contracts.suppression`."""

from typing import TYPE_CHECKING

from ruralimpact.contracts.blanking import blanked, flagged, rests_on_few
from ruralimpact.contracts.rare_categories import among

if TYPE_CHECKING:
    import pandas as pd

    from ruralimpact.contracts.table import Tables

_STATISTICS = (
    *("treated_mean", "treated_sd", "treated_std_error"),
    *("control_mean", "control_sd", "control_std_error"),
    *("difference", "std_error", "p_value", "normalised_difference"),
)
_TESTS = ("f_statistic", "df_numerator", "df_denominator", "p_value")


def balance_by_arm(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank covariates that an arm has too few units or groups of, or that `summary_statistics` hides."""
    known = tables["summary_statistics"]
    hidden = known.loc[
        known["suppressed"] & (known["kind"] == "covariate"), ["analysis", "variable"]
    ]
    told = among(frame, ("analysis", "covariate"), set(map(tuple, hidden.to_numpy())))
    clusters = frame[["clusters_treated", "clusters_control"]].min(axis=1)
    few = rests_on_few(frame[["n_treated", "n_control"]].min(axis=1), clusters)
    return flagged(frame, few | told, _STATISTICS)


def joint_balance(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank tests on too few units in an arm, or too few groups."""
    small = rests_on_few(frame[["n_treated", "n_control"]].min(axis=1), frame["n_clusters"])
    return blanked(frame, small, _TESTS)
