"""A stand-in for two samples of alliances: 86 with their buyers (6.3, 6.4), 108 of which 64 came (4.12)."""

import math
from typing import Annotated, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from rural_alliances.generator.alliance_hazards import YEARS, HazardSettings, PlantedHazard
from rural_alliances.parameter import Count, Fraction, stream
from ruralimpact.language import marked
from ruralimpact.plugins import GeneratedData
from ruralimpact.schema.base import Settings, fault

_FIRST_YEAR, _LAST_YEAR = 2006, 2008


class Reasons(Settings):
    """Share of the alliances that ended which gives each reason."""

    price: Fraction
    product: Fraction
    quantity: Fraction


class InvitedAlliances(Settings):
    """Alliances invited years later: who came by region and year of financing, who did not by either.

    All that came were at work; of the others a share `absent_at_work` was, which nobody saw.
    """

    year: int
    came: dict[str, dict[int, Count]]
    absent: dict[str, Count]
    absent_by_year: dict[int, Count]
    absent_at_work: Fraction

    @model_validator(mode="after")
    def _counts_the_absent_once(self) -> Self:
        if sum(self.absent.values()) != sum(self.absent_by_year.values()):
            raise fault("does not add up to the absent of all regions.", "absent_by_year")
        return self


class Lives(HazardSettings):
    """Parameters of the process; shares but that of `regions` are of the alliances that ended.

    `visits` are the years since financing in which someone saw whether an alliance lasted.
    """

    new_buyer: Fraction
    reasons: Reasons
    visits: Annotated[list[Annotated[int, Field(ge=1, le=YEARS)]], Field(min_length=1)]
    invited: InvitedAlliances


_LASTING = marked("Share with the first buyer after 7 years")
_RATIO = marked("Ratio of hazards, one point of the project's score")
_REGRESSIONS = {"buyer": marked("Times known"), "buyer_at_visits": marked("Seen at three visits")}
_Alliance = dict[str, str | int | float | bool | None]
"""A row of the register: an alliance, what became of it, and a column a reason."""


def generate(calibration: Lives, seed: int) -> GeneratedData:
    """Draw the register and the truth that it was planted with.

    Parameters
    ----------
    calibration : Lives
    seed : int
    """
    rng, hazard = stream(seed, "lives of alliances"), PlantedHazard(calibration)
    rows: list[_Alliance] = []
    for region, values in calibration.regions.items():
        rows += [_alliance(rng, calibration, hazard, region) for _ in range(values.alliances)]
    for number, row in enumerate(rows, start=1):
        row["alliance"] = f"A{number:03}"
    invited, at_work = _invited(calibration.invited, seed)
    tables = {"alliances.csv": pd.DataFrame(rows), "invited.csv": invited}
    return GeneratedData(
        raw={
            name: table.to_csv(index=False, lineterminator="\n").encode()
            for name, table in tables.items()
        },
        truth={"planted": _truth(calibration, hazard), "at_work": at_work},
    )


def _invited(settings: InvitedAlliances, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return who was invited, with what was seen of them, and whether each was at work."""
    rng = stream(seed, "invited alliances")
    came = [
        (region, year, 1)
        for region, years in settings.came.items()
        for year, count in years.items()
        for _ in range(count)
    ]
    regions = np.repeat(list(settings.absent), list(settings.absent.values()))
    years = np.repeat(list(settings.absent_by_year), list(settings.absent_by_year.values()))
    absent = [
        (str(region), int(year), 0)
        for region, year in zip(regions, rng.permutation(years), strict=True)
    ]
    table = pd.DataFrame([*came, *absent], columns=["region", "started", "came"])
    table = table.iloc[rng.permutation(len(table))].reset_index(drop=True)
    table.insert(0, "alliance", [f"B{number:03}" for number in range(1, len(table) + 1)])
    seen = table.assign(seen=settings.year, ended="", how="")
    at_work = (table["came"] == 1) | (rng.random(len(table)) < settings.absent_at_work)
    return seen, table[["alliance"]].assign(at_work=at_work)


def _alliance(
    rng: np.random.Generator, calibration: Lives, hazard: PlantedHazard, region: str
) -> _Alliance:
    values = calibration.regions[region]
    start = int(rng.integers(_FIRST_YEAR, _LAST_YEAR + 1))
    chances = np.array(list(values.products.values()), dtype=float)
    product = str(rng.choice(list(values.products), p=chances / chances.sum()))
    score = float(rng.choice(calibration.scores.values))
    years = hazard.years(region, score, float(rng.exponential()))
    lasts, months = years is None, math.ceil(12 * (YEARS if years is None else years))
    new_buyer = bool(rng.random() < calibration.new_buyer)
    reasons = {
        name: bool(rng.random() < share) for name, share in calibration.reasons.given().items()
    }
    municipality = int(rng.integers(1, values.municipalities + 1))
    seen, gone = _visits(calibration.visits, months / 12)
    return {
        "region": region,
        "municipality": f"{region} {municipality}",
        "alliance_product": product,
        "score": score,
        "started": start,
        "surveyed": start + YEARS,
        "ended": "" if lasts else round(start + months / 12, 4),
        "seen_lasting": "" if lasts or seen is None else start + seen,
        "found_ended": "" if lasts else start + gone,
        "how": "" if lasts else ("new buyer" if new_buyer else "open market"),
        **{name: "" if lasts else int(value) for name, value in reasons.items()},
    }


def _visits(visits: list[int], ended: float) -> tuple[int | None, int]:
    """Last visit before an alliance ended, None where there was none, and the first after it."""
    before = [visit for visit in visits if visit < ended]
    after = [visit for visit in [*visits, YEARS] if visit >= ended]
    return (max(before) if before else None), min(after)


def _truth(calibration: Lives, hazard: PlantedHazard) -> pd.DataFrame:
    """Tabulate what was planted: shares that last, and ratios of hazards.

    Returns
    -------
    DataFrame
        ``key``, the identifier of the number in the findings of the study, ``planted``, its value there, and
        ``about`` and ``label`` in words.
    """
    regions = calibration.regions
    counts = np.array([values.alliances for values in regions.values()], dtype=float)
    shares = np.array([values.lasting for values in regions.values()], dtype=float)
    lasting = [("", marked("All alliances"), float(counts @ shares / counts.sum()))]
    lasting += [(f"/region={name}", name, values.lasting) for name, values in regions.items()]
    products = dict.fromkeys(name for region in regions.values() for name in region.products)
    lasting += [
        (f"/alliance_product={name}", name, hazard.lasting_of_product(name)) for name in products
    ]
    about = _LASTING
    rows = [
        (f"survival/buyer/curve{part}/lasts/{YEARS}/estimate", 100 * share, about, label)
        for part, label, share in lasting
    ]
    rows += [
        (f"hazards/{analysis}/score/ratio", calibration.scores.point, _RATIO, words)
        for analysis, words in _REGRESSIONS.items()
    ]
    return pd.DataFrame(rows, columns=["key", "planted", "about", "label"])
