"""The claims ledger as one page: the contradictions first, then every claim, paragraph by paragraph."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from rural_alliances.claims.estimates import Estimate
from rural_alliances.claims.ledger import Ledger, LedgerEntry
from rural_alliances.claims.recheck import Recheck
from rural_alliances.claims.status import KINDS, LABELS, RULES
from rural_alliances.exhibits import claims_plot
from rural_alliances.exhibits import claims_words as words
from rural_alliances.exhibits.claims_tables import counts_sentence
from ruralimpact.exhibits.write_html import STYLE
from ruralimpact.language import current, gettext, marked, ngettext

_TIERS = {
    "A": marked("Impact and efficiency"),
    "B": marked("Workshops, survival and perceptions"),
    "C": marked("Costs and portfolio"),
}
_DOCUMENTS = {
    "PPAR 132905": marked("Project Performance Assessment Report 132905 (2018)"),
    "Review 2013": marked("Review of productive alliances (2013)"),
}
_MEANINGS = {
    "inconsistent": marked("the report gives two numbers, or its own numbers give another one"),
    "differs": marked("another source, or an estimate, gives another number"),
    "rounding": marked("cut off or adjusted instead of rounded"),
    "not_attributable": marked("a change or an association without controls"),
    "agrees": marked("comes out as printed, or an estimate bears it out"),
    "agrees_stand_in": marked(
        "the method finds it in data that were calibrated to it: no confirmation"
    ),
    "differs_stand_in": marked(
        "an estimate misses it in data that were calibrated to it: no refutation"
    ),
    "micro_data": marked("only the survey or the records could confirm it"),
    "statement": marked("design, parameter, price or account: nothing to estimate"),
}


@dataclass(frozen=True)
class _SummaryLine:
    """A line of the answer in short."""

    label: str
    text: str


@dataclass(frozen=True)
class _StatusCount:
    """Claims of one status, by tier."""

    code: str
    label: str
    meaning: str
    by_tier: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class _CheckRow:
    """A printed number that was recomputed, in words."""

    id: str
    printed_in: str
    what: str
    printed: str
    recomputed: str
    working: str
    agreement: str
    off: bool
    note: str


@dataclass(frozen=True)
class _Differences:
    """Checks that do not agree, under one title."""

    title: str
    open: bool
    rows: tuple[_CheckRow, ...]


@dataclass(frozen=True)
class _EstimateCell:
    """An estimate beside a claim, in words."""

    value: str
    interval: str
    has_interval: bool
    study: str
    finding: str
    synthetic: bool


@dataclass(frozen=True)
class _ClaimRow:
    """A claim with its checks and its estimate, in words."""

    id: str
    quantity: str
    population: str
    comparison: str
    source: str
    tier: str
    published: str
    unit: str
    code: str
    status: str
    note: str
    reason: str
    checks: tuple[_CheckRow, ...]
    estimate: _EstimateCell | None
    recomputed: str


@dataclass(frozen=True)
class _Paragraph:
    """The claims of a paragraph or table of a document."""

    label: str
    anchor: str
    claims: tuple[_ClaimRow, ...]

    @property
    def codes(self) -> list[str]:
        return sorted({claim.code for claim in self.claims})

    @property
    def marks(self) -> str:
        """How many claims have each status."""
        codes = [claim.code for claim in self.claims]
        return ", ".join(
            f"{gettext(label)}: {codes.count(code)}"
            for code, label in KINDS.items()
            if code in codes
        )


@dataclass(frozen=True)
class _Document:
    """The claims of a document by paragraph."""

    title: str
    paragraphs: tuple[_Paragraph, ...]


def claims_page(
    template: str,
    ledger: Ledger,
    picture: bytes,
    tables: Sequence[str] = (),
    *,
    ratings: str = "",
    printed_exhibits: str = "",
) -> str:
    """Return the ledger as one self-contained page.

    Parameters
    ----------
    template : str
        Jinja2 template.
    ledger : Ledger
    picture : bytes
        SVG of the figure of published against estimated.
    tables : sequence of str
        The report's own tables, corrected, as fragments of a page.
    ratings : str
        The table of ratings against evidence, as such a fragment.
    printed_exhibits : str
        The list of the documents' tables and figures, as such a fragment.

    Returns
    -------
    str
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        undefined=StrictUndefined,
        autoescape=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment.from_string(template).render(
        synthetic=ledger.synthetic,
        description=_description(ledger),
        counts=_counts(ledger),
        language=current(),
        tiers={tier: gettext(label) for tier, label in _TIERS.items()},
        summary=_summary(ledger),
        differences=_differences(ledger),
        documents=_documents(ledger),
        studies=_studies(ledger),
        estimated=bool(claims_plot.plotted(ledger)),
        image=f"data:image/svg+xml;base64,{base64.b64encode(picture).decode('ascii')}",
        alternative=claims_plot.alternative(ledger),
        absent=ledger.absent,
        tables=tables,
        ratings=ratings,
        printed_exhibits=printed_exhibits,
        table_style=STYLE,
        rules=[_SummaryLine(gettext(LABELS[code]), gettext(text)) for code, text in RULES],
    )


