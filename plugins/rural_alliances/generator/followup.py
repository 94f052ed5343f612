"""The wave of 2018: fewer producers, alliances that held or broke, and controls funded meanwhile."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rural_alliances.generator.calibration import Calibration, Followup
from rural_alliances.generator.impact import PlantedGains
from rural_alliances.generator.truth import true_effects

FloatArray = NDArray[np.float64]
WAVE = 2018
_RELEASED = (2014, 2016)


def draw_followup(
    people: pd.DataFrame, gains: PlantedGains, parameters: Calibration, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the follow-up wave.

    Parameters
    ----------
    people : DataFrame
        Producers with their income without any project.
    gains : PlantedGains
        Of the beneficiaries in 2014.
    parameters : Calibration
    rng : numpy.random.Generator

    Returns
    -------
    followup : DataFrame, one row a producer found again
        ``id``, ``group``, ``treated``, ``first_treated`` (year that funds came, 0 for never by then),
        ``status`` of the alliance (``same`` buyer, ``new`` buyer, ``spot`` market, or ``none`` yet) and
        ``net_income`` in bolivianos of 2018.
    effects : DataFrame
        The planted effect on all beneficiaries, those not found included, and on the controls funded
        after 2014 (``by``: ``funded_later``), against never having had a project; at prices of 2014.
    """
    chosen = parameters.followup
    groups = people.drop_duplicates("group").set_index("group")
    first = _first_treated(groups, chosen, rng)
    status = _status(groups, first, chosen, rng)
    released, state = first[people["group"]].to_numpy(), status[people["group"]].to_numpy()
    passing = np.exp(chosen.transitory_sd * rng.normal(size=len(people)))
    cpi = parameters.macro.cpi
    real = people["net"].to_numpy(float) * (1 + chosen.growth) * passing / passing.mean()
    inflation = cpi[WAVE] / cpi[2014]
    base = real * inflation
    treated = people["treated"].to_numpy() == 1
    kept = pd.Series(state).map({**chosen.effect_kept.given(), "none": 0.0}).to_numpy()
    gain = _relative_gains(people, gains, rng) * base * kept
    for rows, share in ((treated, 1.0), (~treated & (kept > 0), chosen.control_effect)):
        gain[rows] *= share * chosen.effect * base[rows].sum() / gain[rows].sum()
    now = np.rint(base + gain)
    lost = chosen.attrition.all + chosen.attrition.spot * (state == "spot")
    located = rng.random(len(people)) >= lost
    followup = people[["id", "group", "treated"]].assign(
        first_treated=released, status=state, net_income=now
    )
    arms = {
        ("all", "income_later"): treated,
        ("funded_later", "income_by_wave"): ~treated & (released > 2014),
    }
    truths = [
        _truth(people[rows], base[rows] / inflation, now[rows] / inflation, by).assign(outcome=name)
        for (by, name), rows in arms.items()
    ]
    return followup[located].reset_index(drop=True), pd.concat(truths, ignore_index=True)


def _truth(people: pd.DataFrame, base: FloatArray, now: FloatArray, by: str) -> pd.DataFrame:
    """Return the effect on some producers as one row."""
    without, reached = (pd.DataFrame({"income": values}) for values in (base, now))
    effects = true_effects(people.reset_index(drop=True), without, reached, wave=WAVE)
    return effects[effects["by"] == "all"].assign(by=by)


def _first_treated(groups: pd.DataFrame, chosen: Followup, rng: np.random.Generator) -> pd.Series:
    """Return the year that funds reached each group; most controls' came before 2018."""
    count = len(groups)
    years = rng.integers(_RELEASED[0], _RELEASED[1] + 1, count)
    funded = rng.random(count) < chosen.control_released
    later = np.where(funded, years, 0)
    return pd.Series(np.where(groups["treated"] == 1, groups["start"], later), index=groups.index)


def _status(
    groups: pd.DataFrame, first: pd.Series, chosen: Followup, rng: np.random.Generator
) -> pd.Series:
    """Return what became of each group's alliance; a control's, where funded, counts as kept."""
    count = len(groups)
    held = rng.random(count) < groups["region"].map(chosen.survival).to_numpy(float)
    broken = np.where(rng.random(count) < chosen.new_buyer, "new", "spot")
    state = np.where(held, "same", broken)
    later = np.where(first > 0, "same", "none")
    return pd.Series(np.where(groups["treated"] == 1, state, later), index=groups.index)


def _relative_gains(
    people: pd.DataFrame, gains: PlantedGains, rng: np.random.Generator
) -> FloatArray:
    """Return each producer's gain over income without a project; controls draw a beneficiary's."""
    treated = people["treated"].to_numpy() == 1
    own = (gains.alliance - gains.costs) / people["net"].to_numpy(float)[treated]
    own = np.minimum(own, np.quantile(own, 0.99))
    relative = rng.choice(own, size=len(people))
    relative[treated] = own
    return relative
