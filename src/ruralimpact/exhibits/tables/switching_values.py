"""How far each driver could move before nothing is gained."""

import math
from collections.abc import Iterator
from typing import Any

from ruralimpact.exhibits import columns, kinds
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.returns_rows import (
    METHODS,
    OfAccount,
    by_account,
    check_account,
    returns_analysis,
    threshold_percent,
)
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.schema.rate_of_return import RateOfReturn

_COLUMNS = (
    columns.number(marked("Switching value"), "", 1.2, of="factor", decimals=2),
    columns.number(marked("Change (%)"), "", 1.0, of="change", decimals=0),
    columns.words("", "", 3.4, of="reason", kept=("reason",)),
)


def driver_label(record: dict[Any, Any]) -> str:
    """Printed name of a driver with its level."""
    level = str(record["level"]).replace("_", " ")
    return f"{record['label']}, {level}" if level else str(record["label"])


def switching_values_table(results: StudyResults, exhibit: OfAccount) -> Iterator[Table]:
    """Build the table, the nearest switching value first."""

    def rows(analysis: RateOfReturn, account: str) -> Iterator[Row]:
        frame = results.of("returns_drivers", analysis.name, account=account, kind="switching")
        records = frame.to_dict("records")
        records.sort(key=lambda record: (math.isnan(record["factor"]), abs(record["factor"] - 1)))
        for record in records:
            shown = {**record, "change": 100 * (record["factor"] - 1)}
            keys = ("analysis", "account", "driver", "level")
            yield columns.row_of(results, _COLUMNS, shown, driver_label(record), keys=keys)

    threshold = threshold_percent(returns_analysis(results, exhibit.analyses[0]))
    yield table_of(
        results,
        exhibit,
        stub=gettext("Driver"),
        columns=_COLUMNS,
        rows=by_account(results, exhibit, rows),
        notes=(
            gettext(
                "Switching value: the factor on the driver's amounts at which the net "
                "present value at {threshold} percent is zero, all else as recorded."
            ).format(threshold=threshold),
        ),
    )


KIND = kinds.TableKind(
    kind="switching_values",
    shows="how far each driver of a rate of return could move before nothing is gained",
    section=kinds.RETURNS,
    rank=40,
    needs=("returns_drivers",),
    options=OfAccount,
    methods="rate_of_return.md",
    of_methods=METHODS,
    check=check_account,
    build=switching_values_table,
)
