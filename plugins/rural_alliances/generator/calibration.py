"""Parameters of the stand-in's process: what ``calibration.yaml`` of its study may say."""

from collections.abc import Collection
from typing import Self

from pydantic import model_validator

from rural_alliances.parameter import Count, Fraction, Parameter
from ruralimpact.schema.base import (
    NotNegative,
    Number,
    Positive,
    Settings,
    SomeEntries,
    fault,
)

ByRegion = dict[str, Number]


class Normal(Settings):
    """A normal distribution."""

    mean: Number
    sd: Positive


class LogNormal(Settings):
    """A log-normal distribution."""

    median: Positive
    log_sd: Positive


class Beta(Settings):
    """A beta distribution."""

    mean: Fraction
    concentration: Positive


class ByArea(Settings):
    """Poverty lines, bolivianos a person and month."""

    moderate: Positive
    extreme: Positive


class Lines(Settings):
    """Poverty lines of the countryside and of towns."""

    rural: ByArea
    urban: ByArea


class Headcounts(Settings):
    """Shares of persons under the two poverty lines."""

    moderate: Fraction
    extreme: Fraction


class Traits(Settings):
    """A number for each trait of a producer."""

    schooling: Number
    land: Number
    distance: Number
    livestock: Number
    age: Number
    organisation: Number


class ServiceShares(Settings):
    """Share of the groups that have each service."""

    technical_assistance: Fraction
    purchase: Fraction
    negotiation: Fraction
    storage: Fraction


class ServiceEffects(Settings):
    """What services add to gains, as a fraction."""

    technical_assistance: Number
    storage: Number
    negotiation: Number


class IncomeShares(Settings):
    """Sources of household income; the rest is net productive income."""

    labour: Fraction
    other: Fraction
    concentration: Positive


class CostShare(Beta):
    """Cash costs over gross value, at most `highest`."""

    highest: Fraction


class QualityGain(Settings):
    """Added to the first-grade share: of all groups, and of those with storage."""

    all: Number
    storage: Number


class TermsGain(Settings):
    """Added to prices: of all groups, and of those that negotiate together."""

    all: Number
    negotiation: Number


class Eaten(Settings):
    """Share of the harvest that the household eats."""

    alliance: Fraction
    other: Fraction


class Hire(Settings):
    """Share of holdings that hire, and days a week that these do."""

    share: Fraction
    mean_days: Positive


class HouseholdSize(Settings):
    """One person and a negative binomial number of others."""

    mean: Positive
    dispersion: Positive


class EffectKept(Settings):
    """Share of the effect that is left, by what became of the alliance."""

    same: Fraction
    new: Fraction
    spot: Fraction


class Losses(Settings):
    """Share of producers who are not found again; more of those who sell on the spot market."""

    all: Fraction
    spot: Fraction


class SurveyDesign(Settings):
    """Arms, regions, products and years."""

    treated: Parameter[dict[str, Count]]
    control: Parameter[dict[str, Count]]
    producers_a_group: Parameter[Positive]
    first_start: Parameter[int]
    last_start: Parameter[int]
    control_recall_year: Parameter[int]
    products: Parameter[dict[str, dict[str, Fraction]]]
    other_products: Parameter[dict[str, SomeEntries[str]]]


class Services(Settings):
    """Services that groups have."""

    treated: Parameter[ServiceShares]
    control: Parameter[ServiceShares]


class Covariates(Settings):
    """Who producers are."""

    between_groups: Parameter[Fraction]
    distance_between_groups: Parameter[Fraction]
    selection: Parameter[Traits]
    enterprise_selection: Parameter[Number]
    returns: Parameter[Traits]
    land_median: Parameter[ByRegion]
    land_log_sd: Parameter[Positive]
    schooling: Parameter[Normal]
    age: Parameter[Normal]
    distance_km: Parameter[LogNormal]
    livestock: Parameter[LogNormal]
    organisation_years: Parameter[LogNormal]
    women: Parameter[Fraction]
    indigenous: Parameter[dict[str, Fraction]]
    household_size: Parameter[HouseholdSize]
    town: Parameter[Fraction]


class PovertyWithout(Settings):
    """Poverty without the project."""

    lines: Parameter[Lines]
    headcounts_without: Parameter[Headcounts]


