"""The planted truth as a table: what the beneficiaries have, would have had, and the difference."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rural_alliances.generator.products import SINGLE
from ruralimpact.decomposition.shapley import FACTORS, ArmMeans, shapley_parts

GROUPINGS = ("region", "product_group", "quintile")


def true_effects(
    treated: pd.DataFrame, without: pd.DataFrame, after: pd.DataFrame, wave: int = 2014
) -> pd.DataFrame:
    """Tabulate the effect on the treated of every outcome, for all and by class.

    Parameters
    ----------
    treated : DataFrame
        Beneficiaries, with the columns `GROUPINGS`.
    without, after : DataFrame
        Their outcomes without and with the project.
    wave : int

    Returns
    -------
    DataFrame
        ``wave``, ``outcome``, ``by`` (``all`` or a grouping), ``level``, ``n``, ``counterfactual`` and
        ``treated`` (means), ``effect`` and ``percent`` (of the counterfactual).
    """
    parts = []
    for by, level, rows in _classes(treated):
        base, reached = without[rows].mean(), after[rows].mean()
        parts.append(
            pd.DataFrame(
                {
                    "wave": wave,
                    "outcome": without.columns,
                    "by": by,
                    "level": level,
                    "n": int(rows.sum()),
                    "counterfactual": base.to_numpy(float),
                    "treated": reached.to_numpy(float),
                    "effect": (reached - base).to_numpy(float),
                    "percent": 100 * ((reached - base) / base).to_numpy(float),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def true_parts(without: pd.DataFrame, after: pd.DataFrame, count: int) -> pd.DataFrame:
    """Split the effect on net income by the same accounting as the estimates.

    Parameters
    ----------
    without, after : DataFrame
        Product rows of the beneficiaries without and with the project.
    count : int
        Beneficiaries.

    Returns
    -------
    DataFrame
        Columns of `true_effects` as far as they apply: one row a part, ``by`` is ``part``. Products
        outside the single ones are one product.
    """
    codes = without["product"].where(without["product"].isin(SINGLE), "crops")
    product, names = pd.factorize(codes, sort=True)
    arms = [_means(rows, product, len(names), count) for rows in (after, without)]
    parts = shapley_parts(arms[0], arms[1], np.repeat(np.arange(len(names)), 2))
    return pd.DataFrame(
        {
            "wave": 2014,
            "outcome": "net_income",
            "by": "part",
            "level": FACTORS,
            "n": count,
            "effect": parts.sum(axis=1),
        }
    )


def _means(rows: pd.DataFrame, product: np.ndarray, products: int, count: int) -> ArmMeans:
    """Return mean quantities and values by product and grade, and costs by product."""
    first = rows["first_quantity"]
    second = rows["second_quantity"] + rows["eaten_quantity"]
    lines = [first, second, first * rows["first_price"], second * rows["second_price"]]
    sums = [
        np.bincount(product, weights=column, minlength=products) / count
        for column in (*lines, rows["cash_costs"])
    ]
    return ArmMeans(
        quantity=np.column_stack(sums[:2]).ravel(),
        value=np.column_stack(sums[2:4]).ravel(),
        cost=sums[4],
    )


def _classes(treated: pd.DataFrame) -> Iterator[tuple[str, str, np.ndarray]]:
    yield "all", "", np.ones(len(treated), dtype=bool)
    for by in GROUPINGS:
        for level in sorted(treated[by].unique()):
            yield by, str(level), (treated[by] == level).to_numpy()
