"""Estimates, their standard errors, scores, tests and sensitivity."""

from ruralimpact.contracts import design_suppression, suppression
from ruralimpact.contracts.columns import (
    ANALYSIS,
    CONF_HIGH,
    CONF_LOW,
    CONTROL_GROUPS,
    EFFECTIVE_CONTROL,
    EFFECTIVE_TREATED,
    N_CONTROL,
    N_TREATED,
    OUTCOME,
    OUTCOME_NAME,
    P_VALUE,
    SPEC_ID,
    STRATEGY,
    SYNTHETIC,
    TREATED_GROUPS,
    UNIT,
    count,
    flag,
    number,
    share,
    std_error,
    text,
    whole,
)
from ruralimpact.contracts.design import BALANCE, BALANCE_SUMMARY
from ruralimpact.contracts.table import ResultTable, Suppressed, Withheld

_ESTIMATE = ("estimate_impacts",)
_KEYS = ("analysis", "strategy")
_SENSITIVITY = ("analyse_sensitivity",)
_COUNTERFACTUAL = "percent of the counterfactual mean"
_CONTROL = "percent of the matched control mean"

ESTIMATES = ResultTable(
    name="estimates",
    stages=_ESTIMATE,
    description="One row an estimate of the effect on everyone.",
    row="a specification",
    columns={
        "spec_id": text("the specification: analysis/strategy-or-estimator/outcome", unique=True),
        "analysis": ANALYSIS,
        "sample": text("sample, by its name in study.yaml"),
        "method": text("method of the analysis"),
        "treatment": text("treatment variable"),
        "outcome": OUTCOME_NAME,
        "unit": UNIT,
        "strategy": text("matching strategy, or panel estimator"),
        "estimand": text("what is estimated"),
        "estimate": number("effect", OUTCOME),
        "std_error": std_error("standard error, as `vcov` says"),
        "vcov": text("how `std_error` was computed"),
        "df": number("degrees of freedom of t, Satterthwaite's"),
        "statistic": number("t statistic of no effect"),
        "p_value": P_VALUE,
        "conf_low": CONF_LOW,
        "conf_high": CONF_HIGH,
        "treated_mean": number("mean of the treated", OUTCOME),
        "control_mean": number("mean of the matched (weighted) controls", OUTCOME),
        "counterfactual_mean": number("treated mean less the effect", OUTCOME),
        "percent": number("effect", _COUNTERFACTUAL),
        "percent_low": number("95 percent interval of the percent, lower end", _COUNTERFACTUAL),
        "percent_high": number("95 percent interval of the percent, upper end", _COUNTERFACTUAL),
        "percent_control": number("effect", _CONTROL),
        "percent_control_low": number("95 percent interval of that, lower end", _CONTROL),
        "percent_control_high": number("95 percent interval of that, upper end", _CONTROL),
        "percent_reason": text("why a percent is missing, else empty"),
        "n_treated": whole("treated units", "units"),
        "n_control": whole("controls with a positive weight", "units"),
        "n_clusters": whole("groups with a non-zero score", "groups"),
        "treated_groups": TREATED_GROUPS,
        "effective_treated_groups": EFFECTIVE_TREATED,
        "control_groups": CONTROL_GROUPS,
        "effective_control_groups": EFFECTIVE_CONTROL,
        "ess": number("Kish's effective number of controls", "units"),
        "dropped": whole("treated units of the comparison without a match or an outcome", "units"),
        "balanced": text("every covariate is balanced; empty: not a match", "yes", "no", ""),
        "synthetic": SYNTHETIC,
        "notes": text("what a reader must know about the estimate, else empty"),
    },
    suppression=Suppressed(suppression.estimates),
)

STD_ERRORS = ResultTable(
    name="std_errors",
    stages=_ESTIMATE,
    description="Every kind of standard error that applies to an estimate.",
    row="a kind of standard error of an estimate",
    columns={
        "spec_id": SPEC_ID,
        "kind": text("cr2 (the headline), group, ai2006, pair, hc1, permuted, refitted ..."),
        "label": text("printed name of the kind"),
        "std_error": std_error("standard error of that kind; missing for a test by permutation"),
        "p_value": share("p-value, for a test that has no standard error", ""),
        "draws": number(
            "permutations that bear an estimate, for a test that has no standard error", "draws"
        ),
    },
    suppression=Suppressed(suppression.std_errors, after=("estimates",)),
)

