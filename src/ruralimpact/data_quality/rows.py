"""Rows of the tables of data quality, in the order of columns (`ruralimpact.contracts.data_quality`)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Gaps:
    """Share of rows without a value, in all and by arm; rows of each arm."""

    missing: float
    n_treated: int
    n_control: int
    missing_treated: float
    missing_control: float
    missing_p_value: float


@dataclass(frozen=True)
class NumberQuality:
    """Range, heaping, far values and suspected codes of a number; nothing of categories."""

    p5: float
    median: float
    p95: float
    ending_in_0_or_5: float
    n_far: int
    far_groups: int
    suspected_codes: str
    n_suspected: int


@dataclass(frozen=True)
class VariableRow:
    """A variable of a source in a wave: contract ``variable_quality``."""

    source: str
    wave: str
    variable: str
    label: str
    n_rows: int
    n_clusters: int
    missing: float
    n_treated: int
    n_control: int
    missing_treated: float
    missing_control: float
    missing_p_value: float
    p5: float
    median: float
    p95: float
    ending_in_0_or_5: float
    n_far: int
    far_groups: int
    suspected_codes: str
    n_suspected: int
    between_interviewers: float


@dataclass(frozen=True)
class InterviewRow:
    """All interviews of a source in a wave (number 0), or those of one interviewer: ``interview_quality``."""

    source: str
    wave: str
    interviewer: int
    n_rows: int
    n_clusters: int
    n_alike: int
    missing: float
    n_lengths: int
    minutes: float
    short: float
