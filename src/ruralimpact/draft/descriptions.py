"""Tables that say what the columns of others are: lists of variables beside the data."""

from collections.abc import Sequence
from dataclasses import replace

from ruralimpact.draft.delivery import DeliveredTable, Delivery
from ruralimpact.survey.similar import folded

_MOST_COLUMNS, _MOSTLY, _FEWEST = 6, 0.5, 2
_WORDS = "it describes the columns of other tables, and has no rows of units"


def without_descriptions(delivery: Delivery) -> Delivery:
    """Pass over tables whose rows are mostly named like the columns of another.

    Parameters
    ----------
    delivery : Delivery
    """
    describing = [table for table in delivery.tables if _describes(table, delivery.tables)]
    if not describing or len(describing) == len(delivery.tables):
        return delivery
    shown = {
        f"{table.file.name}, sheet {table.sheet}" if table.sheet else table.file.name: _WORDS
        for table in describing
    }
    kept = tuple(table for table in delivery.tables if table not in describing)
    return replace(delivery, tables=kept, passed_over={**delivery.passed_over, **shown})


def _describes(table: DeliveredTable, tables: Sequence[DeliveredTable]) -> bool:
    cells = table.table.cells
    if cells.shape[1] > _MOST_COLUMNS or len(cells) < _FEWEST:
        return False
    named = {
        folded(str(name)) for other in tables if other is not table for name in other.table.cells
    }
    return any(
        sum(folded(text) in named for text in cells.iloc[:, position])
        >= max(_FEWEST, _MOSTLY * len(cells))
        for position in range(cells.shape[1])
    )
