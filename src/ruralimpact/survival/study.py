"""Every survival analysis of a study, from the records of its sample."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.description.records import DescriptionTables, ExcludedRecords, described_records
from ruralimpact.design.study import covariate_labels
from ruralimpact.errors import DataError
from ruralimpact.inference.wilson import wilson_interval
from ruralimpact.schema.study import Study
from ruralimpact.schema.survival import Survival
from ruralimpact.survival.curves import (
    Curve,
    Lifetimes,
    aalen_johansen,
    clustered_error,
    kaplan_meier,
)
from ruralimpact.survival.intervals import log_log_interval
from ruralimpact.tables import empty_table

LASTS = "lasts"
BOUNDS = {
    "answered": "Absent left out",
    "lowest": "All absent counted as ended",
    "highest": "All absent counted as lasting",
}
Row = dict[str, Any]


def survival_study(
    study: Study, units: Mapping[str, pd.DataFrame], outcomes: Mapping[str, pd.DataFrame]
) -> DescriptionTables:
    """Estimate every survival analysis.

    Parameters
    ----------
    study : Study
    units, outcomes : mapping of str to DataFrame
        By sample.

    Returns
    -------
    DescriptionTables

    Raises
    ------
    DataError
        Something ends, or is observed, before it begins; ends after it was last observed; or ends in a way
        that is not among `ends`.
    """
    rows: list[Row] = []
    excluded: list[ExcludedRecords] = []
    labels = covariate_labels(study)
    for asked in study.descriptions:
        if isinstance(asked, Survival):
            records = described_records(units[asked.sample], outcomes[asked.sample])
            _refuse_impossible(asked, records)
            kept, unplaced = _placed_in_time(asked, records)
            excluded += unplaced
            rows += [
                row | {"analysis": asked.name, "synthetic": study.synthetic}
                for row in _rows(asked, kept, labels)
            ]
    frame = pd.DataFrame(rows) if rows else empty_table("survival")
    return DescriptionTables({"survival": frame}, tuple(excluded))


def _refuse_impossible(asked: Survival, records: pd.DataFrame) -> None:
    ended, observed = records[asked.ended], records[asked.observed]
    _refuse(asked, records, asked.ended, ended < records[asked.start], "it ends before it begins.")
    _refuse(
        asked,
        records,
        asked.observed,
        observed < records[asked.start],
        "observed before it begins.",
    )
    _refuse(asked, records, asked.ended, ended > observed, "it ends after it was last observed.")
    odd = records[asked.ending].notna() & ~records[asked.ending].isin(list(asked.ends))
    known = ", ".join(asked.ends)
    _refuse(asked, records, asked.ending, odd, f"a way to end that is not among {known}.")
    undone = records[asked.ended].notna() & records[asked.ending].isna()
    _refuse(asked, records, asked.ending, undone, "it ended, and nothing says how.")


def _refuse(
    asked: Survival, records: pd.DataFrame, column: str, which: "pd.Series[bool]", problem: str
) -> None:
    if which.any():
        units = records.loc[which, "id"].astype(str).tolist()
        raise DataError(problem, within=f"sample {asked.sample}", column=column, units=units)


def _placed_in_time(
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
            lasting & records[asked.observed].isna() & _answered(asked, records),
        ),
    ):
        gone = missing.reindex(records.index)
        excluded.append(ExcludedRecords(asked.name, "", reason, int(gone.sum()), len(records)))
        records = records[~gone]
    return records, excluded


def _answered(asked: Survival, records: pd.DataFrame) -> "pd.Series[bool]":
    if asked.answered is None:
        return pd.Series(True, index=records.index)
    return records[asked.answered] == 1


def _rows(asked: Survival, records: pd.DataFrame, labels: Mapping[str, str]) -> Iterator[Row]:
    present = records[_answered(asked, records)]
    yield from _curves(asked, present, {"by": "", "by_label": "", "level": ""})
    for name in asked.by:
        for level, own in present.groupby(name, sort=True):
            text = f"{level:g}" if isinstance(level, float) else str(level)
            words = {"by": name, "by_label": labels.get(name, name), "level": text}
            yield from _curves(asked, own, words)
    if asked.answered is not None:
        yield from _bounds(asked, records)
    yield from _reasons(asked, present, labels)


def _curves(asked: Survival, records: pd.DataFrame, words: Row) -> Iterator[Row]:
    ends = list(asked.ends)
    codes = records[asked.ending].map(
        {name: position for position, name in enumerate(ends, start=1)}
    )
    stop = records[asked.ended].fillna(records[asked.observed])
    time = (stop - records[asked.start]).to_numpy(float)
    lifetimes = Lifetimes(time, codes.fillna(0).to_numpy(np.int64))
    groups = records["group"].to_numpy(object)
    times = np.array([float(value) for value in asked.times])
    lasting = kaplan_meier(lifetimes, times)
    yield from _of_curve(lifetimes, groups, times, lasting, words, (LASTS, "Lasts", None))
    for code, name in enumerate(ends, start=1):
        curve = aalen_johansen(lifetimes, code, times)
        state = (name, asked.ends[name], code)
        yield from _of_curve(lifetimes, groups, times, curve, words, state)


def _of_curve(
    lifetimes: Lifetimes,
    groups: NDArray[np.object_],
    times: NDArray[np.float64],
    curve: Curve,
    words: Row,
    state: tuple[str, str, int | None],
) -> Iterator[Row]:
    name, label, code = state
    n_groups = len(set(groups))
    error = clustered_error(curve.scores, groups)
    interval = log_log_interval(curve.estimate, error, n_groups)
    ended = lifetimes.end > 0 if code is None else lifetimes.end == code
    for position, time in enumerate(times):
        yield {
            **words,
            "part": "curve",
            "state": name,
            "label": label,
            "time": float(time),
            "n_units": len(groups),
            "n_clusters": n_groups,
            "n_ended": int((ended & (lifetimes.time <= time)).sum()),
            "n_risk": int((lifetimes.time >= time).sum()),
            "estimate": float(curve.estimate[position]),
            "std_error": float(error[position]),
            "conf_low": float(interval.low[position]),
            "conf_high": float(interval.high[position]),
        }


def _bounds(asked: Survival, records: pd.DataFrame) -> Iterator[Row]:
    """Yield the share that lasts with all absent counted as ended, none, or left out (Manski 1990)."""
    present = _answered(asked, records)
    lasting = int((present & records[asked.ending].isna()).sum())
    absent = int((~present).sum())
    counts = {
        "answered": (lasting, int(present.sum())),
        "lowest": (lasting, len(records)),
        "highest": (lasting + absent, len(records)),
    }
    for name, (count, total) in counts.items():
        yield _share_row("bound", name, BOUNDS[name], count, total, records)


def _reasons(asked: Survival, records: pd.DataFrame, labels: Mapping[str, str]) -> Iterator[Row]:
    ended = records[records[asked.ending].notna()]
    for name in asked.reasons:
        known = ended[ended[name].notna()]
        count = int((known[name] == 1).sum())
        yield _share_row("reason", name, labels.get(name, name), count, len(known), known)


def _share_row(
    part: str, state: str, label: str, count: int, total: int, records: pd.DataFrame
) -> Row:
    low, high = wilson_interval(count, total)
    share = count / total if total else float("nan")
    return {
        "part": part,
        "by": "",
        "by_label": "",
        "level": "",
        "state": state,
        "label": label,
        "time": float("nan"),
        "n_units": total,
        "n_clusters": int(records["group"].nunique()),
        "n_ended": count if part == "reason" else total - count,
        "n_risk": total,
        "estimate": share,
        "std_error": float(np.sqrt(share * (1 - share) / total)) if total else float("nan"),
        "conf_low": low,
        "conf_high": high,
    }
