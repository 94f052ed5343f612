"""What the next wave could detect."""

from ruralimpact.contracts import suppression
from ruralimpact.contracts.columns import (
    ANALYSIS,
    OUTCOME,
    OUTCOME_NAME,
    SYNTHETIC,
    UNIT,
    ResultColumn,
    count,
    number,
    share,
    text,
)
from ruralimpact.contracts.table import ResultTable, Suppressed


def _correlation(meaning: str) -> ResultColumn:
    return number(meaning, low=-1, high=1)


POWER = ResultTable(
    name="power",
    stages=("analyse_sensitivity",),
    description="Smallest effects that the next wave would find, and the variances behind them.",
    row="an outcome, a way to analyse it, and a number of groups",
    columns={
        "analysis": ANALYSIS,
        "outcome": OUTCOME_NAME,
        "unit": UNIT,
        "design": text(
            "how the next wave would be analysed", "cross_section", "ancova", "difference"
        ),
        "n_clusters": count("groups of the next wave, both arms", "groups", low=4),
        "group_size": number("units of a group, before attrition", "units", low=1),
        "size_cv": number(
            "coefficient of variation of group sizes, or of groups' sums of sampling weights", low=0
        ),
        "attrition": share("units not found again"),
        "treated_share": share("groups that are treated"),
        "weight_cv": number("coefficient of variation of the units' sampling weights", low=0),
        "icc": number("intra-group correlation with covariates fitted; below 0 counts as 0"),
        "icc_low": number("its 95 percent interval, lower end"),
        "icc_high": number("its 95 percent interval, upper end"),
        "icc_unadjusted": number("intra-group correlation within arms only"),
        "group_r2": number("R2 of covariates between groups", "fraction"),
        "unit_r2": number("R2 of covariates within groups", "fraction"),
        "group_autocorrelation": _correlation("of group components, with the baseline"),
        "unit_autocorrelation": _correlation("of unit components, with the baseline"),
        "autocorrelation": _correlation("of group means, between the waves"),
        "basis": text("where autocorrelations come from", "estimated", "assumed", ""),
        "power": share("probability of finding the effect"),
        "level": share("level of the two-sided test"),
        "std_error": ResultColumn(
            float, "standard error expected", OUTCOME, low=0, coerce=True, above=True, missing=True
        ),
        "mde": ResultColumn(
            float, "smallest effect found", OUTCOME, low=0, coerce=True, above=True, missing=True
        ),
        "mde_percent": number(
            "the same; missing unless the mean is above 0", "percent of the control mean"
        ),
        "mde_sd": number("the same", "standard deviations of the controls"),
        "control_mean": number("mean of the controls, present wave", OUTCOME),
        "control_sd": number("standard deviation of the controls, present wave", OUTCOME),
        "groups_now": count("groups that the components rest on", "groups"),
        "units_now": count("units that the components rest on", "units"),
        "controls_now": count("controls among them", "units"),
        "reason": text("why nothing can be estimated; empty where it is"),
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(suppression.power, after=("estimates", "summary_statistics")),
)

TABLES = (POWER,)
