"""The claims ledger as one page: the contradictions first, then every claim, paragraph by paragraph."""

import base64
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from rural_alliances.claims.ledger import Ledger, LedgerEntry
from rural_alliances.claims.recheck import Recheck
from rural_alliances.claims.status import KINDS, LABELS, RULES
from rural_alliances.exhibits import claims_plot
from rural_alliances.exhibits import claims_words as words
from rural_alliances.exhibits.claims_tables import counts_sentence
from ruralimpact.exhibits.write_html import STYLE

_TIERS = {
    "A": "Impact and efficiency",
    "B": "Workshops, survival and perceptions",
    "C": "Costs and portfolio",
}
_DOCUMENTS = {
    "PPAR 132905": "Project Performance Assessment Report 132905 (2018)",
    "Review 2013": "Review of productive alliances (2013)",
}
_MEANINGS = {
    "inconsistent": "the report gives two numbers, or its own numbers give another one",
    "differs": "another source, or an estimate, gives another number",
    "rounding": "cut off or adjusted instead of rounded",
    "not_attributable": "a change or an association without controls",
    "agrees": "comes out as printed, or an estimate bears it out",
    "agrees_stand_in": "the method finds it in data that were calibrated to it: no confirmation",
    "differs_stand_in": "an estimate misses it in data that were calibrated to it: no refutation",
    "micro_data": "only the survey or the records could confirm it",
    "statement": "design, parameter, price or account: nothing to estimate",
}


def claims_page(
    template: str, ledger: Ledger, picture: bytes, tables: Sequence[str] = (), *, ratings: str = ""
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

    Returns
    -------
    str
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        undefined=StrictUndefined, autoescape=True, keep_trailing_newline=True
    )
    return environment.from_string(template).render(
        synthetic=ledger.synthetic,
        description=_description(ledger),
        counts=_counts(ledger),
        tiers=_TIERS,
        summary=summary(ledger),
        differences=_differences(ledger),
        documents=_documents(ledger),
        studies=_studies(ledger),
        estimated=bool(claims_plot.plotted(ledger)),
        image=f"data:image/svg+xml;base64,{base64.b64encode(picture).decode('ascii')}",
        alternative=claims_plot.alternative(ledger),
        absent=ledger.absent,
        tables=tables,
        ratings=ratings,
        table_style=STYLE,
        rules=[{"label": LABELS[code], "text": text} for code, text in RULES],
    )


def _description(ledger: Ledger) -> str:
    """Say how many claims have each status, and what their estimates are."""
    stamp = "Synthetic stand-in: no estimate here describes real producers. "
    return f"{stamp if ledger.synthetic else ''}{counts_sentence(ledger.entries)}"


def summary(ledger: Ledger) -> list[dict[str, str]]:
    """Return the answer in short: what can be recomputed, what cannot, and what is estimated."""
    off = [item for item in ledger.rechecks if item.verdict != "agrees"]
    inside = [item for item in off if (item.check.scope, item.verdict) == ("inside", "differs")]
    impact = [entry for entry in ledger.entries if entry.claim.tier == "A"]
    codes = [entry.status.code for entry in impact]
    lines = [
        (
            "Recomputed from print",
            f"{len(ledger.rechecks)} numbers; {len(ledger.rechecks) - len(off)} come out as printed, "
            f"{len(off)} do not, and in {len(inside)} of these a report contradicts itself by more than "
            "rounding.",
        ),
        (
            "Impact and efficiency",
            f"{len(impact)} claims; {codes.count('inconsistent')} are inconsistent inside the report, "
            f"{codes.count('not_attributable')} are changes or associations that cannot be attributed to the "
            f"project, and {codes.count('micro_data')} could be confirmed only with micro-data that are not "
            "public.",
        ),
        ("Estimates", _estimates_sentence(ledger)),
    ]
    return [{"label": label, "text": text} for label, text in lines]


def _estimates_sentence(ledger: Ledger) -> str:
    entries = ledger.estimated
    if not entries:
        return claims_plot.NOTHING
    agrees = sum(entry.status.code == "agrees" for entry in entries)
    prefix = "From a synthetic stand-in, not from real producers: " if ledger.synthetic else ""
    text = (
        f"{len(entries)} claims have an estimate beside them and {agrees} of these agree with it."
    )
    return f"{prefix}{text}"


