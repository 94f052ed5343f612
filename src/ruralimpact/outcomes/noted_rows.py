"""Rows of a sample that a check names: what they lack, and what stands for what was set to missing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from ruralimpact.outcomes.excluded_arms import Exclusion
from ruralimpact.outcomes.set_missing import unknown_not_blank
from ruralimpact.schema.study import Study


@dataclass(frozen=True)
class NotedRows:
    """Rows of a sample, and what a run does with them without stopping.

    Attributes
    ----------
    problem : str
    units : tuple of str
        ``unit_id`` of each.
    column : str
        Variable that it is about.
    """

    problem: str
    units: tuple[str, ...]
    column: str


def lacking(lost: Iterable[Exclusion]) -> Iterator[NotedRows]:
    """Yield the rows that left a sample because they lack a variable that it needs."""
    for exclusion in lost:
        if exclusion.lacking is not None:
            units = tuple(exclusion.rows["unit_id"].astype(str))
            problem = f"{len(units):,} excluded: {exclusion.reason}."
            yield NotedRows(problem, units, exclusion.lacking)


def taken_further(table: pd.DataFrame, study: Study) -> Iterator[NotedRows]:
    """Yield the rows where `first_of` takes a later variable because an earlier one was set to missing.

    Parameters
    ----------
    table : DataFrame
        Rows of a sample with everything that is built of them, and ``unit_id``.
    study : Study
    """
    definitions = {**study.variables, **study.outcomes}
    for name, definition in definitions.items():
        if name not in table or definition.build != "first_of":
            continue
        first, *others = definition.inputs
        unknown = table[first].isna().to_numpy()
        withheld = unknown_not_blank(table, first, definitions)
        for other in others:
            known = table[other].notna().to_numpy()
            which = unknown & withheld & known
            if which.any():
                units = tuple(table.loc[which, "unit_id"].astype(str))
                why = f"since one before it in {', '.join(definition.inputs)} was set to missing"
                yield NotedRows(f"{len(units):,} are those of '{other}', {why}.", units, name)
            unknown = unknown & ~known
            withheld = withheld | unknown_not_blank(table, other, definitions)
