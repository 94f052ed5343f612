"""Records of what may end: what is refused, what is excluded, and between which times each unit ended."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ruralimpact.description.records import ExcludedRecords
from ruralimpact.errors import DataError
from ruralimpact.schema.survival import Survival
from ruralimpact.survival.interval_censored import Visits


def refuse_impossible(asked: Survival, records: pd.DataFrame) -> None:
    """Refuse records that cannot be true.

    Raises
    ------
    DataError
        Something ends, or is observed, before it begins; ends after it was last observed; was seen to last
        after it had ended; or ends in a way that is not among `ends`.
    """
    ended, observed, start = records[asked.ended], records[asked.observed], records[asked.start]
    known = ", ".join(asked.ends)
    odd = records[asked.ending].notna() & ~records[asked.ending].isin(list(asked.ends))
    undone = ended.notna() & records[asked.ending].isna()
    for column, which, problem in (
        (asked.ended, ended < start, "it ends before it begins."),
        (asked.observed, observed < start, "observed before it begins."),
        (asked.ended, ended > observed, "it ends after it was last observed."),
        *_impossible_visits(asked, records),
        (
            asked.ending,
            odd,
            f"a way to end that is not among {known}. List it in `ends` or, if it means that nothing has "
            "ended, under missing_codes in the codebook.",
        ),
        (asked.ending, undone, "it ended, and nothing says how."),
    ):
        if which.any():
            units = records.loc[which, "id"].astype(str).tolist()
            raise DataError(problem, within=f"sample {asked.sample}", column=column, units=units)


def _impossible_visits(
    asked: Survival, records: pd.DataFrame
) -> Iterator[tuple[str, "pd.Series[bool]", str]]:
    name = asked.ended_after
    if name is None:
        return
    seen = records[name]
    yield name, seen < records[asked.start], "seen to last before it begins."
    yield name, seen > records[asked.ended], "seen to last after it had ended."
    yield name, seen > records[asked.observed], "seen to last after it was last observed."


def placed_in_time(
    asked: Survival, records: pd.DataFrame
) -> tuple[pd.DataFrame, list[ExcludedRecords]]:
    """Exclude units without a beginning, a last observation, or the time of their end; the absent stay."""
    excluded: list[ExcludedRecords] = []
    lasting = records[asked.ending].isna()
    for reason, missing in (
        ("the beginning is not known", records[asked.start].isna()),
        ("it ended, and nothing says when", ~lasting & records[asked.ended].isna()),
        (
            "it was never observed again",
            lasting & records[asked.observed].isna() & answered(asked, records),
        ),
    ):
        gone = missing.reindex(records.index)
        excluded.append(ExcludedRecords(asked.name, "", reason, int(gone.sum()), len(records)))
        records = records[~gone]
    return records, excluded


def answered(asked: Survival, records: pd.DataFrame) -> "pd.Series[bool]":
    """Whether each unit was found, or came; all where nothing says so."""
    if asked.answered is None:
        return pd.Series(True, index=records.index)
    return records[asked.answered] == 1


def visits_of(asked: Survival, records: pd.DataFrame) -> Visits:
    """Return between which times since its start each unit ended: a point where its time is known."""
    start, ended = records[asked.start], records[asked.ended]
    lasting = records[asked.ending].isna()
    last = ended if asked.ended_after is None else records[asked.ended_after].fillna(start)
    codes = {name: position for position, name in enumerate(asked.ends, start=1)}
    return Visits(
        after=(last.where(~lasting, records[asked.observed]) - start).to_numpy(float),
        by=(ended.where(~lasting, np.inf) - start).to_numpy(float),
        end=records[asked.ending].map(codes).fillna(0).to_numpy(float).astype(np.int64),
    )
