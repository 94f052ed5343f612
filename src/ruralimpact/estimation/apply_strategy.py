"""From a strategy and its design to the function that turns an outcome into an estimate."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.entropy import entropy_weights
from ruralimpact.design.matching import Design
from ruralimpact.design.propensity import PropensityScore
from ruralimpact.design.search import match_points
from ruralimpact.design.strategies import (
    AugmentedWeighting,
    CoarsenedExactMatching,
    EntropyBalancing,
    InverseProbability,
    KernelMatching,
    NearestNeighbour,
    OptimalMatching,
    OverlapWeighting,
    RadiusMatching,
    RegressionAdjustment,
    Strategy,
    Unweighted,
    WeightedRegression,
)
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.doubly_robust import aipw, ipwra
from ruralimpact.estimation.estimands import average_effect, flip
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.matching import matching_estimate
from ruralimpact.estimation.missing import matches_among, spread_scores, weights_among
from ruralimpact.estimation.printed_errors import (
    MatchedOn,
    estimated_score,
    everyone_std_errors,
    printed_std_errors,
)
from ruralimpact.estimation.regression import regression_adjustment
from ruralimpact.estimation.selection import Selection, selection_scores
from ruralimpact.estimation.weighting import inverse_probability_estimate, weighted_difference

FloatArray = NDArray[np.float64]
Estimator = Callable[[FloatArray], ScoredEstimate]


@dataclass(frozen=True)
class Prepared:
    """What an estimator of the effect on the treated needs beside the outcome.

    Attributes
    ----------
    covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    design : Design
    propensity : PropensityScore or None
        Where the strategy uses one.
    outcome_covariates : CovariateMatrix, n rows
        Of the outcome regressions of doubly robust strategies.
    stratified : bool
        Whether units were compared within exact strata.
    estimand : {"ATT", "ATE"}
        ``"ATE"`` for the strategies in `DIRECT`, which estimate it in one step.
    """

    covariates: CovariateMatrix
    treatment: NDArray[np.int8]
    design: Design
    propensity: PropensityScore | None
    outcome_covariates: CovariateMatrix
    stratified: bool = False
    estimand: Literal["ATT", "ATE"] = "ATT"


DIRECT = (InverseProbability, WeightedRegression, AugmentedWeighting, RegressionAdjustment)


def strategy_estimator(
    strategy: Strategy, prepared: Prepared, *, printed: bool = True
) -> Estimator:
    """Build the estimator of a strategy.

    Parameters
    ----------
    strategy : Strategy
    prepared : Prepared
    printed : bool
        Compute the standard errors that other software prints for a matched estimate as well.

    Returns
    -------
    callable
        From an outcome (ndarray of shape (n,), NaN where missing) to a `ScoredEstimate` of the effect on
        the treated (on the overlap population for overlap weights). Units with a missing outcome leave
        the comparison; their scores are 0.
    """
    if isinstance(strategy, NearestNeighbour | OptimalMatching):
        return _matching(strategy, prepared, printed)

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        known = ~np.isnan(outcome)
        if known.all():
            return _weighting(strategy, prepared, outcome)
        part = _among(prepared, known, weights_among(prepared.design, known))
        found = _weighting(strategy, part, outcome[known])
        return spread_scores(found, known, lost=_treated(prepared.design) - found.n_treated)

    return estimate


def _matching(
    strategy: NearestNeighbour | OptimalMatching, prepared: Prepared, printed: bool
) -> Estimator:
    matched_on = _matched_on(strategy, prepared) if printed else None

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        known = ~np.isnan(outcome)
        if known.all():
            return _matched(strategy, prepared, outcome, matched_on, printed)
        part = _among(prepared, known, matches_among(prepared.design, known))
        near = _matched_on(strategy, part) if printed else None
        found = _matched(strategy, part, outcome[known], near, printed)
        return spread_scores(found, known, lost=_treated(prepared.design) - found.n_treated)

    return estimate


def _matched(
    strategy: NearestNeighbour | OptimalMatching,
    prepared: Prepared,
    outcome: FloatArray,
    matched_on: MatchedOn | None,
    printed: bool,
) -> ScoredEstimate:
    adjust = _adjustment(strategy, prepared.covariates)
    covariates = prepared.covariates if adjust is None else adjust
    scored = matching_estimate(outcome, prepared.design, covariates, bias_adjust=adjust is not None)
    if not printed:
        return scored
    errors = printed_std_errors(scored, outcome, prepared.design, matched_on)
    return replace(scored, std_errors=errors)


def _treated(design: Design) -> int:
    return int((design.weights[design.treatment == 1] > 0).sum())


def everyone_estimator(
    strategy: Strategy, of_treated: Prepared, of_controls: Prepared
) -> Estimator:
    """Build the estimator of the average effect on everyone.

    Parameters
    ----------
    strategy : Strategy
    of_treated : Prepared
    of_controls : Prepared
        The same units with the arms exchanged.

    Returns
    -------
    callable
        From an outcome (ndarray of shape (n,), NaN where missing) to a `ScoredEstimate`.
    """
    if isinstance(strategy, DIRECT):
        return strategy_estimator(strategy, replace(of_treated, estimand="ATE"))
    on_treated, on_controls = (strategy_estimator(strategy, p) for p in (of_treated, of_controls))

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        found = average_effect(
            on_treated(outcome), flip(on_controls(outcome)), of_treated.treatment
        )
        if not isinstance(strategy, NearestNeighbour) or np.isnan(outcome).any():
            return found
        matched_on = _matched_on(strategy, of_treated)
        designs = (of_treated.design, of_controls.design)
        if matched_on is None:
            return found
        return replace(found, std_errors=everyone_std_errors(outcome, *designs, matched_on))

    return estimate


def _adjustment(
    strategy: NearestNeighbour
    | OptimalMatching
    | KernelMatching
    | RadiusMatching
    | CoarsenedExactMatching,
    covariates: CovariateMatrix,
) -> CovariateMatrix | None:
    """Covariates that a strategy adjusts for, if it does."""
    if strategy.bias_adjust is False:
        return None
    return covariates.select(() if strategy.bias_adjust is True else strategy.bias_adjust)


def _matched_on(
    strategy: NearestNeighbour | OptimalMatching, prepared: Prepared
) -> MatchedOn | None:
    if not isinstance(strategy, NearestNeighbour) or not strategy.replace:
        return None
    covariates, treatment = prepared.covariates, prepared.treatment
    points = match_points(strategy, covariates, treatment, prepared.propensity)
    adjust = _adjustment(strategy, covariates)
    regressed = None if adjust is None else adjust.values
    if strategy.distance != "propensity" or prepared.propensity is None:
        return MatchedOn(points, regressed, strategy.tie_tolerance)
    score = points[:, 0]
    if prepared.stratified or adjust is not None or prepared.design.dropped:
        return MatchedOn(score, regressed, strategy.tie_tolerance)
    estimated = estimated_score(prepared.propensity, covariates, treatment, score, strategy.k)
    return MatchedOn(score, regressed, strategy.tie_tolerance, *estimated)


def _weighting(strategy: Strategy, prepared: Prepared, outcome: FloatArray) -> ScoredEstimate:
    treatment, covariates = prepared.treatment, prepared.covariates
    if isinstance(strategy, Unweighted):
        return difference_in_means(outcome, treatment)
    if isinstance(strategy, RegressionAdjustment):
        return regression_adjustment(
            outcome, treatment, prepared.outcome_covariates, estimand=prepared.estimand
        )
    if isinstance(strategy, EntropyBalancing):
        constraints = entropy_weights(covariates, treatment, moments=strategy.moments).constraints
        return weighted_difference(outcome, treatment, prepared.design.weights, constraints)
    if isinstance(strategy, WeightedRegression | AugmentedWeighting):
        robust = ipwra if isinstance(strategy, WeightedRegression) else aipw
        return robust(
            outcome,
            treatment,
            _selection(prepared),
            prepared.outcome_covariates,
            estimand=prepared.estimand,
        )
    if isinstance(strategy, InverseProbability | OverlapWeighting):
        estimand = "ATO" if isinstance(strategy, OverlapWeighting) else prepared.estimand
        return inverse_probability_estimate(
            outcome, treatment, _selection(prepared), estimand=estimand
        )
    adjust = None
    if isinstance(strategy, KernelMatching | RadiusMatching | CoarsenedExactMatching):
        adjust = _adjustment(strategy, covariates)
    return weighted_difference(
        outcome,
        treatment,
        prepared.design.weights,
        covariates if adjust is None else adjust,
        bias_adjust=adjust is not None,
    )


def _selection(prepared: Prepared) -> Selection:
    if prepared.propensity is None:
        raise ValueError("this strategy needs a propensity score")
    return selection_scores(prepared.propensity, prepared.covariates, prepared.treatment)


def _among(prepared: Prepared, known: NDArray[np.bool_], design: Design) -> Prepared:
    """The same comparison of the units with a known outcome, to whom `design` belongs."""
    score = prepared.propensity
    return Prepared(
        prepared.covariates.rows(known),
        prepared.treatment[known],
        design,
        score
        and PropensityScore(score.link, score.linear_predictor[known], score.probability[known]),
        prepared.outcome_covariates.rows(known),
        prepared.stratified,
        prepared.estimand,
    )
