"""Incremental revenue and rates of return by a variable, such as the product."""

from ruralimpact.exhibits import columns, kinds
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.returns_rows import (
    METHODS,
    OfAccount,
    account_of,
    check_account,
    measured,
    returns_analysis,
)
from ruralimpact.exhibits.shown import Record
from ruralimpact.exhibits.table import table_of

_UNIT, _FAMILY, _RATE = "Yearly revenue a unit", "a family", "Rate of return (%)"
_COLUMNS = (
    columns.number("Mean", _UNIT, 1.0, of="revenue"),
    columns.plain_interval("95% interval", _UNIT, 1.9, of=("revenue_low", "revenue_high")),
    columns.number("Mean", _FAMILY, 0.8, of="revenue_member"),
    columns.plain_interval(
        "95% interval", _FAMILY, 1.6, of=("revenue_member_low", "revenue_member_high")
    ),
    columns.number("Rate", _RATE, 0.7, of="irr", decimals=1),
    columns.plain_interval("95% interval", _RATE, 1.5, of=("irr_low", "irr_high"), decimals=1),
    columns.number("Above the threshold (%)", "", 1.0, of="share_above"),
    columns.count("Units", of="n_units"),
)


def returns_by_level_table(results: StudyResults, exhibit: OfAccount) -> tuple[Table, ...]:
    """Build the table, levels with most revenue first."""
    rows: list[Row] = []
    for name in exhibit.analyses:
        analysis = returns_analysis(results, name)
        account = account_of(analysis, exhibit)
        frame = results.of("returns", name, account=account.name)
        rows.append(heading(f"{results.analysis(name).label}: {account.label}", "panel"))
        for by in analysis.by:
            levels = list(measured(frame[frame["by"] == by]))
            levels.sort(key=lambda record: (record["suppressed"], -record["revenue"]))
            rows += [_row(results, {"revenue_member": None, **record}) for record in levels]
    unit = results.unit(returns_analysis(results, exhibit.analyses[0]).outcomes[0])
    return (
        table_of(
            results,
            exhibit,
            stub="Level",
            columns=_COLUMNS,
            rows=rows,
            notes=(
                f"Revenue above that without the project in the last year recorded, in {unit}; a family: all "
                "revenue over all families. Intervals as in the table of rates.",
            ),
        ),
    )


def _row(results: StudyResults, record: Record) -> Row:
    known = {"revenue_member_low": None, "revenue_member_high": None, **record}
    label = str(record["level"]).replace("_", " ").capitalize()
    keys = ("analysis", "account", "by", "level")
    return columns.row_of(results, _COLUMNS, known, label, keys=keys)


KIND = kinds.TableKind(
    kind="returns_by_level",
    shows="yearly revenue a unit and a family, and rates of return, by the variables of an analysis",
    section=kinds.RETURNS,
    rank=30,
    needs=("returns",),
    options=OfAccount,
    methods="rate_of_return.md",
    of_methods=METHODS,
    check=check_account,
    build=returns_by_level_table,
)