def _description(ledger: Ledger) -> str:
    """Say how many claims have each status, and what their estimates are."""
    stamp = gettext("Synthetic stand-in: no estimate here describes real producers.")
    counts = counts_sentence(ledger.entries)
    return f"{stamp} {counts}" if ledger.synthetic else counts


def _summary(ledger: Ledger) -> list[_SummaryLine]:
    """Return the answer in short: what can be recomputed, what cannot, and what is estimated."""
    off = [recheck for recheck in ledger.rechecks if recheck.agreement != "agrees"]
    inside = [
        recheck
        for recheck in off
        if (recheck.check.scope, recheck.agreement) == ("inside", "differs")
    ]
    impact = [entry for entry in ledger.entries if entry.claim.tier == "A"]
    codes = [entry.status.code for entry in impact]
    return [
        _SummaryLine(
            gettext("Recomputed from print"),
            gettext(
                "{numbers} numbers; {agreeing} come out as printed, {off} do not, and in {inside} of these a "
                "report contradicts itself by more than rounding."
            ).format(
                numbers=len(ledger.rechecks),
                agreeing=len(ledger.rechecks) - len(off),
                off=len(off),
                inside=len(inside),
            ),
        ),
        _SummaryLine(
            gettext("Impact and efficiency"),
            gettext(
                "{claims} claims; {inconsistent} are inconsistent inside the report, {not_attributable} are "
                "changes or associations that cannot be attributed to the project, and {micro_data} could be "
                "confirmed only with micro-data that are not public."
            ).format(
                claims=len(impact),
                inconsistent=codes.count("inconsistent"),
                not_attributable=codes.count("not_attributable"),
                micro_data=codes.count("micro_data"),
            ),
        ),
        _SummaryLine(gettext("Estimates"), _estimates_sentence(ledger)),
    ]


def _estimates_sentence(ledger: Ledger) -> str:
    entries = ledger.estimated
    if not entries:
        return gettext(claims_plot.NOTHING)
    agrees = sum(entry.status.code == "agrees" for entry in entries)
    said = (
        gettext(
            "From a synthetic stand-in, not from real producers: {claims} claims have an estimate "
            "beside them and {agrees} of these agree with it."
        )
        if ledger.synthetic
        else gettext(
            "{claims} claims have an estimate beside them and {agrees} of these agree with it."
        )
    )
    return said.format(claims=len(entries), agrees=agrees)


