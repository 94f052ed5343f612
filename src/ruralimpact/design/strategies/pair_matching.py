"""What nearest-neighbour and optimal matching have in common: distance, calipers, strata."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ruralimpact.design.binary_model import Link
from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.strategies.options import (
    Calipers,
    LinkOption,
    Naming,
    Scale,
    Words,
    listed,
    number,
)
from ruralimpact.design.strategies.stratified_matching import StratifiedMatching
from ruralimpact.schema.base import Names, Positive

_DISTANCES = {
    "propensity": "the propensity score",
    "mahalanobis": "the Mahalanobis distance",
    "inverse_variance": "the distance with inverse-variance weights",
}
_COVARIANCES = {
    ("mahalanobis", "pooled"): " (pooled covariance within arms)",
    ("mahalanobis", "sample"): " (covariance of all units)",
    ("inverse_variance", "sample"): " (variances of all units)",
}


class PairMatching(StratifiedMatching):
    """Each treated unit has controls of its own choice."""

    distance: Literal["propensity", "mahalanobis", "inverse_variance"] = "propensity"
    """What makes neighbours near."""
    score: Scale = "linear"
    """The propensity score as the model's linear predictor, or as a probability (Stata's choice)."""
    link: LinkOption = "logit"
    k: Annotated[int, Field(ge=1, le=1000)] = 1
    """Controls for each treated unit."""
    caliper: Annotated[
        Positive | None,
        Words("no farther than {} standard deviations of the score over all units", number),
    ] = None
    """Largest distance in the score, in standard deviations of the score over all units."""
    caliper_covariates: Calipers = Field(default={})
    metric_covariates: Annotated[Names, Naming.COVARIATE] = ()
    """Covariates of a metric distance; all of the analysis when not given."""
    covariance: Literal["pooled", "sample"] = "pooled"
    """Of a metric distance: within arms and pooled over them, or of all units (Stata's nnmatch)."""

    estimator: ClassVar[str] = "matching"

    @property
    def propensity_link(self) -> Link | None:
        """Model of the propensity score, where the distance or a caliper is one of it."""
        uses_score = self.distance == "propensity" or self.caliper is not None
        return self.link if uses_score else None

    @property
    def ties_within(self) -> float:
        """Squared standardised distance below which neighbours count as tied."""
        return 0.0

    def balanced_on(self, units: ComparedUnits) -> CovariateMatrix:
        """The score or the covariates that units are matched on; other covariates differ by chance."""
        if self.distance == "propensity":
            return units.score_curve()
        return units.covariates.select(self.metric_covariates)

    def _idle_options(self) -> Iterator[tuple[str, str]]:
        if self.distance == "propensity":
            yield "metric_covariates", "with distance: propensity"
            yield "covariance", "with distance: propensity"

    def _distance_in_words(self) -> str:
        words = _DISTANCES[self.distance]
        if self.metric_covariates:
            words += f" of {listed(self.metric_covariates)}"
        words += _COVARIANCES.get((self.distance, self.covariance), "")
        return words + (", on the scale of the probability" if self.score == "probability" else "")
