"""One strategy within each level of a subgroup variable."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.balance import balance
from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.comparison import Comparison
from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.dependence import find_dependence
from ruralimpact.design.matching import Design
from ruralimpact.design.propensity import PropensityScore, fit_propensity
from ruralimpact.design.strategies import Strategy
from ruralimpact.errors import DesignError
from ruralimpact.estimation.by_strategy import strategy_estimator
from ruralimpact.estimation.effects import difference_estimator
from ruralimpact.estimation.estimate import Estimator, ScoredEstimate
from ruralimpact.estimation.informative_weights import telling_of_weights
from ruralimpact.estimation.missing import spread_scores
from ruralimpact.estimation.prepared import Prepared
from ruralimpact.estimation.stratified import clustered_estimator
from ruralimpact.inference.clustered import group_codes

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Level:
    """The comparison within one level.

    Attributes
    ----------
    inside : ndarray of bool, shape (n,)
        Units of the level.
    estimator : callable or None
        From an outcome of shape (n,) to the effect on the level's treated units; scores of other
        units are 0. None where the level bears no comparison.
    dropped : int
        Treated units of the level without a match.
    balanced : bool or None
        Whether every covariate is balanced within the level; None without a strategy.
    reason : str
        Why there is no estimator, else empty.
    """

    inside: BoolArray
    estimator: Estimator | None
    dropped: int = 0
    balanced: bool | None = None
    reason: str = ""


def level_comparisons(
    strategy: Strategy | None,
    comparison: Comparison,
    codes: IntArray,
    *,
    exact: list[str],
    propensity: PropensityScore | None = None,
) -> list[Level]:
    """Compare the arms within each level of a subgroup variable, by the same strategy.

    Parameters
    ----------
    strategy : Strategy or None
        None compares plain means.
    comparison : Comparison, n units
    codes : ndarray of int, shape (n,)
        Level of each unit, 0 .. L-1; -1 for units in none.
    exact : list of str
        Variables on which the analysis already compares exactly.
    propensity : PropensityScore, optional
        Of the whole comparison.

    Returns
    -------
    list of Level, length L

    Notes
    -----
    Strategies that can compare within exact strata add the subgroup variable to them: treated units
    of a level are matched with controls of that level, on the score, metric and caliper of the whole
    comparison. A score estimated on everyone serves within subgroups (Rassen et al. 2012) and, unlike
    one fitted in each, exists where a level is small; exact matching on the moderator keeps the
    controls' level from being mixed into the effect's (Green & Stuart 2014). If the analysis already
    is exact on the variable, the effect on everyone is the average of the levels' effects by their
    treated units. Strategies that weight a whole sample are applied anew to each level's units.

    References
    ----------
    Rassen, Glynn, Rothman, Setoguchi & Schneeweiss (2012), Pharmacoepidemiology and Drug Safety 21(7);
    Green & Stuart (2014), Journal of Consulting and Clinical Psychology 82(5).
    """
    members = [codes == level for level in range(int(codes.max(initial=-1)) + 1)]
    if strategy is None:
        levels = [_plain(comparison, inside) for inside in members]
    elif strategy.within_strata:
        levels = _within_strata(strategy, comparison, codes, members, exact, propensity)
    else:
        levels = [_anew(strategy, comparison, inside) for inside in members]
    return [
        replace(
            level, estimator=level.estimator and clustered_estimator(level.estimator, comparison)
        )
        for level in levels
    ]


def _plain(comparison: Comparison, inside: BoolArray) -> Level:
    reason = _empty_arm(comparison.treatment, inside.astype(float))
    if reason:
        return Level(inside, None, reason=reason)
    treated = int((comparison.treatment[inside] == 1).sum())
    estimator = difference_estimator(comparison.treatment, comparison.sampling)
    return Level(inside, _masked(estimator, inside, treated))


def _within_strata(
    strategy: Strategy,
    comparison: Comparison,
    codes: IntArray,
    members: list[BoolArray],
    exact: list[str],
    propensity: PropensityScore | None,
) -> list[Level]:
    together = comparison.strata([*exact, *(name for name in strategy.strata if name not in exact)])
    strata = codes if together is None else np.stack([together, codes], axis=1)
    cells = np.unique(strata, axis=0, return_inverse=True)[1].ravel().astype(np.int64)
    score = propensity if strategy.needs_propensity else None
    try:
        design = strategy.design(
            ComparedUnits(
                comparison.covariates,
                comparison.treatment,
                propensity=score,
                strata=cells,
                sampling=comparison.sampling,
            )
        )
    except DesignError as problem:
        return [Level(inside, None, reason=str(problem)) for inside in members]
    prepared = Prepared(
        comparison.covariates,
        comparison.treatment,
        design,
        score,
        outcome_covariates=comparison.covariates,
        strata=cells,
        sampling=comparison.sampling,
    )
    estimator = telling_of_weights(
        strategy_estimator(strategy, prepared),
        strategy,
        prepared,
        group_codes(comparison.units["group"]),
    )
    return [_level(comparison, inside, design, estimator) for inside in members]


def _level(
    comparison: Comparison, inside: BoolArray, design: Design, estimator: Estimator
) -> Level:
    used = np.where(inside, design.weights, 0.0)
    matched = int(np.rint(design.served_units[inside].sum()))
    lost = int((inside & (comparison.treatment == 1)).sum()) - matched
    reason = _empty_arm(comparison.treatment, used)
    if reason:
        return Level(inside, None, lost, reason=reason)
    own = _masked(estimator, inside, matched)
    return Level(inside, own, lost, _balanced(comparison, inside, used))


def _anew(strategy: Strategy, comparison: Comparison, inside: BoolArray) -> Level:
    treatment = comparison.treatment[inside]
    sampling = None if comparison.sampling is None else comparison.sampling[inside]
    covariates = _independent(comparison.covariates.rows(inside))
    try:
        score = None
        if strategy.propensity_link is not None:
            score = fit_propensity(
                covariates, treatment, link=strategy.propensity_link, sampling=sampling
            )
        units = ComparedUnits(covariates, treatment, propensity=score, sampling=sampling)
        design = strategy.design(units)
    except DesignError as problem:
        return Level(inside, None, reason=str(problem))
    outcome_covariates = _independent(comparison.matrix(strategy.outcome_regressors).rows(inside))
    prepared = Prepared(covariates, treatment, design, score, outcome_covariates, sampling=sampling)
    part = telling_of_weights(
        strategy_estimator(strategy, prepared),
        strategy,
        prepared,
        group_codes(comparison.units["group"].to_numpy()[inside]),
    )
    weights = np.zeros(len(inside))
    weights[inside] = design.weights
    return Level(
        inside,
        lambda outcome: spread_scores(part(outcome[inside]), inside),
        int(((treatment == 1) & (design.weights == 0)).sum()),
        _balanced(comparison, inside, weights),
    )


def _masked(estimator: Estimator, inside: BoolArray, treated: int) -> Estimator:
    """The estimator of the units inside, `treated` of them focal: outcomes of others are taken away."""

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        masked = estimator(np.where(inside, outcome, np.nan))
        return replace(masked, lost=treated - masked.n_treated)

    return estimate


def _empty_arm(treatment: NDArray[np.int8], weights: FloatArray) -> str:
    for arm, name in ((1, "treated unit"), (0, "control")):
        if not weights[treatment == arm].any():
            return f"no {name} of this level is matched or in the sample"
    return ""


def _balanced(comparison: Comparison, inside: BoolArray, weights: FloatArray) -> bool | None:
    varying = _varying(comparison.levels.rows(inside))
    if not varying.names:
        return None
    sampling = None if comparison.sampling is None else comparison.sampling[inside]
    balance_of_level = balance(
        varying, comparison.treatment[inside], weights[inside], sampling=sampling
    )
    return bool(balance_of_level.balanced.all())


def _varying(covariates: CovariateMatrix) -> CovariateMatrix:
    """The covariates that are not the same for all these units."""
    return _columns(covariates, np.flatnonzero(np.ptp(covariates.values, axis=0) > 0))


def _independent(covariates: CovariateMatrix) -> CovariateMatrix:
    """The covariates that vary and that the ones before them do not imply, among these units."""
    varying = _varying(covariates)
    values = varying.values
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    return _columns(varying, find_dependence(scaled.T @ scaled / len(values)).basis)


def _columns(covariates: CovariateMatrix, keep: NDArray[np.intp]) -> CovariateMatrix:
    values = covariates.values
    return CovariateMatrix(
        values[:, keep],
        tuple(covariates.names[j] for j in keep),
        covariates.binary[keep],
        covariates.base_levels,
    )
