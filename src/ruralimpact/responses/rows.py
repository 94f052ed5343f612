"""Rows of the tables of questionnaires and of drawn samples (`ruralimpact.contracts.responses`)."""

from dataclasses import dataclass

from ruralimpact.result_rows import MISSING, EstimatedRow


@dataclass(frozen=True, kw_only=True)
class ResponseShareRow(EstimatedRow):
    """An answer of some respondents, or of the register: contract ``responses``."""

    analysis: str
    question: str
    kind: str
    answer: str
    label: str
    part: str
    by: str = ""
    by_label: str = ""
    level: str = ""
    count: float
    n_units: int
    n_clusters: int
    population: float = MISSING
    public_counts: bool
    synthetic: bool = False


@dataclass(frozen=True, kw_only=True)
class SampleProtocolRow:
    """How a stratum was drawn, or all: contract ``sample_protocol``."""

    analysis: str
    stratum: str
    n_register: int
    n_drawn: int
    n_replacements: int
    n_known: int
    n_came: float
    n_added: float
    attendance_known: bool
    seed: int
    synthetic: bool
