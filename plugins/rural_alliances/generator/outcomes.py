"""What the process itself says the outcomes are: written apart from the code that analyses surveys."""

import numpy as np
import pandas as pd

from rural_alliances.generator.calibration import Calibration
from rural_alliances.generator.income import MONTHS, poverty_lines


def true_outcomes(
    producers: pd.DataFrame, world: pd.DataFrame, products: pd.DataFrame, parameters: Calibration
) -> pd.DataFrame:
    """Compute every outcome of a set of producers in one state of the world.

    Parameters
    ----------
    producers : DataFrame
    world : DataFrame
        Their labour income, other income, labour and land.
    products : DataFrame
        Their product rows.
    parameters : Calibration

    Returns
    -------
    DataFrame, rows as `producers`
        One column an outcome, under the names of the study's configuration.
    """
    first = products["first_quantity"] * products["first_price"]
    sales = first + products["second_quantity"] * products["second_price"]
    eaten = products["eaten_quantity"] * products["second_price"]
    gross = sales + eaten

    def total(amounts: pd.Series) -> pd.Series:
        return amounts.groupby(products["id"]).sum().loc[producers["id"]].reset_index(drop=True)

    world = world.reset_index(drop=True)
    net = total(gross - products["cash_costs"])
    household = world["labour_income"] + world["other_income"] + net
    head = household / producers["household_size"].reset_index(drop=True) / MONTHS
    return pd.DataFrame(
        {
            "net_income": net,
            "alliance_income": total(gross * products["alliance"]),
            "agricultural_sales": total(sales),
            "agricultural_income": total(gross),
            "labour_income": world["labour_income"],
            "income_per_head": head,
            **_poverty(head, producers["area"].reset_index(drop=True), parameters),
            "wage_days": world["wage_days"],
            "family_days": world["family_days"],
            "cultivated_area": world["area_now"] - world["area_before"],
        }
    )


def _poverty(head: pd.Series, area: pd.Series, parameters: Calibration) -> dict[str, pd.Series]:
    measures = {}
    for name, line in poverty_lines(area, parameters).items():
        short = np.clip((line - head) / line, 0, 1)
        measures[f"{name}_poverty"] = (head < line).astype(float)
        depth = "poverty" if name == "moderate" else name
        measures[f"{depth}_gap"] = short
        measures[f"{depth}_severity"] = short**2
    return measures
