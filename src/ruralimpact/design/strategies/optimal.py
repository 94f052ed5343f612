"""Optimal matching: controls of their own for the treated units, at the least total distance."""

from typing import Literal

import numpy as np

from ruralimpact.design.after_matching import sampled_design
from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.matching import Design, shared_design
from ruralimpact.design.optimal import Caliper, optimal_pairs
from ruralimpact.design.search import Search, caliper_limits, match_points
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
        points = match_points(
            self, units.covariates, units.treatment, units.propensity, sampling=units.sampling
        )
        pairs = optimal_pairs(
            units.treatment, points, k=self.k, calipers=calipers, strata=units.strata
        )
        search = Search(
            np.flatnonzero(units.treatment == 1),
            np.flatnonzero(units.treatment == 0),
            points,
            limits,
            units.strata,
        )
        neighbours = search.lists(
            np.searchsorted(search.focal, pairs.treated_index),
            np.searchsorted(search.candidates, pairs.control_index),
        )
        design = shared_design(units.treatment, search, neighbours, pairs.dropped)
        return sampled_design(design, units.sampling)

    def _headline(self) -> str:
        controls = "A control" if self.k == 1 else f"{self.k} controls"
        return (
            f"{controls} of its own for each treated unit, at the least total distance by "
            f"{self._distance_in_words()}"
        )
