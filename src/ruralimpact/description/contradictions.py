"""What is said of records although something else that is said of them leaves no room for it.

Each kind of study lists its rules beside what it builds of the records; this module counts and names them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.description.records import ExcludedRecords, InconsistentRecords
from ruralimpact.errors import DataError

BoolArray = NDArray[np.bool_]

NOT_BINARY = "an indicator must be 0 or 1."


@dataclass(frozen=True)
class Contradiction:
    """One thing said of records, and another that excludes it.

    Attributes
    ----------
    column : str
        Variable that says the first.
    said, against : ndarray of bool, shape (n,)
        Of which records each is said.
    problem : str
        What does not fit, and what is used of it.
    about : str
        What of the analysis it is about; empty: all.
    """

    column: str
    said: BoolArray
    against: BoolArray
    problem: str
    about: str = ""

    @property
    def both(self) -> BoolArray:
        """Of which records both are said, shape (n,)."""
        return self.said & self.against


def not_counted(
    records: pd.DataFrame, rules: Iterable[Contradiction], *, analysis: str
) -> Iterator[ExcludedRecords]:
    """Yield, rule by rule, the records of which what is said first does not count.

    Parameters
    ----------
    records : DataFrame
        With ``id``; n rows.
    rules : iterable of Contradiction
    analysis : str
    """
    for rule in rules:
        yield ExcludedRecords.among(
            records,
            rule.both,
            rule.problem,
            analysis=analysis,
            about=rule.about,
            column=rule.column,
        )


def used_all_the_same(
    records: pd.DataFrame, rules: Iterable[Contradiction], *, analysis: str
) -> Iterator[InconsistentRecords]:
    """Yield, rule by rule, the records that are used although both are said of them.

    Parameters
    ----------
    records : DataFrame
        With ``id``; n rows.
    rules : iterable of Contradiction
    analysis : str
    """
    for rule in rules:
        yield InconsistentRecords.among(
            records, rule.both, rule.problem, analysis=analysis, column=rule.column
        )


def refuse_other_than_binary(records: pd.DataFrame, names: Iterable[str], where: str) -> None:
    """Refuse indicators that are neither 0, 1 nor missing.

    Parameters
    ----------
    records : DataFrame
        With ``id`` and the indicators.
    names : iterable of str
    where : str
        The sample, for messages.

    Raises
    ------
    DataError
        Names the first such indicator, and the records.
    """
    for name in names:
        column = pd.to_numeric(records[name])
        odd = (column.notna() & ~column.isin((0, 1))).to_numpy(bool)
        if odd.any():
            units = records.loc[odd, "id"].astype("str").tolist()
            raise DataError(NOT_BINARY, within=where, column=name, units=units)
