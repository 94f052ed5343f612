"""Whether sampling weights that a match cannot take up go with the outcome.

A unit that takes one match, or a few, finds it in the density of the sample: a stratum of which twice as many
were drawn offers twice as many neighbours, and the weight of the one that is taken divides out. That is right
only where the weight tells nothing of the outcome beyond what is matched on or adjusted for.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.cross_products import cross_products
from ruralimpact.design.row_order import distinct_rows
from ruralimpact.design.strategies.base import Strategy
from ruralimpact.estimation.estimate import Estimator, ScoredEstimate
from ruralimpact.estimation.prepared import Prepared
from ruralimpact.inference.clustered import group_sums, t_inference

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

INFORMATIVE = (
    "the few matches a unit count as often as they were drawn, and their sampling weights go with the "
    "outcome beyond the covariates (p below .05): the estimate is not that of the population. Put the "
    "weight, or what units were drawn by, among the covariates that are adjusted for, or use weighting"
)
NOT_SHOWN = (
    "the few matches a unit count as often as they were drawn, which is right as long as sampling "
    "weights do not go with the outcome beyond the covariates (they are not seen to)"
)

# With that many matches the weights among them leave a twentieth of the difference.
_MANY_MATCHES = 20
_LEVEL = 0.05
_ROUNDING = 1e-9
# Columns whose combination has no more than this share of their variation are collinear.
_COLLINEAR = 1e-12
# Groups that a test must have for each column that it takes out.
_GROUPS_PER_COLUMN = 5
_LEAST_EFFECTIVE = 2


def telling_of_weights(
    estimator: Estimator, strategy: Strategy, prepared: Prepared, groups: IntArray
) -> Estimator:
    """Let the estimator of a match note where sampling weights of the matches have no part in it.

    Parameters
    ----------
    estimator : callable
        Of `strategy` and `prepared`.
    strategy : Strategy
    prepared : Prepared
        Units with ``treatment`` 1 are served.
    groups : ndarray of int, shape (n,)
        Codes 0 .. G-1.

    Returns
    -------
    callable
        As `estimator`; with the note `INFORMATIVE` or `NOT_SHOWN` where units have fewer than 20 effective
        matches on average, whose weights are not a function of what is matched on or adjusted for.
    """
    if not _few_matches(prepared):
        return estimator
    served_on = _conditioned_on(strategy, prepared)
    if _follows(prepared, served_on):
        return estimator

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        scored = estimator(outcome)
        if np.isnan(scored.estimate) or not scored.scores.any():
            return scored
        p_value = informative_p_value(
            outcome, prepared.treatment, served_on, _weights(prepared), groups
        )
        note = INFORMATIVE if p_value < _LEVEL else NOT_SHOWN
        return replace(scored, notes=(*scored.notes, note))

    return estimate


def informative_p_value(
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    conditioned_on: FloatArray,
    sampling: FloatArray,
    groups: IntArray,
) -> float:
    """Test that sampling weights tell nothing of the outcome of candidates beyond what is conditioned on.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        NaN where missing.
    treatment : ndarray of {0, 1}, shape (n,)
        0 for the candidates, among whom is tested.
    conditioned_on : ndarray, shape (n, p)
    sampling : ndarray, shape (n,)
    groups : ndarray of int, shape (n,)

    Returns
    -------
    float
        NaN where fewer than two effective groups are left, or the weights are determined.

    Notes
    -----
    The regression of DuMouchel & Duncan (1983, JASA 78(383)): the outcome among candidates, unweighted, on
    columns, weight, and their products, where there are five groups for each of these. Columns are centred at
    the weighted mean of the served, so that the coefficient of the weight, which is tested, is that for them.
    Its error is clustered by group and bias-reduced by h, the share of a group in what the weight varies by
    beyond the columns: scores over the root of 1 - h, and 1 / sum h² - 1 degrees of freedom.
    """
    tested = (treatment == 0) & ~np.isnan(outcome)
    served = (treatment == 1) & ~np.isnan(outcome)
    centred = conditioned_on - np.average(conditioned_on[served], axis=0, weights=sampling[served])
    columns, weight = centred[tested], sampling[tested]
    beside = np.column_stack([np.ones(len(weight)), columns])
    products = columns * weight[:, None]
    n_groups = len(np.unique(groups[tested]))
    if n_groups >= _GROUPS_PER_COLUMN * (beside.shape[1] + products.shape[1] + 1):
        beside = np.column_stack([beside, products])
    own = _residual(weight, beside)
    squares = float(own @ own)
    if squares <= _ROUNDING * float(weight @ weight):
        return np.nan
    coefficient = float(own @ outcome[tested]) / squares
    left = _residual(outcome[tested], np.column_stack([beside, weight]))
    shares = group_sums(own**2 / squares, groups[tested])
    effective = 1 / float(shares @ shares)
    if effective < _LEAST_EFFECTIVE:
        return np.nan
    sums = group_sums(own * left / squares, groups[tested]) / np.sqrt(1 - shares)
    std_error = float(np.sqrt(sums @ sums))
    return t_inference(coefficient, std_error, effective - 1).p_value


def _weights(prepared: Prepared) -> FloatArray:
    assert prepared.sampling is not None
    return prepared.sampling


def _few_matches(prepared: Prepared) -> bool:
    """Whether served units have few matches whose weights differ; not where all of a cell are matched."""
    if prepared.sampling is None or prepared.design.neighbours is None:
        return False
    candidates = prepared.sampling[prepared.treatment == 0]
    if np.ptp(candidates) <= _ROUNDING * candidates.max():
        return False
    focal, _, share = prepared.design.pairs()
    concentration = np.bincount(focal, share**2)
    return bool(np.mean(concentration[concentration > 0]) > 1 / _MANY_MATCHES)


def _conditioned_on(strategy: Strategy, prepared: Prepared) -> FloatArray:
    """What is matched on or adjusted for, with squares, and weights by exact stratum; shape (n, p)."""
    matched_on = strategy.balanced_on(prepared.units)
    adjusted = strategy.adjusted_for(prepared.covariates)
    blocks = [matched_on.values, (matched_on.values[:, ~matched_on.binary]) ** 2]
    if adjusted is not None:
        blocks += [adjusted.values, (adjusted.values[:, ~adjusted.binary]) ** 2]
    if prepared.strata is not None:
        blocks.append(_mean_weight(prepared, prepared.strata)[:, None])
    values = np.column_stack(blocks)
    spread = values.std(axis=0)
    return np.asarray((values - values.mean(axis=0))[:, spread > 0] / spread[spread > 0])


def _mean_weight(prepared: Prepared, strata: IntArray) -> FloatArray:
    """Mean weight of the candidates of each unit's stratum: what differs from it does so within strata."""
    candidates = (prepared.treatment == 0).astype(float)
    count = np.bincount(strata, candidates)
    total = np.bincount(strata, candidates * _weights(prepared))
    return np.asarray((total / np.maximum(count, 1))[strata])


