"""Optimal matching: controls of their own for the treated units, at the least total distance."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.matching import Design
from ruralimpact.design.neighbours import lists_from_pairs
from ruralimpact.design.optimal import Caliper, OptimalPairs, optimal_pairs
from ruralimpact.design.search import caliper_limits, match_points
from ruralimpact.design.strategies.pair_matching import PairMatching


class OptimalMatching(PairMatching):
    """Optimal pairs: no control serves twice, and the total distance is the least possible."""

    method: Literal["optimal"] = "optimal"

    @property
    def serves_once(self) -> bool:
        """A control stands for one treated unit only."""
        return True

    def _design(self, units: ComparedUnits) -> Design:
        limits = caliper_limits(self, units.covariates, units.propensity)
        calipers = [Caliper(column, width) for column, width in limits]
        points = match_points(self, units.covariates, units.treatment, units.propensity)
        pairs = optimal_pairs(
            units.treatment, points, k=self.k, calipers=calipers, strata=units.strata
        )
        return _paired_design(units.treatment, pairs)

    def _headline(self) -> str:
        return (
            f"The {self._controls_in_words()} of its own for each treated unit, of the least total "
            f"{self._distance_in_words()}"
        )


def _paired_design(treatment: NDArray[np.int8], pairs: OptimalPairs) -> Design:
    focal, candidates = np.flatnonzero(treatment == 1), np.flatnonzero(treatment == 0)
    owner = np.searchsorted(focal, pairs.treated_index)
    member = np.searchsorted(candidates, pairs.control_index)
    neighbours = lists_from_pairs(owner, member, len(focal), len(candidates))
    sets = np.full(len(treatment), -1, dtype=np.int64)
    sets[pairs.treated_index] = owner
    sets[pairs.control_index] = owner
    return Design(treatment, pairs.weights, focal, candidates, neighbours, sets, pairs.dropped)
