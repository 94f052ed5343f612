"""Every survival analysis of a study, from the records of its sample."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ruralimpact.description.records import DescriptionTables, ExcludedRecords, described_records
from ruralimpact.design.study import covariate_labels
from ruralimpact.errors import DataError
from ruralimpact.inference.wilson import wilson_interval
from ruralimpact.schema.study import Study
from ruralimpact.schema.survival import Survival
from ruralimpact.survival.curve_rows import curve_rows
from ruralimpact.survival.hazard_rows import hazard_study, level_text
from ruralimpact.survival.records import answered, placed_in_time, refuse_impossible
from ruralimpact.tables import empty_table

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
        Contracts ``survival`` and ``hazards``.

    Raises
    ------
    DataError
        See `ruralimpact.survival.records.refuse_impossible`; also a sample of which no unit can be used.
    """
    rows: list[Row] = []
    hazards: list[Row] = []
    excluded: list[ExcludedRecords] = []
    labels = covariate_labels(study)
    for asked in study.descriptions:
        if isinstance(asked, Survival):
            records = described_records(units[asked.sample], outcomes[asked.sample])
            refuse_impossible(asked, records)
            kept, unplaced = placed_in_time(asked, records)
            present = kept[answered(asked, kept)]
            _refuse_none(asked, present, unplaced)
            regression = hazard_study(asked, present, labels)
            excluded += [*unplaced, *_without_level(asked, present, labels), *regression.excluded]
            of = {"analysis": asked.name, "synthetic": study.synthetic}
            rows += [row | of for row in _rows(asked, kept, present, labels)]
            hazards += [row | of for row in regression.rows]
    tables = {"survival": rows, "hazards": hazards}
    return DescriptionTables(
        {name: pd.DataFrame(own) if own else empty_table(name) for name, own in tables.items()},
        tuple(excluded),
    )


def _refuse_none(asked: Survival, present: pd.DataFrame, unplaced: list[ExcludedRecords]) -> None:
    if not len(present):
        reasons = "; ".join(f"{item.reason} ({item.rows:,})" for item in unplaced if item.rows)
        problem = f"no unit can be followed: {reasons or 'none answered'}."
        raise DataError(problem, within=f"analysis {asked.name}")


def _without_level(
    asked: Survival, present: pd.DataFrame, labels: Mapping[str, str]
) -> Iterator[ExcludedRecords]:
    """Count the units that no level of a variable shows."""
    for name in asked.by:
        reason = f"no value of '{labels.get(name, name)}'"
        yield ExcludedRecords(
            asked.name, name, reason, int(present[name].isna().sum()), len(present)
        )


def _rows(
    asked: Survival, records: pd.DataFrame, present: pd.DataFrame, labels: Mapping[str, str]
) -> Iterator[Row]:
    yield from curve_rows(asked, present, {"by": "", "by_label": "", "level": ""})
    for name in asked.by:
        for level, own in present.groupby(name, sort=True):
            words = {"by": name, "by_label": labels.get(name, name), "level": level_text(level)}
            yield from curve_rows(asked, own, words)
    if asked.answered is not None:
        yield from _bounds(asked, records)
    yield from _reasons(asked, present, labels)


def _bounds(asked: Survival, records: pd.DataFrame) -> Iterator[Row]:
    """Yield the share that lasts with all absent counted as ended, none, or left out (Manski 1990)."""
    present = answered(asked, records)
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
        "lowest": share,
        "highest": share,
        "std_error": float(np.sqrt(share * (1 - share) / total)) if total else float("nan"),
        "conf_low": low,
        "conf_high": high,
    }
