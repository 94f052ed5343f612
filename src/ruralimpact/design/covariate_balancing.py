"""Covariate-balancing propensity scores: logit coefficients that balance the covariates exactly."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix, refuse_degenerate
from ruralimpact.design.propensity import refuse_empty_arm, refuse_separation
from ruralimpact.design.unit_weights import UnitWeights, refuse_non_finite
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]

_SETTLED = 1e-9
_ITERATIONS = 200
_SEPARATED = 30.0


@dataclass(frozen=True)
class BalancingScore(UnitWeights):
    """Weights of a covariate-balancing propensity score, and the score.

    Attributes
    ----------
    names : tuple of str, length p + 1
        ``"constant"`` and the covariates.
    coefficients : ndarray, shape (p + 1,)
    probability : ndarray, shape (n,)
    """

    names: tuple[str, ...] = field(kw_only=True)
    coefficients: FloatArray = field(kw_only=True)
    probability: FloatArray = field(kw_only=True)


def covariate_balancing_weights(
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    *,
    sampling: FloatArray | None = None,
) -> BalancingScore:
    """Fit a logit score by the balance of the covariates, and weigh controls by its odds.

    Parameters
    ----------
    covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive: both sides of the conditions are weighted by them. Treated units keep
        them, and controls' weights sum to the treated's.

    Returns
    -------
    BalancingScore
        No treated unit is dropped.

    Raises
    ------
    DesignError
        An arm is empty; a covariate is not finite, constant, collinear, or separates the arms; or no
        coefficients meet the conditions.

    Notes
    -----
    The conditions are ``sum D q x = sum (1 - D) q x p / (1 - p)``, x with its constant and q the sampling
    weights (1 without): as many as coefficients. As ``p / (1 - p) = exp(x' b)`` they are the gradient of
    the convex ``sum (1 - D) q exp(x' b) - sum D q x' b``, minimised by Newton steps with backtracking on
    covariates centred at their treated means. It is settled once a step moves no unit's log odds; where
    nothing is to be found, they move for ever.

    References
    ----------
    Imai & Ratkovic (2014), Journal of the Royal Statistical Society B 76(1), for the treated, just
    identified. The weights are those of entropy balancing of means: Zhao & Percival (2017), Journal of
    Causal Inference 5(1).
    """
    refuse_empty_arm(treatment)
    refuse_non_finite(covariates.values, "covariates")
    refuse_degenerate(covariates)
    refuse_separation(covariates, treatment)
    treated = treatment == 1
    weights = np.ones(len(treatment)) if sampling is None else sampling.astype(np.float64)
    total = weights[treated].sum()
    centre = np.average(covariates.values[treated], axis=0, weights=weights[treated])
    spread = covariates.values.std(axis=0)
    design = np.column_stack([np.ones(len(weights)), (covariates.values - centre) / spread])
    coefficients = _solve(design[~treated], weights[~treated] / total)
    log_odds = design @ coefficients
    if np.abs(log_odds).max() > _SEPARATED:
        raise _no_solution()
    odds = weights[~treated] * np.exp(log_odds[~treated])
    weights[~treated] = odds * (total / odds.sum())
    slopes = coefficients[1:] / spread
    return BalancingScore(
        weights,
        names=("constant", *covariates.names),
        coefficients=np.append(coefficients[0] - centre @ slopes, slopes),
        probability=1 / (1 + np.exp(-log_odds)),
    )


def _solve(controls: FloatArray, base: FloatArray) -> FloatArray:
    """Coefficients under which controls of base weights (of the treated's total) balance."""
    coefficients = np.zeros(controls.shape[1])
    coefficients[0] = -np.log(base.sum())
    for _ in range(_ITERATIONS):
        odds = base * np.exp(controls @ coefficients)
        gradient = odds @ controls
        gradient[0] -= 1
        hessian = (controls * odds[:, None]).T @ controls
        step = -np.linalg.lstsq(hessian, gradient, rcond=1e-14)[0].astype(np.float64)
        moved = _shortened(controls, base, coefficients, step, float(gradient @ step))
        if moved is None:
            break
        coefficients = moved
        if np.abs(controls @ step).max() < _SETTLED:
            if np.abs(gradient).max() < _SETTLED:
                return coefficients
            break
    raise _no_solution()


def _shortened(
    controls: FloatArray, base: FloatArray, start: FloatArray, step: FloatArray, slope: float
) -> FloatArray | None:
    """Coefficients after the longest of the steps, halved until it lowers the loss; None: none does."""
    before = _loss(controls, base, start)
    for halvings in range(40):
        length = 0.5**halvings
        trial = start + length * step
        allowed = before + 1e-4 * length * slope + 1e-13 * (1 + abs(before))
        if _loss(controls, base, trial) <= allowed:
            return trial
    return None


def _loss(controls: FloatArray, base: FloatArray, coefficients: FloatArray) -> float:
    with np.errstate(over="ignore"):
        return float(base @ np.exp(controls @ coefficients) - coefficients[0])


def _no_solution() -> DesignError:
    return DesignError(
        "no propensity score balances the covariates: some combination of them separates the arms, or "
        "their treated means cannot be reached by weights of the controls. Leave a covariate out, merge its "
        "levels, or restrict the sample to common support."
    )
