"""Claims and their checks in printed words; shared by the ledger's tables, figure and page."""

from rural_alliances.claims.estimates import Estimate
from rural_alliances.claims.ledger import LedgerEntry
from rural_alliances.claims.recheck import Recheck
from rural_alliances.claims.records import Claim
from ruralimpact.exhibits import formatting
from ruralimpact.language import gettext, marked

SCOPES = {
    "inside": marked("inside one report"),
    "sources": marked("between two sources or populations"),
    "documents": marked("between the two documents"),
    "outside": marked("against an outside source"),
    "assumption": marked("with an assumption of ours"),
}
AGREEMENTS = {
    "agrees": marked("agrees"),
    "rounding": marked("off by rounding"),
    "differs": marked("differs"),
}
_BOUNDS = {">": marked("over {number}"), ">=": marked("at least {number}"), "": "{number}"}
_UNSEPARATED = {"year"}
_LEAST_DECIMALS = 1
_NOTHING_LEFT = 1e-6
_ENOUGH = 2  # decimals that show a difference by themselves


def published_value(claim: Claim) -> str:
    """Return the printed number, or the words in its place."""
    if claim.number is None:
        return claim.printed
    if claim.unit in _UNSEPARATED:
        return f"{claim.number:.0f}"
    return formatting.number(claim.number, claim.decimals)


def unit_and_base(claim: Claim) -> str:
    """Return the unit, and in percent of what."""
    if claim.base and claim.unit == "percent":
        if claim.base == "not stated":
            return gettext("percent, base not stated")
        return gettext("percent of {base}").format(base=claim.base)
    if claim.base and not claim.unit:
        return gettext("of {base}").format(base=claim.base)
    return gettext(claim.unit)


def subject(claim: Claim) -> str:
    """Return what a claim measures and of whom, in one line."""
    return f"{claim.quantity} ({claim.population})"


def statement(claim: Claim) -> str:
    """Return what a claim says, and where."""
    said = " ".join(filter(None, (published_value(claim), unit_and_base(claim))))
    return f"{claim.document}, {claim.place}: {subject(claim)}, {said}"


def sentence_case(text: str) -> str:
    """Return `text` with a capital at its start."""
    return text[:1].upper() + text[1:]


def data_behind(estimate: Estimate | None) -> str:
    """Return what a line of a CSV file stands on: what is published carries no stamp of a stand-in."""
    if estimate is None:
        return "published"
    return "synthetic stand-in" if estimate.synthetic else "survey"


def estimate_value(claim: Claim, estimate: Estimate | None) -> str:
    """Return the estimate with the decimals of the claim, or a dash."""
    return formatting.number(estimate.value if estimate else None, _decimals(claim))


def estimate_interval(claim: Claim, estimate: Estimate | None) -> str:
    """Return the ends of the estimate's interval, or a dash."""
    if estimate is None:
        return formatting.DASH
    return formatting.interval(estimate.low, estimate.high, _decimals(claim))


def _decimals(claim: Claim) -> int:
    return claim.decimals if claim.number is not None else _LEAST_DECIMALS


def check_printed(recheck: Recheck) -> str:
    """Return the printed number of a check, with its bound."""
    text = formatting.number(recheck.printed, max(recheck.check.decimals, 0))
    return gettext(_BOUNDS[recheck.check.bound]).format(number=text)


def check_recomputed(recheck: Recheck) -> str:
    """Return the recomputed number, with one decimal more than print where print has less than two."""
    printed = recheck.check.decimals
    left = abs(recheck.recomputed - round(recheck.recomputed, max(printed, 0)))
    further = left > _NOTHING_LEFT and 0 <= printed < _ENOUGH
    return formatting.number(recheck.recomputed, max(printed, 0) + further)


def working(recheck: Recheck) -> str:
    """Return how the number was recomputed; empty where another place simply prints it."""
    return recheck.working if any(sign in recheck.working for sign in " (") else ""


def recheck_line(entry: LedgerEntry) -> str:
    """Return in one cell the recomputed numbers of a claim that do not agree, else that all agree.

    Where a check is about another number than the claim itself, such as a percentage printed beside a
    count, both are given: ``14.5 for 14``.
    """
    if not entry.rechecks:
        return formatting.DASH
    off = [recheck for recheck in entry.rechecks if recheck.agreement != "agrees"]
    return "; ".join(dict.fromkeys(_against(entry.claim, other) for other in off)) or gettext(
        "as printed"
    )


def _against(claim: Claim, recheck: Recheck) -> str:
    recomputed = check_recomputed(recheck)
    return (
        recomputed
        if recheck.printed == claim.number
        else gettext("{recomputed} for {printed}").format(
            recomputed=recomputed, printed=check_printed(recheck)
        )
    )
