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
    frame: "pd.DataFrame", counts: Sequence[str], keys: Sequence[str], hidden: "pd.Series[bool]"
) -> "pd.Series[bool]":
    """Say which rows are about a level of which one or two units are counted, or others that would tell it.

    Parameters
    ----------
    frame : DataFrame
        With ``by`` (empty: all units), ``level``, ``n_units``, ``public_counts`` and `counts`; levels of a
        variable have the same rows in the same order.
    counts : sequence of str
        Columns that count units among ``n_units``.
    keys : sequence of str
        Columns within whose values, and those of ``by``, levels add up to all units.
    hidden : Series of bool
        Rows that are hidden anyway.

    Returns
    -------
    Series of bool
        With a level that is hidden the next smallest ones are, until all units less the levels that are shown
        are no one or two.
    """
    private = ~frame["public_counts"].astype(bool)
    rare = frame["level"].isna()
    for name in counts:
        rare |= is_one_or_two(frame[name], frame["n_units"])
    told = private & rare & (frame["by"] == "")
    for _, own in frame[private & (frame["by"] != "")].groupby([*keys, "by"], sort=False):
        first = set(own.loc[(rare | hidden)[own.index], "level"])
        out = _with_others(own, counts, first)
        told |= frame.index.isin(own.index[own["level"].isin(out)])
    return told.astype(bool)


def _with_others(own: "pd.DataFrame", counts: Sequence[str], first: set[str]) -> set[str]:
    """Return the levels of one variable that are hidden, beginning with some."""
    sizes = own.groupby("level")["n_units"].max().sort_values(kind="stable")
    row = own.groupby("level").cumcount()
    out = set(first)
    for level in [name for name in sizes.index if name not in first]:
        within = own["level"].isin(out)
        together = own[within].groupby(row[within])[[*counts, "n_units"]].sum()
        if not any(is_one_or_two(together[name], together["n_units"]).any() for name in counts):
            break
        out.add(str(level))
    return out
