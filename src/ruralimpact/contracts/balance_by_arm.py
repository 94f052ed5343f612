"""Covariates by arm before matching, and tests that they are alike."""

from ruralimpact.contracts import arm_suppression
from ruralimpact.contracts.columns import ANALYSIS, ResultColumn, count, flag, number, share, text
from ruralimpact.contracts.table import ResultTable, Suppressed

_WEIGHTED = flag("numbers are weighted by sampling weights")


def _mean(arm: str) -> ResultColumn:
    return number(f"mean of the {arm}", "the covariate's")


def _deviation(arm: str) -> ResultColumn:
    return number(f"standard deviation of the {arm}", "the covariate's", low=0)


def _error(of: str) -> ResultColumn:
    return number(f"standard error of {of}, clustered by group", "the covariate's", low=0)


BALANCE_BY_ARM = ResultTable(
    name="balance_by_arm",
    stages=("estimate_impacts",),
    description="Covariates of each comparison by arm, before matching, and whether they differ.",
    row="a covariate of a comparison",
    columns={
        "analysis": ANALYSIS,
        "covariate": text("covariate, with its level in brackets"),
        "label": text("printed name of the covariate"),
        "n_treated": count("treated units", "units"),
        "n_control": count("controls", "units"),
        "clusters_treated": count("groups of the treated", "groups"),
        "clusters_control": count("groups of the controls", "groups"),
        "n_clusters": count("groups of both arms", "groups"),
        "treated_mean": _mean("treated"),
        "treated_sd": _deviation("treated"),
        "treated_std_error": _error("the mean of the treated"),
        "control_mean": _mean("controls"),
        "control_sd": _deviation("controls"),
        "control_std_error": _error("the mean of the controls"),
        "difference": number("mean of the treated less that of the controls", "the covariate's"),
        "std_error": _error("the difference"),
        "p_value": share("p-value of no difference, Student's t", ""),
        "normalised_difference": number(
            "difference over the root of the mean of the arms' variances", "standard deviations"
        ),
        "weighted": _WEIGHTED,
    },
    suppression=Suppressed(arm_suppression.balance_by_arm, after=("summary_statistics",)),
)

JOINT_BALANCE = ResultTable(
    name="joint_balance",
    stages=("estimate_impacts",),
    description="Regression of the arm on all covariates of a comparison: whether they tell it.",
    row="a comparison",
    columns={
        "analysis": ANALYSIS,
        "n_treated": count("treated units", "units"),
        "n_control": count("controls", "units"),
        "n_clusters": count("groups", "groups"),
        "f_statistic": number("F that all coefficients are zero, clustered by group", low=0),
        "df_numerator": number("covariates that the others do not imply", low=0),
        "df_denominator": number("groups less one", low=0),
        "p_value": share("p-value of F", ""),
        "excluded": text("covariates that the others imply"),
        "reason": text("why there is no test; else empty"),
        "weighted": _WEIGHTED,
    },
    suppression=Suppressed(arm_suppression.joint_balance),
)

TABLES = (BALANCE_BY_ARM, JOINT_BALANCE)
