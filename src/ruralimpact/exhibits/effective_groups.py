"""On how many groups an estimate rests by their weight: a column, a mark where they are few, and notes."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from ruralimpact.exhibits import cells, columns, formatting
from ruralimpact.exhibits.model import Cell, Column, Value
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record, Shown
from ruralimpact.inference import leverage
from ruralimpact.inference.leverage import FEW_EFFECTIVE
from ruralimpact.language import gettext

FEW = "\N{SECTION SIGN}"
_ARMS = ("treated", "control")
NAMES = ("df", *(f"{part}{arm}_groups" for arm in _ARMS for part in ("effective_", "")))
"""What `estimates` and `subgroups` hold of it."""


def group_columns(
    results: StudyResults, analyses: Sequence[str], frame: pd.DataFrame
) -> Iterator[Shown]:
    """Yield a column of effective groups by arm and one of the degrees of freedom.

    Where the estimates of `frame` have no weights by arm, as panel regressions, the column is of all groups.
    """
    groups = results.study.group_label
    effective = _effective(frame)
    if len(effective.columns):
        column = Column(gettext("Effective {groups}").format(groups=groups), "", 1.15)
        yield Shown(column, tuple(effective.columns), _by_arm, {}).marked(_mark)
    elif results.units(analyses) != groups:
        yield columns.number(groups.capitalize(), width=1.1, of="n_clusters").staying()
    yield Shown(Column(gettext("df"), "", 0.65), ("df",), _degrees_of_freedom, {})


def _effective(frame: pd.DataFrame) -> pd.DataFrame:
    """Effective groups of the arms that have weights."""
    return frame[[f"effective_{arm}_groups" for arm in _ARMS]].dropna(axis="columns", how="all")


def group_values(record: Record) -> dict[str, Value]:
    """Return what the CSV file keeps of an estimate's groups."""
    return {name: record[name] for name in NAMES}


def group_notes(results: StudyResults, frame: pd.DataFrame) -> list[str]:
    """Return what the columns mean, and what the mark does where one is shown."""
    groups = results.study.group_label
    shown = frame[~frame["suppressed"]]
    effective = _effective(shown)
    if effective.empty or not len(effective.columns):
        return []
    arms = [arm for arm in _ARMS if f"effective_{arm}_groups" in effective]
    of_all = gettext(" and ").join(
        f"{formatting.count(shown[f'{arm}_groups'].max())} {gettext(arm)}" for arm in arms
    )
    notes = [
        gettext(
            "Effective {groups}, {arms}: how many of equal weight the {groups} of an arm "
            "amount to, by their weight in the estimate (of up to {of_all})."
        ).format(groups=groups, arms=" / ".join(map(gettext, arms)), of_all=of_all)
    ]
    if (effective < FEW_EFFECTIVE).any(axis=None):
        notes.append(
            gettext(
                "{few} Fewer than {few_effective} effective {groups} in an arm: weight has "
                "gathered on few, and intervals are wide for it."
            ).format(few=FEW, few_effective=FEW_EFFECTIVE, groups=groups)
        )
    return notes


def _by_arm(values: Sequence[Any], _: int) -> Cell:
    arms = [_short(value) for value in values]
    if {arm.text for arm in arms} == {formatting.DASH}:
        return Cell(formatting.DASH)
    return cells.side_by_side(arms, _ARMS)


def _degrees_of_freedom(values: Sequence[Any], _: int) -> Cell:
    return _short(values[0])


def _short(value: float | None) -> Cell:
    return cells.number(value, decimals(value))


def decimals(value: float | None) -> int:
    """Return the decimals that a number of effective groups is printed with."""
    return 0 if value is None else leverage.decimals(value)


def _mark(values: Sequence[float]) -> str:
    return FEW if any(value < FEW_EFFECTIVE for value in values) else ""