def _follows(prepared: Prepared, conditioned_on: FloatArray) -> bool:
    """Whether the weights of candidates are a function of what is conditioned on."""
    candidates = prepared.treatment == 0
    weight, columns = _weights(prepared)[candidates], conditioned_on[candidates]
    own = _residual(weight, np.column_stack([np.ones(len(weight)), columns]))
    if float(own @ own) <= _ROUNDING * float(weight @ weight):
        return True
    cells = distinct_rows([*columns.T] or [np.zeros(len(weight))])
    if len(cells.counts) > len(weight) / 2:
        return False
    starts, in_order = np.flatnonzero(cells.first), weight[cells.order]
    low, high = (reduce.reduceat(in_order, starts) for reduce in (np.minimum, np.maximum))
    return bool(np.all(high - low <= _ROUNDING * high))


def _residual(values: FloatArray, columns: FloatArray) -> FloatArray:
    """Residual of least squares; collinear columns do no harm."""
    products = cross_products(columns, np.ones(len(columns)))
    scale = np.sqrt(np.diag(products))
    usable = scale > 0
    scale = scale[usable]
    sizes, directions = np.linalg.eigh(products[np.ix_(usable, usable)] / np.outer(scale, scale))
    kept = sizes > _COLLINEAR * sizes.max(initial=0.0)
    basis = np.zeros((columns.shape[1], int(kept.sum())))
    basis[usable] = directions[:, kept] / np.sqrt(sizes[kept]) / scale[:, None]
    residual = values
    for _ in range(2):  # the second time takes off what the first left by rounding
        residual = residual - columns @ (basis @ (basis.T @ (columns.T @ residual)))
    return np.asarray(residual)