SCORES = ResultTable(
    name="scores",
    stages=_ESTIMATE,
    description="Influence of each group on each estimate, from which errors and tests are computed.",
    row="a group",
    columns={"group": text("group that standard errors cluster on", unique=True)},
    pattern={
        ".*/.*/.*": number(
            "sum of the group's influence on the estimate that the column is named after; after `::`, its "
            "influence on the treated mean, its share of an arm's weight, the effective number of units "
            "behind that share (arm 0: controls) or the code of its stratum; missing: the group is not "
            "compared",
            OUTCOME,
        )
    },
    suppression=Suppressed(suppression.scores, after=("estimates", "subgroups")),
)

TESTS = ResultTable(
    name="tests",
    stages=_ESTIMATE,
    description="Tests by the bootstrap over groups, alone and allowing for several outcomes.",
    row="a specification",
    columns={
        "spec_id": text("the estimate: analysis/strategy/outcome", unique=True),
        "family": text("hypotheses that are tested together"),
        "p_bootstrap": share("p-value of the wild bootstrap over groups", ""),
        "boot_low": number("its 95 percent interval, lower end", OUTCOME),
        "boot_high": number("its 95 percent interval, upper end", OUTCOME),
        "p_romano_wolf": share("p-value adjusted for the family (Romano and Wolf)", ""),
        "q_value": share("q-value within the family (Benjamini and Hochberg)", ""),
        "few_groups": flag("fewer than 40 groups: Webb weights"),
        "fewest_in_arm": count("groups in the smaller arm", "groups"),
        "draws": count("draws of the bootstrap", "draws", low=1),
    },
    suppression=Suppressed(suppression.tests, after=("estimates",)),
)

SENSITIVITY = ResultTable(
    name="sensitivity",
    stages=_SENSITIVITY,
    description="How strong hidden bias must be to overturn each matched estimate.",
    row="a specification",
    columns={
        "spec_id": text("the estimate: analysis/strategy/outcome", unique=True),
        "n_pairs": count("matched pairs whose outcomes differ", "pairs"),
        "critical_gamma": number(
            "odds of treatment at which Rosenbaum's bounds reach 5 percent", low=1
        ),
        "gamma_reason": text("why there are no bounds, else empty"),
        "regression_estimate": number("weighted regression on covariates", OUTCOME),
        "regression_std_error": std_error("its standard error, clustered by group"),
        "partial_r2": share("partial R2 of treatment with the outcome"),
        "robustness_value": share("confounding that brings the estimate to zero"),
        "robustness_value_interval": share("confounding that brings the interval to zero"),
        "benchmark_estimate": number("effect left by a confounder like the benchmark", OUTCOME),
        "benchmark": text("covariate; empty where there is none"),
        "regression_reason": text("why there is no regression, else empty"),
        "short_effect": number("all units, treatment alone", OUTCOME),
        "short_r2": share("its R2"),
        "long_effect": number("all units, with covariates", OUTCOME),
        "long_r2": share("its R2"),
        "r2_max": share("largest R2 that is thought possible"),
        "oster_delta": number(
            "selection on unobserved over observed that brings the effect to zero"
        ),
        "oster_effect": number("effect where that ratio is 1", OUTCOME),
        "risk_ratio": number("risk ratio, for outcomes of 0 and 1 only"),
        "e_value": number("E-value of the estimate", low=1),
        "e_value_interval": number("E-value of the nearer end of its interval", low=1),
    },
    suppression=Suppressed(suppression.sensitivity, after=("estimates",)),
)

LEAVE_ONE_OUT = ResultTable(
    name="leave_one_out",
    stages=_SENSITIVITY,
    description="Matched estimates made anew without each region in turn.",
    row="a specification and the region that it excludes",
    columns={
        "spec_id": SPEC_ID,
        "excluded": text("region whose units are excluded"),
        "estimate": number("effect without it", OUTCOME),
        "std_error": std_error(),
        "p_value": P_VALUE,
        "n_treated": N_TREATED,
        "n_control": N_CONTROL,
        "reason": text("why there is no estimate, else empty"),
    },
    suppression=Suppressed(suppression.leave_one_out, after=("estimates",)),
)

