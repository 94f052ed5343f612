"""Rows that are excluded on the way into a sample, by the arm that they would have been in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from ruralimpact.tables import table_of_rows

_ARMS = {1.0: "treated", 0.0: "control"}


@dataclass(frozen=True)
class ExcludedArmRow:
    """Rows of an arm that one reason excludes: contract ``excluded_arms``."""

    sample: str
    treatment: str
    arm: str
    reason: str
    rows: int


@dataclass(frozen=True)
class Exclusion:
    """Rows that one reason excludes.

    Attributes
    ----------
    reason : str
    rows : DataFrame
        As they were before, with the treatments.
    lacking : str or None
        Variable that the sample needs and these rows have no value of, if that is the reason.
    """

    reason: str
    rows: pd.DataFrame
    lacking: str | None = None


def left(
    before: pd.DataFrame, after: pd.DataFrame, excluded: Sequence[tuple[str, int, int]]
) -> list[Exclusion]:
    """Return the rows that a step of one reason excluded.

    Parameters
    ----------
    before, after : DataFrame
        Rows around the step, with ``unit_id``.
    excluded : sequence of (str, int, int)
        What the step counted: nothing, or its reason.
    """
    rows = before[~before["unit_id"].isin(after["unit_id"])]
    return [Exclusion(reason, rows) for reason, _, _ in excluded]


def by_arm(sample: str, exclusions: Sequence[Exclusion], treatments: Sequence[str]) -> pd.DataFrame:
    """Count excluded rows by arm.

    Parameters
    ----------
    sample : str
    exclusions : sequence of Exclusion
        In the order in which they are applied.
    treatments : sequence of str
        Variables of 0 and 1.

    Returns
    -------
    DataFrame
        Contract ``excluded_arms``. Rows whose arm is not known are in no count.
    """
    rows = [
        row for exclusion in exclusions for row in _excluded_rows(sample, exclusion, treatments)
    ]
    return table_of_rows("excluded_arms", rows)


def _excluded_rows(
    sample: str, exclusion: Exclusion, treatments: Sequence[str]
) -> Iterator[ExcludedArmRow]:
    for treatment in treatments:
        if treatment not in exclusion.rows:
            continue
        values = exclusion.rows[treatment].to_numpy(float)
        for value, arm in _ARMS.items():
            count = int((values == value).sum())
            if count:
                yield ExcludedArmRow(sample, treatment, arm, exclusion.reason, count)
