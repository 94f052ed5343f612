"""How many units each scenario carries below the threshold, by level."""

from typing import Any

from ruralimpact.exhibits import columns, formatting, kinds
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.returns_rows import (
    METHODS,
    OfAccount,
    account_of,
    check_account,
    returns_analysis,
    scenario_label,
)
from ruralimpact.exhibits.table import table_of

_RECORD, _SCENARIO = "As recorded", "In the scenario"
_COLUMNS = (
    columns.count("Units", of="n_units"),
    columns.number("Above the threshold", _RECORD, 1.1, of="above_record"),
    columns.number("Negative", _RECORD, 0.9, of="negative_record"),
    columns.number("Above the threshold", _SCENARIO, 1.1, of="above"),
    columns.number("No longer above", _SCENARIO, 1.1, of="lost"),
)


def scenario_crossings_table(results: StudyResults, exhibit: OfAccount) -> tuple[Table, ...]:
    """Build the table: all units that a scenario changes, and its levels."""
    rows: list[Row] = []
    for name in exhibit.analyses:
        analysis = returns_analysis(results, name)
        account = account_of(analysis, exhibit)
        rows.append(heading(f"{results.analysis(name).label}: {account.label}", "panel"))
        frame = results.of("returns_crossings", name, account=account.name)
        for scenario, own in frame.groupby("scenario", sort=False):
            rows.append(heading(scenario_label(analysis, str(scenario)), "group"))
            rows += [_row(results, record) for record in own.to_dict("records")]
    rate = returns_analysis(results, exhibit.analyses[0]).discount_rate
    return (
        table_of(
            results,
            exhibit,
            stub="Units that the scenario changes",
            columns=_COLUMNS,
            rows=rows,
            notes=(
                f"Above the threshold: the net present value at {formatting.number(100 * float(rate))} "
                "percent is above zero. No longer above: above as recorded, and not in the scenario. Values "
                "that a scenario names and no unit has change nothing.",
            ),
        ),
    )


def _row(results: StudyResults, record: dict[Any, Any]) -> Row:
    label = str(record["level"]).replace("_", " ").capitalize() or "All"
    keys = ("analysis", "account", "scenario", "by", "level", "n_units")
    return columns.row_of(results, _COLUMNS, record, label, keys=keys)


KIND = kinds.TableKind(
    kind="scenario_crossings",
    shows="how many units each scenario carries below the threshold, by level",
    section=kinds.RETURNS,
    rank=35,
    needs=("returns_crossings",),
    options=OfAccount,
    methods="rate_of_return.md",
    of_methods=METHODS,
    asks="scenarios",
    check=check_account,
    build=scenario_crossings_table,
)
