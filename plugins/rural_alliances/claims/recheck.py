"""Recomputing what a report prints, and saying how far it is off."""

from dataclasses import dataclass
from typing import Literal

from rural_alliances.claims.formula import evaluate, worked
from rural_alliances.claims.records import Check, Published

Agreement = Literal["agrees", "rounding", "differs"]
_NOISE = 1e-9


@dataclass(frozen=True)
class Recheck:
    """A check carried out.

    Attributes
    ----------
    check : Check
    printed, recomputed : float
    agreement : {"agrees", "rounding", "differs"}
    working : str
        The formula with its numbers.
    """

    check: Check
    printed: float
    recomputed: float
    agreement: Agreement
    working: str


def recheck_all(published: Published) -> tuple[Recheck, ...]:
    """Carry out every check."""
    return tuple(recheck(check, published) for check in published.checks)


def recheck(check: Check, published: Published) -> Recheck:
    """Carry out one check."""
    printed = evaluate(check.printed, published)
    recomputed = evaluate(check.recomputed, published)
    return Recheck(
        check,
        printed,
        recomputed,
        agreement_of(check, printed, recomputed),
        worked(check.recomputed, published),
    )


def agreement_of(check: Check, printed: float, recomputed: float) -> Agreement:
    """Compare a recomputed number with the printed one, at the precision of print.

    ``"agrees"``: the recomputed number, with halves rounded up, prints as the printed one (or keeps to the
    bound). ``"rounding"``: it is less than one unit of the last printed digit away, as when digits
    are cut off; a formula that needs an assumption is never excused so. ``"differs"``: anything else. The
    margin of the check is allowed for in both.
    """
    unit = 10.0**-check.decimals
    noise = _NOISE * max(1.0, abs(printed))
    away = max(0.0, abs(recomputed - printed) - check.margin)
    if check.bound == ">" and recomputed > printed + noise:
        return "agrees"
    if check.bound == ">=" and recomputed >= printed - noise:
        return "agrees"
    half_cut_off = not check.margin and recomputed - printed > unit / 2 - noise
    if not check.bound and away <= unit / 2 + noise and not half_cut_off:
        return "agrees"
    excused = away < unit - noise and check.scope != "assumption"
    return "rounding" if excused else "differs"
