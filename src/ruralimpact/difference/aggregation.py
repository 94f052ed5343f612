"""Averages of group-time effects: by cohort, by period, by time since treatment, and over all."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.difference.group_time import GroupTimeEffects
from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
Kind = Literal["simple", "cohort", "calendar", "event"]


@dataclass(frozen=True)
class Aggregate:
    """Averages of group-time effects and one overall average.

    Attributes
    ----------
    kind : {"simple", "cohort", "calendar", "event"}
    labels : ndarray, shape (k,)
        Cohorts, periods, or times since first treatment; none for "simple".
    estimates : ndarray, shape (k,)
        In the outcome's unit.
    scores : ndarray, shape (n, k)
        With the influence of the estimated sizes of the cohorts.
    before : ndarray of bool, shape (k,)
        Times before treatment (and its anticipation) whose pseudo-effects should be zero; the base
        period of a universal base is not among them.
    treated, controls : ndarray of bool, shape (n, k)
        Units in any of the two-by-twos behind an average; one may be a control before it is treated.
    overall : ScoredEstimate
        Over periods with treatment. `treated_mean` is the mean outcome of the treated with the same
        weights.
    """

    kind: Kind
    labels: FloatArray
    estimates: FloatArray
    scores: FloatArray
    before: BoolArray
    treated: BoolArray
    controls: BoolArray
    overall: ScoredEstimate

    @property
    def n_treated(self) -> IntArray:
        """Treated units behind each average, shape (k,)."""
        return np.asarray(self.treated.sum(axis=0), dtype=np.int64)

    @property
    def n_control(self) -> IntArray:
        """Controls behind each average, shape (k,)."""
        return np.asarray(self.controls.sum(axis=0), dtype=np.int64)


def aggregate(
    effects: GroupTimeEffects,
    kind: Kind,
    *,
    first: float | None = None,
    last: float | None = None,
) -> Aggregate:
    """Average group-time effects.

    Parameters
    ----------
    effects : GroupTimeEffects
    kind : {"simple", "cohort", "calendar", "event"}
        "simple": all effects, each with the weight of its cohort's size. "cohort": over the periods of a
        cohort equally, then over cohorts by size. "calendar": over the cohorts treated in a period by
        size, then over periods equally. "event": over cohorts by size for each time since treatment,
        then over the times since treatment equally.
    first, last : float, optional
        Earliest and latest time since treatment that enters.

    Returns
    -------
    Aggregate

    Raises
    ------
    DesignError
        No effect after treatment is left.

    Notes
    -----
    The size N_g of a cohort is the number, or the sampling weight, of its units in any of its two-by-twos. An
    average over cohorts with weights ``N_g / sum N_g`` has the scores of its effects with these weights, plus
    for each unit of cohort g its weight times ``(effect_g - average) / sum N_g`` from the estimated sizes.

    References
    ----------
    Callaway & Sant'Anna (2021), Journal of Econometrics 225(2).
    """
    event = effects.event_times
    sizes = _cohort_sizes(effects)
    window = sizes > 0
    window &= event >= (-np.inf if first is None else first)
    window &= event <= (np.inf if last is None else last)
    after = window & (event >= 0)
    if not after.any():
        raise DesignError("no effect after treatment is left to average.")
    if kind == "simple":
        return _aggregate(effects, kind, np.empty(0), [], _by_size(effects, sizes, after), after)
    values = {"cohort": effects.cohorts, "calendar": effects.periods, "event": event}[kind]
    used = window if kind == "event" else after
    labels = np.unique(values[used])
    members = [used & (values == label) for label in labels]
    if kind == "cohort":
        parts = [_equally(effects, member) for member in members]
        cohort_sizes = np.array([sizes[member][0] for member in members])
        overall = _cohorts_by_size(effects, parts, labels, cohort_sizes)
    else:
        parts = [_by_size(effects, sizes, member) for member in members]
        treated = [part for part, member in zip(parts, members, strict=True) if after[member].any()]
        overall = _mean(treated)
    return _aggregate(effects, kind, labels, list(zip(parts, members, strict=True)), overall, after)


@dataclass(frozen=True)
class _Weighting:
    """A weighted average of m effects over units of c cohorts, whatever the effects' values.

    Attributes
    ----------
    weights : ndarray, shape (m,)
    sizes : ndarray, shape (c, m)
        Times the effects: the influence of a unit of each cohort through the estimated sizes.
    """

    weights: FloatArray
    sizes: FloatArray

    def apply(
        self, values: FloatArray, scores: FloatArray, cohort: FloatArray
    ) -> tuple[float, FloatArray]:
        """Average and its scores; `cohort` (n, c) has the weight of units where they belong."""
        return float(self.weights @ values), scores @ self.weights + cohort @ (self.sizes @ values)


def _cohort_members(effects: GroupTimeEffects) -> FloatArray:
    """Weights of the units in any two-by-two of each cohort, shape (n, c)."""
    treated = effects.arms == 1
    cohorts = np.unique(effects.cohorts)
    members = [treated[:, effects.cohorts == cohort].any(axis=1) for cohort in cohorts]
    return np.column_stack(members) * effects.sampling[:, None]


def _cohort_sizes(effects: GroupTimeEffects) -> FloatArray:
    """Size of each effect's cohort, shape (m,)."""
    sizes = _cohort_members(effects).sum(axis=0)
    return np.asarray(sizes[np.unique(effects.cohorts, return_inverse=True)[1]])


