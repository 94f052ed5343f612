"""One draw of the whole process: the survey without error, its follow-up, and the planted truth."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rural_alliances.generator.calibration import Calibration
from rural_alliances.generator.followup import draw_followup
from rural_alliances.generator.groups import draw_groups
from rural_alliances.generator.impact import Factors, plant_gains
from rural_alliances.generator.income import IncomeScale, draw_income
from rural_alliances.generator.livelihoods import draw_livelihoods, livelihoods_with_project
from rural_alliances.generator.outcomes import true_outcomes
from rural_alliances.generator.producers import draw_producers
from rural_alliances.generator.products import draw_products, recorded, with_project
from rural_alliances.generator.truth import true_effects, true_parts
from rural_alliances.parameter import stream

_WHOLE = ["labour_income", "other_income", "family_days"]
_HUNDREDTHS = ["area_before", "area_now"]


@dataclass(frozen=True)
class Fitted:
    """What makes the headcounts and effects of a draw the stated ones.

    Attributes
    ----------
    scale : IncomeScale
    factors : Factors
    """

    scale: IncomeScale
    factors: Factors


@dataclass(frozen=True)
class Draw:
    """A survey as it would be without a single mistake, and what nobody can observe.

    Attributes
    ----------
    producers : DataFrame, one row a producer
        Who they are, what they recall, and labour income, other income, labour and land in 2014.
    products : DataFrame
        Product rows of 2014.
    followup : DataFrame
        The wave of 2018, one row a producer who was found again.
    effects : DataFrame
        The planted truth, see `truth.true_effects`.
    products_without : DataFrame
        Product rows of the beneficiaries as they would be without the project.
    fitted : Fitted
    """

    producers: pd.DataFrame
    products: pd.DataFrame
    followup: pd.DataFrame
    effects: pd.DataFrame
    products_without: pd.DataFrame
    fitted: Fitted


def draw_study(parameters: Calibration, seed: int, fitted: Fitted | None = None) -> Draw:
    """Draw one survey with its truth.

    Parameters
    ----------
    parameters : Calibration
    seed : int
    fitted : Fitted, optional
        Of other draws: headcounts and effects are then the stated ones on average over draws, but those
        of this draw are left to chance. To study estimators, not for the study's own data.

    Returns
    -------
    Draw
        Amounts as a survey records them: product rows to the centavo and hundredth of a quintal, other
        money to the boliviano.
    """
    groups = draw_groups(parameters, stream(seed, "groups"))
    people = draw_producers(groups, parameters, stream(seed, "producers"))
    income, scale = draw_income(
        people, parameters, stream(seed, "income"), fitted.scale if fitted else None
    )
    people = pd.concat([people, income], axis=1)
    everyday = draw_livelihoods(people, parameters, stream(seed, "livelihoods"))
    without = pd.concat([people[["labour_income", "other_income"]], everyday], axis=1)
    goods = draw_products(people, parameters, stream(seed, "products"))
    is_treated = people["treated"].to_numpy() == 1
    treated, before = people[is_treated].reset_index(drop=True), without[is_treated]
    goods_before = goods[np.repeat(is_treated, 2)].reset_index(drop=True)
    gains, factors = plant_gains(
        treated, parameters, stream(seed, "impact"), fitted.factors if fitted else None
    )
    after = livelihoods_with_project(before, treated, parameters, stream(seed, "livelihoods with"))
    after = _recorded(after.assign(labour_income=before["labour_income"] + gains.labour))
    goods_after = recorded(with_project(goods_before, treated, gains, parameters))
    effects = true_effects(
        treated,
        true_outcomes(treated, _recorded(before), recorded(goods_before), parameters),
        true_outcomes(treated, after, goods_after, parameters),
    )
    parts = true_parts(recorded(goods_before), goods_after, len(treated))
    followup, later = draw_followup(people, gains, parameters, stream(seed, "followup"))
    world = _recorded(without)
    world.loc[is_treated] = after
    goods = recorded(goods)
    goods.loc[np.repeat(is_treated, 2)] = goods_after.to_numpy()
    return Draw(
        producers=pd.concat(
            [people.drop(columns=list(world.columns), errors="ignore"), world], axis=1
        ),
        products=goods,
        followup=followup,
        effects=pd.concat([effects, parts, later], ignore_index=True),
        products_without=recorded(goods_before),
        fitted=Fitted(scale, factors),
    )


def _recorded(world: pd.DataFrame) -> pd.DataFrame:
    """Return money and days as whole numbers, land in hundredths of a hectare."""
    whole = {name: np.rint(world[name]) for name in _WHOLE}
    hundredths = {name: np.rint(world[name] * 100) / 100 for name in _HUNDREDTHS}
    return world.assign(**whole, **hundredths)
