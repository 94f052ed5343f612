"""Kernel matching: every control near a treated unit serves it, by nearness."""

from typing import Literal

from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.kernel import kernel_weights
from ruralimpact.design.kernel_sums import Kernel
from ruralimpact.design.matching import Design
from ruralimpact.design.strategies.options import number
from ruralimpact.design.strategies.score_matching import ScoreMatching
from ruralimpact.schema.base import Positive


class KernelMatching(ScoreMatching):
    """Kernel matching: all controls within the bandwidth, by nearness."""

    method: Literal["kernel"] = "kernel"
    kernel: Kernel = "epanechnikov"
    """Shape of the kernel."""
    bandwidth: Positive = 0.06
    """Bandwidth, in the unit of the score."""

    def _design(self, units: ComparedUnits) -> Design:
        return units.weighted(
            kernel_weights(
                units.treatment,
                units.score_on(self.score),
                kernel=self.kernel,
                bandwidth=self.bandwidth,
                strata=units.strata,
                sampling=units.sampling,
            )
        )

    def _headline(self) -> str:
        scale, width = self._scale_in_words(), number(self.bandwidth)
        if self.kernel == "gaussian":  # it has no edge
            return f"All controls, by nearness in the {scale} (Gaussian kernel, bandwidth {width})"
        return (
            f"All controls within {width} of the {scale}, by nearness "
            f"({self.kernel.capitalize()} kernel)"
        )
