"""Maximum likelihood of a logit or probit of treatment, of counts by distinct rows of covariates.

statsmodels has both, but takes one row a unit: a million units with eight covariates cost it 1.5 CPU seconds
and another second to import, more than all else of an estimate together. Its coefficients and standard errors
are the reference that tests hold this to.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ruralimpact.design.cross_products import BLOCK, cross_products

FloatArray = NDArray[np.float64]
Link = Literal["logit", "probit"]

SEPARATED: dict[Link, float] = {"logit": 30.0, "probit": 7.3}
"""Linear predictors beyond this are of probabilities within 1e-13 of certainty: the arms are separated."""

_ITERATIONS = 100
# Root mean square step of the linear predictor: the next one would be its square.
_CONVERGED = 1e-10
_CERTAIN = 1e-8
_HALVINGS = 30
# Rows whose maximum is close enough to that of all to begin there.
_SAMPLE = 10_000


@dataclass(frozen=True)
class ArmCounts:
    """Units by distinct row of covariates.

    Attributes
    ----------
    treated, control : ndarray, shape (m,)
        Numbers, or sums of weights; one of them is positive in each row.
    """

    treated: FloatArray
    control: FloatArray

    @classmethod
    def of_units(cls, treatment: NDArray[np.int8], weights: ArrayLike = 1.0) -> "ArmCounts":
        """One row a unit, `treatment` of {0, 1} and weights of shape (n,)."""
        weighed = np.asarray(weights, dtype=np.float64)
        return cls(weighed * (treatment == 1), weighed * (treatment == 0))

    @property
    def null(self) -> float:
        """Log likelihood of a constant alone."""
        treated, control = self.treated.sum(), self.control.sum()
        total = treated + control
        return float(treated * np.log(treated / total) + control * np.log(control / total))

    def rows(self, chosen: slice) -> "ArmCounts":
        """Some of the rows."""
        return ArmCounts(self.treated[chosen], self.control[chosen])


@dataclass(frozen=True)
class BinaryFit:
    """A fitted model of treatment.

    Attributes
    ----------
    coefficients : ndarray, shape (k,)
    bread : ndarray, shape (k, k)
        Inverse of the observed information.
    log_likelihood, null : float
        Of the model, and of one with a constant alone.
    """

    coefficients: FloatArray
    bread: FloatArray
    log_likelihood: float
    null: float

    @property
    def pseudo_r2(self) -> float:
        """McFadden's."""
        return 1 - self.log_likelihood / self.null

    @property
    def lr_statistic(self) -> float:
        """Likelihood-ratio statistic of all coefficients but the constant."""
        return max(2 * (self.log_likelihood - self.null), 0.0)

    def robust_covariance(self, design: FloatArray, squares: ArmCounts, link: Link) -> FloatArray:
        """Covariance of the coefficients from the scores of independent units, shape (k, k).

        Parameters
        ----------
        design : ndarray, shape (m, k)
        squares : ArmCounts
            Sums of squared weights by row.
        link : {"logit", "probit"}
        """
        predictor = design @ self.coefficients
        treated, control = (derivatives(predictor, arm, link)[0] for arm in (1, 0))
        square = squares.treated * treated**2 + squares.control * control**2
        covariance: FloatArray = self.bread @ cross_products(design, square) @ self.bread
        return covariance


def fit_binary(design: FloatArray, counts: ArmCounts, link: Link) -> BinaryFit | None:
    """Maximise the likelihood of treatment.

    Parameters
    ----------
    design : ndarray, shape (m, k)
        Distinct rows or units, with a constant; of full rank.
    counts : ArmCounts, m rows
        Of both arms.
    link : {"logit", "probit"}

    Returns
    -------
    BinaryFit or None
        None where the likelihood has no maximum. Where it rises for ever along some combination of
        covariates, coefficients may also be those of linear predictors beyond `SEPARATED`.

    Notes
    -----
    Newton's method, halving steps that lower the likelihood, until the linear predictor moves by less than
    1e-10 in root mean square. Of many rows, it begins at the maximum of every so manieth.
    """
    stride = len(design) // _SAMPLE
    start = None
    if stride > 1:
        part = slice(None, None, stride)
        start = _newton(np.ascontiguousarray(design[part]), counts.rows(part), link, None)
    return _newton(design, counts, link, None if start is None else start.coefficients)


