"""The report's ratings, and the evidence that each rests on."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rural_alliances.claims.ledger import Ledger, LedgerEntry
from ruralimpact.errors import DataError

_COLUMNS = ("judgement", "place", "rating", "evidence", "source", "design", "shows", "claim")

COMPARED, CHANGED, DESCRIBED = "compared", "before and after", "described"


@dataclass(frozen=True)
class Evidence:
    """What a rating rests on.

    Attributes
    ----------
    judgement, place, rating : str
        What is rated, the paragraph that rates it, and the rating printed.
    evidence, source, design : str
        What it rests on, whose study that is, and how it was made.
    shows : {"compared", "before and after", "described"}
        Producers with the project against others without; a change, and what rests on changes, such as a rate
        of return; anything else.
    claim : str
        Number of the ledger; empty where the report gives none.
    """

    judgement: str
    place: str
    rating: str
    evidence: str
    source: str
    design: str
    shows: str
    claim: str


@dataclass(frozen=True)
class RatedEvidence:
    """Evidence with its entry of the ledger, None where there is no number."""

    evidence: Evidence
    entry: LedgerEntry | None


def read_ratings(path: str | Path) -> tuple[Evidence, ...]:
    """Read the ratings in the order of the report.

    Raises
    ------
    DataError
        A column is missing, or `shows` is none of the three words.
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    missing = [name for name in _COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise DataError("no such column, or no rows.", file=path, column=", ".join(missing))
    odd = sorted({row["shows"] for row in rows} - {COMPARED, CHANGED, DESCRIBED})
    if odd:
        raise DataError("none of the words that it may have.", file=path, column="shows", rows=odd)
    return tuple(Evidence(**{name: row[name] for name in _COLUMNS}) for row in rows)


def rated_evidence(
    ratings: Sequence[Evidence], ledger: Ledger, path: str | Path
) -> tuple[RatedEvidence, ...]:
    """Set each piece of evidence beside its number in the ledger.

    Raises
    ------
    DataError
        A claim that is not in the ledger.
    """
    entries: Mapping[str, LedgerEntry] = {entry.claim.id: entry for entry in ledger.entries}
    unknown = sorted({rating.claim for rating in ratings if rating.claim} - set(entries))
    if unknown:
        raise DataError(
            "claims that the ledger does not have.", file=path, column="claim", rows=unknown
        )
    return tuple(RatedEvidence(rating, entries.get(rating.claim)) for rating in ratings)
