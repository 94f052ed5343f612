"""What stands behind estimates over time: event-study effects, pre-trends, and their sensitivity."""

from ruralimpact.contracts import over_time_suppression
from ruralimpact.contracts.columns import (
    ANALYSIS,
    CONF_HIGH,
    CONF_LOW,
    N_CONTROL,
    N_GROUPS,
    OUTCOME,
    OUTCOME_NAME,
    P_VALUE,
    SYNTHETIC,
    UNIT,
    count,
    flag,
    number,
    std_error,
    text,
)
from ruralimpact.contracts.table import ResultTable, Suppressed

_ESTIMATE = ("estimate_impacts",)

EVENT_STUDY = ResultTable(
    name="event_study",
    stages=_ESTIMATE,
    description="Means of the arms by wave, and effects by cohort, wave and time since treatment.",
    row="a mean, or an effect of one kind",
    columns={
        "analysis": ANALYSIS,
        "outcome": OUTCOME_NAME,
        "unit": UNIT,
        "kind": text(
            "what the row is; `mean`: of an arm, no effect",
            *("mean", "group_time", "event", "cohort", "calendar"),
        ),
        "arm": text("arm of a mean, else empty"),
        "cohort": number("wave of first treatment", "wave"),
        "period": number("wave", "wave"),
        "event_time": number("time since first treatment", "waves"),
        "before": flag("a pseudo-effect before treatment"),
        "estimate": number("effect, or mean", OUTCOME),
        "std_error": std_error(),
        "conf_low": number("95 percent interval of this estimate alone, lower end", OUTCOME),
        "conf_high": number("95 percent interval of this estimate alone, upper end", OUTCOME),
        "band_low": number("band of all of the kind at once, lower end", OUTCOME),
        "band_high": number("band of all of the kind at once, upper end", OUTCOME),
        "n_treated": count("treated units; of a mean: its units", "units"),
        "n_control": N_CONTROL,
        "n_clusters": N_GROUPS,
        "reason": text("why there is no estimate or error, else empty"),
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(
        over_time_suppression.event_study, after=("estimates", "summary_statistics")
    ),
)

PRE_TRENDS = ResultTable(
    name="pre_trends",
    stages=_ESTIMATE,
    description="Joint test that all effects before treatment are zero.",
    row="an outcome of an analysis",
    columns={
        "analysis": ANALYSIS,
        "outcome": OUTCOME_NAME,
        "statistic": number("F, that all are zero"),
        "df": number("degrees of freedom of its numerator"),
        "df_denominator": number("degrees of freedom of its denominator"),
        "p_value": P_VALUE,
        "n_pre": count("times before treatment", "waves"),
        "reason": text("why there is no test, else empty"),
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(over_time_suppression.pre_trends, after=("estimates",)),
)

GOODMAN_BACON = ResultTable(
    name="goodman_bacon",
    stages=_ESTIMATE,
    description="The comparisons of two cohorts that two-way fixed effects average (Goodman-Bacon 2021).",
    row="a cohort and its controls",
    columns={
        "analysis": ANALYSIS,
        "outcome": OUTCOME_NAME,
        "unit": UNIT,
        "kind": text(
            "who the controls are",
            *("earlier_vs_later", "later_vs_earlier", "treated_vs_never", "treated_vs_always"),
        ),
        "cohort": number("wave of first treatment", "wave", missing=False),
        "other": number("wave of first treatment of its controls; missing: never", "wave"),
        "weight": number("weight in two-way fixed effects; they sum to 1", "fraction"),
        "estimate": number("effect in this comparison", OUTCOME),
        "n_treated": count("units of the cohort", "units"),
        "n_control": count("units of its controls", "units"),
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(over_time_suppression.goodman_bacon),
)

PARALLEL_TRENDS = ResultTable(
    name="parallel_trends",
    stages=_ESTIMATE,
    description="Intervals that allow trends to differ (Rambachan and Roth 2023).",
    row="a bound on how far trends may differ",
    columns={
        "analysis": ANALYSIS,
        "outcome": OUTCOME_NAME,
        "unit": UNIT,
        "restriction": text("what is bounded", "relative_magnitudes", "smoothness"),
        "magnitude": number("Mbar, a multiple, or M in the outcome's unit"),
        "estimate": number("average over times since treatment", OUTCOME),
        "std_error": std_error(),
        "conf_low": CONF_LOW,
        "conf_high": CONF_HIGH,
        "breakdown": number("largest magnitude at which the interval excludes zero"),
        "reason": text("why there is no interval, else empty"),
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(over_time_suppression.parallel_trends, after=("estimates",)),
)

TABLES = (EVENT_STUDY, PRE_TRENDS, GOODMAN_BACON, PARALLEL_TRENDS)
