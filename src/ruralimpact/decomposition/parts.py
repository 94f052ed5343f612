"""An effect on net income split into parts, each with the influence scores of its own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.decomposition.accounts import ProductAccounts
from ruralimpact.decomposition.shapley import (
    FACTORS,
    ArmMeans,
    shapley_jacobian,
    shapley_parts,
)
from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import Estimator, ScoredEstimate

FloatArray = NDArray[np.float64]
_ROUNDING = 1e-12  # of the money that is split


@dataclass(frozen=True)
class EffectParts:
    """The parts of an effect on net income.

    Attributes
    ----------
    names : tuple of str, length P
        Of `shapley.FACTORS`, those that apply: `mix` with several products, `quality` with grades.
    products : tuple of str, length K
    parts : ndarray, shape (P, K)
        In money; sums to `total`.
    scores : ndarray, shape (n, P, K)
        Influence of each unit; sums over parts and products to the scores of `total`.
    total : ScoredEstimate
        The effect on net income.
    money, money_score : float
        The largest mean of a value or cost, and the largest influence of a unit on one.
    """

    names: tuple[str, ...]
    products: tuple[str, ...]
    parts: FloatArray
    scores: FloatArray
    total: ScoredEstimate
    money: float
    money_score: float

    def settled(self, part: float, scores: FloatArray) -> tuple[float, FloatArray]:
        """Return a sum of parts with its scores, both nil where they are but rounding of the money split.

        Parameters
        ----------
        part : float
        scores : ndarray, shape (n,)

        Returns
        -------
        float, ndarray of shape (n,)
            Scores of zero bear no standard error.
        """
        if np.abs(scores).max(initial=0.0) > _ROUNDING * self.money_score:
            return part, scores
        return 0.0 if abs(part) <= _ROUNDING * self.money else part, np.zeros_like(scores)


def decompose(estimator: Estimator, accounts: ProductAccounts) -> EffectParts:
    """Split the effect that an estimator finds on net income.

    Parameters
    ----------
    estimator : callable
        From an outcome of shape (n,) to its `ScoredEstimate`, linear in the outcome as matching,
        weighting and regression adjustment are, with the treated mean and its scores.
    accounts : ProductAccounts, n units

    Returns
    -------
    EffectParts

    Raises
    ------
    DesignError
        The estimator has no counterfactual mean, or prices are not defined (see
        `shapley.shapley_parts`).

    Notes
    -----
    The estimator is applied to every quantity, value and cost. Its treated means, and those means
    less its effects (what the treated would have had), are the two arms of `shapley_parts`; scores of
    the parts are the scores of the means times the derivatives of the parts. A unit with anything
    missing is missing in all.
    """
    columns = np.column_stack([accounts.quantity, accounts.value, accounts.cost])
    columns = np.where(np.isnan(columns).any(axis=1, keepdims=True), np.nan, columns)
    estimates = [estimator(column) for column in columns.T]
    treated, treated_scores, control, control_scores = _means(estimates)
    lines = len(accounts.line_product)
    arms = [
        ArmMeans(mean[:lines], mean[lines : 2 * lines], mean[2 * lines :])
        for mean in (treated, control)
    ]
    parts = shapley_parts(arms[0], arms[1], accounts.line_product)
    by_treated, by_control = shapley_jacobian(arms[0], arms[1], accounts.line_product)
    scores = np.tensordot(treated_scores, by_treated, axes=(1, 2))
    scores += np.tensordot(control_scores, by_control, axes=(1, 2))
    applies = _applies(accounts)
    return EffectParts(
        tuple(name for name, used in zip(FACTORS, applies, strict=True) if used),
        accounts.products,
        parts[applies],
        scores[:, applies],
        estimator(np.where(np.isnan(columns).any(axis=1), np.nan, accounts.net_income)),
        *(
            float(max(np.abs(of_arm[..., lines:]).max(initial=0.0) for of_arm in of_arms))
            for of_arms in ((treated, control), (treated_scores, control_scores))
        ),
    )


def _means(
    estimates: list[ScoredEstimate],
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Treated and counterfactual means, shape (C,), with their scores, shape (n, C)."""
    means, own, effects = [], [], []
    for estimate in estimates:
        if estimate.treated_mean_scores is None or not np.isfinite(estimate.treated_mean):
            raise DesignError("this estimator has no treated mean: its effect cannot be split.")
        means.append(estimate.treated_mean)
        own.append(estimate.treated_mean_scores)
        effects.append((estimate.estimate, estimate.scores))
    treated, treated_scores = np.array(means), np.column_stack(own)
    effect = np.array([value for value, _ in effects])
    effect_scores = np.column_stack([scores for _, scores in effects])
    return treated, treated_scores, _clean(treated, effect), treated_scores - effect_scores


def _clean(treated: FloatArray, effect: FloatArray) -> FloatArray:
    """Counterfactual means, with exact zeros where subtraction leaves only rounding."""
    control = treated - effect
    rounding = _ROUNDING * np.maximum(np.abs(treated), np.abs(effect))
    return np.where(np.abs(control) <= rounding, 0.0, control)


def _applies(accounts: ProductAccounts) -> NDArray[np.bool_]:
    """Which of `FACTORS` can differ from zero, shape (5,)."""
    several = len(accounts.products) > 1
    return np.array([True, several, accounts.graded, True, True])
