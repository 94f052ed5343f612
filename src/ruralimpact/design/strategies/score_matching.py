"""What kernel and radius matching have in common: a score, strata, an adjustment."""

from typing import ClassVar

from ruralimpact.design.binary_model import Link
from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.strategies.options import LinkOption, Scale
from ruralimpact.design.strategies.stratified_matching import StratifiedMatching


class ScoreMatching(StratifiedMatching):
    """All controls within reach on the propensity score serve a treated unit."""

    score: Scale = "probability"
    """The propensity score as a probability, or as the model's linear predictor."""
    link: LinkOption = "logit"

    estimator: ClassVar[str] = "weighted_difference"

    @property
    def propensity_link(self) -> Link:
        """Model of the propensity score."""
        return self.link

    def balanced_on(self, units: ComparedUnits) -> CovariateMatrix:
        """The score that units are matched on; covariates at one score differ by chance."""
        return units.score_curve()

    def _scale_in_words(self) -> str:
        return "probability" if self.score == "probability" else "linear score"
