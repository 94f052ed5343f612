"""Rows of the table of event-study effects: effects and means over time, with intervals and uniform bands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.difference.aggregation import Aggregate
from ruralimpact.difference.arms import Arms
from ruralimpact.difference.event_study import corrected_in_arms, uniform_band
from ruralimpact.difference.group_time import GroupTimeEffects
from ruralimpact.difference.levels import mean_with_scores
from ruralimpact.difference.records import EventStudyRow
from ruralimpact.errors import DesignError
from ruralimpact.estimation.joint_tests import arms_of_groups
from ruralimpact.inference.bias_reduced_scores import CorrectedScores
from ruralimpact.inference.clustered import group_codes, group_sums, t_inference

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
StrArray = NDArray[np.object_]

REFERENCE = "reference period: zero by construction"
SINGLE = "an arm is a single group: no standard error"


@dataclass(frozen=True)
class ComparisonQuestion:
    """An outcome of an analysis with its arms.

    Attributes
    ----------
    outcome, unit : str
    arms : Arms
    synthetic : bool
    seed : int
        Each band derives its own stream from it.
    """

    outcome: str
    unit: str
    arms: Arms
    synthetic: bool
    seed: int

    @property
    def analysis(self) -> str:
        return self.arms.analysis


@dataclass(frozen=True)
class _Several:
    """Several effects of one kind, each with a row that says which it is."""

    rows: Sequence[EventStudyRow]
    estimates: FloatArray
    scores: FloatArray
    treated: BoolArray
    controls: BoolArray
    reference: BoolArray


def aggregate_rows(question: ComparisonQuestion, averages: Aggregate) -> list[EventStudyRow]:
    """Rows of averages by event time, cohort or period, with intervals and a uniform band.

    Parameters
    ----------
    question : ComparisonQuestion
    averages : Aggregate

    Returns
    -------
    list of EventStudyRow
    """
    rows = [
        _labelled(question, averages.kind, float(label), bool(before))
        for label, before in zip(averages.labels, averages.before, strict=True)
    ]
    several = _Several(
        rows,
        averages.estimates,
        averages.scores,
        averages.treated,
        averages.controls,
        reference=np.all(averages.scores == 0, axis=0),
    )
    return _effect_rows(question, averages.kind, several)


def _labelled(question: ComparisonQuestion, kind: str, label: float, before: bool) -> EventStudyRow:
    row = replace(_blank(question, kind), before=before)
    if kind == "event":
        return replace(row, event_time=label)
    return replace(row, cohort=label) if kind == "cohort" else replace(row, period=label)


def group_time_rows(question: ComparisonQuestion, effects: GroupTimeEffects) -> list[EventStudyRow]:
    """Rows of the effects on each cohort in each period, and of those that have none.

    Parameters
    ----------
    question : ComparisonQuestion
    effects : GroupTimeEffects

    Returns
    -------
    list of EventStudyRow
    """
    blank = _blank(question, "group_time")
    rows = [
        replace(
            blank,
            cohort=float(effects.cohorts[j]),
            period=float(effects.periods[j]),
            event_time=float(effects.event_times[j]),
            before=bool(effects.before[j]),
        )
        for j in range(len(effects.estimates))
    ]
    several = _Several(
        rows,
        effects.estimates,
        effects.scores,
        effects.arms == 1,
        effects.arms == -1,
        effects.reference,
    )
    missing = [
        replace(
            blank,
            cohort=cell.cohort,
            period=cell.period,
            event_time=cell.period - cell.cohort,
            n_treated=cell.n_units,
            reason=cell.reason,
        )
        for cell in effects.excluded
    ]
    return [*_effect_rows(question, "group_time", several), *missing]


def mean_rows(question: ComparisonQuestion, outcome: FloatArray) -> Iterator[EventStudyRow]:
    """Yield the mean outcome of each arm in each wave, with its interval.

    Parameters
    ----------
    question : ComparisonQuestion
    outcome : ndarray, shape (n, T)

    Yields
    ------
    EventStudyRow
        Of kind "mean".
    """
    for arm, cohort, members in _arm_members(question.arms):
        for position, period in enumerate(question.arms.periods):
            inside = members & np.isfinite(outcome[:, position])
            if not inside.any():
                continue
            values = np.where(inside, outcome[:, position], 0.0)
            sampling = question.arms.sampling
            mean, scores = mean_with_scores(
                values, inside.astype(float) if sampling is None else inside * sampling
            )
            codes = group_codes(question.arms.groups)
            corrected = corrected_in_arms(
                scores, inside, inside, codes, sampling, question.arms.strata
            )
            row = replace(
                _blank(question, "mean"),
                arm=arm,
                cohort=cohort,
                period=float(period),
                n_treated=int(inside.sum()),
                n_clusters=_n_clusters(scores, codes),
                estimate=mean,
            )
            yield _with_interval(row, corrected)


def _arm_members(arms: Arms) -> Iterator[tuple[str, float, BoolArray]]:
    """Yield the arms that have a mean of their own: label, cohort, members."""
    if arms.n_before == 0:
        for start in np.unique(arms.first_treated):
            label = "never treated" if np.isinf(start) else f"first treated in {start:g}"
            members = arms.first_treated == start
            yield label, (np.nan if np.isinf(start) else float(start)), members
        return
    for value, word in ((1, "treated"), (0, "controls")):
        members = arms.treatment == value
        if arms.eligible is None:
            if members.any():
                yield word, np.nan, members
            continue
        for level, kind in ((1, "eligible"), (0, "not eligible")):
            yield f"{word}, {kind}", np.nan, members & (arms.eligible == level)


def of_single_group(treated: BoolArray, controls: BoolArray, groups: StrArray) -> BoolArray:
    """Effects of which an arm is one group, so that its scores add up to zero and show no variance.

    Parameters
    ----------
    treated, controls : ndarray of bool, shape (n, k)
    groups : ndarray of str, shape (n,)

    Returns
    -------
    ndarray of bool, shape (k,)
    """
    single = [
        any(len(set(groups[members])) == 1 for members in pair)
        for pair in zip(treated.T, controls.T, strict=True)
    ]
    return np.array(single, dtype=bool)


def _effect_rows(question: ComparisonQuestion, kind: str, several: _Several) -> list[EventStudyRow]:
    arms = question.arms
    codes = group_codes(arms.groups)
    columns = zip(several.scores.T, several.treated.T, several.controls.T, strict=True)
    corrected = [
        corrected_in_arms(own, treated, used | treated, codes, arms.sampling, arms.strata)
        for own, treated, used in columns
    ]
    single = of_single_group(several.treated, several.controls, arms.groups)
    low, high = _band(question, kind, several, corrected, ~several.reference & ~single)
    rows = []
    for j, labelled in enumerate(several.rows):
        row = replace(
            labelled,
            n_treated=int(several.treated[:, j].sum()),
            n_control=int(several.controls[:, j].sum()),
            estimate=float(several.estimates[j]),
        )
        if several.reference[j]:
            row = replace(row, estimate=0.0, reason=REFERENCE)
        elif single[j]:
            row = replace(row, reason=SINGLE)
        else:
            row = replace(
                _with_interval(row, corrected[j]),
                n_clusters=_n_clusters(several.scores[:, j], codes),
                band_low=low[j],
                band_high=high[j],
            )
        rows.append(row)
    return rows


def _band(
    question: ComparisonQuestion,
    kind: str,
    several: _Several,
    corrected: list[CorrectedScores],
    free: BoolArray,
) -> tuple[FloatArray, FloatArray]:
    """Lower and upper end of the uniform band; NaN where there is none."""
    low, high = np.full(len(free), np.nan), np.full(len(free), np.nan)
    stream = f"{question.analysis}/{question.outcome}/{kind}"
    seed = (question.seed + crc32(stream.encode())) % 2**32
    arms = _arms_of_groups(question.arms)
    shown = [scores for scores, shows in zip(corrected, free, strict=True) if shows]
    try:
        band = uniform_band(several.estimates[free], shown, seed, arms=arms)
    except (
        DesignError
    ):  # nothing to show, or fewer than two groups: no band, as there is no interval
        return low, high
    low[free], high[free] = band.low, band.high
    return low, high


def _arms_of_groups(arms: Arms) -> NDArray[np.int64] | None:
    """Arm of each group where all effects compare the same two, in the order of the labels."""
    if arms.n_before == 0:
        return None
    codes = arms_of_groups(pd.Series(arms.groups.astype(str)), arms.treatment)
    return None if codes is None else np.asarray(codes, dtype=np.int64)


def _with_interval(row: EventStudyRow, corrected: CorrectedScores) -> EventStudyRow:
    test = t_inference(row.estimate, corrected.std_error, corrected.df)
    return replace(row, std_error=test.std_error, conf_low=test.conf_low, conf_high=test.conf_high)


def _n_clusters(scores: FloatArray, groups: NDArray[np.int64]) -> int:
    """Groups that an estimate rests on; centring within strata gives the others scores too."""
    return int(np.count_nonzero(group_sums(scores, groups)))


def _blank(question: ComparisonQuestion, kind: str) -> EventStudyRow:
    return EventStudyRow(
        analysis=question.analysis,
        outcome=question.outcome,
        unit=question.unit,
        kind=kind,
        synthetic=question.synthetic,
    )
