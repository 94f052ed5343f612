"""Response by arm, and effects re-weighted for it or bounded."""

from ruralimpact.contracts import suppression
from ruralimpact.contracts.columns import (
    OUTCOME,
    OUTCOME_NAME,
    P_VALUE,
    SYNTHETIC,
    count,
    flag,
    number,
    share,
    std_error,
    text,
)
from ruralimpact.contracts.table import ResultTable, Suppressed

_SENSITIVITY = ("analyse_sensitivity",)
_MEASURES = (
    *("response", "difference", "group_low", "group_median", "group_high", "groups_lost"),
    *("covariates", "covariates_by_arm", "covariate"),
    *("new_units", "unknown_arm", "no_longer_compared"),
)
_KINDS = ("as_found", "response_weighted", "weighting", "lee_lower", "lee_upper", "lee_interval")
_ESTIMATORS = ("difference_in_means", "regression", "trimming", "trimming_within_cells")
STRATEGY = "strategy:"
"""Stands before the name of a strategy among estimators."""
_NAMES = {
    "attrition": text("name of the entry of `attrition:`"),
    "label": text("its printed name"),
}

ATTRITION = ResultTable(
    name="attrition",
    stages=_SENSITIVITY,
    description="Who was found again, by arm, and what goes with it.",
    row="a measure of response",
    columns={
        **_NAMES,
        "wave": text("wave of the follow-up; empty: it has none"),
        "synthetic": SYNTHETIC,
        "measure": text("what the row is", *_MEASURES),
        "arm": text("arm; empty: both", "treated", "control", ""),
        "variable": text("covariate, with its level in brackets"),
        "notes": text("what a reader must know about the row, else empty"),
        "reason": text("why there is no test, else empty"),
        "estimate": number("share, or number of groups for `groups_lost`", "fraction"),
        "std_error": std_error(unit="fraction"),
        "df": number("degrees of freedom of t, or of F's numerator"),
        "statistic": number("t, or F of a joint test"),
        "df_denominator": number("degrees of freedom of F's denominator"),
        "p_value": P_VALUE,
        "conf_low": number("95 percent interval, lower end", "fraction"),
        "conf_high": number("95 percent interval, upper end", "fraction"),
        "n_units": count("units of the baseline; for `new_units` of the follow-up", "units"),
        "n_found": count("units found again", "units"),
        "n_clusters": count("groups", "groups"),
    },
    suppression=Suppressed(suppression.attrition),
)

ATTRITION_BOUNDS = ResultTable(
    name="attrition_bounds",
    stages=_SENSITIVITY,
    description="Effects weighted for response, and bounds that losses leave.",
    row="an effect, a bound or an interval",
    columns={
        **_NAMES,
        "wave": text("wave of the follow-up"),
        "synthetic": SYNTHETIC,
        "outcome": OUTCOME_NAME,
        "unit": text("unit of `estimate`; shares are kept as fractions"),
        "change": flag("outcomes are changes since the baseline"),
        "kind": text("what the row is", *_KINDS),
        "estimator": text(
            f"how it is estimated: {', '.join(_ESTIMATORS)}, or `{STRATEGY}` before the name of a strategy"
        ),
        "trimmed": text("arm that is trimmed", "treated", "control", "none", ""),
        "notes": text("what a reader must know about the row, else empty"),
        "reason": text("why there is no estimate, else empty"),
        "estimate": number("effect or bound; for `weighting` the change it makes", OUTCOME),
        "std_error": std_error(),
        "df": number("degrees of freedom of t"),
        "statistic": number("t statistic of no effect"),
        "p_value": P_VALUE,
        "conf_low": number(
            "95 percent interval, lower end; of `lee_interval` Imbens and Manski's", OUTCOME
        ),
        "conf_high": number("95 percent interval, upper end", OUTCOME),
        "treated_mean": number("mean of the treated", OUTCOME),
        "control_mean": number("mean of the controls", OUTCOME),
        "share_trimmed": share("share of the arm's respondents that is trimmed"),
        "largest_weight": number("largest weight for response"),
        "n_units": count("units of the baseline that are compared", "units"),
        "n_treated": count("treated respondents", "units"),
        "n_control": count("controls that responded", "units"),
        "n_clusters": count("groups with a non-zero score", "groups"),
        "n_cells": count("cells within which is trimmed", "cells"),
        "n_reversed": count("cells in which the other arm is trimmed", "cells"),
        "capped": count("respondents whose weight is capped", "units"),
    },
    suppression=Suppressed(suppression.attrition_bounds, after=("estimates", "summary_statistics")),
)

TABLES = (ATTRITION, ATTRITION_BOUNDS)
