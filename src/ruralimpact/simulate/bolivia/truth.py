"""The planted truth as a table: what the beneficiaries have, would have had, and the difference."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

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


def _classes(treated: pd.DataFrame) -> Iterator[tuple[str, str, np.ndarray]]:
    yield "all", "", np.ones(len(treated), dtype=bool)
    for by in GROUPINGS:
        for level in sorted(treated[by].unique()):
            yield by, str(level), (treated[by] == level).to_numpy()
