"""Nearest-neighbour matching, with and without replacement."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import model_validator

from ruralimpact.design.after_matching import sampled_design
from ruralimpact.design.binary_model import Link
from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.matching import Design, match_nearest
from ruralimpact.design.strategies.options import Words, number
from ruralimpact.design.strategies.pair_matching import PairMatching
from ruralimpact.schema.base import NotNegative, fault

_ORDERS = {
    "descending": "the treated unit with the highest score chooses first",
    "ascending": "the treated unit with the lowest score chooses first",
    "closest": "the nearest pairs are made first",
    "id": "the treated unit that comes first by identifier chooses first",
}


class NearestNeighbour(PairMatching):
    """Nearest neighbours: each treated unit with the controls nearest to it."""

    method: Literal["nearest"] = "nearest"
    replace: bool = True
    """Whether a control may serve more than one treated unit."""
    order: Annotated[
        Literal["descending", "ascending", "closest", "id"] | None, Words("{}", _ORDERS.__getitem__)
    ] = None
    """Who chooses first, without replacement: by score, distance or id; when not given by descending
    score, or in a metric whoever is farthest from the controls' mean."""
    ties: Annotated[
        Literal["all", "first"],
        Words("of equally near controls the {} by identifier is taken"),
    ] = "all"
    """All equally near controls share the weight, and without replacement units alike share their matches,
    as on average over every order of their names; or the first by unit id is taken."""
    tie_tolerance: Annotated[
        NotNegative,
        Words("neighbours within {} of squared standardised distance count as tied", number),
    ] = 0.0
    """Neighbours nearer than this, in squared standardised distance, count as tied."""
    incomplete: Annotated[
        Literal["keep", "drop"],
        Words("a treated unit with fewer than k controls within reach is excluded", str),
    ] = "keep"
    """What becomes of a treated unit with fewer than k controls within calipers and strata: it is compared
    with those there are (`keep`), or excluded (`drop`, as Stata's teffects and R's Matching do)."""
    discard: Annotated[
        Literal["none", "both"],
        Words("units of {} arms outside the overlap of their scores discarded before"),
    ] = "none"
    """Discard units outside the overlap of the arms' scores before matching (`both`), or none."""

    @property
    def propensity_link(self) -> Link | None:
        """Model of the propensity score, where the distance, a caliper or the discarding is one of it."""
        return self.link if self.discard != "none" else super().propensity_link

    @property
    def serves_once(self) -> bool:
        """Whether a control can stand for one treated unit only."""
        return not self.replace

    @property
    def ties_within(self) -> float:
        """Squared standardised distance below which neighbours count as tied."""
        return self.tie_tolerance

    @model_validator(mode="after")
    def _order_has_a_score(self) -> "NearestNeighbour":
        if self.distance != "propensity":
            if self.order == "closest":
                raise fault(
                    "order 'closest' is for the propensity distance; by a metric, units choose by "
                    "score or id.",
                    "order",
                )
            if self.order in ("descending", "ascending") and self.caliper is None:
                raise fault(
                    "a metric distance has a score to order by only with a caliper.", "order"
                )
        return self

    def _idle_options(self) -> Iterator[tuple[str, str]]:
        yield from super()._idle_options()
        if self.replace:
            yield "order", "with replacement"

    def _design(self, units: ComparedUnits) -> Design:
        design = match_nearest(
            units.covariates,
            units.treatment,
            self,
            propensity=units.propensity,
            strata=units.strata,
            sampling=units.sampling,
        )
        return sampled_design(design, units.sampling)

    def _headline(self) -> str:
        replacement = "with" if self.replace else "without"
        controls = "control" if self.k == 1 else f"{self.k} controls"
        return f"The nearest {controls} by {self._distance_in_words()}, {replacement} replacement"
