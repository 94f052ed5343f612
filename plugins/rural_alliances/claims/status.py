"""The status of a claim: written-down rules, the first that applies decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rural_alliances.claims.estimates import Estimate
from rural_alliances.claims.recheck import Recheck
from rural_alliances.claims.records import STATEMENTS, UNATTRIBUTED, Claim
from ruralimpact.language import marked

Code = Literal[
    "inconsistent", "differs", "rounding", "not_attributable", "agrees", "micro_data", "statement"
]

LABELS: dict[Code, str] = {
    "inconsistent": marked("inconsistent inside the report"),
    "differs": marked("differs"),
    "rounding": marked("differs by rounding"),
    "not_attributable": marked("not attributable"),
    "agrees": marked("agrees"),
    "micro_data": marked("needs micro-data"),
    "statement": marked("taken as printed"),
}

_OF_STAND_IN: dict[Code, str] = {
    "agrees": marked("agrees with the synthetic stand-in"),
    "differs": marked("differs from the synthetic stand-in"),
}

# What readers count apart: that synthetic data agree, or differ, decides nothing about the claim.
KINDS: dict[str, str] = {
    kind: words
    for code, label in LABELS.items()
    for kind, words in (
        (code, label),
        (f"{code}_stand_in", _OF_STAND_IN.get(code, f"{label} from the synthetic stand-in")),
    )
}

RULES: tuple[tuple[Code, str], ...] = (
    (
        "not_attributable",
        marked(
            "The number is a change before and after without controls, or an association among "
            "beneficiaries: it cannot show what the project changed, whatever data there are."
        ),
    ),
    (
        "inconsistent",
        marked(
            "Recomputed from numbers of the same report that speak of the same thing, it comes out otherwise "
            "by a unit of the last printed digit or more, or the report gives two numbers for it."
        ),
    ),
    (
        "agrees",
        marked(
            "An estimate stands beside it and the printed number lies in its 95 percent interval; "
            "for a claim about direction, the estimate has that sign. Otherwise it differs. An "
            "estimate without an interval decides nothing. Estimates of a synthetic stand-in are "
            "named as such: the stand-in was calibrated to the report, so agreement shows that the "
            "method finds what was planted, never that the report's number is right."
        ),
    ),
    (
        "differs",
        marked(
            "Another study, population, document or outside source gives another number, or one assumption "
            "of ours is needed to recompute it and the result differs."
        ),
    ),
    (
        "rounding",
        marked(
            "Recomputed, it is off by less than one unit of the last printed digit: cut off or adjusted "
            "instead of rounded."
        ),
    ),
    (
        "agrees",
        marked("Recomputed as a whole from other printed numbers, it comes out as printed."),
    ),
    (
        "statement",
        marked(
            "A statement of design, a parameter, a price or a figure from the accounts: there is nothing to "
            "estimate."
        ),
    ),
    (
        "micro_data",
        marked(
            "Everything else: only the survey or the project's records, which are not public, could confirm "
            "it."
        ),
    ),
)

# Why nothing is computed of a claim where it gives no reason of its own.
NOT_COMPUTED: dict[Code, str] = {
    "statement": "nothing to estimate: a statement of design, a parameter, a price or an account",
    "micro_data": "only the survey or the project's records, which are not public, could confirm it",
}

Basis = Literal["", "print", "estimate", "synthetic stand-in"]


@dataclass(frozen=True)
class Status:
    """Status of a claim.

    Attributes
    ----------
    code : str
    basis : {"", "print", "estimate", "synthetic stand-in"}
        What decided: other printed numbers, an estimate, or an estimate from synthetic data.
    """

    code: Code
    basis: Basis = ""

    @property
    def kind(self) -> str:
        """The code, with ``_stand_in`` after it where synthetic data decided: a key of `KINDS`."""
        return f"{self.code}_stand_in" if self.basis == "synthetic stand-in" else self.code

    @property
    def label(self) -> str:
        """The status in words; a synthetic stand-in is always named."""
        return KINDS[self.kind]


def status_of(claim: Claim, rechecks: Sequence[Recheck], estimate: Estimate | None) -> Status:
    """Return the status of a claim, by `RULES`.

    Parameters
    ----------
    claim : Claim
    rechecks : sequence of Recheck
        Checks that are charged to the claim.
    estimate : Estimate or None
    """
    agreements = {recheck.agreement for recheck in rechecks}
    inside = {recheck.agreement for recheck in rechecks if recheck.check.scope == "inside"}
    if claim.comparison in UNATTRIBUTED:
        return Status("not_attributable")
    if "differs" in inside:
        return Status("inconsistent", "print")
    covered = None if estimate is None else covers(claim, estimate)
    if estimate is not None and covered is not None:
        basis: Basis = "synthetic stand-in" if estimate.synthetic else "estimate"
        return Status("agrees" if covered else "differs", basis)
    if "differs" in agreements:
        return Status("differs", "print")
    if "rounding" in agreements:
        return Status("rounding", "print")
    if any(recheck.check.settles for recheck in rechecks):
        return Status("agrees", "print")
    return Status("statement" if claim.comparison in STATEMENTS else "micro_data")


def covers(claim: Claim, estimate: Estimate) -> bool | None:
    """Whether an estimate is in keeping with a claim, by interval or by sign; None without an interval."""
    if claim.number is None:
        return estimate.value > 0 if claim.direction == "above" else estimate.value < 0
    if estimate.low is None or estimate.high is None:
        return None
    return estimate.low <= claim.number <= estimate.high
