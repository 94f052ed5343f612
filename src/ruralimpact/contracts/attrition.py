"""Contracts of response by arm, and of effects re-weighted for it or bounded."""

from typing import Any

from pandera.pandas import Check, Column, DataFrameSchema

MEASURES = (
    *("response", "difference", "group_low", "group_median", "group_high", "groups_lost"),
    *("covariates", "covariates_by_arm", "covariate"),
    *("new_units", "unknown_arm", "no_longer_compared"),
)
KINDS = ("as_found", "response_weighted", "weighting", "lee_lower", "lee_upper", "lee_interval")
ESTIMATORS = ("difference_in_means", "regression", "trimming", "trimming_within_cells")


def attrition() -> DataFrameSchema:
    """Contract ``attrition``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    count = Check.ge(0)
    return DataFrameSchema(
        {
            "attrition": Column(str, description="name of the entry of `attrition:`"),
            "label": Column(str),
            "wave": Column(str, description="of the follow-up; empty: it has none"),
            "synthetic": Column(bool),
            "measure": Column(str, Check.isin(MEASURES)),
            "arm": Column(str, Check.isin(["treated", "control", ""]), description="empty: both"),
            "variable": Column(str, description="covariate, with its level in brackets"),
            "notes": Column(str),
            "reason": Column(str, description="why there is no test, else empty"),
            "estimate": Column(float, **number, description="share, or groups for `groups_lost`"),
            "std_error": Column(float, count, **number, description="clustered by group"),
            "df": Column(float, **number, description="of t, or of F's numerator"),
            "statistic": Column(float, **number, description="t, or F of a joint test"),
            "df_denominator": Column(float, **number),
            "p_value": Column(float, Check.in_range(0, 1), **number),
            "conf_low": Column(float, **number),
            "conf_high": Column(float, **number),
            "n_units": Column(
                int, count, description="of the baseline; for `new_units` of the other"
            ),
            "n_found": Column(int, count),
            "n_groups": Column(int, count),
        },
        strict=True,
    )


def attrition_bounds() -> DataFrameSchema:
    """Contract ``attrition_bounds``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    count, share = Check.ge(0), Check.in_range(0, 1)
    return DataFrameSchema(
        {
            "attrition": Column(str, description="name of the entry of `attrition:`"),
            "label": Column(str),
            "wave": Column(str),
            "synthetic": Column(bool),
            "outcome": Column(str),
            "unit": Column(str, description="unit of `estimate`; shares are kept as fractions"),
            "change": Column(bool, description="outcomes are changes since the baseline"),
            "kind": Column(str, Check.isin(KINDS)),
            "estimator": Column(str, Check.isin(ESTIMATORS)),
            "trimmed": Column(str, Check.isin(["treated", "control", "none", ""])),
            "notes": Column(str),
            "reason": Column(str, description="why there is no estimate, else empty"),
            "estimate": Column(float, **number, description="for `weighting` the change it makes"),
            "std_error": Column(float, count, **number, description="clustered by group"),
            "df": Column(float, **number),
            "statistic": Column(float, **number),
            "p_value": Column(float, share, **number),
            "conf_low": Column(float, **number, description="`lee_interval`: Imbens and Manski's"),
            "conf_high": Column(float, **number),
            "treated_mean": Column(float, **number),
            "control_mean": Column(float, **number),
            "share_trimmed": Column(float, share, **number, description="of the arm's respondents"),
            "largest_weight": Column(float, **number),
            "n_units": Column(int, count, description="of the baseline that are compared"),
            "n_treated": Column(int, count, description="respondents"),
            "n_control": Column(int, count),
            "n_groups": Column(int, count, description="with a non-zero score"),
            "n_cells": Column(int, count),
            "n_reversed": Column(int, count, description="cells in which the other arm is trimmed"),
            "capped": Column(int, count, description="respondents whose weight is capped"),
        },
        strict=True,
    )
