"""Rows of the tables of estimates (`ruralimpact.contracts.estimates`) and of associations."""

from dataclasses import dataclass

from ruralimpact.result_rows import MISSING, TestedRow


@dataclass(frozen=True, kw_only=True)
class EstimateRow(TestedRow):
    """An estimate of the effect on everyone: contract ``estimates``."""

    spec_id: str
    analysis: str
    sample: str
    method: str
    treatment: str
    outcome: str
    unit: str
    strategy: str
    estimand: str
    vcov: str
    treated_mean: float
    control_mean: float
    counterfactual_mean: float = MISSING
    percent: float = MISSING
    percent_low: float = MISSING
    percent_high: float = MISSING
    percent_control: float = MISSING
    percent_control_low: float = MISSING
    percent_control_high: float = MISSING
    percent_reason: str
    n_treated: int
    n_control: int
    n_clusters: int
    treated_groups: float
    effective_treated_groups: float
    control_groups: float
    effective_control_groups: float
    ess: float
    dropped: int
    balanced: str
    synthetic: bool
    notes: str


@dataclass(frozen=True, kw_only=True)
class StdErrorRow:
    """A kind of standard error of an estimate, or a test by permutation: contract ``std_errors``."""

    spec_id: str
    kind: str
    label: str
    std_error: float = MISSING
    p_value: float = MISSING
    draws: float = MISSING


@dataclass(frozen=True, kw_only=True)
class SampleFlowRow:
    """Units of an arm in the sample, or those that leave it for one reason: contract ``sample_flow``."""

    spec_id: str
    analysis: str
    strategy: str
    outcome: str
    arm: str
    step: str
    reason: str
    n_before: int
    n_lost: int


@dataclass(frozen=True, kw_only=True)
class AssociationRow(TestedRow):
    """A coefficient, or the test that all are zero, or why there is none: contract ``associations``."""

    analysis: str
    association: str
    label: str
    outcome: str
    unit: str
    kind: str
    variable: str = ""
    variable_label: str = ""
    df_denominator: float = MISSING
    mean: float = MISSING
    n_clusters: int = 0
    n_units: int = 0
    r_squared: float = MISSING
    reason: str = ""
    synthetic: bool


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A variable in an arm, over the units of which it is known."""

    n_units: int
    n_clusters: int
    mean: float = MISSING
    std_dev: float = MISSING
    p5: float = MISSING
    median: float = MISSING
    p95: float = MISSING


@dataclass(frozen=True, kw_only=True)
class SummaryRow(Summary):
    """The same with what it is of: contract ``summary_statistics``."""

    analysis: str
    arm: str
    kind: str
    variable: str
    label: str
    weighted: bool