def _counts(ledger: Ledger) -> list[dict[str, Any]]:
    pairs = [(entry.status.kind, entry.claim.tier) for entry in ledger.entries]
    return [
        {
            "code": code,
            "label": label,
            "meaning": _MEANINGS[code],
            "by_tier": [sum(pair == (code, tier) for pair in pairs) for tier in _TIERS],
            "total": sum(result == code for result, _ in pairs),
        }
        for code, label in KINDS.items()
        if code in LABELS or code in dict(pairs)
    ]


def _differences(ledger: Ledger) -> list[dict[str, Any]]:
    """Return the checks that do not agree, by where the difference lies; impact first, rounding last."""
    tiers = {entry.claim.id: entry.claim.tier for entry in ledger.entries}
    groups = []
    for verdict, scopes in (("differs", list(words.SCOPES)), ("rounding", [""])):
        for scope in scopes:
            result = [
                item
                for item in ledger.rechecks
                if item.verdict == verdict and scope in ("", item.check.scope)
            ]
            title = _titles()[scope]
            if result:
                ordered = sorted(
                    result, key=lambda item: min(tiers[name] for name in item.check.claims)
                )
                rows = [_check(item) for item in ordered]
                groups.append({"title": title, "open": scope == "inside", "rows": rows})
    return groups


def _titles() -> dict[str, str]:
    titles = {scope: words.sentence_case(label) for scope, label in words.SCOPES.items()}
    return titles | {"": "By rounding only"}


def _check(recheck: Recheck) -> dict[str, Any]:
    return {
        "id": recheck.check.id,
        "place": recheck.check.place,
        "what": recheck.check.what,
        "printed": words.check_printed(recheck),
        "recomputed": words.check_recomputed(recheck),
        "working": words.working(recheck),
        "verdict": words.VERDICTS[recheck.verdict],
        "off": recheck.verdict != "agrees",
        "note": recheck.check.note,
        "claims": recheck.check.claims,
    }


def _documents(ledger: Ledger) -> list[dict[str, Any]]:
    documents = []
    for document, entries in groupby(ledger.entries, key=lambda item: item.claim.document):
        places = [
            {
                "place": position,
                "anchor": _anchor(document, position),
                "entries": list(map(_entry, group)),
            }
            for position, group in groupby(entries, key=lambda item: item.claim.place)
        ]
        for position in places:
            position["codes"] = sorted({entry["code"] for entry in position["entries"]})
            position["marks"] = _marks(position["entries"])
        documents.append({"title": _DOCUMENTS.get(document, document), "places": places})
    return documents


def _marks(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    codes = [entry["code"] for entry in entries]
    return [
        {"code": code, "label": label, "count": codes.count(code)}
        for code, label in KINDS.items()
        if code in codes
    ]


def _anchor(document: str, position: str) -> str:
    kept = "".join(sign if sign.isalnum() else "-" for sign in f"{document} {position}".lower())
    return "-".join(part for part in kept.split("-") if part)


def _entry(entry: LedgerEntry) -> dict[str, Any]:
    claim, estimate = entry.claim, entry.estimate
    return {
        "id": claim.id,
        "quantity": claim.quantity,
        "population": words.sentence_case(claim.population),
        "comparison": claim.comparison,
        "source": claim.source,
        "tier": _TIERS[claim.tier],
        "published": words.published_value(claim),
        "unit": words.unit_and_base(claim),
        "code": entry.status.kind,
        "status": entry.status.label,
        "note": claim.note,
        "checks": [_check(item) for item in entry.rechecks],
        "estimate": None
        if estimate is None
        else {
            "value": words.estimate_value(claim, estimate),
            "interval": words.estimate_interval(claim, estimate),
            "has_interval": estimate.low is not None,
            "study": estimate.study,
            "finding": estimate.finding,
            "synthetic": estimate.synthetic,
        },
        "recomputed": words.recheck_line(entry),
    }


def _studies(ledger: Ledger) -> list[dict[str, Any]]:
    result = {item.estimate.study: item.estimate for item in ledger.estimated if item.estimate}
    return [
        {"name": name, "title": estimate.title, "synthetic": estimate.synthetic}
        for name, estimate in result.items()
    ]
