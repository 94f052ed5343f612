"""Parameters of the process that makes registers: what ``calibration.yaml`` of its study may say."""

from typing import Literal, Self, get_args

from pydantic import model_validator

from rural_alliances.parameter import Count, Fraction, Parameter
from ruralimpact.schema.base import Entries, Names, NotNegative, Number, Positive, Settings, fault

Coverage = Literal["completion", "study_2012"]
STUDIES: tuple[Coverage, ...] = get_args(Coverage)
OTHER = "other"


class Municipalities(Settings):
    """Municipalities of a region that meet many basic needs, and few."""

    high: Count
    low: Count


class CoveredAlliances(Settings):
    """Alliances that a study covers: its regions, and how many of each product."""

    regions: Names
    products: dict[str, Count]


class PlantedReturn(Settings):
    """Internal rate of return of all alliances together, and the share with a loss."""

    irr: Number
    loss: Fraction


class ProfitShares(Settings):
    """Shares with a loss, and above the threshold; above it no value lies under `gap` times it."""

    loss: Fraction
    above: Fraction
    gap: Positive = 1.0


class Registers(Settings):
    """Which alliances there are."""

    alliances: Parameter[dict[str, dict[str, Count]]]
    families: Parameter[dict[str, Positive]]
    families_log_sd: Parameter[NotNegative]
    municipalities: Parameter[Municipalities]
    share_high_needs: Parameter[Fraction]
    completion: Parameter[CoveredAlliances]
    study_2012: Parameter[CoveredAlliances]


class Benefits(Settings):
    """What alliances invest and earn."""

    ramp: Parameter[Entries[Fraction]]
    horizon: Parameter[Count]
    threshold: Parameter[Number]
    recorded: Parameter[Count]
    first_year: Parameter[int]
    completion: Parameter[PlantedReturn]
    study_2012: Parameter[dict[str, ProfitShares]]
    municipal_correlation: Parameter[Fraction]
    investment_a_family: Parameter[Positive]
    investment_log_sd: Parameter[NotNegative]
    high_needs_factor: Parameter[Positive]
    low_needs_factor: Parameter[Positive]
    contribution: Parameter[Fraction]
    management: Parameter[Fraction]
    revenue: Parameter[dict[str, Positive]]
    revenue_log_sd: Parameter[NotNegative]
    growth: Parameter[Positive]
    income_log_sd: Parameter[NotNegative]


class RegisterCalibration(Settings):
    """All parameters of the process."""

    registers: Registers
    benefits: Benefits

    def selection(self, study: Coverage) -> CoveredAlliances:
        """Return the alliances that a study covers."""
        return self.registers.completion if study == "completion" else self.registers.study_2012

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        regions = set(self.registers.alliances)
        for study in STUDIES:
            for region in self.selection(study).regions:
                if region not in regions:
                    raise fault(
                        f"the region '{region}' is none of `alliances`.", "registers", study
                    )
        for key, table in (
            ("registers.families", self.registers.families),
            ("benefits.revenue", self.benefits.revenue),
        ):
            if OTHER not in table:
                raise fault(
                    f"`{OTHER}`, for products that are not named, is missing.", *key.split(".")
                )
        if "all" not in self.benefits.study_2012:
            raise fault("`all`, for all products together, is missing.", "benefits", "study_2012")
        return self
