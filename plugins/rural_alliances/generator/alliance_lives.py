"""A stand-in for the register of 86 alliances behind 6.3 and 6.4: how long each kept its first buyer."""

from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from rural_alliances.parameter import Count, Fraction
from ruralimpact.plugins import GeneratedData
from ruralimpact.schema.base import Settings

_FIRST_YEAR, _LAST_YEAR, _YEARS = 2006, 2008, 7


class Reasons(Settings):
    """Share of the alliances that ended which gives each reason."""

    price: Fraction
    product: Fraction
    quantity: Fraction


class RegionOfAlliances(Settings):
    """Alliances of a region; `lasting`: the share that keeps its buyer for seven years."""

    alliances: Count
    municipalities: Annotated[int, Field(ge=1)]
    lasting: Fraction


class Lives(Settings):
    """Parameters of the process; shares but that of `regions` are of the alliances that ended.

    `visits` are the years since financing in which someone saw whether an alliance lasted.
    """

    regions: Annotated[dict[str, RegionOfAlliances], Field(min_length=1)]
    new_buyer: Fraction
    first_year: Fraction
    reasons: Reasons
    visits: Annotated[list[Annotated[int, Field(ge=1, le=_YEARS)]], Field(min_length=1)]


_Alliance = dict[str, str | int | float | bool | None]
"""A row of the register: an alliance, what became of it, and a column a reason."""


def generate(calibration: Lives, seed: int) -> GeneratedData:
    """Draw the register and the truth that it was planted with.

    Parameters
    ----------
    calibration : Lives
    seed : int
    """
    rng = np.random.default_rng([seed, 86])
    rows: list[_Alliance] = []
    for region, values in calibration.regions.items():
        rows += [_alliance(rng, calibration, region, values) for _ in range(values.alliances)]
    for number, row in enumerate(rows, start=1):
        row["alliance"] = f"A{number:03}"
    table = pd.DataFrame(rows)
    return GeneratedData(
        raw={"alliances.csv": table.to_csv(index=False, lineterminator="\n").encode()},
        truth={"lasting": _truth(calibration)},
    )


def _alliance(
    rng: np.random.Generator, calibration: Lives, region: str, values: RegionOfAlliances
) -> _Alliance:
    start = int(rng.integers(_FIRST_YEAR, _LAST_YEAR + 1))
    lasts = bool(rng.random() < values.lasting)
    early = bool(rng.random() < calibration.first_year)
    months = int(rng.integers(1, 13) if early else rng.integers(13, 12 * _YEARS))
    new_buyer = bool(rng.random() < calibration.new_buyer)
    reasons = {
        name: bool(rng.random() < share) for name, share in calibration.reasons.given().items()
    }
    municipality = int(rng.integers(1, values.municipalities + 1))
    seen, gone = _visits(calibration.visits, months / 12)
    return {
        "region": region,
        "municipality": f"{region} {municipality}",
        "started": start,
        "surveyed": start + _YEARS,
        "ended": "" if lasts else round(start + months / 12, 4),
        "seen_lasting": "" if lasts or seen is None else start + seen,
        "found_ended": "" if lasts else start + gone,
        "how": "" if lasts else ("new buyer" if new_buyer else "open market"),
        **{name: "" if lasts else int(value) for name, value in reasons.items()},
    }


def _visits(visits: list[int], ended: float) -> tuple[int | None, int]:
    """Last visit before an alliance ended, None where there was none, and the first after it."""
    before = [visit for visit in visits if visit < ended]
    after = [visit for visit in [*visits, _YEARS] if visit >= ended]
    return (max(before) if before else None), min(after)


def _truth(calibration: Lives) -> pd.DataFrame:
    regions = calibration.regions
    counts = np.array([values.alliances for values in regions.values()], dtype=float)
    shares = np.array([values.lasting for values in regions.values()], dtype=float)
    lasting = np.array([(counts * shares).sum() / counts.sum(), *shares])
    parts = ["", *(f"/region={name}" for name in regions)]
    return pd.DataFrame(
        {
            "level": ["", *regions],
            "lasting": lasting,
            # The identifier of the number in the findings of the study, and its value there.
            "key": [f"survival/buyer/curve{part}/lasts/{_YEARS}/estimate" for part in parts],
            "planted": 100 * lasting,
            "about": f"Share with the first buyer after {_YEARS} years",
            "label": ["All alliances", *regions],
        }
    )
