"""Counts of one or two units that a printed share or count would tell, where they are not public."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_FEW = (1, 2)


def is_one_or_two(counts: "pd.Series[float]", total: "pd.Series[float]") -> "pd.Series[bool]":
    """Whether a count, or what it leaves of a total, is one unit or two."""
    return counts.isin(_FEW) | (total - counts).isin(_FEW)


def rare_levels(
    frame: "pd.DataFrame", counts: Sequence[str], keys: Sequence[str]
) -> "pd.Series[bool]":
    """Say which rows are about a level of which one or two units are counted, or another that would tell it.

    Parameters
    ----------
    frame : DataFrame
        With ``by`` (empty: all units), ``level``, ``n_units``, ``public_counts`` and `counts`.
    counts : sequence of str
        Columns that count units among ``n_units``.
    keys : sequence of str
        Columns within whose values, and those of ``by``, levels add up to all units.

    Returns
    -------
    Series of bool
        Of a variable with a single such level, the smallest other one is with it, as all units less the rest
        would be that level.
    """
    rare = frame["level"].isna()
    for name in counts:
        rare |= is_one_or_two(frame[name], frame["n_units"])
    rare &= ~frame["public_counts"].astype(bool)
    told = rare & (frame["by"] == "")
    for _, own in frame[frame["by"] != ""].groupby([*keys, "by"], sort=False):
        hidden = set(own.loc[rare[own.index], "level"])
        others = own.loc[~own["level"].isin(hidden)].groupby("level")["n_units"].max()
        if len(hidden) == 1 and len(others):
            hidden.add(others.idxmin())
        told |= frame.index.isin(own.index[own["level"].isin(hidden)])
    return told.astype(bool)
