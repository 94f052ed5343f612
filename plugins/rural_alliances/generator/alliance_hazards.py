"""The planted hazard of losing the first buyer: by region and the project's own score."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rural_alliances.parameter import Count, Fraction
from ruralimpact.schema.base import NotNegative, Positive, Settings

FloatArray = NDArray[np.float64]

YEARS = 7
_HALVINGS, _HIGHEST = 80, 1e3


class RegionOfAlliances(Settings):
    """Alliances of a region, and the chance of each product.

    `lasting` is the share that keeps its buyer for seven years.
    """

    alliances: Count
    municipalities: Annotated[int, Field(ge=1)]
    lasting: Fraction
    products: Annotated[dict[str, NotNegative], Field(min_length=1)]


class ProjectScores(Settings):
    """Scores that the project gave at appraisal, from 0 to 10: as many alliances have each.

    The hazard is multiplied by `point` for each point more.
    """

    values: Annotated[list[NotNegative], Field(min_length=2)]
    point: Positive


class HazardSettings(Settings):
    """What the hazard depends on.

    `first_year`: of the alliances that lose their buyer, the share that does within a year.
    """

    regions: Annotated[dict[str, RegionOfAlliances], Field(min_length=1)]
    scores: ProjectScores
    first_year: Fraction


@dataclass(frozen=True)
class PlantedHazard:
    """Proportional hazards: the share that lasts beyond t years is ``exp(-g(t) exp(a_r + c s))``.

    Notes
    -----
    g(7) = 1. a_r is what makes the share of region r that lasts seven years the stated one, on average over
    scores; g rises in a straight line to year 1, where it is what makes the stated share of all ends early,
    and in another to year 7.
    """

    settings: HazardSettings

    @cached_property
    def _relative(self) -> FloatArray:
        """Hazard by score, relative to that of the mean score."""
        scores = self.settings.scores
        points = np.array(scores.values, dtype=float)
        return np.asarray(scores.point ** (points - points.mean()))

    def _lasting(self, level: float) -> float:
        """Share that lasts where the hazard of the mean score adds up to `level`."""
        return float(np.exp(-level * self._relative).mean())

    @cached_property
    def _levels(self) -> dict[str, float]:
        """``exp(a_r)`` by region."""
        return {
            region: _where(lambda level: 1 - self._lasting(level), 1 - values.lasting, _HIGHEST)
            for region, values in self.settings.regions.items()
        }

    @cached_property
    def first_year(self) -> float:
        """g(1)."""
        early = self.settings.first_year * self._lost(1.0)
        return _where(self._lost, early, 1.0)

    def _lost(self, share: float) -> float:
        """Alliances that have lost their buyer by the time at which g is `share`."""
        return sum(
            values.alliances * (1 - self._lasting(share * self._levels[region]))
            for region, values in self.settings.regions.items()
        )

    def years(self, region: str, score: float, exponential: float) -> float | None:
        """Return when an alliance loses its buyer, from a standard exponential; None where it lasts."""
        relative = float(self._relative[self.settings.scores.values.index(score)])
        share = exponential / (self._levels[region] * relative)
        if share >= 1:
            return None
        if share < self.first_year:
            return share / self.first_year
        return 1 + (YEARS - 1) * (share - self.first_year) / (1 - self.first_year)

    def lasting_of_product(self, product: str) -> float:
        """Share of the alliances of a product that keep their buyer for seven years, of all regions."""
        regions = self.settings.regions.values()
        alliances = [
            region.alliances * region.products.get(product, 0) / sum(region.products.values())
            for region in regions
        ]
        return float(np.average([region.lasting for region in regions], weights=alliances))


def _where(rising: Callable[[float], float], wanted: float, high: float) -> float:
    """Return where a rising function has the value wanted, by bisection from 0 to `high`."""
    low = 0.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > wanted else (middle, high)
    return (low + high) / 2
