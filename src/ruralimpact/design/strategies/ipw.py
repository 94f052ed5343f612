"""Inverse-probability weights."""

from typing import ClassVar, Literal

from ruralimpact.design.strategies.score_weighting import ScoreWeighting


class InverseProbability(ScoreWeighting):
    """Inverse-probability weights, normalised within arms."""

    method: Literal["ipw"] = "ipw"

    estimator: ClassVar[str] = "inverse_probability"

    def _headline(self) -> str:
        return "Inverse-probability weights, normalised"
