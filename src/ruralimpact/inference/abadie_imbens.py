"""Matching estimates with ties kept and their Abadie-Imbens variance, as Stata and R print it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.neighbours import Neighbours, nearest_in_space, nearest_on_score
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class MatchingEstimate:
    """A matching estimate with its Abadie-Imbens variance.

    Attributes
    ----------
    estimate : float
        In the outcome's unit.
    variance, std_error : float
        Of `estimate`, for independent units.
    n_matched : int
        Focal units with at least one match; those without are outside the estimand and the
        variance.
    """

    estimate: float
    variance: float
    std_error: float
    n_matched: int


@dataclass(frozen=True)
class _Direction:
    """Focal units of one arm matched to candidates of the other.

    Attributes
    ----------
    effects : ndarray, shape (n_focal,)
        Own outcome minus the mean of the matches'; 0 where unmatched.
    spread : ndarray, shape (n_focal,)
        Variance (divisor n) of the outcome among a unit's matches.
    matched : ndarray of bool, shape (n_focal,)
    usage, squared_usage : ndarray, shape (n_candidates,)
        Sum, and sum of squares, of the shares with which a candidate serves.
    """

    effects: FloatArray
    spread: FloatArray
    matched: BoolArray
    usage: FloatArray
    squared_usage: FloatArray


def abadie_imbens_estimate(
    outcome: FloatArray,
    treated: BoolArray,
    *,
    of_treated: Neighbours | None = None,
    of_controls: Neighbours | None = None,
    sigma2: FloatArray | None = None,
    adjust_for: FloatArray | None = None,
) -> MatchingEstimate:
    """Estimate an average effect by matching with replacement, and its variance.

    The neighbours given decide the estimand: `of_treated` alone the ATT, `of_controls` alone the
    ATC, both the ATE.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treated : ndarray of bool, shape (n,)
    of_treated : Neighbours, optional
        Matches of the treated units (in the order of ``outcome[treated]``) among the controls (in
        the order of ``outcome[~treated]``).
    of_controls : Neighbours, optional
        Matches of the controls among the treated units, in the same orders.
    sigma2 : ndarray, shape (n,), optional
        Conditional variance of the outcome at each unit (`conditional_variances`). Without it the
        outcome is taken to have one variance, estimated from the matched differences.
    adjust_for : ndarray, shape (n, p), optional
        Covariates of the bias adjustment (Abadie & Imbens 2011); no adjustment without.

    Returns
    -------
    MatchingEstimate

    Raises
    ------
    DesignError
        An arm is empty, no unit has a match, or no neighbours are given.

    Notes
    -----
    With m_i = 1 for a unit that is focal and matched, K_j the sum and Q_j the sum of squares of the
    shares w_ij with which j serves (1 / number of matches of i, ties included), and N = sum of m::

        V = [ sum m_i (tau_i - tau)^2 + sum sigma2_j (K_j^2 + 2 m_j K_j - Q_j) ] / N^2

    which is the paper's estimator of the marginal variance for the ATE (section 4) and, with m = 0
    among the candidates, for the ATT. Unmatched focal units (a caliper) are excluded from N and of
    both sums.

    References
    ----------
    Abadie & Imbens (2006), Econometrica 74(1); (2011), Journal of Business & Economic Statistics
    29(1).
    """
    _refuse_empty_arms(treated)
    n = len(outcome)
    effects, spread, usage, squared = (np.zeros(n) for _ in range(4))
    matched = np.zeros(n, dtype=bool)
    for focal, neighbours, sign in ((treated, of_treated, 1.0), (~treated, of_controls, -1.0)):
        if neighbours is None:
            continue
        values = outcome
        if adjust_for is not None:
            values = outcome - bias_regression(outcome, focal, neighbours, adjust_for)
        side = _match(values[focal], values[~focal], neighbours)
        effects[focal], spread[focal] = sign * side.effects, side.spread
        matched[focal] = side.matched
        usage[~focal], squared[~focal] = side.usage, side.squared_usage
    return _combine(effects, spread, matched, usage, squared, sigma2)


def _refuse_empty_arms(treated: BoolArray) -> None:
    if treated.all() or not treated.any():
        raise DesignError("matching needs units in both arms.")


def _match(focal: FloatArray, candidates: FloatArray, neighbours: Neighbours) -> _Direction:
    counts = neighbours.counts
    matched = counts > 0
    share = 1.0 / np.maximum(counts, 1)
    centre = candidates.mean()
    mean = neighbours.sums(candidates - centre) * share
    spread = np.maximum(neighbours.sums((candidates - centre) ** 2) * share - mean**2, 0.0)
    return _Direction(
        effects=np.where(matched, focal - centre - mean, 0.0),
        spread=np.where(matched, spread, 0.0),
        matched=matched,
        usage=neighbours.usage(share),
        squared_usage=neighbours.usage(share**2),
    )


def _combine(
    effects: FloatArray,
    spread: FloatArray,
    matched: BoolArray,
    usage: FloatArray,
    squared: FloatArray,
    sigma2: FloatArray | None,
) -> MatchingEstimate:
    size = int(matched.sum())
    if size == 0:
        raise DesignError("no unit has a match.")
    estimate = float(effects[matched].sum() / size)
    deviation = (effects[matched] - estimate) ** 2
    if sigma2 is None:
        sigma2 = np.full(len(effects), 0.5 * (deviation.sum() + spread[matched].sum()) / size)
    own = matched.astype(float)
    extra = sigma2 @ (usage**2 + 2 * own * usage - squared)
    variance = float(deviation.sum() + extra) / size**2
    return MatchingEstimate(
        estimate=estimate,
        variance=variance,
        std_error=float(np.sqrt(max(variance, 0.0))),
        n_matched=size,
    )


def bias_regression(
    outcome: FloatArray, focal: BoolArray, neighbours: Neighbours, covariates: FloatArray
) -> FloatArray:
    """Predict the outcome that units would have in the candidates' arm.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    focal : ndarray of bool, shape (n,)
        Units that are matched; all others are candidates.
    neighbours : Neighbours
        Matches of the focal units among the candidates.
    covariates : ndarray, shape (n, p)

    Returns
    -------
    ndarray, shape (n,)
        Fitted values of the regression of the outcome on a constant and the covariates among the
        candidates that serve, weighted by how much they serve.

    Notes
    -----
    Least squares of smallest norm where the covariates are collinear among the matches.

    References
    ----------
    Abadie & Imbens (2011), section 3.
    """
    weights = neighbours.usage(1.0 / np.maximum(neighbours.counts, 1))
    covariates = covariates.reshape(len(outcome), -1)
    used = np.flatnonzero(~focal)[weights > 0]
    if len(used) == 0:
        raise DesignError("no unit has a match.")
    weights = weights[weights > 0]
    centre = weights @ covariates[used] / weights.sum()
    scale = np.sqrt(weights @ (covariates[used] - centre) ** 2 / weights.sum())
    scaled = (covariates - centre) / np.where(scale > 0, scale, 1.0)
    design = np.column_stack([np.ones(len(outcome)), np.where(scale > 0, scaled, 0.0)])
    root = np.sqrt(weights)
    weighted = design[used] * root[:, None]
    slopes = np.linalg.lstsq(weighted, outcome[used] * root, rcond=None)[0]
    return np.asarray(design @ slopes)


def conditional_variances(
    outcome: FloatArray,
    treated: BoolArray,
    coordinates: FloatArray,
    *,
    j: int = 1,
    tie_tolerance: float = 0.0,
    strata: NDArray[np.int64] | None = None,
) -> FloatArray:
    """Variance of the outcome at each unit from the nearest units of its own arm.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treated : ndarray of bool, shape (n,)
    coordinates : ndarray, shape (n,) or (n, p)
        The score, or coordinates in which the metric is Euclidean.
    j : int
        Other units of the same arm to use, at least 1; all tied with the j-th are used too. R's
        Matching: ``Var.calc = j``. Stata's ``vce(robust, nn(h))``: j = h after ``teffects
        nnmatch``, but j = h - 1 after ``teffects psmatch``, which counts the unit itself.
    tie_tolerance : float
        As in `ruralimpact.design.neighbours`.
    strata : ndarray of int, shape (n,), optional
        Codes of the exact strata in which units were matched: neighbours are looked for in a unit's own, as
        Stata's ``ematch`` does, and in its whole arm where it is alone there.

    Returns
    -------
    ndarray, shape (n,)
        Sample variance (divisor n - 1) over the unit and those neighbours.

    Raises
    ------
    DesignError
        An arm has a single unit.
    """
    search = nearest_on_score if coordinates.ndim == 1 else nearest_in_space
    out = np.empty(len(outcome))
    for arm in (treated, ~treated):
        if arm.sum() < 2:
            raise DesignError("the variance within an arm needs at least two units in it.")
        points, values = coordinates[arm], outcome[arm] - outcome[arm].mean()
        cells = None if strata is None else _with_company(strata[arm])
        near = search(
            points,
            points,
            j + 1,
            tie_tolerance=tie_tolerance,
            focal_strata=cells,
            candidate_strata=cells,
        )
        spread = _spread(near, values)
        if cells is not None and (cells == _ALONE).any():
            whole = _spread(search(points, points, j + 1, tie_tolerance=tie_tolerance), values)
            spread = np.where(cells == _ALONE, whole, spread)
        out[arm] = spread
    return np.maximum(out, 0.0)


_ALONE = -1


def _with_company(strata: NDArray[np.int64]) -> NDArray[np.int64]:
    """Codes of the strata with more than one unit; `_ALONE` for the units of others."""
    codes, counts = np.unique(strata, return_inverse=True, return_counts=True)[1:]
    return np.where(counts[codes] > 1, codes, _ALONE).astype(np.int64)


def _spread(near: Neighbours, values: FloatArray) -> FloatArray:
    total, counts = near.sums(values), near.counts
    return (near.sums(values**2) - total**2 / counts) / np.maximum(counts - 1, 1)