def _newton(
    design: FloatArray, counts: ArmCounts, link: Link, start: FloatArray | None
) -> BinaryFit | None:
    coefficients = np.zeros(design.shape[1]) if start is None else start
    total = float(counts.treated.sum() + counts.control.sum())
    if not (counts.treated.any() and counts.control.any()):
        return None
    here = _expand(design, counts, link, coefficients)
    for _ in range(_ITERATIONS):
        if here.certain:
            return None
        bread = _inverse(here.information)
        if bread is None:
            return None
        step = bread @ here.gradient
        moved = np.sqrt(max(float(step @ here.gradient), 0.0) / total)
        if moved < _CONVERGED or here.largest > 2 * SEPARATED[link]:
            return BinaryFit(coefficients + step, bread, here.log_likelihood, counts.null)
        for _ in range(_HALVINGS):
            there = _expand(design, counts, link, coefficients + step)
            if there.log_likelihood >= here.log_likelihood - 1e-9 * total:
                break
            step = step / 2
        coefficients, here = coefficients + step, there
    return None


def _inverse(information: FloatArray) -> FloatArray | None:
    try:
        inverse = np.linalg.inv(information).astype(np.float64)
    except np.linalg.LinAlgError:
        return None
    return inverse if np.isfinite(inverse).all() and (np.diag(inverse) > 0).all() else None


@dataclass(frozen=True)
class _Expansion:
    """The log likelihood about some coefficients."""

    log_likelihood: float
    gradient: FloatArray
    information: FloatArray
    largest: float
    certain: bool


def _expand(
    design: FloatArray, counts: ArmCounts, link: Link, coefficients: FloatArray
) -> _Expansion:
    k = design.shape[1]
    value, largest, doubt = 0.0, 0.0, 0.0
    gradient, information = np.zeros(k), np.zeros((k, k))
    of_arms = _of_logit if link == "logit" else _of_probit
    for first in range(0, len(design), BLOCK):
        part = slice(first, first + BLOCK)
        block, treated, control = design[part], counts.treated[part], counts.control[part]
        predictor = block @ coefficients
        log_likelihood, slope, curvature = of_arms(predictor, treated, control)
        value += log_likelihood
        gradient += slope @ block
        information += cross_products(block, curvature)
        largest = max(largest, float(np.abs(predictor).max()))
        doubt = max(doubt, float((curvature / (treated + control)).max()))
    return _Expansion(value, gradient, information, largest, doubt < _CERTAIN)


def _of_logit(
    predictor: FloatArray, treated: FloatArray, control: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Log likelihood, and by row its derivative and less its second one."""
    total, small = treated + control, np.exp(-np.abs(predictor))
    probability = np.where(predictor >= 0, 1.0, small) / (1 + small)
    none = np.maximum(predictor, 0) + np.log1p(small)
    value = float(treated @ predictor - total @ none)
    return value, treated - total * probability, total * probability * (1 - probability)


def _of_probit(
    predictor: FloatArray, treated: FloatArray, control: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    from scipy.special import log_ndtr

    (up, bend_up), (down, bend_down) = (derivatives(predictor, arm, "probit") for arm in (1, 0))
    value = float(treated @ log_ndtr(predictor) + control @ log_ndtr(-predictor))
    return value, treated * up + control * down, treated * bend_up + control * bend_down


def derivatives(
    predictor: FloatArray, arm: NDArray[np.int8] | int, link: Link
) -> tuple[FloatArray, FloatArray]:
    """Derivative of units' log likelihood by their linear predictor, and less the second one.

    Parameters
    ----------
    predictor : ndarray, shape (n,)
    arm : ndarray of {0, 1}, shape (n,), or one of them for all
    link : {"logit", "probit"}

    Returns
    -------
    slope, curvature : ndarray, shape (n,)
    """
    if link == "logit":
        probability = 1 / (1 + np.exp(-predictor))
        return arm - probability, probability * (1 - probability)
    from scipy.special import log_ndtr

    sign = 2.0 * np.asarray(arm) - 1
    log_density = -(predictor**2) / 2 - np.log(2 * np.pi) / 2
    slope = sign * np.exp(log_density - log_ndtr(sign * predictor))
    return slope, slope * (slope + predictor)
