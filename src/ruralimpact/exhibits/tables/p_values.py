"""The same tests by other means: the bootstrap over groups, and allowing for several outcomes."""

from collections.abc import Iterator

from ruralimpact.exhibits import columns, formatting, headings, kinds
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_NO_EFFECT, _FAMILY = marked("p of no effect"), marked("Adjusted for the family")
_COLUMNS = (
    columns.amount(),
    columns.p_value(_NO_EFFECT, 0.9, label="t"),
    columns.p_value(_NO_EFFECT, 1.0, label=marked("Bootstrap"), of="p_bootstrap"),
    columns.interval(
        "", 1.8, label=marked("95% interval, bootstrap"), of=("boot_low", "boot_high")
    ),
    columns.p_value(_FAMILY, 1.2, label=marked("Romano-Wolf"), of="p_romano_wolf").keeping(
        "family"
    ),
    columns.p_value(_FAMILY, 0.9, label=marked("q (BH)"), of="q_value"),
)


def p_value_table(results: StudyResults, exhibit: OfEstimates) -> Iterator[Table]:
    """Build the table of p-values, one row a specification."""
    tests = {test["spec_id"]: test for test in results["tests"].to_dict("records")}

    def row(record: Record) -> Row:
        label, test = results.strategy_label(record["strategy"]), tests.get(record["spec_id"])
        if test is None:
            return columns.repeated(_COLUMNS, label, values={"spec_id": record["spec_id"]})
        return columns.row_of(results, _COLUMNS, {**test, **record}, label)

    yield table_of(
        results,
        exhibit,
        stub=gettext("Outcome and strategy"),
        columns=_COLUMNS,
        rows=headings.estimate_rows(results, exhibit.analyses, row, alone=True),
        notes=_notes(results),
    )


def _notes(results: StudyResults) -> tuple[str, ...]:
    draws = int(results["tests"]["draws"].max()) if len(results["tests"]) else 0
    return (
        gettext(
            "The bootstrap multiplies group scores by random weights ({draws} draws; "
            "Rademacher weights, Webb's where there are fewer than 40 groups), within "
            "arms where treatment is assigned to whole groups. It clusters on the group "
            "alone."
        ).format(draws=formatting.count(draws)),
        gettext(
            "A family is the outcomes of one kind under one strategy. Romano-Wolf "
            "p-values control the chance of any false rejection in the family, q-values "
            "(Benjamini-Hochberg) the share of false ones. Both start from the p-values "
            "of the other tables; how the estimates depend on each other comes from the "
            "bootstrap. Of a family of one they repeat its p-value."
        ),
    )


KIND = kinds.TableKind(
    kind="p_values",
    shows="bootstrap and adjusted p-values",
    section=kinds.ERRORS,
    rank=10,
    needs=("estimates", "tests"),
    options=OfEstimates,
    methods="inference.md",
    alone=True,
    build=p_value_table,
)
