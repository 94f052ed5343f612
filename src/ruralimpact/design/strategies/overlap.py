"""Overlap weights."""

from typing import ClassVar, Literal

from ruralimpact.design.strategies.score_weighting import ScoreWeighting


class OverlapWeighting(ScoreWeighting):
    """Overlap weights: the effect among units that could as well be in either arm."""

    method: Literal["overlap"] = "overlap"

    estimator: ClassVar[str] = "inverse_probability"
    estimand: ClassVar[Literal["ATT", "ATO"]] = "ATO"

    def _headline(self) -> str:
        return "Overlap weights: the effect among units that could as well be in either arm"
