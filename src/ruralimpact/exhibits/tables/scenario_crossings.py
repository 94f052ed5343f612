"""How many units each scenario carries below the threshold, by level."""

from collections.abc import Iterator

from ruralimpact.exhibits import columns, formatting, kinds
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.returns_rows import (
    METHODS,
    OfAccount,
    by_account,
    check_account,
    returns_analysis,
    scenario_label,
    threshold_percent,
)
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.schema.rate_of_return import RateOfReturn

_RECORD, _SCENARIO = marked("As recorded"), marked("In the scenario")
_COLUMNS = (
    columns.count(marked("Units"), of="n_units"),
    columns.number(marked("Above the threshold"), _RECORD, 1.1, of="above_record"),
    columns.number(marked("Negative"), _RECORD, 0.9, of="negative_record"),
    columns.number(marked("Above the threshold"), _SCENARIO, 1.1, of="above"),
    columns.number(marked("No longer above"), _SCENARIO, 1.1, of="lost"),
)
_KEYS = ("analysis", "account", "scenario", "by", "level", "n_units")


def scenario_crossings_table(results: StudyResults, exhibit: OfAccount) -> Iterator[Table]:
    """Build the table: all units that a scenario changes, and its levels."""

    def rows(analysis: RateOfReturn, account: str) -> Iterator[Row]:
        frame = results.of("returns_crossings", analysis.name, account=account)
        for scenario, own in frame.groupby("scenario", sort=False):
            yield heading(scenario_label(analysis, str(scenario)), "group")
            for record in own.to_dict("records"):
                label = formatting.level_label(record["level"])
                yield columns.row_of(results, _COLUMNS, record, label, keys=_KEYS)

    threshold = threshold_percent(returns_analysis(results, exhibit.analyses[0]))
    yield table_of(
        results,
        exhibit,
        stub=gettext("Units that the scenario changes"),
        columns=_COLUMNS,
        rows=by_account(results, exhibit, rows),
        notes=(
            gettext(
                "Above the threshold: the net present value at {threshold} percent is above "
                "zero. No longer above: above as recorded, and not in the scenario. Values "
                "that a scenario names and no unit has change nothing."
            ).format(threshold=threshold),
        ),
    )


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
