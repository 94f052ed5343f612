"""Rows of the table of event-study effects: effects and means over time, with intervals and uniform bands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.difference.aggregation import Aggregate
from ruralimpact.difference.arms import Arms
from ruralimpact.difference.event_study import corrected_in_arms, uniform_band
from ruralimpact.difference.group_time import GroupTimeEffects
from ruralimpact.difference.levels import mean_with_scores
from ruralimpact.errors import DesignError
from ruralimpact.estimation.joint_tests import arms_of_groups
from ruralimpact.inference.bias_reduced_scores import CorrectedScores
from ruralimpact.inference.clustered import group_codes, group_sums, t_inference

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
StrArray = NDArray[np.object_]
Row = dict[str, Any]

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
    def heading(self) -> Row:
        """The columns that all tables share."""
        return {"analysis": self.arms.analysis, "outcome": self.outcome}


@dataclass(frozen=True)
class _Several:
    """Several effects of one kind with what names each of them."""

    kind: str
    estimates: FloatArray
    scores: FloatArray
    treated: BoolArray
    controls: BoolArray
    reference: BoolArray
    places: Sequence[Row]


def aggregate_rows(question: ComparisonQuestion, result: Aggregate) -> list[Row]:
    """Rows of averages by event time, cohort or period, with intervals and a uniform band.

    Parameters
    ----------
    question : ComparisonQuestion
    result : Aggregate

    Returns
    -------
    list of dict
        Contract ``event_study``.
    """
    name = {"event": "event_time", "cohort": "cohort", "calendar": "period"}[result.kind]
    places = [
        {name: float(label), "before": bool(before)}
        for label, before in zip(result.labels, result.before, strict=True)
    ]
    reference = np.all(result.scores == 0, axis=0)
    several = _Several(
        result.kind,
        result.estimates,
        result.scores,
        result.treated,
        result.controls,
        reference,
        places,
    )
    return _effect_rows(question, several)


def group_time_rows(question: ComparisonQuestion, effects: GroupTimeEffects) -> list[Row]:
    """Rows of the effects on each cohort in each period, and of those that have none.

    Parameters
    ----------
    question : ComparisonQuestion
    effects : GroupTimeEffects

    Returns
    -------
    list of dict
        Contract ``event_study``.
    """
    places = [
        {
            "cohort": float(effects.cohorts[j]),
            "period": float(effects.periods[j]),
            "event_time": float(effects.event_times[j]),
            "before": bool(effects.before[j]),
        }
        for j in range(len(effects.estimates))
    ]
    several = _Several(
        "group_time",
        effects.estimates,
        effects.scores,
        effects.arms == 1,
        effects.arms == -1,
        effects.reference,
        places,
    )
    missing = [
        _row(
            question,
            "group_time",
            cohort=item.cohort,
            period=item.period,
            event_time=item.period - item.cohort,
            n_treated=item.n_units,
            reason=item.reason,
        )
        for item in effects.excluded
    ]
    return [*_effect_rows(question, several), *missing]


def mean_rows(question: ComparisonQuestion, outcome: FloatArray) -> Iterator[Row]:
    """Yield the mean outcome of each arm in each wave, with its interval.

    Parameters
    ----------
    question : ComparisonQuestion
    outcome : ndarray, shape (n, T)

    Yields
    ------
    dict
        Contract ``event_study``, kind "mean".
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
            yield _row(
                question,
                "mean",
                arm=arm,
                cohort=cohort,
                period=float(period),
                n_treated=int(inside.sum()),
                n_clusters=_n_clusters(scores, codes),
                **_inference(mean, corrected),
            )


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


def _effect_rows(question: ComparisonQuestion, several: _Several) -> list[Row]:
    arms = question.arms
    codes = group_codes(arms.groups)
    columns = zip(several.scores.T, several.treated.T, several.controls.T, strict=True)
    corrected = [
        corrected_in_arms(own, treated, used | treated, codes, arms.sampling, arms.strata)
        for own, treated, used in columns
    ]
    single = of_single_group(several.treated, several.controls, arms.groups)
    band = _band(question, several, corrected, ~several.reference & ~single)
    rows = []
    for j, position in enumerate(several.places):
        counts = {
            "n_treated": int(several.treated[:, j].sum()),
            "n_control": int(several.controls[:, j].sum()),
        }
        result: Row = {"estimate": float(several.estimates[j])}
        if several.reference[j]:
            result = {"estimate": 0.0, "reason": REFERENCE}
        elif single[j]:
            result |= {"reason": SINGLE}
        else:
            result = _inference(result["estimate"], corrected[j])
            result["n_clusters"] = _n_clusters(several.scores[:, j], codes)
            result |= {name: values[j] for name, values in band.items()}
        rows.append(_row(question, several.kind, **position, **counts, **result))
    return rows


def _band(
    question: ComparisonQuestion,
    several: _Several,
    corrected: list[CorrectedScores],
    free: BoolArray,
) -> dict[str, FloatArray]:
    """Uniform band; NaN where there is none."""
    result = {name: np.full(len(free), np.nan) for name in ("band_low", "band_high")}
    stream = f"{question.arms.analysis}/{question.outcome}/{several.kind}"
    seed = (question.seed + crc32(stream.encode())) % 2**32
    arms = _arms_of_groups(question.arms)
    shown = [item for item, shows in zip(corrected, free, strict=True) if shows]
    try:
        band = uniform_band(several.estimates[free], shown, seed, arms=arms)
    except (
        DesignError
    ):  # nothing to show, or fewer than two groups: no band, as there is no interval
        return result
    result["band_low"][free], result["band_high"][free] = band.low, band.high
    return result


def _arms_of_groups(arms: Arms) -> NDArray[np.int64] | None:
    """Arm of each group where all effects compare the same two, in the order of the labels."""
    if arms.n_before == 0:
        return None
    result = arms_of_groups(pd.Series(arms.groups.astype(str)), arms.treatment)
    return None if result is None else np.asarray(result, dtype=np.int64)


def _inference(estimate: float, corrected: CorrectedScores) -> Row:
    result = t_inference(estimate, corrected.std_error, corrected.df)
    names = ("std_error", "conf_low", "conf_high")
    return {
        "estimate": estimate,
        **{name: getattr(result, name) for name in names},
    }


def _n_clusters(scores: FloatArray, groups: NDArray[np.int64]) -> int:
    """Groups that an estimate rests on; centring within strata gives the others scores too."""
    return int(np.count_nonzero(group_sums(scores, groups)))


def _row(question: ComparisonQuestion, kind: str, **values: Any) -> Row:
    return {
        **question.heading,
        "unit": question.unit,
        "kind": kind,
        "arm": "",
        **dict.fromkeys(("cohort", "period", "event_time"), np.nan),
        "before": False,
        **dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high"), np.nan),
        **dict.fromkeys(("band_low", "band_high"), np.nan),
        **dict.fromkeys(("n_treated", "n_control", "n_clusters"), 0),
        "reason": "",
        "synthetic": question.synthetic,
        **values,
    }
