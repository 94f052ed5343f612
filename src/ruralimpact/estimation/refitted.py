"""Estimates under other assignments of treatment to groups: score, match and regression made anew."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.comparison import Comparison
from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.methods import exact_of
from ruralimpact.design.propensity import PropensityScore
from ruralimpact.design.repeated_score import RepeatedLogit
from ruralimpact.design.strategies import Strategy
from ruralimpact.estimation.by_strategy import strategy_estimator
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.prepared import prepare
from ruralimpact.inference.clustered import group_codes, group_sums
from ruralimpact.inference.randomisation import RandomisationTest, refitted_test
from ruralimpact.schema.analysis import AnyAnalysis

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class AssignedGroups:
    """Units whose groups were given treatment as a whole, and the strategy that compares them.

    Attributes
    ----------
    strategy : Strategy
    covariates, outcome_covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    groups : ndarray of int, shape (n,)
        Codes 0 .. G-1.
    arms : ndarray of {0, 1}, shape (G,)
        Treatment of each group.
    cells : ndarray of int, shape (n,), optional
        Exact strata within which units are compared.
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive.
    """

    strategy: Strategy
    covariates: CovariateMatrix
    outcome_covariates: CovariateMatrix
    treatment: NDArray[np.int8]
    groups: IntArray
    arms: IntArray
    cells: IntArray | None = None
    sampling: FloatArray | None = None

    def estimate(self, outcome: FloatArray) -> ScoredEstimate:
        """Estimate the effect of treatment as it was given.

        Parameters
        ----------
        outcome : ndarray, shape (n,)
            NaN where missing.

        Returns
        -------
        ScoredEstimate
        """
        return self._estimate(outcome, None)

    def test(
        self,
        outcome: FloatArray,
        *,
        rng: np.random.Generator,
        strata: IntArray | None = None,
        draws: int = 999,
    ) -> RandomisationTest:
        """Permute treatment over groups and match anew each time.

        Parameters
        ----------
        outcome : ndarray, shape (n,)
            NaN where missing.
        rng : numpy.random.Generator
        strata : ndarray of int, shape (G,), optional
            Strata of the groups within which treatment is permuted.
        draws : int

        Returns
        -------
        RandomisationTest
            Of the estimate over its bias-reduced error.

        Raises
        ------
        DesignError
            See `refitted_test`.
        """
        order = self._order(outcome)
        position = np.argsort(order)

        def statistic(permuted: IntArray) -> float:
            drawn = permuted[position][self.groups].astype(np.int8)
            score = None if self._logit is None else self._logit.fit(drawn)
            estimate = replace(self, treatment=drawn)._estimate(outcome, score)
            error = estimate.clustering(self.groups).corrected(estimate.scores).variance ** 0.5
            if error > 0:
                return float(estimate.estimate / error)
            return np.inf if estimate.estimate != 0 else np.nan

        strata = None if strata is None else strata[order]
        return refitted_test(statistic, self.arms[order], rng=rng, strata=strata, draws=draws)

    def _order(self, outcome: FloatArray) -> IntArray:
        """An order of the groups that does not depend on their names."""
        totals = group_sums(np.nan_to_num(outcome), self.groups)
        return np.lexsort((totals, np.bincount(self.groups), self.arms))

    @cached_property
    def _logit(self) -> RepeatedLogit | None:
        logit = self.strategy.propensity_link == "logit"
        return RepeatedLogit(self.covariates, self.sampling) if logit else None

    def _estimate(self, outcome: FloatArray, score: PropensityScore | None) -> ScoredEstimate:
        prepared = prepare(
            self.strategy,
            self.covariates,
            self.treatment,
            outcome_covariates=self.outcome_covariates,
            strata=self.cells,
            sampling=self.sampling,
            propensity=score,
        )
        return strategy_estimator(self.strategy, prepared)(outcome)


def assigned_groups(
    strategy: Strategy, analysis: AnyAnalysis, comparison: Comparison
) -> AssignedGroups:
    """The units of a comparison whose groups were given treatment as a whole.

    Parameters
    ----------
    strategy : Strategy
    analysis : Analysis
    comparison : Comparison
        Of the analysis, without a group in both arms.

    Returns
    -------
    AssignedGroups
    """
    groups = group_codes(comparison.units["group"])
    first = np.unique(groups, return_index=True)[1]
    return AssignedGroups(
        strategy,
        comparison.covariates,
        comparison.matrix(strategy.outcome_regressors),
        comparison.treatment,
        groups,
        comparison.treatment[first].astype(np.int64),
        cells=comparison.strata([*exact_of(analysis), *strategy.strata]),
        sampling=comparison.sampling,
    )
