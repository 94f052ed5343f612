"""Entropy balancing: the weights nearest to equal ones that give controls the treated means."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.dependence import find_dependence
from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.design.unit_weights import UnitWeights, refuse_non_finite
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]

_ENOUGH = 1e-10
_GOOD = 1e-6
_ITERATIONS = 200
_SHOWN = 5
_SHARE_OF_BLAME = 0.1


@dataclass(frozen=True)
class EntropyWeights(UnitWeights):
    """Entropy balancing weights.

    Attributes
    ----------
    constraints : CovariateMatrix, n rows
        The functions of the covariates that were balanced, centred at the treated means, in
        standard deviations; the outcome regression behind the influence scores has them.
    redundant : tuple of str
        Constraints excluded from the search because the others imply them. They are met all the same.
    iterations : int
        Newton steps.
    imbalance : float
        Largest remaining difference over all constraints, in standard deviations.
    """

    constraints: CovariateMatrix = field(kw_only=True)
    redundant: tuple[str, ...] = ()
    iterations: int = 0
    imbalance: float = np.nan


def entropy_weights(
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    *,
    moments: Literal[1, 2] = 1,
    base: FloatArray | None = None,
) -> EntropyWeights:
    """Balance the means, or the means and variances, of covariates exactly.

    Parameters
    ----------
    covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    moments : {1, 2}
        2 balances squares as well, except of two-valued covariates, where the mean settles them.
    base : ndarray, shape (n,), optional
        Sampling weights, positive: the treated means are weighted by them, and the controls' weights are
        the nearest to them. Treated units keep them, and controls' weights sum to the treated's.

    Returns
    -------
    EntropyWeights
        No treated unit is dropped.

    Raises
    ------
    DesignError
        An arm is empty, a covariate is not finite, or no weights meet the constraints; the message
        names the covariates at fault.

    Notes
    -----
    Control weights are proportional to q_j exp(c_j' b) with b the minimum of log sum_j q_j exp(c_j' b),
    q the base weights (1 without) and c the constraints centred at their targets. Newton steps with
    backtracking. A b with c_j' b < 0 for every control proves that the target lies outside the
    controls' convex hull.

    References
    ----------
    Hainmueller (2012), Political Analysis 20(1).
    """
    refuse_empty_arm(treatment)
    refuse_non_finite(covariates.values, "covariates")
    treated = treatment == 1
    weights = np.ones(len(treatment)) if base is None else base.astype(np.float64)
    constraints, names = _constraints(covariates, treated, moments, weights)
    controls = constraints[~treated]
    _refuse_out_of_range(controls, names)
    kept = _basis(controls, names)
    shares, iterations = _solve(controls[:, kept], [names[j] for j in kept], weights[~treated])
    weights[~treated] = shares * weights[treated].sum()
    return EntropyWeights(
        weights,
        constraints=CovariateMatrix(
            constraints[:, kept], tuple(names[j] for j in kept), np.zeros(len(kept), bool), {}
        ),
        redundant=tuple(name for j, name in enumerate(names) if j not in set(kept)),
        iterations=iterations,
        imbalance=float(np.abs(shares @ controls).max(initial=0.0)),
    )


def _constraints(
    covariates: CovariateMatrix, treated: NDArray[np.bool_], moments: int, weights: FloatArray
) -> tuple[FloatArray, list[str]]:
    columns, names = _standardised(covariates.values, treated, weights), list(covariates.names)
    if moments == 2:
        squared = np.flatnonzero(~covariates.binary)
        squares = _standardised(columns[:, squared] ** 2, treated, weights)
        columns = np.column_stack([columns, squares])
        names += [f"{covariates.names[j]} squared" for j in squared]
    return columns, names


def _standardised(
    values: FloatArray, treated: NDArray[np.bool_], weights: FloatArray
) -> FloatArray:
    """Centre at the treated mean and divide by the sd of all units (by 1 where that is zero)."""
    spread = values.std(axis=0)
    negligible = spread <= 1e-12 * np.abs(values).max(axis=0, initial=0.0)
    centred: FloatArray = values - np.average(values[treated], axis=0, weights=weights[treated])
    return centred / np.where(negligible, 1.0, spread)


def _refuse_out_of_range(controls: FloatArray, names: list[str]) -> None:
    above, below = controls.min(axis=0) > _GOOD, controls.max(axis=0) < -_GOOD
    outside = np.flatnonzero(above | below)
    if len(outside):
        raise DesignError(
            "entropy balancing is not feasible: the treated mean lies outside the controls' range "
            f"for {_listed([names[j] for j in outside])}."
        )


def _basis(controls: FloatArray, names: list[str]) -> list[int]:
    """Columns that imply all others among controls; refuse those that contradict each other."""
    mean = controls.mean(axis=0)
    centred = controls - mean
    dependence = find_dependence(centred.T @ centred / len(controls))
    offset = mean[dependence.spanned] - mean[dependence.basis] @ dependence.coefficients
    broken = dependence.spanned[np.abs(offset) > _GOOD]
    if len(broken):
        raise DesignError(
            "entropy balancing is not feasible: among controls "
            f"{_listed([names[j] for j in broken])} can be computed from the other covariates, and "
            "their treated means do not obey the same rule. Leave a covariate out."
        )
    return [int(j) for j in dependence.basis]


def _solve(controls: FloatArray, names: list[str], base: FloatArray) -> tuple[FloatArray, int]:
    dual = np.zeros(controls.shape[1])
    value, shares = _objective(controls, dual, base)
    for iteration in range(_ITERATIONS):
        gradient = shares @ controls
        if np.abs(gradient).max(initial=0.0) < _ENOUGH:
            return shares, iteration
        if dual.any() and (controls @ dual).max() < 0:
            raise _infeasible(dual, names)
        centred = controls - gradient
        hessian = (centred * shares[:, None]).T @ centred
        step = -np.linalg.lstsq(hessian, gradient, rcond=1e-14)[0].astype(np.float64)
        moved = _line_search(controls, base, dual, step, value, float(gradient @ step))
        if moved is None:
            break
        dual, value, shares = moved
    gradient = shares @ controls
    if np.abs(gradient).max() > _GOOD:
        raise _infeasible(gradient, names)
    return shares, _ITERATIONS


def _objective(
    controls: FloatArray, dual: FloatArray, base: FloatArray
) -> tuple[float, FloatArray]:
    exponent = controls @ dual
    top = float(exponent.max())
    weight = base * np.exp(exponent - top)
    total = float(weight.sum())
    return top + float(np.log(total)), weight / total


def _line_search(
    controls: FloatArray,
    base: FloatArray,
    dual: FloatArray,
    step: FloatArray,
    value: float,
    slope: float,
) -> tuple[FloatArray, float, FloatArray] | None:
    length = 1.0
    for _ in range(40):
        trial = dual + length * step
        trial_value, shares = _objective(controls, trial, base)
        if trial_value <= value + 1e-4 * length * slope + 1e-13 * (1 + abs(value)):
            return trial, trial_value, shares
        length /= 2
    return None


def _infeasible(blame: FloatArray, names: list[str]) -> DesignError:
    size = np.abs(blame)
    worst = [j for j in np.argsort(-size, kind="stable") if size[j] > _SHARE_OF_BLAME * size.max()]
    return DesignError(
        "entropy balancing is not feasible: no weights of the controls reach the treated means of "
        f"all covariates at once; the conflict is about {_listed([names[j] for j in worst])}. Leave "
        "one out, or restrict the sample to common support."
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(f"'{name}'" for name in names[:_SHOWN]) + more
