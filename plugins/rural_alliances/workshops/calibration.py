"""Parameters of the process that makes workshops: what ``calibration.yaml`` of its study may say."""

from typing import Self

from pydantic import model_validator

from rural_alliances.parameter import Count, Fraction, Parameter
from ruralimpact.schema.base import NotNegative, Settings, fault

OTHER = "other"
Chances = dict[str, NotNegative]


class Alliances(Settings):
    """The register: alliances by region, and chances of each product and year of funding there."""

    alliances: Parameter[dict[str, Count]]
    product: Parameter[dict[str, Chances]]
    funded: Parameter[dict[str, dict[int, NotNegative]]]


class Invited(Settings):
    """Who was invited and came, by region, and how many were surveyed in 2015."""

    seed: Parameter[int]
    allocation: Parameter[dict[str, Count]]
    came: Parameter[dict[str, Count]]
    added: Parameter[dict[str, Count]]
    surveyed_2015: Parameter[Count]


class AnswerChances(Settings):
    """Chance of each answer of an alliance; those by region have `other` for regions not named."""

    facilities: Parameter[dict[str, Fraction]]
    services: Parameter[dict[str, Fraction]]
    perceived: Parameter[dict[str, Fraction]]
    age: Parameter[dict[str, Chances]]
    membership: Parameter[dict[str, Chances]]
    changed: Parameter[dict[str, Fraction]]
    reasons: Parameter[dict[str, Fraction]]
    missing: Parameter[dict[str, Count]]


class WorkshopCalibration(Settings):
    """All parameters of the process."""

    registered: Alliances
    invited: Invited
    answers: AnswerChances

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        regions = set(self.registered.alliances)
        for key, table in (
            ("registered.product", self.registered.product),
            ("registered.funded", self.registered.funded),
        ):
            if set(table) != regions:
                raise fault("the regions are not those of `alliances`.", *key.split("."))
        for name in ("allocation", "came", "added"):
            table = getattr(self.invited, name)
            if not set(table) <= regions or set(table) != set(self.invited.allocation):
                raise fault("the regions are not those that were invited.", "invited", name)
        for name in ("age", "membership", "changed"):
            if OTHER not in getattr(self.answers, name):
                raise fault(f"`{OTHER}`, for regions not named, is missing.", "answers", name)
        return self
