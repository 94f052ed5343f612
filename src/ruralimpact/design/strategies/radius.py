"""Radius matching: every control near a treated unit serves it alike."""

from typing import Literal

from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.kernel import radius_weights
from ruralimpact.design.matching import Design
from ruralimpact.design.strategies.options import number
from ruralimpact.design.strategies.score_matching import ScoreMatching
from ruralimpact.schema.base import Positive


class RadiusMatching(ScoreMatching):
    """Radius matching: all controls within the radius, alike."""

    method: Literal["radius"] = "radius"
    radius: Positive = 0.05
    """Largest distance in the score, in the unit of the score."""

    def _design(self, units: ComparedUnits) -> Design:
        score = units.score_on(self.score)
        return units.weighted(
            radius_weights(
                units.treatment,
                score,
                caliper=self.radius,
                strata=units.strata,
                sampling=units.sampling,
            )
        )

    def _headline(self) -> str:
        return f"All controls within {number(self.radius)} of the {self._scale_in_words()}, alike"
