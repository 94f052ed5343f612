"""On how many groups an estimate rests by their weight: columns, a mark where they are few, and notes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from ruralimpact.exhibits import columns, formatting
from ruralimpact.exhibits.columns import Shown
from ruralimpact.exhibits.model import Column
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.inference.leverage import FEW_EFFECTIVE

FEW = "\N{SECTION SIGN}"
_ARMS = {"treated": "Treated", "control": "Controls"}
NAMES = ("df", *(f"{part}{arm}_groups" for arm in _ARMS for part in ("effective_", "")))
"""What `estimates` and `subgroups` hold of it."""


def group_columns(
    results: StudyResults, analyses: Sequence[str], frame: pd.DataFrame
) -> Iterator[Shown]:
    """Yield a column an arm of `frame` that has weights, and the degrees of freedom.

    Estimates without weights by arm, as of panel regressions, have a column of all groups instead.
    """
    groups = results.study.group_label
    weighted = [arm for arm in _ARMS if frame[f"effective_{arm}_groups"].notna().any()]
    for arm in weighted:
        names = (f"effective_{arm}_groups", f"{arm}_groups")
        column = Column(_ARMS[arm], f"Effective {groups}", 1.15)
        yield Shown(column, names, _of_all, {}).marked(lambda values: _mark(values[0]))
    if not weighted and results.units(analyses) != groups:
        yield columns.number(groups.capitalize(), width=1.1, of="n_clusters").staying()
    yield columns.number("df", width=0.75, of="df", decimals=1).unkept()


def group_values(record: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what the CSV file keeps of an estimate's groups."""
    return {name: record[name] for name in NAMES}


def group_notes(results: StudyResults, frame: pd.DataFrame) -> list[str]:
    """Return what the columns mean, and what the mark does where one is shown."""
    groups = results.study.group_label
    effective = frame.loc[~frame["suppressed"], [f"effective_{arm}_groups" for arm in _ARMS]]
    if effective.isna().all(axis=None):
        return []
    notes = [
        f"Effective {groups}: how many of equal weight the {groups} of an arm amount to, by their weight in "
        "the estimate."
    ]
    if (effective < FEW_EFFECTIVE).any(axis=None):
        notes.append(
            f"{FEW} Fewer than {FEW_EFFECTIVE} effective {groups} in an arm: weight has gathered on few, and "
            "intervals are wide for it."
        )
    return notes


def _of_all(values: Sequence[Any], _: int) -> str:
    effective, present = values
    if pd.isna(effective):
        return formatting.DASH
    decimals = 1 if effective < FEW_EFFECTIVE else 0
    return f"{formatting.number(effective, decimals)} of {formatting.count(present)}"


def _mark(effective: float) -> str:
    return FEW if effective < FEW_EFFECTIVE else ""
