"""Coarsened exact matching: units compared inside cells of binned covariates."""

from typing import ClassVar, Literal

from pydantic import Field

from ruralimpact.design.coarsened import coarsened_exact_weights
from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.matching import Design
from ruralimpact.design.strategies.options import Bins
from ruralimpact.design.strategies.stratified_matching import StratifiedMatching


class CoarsenedExactMatching(StratifiedMatching):
    """Coarsened exact matching: exact on binned covariates."""

    method: Literal["coarsened_exact"] = "coarsened_exact"
    bins: Bins = Field(default={})

    estimator: ClassVar[str] = "weighted_difference"

    def _design(self, units: ComparedUnits) -> Design:
        return units.weighted(
            coarsened_exact_weights(
                units.covariates,
                units.treatment,
                cutpoints=self.bins,
                strata=units.strata,
                sampling=units.sampling,
            )
        )

    def _headline(self) -> str:
        return "Exact matching on binned covariates"