SAMPLE_FLOW = ResultTable(
    name="sample_flow",
    stages=_ESTIMATE,
    description="Units of each arm from the analysis sample to each estimate: who leaves, and why.",
    row="an arm of an estimate as it is in the sample, then a reason for which units leave",
    columns={
        "spec_id": SPEC_ID,
        "analysis": ANALYSIS,
        "strategy": STRATEGY,
        "outcome": OUTCOME_NAME,
        "arm": text("arm", "treated", "control"),
        "step": text(
            "where they leave: before the match, by it, or for want of the outcome",
            *("sample", "comparison", "match", "outcome"),
        ),
        "reason": text("why they leave; empty for the sample"),
        "n_before": count(
            "units of the arm before; in panel regressions, units in a wave", "units"
        ),
        "n_lost": count("of these, units that leave", "units"),
    },
    suppression=Suppressed(suppression.sample_flow, after=("estimates",)),
)

ANALYSED_BALANCE = ResultTable(
    name="analysed_balance",
    stages=_ESTIMATE,
    description=(
        "Balance of the units behind each estimate, where an outcome is not known of all units compared."
    ),
    row="a covariate of an outcome's units, before or after one strategy",
    columns={
        "analysis": ANALYSIS,
        "strategy": BALANCE.columns["strategy"],
        "outcome": OUTCOME_NAME,
        **{name: own for name, own in BALANCE.columns.items() if name not in _KEYS},
    },
    suppression=Suppressed(
        design_suppression.analysed_balance, after=("estimates", "summary_statistics", "balance")
    ),
)

ANALYSED_BALANCE_SUMMARY = ResultTable(
    name="analysed_balance_summary",
    stages=_ESTIMATE,
    description=(
        "Balance of the units behind estimates in the numbers of pstest, where more than a tenth of an arm "
        "lacks the outcome or the verdict on balance is another than the design's."
    ),
    row="a strategy, or the comparison before matching, of an outcome's units",
    columns={
        "analysis": ANALYSIS,
        "strategy": BALANCE_SUMMARY.columns["strategy"],
        "outcome": OUTCOME_NAME,
        **{name: own for name, own in BALANCE_SUMMARY.columns.items() if name not in _KEYS},
    },
    suppression=Suppressed(design_suppression.analysed_balance_summary, after=("estimates",)),
)

OUTCOME_WEIGHTS = ResultTable(
    name="outcome_weights",
    stages=_ESTIMATE,
    description="Weights that give each estimate as their sum with the outcomes.",
    row="a row of a sample in a set of weights, where it has any",
    columns={
        "set": text("set of weights, by the first estimate that has it"),
        "unit_id": text("row of the sample"),
        "weight": number("times the outcome: what the row adds to the estimate", missing=False),
        "arm_weight": share(
            "share of the row in the weight of its arm, among units with the outcome; missing where "
            "outcomes of several waves are compared, or arms have no weights"
        ),
    },
    suppression=Withheld("weights of single units"),
)

WEIGHT_SETS = ResultTable(
    name="weight_sets",
    stages=_ESTIMATE,
    description="Which set of weights an estimate has.",
    row="an estimate that has a value, on everyone or on a subgroup",
    columns={
        "spec_id": text(
            "the estimate: analysis/strategy/outcome, and ::subgroup=level of a subgroup",
            unique=True,
        ),
        "set": text("its weights in outcome_weights"),
    },
    suppression=Withheld("it is only of use beside the weights of single units"),
)

TABLES = (
    SAMPLE_FLOW,
    ANALYSED_BALANCE,
    ANALYSED_BALANCE_SUMMARY,
    ESTIMATES,
    STD_ERRORS,
    SCORES,
    TESTS,
    SENSITIVITY,
    LEAVE_ONE_OUT,
    OUTCOME_WEIGHTS,
    WEIGHT_SETS,
)
