"""Inverse-probability-weighted regression adjustment."""

from typing import ClassVar, Literal

from ruralimpact.design.strategies.doubly_robust import DoublyRobust


class WeightedRegression(DoublyRobust):
    """IPWRA: an outcome regression with inverse-probability weights."""

    method: Literal["ipwra"] = "ipwra"

    estimator: ClassVar[str] = "ipwra"

    def _headline(self) -> str:
        return "Inverse-probability-weighted regression adjustment"
