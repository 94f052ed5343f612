"""The analysis samples, and what was excluded from them."""

from ruralimpact.contracts import design_suppression, suppression
from ruralimpact.contracts.columns import ANALYSIS, count, flag, number, text
from ruralimpact.contracts.table import NoCells, ResultTable, Suppressed, Withheld

_CONSTRUCT = ("construct_samples",)

UNITS = ResultTable(
    name="units",
    stages=_CONSTRUCT,
    description="Arms, groups and covariates of an analysis sample; no outcome.",
    row="a unit of the sample",
    columns={
        "unit_id": text("unit in this sample; rows are sorted by it", unique=True),
        "group": text("group that treatment is assigned to and standard errors cluster on"),
    },
    further="one a treatment and a covariate of the study",
    by_sample=True,
    suppression=Withheld("identifiers and covariates of producers"),
)

OUTCOMES = ResultTable(
    name="outcomes",
    stages=_CONSTRUCT,
    description="Outcomes of an analysis sample, which the design stage never sees.",
    row="a unit of the sample",
    columns={"unit_id": text("unit in this sample", unique=True)},
    further="one an outcome of the study, in its unit",
    by_sample=True,
    suppression=Suppressed(design_suppression.outcomes, after=("weights",)),
)

EXCLUSIONS = ResultTable(
    name="exclusions",
    stages=("construct_samples", "design_comparisons", "estimate_impacts"),
    description="Rows that were excluded, with the reason and how many there were before.",
    row="a reason, in the order in which they are applied",
    columns={
        "stage": text("stage that left them out", "ingest", "construct", "design", "estimate"),
        "scope": text("source, sample, or analysis/strategy"),
        "reason": text("why they are excluded"),
        "rows": count("rows excluded for this reason", "rows"),
        "rows_before": count("rows before this exclusion", "rows"),
    },
    suppression=NoCells(
        "rows by the reason for which they were excluded; nothing about who they are"
    ),
)

EXCLUDED_ARMS = ResultTable(
    name="excluded_arms",
    stages=_CONSTRUCT,
    description="Rows that were excluded from a sample, by the arm that they would have been in.",
    row="a reason of a sample, in the order in which they are applied, for an arm",
    columns={
        "sample": text("sample, by its name in study.yaml"),
        "treatment": text("variable that tells the arm"),
        "arm": text("arm", "treated", "control"),
        "reason": text("why they are excluded"),
        "rows": count("rows excluded for this reason, as far as their arm is known", "rows"),
    },
    suppression=NoCells(
        "rows by arm and the reason for which they were excluded; nothing about who they are"
    ),
)

CONTAMINATION = ResultTable(
    name="contamination",
    stages=_CONSTRUCT,
    description="Controls whose treatment has begun, by sample and wave.",
    row="a wave of a sample",
    columns={
        "sample": text("sample, by its name in study.yaml"),
        "wave": text("wave of the interview"),
        "handling": text("what is done with them; empty: there are none", "", "exclude", "keep"),
        "n_treated": count("treated units", "units", coerce=True),
        "n_not_yet": count("treatment had not begun by the wave", "units", coerce=True),
        "n_controls": count("controls as they were declared", "units", coerce=True),
        "n_contaminated": count("treatment had begun by the wave", "units", coerce=True),
        "n_unknown": count("not known when treatment began", "units", coerce=True),
        "groups_controls": count("groups of the controls", "groups", coerce=True),
        "groups_left": count("groups with a control that is still one", "groups", coerce=True),
    },
    suppression=Suppressed(suppression.contamination),
)

WAVE_OVERLAP = ResultTable(
    name="wave_overlap",
    stages=_CONSTRUCT,
    description="Units that two waves of a sample share, by identifier.",
    row="a pair of waves: neighbours, and the first with the last",
    columns={
        "sample": text("sample, by its name in study.yaml"),
        "wave": text("wave"),
        "later": text("a later wave"),
        "n_both": count("units observed in both", "units"),
        "n_left": count("units observed in the earlier alone", "units"),
        "n_came": count("units observed in the later alone", "units"),
    },
    suppression=NoCells("how many units were observed when; nothing about who they are"),
)

SUMMARY_STATISTICS = ResultTable(
    name="summary_statistics",
    stages=("estimate_impacts",),
    description="Covariates and outcomes of each comparison by arm, before matching.",
    row="a variable in an arm",
    columns={
        "analysis": ANALYSIS,
        "arm": text("arm", "treated", "control"),
        "kind": text("what the variable is", "covariate", "outcome"),
        "variable": text("covariate with its level in brackets, or outcome"),
        "label": text("printed name of a covariate; empty for outcomes"),
        "n_units": count("units of which it is known", "units"),
        "n_clusters": count("groups of these units", "groups"),
        "mean": number("mean", "the variable's"),
        "std_dev": number("standard deviation", "the variable's", low=0),
        "p5": number("5th percentile", "the variable's"),
        "median": number("median", "the variable's"),
        "p95": number("95th percentile", "the variable's"),
        "weighted": flag("numbers are weighted by sampling weights"),
    },
    suppression=Suppressed(suppression.summary_statistics, after=("estimates",)),
)

TABLES = (
    UNITS,
    OUTCOMES,
    EXCLUSIONS,
    EXCLUDED_ARMS,
    CONTAMINATION,
    WAVE_OVERLAP,
    SUMMARY_STATISTICS,
)
