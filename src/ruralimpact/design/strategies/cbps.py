"""Covariate-balancing propensity scores: odds of a logit that is fitted by balance."""

from typing import ClassVar, Literal

from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.covariate_balancing import covariate_balancing_weights
from ruralimpact.design.matching import Design
from ruralimpact.design.strategies.base import Strategy


class CovariateBalancing(Strategy):
    """Odds of a propensity score whose coefficients balance the covariates exactly."""

    method: Literal["cbps"] = "cbps"

    estimator: ClassVar[str] = "weighted_difference"

    def _design(self, units: ComparedUnits) -> Design:
        return units.weighted(
            covariate_balancing_weights(units.covariates, units.treatment, sampling=units.sampling)
        )

    def _headline(self) -> str:
        return "Odds of a logit score that makes the means of the covariates equal (CBPS)"
