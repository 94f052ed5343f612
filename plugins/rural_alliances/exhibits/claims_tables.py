"""The claims ledger as tables: every claim with its status, and every number that does not recompute."""

from collections.abc import Sequence
from itertools import groupby

from rural_alliances.claims.ledger import Ledger, LedgerEntry
from rural_alliances.claims.recheck import Recheck
from rural_alliances.claims.status import KINDS
from rural_alliances.exhibits import claims_words as words
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.language import gettext, marked

SOURCE = (
    "World Bank (2018), Bolivia: Rural Alliances Project, Project Performance Assessment Report 132905, "
    "Independent Evaluation Group; De Salvo (2013), Productive Alliances in Latin America and the Caribbean."
)
_MANY = 12  # claims of one place that are split under headings
_TIERS = (
    ("A", marked("Claims on impact and efficiency")),
    ("BC", marked("Other numbers that are recomputed")),
)
_RECOMPUTED = marked(
    "Recomputed: from other numbers of the same documents, or as printed elsewhere; 'as printed' where all "
    "agree."
)
STAND_IN = marked(
    "Estimates come from a synthetic stand-in that was calibrated to the report: agreement shows that the "
    "method finds what was planted, not that the report's number is right."
)


def ledger_tables(ledger: Ledger) -> tuple[Table, ...]:
    """Return the ledger: claims on impact and efficiency, then the other numbers."""
    return tuple(
        _ledger_table(
            ledger, [entry for entry in ledger.entries if entry.claim.tier in tiers], title
        )
        for tiers, title in _TIERS
    )


def _ledger_table(ledger: Ledger, entries: Sequence[LedgerEntry], title: str) -> Table:
    estimated = any(entry.estimate for entry in entries)
    columns = [
        Column(marked("Published"), width=1.3),
        Column(marked("Unit"), width=2.6, text=True),
        *(
            [Column(marked("Estimate")), Column(marked("95% interval"), width=1.5)]
            if estimated
            else []
        ),
        Column(marked("Recomputed"), width=1.3),
        Column(marked("Status"), width=2.5, text=True),
    ]
    rows = []
    for position, group in groupby(
        entries, key=lambda entry: (entry.claim.document, entry.claim.place)
    ):
        rows.append(heading(", ".join(position), "panel"))
        rows += _place_rows(list(group), estimated=estimated)
    notes = (_RECOMPUTED, STAND_IN) if ledger.synthetic and estimated else (_RECOMPUTED,)
    synthetic = ledger.synthetic and estimated
    interpretation = (counts_sentence(entries),)
    return Table(
        gettext(title),
        marked("Claim"),
        tuple(columns),
        tuple(rows),
        interpretation,
        notes,
        SOURCE,
        synthetic,
    )


def _place_rows(entries: Sequence[LedgerEntry], *, estimated: bool) -> list[Row]:
    """Return the rows of a place; those of a printed table under headings of what they measure."""
    quantities = list(dict.fromkeys(entry.claim.quantity for entry in entries))
    if len(entries) <= _MANY or len(quantities) > len(entries) / 2:
        return [
            _ledger_row(entry, words.subject(entry.claim), estimated=estimated) for entry in entries
        ]
    rows = []
    for quantity in quantities:
        rows.append(heading(quantity, "group"))
        rows += [
            _ledger_row(entry, words.sentence_case(entry.claim.population), estimated=estimated)
            for entry in entries
            if entry.claim.quantity == quantity
        ]
    return rows


def _ledger_row(entry: LedgerEntry, label: str, *, estimated: bool) -> Row:
    claim, estimate = entry.claim, entry.estimate
    cells = [words.published_value(claim), words.unit_and_base(claim)]
    if estimated:
        cells += [words.estimate_value(claim, estimate), words.estimate_interval(claim, estimate)]
    cells += [words.recheck_line(entry), gettext(entry.status.label)]
    record: dict[str, Value] = {
        "data": words.data_behind(estimate),
        "claim": claim.id,
        "published": claim.number,
        "printed": claim.printed,
        "unit": claim.unit,
        "base": claim.base,
        "comparison": claim.comparison,
        "source": claim.source,
        "tier": claim.tier,
        "estimate": estimate.value if estimate else None,
        "conf_low": estimate.low if estimate else None,
        "conf_high": estimate.high if estimate else None,
        "finding": f"{estimate.study}:{estimate.finding}" if estimate else "",
        "checks": " ".join(recheck.check.id for recheck in entry.rechecks),
        "status": entry.status.label,
        "note": claim.note,
        "reason": entry.reason,
    }
    return Row(Cell(label), tuple(map(Cell, cells)), record)


def counts_sentence(entries: Sequence[LedgerEntry]) -> str:
    """Return how many claims have each status, in words."""
    kinds = [entry.status.kind for entry in entries]
    counts = [
        f"{gettext(label)}: {kinds.count(kind)}" for kind, label in KINDS.items() if kind in kinds
    ]
    return gettext("{claims} claims; {counts}.").format(
        claims=formatting.count(len(kinds)), counts="; ".join(counts)
    )


def inconsistency_table(ledger: Ledger) -> Table:
    """Return every number that does not come out as printed, by where the difference lies."""
    rows: list[Row] = []
    for agreement in ("differs", "rounding"):
        for scope, label in words.SCOPES.items():
            rechecks = [
                recheck
                for recheck in ledger.rechecks
                if (recheck.agreement, recheck.check.scope) == (agreement, scope)
            ]
            if rechecks:
                title = f"{gettext(words.AGREEMENTS[agreement]).capitalize()}, {gettext(label)}"
                rows.append(heading(title, "panel"))
                for position, group in groupby(rechecks, key=lambda recheck: recheck.check.place):
                    rows += [heading(position, "group"), *map(_check_row, group)]
    off = sum(recheck.agreement != "agrees" for recheck in ledger.rechecks)
    interpretation = (
        gettext(
            "Of {numbers} numbers that can be recomputed from print, {off} do not come out as printed."
        ).format(numbers=formatting.count(len(ledger.rechecks)), off=formatting.count(off)),
    )
    columns = (
        Column(marked("Printed"), width=1.3),
        Column(marked("Recomputed"), width=1.3),
        Column(marked("What is behind it"), width=5.0, text=True),
    )
    title = gettext("Numbers that do not come out as printed")
    return Table(
        title, marked("Number"), columns, tuple(rows), interpretation, (_ROUNDING,), SOURCE
    )


_ROUNDING = marked(
    "Off by rounding: by less than one unit of the last printed digit. A number that stands in two places "
    "is compared with the other place."
)


def _check_row(recheck: Recheck) -> Row:
    check = recheck.check
    worked = words.working(recheck)
    reason = ". ".join(part for part in (worked, check.note) if part)
    cells = (words.check_printed(recheck), words.check_recomputed(recheck), reason)
    record: dict[str, Value] = {
        "check": check.id,
        "claims": " ".join(check.claims),
        "printed": recheck.printed,
        "recomputed": recheck.recomputed,
        "working": recheck.working,
        "agreement": recheck.agreement,
        "scope": check.scope,
        "note": check.note,
    }
    return Row(Cell(check.what), tuple(map(Cell, cells)), record)
