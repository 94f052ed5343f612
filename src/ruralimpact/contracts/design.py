"""Designs: matches, weights, propensity scores, balance."""

from ruralimpact.contracts import design_suppression
from ruralimpact.contracts.columns import (
    ANALYSIS,
    STRATEGY,
    ResultColumn,
    count,
    flag,
    number,
    share,
    text,
    whole,
)
from ruralimpact.contracts.table import ResultTable, Suppressed, Withheld

_DESIGN = ("design_comparisons",)
_LINK = text("link of the model of the score", "logit", "probit")
_TREATED = ResultColumn(int, "1 for treated units, 0 for controls", choices=("0", "1"))

WEIGHTS = ResultTable(
    name="weights",
    stages=_DESIGN,
    description="Weight of every unit in every design.",
    row="a unit of a design",
    columns={
        "analysis": ANALYSIS,
        "strategy": STRATEGY,
        "unit_id": text("unit of the sample"),
        "treated": _TREATED,
        "weight": number("weight; 1 for a matched treated unit (ATT)", low=0, missing=False),
        "set": whole("matched set, -1 outside one or where sets overlap"),
    },
    suppression=Suppressed(design_suppression.weights, after=("designs",)),
)

PAIRS = ResultTable(
    name="pairs",
    stages=_DESIGN,
    description="Who is matched with whom.",
    row="a match of a unit",
    columns={
        "analysis": ANALYSIS,
        "strategy": STRATEGY,
        "focal_id": text("unit that is matched"),
        "match_id": text("its match in the other arm"),
        "weight": ResultColumn(
            float, "share of this match in all of the unit's", "fraction", low=0
        ),
    },
    suppression=Withheld("pairs of producers"),
)

PROPENSITY = ResultTable(
    name="propensity",
    stages=_DESIGN,
    description="Propensity score of every unit of a comparison.",
    row="a unit of a comparison, for each link",
    columns={
        "analysis": ANALYSIS,
        "link": _LINK,
        "unit_id": text("unit of the sample"),
        "treated": _TREATED,
        "linear_predictor": number("linear predictor", "log odds or probits", missing=False),
        "probability": share("probability of taking part", missing=False),
    },
    suppression=Suppressed(design_suppression.propensity, after=("designs",)),
)

PROPENSITY_MODELS = ResultTable(
    name="propensity_models",
    stages=_DESIGN,
    description="Coefficients and fit of the propensity score of each comparison.",
    row="a coefficient, or a statistic of the fit",
    columns={
        "analysis": ANALYSIS,
        "link": _LINK,
        "kind": text("what the row is", "coefficient", "statistic"),
        "term": text("covariate with its level in brackets, or name of the statistic"),
        "label": text("printed name of the term"),
        "value": number("coefficient or statistic", "log odds or probits; the statistic's"),
        "std_error": number(
            "standard error of a coefficient, as if units were drawn one by one",
            "log odds or probits",
            low=0,
        ),
        "clustered_error": number(
            "standard error of a coefficient, clustered by group", "log odds or probits", low=0
        ),
        "p_value": share("p-value of a coefficient of zero, by the clustered error", ""),
    },
    suppression=Suppressed(design_suppression.propensity_models, after=("designs", "balance")),
)

BALANCE = ResultTable(
    name="balance",
    stages=_DESIGN,
    description="How alike the arms are in each covariate, before and after each strategy.",
    row="a covariate before, or after one strategy",
    columns={
        "analysis": ANALYSIS,
        "strategy": text("matching strategy; empty before matching"),
        "stage": text("before or after matching", "before", "after"),
        "covariate": text("covariate, with its level in brackets"),
        "label": text("printed name of the covariate"),
        "binary": flag("it takes two values"),
        "treated_mean": number("mean of the treated", "the covariate's"),
        "control_mean": number("mean of the (weighted) controls", "the covariate's"),
        "smd": number(
            "difference in means over the standard deviation of the treated before matching",
            "standard deviations",
        ),
        "variance_ratio": number("variance of the treated over that of the controls"),
        "ks": number("largest distance between the weighted distribution functions", "fraction"),
        "balanced": flag("absolute SMD below 0.1 and, if not binary, a variance ratio of 0.5 to 2"),
    },
    suppression=Suppressed(
        design_suppression.balance, after=("designs", "estimates", "summary_statistics")
    ),
)

BALANCE_SUMMARY = ResultTable(
    name="balance_summary",
    stages=_DESIGN,
    description="Balance of each strategy in the numbers of pstest.",
    row="a strategy, or the comparison before matching",
    columns={
        "analysis": ANALYSIS,
        "strategy": text("matching strategy; empty before matching"),
        "mean_bias": number("mean absolute bias over covariates, pstest's denominator", "percent"),
        "median_bias": number("median of the same", "percent"),
        "pseudo_r2": number("pseudo-R2 of the refitted probit"),
        "lr_statistic": number("its likelihood-ratio chi2 that all slopes are zero", low=0),
        "lr_df": number("degrees of freedom of the chi2", low=0),
        "lr_p_value": share("p-value of the chi2", ""),
        "rubin_b": number("Rubin's B; below 25 is good", "percent"),
        "rubin_r": number("Rubin's R; 0.5 to 2 is good"),
        "overlap": number("overlap coefficient of the scores' densities", "fraction"),
    },
    suppression=Suppressed(design_suppression.balance_summary, after=("designs",)),
)

DESIGNS = ResultTable(
    name="designs",
    stages=_DESIGN,
    description="Sizes of the arms of each design, and its balance in one line.",
    row="a design: analysis and strategy",
    columns={
        "analysis": ANALYSIS,
        "strategy": STRATEGY,
        "estimand": text("what the design can estimate"),
        "n_treated": count("treated units before the match", "units"),
        "n_control": count("controls before the match", "units"),
        "n_treated_matched": count("treated units with a match", "units"),
        "n_control_matched": count("controls with a positive weight", "units"),
        "effective_controls": number("Kish's effective number of controls", "units"),
        "n_dropped": count("treated units without a match", "units"),
        "max_abs_smd": number("largest absolute SMD after the match", "standard deviations"),
        "balanced": flag("every covariate is balanced"),
        "infeasible": text("why the strategy can compare nobody here; else empty"),
    },
    suppression=Suppressed(design_suppression.designs),
)

TABLES = (WEIGHTS, PAIRS, PROPENSITY, PROPENSITY_MODELS, BALANCE, BALANCE_SUMMARY, DESIGNS)
