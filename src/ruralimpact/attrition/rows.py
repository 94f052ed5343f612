"""Rows of the tables of attrition (`ruralimpact.contracts.attrition`)."""

from dataclasses import dataclass

from ruralimpact.result_rows import TestedRow

_MISSING = float("nan")


@dataclass(frozen=True)
class Counts:
    """Units of the baseline, those found again, and the groups they are in."""

    n_units: int
    n_found: int
    n_clusters: int


@dataclass(frozen=True, kw_only=True)
class Tested:
    """Inference on a number, or the statistic of a joint test."""

    std_error: float = _MISSING
    df: float
    statistic: float = _MISSING
    df_denominator: float = _MISSING
    p_value: float = _MISSING
    conf_low: float = _MISSING
    conf_high: float = _MISSING


@dataclass(frozen=True, kw_only=True)
class ResponseRow(TestedRow):
    """A number on response: contract ``attrition``.

    The first four fields say of which follow-up it is; `ruralimpact.attrition.study` knows them.
    """

    attrition: str = ""
    label: str = ""
    wave: str = ""
    synthetic: bool = False
    measure: str
    arm: str = ""
    variable: str = ""
    notes: str = ""
    reason: str = ""
    df_denominator: float = _MISSING
    n_units: int = 0
    n_found: int = 0
    n_clusters: int = 0


@dataclass(frozen=True, kw_only=True)
class EffectRow(TestedRow):
    """An effect as found, re-weighted or bounded, or why there is none: contract ``attrition_bounds``.

    The first seven fields say of which follow-up and outcome it is; `ruralimpact.attrition.study` knows them.
    """

    attrition: str = ""
    label: str = ""
    wave: str = ""
    synthetic: bool = False
    outcome: str = ""
    unit: str = ""
    change: bool = False
    kind: str
    estimator: str
    trimmed: str = ""
    notes: str = ""
    reason: str = ""
    treated_mean: float = _MISSING
    control_mean: float = _MISSING
    share_trimmed: float = _MISSING
    largest_weight: float = _MISSING
    n_units: int = 0
    n_treated: int = 0
    n_control: int = 0
    n_clusters: int = 0
    n_cells: int = 0
    n_reversed: int = 0
    capped: int = 0
