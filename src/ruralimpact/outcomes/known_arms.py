"""Rows of a sample whose arm and group are known: percentiles and ranks are those of nobody else."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def of_known_arm(
    table: pd.DataFrame, treatments: Sequence[str], group: str | None
) -> NDArray[np.bool_]:
    """Tell which rows have a group and are of a unit whose arm is known.

    Parameters
    ----------
    table : DataFrame
        ``id`` and variables, one row a unit and wave.
    treatments : sequence of str
        Variables that tell who is treated; a unit has an arm if one of them is known in one of its rows.
        Those that the table does not have, and those of which nothing is known, tell nothing.
    group : str, optional
        Variable that treatment is assigned by.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    known = np.ones(len(table), dtype=bool)
    telling = [name for name in treatments if name in table and table[name].notna().any()]
    if telling:
        has_arm = table[telling].notna().any(axis=1)
        known = has_arm.groupby(table["id"]).transform("any").to_numpy(dtype=bool)
    if group is not None and group in table:
        known = known & table[group].notna().to_numpy()
    return known
