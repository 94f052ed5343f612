"""Augmented inverse-probability weighting."""

from typing import ClassVar, Literal

from ruralimpact.design.strategies.doubly_robust import DoublyRobust


class AugmentedWeighting(DoublyRobust):
    """AIPW: inverse-probability weights augmented by an outcome regression."""

    method: Literal["aipw"] = "aipw"

    estimator: ClassVar[str] = "aipw"

    def _headline(self) -> str:
        return "Augmented inverse-probability weighting"