def _equally(effects: GroupTimeEffects, member: BoolArray) -> _Weighting:
    n_cohorts = len(np.unique(effects.cohorts))
    return _Weighting(member / member.sum(), np.zeros((n_cohorts, len(member))))


def _by_size(effects: GroupTimeEffects, sizes: FloatArray, member: BoolArray) -> _Weighting:
    """Weights N_g / S; a unit of cohort g has influence (sum of its effects - average) / S."""
    total = sizes[member].sum()
    weights = np.where(member, sizes, 0.0) / total
    own = (effects.cohorts == np.unique(effects.cohorts)[:, None]) & member
    return _Weighting(weights, (own - own.sum(axis=1, keepdims=True) * weights) / total)


def _cohorts_by_size(
    effects: GroupTimeEffects, parts: list[_Weighting], labels: FloatArray, sizes: FloatArray
) -> _Weighting:
    """Averages of single cohorts (`labels`), weighted by size."""
    weights = np.array([part.weights for part in parts])
    overall = sizes @ weights / sizes.sum()
    cohorts = np.unique(effects.cohorts)
    influence = np.zeros((len(cohorts), len(overall)))
    influence[np.searchsorted(cohorts, labels)] = (weights - overall) / sizes.sum()
    return _Weighting(overall, influence)


def _mean(parts: list[_Weighting]) -> _Weighting:
    return _Weighting(
        np.mean([part.weights for part in parts], axis=0),
        np.mean([part.sizes for part in parts], axis=0),
    )


def _aggregate(
    effects: GroupTimeEffects,
    kind: Kind,
    labels: FloatArray,
    parts: list[tuple[_Weighting, BoolArray]],
    overall: _Weighting,
    after: BoolArray,
) -> Aggregate:
    cohort = _cohort_members(effects)
    averages = [part.apply(effects.estimates, effects.scores, cohort) for part, _ in parts]
    return Aggregate(
        kind=kind,
        labels=labels,
        estimates=np.array([estimate for estimate, _ in averages]),
        scores=np.array([scores for _, scores in averages])
        .reshape(len(labels), len(effects.scores))
        .T,
        before=np.array([bool((effects.before & member).any()) for _, member in parts], bool),
        treated=_in_any(effects, [member for _, member in parts], 1),
        controls=_in_any(effects, [member for _, member in parts], -1),
        overall=_overall(effects, overall, after, cohort),
    )


def _in_any(effects: GroupTimeEffects, members: list[BoolArray], code: int) -> BoolArray:
    """Units with a code in any of the two-by-twos of each average, shape (n, k)."""
    members_in = [(effects.arms[:, member] == code).any(axis=1) for member in members]
    return np.array(members_in, dtype=bool).reshape(len(members_in), len(effects.arms)).T


def _overall(
    effects: GroupTimeEffects, weighting: _Weighting, after: BoolArray, cohort: FloatArray
) -> ScoredEstimate:
    estimate, scores = weighting.apply(effects.estimates, effects.scores, cohort)
    means = np.where(after, effects.treated_means, 0.0)  # weights are 0 elsewhere
    mean, mean_scores = weighting.apply(means, effects.treated_mean_scores, cohort)
    treated, controls = (int(_in_any(effects, [after], code).sum()) for code in (1, -1))
    weights, arms = _unit_weights(effects, weighting)
    return ScoredEstimate(
        estimate,
        scores,
        treated_mean=mean,
        counterfactual_mean=mean - estimate,
        treated_mean_scores=mean_scores,
        n_treated=treated,
        n_control=controls,
        weights=weights,
        arms=arms,
        outcome_weights=_outcome_weights(effects, weighting),
        notes=tuple(exclusion.words for exclusion in effects.excluded),
    )


def _unit_weights(
    effects: GroupTimeEffects, weighting: _Weighting
) -> tuple[FloatArray, NDArray[np.int8]]:
    """Weight of each unit in an average, and the arm in which it has more of it.

    Units of a two-by-two have their sampling weight within its arms. A unit that is a control before it is
    treated counts in the arm in which it weighs more.
    """
    by_arm = []
    for code in (-1, 1):
        members = (effects.arms == code) * effects.sampling[:, None]
        total = members.sum(axis=0)
        sizes = np.where(total > 0, total, 1.0)
        by_arm.append(members @ (np.abs(weighting.weights) / sizes))
    control, treated = by_arm
    return np.maximum(treated, control), (treated > control).astype(np.int8)


def _outcome_weights(effects: GroupTimeEffects, weighting: _Weighting) -> FloatArray:
    """Weight of each unit's outcome in each period of the panel, shape (n, T)."""
    weights = np.zeros((len(effects.scores), len(effects.panel_periods)))
    for side, periods in enumerate((effects.bases, effects.periods)):
        column = np.searchsorted(effects.panel_periods, periods)
        for effect in np.flatnonzero(weighting.weights):
            of_effect = effects.outcome_weights[:, effect, side]
            weights[:, column[effect]] += weighting.weights[effect] * of_effect
    return weights
