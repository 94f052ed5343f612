"""Every table and figure of the documents, with where it is made again, or why it is not."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from rural_alliances.claims.printed_exhibits import PrintedExhibit, Treatment
from rural_alliances.exhibits.claims_tables import SOURCE
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
from ruralimpact.language import gettext, marked

_TITLE = marked("Tables and figures of the documents")
_TREATMENTS: Mapping[Treatment, str] = {
    "computed": marked("computed again"),
    "set again": marked("set again with wrong cells marked"),
    "as printed": marked("in words, as printed"),
    "left out": marked("not made again"),
}
_LEDGER = "claims"
_COLUMNS = (
    Column(marked("What becomes of it"), width=2.2, text=True),
    Column(marked("Where, or why not"), width=3.6, text=True),
)
_NOTE = marked(
    "Tables that are set again stand below the ledger; others are in the reports of the studies named. "
    "Of questionnaires and attendance the synthetic stand-in has tables of the same form."
)


def printed_exhibits_table(exhibits: Sequence[PrintedExhibit]) -> Table:
    """Return the table, a row a table or figure."""
    rows: list[Row] = []
    for document, group in groupby(exhibits, key=lambda exhibit: exhibit.document):
        rows += [heading(document, "panel"), *map(_row, group)]
    return Table(
        gettext(_TITLE),
        marked("Exhibit"),
        _COLUMNS,
        tuple(rows),
        (_reading(exhibits),),
        (_NOTE,),
        SOURCE,
    )


def _row(exhibit: PrintedExhibit) -> Row:
    kept = {
        "treatment": exhibit.treatment,
        "shown": " ".join(exhibit.shown),
        "reason": exhibit.reason,
    }
    where = "; ".join(map(_shown, exhibit.shown))
    words = ". ".join(part for part in (where, exhibit.reason) if part)
    cells = (Cell(gettext(_TREATMENTS[exhibit.treatment])), Cell(words))
    return Row(Cell(f"{exhibit.exhibit}. {exhibit.title}"), cells, kept)


def _shown(name: str) -> str:
    study, _, exhibit = name.partition(":")
    return gettext("below the ledger") if study == _LEDGER else f"{study}, {exhibit}"


def _reading(exhibits: Sequence[PrintedExhibit]) -> str:
    treatments = [exhibit.treatment for exhibit in exhibits]
    counts = [
        f"{gettext(words)}: {treatments.count(treatment)}"
        for treatment, words in _TREATMENTS.items()
        if treatment in treatments
    ]
    return gettext("{exhibits} tables and figures; {counts}.").format(
        exhibits=formatting.count(len(exhibits)), counts="; ".join(counts)
    )
