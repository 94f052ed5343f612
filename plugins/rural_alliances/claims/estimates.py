"""Estimates that stand beside claims, from the findings of studies."""

from collections.abc import Mapping
from dataclasses import dataclass

from rural_alliances.claims.records import Claim
from ruralimpact.errors import DataError
from ruralimpact.exhibits.document import Finding

_ENDS = {"estimate": ("conf_low", "conf_high")}
_CHOICES = {"lowest": min, "highest": max}


@dataclass(frozen=True)
class Estimate:
    """An estimate set beside a claim.

    Attributes
    ----------
    study, title, finding : str
        Name and title of the study, identifier in its findings.
    value : float
    low, high : float or None
        Ends of the 95 percent interval, where there is one.
    unit : str
    synthetic : bool
        The data of the study are a synthetic stand-in.
    """

    study: str
    title: str
    finding: str
    value: float
    low: float | None
    high: float | None
    unit: str
    synthetic: bool


@dataclass(frozen=True)
class StudyFindings:
    """What a study that has been built found: its title, whether its data are synthetic, its numbers."""

    title: str
    synthetic: bool
    findings: Mapping[str, Finding]


def estimate_for(claim: Claim, studies: Mapping[str, StudyFindings]) -> Estimate | None:
    """Return the estimate that a claim names, or None when it or its study is not there.

    Parameters
    ----------
    claim : Claim
    studies : mapping of str to StudyFindings
        By name.

    Raises
    ------
    DataError
        The claim and the finding mix percent with percentage points.
    """
    choice, names = _named(claim)
    named = [_estimate(name, studies) for name in names]
    known = [estimate for estimate in named if estimate is not None]
    if not known or len(known) < len(named):
        return None
    picked = _CHOICES[choice](known, key=lambda estimate: estimate.value) if choice else known[0]
    _refuse_mixed_units(claim, picked)
    return picked


def absent_findings(claim: Claim, studies: Mapping[str, StudyFindings]) -> list[str]:
    """Return the findings that a claim names and that its study, though built, does not have."""
    names = (name.partition(":") for name in _named(claim)[1])
    return [
        f"{study}:{finding}"
        for study, _, finding in names
        if study in studies and finding not in studies[study].findings
    ]


def _named(claim: Claim) -> tuple[str, list[str]]:
    words = claim.computed_by.split()
    if words and words[0] in _CHOICES:
        return words[0], words[1:]
    return "", words[:1]


def _estimate(name: str, studies: Mapping[str, StudyFindings]) -> Estimate | None:
    study, _, finding = name.partition(":")
    own = studies.get(study)
    if own is None or finding not in own.findings:
        return None
    findings, (low, high) = own.findings, _interval(finding)
    return Estimate(
        study=study,
        title=own.title,
        finding=finding,
        value=float(findings[finding].value),
        low=findings[low].value if low in findings else None,
        high=findings[high].value if high in findings else None,
        unit=findings[finding].unit,
        synthetic=own.synthetic,
    )


def _interval(finding: str) -> tuple[str, str]:
    """Return the findings that hold the ends of a finding's interval."""
    stem, _, last = finding.rpartition("/")
    low, high = _ENDS.get(last, (f"{last}_low", f"{last}_high"))
    return f"{stem}/{low}", f"{stem}/{high}"


def _refuse_mixed_units(claim: Claim, estimate: Estimate) -> None:
    effect = estimate.finding.rpartition("/")[2].startswith(("estimate", "percent"))
    points = "percentage points"
    if effect and "percent" in claim.unit and (claim.unit == points) != (estimate.unit == points):
        raise DataError(
            f"{estimate.study}:{estimate.finding} is in {estimate.unit}, the claim in {claim.unit}.",
            file="claims.csv",
            column="computed_by",
            rows=[claim.id],
        )
