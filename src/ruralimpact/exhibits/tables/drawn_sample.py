"""The units drawn from a register, as a list to take along: stratum, order, and replacements."""

from ruralimpact.exhibits import cells, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of


def drawn_sample_table(results: StudyResults, exhibit: OfAnalyses) -> tuple[Table, ...]:
    """Build the list."""
    frame = results["drawn_sample"]
    rows: list[Row] = []
    for (_, stratum), part in frame[frame["analysis"].isin(exhibit.analyses)].groupby(
        ["analysis", "stratum"], sort=False
    ):
        rows.append(heading(str(stratum), "group"))
        for record in part.to_dict("records"):
            names = ("analysis", "stratum", "order", "role", "probability")
            shown = (
                cells.number(record["order"]),
                Cell(str(record["role"]).capitalize()),
                cells.number(100 * record["probability"], 1),
            )
            kept = {str(name): record[name] for name in names}
            rows.append(
                Row(Cell(str(record["unit_id"])), shown, {"unit": record["unit_id"], **kept})
            )
    columns = (
        Column("Order", "", 0.6),
        Column("Role", "", 1.2, text=True),
        Column("Probability (%)", "", 0.9),
    )
    note = "Replacements are asked in their order, for those of the stratum who cannot be."
    return (table_of(results, exhibit, "Unit", columns, rows, notes=(note,)),)


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