class Income(Settings):
    """Income without the project."""

    region: Parameter[ByRegion]
    permanent_sd: Parameter[NotNegative]
    enterprise_share: Parameter[Fraction]
    group_sd: Parameter[NotNegative]
    transitory_sd: Parameter[NotNegative]
    tail_starts: Parameter[Positive]
    tail_kept: Parameter[Fraction]
    shares: Parameter[IncomeShares]
    cost_share: Parameter[CostShare]
    alliance_share: Parameter[dict[str, Positive]]
    recall_transitory_sd: Parameter[NotNegative]
    recall_error_sd: Parameter[NotNegative]


class Effects(Settings):
    """What the project does."""

    product: Parameter[dict[str, Number]]
    all_products: Parameter[Number]
    net_productive_income: Parameter[Number]
    region: Parameter[ByRegion]
    quintile: Parameter[SomeEntries[Number]]
    services: Parameter[ServiceEffects]
    group_sd: Parameter[NotNegative]
    producer_sd: Parameter[NotNegative]
    labour_income: Parameter[Number]
    labour_producer_sd: Parameter[NotNegative]
    labour_tilt: Parameter[Number]
    wage_days: Parameter[NotNegative]
    family_labour: Parameter[Number]
    area_growth: Parameter[Number]
    area_growth_by_region: Parameter[ByRegion]


class ProductPrices(Settings):
    """Prices, grades and what is eaten."""

    second_grade: Parameter[dict[str, Positive]]
    log_sd: Parameter[NotNegative]
    first_grade_premium: Parameter[NotNegative]
    first_grade_share: Parameter[Beta]
    quality_gain: Parameter[QualityGain]
    terms_gain: Parameter[TermsGain]
    eaten: Parameter[Eaten]


class Livelihoods(Settings):
    """Labour and land without the project."""

    hire: Parameter[Hire]
    family_days: Parameter[LogNormal]
    cultivated_share: Parameter[Beta]
    area_growth: Parameter[Normal]


class Macro(Settings):
    """Prices and the exchange rate of the country."""

    cpi: Parameter[dict[int, Positive]]
    bolivianos_a_dollar: Parameter[Positive]


class Followup(Settings):
    """The wave of 2018."""

    growth: Parameter[Number]
    transitory_sd: Parameter[NotNegative]
    effect: Parameter[Number]
    survival: Parameter[dict[str, Fraction]]
    new_buyer: Parameter[Fraction]
    effect_kept: Parameter[EffectKept]
    control_released: Parameter[Fraction]
    control_effect: Parameter[Number]
    attrition: Parameter[Losses]


class Dirt(Settings):
    """How many of each mistake; `missing`: share of blanks by variable."""

    region_spellings: Parameter[Count]
    dollars_labelled: Parameter[Count]
    dollars_unlabelled: Parameter[Count]
    misplaced_zeros: Parameter[Count]
    square_metres: Parameter[Count]
    birth_years: Parameter[Count]
    minus_99: Parameter[Count]
    decimal_commas: Parameter[Count]
    exact_duplicates: Parameter[Count]
    near_duplicates: Parameter[Count]
    missing: Parameter[dict[str, Fraction]]


class Calibration(Settings):
    """All parameters of the process."""

    design: SurveyDesign
    services: Services
    covariates: Covariates
    poverty: PovertyWithout
    income: Income
    effects: Effects
    prices: ProductPrices
    livelihoods: Livelihoods
    macro: Macro
    followup: Followup
    dirt: Dirt

    @model_validator(mode="after")
    def _describes_every_region(self) -> Self:
        """Refuse a table by region that lacks one, or has another."""
        regions = set(self.design.treated)
        tables: dict[str, Collection[str]] = {
            "design.control": self.design.control,
            "design.products": self.design.products,
            "design.other_products": self.design.other_products,
            "covariates.land_median": self.covariates.land_median,
            "covariates.indigenous": self.covariates.indigenous,
            "income.region": self.income.region,
            "effects.region": self.effects.region,
            "effects.area_growth_by_region": self.effects.area_growth_by_region,
            "followup.survival": self.followup.survival,
            # The beta distribution of the share has its concentration in the same table.
            "income.alliance_share": set(self.income.alliance_share) - {"concentration"},
        }
        for key, table in tables.items():
            odd = sorted(regions ^ set(table))
            if odd:
                told = "is missing" if odd[0] in regions else "is none of `design.treated`"
                raise fault(f"the region '{odd[0]}' {told}.", *key.split("."))
        return self
