"""The units drawn from a register, as a list to take along: stratum, order, and replacements."""

from collections.abc import Iterator

from ruralimpact.exhibits import columns, kinds
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_COLUMNS = (
    columns.number(marked("Order"), width=0.6, of="order"),
    columns.prose(marked("Role"), width=1.2, of="role_name").keeping("role"),
    columns.number(marked("Probability (%)"), width=0.9, of="percent", decimals=1).unkept(),
)
_NOTE = marked("Replacements are asked in their order, for those of the stratum who cannot be.")


def drawn_sample_table(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build the list."""
    rows = _rows(results, exhibit)
    yield table_of(results, exhibit, gettext("Unit"), _COLUMNS, rows, notes=(gettext(_NOTE),))


def _rows(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Row]:
    drawn = results.of("drawn_sample", *exhibit.analyses)
    for (_, stratum), part in drawn.groupby(["analysis", "stratum"], sort=False):
        yield heading(str(stratum), "group")
        for record in part.to_dict("records"):
            own = {
                **record,
                "unit": record["unit_id"],
                "role_name": str(record["role"]).capitalize(),
                "percent": 100 * record["probability"],
            }
            label, keys = str(record["unit_id"]), ("unit", "analysis", "stratum")
            yield columns.row_of(results, _COLUMNS, own, label, keys=keys, more=("probability",))


KIND = kinds.TableKind(
    kind="drawn_sample",
    shows="the units drawn from a register, with their order and replacements",
    section=kinds.SAMPLE,
    rank=90,
    needs=("drawn_sample",),
    options=OfAnalyses,
    methods="responses.md",
    annex=True,
    of_methods=("drawn_sample",),
    build=drawn_sample_table,
)
