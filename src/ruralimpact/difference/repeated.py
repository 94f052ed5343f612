"""Difference-in-differences of repeated cross sections, and of panels whose units come and go."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.balance import effective_number
from ruralimpact.design.covariates import CovariateMatrix, refuse_degenerate
from ruralimpact.design.propensity import refuse_separation
from ruralimpact.difference.checks import (
    Covariates,
    checked_arm,
    checked_covariates,
    checked_weights,
)
from ruralimpact.difference.levels import mean_with_scores
from ruralimpact.difference.weighted_score import selection_of
from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.outcome_regression import regress_arm
from ruralimpact.estimation.potential_means import (
    ArmWeights,
    PotentialMean,
    potential_mean,
    selection_weights,
)

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
RepeatedForm = Literal["doubly_robust", "regression", "weighting", "unconditional"]

_PERIODS = ((1, "after"), (0, "before"))


@dataclass(frozen=True)
class Observations:
    """Rows of units that may be observed before treatment, after it, or both.

    Attributes
    ----------
    outcome : ndarray, shape (m,)
    after : ndarray of {0, 1}, shape (m,)
        Period of each row.
    unit, wave : ndarray of int, shape (m,)
        Position of the unit among n, to which rows belong, and of the wave among the outcome's.
    n, n_waves : int
        Number of units and of waves.
    """

    outcome: FloatArray
    after: NDArray[np.int8]
    unit: IntArray
    wave: IntArray
    n: int
    n_waves: int

    def by_wave(self, values: FloatArray) -> FloatArray:
        """Values of rows as those of units and waves, 0 where there is no row.

        Parameters
        ----------
        values : ndarray, shape (m,)

        Returns
        -------
        ndarray, shape (n, n_waves)
        """
        spread = np.zeros((self.n, self.n_waves))
        spread[self.unit, self.wave] = values
        return spread


def observations(before: FloatArray, after: FloatArray) -> Observations:
    """List what is known of an outcome in waves before treatment and waves after it.

    Parameters
    ----------
    before, after : ndarray, shape (n, waves)
        NaN where a unit was not observed.

    Returns
    -------
    Observations
        One row a value that is known.
    """
    joined = np.column_stack([before, after])
    unit, wave = np.nonzero(np.isfinite(joined))
    period = (wave >= before.shape[1]).astype(np.int8)
    return Observations(joined[unit, wave], period, unit, wave, *joined.shape)


def repeated_difference(
    rows: Observations,
    treatment: NDArray[np.int8],
    covariates: Covariates = None,
    *,
    form: RepeatedForm = "doubly_robust",
    sampling: FloatArray | None = None,
) -> ScoredEstimate:
    """Effect on the treated from the arms' means before and after, whoever was observed when.

    Parameters
    ----------
    rows : Observations
    treatment : ndarray of {0, 1}, shape (n,)
        Arm of each unit, whatever the period.
    covariates : CovariateMatrix or ndarray, n rows, or None
        Measured before treatment, or fixed. Without columns every form is the unconditional one.
    form : {"doubly_robust", "regression", "weighting", "unconditional"}
        "doubly_robust": a logit score and a regression in each arm and period (locally efficient).
        "regression": regressions among controls by period. "weighting": the score alone, weights normalised.
        "unconditional": the four means.
    sampling : ndarray, shape (n,), optional
        Sampling weight of each unit, positive, in all of its rows.

    Returns
    -------
    ScoredEstimate
        Scores are summed over the rows of a unit. Units count as treated or controls if they are observed at
        all; a note says how many were observed when.

    Raises
    ------
    DesignError
        An arm was not observed before, or not after; as `doubly_robust_difference`.

    Notes
    -----
    Rests, beside parallel trends, on an arm's composition being the same before and after: those who joined
    or left are, given the covariates, like those they replace. With m_{dt} the regression in arm d and period
    t, w the odds of treatment, the doubly robust form is, for each period, the mean over all treated rows
    of m_{1t} - m_{0t} less the weighted mean residual of controls; the difference of the two periods is the
    estimate.

    References
    ----------
    Sant'Anna & Zhao (2020), Journal of Econometrics 219(1), section 2.2 and equation 3.4.
    """
    arm_of_units = checked_arm(treatment, {})
    arm = arm_of_units[rows.unit]
    weights = checked_weights(sampling, rows.n)
    _refuse_empty_cells(arm, rows.after)
    matrix = _of_rows(checked_covariates(covariates, rows.n), rows.unit)
    if matrix.names and form != "unconditional":
        refuse_degenerate(matrix)
        if form != "regression":
            refuse_separation(matrix, arm)
        means = _Conditional(rows, arm, matrix, form, weights[rows.unit]).means()
    else:
        anyone = np.ones(len(arm))
        means = {
            (side, period): potential_mean(
                rows.outcome, _members(arm, side, rows.after, period, weights[rows.unit]), anyone
            )
            for side in (1, 0)
            for period, _ in _PERIODS
        }
    return _difference(rows, arm_of_units, means, weights)


@dataclass(frozen=True)
class _Conditional:
    """The four means given covariates, over the treated of both periods."""

    rows: Observations
    arm: NDArray[np.int8]
    covariates: CovariateMatrix
    form: RepeatedForm
    sampling: FloatArray

    def means(self) -> dict[tuple[int, int], PotentialMean]:
        odds = None if self.form == "regression" else self._odds()
        means = {}
        for period, _ in _PERIODS:
            means[1, period] = self._treated(period)
            means[0, period] = self._controls(period, odds)
        return means

    def _treated(self, period: int) -> PotentialMean:
        members = _members(self.arm, 1, self.rows.after, period, self.sampling)
        regression = None
        if self.form == "doubly_robust":
            regression = regress_arm(
                self.rows.outcome, self.covariates, members.values, arm="treated units"
            )
        return potential_mean(self.rows.outcome, members, self._target, regression=regression)

    def _controls(self, period: int, odds: ArmWeights | None) -> PotentialMean:
        inside = (self.rows.after == period).astype(float)
        members = _members(self.arm, 0, self.rows.after, period, self.sampling)
        weights = members
        if odds is not None:
            weights = ArmWeights(odds.values * inside, odds.slopes * inside, odds.selection)
        regression = None
        if self.form != "weighting":
            regression = regress_arm(
                self.rows.outcome, self.covariates, members.values, arm="controls"
            )
        return potential_mean(
            self.rows.outcome,
            weights,
            self._target,
            regression=regression,
            correct=self.form != "regression",
        )

    @property
    def _target(self) -> FloatArray:
        return np.asarray(self.sampling * (self.arm == 1), dtype=float)

    def _odds(self) -> ArmWeights:
        selection = selection_of(self.covariates, self.arm, self.sampling)
        return selection_weights(self.arm, 0, selection, "ATT", self.sampling)


def _difference(
    rows: Observations,
    arm_of_units: NDArray[np.int8],
    means: dict[tuple[int, int], PotentialMean],
    sampling: FloatArray,
) -> ScoredEstimate:
    arm = arm_of_units[rows.unit]
    changes = {side: means[side, 1].value - means[side, 0].value for side in (1, 0)}
    scores = (means[1, 1].scores - means[1, 0].scores) - (means[0, 1].scores - means[0, 0].scores)
    by_row = (means[1, 1].outcome_weights - means[1, 0].outcome_weights) - (
        means[0, 1].outcome_weights - means[0, 0].outcome_weights
    )
    late = sampling[rows.unit] * (rows.after == 1)
    treated, treated_scores = mean_with_scores(rows.outcome, late * (arm == 1))
    control, control_scores = mean_with_scores(rows.outcome, late * (arm == 0))
    counts = np.bincount(rows.unit, minlength=rows.n)
    carried = counts * sampling
    effect = changes[1] - changes[0]
    return ScoredEstimate(
        estimate=effect,
        scores=_by_unit(rows, scores),
        treated_mean=treated,
        counterfactual_mean=treated - effect,
        control_mean=control,
        treated_mean_scores=_by_unit(rows, treated_scores),
        control_mean_scores=_by_unit(rows, control_scores),
        n_treated=int(((counts > 0) & (arm_of_units == 1)).sum()),
        n_control=int(((counts > 0) & (arm_of_units == 0)).sum()),
        effective_controls=effective_number(carried[arm_of_units == 0]),
        weights=carried,
        arms=arm_of_units,
        outcome_weights=rows.by_wave(by_row),
        notes=(observed_when(rows, arm_of_units),),
        std_errors={"hc": float(np.sqrt(scores @ scores))},
    )


def within_cells(outcome: FloatArray, treatment: NDArray[np.int8]) -> FloatArray:
    """Values that show whether an outcome varies within arms and waves, which need not be the same units.

    Parameters
    ----------
    outcome : ndarray, shape (n, waves)
        NaN where missing.
    treatment : ndarray of {0, 1}, shape (n,)

    Returns
    -------
    ndarray, shape (n,)
        Mean deviation from the arm's mean in the wave, 0 where it is rounding; the arm added where the arms'
        means differ. NaN for units that were never observed.
    """
    known = np.isfinite(outcome)
    values = np.where(known, outcome, 0.0)
    means = np.zeros((2, outcome.shape[1]))
    for arm in (0, 1):
        inside = known & (treatment == arm)[:, None]
        means[arm] = (values * inside).sum(axis=0) / np.maximum(inside.sum(axis=0), 1)
    rounding = 64 * np.finfo(float).eps * np.abs(values).max(initial=0.0)
    deviation = np.where(known, outcome - means[treatment], 0.0)
    deviation[np.abs(deviation) <= rounding] = 0.0
    counts = known.sum(axis=1)
    unit_means = deviation.sum(axis=1) / np.where(counts > 0, counts, np.nan)
    differs = float(np.ptp(means) > rounding)
    return np.asarray(unit_means + differs * treatment, dtype=float)


def observed_when(rows: Observations, treatment: NDArray[np.int8]) -> str:
    """Say how many units of each arm were observed before, after, and in both.

    Parameters
    ----------
    rows : Observations
    treatment : ndarray of {0, 1}, shape (n,)
    """
    seen = [np.bincount(rows.unit[rows.after == period], minlength=rows.n) > 0 for period in (0, 1)]
    parts = []
    for value, word in ((1, "treated units"), (0, "controls")):
        before, after = (int((own & (treatment == value)).sum()) for own in seen)
        both = int((seen[0] & seen[1] & (treatment == value)).sum())
        parts.append(f"{word}: {before:,} observed before, {after:,} after, {both:,} in both")
    return f"compared as repeated cross sections ({', '.join(parts)})"


def _members(
    arm: NDArray[np.int8], side: int, after: NDArray[np.int8], period: int, sampling: FloatArray
) -> ArmWeights:
    inside = sampling * ((arm == side) & (after == period))
    return ArmWeights(inside, np.zeros(len(arm)))


def _by_unit(rows: Observations, scores: FloatArray) -> FloatArray:
    return np.asarray(np.bincount(rows.unit, scores, minlength=rows.n), dtype=np.float64)


def _of_rows(covariates: CovariateMatrix, unit: IntArray) -> CovariateMatrix:
    return CovariateMatrix(
        covariates.values[unit], covariates.names, covariates.binary, covariates.base_levels
    )


def _refuse_empty_cells(arm: NDArray[np.int8], after: NDArray[np.int8]) -> None:
    for side, word in ((1, "treated unit"), (0, "control")):
        for period, when in _PERIODS:
            if not ((arm == side) & (after == period)).any():
                raise DesignError(f"the outcome of no {word} is known {when} treatment.")
