"""The ledger: every claim with its checks, the estimate beside it, and its status."""

from collections.abc import Mapping
from dataclasses import dataclass

from rural_alliances.claims.estimates import Estimate, StudyFindings, absent_findings, estimate_for
from rural_alliances.claims.recheck import Recheck, recheck_all
from rural_alliances.claims.records import Claim, Published
from rural_alliances.claims.status import NOT_COMPUTED, Status, status_of


@dataclass(frozen=True)
class LedgerEntry:
    """A claim of the ledger, its checks, the estimate beside it (None without one) and its status."""

    claim: Claim
    rechecks: tuple[Recheck, ...]
    estimate: Estimate | None
    status: Status

    @property
    def reason(self) -> str:
        """Why nothing is computed of it here; empty where something is."""
        own = self.claim.reason if self.estimate is None else ""
        return own or NOT_COMPUTED.get(self.status.code, "")


@dataclass(frozen=True)
class Ledger:
    """The ledger.

    Attributes
    ----------
    entries : tuple of LedgerEntry
        In the order of the reports.
    rechecks : tuple of Recheck
        Every check, in order.
    absent : tuple of str
        Findings that claims name and that their study, though built, does not have.
    """

    entries: tuple[LedgerEntry, ...]
    rechecks: tuple[Recheck, ...]
    absent: tuple[str, ...]

    @property
    def synthetic(self) -> bool:
        """Whether any estimate comes from synthetic data."""
        return any(entry.estimate and entry.estimate.synthetic for entry in self.entries)

    @property
    def estimated(self) -> tuple[LedgerEntry, ...]:
        """Entries with an estimate."""
        return tuple(entry for entry in self.entries if entry.estimate)


def make_ledger(published: Published, studies: Mapping[str, StudyFindings]) -> Ledger:
    """Recompute every check and give every claim its status.

    Parameters
    ----------
    published : Published
    studies : mapping of str to StudyFindings
        By name; studies that have not been built are excluded.

    Returns
    -------
    Ledger
    """
    rechecks = recheck_all(published)
    entries = tuple(_entry(claim, rechecks, studies) for claim in published.claims.values())
    absent = {
        name for claim in published.claims.values() for name in absent_findings(claim, studies)
    }
    return Ledger(entries, rechecks, tuple(sorted(absent)))


def _entry(
    claim: Claim, rechecks: tuple[Recheck, ...], studies: Mapping[str, StudyFindings]
) -> LedgerEntry:
    charged = tuple(recheck for recheck in rechecks if claim.id in recheck.check.claims)
    estimate = estimate_for(claim, studies)
    return LedgerEntry(claim, charged, estimate, status_of(claim, charged, estimate))
