"""Samples drawn from a register, stratum by stratum."""

import zlib
from collections.abc import Mapping

import numpy as np
import pandas as pd

DRAWN, REPLACEMENT = "drawn", "replacement"


def stratified_draw(
    register: pd.DataFrame, allocation: Mapping[str, int], *, replacements: int, seed: int
) -> pd.DataFrame:
    """Draw units without replacement, each with the same probability within its stratum.

    Parameters
    ----------
    register : DataFrame
        One row a unit: ``id`` and ``stratum``, both str.
    allocation : mapping of str to int
        Units drawn, by stratum.
    replacements : int
        Further units drawn in each stratum, as far as there are any.
    seed : int

    Returns
    -------
    DataFrame, one row a unit drawn
        ``id``, ``stratum``, ``order`` (from 1 within the stratum), ``role`` (``drawn`` or
        ``replacement``), by stratum in the order of `allocation`.

    Raises
    ------
    ValueError
        A stratum has fewer units than are to be drawn.

    Notes
    -----
    Each stratum has a random stream of its own, by its name, and units are sorted by identifier before they
    are shuffled: neither the order of rows nor another stratum changes who is drawn.
    """
    parts = []
    for stratum, count in allocation.items():
        units = sorted(register.loc[register["stratum"] == stratum, "id"])
        if len(units) < count:
            raise ValueError(
                f"{count} units are to be drawn of '{stratum}', which has {len(units)}"
            )
        rng = np.random.default_rng([seed, zlib.crc32(stratum.encode())])
        shuffled = [units[position] for position in rng.permutation(len(units))]
        chosen = shuffled[: count + replacements]
        roles = [DRAWN] * count + [REPLACEMENT] * (len(chosen) - count)
        parts.append(
            pd.DataFrame(
                {
                    "id": chosen,
                    "stratum": stratum,
                    "order": range(1, len(chosen) + 1),
                    "role": roles,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
