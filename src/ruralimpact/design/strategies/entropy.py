"""Entropy balancing: control weights that give controls the treated moments."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator

from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.entropy import EntropyWeights, entropy_weights
from ruralimpact.design.matching import Design
from ruralimpact.design.strategies.base import Strategy
from ruralimpact.design.strategies.options import no_truth_value


class EntropyBalancing(Strategy):
    """Entropy balancing: control weights that balance moments exactly."""

    method: Literal["entropy"] = "entropy"
    moments: Annotated[Literal[1, 2], BeforeValidator(no_truth_value)] = 1
    """Moments of each covariate that are balanced: means (1), and variances (2)."""

    estimator: ClassVar[str] = "weighted_difference"

    def balanced_on(self, units: ComparedUnits) -> CovariateMatrix:
        """The constraints, with which the scores hold the estimation of the weights."""
        return self._weights(units).constraints

    def _design(self, units: ComparedUnits) -> Design:
        return units.weighted(self._weights(units))

    def _weights(self, units: ComparedUnits) -> EntropyWeights:
        return entropy_weights(
            units.covariates, units.treatment, moments=self.moments, base=units.sampling
        )

    def _headline(self) -> str:
        moments = "means and variances" if self.moments == 2 else "means"
        return (
            f"Control weights that make the {moments} of the covariates equal (entropy balancing)"
        )
