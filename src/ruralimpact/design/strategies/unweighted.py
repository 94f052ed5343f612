"""No matching."""

from typing import ClassVar, Literal

from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.matching import Design
from ruralimpact.design.strategies.base import Strategy
from ruralimpact.design.unit_weights import controls_alike


class Unweighted(Strategy):
    """All controls alike: every unit of the comparison counts once."""

    method: Literal["unweighted"] = "unweighted"

    estimator: ClassVar[str] = "difference_in_means"
    needs_covariates: ClassVar[bool] = False

    def _design(self, units: ComparedUnits) -> Design:
        return units.weighted(controls_alike(units.treatment, units.sampling))

    def _headline(self) -> str:
        return "No matching: all units of the comparison, each counted once"
