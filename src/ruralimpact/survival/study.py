"""Every survival analysis of a study, from the records of its sample."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from ruralimpact.description.contradictions import not_counted, used_all_the_same
from ruralimpact.description.levels import Order, labels_in_order, level_texts, levels_in_order
from ruralimpact.description.records import (
    DescriptionTables,
    ExcludedRecords,
    InconsistentRecords,
    RecordedStudy,
    without_level,
)
from ruralimpact.design.study import covariate_labels
from ruralimpact.errors import DataError
from ruralimpact.inference.wilson import wilson_interval
from ruralimpact.result_rows import MISSING
from ruralimpact.schema.survival import Survival
from ruralimpact.survival.contradictions import ends_of_absent, reasons_without_end
from ruralimpact.survival.curve_rows import LASTS, NOT_FOLLOWED, curve_rows
from ruralimpact.survival.hazard_rows import hazard_study
from ruralimpact.survival.records import answered, placed_in_time, refuse_impossible
from ruralimpact.survival.rows import ALL_UNITS, HazardRow, LevelOf, SurvivalRow
from ruralimpact.tables import table_of_rows

BOUNDS = {
    "answered": "Absent excluded",
    "lowest": "All absent counted as ended",
    "highest": "All absent counted as lasting",
}


def survival_study(recorded: RecordedStudy) -> DescriptionTables:
    """Estimate every survival analysis.

    Parameters
    ----------
    recorded : RecordedStudy

    Returns
    -------
    DescriptionTables
        Contracts ``survival`` and ``hazards``.

    Raises
    ------
    DataError
        See `ruralimpact.survival.records.refuse_impossible`; also a sample of which no unit can be used.
    """
    rows: list[SurvivalRow] = []
    hazards: list[HazardRow] = []
    excluded: list[ExcludedRecords] = []
    inconsistent: list[InconsistentRecords] = []
    study = recorded.study
    labels, order = covariate_labels(study), labels_in_order(study)
    for asked in study.analyses_of(Survival):
        records = recorded.of(asked.sample)
        refuse_impossible(asked, records)
        kept, unplaced = placed_in_time(asked, records)
        present = kept[answered(asked, kept)]
        _refuse_none(asked, present, unplaced)
        regression = hazard_study(asked, present, labels, order, synthetic=study.synthetic)
        excluded += [
            *unplaced,
            *without_level(present, asked.by, labels, analysis=asked.name),
            *_without_reason(asked, present, labels),
            *not_counted(present, reasons_without_end(asked, present), analysis=asked.name),
            *regression.excluded,
        ]
        own = list(_rows(asked, kept, present, labels, order, synthetic=study.synthetic))
        rows += own
        inconsistent += _beyond_follow_up(asked, own)
        inconsistent += used_all_the_same(kept, ends_of_absent(asked, kept), analysis=asked.name)
        hazards += regression.rows
    return DescriptionTables(
        {
            "survival": table_of_rows("survival", rows),
            "hazards": table_of_rows("hazards", hazards),
        },
        tuple(excluded),
        tuple(inconsistent),
    )


def _beyond_follow_up(
    asked: Survival, rows: Iterable[SurvivalRow]
) -> Iterator[InconsistentRecords]:
    """Yield at which of its times an analysis has no share, of all and of each level."""
    times: dict[LevelOf, list[str]] = {}
    for row in rows:
        if row.reason and row.state == LASTS:
            level = LevelOf(row.by, row.by_label, row.level)
            times.setdefault(level, []).append(f"{row.time:g}")
    for level, unknown in times.items():
        of_level = f"{level.by_label} {level.level}: " if level.by else ""
        problem = f"{of_level}no share at time {', '.join(unknown)}: {NOT_FOLLOWED}."
        yield InconsistentRecords(asked.name, problem, None, asked.observed)


def _refuse_none(asked: Survival, present: pd.DataFrame, unplaced: list[ExcludedRecords]) -> None:
    if not len(present):
        reasons = "; ".join(
            f"{exclusion.reason} ({exclusion.rows:,})" for exclusion in unplaced if exclusion.rows
        )
        problem = f"no unit can be followed: {reasons or 'none answered'}."
        raise DataError(problem, within=f"analysis {asked.name}")


def _rows(
    asked: Survival,
    records: pd.DataFrame,
    present: pd.DataFrame,
    labels: Mapping[str, str],
    order: Order,
    *,
    synthetic: bool,
) -> Iterator[SurvivalRow]:
    yield from curve_rows(asked, present, LevelOf(), synthetic=synthetic)
    for name in asked.by:
        texts = level_texts(present[name])
        for level in levels_in_order(present[name], order):
            which = LevelOf(name, labels.get(name, name), level)
            yield from curve_rows(asked, present[texts == level], which, synthetic=synthetic)
    early = [] if asked.ended_after is not None else [_early(asked, present)]
    shares = [
        *early,
        *_bounds(asked, records, labels, order),
        *_reasons(asked, present, labels),
    ]
    yield from (_share_row(asked, share, synthetic=synthetic) for share in shares)


@dataclass(frozen=True)
class _Share:
    """Units of which something is so, of those of which it is known."""

    part: str
    state: str
    label: str
    count: int
    records: pd.DataFrame
    total: int
    which: LevelOf = ALL_UNITS
    time: float = MISSING


def _early(asked: Survival, records: pd.DataFrame) -> _Share:
    """Return how many of those that ended did so by the first of the times.

    Not by level: how many of a small level ended would tell what its curve must not.
    """
    ended = records[records[asked.ending].notna()]
    first = float(min(asked.times))
    count = int((ended[asked.ended] - ended[asked.start] <= first).sum())
    label = f"By {asked.time_unit} {first:g}"
    return _Share("early", "ended", label, count, ended, len(ended), time=first)


def _bounds(
    asked: Survival, records: pd.DataFrame, labels: Mapping[str, str], order: Order
) -> Iterator[_Share]:
    """Yield the share that lasts with all absent counted as ended, none, or excluded (Manski 1990).

    An absent unit whose end is known has ended in each of them.
    """
    if asked.answered is None:
        return
    yield from _bounds_of(asked, records, ALL_UNITS)
    for name in asked.by:
        texts = level_texts(records[name])
        for level in levels_in_order(records[name], order):
            which = LevelOf(name, labels.get(name, name), level)
            yield from _bounds_of(asked, records[texts == level], which)


def _bounds_of(asked: Survival, records: pd.DataFrame, which: LevelOf) -> Iterator[_Share]:
    present = answered(asked, records)
    without_end = records[asked.ending].isna()
    lasting = int((present & without_end).sum())
    counts = {
        "answered": (lasting, int(present.sum())),
        "lowest": (lasting, len(records)),
        "highest": (int(without_end.sum()), len(records)),
    }
    for name, (count, total) in counts.items():
        own = records[present] if name == "answered" else records
        yield _Share("bound", name, BOUNDS[name], count, own, total, which)


def _reasons(asked: Survival, records: pd.DataFrame, labels: Mapping[str, str]) -> Iterator[_Share]:
    ended = records[records[asked.ending].notna()]
    for name in asked.reasons:
        known = ended[ended[name].notna()]
        count = int((known[name] == 1).sum())
        yield _Share("reason", name, labels.get(name, name), count, known, len(known))


def _without_reason(
    asked: Survival, records: pd.DataFrame, labels: Mapping[str, str]
) -> list[ExcludedRecords]:
    """Count the units that ended, of which nobody knows whether a reason holds."""
    ended = records[records[asked.ending].notna()]
    return without_level(ended, asked.reasons, labels, analysis=asked.name)


def _share_row(asked: Survival, share: _Share, *, synthetic: bool) -> SurvivalRow:
    count, total = share.count, share.total
    low, high = wilson_interval(count, total)
    estimate = count / total if total else float("nan")
    return SurvivalRow(
        analysis=asked.name,
        part=share.part,
        **asdict(share.which),
        state=share.state,
        label=share.label,
        time=share.time,
        n_units=total,
        n_clusters=int(share.records["group"].nunique()),
        n_ended=total - count if share.part == "bound" else count,
        n_risk=total,
        estimate=estimate,
        lowest=estimate,
        highest=estimate,
        std_error=float(np.sqrt(estimate * (1 - estimate) / total)) if total else float("nan"),
        conf_low=low,
        conf_high=high,
        public_counts=asked.public_counts,
        synthetic=synthetic,
    )
