"""Records of what may end: what is refused, what is excluded, and between which times each unit ended."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ruralimpact.description.contradictions import refuse_other_than_binary
from ruralimpact.description.records import ExcludedRecords, set_to_missing, set_to_missing_reason
from ruralimpact.errors import DataError
from ruralimpact.schema.survival import Survival
from ruralimpact.survival.interval_censored import Visits


def refuse_impossible(asked: Survival, records: pd.DataFrame) -> None:
    """Refuse records that cannot be true.

    Raises
    ------
    DataError
        Something ends, or is observed, before it begins; ends after it was last observed; was seen to last
        after it had ended; or ends in a way that is not among `ends`. An indicator is neither 0 nor 1.
    """
    indicators = [*filter(None, [asked.answered]), *asked.reasons]
    refuse_other_than_binary(records, indicators, f"sample {asked.sample}")
    ended, observed, start = records[asked.ended], records[asked.observed], records[asked.start]
    known = ", ".join(asked.ends)
    odd = records[asked.ending].notna() & ~records[asked.ending].isin(list(asked.ends))
    withheld = set_to_missing(records, asked.ending)  # excluded, by `placed_in_time`
    undone = ended.notna() & records[asked.ending].isna() & ~withheld
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
    """Exclude units without a beginning, a last observation, or the time of their end; the absent stay.

    A blank end is none, and so what was set to missing in its place is no end that is known.
    """
    present, lasts = (
        answered(asked, records).to_numpy(bool),
        records[asked.ending].isna().to_numpy(),
    )
    blank = {name: records[name].isna().to_numpy() for name in asked.variables}
    withheld = {name: set_to_missing(records, name) for name in asked.variables}
    without_end = blank[asked.ended] & (~lasts | (present & withheld[asked.ended]))
    unusable = [
        (asked.start, "the beginning is not known", blank[asked.start]),
        (asked.ending, "", present & withheld[asked.ending]),
        (asked.ended, "it ended, and nothing says when", without_end),
        (asked.observed, "it was never observed again", lasts & blank[asked.observed] & present),
    ]
    if asked.ended_after is not None:
        unusable.append((asked.ended_after, "", present & ~lasts & withheld[asked.ended_after]))
    if asked.answered is not None:
        reason = "nobody knows whether it was found"
        unusable.insert(0, (asked.answered, reason, blank[asked.answered]))
    excluded: list[ExcludedRecords] = []
    left = np.ones(len(records), dtype=bool)
    for name, reason, lacking in unusable:
        own = withheld[name]
        for why, gone in ((set_to_missing_reason(name), own), (reason, ~own)):
            which = left & lacking & gone
            excluded.append(
                ExcludedRecords.among(
                    records, which, why, analysis=asked.name, of=int(left.sum()), column=name
                )
            )
            left &= ~which
    return records[left], excluded


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
