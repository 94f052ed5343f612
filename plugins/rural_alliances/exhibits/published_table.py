"""Published against achieved: the numbers that a report leads with, beside truth and estimate."""

from collections.abc import Iterator
from itertools import groupby

from rural_alliances.claims.estimates import StudyFindings
from rural_alliances.claims.ledger import LedgerEntry, make_ledger
from rural_alliances.claims.records import Published
from rural_alliances.exhibits import claims_words as words
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import cells, formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.quantities import planted, quantity_of
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.schema.base import Names

_NOTES = (
    marked(
        "Published numbers are as printed, in the words of the claims ledger. Where the report names no "
        "strategy five nearest neighbours stand beside them; a lowest or highest number of the "
        "strategies is compared with ours. Ranks and ratios are of gains in percent. A published number "
        "agrees when it lies in the interval, so that a wide one agrees with almost any. Recomputed: "
        "from other numbers in print, as in the claims ledger."
    ),
    marked(
        "{dash} = this study has no such number: the claim comes from another survey, or has no interval.",
        dash=formatting.DASH,
    ),
)
_STAND_IN = marked(
    "The stand-in was calibrated to many of these numbers: that an interval holds one shows that the method "
    "finds what was planted, never that the report is right."
)


class PublishedOptions(Exhibit):
    """A table of claims."""

    claims: Names
    """Claims of `data/published/claims.csv`, by identifier, in this order."""


def published_table(results: StudyResults, exhibit: PublishedOptions) -> Iterator[Table]:
    """Build the table of headline claims.

    Parameters
    ----------
    results : StudyResults
        With the inputs of this plug-in, and `truth` if the data are synthetic.
    exhibit : PublishedOptions

    Returns
    -------
    tuple of Table

    Raises
    ------
    ConfigError
        A claim does not exist.
    """
    published: Published = results.plugin_inputs["rural_alliances"]
    own = StudyFindings(results.study.title, results.synthetic, results.findings)
    ledger = make_ledger(published, {results.study.name: own})
    entries = {entry.claim.id: entry for entry in ledger.entries}
    unknown = [name for name in exhibit.claims if name not in entries]
    if unknown:
        raise ConfigError(f"there is no claim '{unknown[0]}'.", key=f"tables.{exhibit.name}.claims")
    chosen = [entries[name] for name in exhibit.claims]
    rows: list[Row] = []
    for position, group in groupby(chosen, key=lambda entry: entry.claim.place):
        rows.append(heading(f"{chosen[0].claim.document}, {position}", "group"))
        rows += [_row(results, entry) for entry in group]
    yield table_of(
        results,
        exhibit,
        stub=gettext("Claim"),
        columns=_columns(results),
        rows=rows,
        notes=(*_NOTES, _STAND_IN) if results.synthetic else _NOTES,
    )


def _columns(results: StudyResults) -> tuple[Column, ...]:
    return (
        Column(marked("Published"), width=1.1),
        Column(marked("Unit"), width=2.4, text=True),
        *((Column(marked("Planted"), width=1.0),) if results.synthetic else ()),
        Column(marked("Estimate"), width=1.1),
        Column(marked("95% interval"), width=1.6),
        Column(marked("Recomputed"), width=1.3),
        Column(marked("Status"), width=2.3, text=True),
    )


def _row(results: StudyResults, entry: LedgerEntry) -> Row:
    claim, estimate = entry.claim, entry.estimate
    quantity = quantity_of(results, estimate.finding) if estimate else None
    truth = planted(results, quantity) if quantity else None
    decimals = claim.decimals if claim.number is not None else 1
    truth_cell = (cells.number(truth, decimals),) if results.synthetic else ()
    printed = (
        cells.as_printed(words.published_value(claim)),
        Cell(words.unit_and_base(claim)),
        *truth_cell,
        cells.number(estimate.value if estimate else None, decimals),
        cells.interval(estimate.low, estimate.high, decimals)
        if estimate
        else Cell(formatting.DASH),
        cells.as_printed(words.recheck_line(entry)),
        Cell(gettext(entry.status.label)),
    )
    values: dict[str, Value] = {
        "claim": claim.id,
        "published": claim.number,
        "printed": claim.printed,
        "unit": claim.unit,
        "base": claim.base,
        "planted": truth,
        "estimate": estimate.value if estimate else None,
        "conf_low": estimate.low if estimate else None,
        "conf_high": estimate.high if estimate else None,
        "finding": estimate.finding if estimate else "",
        "status": gettext(entry.status.label),
    }
    return Row(Cell(words.subject(claim)), printed, values)


KIND = kinds.TableKind(
    kind="published",
    shows="claims of `data/published` beside truth and estimates",
    section=kinds.TRUTH,
    rank=10,
    needs=(),
    options=PublishedOptions,
    methods="stand_in.md",
    build=published_table,
)
