"""What an estimator of the effect of a strategy needs beside the outcome."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.matching import Design
from ruralimpact.design.propensity import PropensityScore, fit_propensity
from ruralimpact.design.strategies.base import Strategy
from ruralimpact.estimation.selection import Selection, selection_scores


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
    strata : ndarray of int, shape (n,), optional
        Codes of the exact strata within which units were compared.
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive.
    estimand : {"ATT", "ATE"}
        ``"ATE"`` for estimators that give it in one step.
    """

    covariates: CovariateMatrix
    treatment: NDArray[np.int8]
    design: Design
    propensity: PropensityScore | None
    outcome_covariates: CovariateMatrix
    strata: NDArray[np.int64] | None = None
    sampling: NDArray[np.float64] | None = None
    estimand: Literal["ATT", "ATE"] = "ATT"

    @property
    def units(self) -> ComparedUnits:
        """The units as a design sees them."""
        return ComparedUnits(
            self.covariates,
            self.treatment,
            self.propensity,
            self.strata,
            sampling=self.sampling,
        )

    @property
    def n_treated(self) -> int:
        """Treated units that the design keeps."""
        return self.design.n_served

    def selection(self) -> Selection:
        """The propensity score with what its estimation adds to influence scores."""
        return selection_scores(
            self.units.score, self.covariates, self.treatment, sampling=self.sampling
        )

    def among(self, known: NDArray[np.bool_], design: Design) -> "Prepared":
        """The same comparison of some units, to whom `design` belongs.

        Parameters
        ----------
        known : ndarray of bool, shape (n,)
        design : Design

        Returns
        -------
        Prepared
        """
        score = self.propensity
        return replace(
            self,
            covariates=self.covariates.rows(known),
            treatment=self.treatment[known],
            design=design,
            strata=None if self.strata is None else self.strata[known],
            sampling=None if self.sampling is None else self.sampling[known],
            propensity=score
            and PropensityScore(
                score.link, score.linear_predictor[known], score.probability[known]
            ),
            outcome_covariates=self.outcome_covariates.rows(known),
        )


def prepare(
    strategy: Strategy,
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    *,
    outcome_covariates: CovariateMatrix | None = None,
    strata: NDArray[np.int64] | None = None,
    sampling: NDArray[np.float64] | None = None,
    propensity: PropensityScore | None = None,
) -> Prepared:
    """Fit the score of a strategy, if it has one, and match or weight units by it.

    Parameters
    ----------
    strategy : Strategy
    covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    outcome_covariates : CovariateMatrix, n rows, optional
        Of outcome regressions; `covariates` when not given.
    strata, sampling
        As in `Prepared`.
    propensity : PropensityScore, optional
        Of these units, where it is fitted already.

    Returns
    -------
    Prepared

    Raises
    ------
    DesignError
        A comparison that the data cannot bear.
    """
    if propensity is None and strategy.propensity_link and covariates.names:
        propensity = fit_propensity(
            covariates, treatment, link=strategy.propensity_link, sampling=sampling
        )
    units = ComparedUnits(
        covariates, treatment, propensity=propensity, strata=strata, sampling=sampling
    )
    regressed = covariates if outcome_covariates is None else outcome_covariates
    design = strategy.design(units)
    return Prepared(
        covariates, treatment, design, propensity, regressed, strata=strata, sampling=sampling
    )