def _counts(ledger: Ledger) -> list[_StatusCount]:
    pairs: list[tuple[str, str]] = [
        (entry.status.kind, entry.claim.tier) for entry in ledger.entries
    ]
    return [
        _StatusCount(
            code,
            gettext(label),
            gettext(_MEANINGS[code]),
            by_tier=tuple(pairs.count((code, tier)) for tier in _TIERS),
            total=sum(kind == code for kind, _ in pairs),
        )
        for code, label in KINDS.items()
        if code in LABELS or code in dict(pairs)
    ]


def _differences(ledger: Ledger) -> list[_Differences]:
    """Return the checks that do not agree, by where the difference lies; impact first, rounding last."""
    tiers = {entry.claim.id: entry.claim.tier for entry in ledger.entries}
    differences = []
    for agreement, scopes in (("differs", list(words.SCOPES)), ("rounding", [""])):
        for scope in scopes:
            rechecks = [
                recheck
                for recheck in ledger.rechecks
                if recheck.agreement == agreement and scope in ("", recheck.check.scope)
            ]
            if rechecks:
                ordered = sorted(
                    rechecks,
                    key=lambda recheck: min(tiers[name] for name in recheck.check.claims),
                )
                rows = tuple(map(_check_row, ordered))
                differences.append(_Differences(_titles()[scope], scope == "inside", rows))
    return differences


def _titles() -> dict[str, str]:
    titles = {scope: words.sentence_case(gettext(label)) for scope, label in words.SCOPES.items()}
    return titles | {"": gettext("By rounding only")}


def _check_row(recheck: Recheck) -> _CheckRow:
    return _CheckRow(
        id=recheck.check.id,
        printed_in=recheck.check.place,
        what=recheck.check.what,
        printed=words.check_printed(recheck),
        recomputed=words.check_recomputed(recheck),
        working=words.working(recheck),
        agreement=gettext(words.AGREEMENTS[recheck.agreement]),
        off=recheck.agreement != "agrees",
        note=recheck.check.note,
    )


def _documents(ledger: Ledger) -> list[_Document]:
    documents = []
    for document, entries in groupby(ledger.entries, key=lambda entry: entry.claim.document):
        paragraphs = tuple(
            _Paragraph(label, _anchor(document, label), tuple(map(_claim_row, claims)))
            for label, claims in groupby(entries, key=lambda entry: entry.claim.place)
        )
        documents.append(_Document(gettext(_DOCUMENTS.get(document, document)), paragraphs))
    return documents


def _anchor(document: str, paragraph: str) -> str:
    kept = "".join(sign if sign.isalnum() else "-" for sign in f"{document} {paragraph}".lower())
    return "-".join(part for part in kept.split("-") if part)


def _claim_row(entry: LedgerEntry) -> _ClaimRow:
    claim = entry.claim
    return _ClaimRow(
        id=claim.id,
        quantity=claim.quantity,
        population=words.sentence_case(claim.population),
        comparison=claim.comparison,
        source=claim.source,
        tier=gettext(_TIERS[claim.tier]),
        published=words.published_value(claim),
        unit=words.unit_and_base(claim),
        code=entry.status.kind,
        status=gettext(entry.status.label),
        note=claim.note,
        reason=claim.reason if entry.estimate is None else "",
        checks=tuple(map(_check_row, entry.rechecks)),
        estimate=_estimate_cell(entry),
        recomputed=words.recheck_line(entry),
    )


def _estimate_cell(entry: LedgerEntry) -> _EstimateCell | None:
    claim, estimate = entry.claim, entry.estimate
    if estimate is None:
        return None
    return _EstimateCell(
        value=words.estimate_value(claim, estimate),
        interval=words.estimate_interval(claim, estimate),
        has_interval=estimate.low is not None,
        study=estimate.study,
        finding=estimate.finding,
        synthetic=estimate.synthetic,
    )


def _studies(ledger: Ledger) -> list[Estimate]:
    """Return an estimate of each study that there is one of."""
    estimates = [entry.estimate for entry in ledger.estimated if entry.estimate]
    return list({estimate.study: estimate for estimate in estimates}.values())
