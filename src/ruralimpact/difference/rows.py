"""Rows of the table of dynamics: effects and means over time, with intervals and uniform bands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ruralimpact.difference.aggregation import Aggregate
from ruralimpact.difference.arms import Arms
from ruralimpact.difference.event_study import sum_by_group, uniform_band
from ruralimpact.difference.group_time import GroupTimeEffects
from ruralimpact.errors import DesignError
from ruralimpact.inference.clustered import clustered_std_error, t_inference

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Row = dict[str, Any]

REFERENCE = "reference period: zero by construction"


@dataclass(frozen=True)
class Question:
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
    reference: BoolArray
    places: Sequence[Row]


def aggregate_rows(question: Question, found: Aggregate) -> list[Row]:
    """Rows of averages by event time, cohort or period, with intervals and a uniform band.

    Parameters
    ----------
    question : Question
    found : Aggregate

    Returns
    -------
    list of dict
        Contract ``dynamics``.
    """
    name = {"event": "event_time", "cohort": "cohort", "calendar": "period"}[found.kind]
    places = [
        {name: float(label), "before": bool(before), "n_treated": int(n1), "n_control": int(n0)}
        for label, before, n1, n0 in zip(
            found.labels, found.before, found.n_treated, found.n_control, strict=True
        )
    ]
    reference = np.all(found.scores == 0, axis=0)
    several = _Several(found.kind, found.estimates, found.scores, reference, places)
    return _effect_rows(question, several)


def group_time_rows(question: Question, effects: GroupTimeEffects) -> list[Row]:
    """Rows of the effects on each cohort in each period, and of those that have none.

    Parameters
    ----------
    question : Question
    effects : GroupTimeEffects

    Returns
    -------
    list of dict
        Contract ``dynamics``.
    """
    places = [
        {
            "cohort": float(effects.cohorts[j]),
            "period": float(effects.periods[j]),
            "event_time": float(effects.event_times[j]),
            "before": bool(effects.before[j]),
            "n_treated": int((effects.arms[:, j] == 1).sum()),
            "n_control": int((effects.arms[:, j] == -1).sum()),
        }
        for j in range(len(effects.estimates))
    ]
    several = _Several("group_time", effects.estimates, effects.scores, effects.reference, places)
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
        for item in effects.left_out
    ]
    return [*_effect_rows(question, several), *missing]


def mean_rows(question: Question, outcome: FloatArray) -> Iterator[Row]:
    """Yield the mean outcome of each arm in each wave, with its interval.

    Parameters
    ----------
    question : Question
    outcome : ndarray, shape (n, T)

    Yields
    ------
    dict
        Contract ``dynamics``, kind "mean".
    """
    for arm, cohort, members in _arm_members(question.arms):
        for place, period in enumerate(question.arms.periods):
            inside = members & np.isfinite(outcome[:, place])
            if not inside.any():
                continue
            values = np.where(inside, outcome[:, place], 0.0)
            mean = float(values[inside].mean())
            scores = np.where(inside, values - mean, 0.0) / inside.sum()
            sums = sum_by_group(scores[:, None], question.arms.groups)
            yield _row(
                question,
                "mean",
                arm=arm,
                cohort=cohort,
                period=float(period),
                n_treated=int(inside.sum()),
                **_inference(mean, sums[:, 0]),
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


def _effect_rows(question: Question, several: _Several) -> list[Row]:
    sums = sum_by_group(several.scores, question.arms.groups)
    free = ~several.reference
    low, high = (np.full(len(free), np.nan) for _ in range(2))
    stream = f"{question.arms.analysis}/{question.outcome}/{several.kind}"
    seed = (question.seed + crc32(stream.encode())) % 2**32
    if free.any():
        try:
            band = uniform_band(several.estimates[free], sums[:, free], seed)
            low[free], high[free] = band.low, band.high
        except DesignError:
            pass  # fewer than two groups: no band, as there is no interval
    return [
        _row(
            question,
            several.kind,
            **place,
            **(
                {"estimate": 0.0, "reason": REFERENCE}
                if several.reference[j]
                else _inference(float(several.estimates[j]), sums[:, j])
            ),
            band_low=low[j],
            band_high=high[j],
        )
        for j, place in enumerate(several.places)
    ]


def _inference(estimate: float, sums: FloatArray) -> Row:
    error, count = clustered_std_error(sums)
    found = t_inference(estimate, error, count - 1)
    names = ("std_error", "conf_low", "conf_high")
    return {
        "estimate": estimate,
        **{name: getattr(found, name) for name in names},
        "n_groups": count,
    }


def _row(question: Question, kind: str, **values: Any) -> Row:
    return {
        **question.heading,
        "unit": question.unit,
        "kind": kind,
        "arm": "",
        **dict.fromkeys(("cohort", "period", "event_time"), np.nan),
        "before": False,
        **dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high"), np.nan),
        **dict.fromkeys(("band_low", "band_high"), np.nan),
        **dict.fromkeys(("n_treated", "n_control", "n_groups"), 0),
        "reason": "",
        "synthetic": question.synthetic,
        **values,
    }
