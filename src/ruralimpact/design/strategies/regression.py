"""Regression adjustment: an outcome regression alone."""

from typing import ClassVar, Literal

from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.matching import Design
from ruralimpact.design.strategies.base import Strategy
from ruralimpact.design.strategies.options import OutcomeCovariates
from ruralimpact.design.unit_weights import controls_alike


class RegressionAdjustment(Strategy):
    """Regression adjustment: an outcome regression alone."""

    method: Literal["regression"] = "regression"
    outcome_covariates: OutcomeCovariates = ()

    estimator: ClassVar[str] = "regression_adjustment"

    @property
    def outcome_regressors(self) -> tuple[str, ...]:
        """Columns of the outcome regression."""
        return self.outcome_covariates

    def _design(self, units: ComparedUnits) -> Design:
        return units.weighted(controls_alike(units.treatment, units.sampling))

    def _headline(self) -> str:
        return "Outcome regression among the controls"
