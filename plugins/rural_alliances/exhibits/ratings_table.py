"""The ratings of the report against what each rests on: study, design, number, estimate, status."""

from collections.abc import Sequence
from itertools import groupby

from rural_alliances.claims.ledger import LedgerEntry
from rural_alliances.claims.ratings import CHANGED, COMPARED, Evidence, RatedEvidence
from rural_alliances.claims.status import LABELS
from rural_alliances.exhibits import claims_words as words
from rural_alliances.exhibits.claims_tables import SOURCE, STAND_IN
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.language import gettext, marked

_TITLE = marked("Ratings against evidence")
_NOTE = marked(
    "Each rating stands in the paragraph that is named, with what the report rests it on. Designs are those "
    "of the studies behind the report. A dash: no number is printed, or no estimate stands beside it. "
    "Statuses are those of the ledger. Not attributable: whatever the status, a change before and after, or "
    "a rate of return on one, cannot show what the project changed."
)
_COLUMNS = (
    Column(marked("Study"), width=1.6, text=True),
    Column(marked("Design"), width=2.2, text=True),
    Column(marked("Printed"), width=0.9),
    Column(marked("Estimate"), width=0.9),
    Column(marked("95% interval"), width=1.3),
    Column(marked("Status"), width=2.4, text=True),
)


def ratings_table(rated: Sequence[RatedEvidence]) -> Table:
    """Return the table, a row a piece of evidence under its rating."""
    rows: list[Row] = []
    for judgement, group in groupby(rated, key=lambda rating: rating.evidence.judgement):
        items = list(group)
        first = items[0].evidence
        rows.append(heading(f"{judgement}: {first.rating} ({first.place})", "panel"))
        rows += map(_row, items)
    synthetic = any(
        rating.entry is not None
        and rating.entry.estimate is not None
        and rating.entry.estimate.synthetic
        for rating in rated
    )
    notes = (_NOTE, STAND_IN) if synthetic else (_NOTE,)
    interpretation = (_reading(rated),)
    return Table(
        gettext(_TITLE),
        marked("Evidence"),
        _COLUMNS,
        tuple(rows),
        interpretation,
        notes,
        SOURCE,
        synthetic,
    )


def _row(rating: RatedEvidence) -> Row:
    evidence, entry = rating.evidence, rating.entry
    cells = [evidence.source, evidence.design]
    kept: dict[str, Value] = {
        "data": words.data_behind(entry.estimate if entry else None),
        "rating": evidence.rating,
        "paragraph": evidence.place,
        "claim": evidence.claim,
    }
    if entry is None:
        cells += [formatting.DASH] * 4
        return Row(Cell(evidence.evidence), tuple(map(Cell, cells)), kept)
    claim, estimate = entry.claim, entry.estimate
    cells += [
        words.published_value(claim),
        words.estimate_value(claim, estimate),
        words.estimate_interval(claim, estimate),
        _status(evidence, entry),
    ]
    kept |= {
        "published": claim.number,
        "unit": claim.unit,
        "estimate": estimate.value if estimate else None,
        "conf_low": estimate.low if estimate else None,
        "conf_high": estimate.high if estimate else None,
        "finding": f"{estimate.study}:{estimate.finding}" if estimate else "",
        "status": entry.status.label,
        "shows": evidence.shows,
    }
    label = f"{evidence.evidence} ({claim.place})"
    return Row(Cell(label), tuple(map(Cell, cells)), kept)


def _status(evidence: Evidence, entry: LedgerEntry) -> str:
    """Return the status of the ledger, with a word on what no status of such evidence can mean."""
    if evidence.shows == CHANGED and entry.status.code != "not_attributable":
        return f"{gettext(entry.status.label)}; {gettext(LABELS['not_attributable'])}"
    return gettext(entry.status.label)


def _reading(rated: Sequence[RatedEvidence]) -> str:
    """Say how much of the evidence could show what the project changed."""
    numbers = [
        rating.evidence.shows
        for rating in rated
        if rating.entry is not None and rating.entry.claim.number is not None
    ]
    compared, changed = numbers.count(COMPARED), numbers.count(CHANGED)
    return gettext(
        "Of {numbers} numbers that ratings rest on, {compared} come from a comparison with other producers. "
        "{changed} are changes before and after, or rates of return on such changes, which cannot show what "
        "the project changed; the others describe."
    ).format(
        numbers=formatting.word(len(numbers)),
        compared=formatting.word(compared),
        changed=words.sentence_case(formatting.word(changed)),
    )
