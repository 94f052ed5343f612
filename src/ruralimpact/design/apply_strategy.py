"""One strategy applied to one comparison: the same for the workflow and for a notebook."""

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.coarsened import coarsened_exact_weights
from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.entropy import entropy_weights
from ruralimpact.design.inverse_probability import Estimand, inverse_probability_weights
from ruralimpact.design.kernel import kernel_weights, radius_weights
from ruralimpact.design.matching import Design, match_nearest
from ruralimpact.design.neighbours import lists_from_pairs
from ruralimpact.design.optimal import Caliper, OptimalPairs, optimal_pairs
from ruralimpact.design.propensity import PropensityScore, refuse_empty_arm
from ruralimpact.design.search import caliper_limits, match_points
from ruralimpact.design.strategies import (
    CoarsenedExactMatching,
    EntropyBalancing,
    KernelMatching,
    NearestNeighbour,
    OptimalMatching,
    OverlapWeighting,
    RadiusMatching,
    RegressionAdjustment,
    Strategy,
    Unweighted,
)
from ruralimpact.design.unit_weights import UnitWeights
from ruralimpact.errors import DesignError

IntArray = NDArray[np.int64]


def apply_strategy(
    strategy: Strategy,
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    *,
    propensity: PropensityScore | None = None,
    strata: IntArray | None = None,
    where: str | None = None,
) -> Design:
    """Match or weight the controls to the treated units.

    Parameters
    ----------
    strategy : Strategy
    covariates : CovariateMatrix, n rows
        Rows in the order that breaks ties (sorted by unit id).
    treatment : ndarray of {0, 1}, shape (n,)
    propensity : PropensityScore, optional
        Needed when the strategy uses the score.
    strata : ndarray of int, shape (n,), optional
        Codes of exact strata.
    where : str, optional
        Name of the comparison, for error messages.

    Returns
    -------
    Design
        Of a doubly robust strategy the weights are those of its propensity score; of a regression they
        are equal.

    Raises
    ------
    DesignError
        A comparison that the data cannot bear.
    """
    refuse_empty_arm(treatment, where)
    if not covariates.names and not isinstance(strategy, Unweighted):
        raise DesignError(f"{where + ': ' if where else ''}this strategy needs covariates.")
    if isinstance(strategy, NearestNeighbour):
        return match_nearest(
            covariates, treatment, strategy, propensity=propensity, strata=strata, where=where
        )
    try:
        if isinstance(strategy, OptimalMatching):
            return _optimal(strategy, covariates, treatment, propensity, strata, where)
        weights = _weights(strategy, covariates, treatment, propensity, strata)
    except DesignError as problem:
        raise DesignError(f"{where}: {problem}" if where else str(problem)) from None
    return Design(
        treatment,
        weights.weights,
        np.flatnonzero(treatment == 1),
        np.flatnonzero(treatment == 0),
        neighbours=None,
        set_ids=None,
        dropped=weights.dropped,
    )


def _weights(
    strategy: Strategy,
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    propensity: PropensityScore | None,
    strata: IntArray | None,
) -> UnitWeights:
    if isinstance(strategy, CoarsenedExactMatching):
        return coarsened_exact_weights(
            covariates, treatment, cutpoints=strategy.bins, strata=strata
        )
    if isinstance(strategy, EntropyBalancing):
        return entropy_weights(covariates, treatment, moments=strategy.moments)
    if isinstance(strategy, Unweighted | RegressionAdjustment):
        treated = treatment == 1
        return UnitWeights(np.where(treated, 1.0, treated.sum() / (~treated).sum()))
    if propensity is None:
        raise ValueError("this strategy needs a propensity score")
    if isinstance(strategy, KernelMatching):
        return kernel_weights(
            treatment,
            propensity.on_scale(strategy.score),
            kernel=strategy.kernel,
            bandwidth=strategy.bandwidth,
            strata=strata,
        )
    if isinstance(strategy, RadiusMatching):
        return radius_weights(
            treatment, propensity.on_scale(strategy.score), caliper=strategy.radius, strata=strata
        )
    estimand: Estimand = "ATO" if isinstance(strategy, OverlapWeighting) else "ATT"
    return inverse_probability_weights(treatment, propensity.probability, estimand=estimand)


def _optimal(
    strategy: OptimalMatching,
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    propensity: PropensityScore | None,
    strata: IntArray | None,
    where: str | None,
) -> Design:
    limits = caliper_limits(strategy, covariates, propensity)
    calipers = [Caliper(column, width) for column, width in limits]
    points = match_points(strategy, covariates, treatment, propensity, where=where)
    pairs = optimal_pairs(treatment, points, k=strategy.k, calipers=calipers, strata=strata)
    return _paired_design(treatment, pairs)


def _paired_design(treatment: NDArray[np.int8], pairs: OptimalPairs) -> Design:
    focal, candidates = np.flatnonzero(treatment == 1), np.flatnonzero(treatment == 0)
    owner = np.searchsorted(focal, pairs.treated_index)
    member = np.searchsorted(candidates, pairs.control_index)
    neighbours = lists_from_pairs(owner, member, len(focal), len(candidates))
    sets = np.full(len(treatment), -1, dtype=np.int64)
    sets[pairs.treated_index] = owner
    sets[pairs.control_index] = owner
    return Design(treatment, pairs.weights, focal, candidates, neighbours, sets, pairs.dropped)
