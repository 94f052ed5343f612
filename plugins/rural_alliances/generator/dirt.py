"""Mistakes that surveys come with, counted beforehand and spread over rows at random."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rural_alliances.generator.calibration import Dirt
from rural_alliances.generator.questionnaire import CURRENCY, HOUSEHOLD

IntArray = NDArray[np.int64]
SPELLINGS = {
    "Norte": ("NORTE", "norte", "Nte.", "Norte La Paz"),
    "Tropico": ("TROPICO", "Trópico", "Tropíco", "tropico"),
    "Valles": ("VALLES", "valles", "Valle", "Los Valles"),
    "Chaco": ("CHACO", "chaco", "Chacco", "El Chaco"),
}
_PRICES = ("precio_primera", "precio_segunda")


def soil_households(rows: pd.DataFrame, dirt: Dirt, rng: np.random.Generator) -> pd.DataFrame:
    """Return household rows with the mistakes of interviewers and clerks.

    Parameters
    ----------
    rows : DataFrame
        As `questionnaire.household_rows` returns them.
    dirt : Dirt
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        The same rows, then exact copies of some and copies of others with a digit mistyped.
    """
    soiled = rows.reset_index(drop=True)
    for name, share in dirt.missing.items():
        blank = rng.random(len(rows)) < share
        soiled[HOUSEHOLD[name]] = soiled[HOUSEHOLD[name]].mask(blank)
    metres, years, codes, copies, retyped, spelt = _apart(
        len(rows),
        [
            *(dirt.square_metres, dirt.birth_years, dirt.minus_99),
            *(dirt.exact_duplicates, dirt.near_duplicates, dirt.region_spellings),
        ],
        rng,
    )
    soiled.loc[metres, "tierra"] = np.rint(soiled.loc[metres, "tierra"] * 10_000)
    soiled.loc[years, "edad"] = 2014 - soiled.loc[years, "edad"]
    half = len(codes) // 2
    soiled.loc[codes[:half], "otros_ingresos"] = -99
    soiled.loc[codes[half:], "dias_familia"] = -99
    variant = rng.integers(0, len(SPELLINGS["Norte"]), len(spelt))
    regions = soiled.loc[spelt, "region"]
    soiled.loc[spelt, "region"] = [
        SPELLINGS[region][pick] for region, pick in zip(regions, variant, strict=True)
    ]
    again = soiled.loc[retyped]
    again = again.assign(otros_ingresos=again["otros_ingresos"] + 10)
    return pd.concat([soiled, soiled.loc[copies], again], ignore_index=True)


def soil_products(
    rows: pd.DataFrame, dirt: Dirt, rate: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Return product rows with amounts in dollars, misplaced zeros and commas typed as text.

    Parameters
    ----------
    rows : DataFrame
        As `questionnaire.product_rows` returns them.
    dirt : Dirt
    rate : float
        Bolivianos a dollar.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        Amounts in dollars are to the cent; only some of them say so.
    """
    numbers = (
        *(dirt.dollars_labelled, dirt.dollars_unlabelled),
        *(dirt.misplaced_zeros, dirt.decimal_commas),
    )
    said, unsaid, zeros, commas = _apart(len(rows), numbers, rng)
    soiled = rows.astype(dict.fromkeys(_PRICES, object))
    dollars = np.concatenate([said, unsaid])
    for name in (*_PRICES, "costo"):
        cents = np.rint(rows.loc[dollars, name].to_numpy(float) / rate * 100)
        soiled.loc[dollars, name] = cents / 100
    soiled.loc[said, CURRENCY] = "US$"
    soiled.loc[zeros, "precio_segunda"] = rows.loc[zeros, "precio_segunda"] * 10
    soiled.loc[commas, "precio_segunda"] = [
        f"{price:.2f}".replace(".", ",") for price in rows.loc[commas, "precio_segunda"]
    ]
    return soiled


def _apart(count: int, sizes: Sequence[int], rng: np.random.Generator) -> list[IntArray]:
    """Choose rows for each mistake such that no row has two."""
    order = rng.permutation(count)
    ends = np.cumsum([0, *sizes])
    return [np.sort(order[start:end]) for start, end in pairwise(ends)]
