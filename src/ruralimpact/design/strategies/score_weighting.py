"""What strategies have in common that weight by the propensity score."""

from typing import ClassVar, Literal

from ruralimpact.design.binary_model import Link
from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.inverse_probability import inverse_probability_weights
from ruralimpact.design.matching import Design
from ruralimpact.design.strategies.base import Strategy
from ruralimpact.design.strategies.options import LinkOption


class ScoreWeighting(Strategy):
    """Weights from the propensity score."""

    link: LinkOption = "logit"

    estimand: ClassVar[Literal["ATT", "ATO"]] = "ATT"

    @property
    def propensity_link(self) -> Link:
        """Model of the propensity score."""
        return self.link

    def _design(self, units: ComparedUnits) -> Design:
        probability = units.score.probability
        return units.weighted(
            inverse_probability_weights(
                units.treatment, probability, estimand=self.estimand, sampling=units.sampling
            )
        )
