"""The analysis samples, and what was excluded from them."""

from ruralimpact.contracts import suppression
from ruralimpact.contracts.columns import count, text
from ruralimpact.contracts.table import NoCells, ResultTable, Suppressed, Withheld

_CONSTRUCT = ("construct_samples",)

UNITS = ResultTable(
    name="units",
    stages=_CONSTRUCT,
    description="Arms, groups and covariates of an analysis sample; no outcome.",
    row="a unit of the sample",
    columns={
        "unit_id": text("unit in this sample; rows are sorted by it", unique=True),
        "group": text("group that treatment is assigned to and errors cluster on"),
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
    suppression=Suppressed(suppression.outcomes, after=("weights",)),
)

EXCLUSIONS = ResultTable(
    name="exclusions",
    stages=("construct_samples", "design_comparisons"),
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

TABLES = (UNITS, OUTCOMES, EXCLUSIONS, CONTAMINATION)
