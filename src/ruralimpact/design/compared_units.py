"""What a strategy is applied to: units of both arms without their outcomes."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.matching import Design
from ruralimpact.design.propensity import PropensityScore
from ruralimpact.design.unit_weights import UnitWeights

FloatArray = NDArray[np.float64]

_SCORE_CURVE = ("propensity score", "propensity score squared")


@dataclass(frozen=True)
class ComparedUnits:
    """Units of both arms, as far as a design may know them.

    Attributes
    ----------
    covariates : CovariateMatrix, n rows
        Rows in the order that breaks ties (sorted by unit id).
    treatment : ndarray of {0, 1}, shape (n,)
    propensity : PropensityScore, optional
        Needed by strategies that use the score.
    strata : ndarray of int, shape (n,), optional
        Codes of exact strata.
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive.
    """

    covariates: CovariateMatrix
    treatment: NDArray[np.int8]
    propensity: PropensityScore | None = None
    strata: NDArray[np.int64] | None = None
    sampling: FloatArray | None = None

    @property
    def score(self) -> PropensityScore:
        """The propensity score of these units.

        Raises
        ------
        ValueError
            None was fitted.
        """
        if self.propensity is None:
            raise ValueError("this strategy needs a propensity score")
        return self.propensity

    def score_on(self, scale: Literal["linear", "probability"]) -> FloatArray:
        """The propensity score on one of its scales, shape (n,)."""
        return self.score.on_scale(scale)

    def score_curve(self) -> CovariateMatrix:
        """Linear predictor of the propensity score and its square: what is matched on by a score."""
        score = self.score.linear_predictor
        spread = score.std()
        standard = (score - score.mean()) / (spread if spread > 0 else 1.0)
        columns = np.column_stack([standard, standard**2])
        return CovariateMatrix(columns, _SCORE_CURVE, np.zeros(2, dtype=bool), {})

    def weighted(self, weights: UnitWeights) -> Design:
        """Design of weights that come from no matched sets."""
        return Design(
            self.treatment,
            weights.weights,
            np.flatnonzero(self.treatment == 1),
            np.flatnonzero(self.treatment == 0),
            neighbours=None,
            set_ids=None,
            dropped=weights.dropped,
        )
