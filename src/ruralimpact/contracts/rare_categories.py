"""Categories that few units of an arm are in: their means are shares of units, and so tell counts."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ruralimpact.contracts.complements import category_complements

if TYPE_CHECKING:
    import pandas as pd


def rare_in_balance(frame: "pd.DataFrame", designs: "pd.DataFrame") -> "pd.Series[bool]":
    """Whether a row of the table of balance is of a category that few units of an arm are in."""
    sizes = designs.drop_duplicates("analysis").set_index("analysis")[["n_treated", "n_control"]]
    shares = ["treated_mean", "control_mean"]
    share = frame[shares].ge(0).all(axis=1) & frame[shares].le(1).all(axis=1)
    before = frame[(frame["stage"] == "before") & frame["binary"].astype(bool) & share]
    rare: set[tuple[str, ...]] = set()
    for (analysis, _), own in before.groupby(
        ["analysis", variable_of(before["covariate"])], sort=False
    ):
        if analysis not in sizes.index or sizes.loc[str(analysis)].isna().any():
            continue
        totals = [float(size) for size in sizes.loc[str(analysis)].to_numpy(float)]
        counts = [
            [round(share * whole) for share, whole in zip(means, totals, strict=True)]
            for means in own[shares].to_numpy(float)
        ]
        out = category_complements(counts, totals)
        rare |= {(str(analysis), name) for name in own.loc[out, "covariate"]}
    return among(frame, ("analysis", "covariate"), rare)


def rare_in_summary(frame: "pd.DataFrame") -> "pd.Series[bool]":
    """Whether a row of summary statistics is of a category that few units of an arm are in."""
    counts = frame["mean"] * frame["n_units"]
    spread = frame["std_dev"] ** 2 * (frame["n_units"] - 1)
    whole = (counts * (1 - frame["mean"]) - spread).abs() < 1e-6  # of values 0 and 1 only
    own = frame[whole & (frame["kind"] == "covariate") & frame["mean"].between(0, 1)]
    rare = whole & False
    for _, same in own.groupby(["analysis", variable_of(own["variable"])], sort=False):
        arms = same.assign(count=counts[same.index].map(round)).pivot_table(
            index="variable", columns="arm", values=["count", "n_units"], fill_value=0
        )
        out = category_complements(
            arms["count"].to_numpy().tolist(), arms["n_units"].max().tolist()
        )
        rare[same.index] = same["variable"].isin(arms.index[out])
    return rare


def rare_in_associations(frame: "pd.DataFrame") -> "pd.Series[bool]":
    """Whether a coefficient is of a category, or an indicator, that few of the treated are in, or are not."""
    counts = frame["mean"] * frame["n_units"]
    nearest = (counts + 0.5) // 1
    whole = (counts - nearest).abs() < 1e-6
    own = frame[whole & (frame["kind"] == "coefficient") & frame["mean"].between(0, 1)]
    rare = whole & False
    keys = ["analysis", "association", "outcome", variable_of(own["variable"])]
    for _, same in own.groupby(keys, sort=False):
        shares = [[float(count)] for count in nearest[same.index]]
        hidden = category_complements(shares, [float(same["n_units"].iloc[0])])
        rare |= frame.index.isin(same.index[hidden])
    return rare


def variable_of(names: "pd.Series[str]") -> "pd.Series[str]":
    """The variables that categories are of: what stands before their level in brackets."""
    return names.str.replace(r"\[.*", "", regex=True)


def among(
    frame: "pd.DataFrame", keys: Sequence[str], hidden: Collection[tuple[str, ...]]
) -> "pd.Series[bool]":
    """Whether the values that a row has in some columns are among those hidden."""
    index = frame.set_index(list(keys)).index
    return frame[keys[0]].notna() & index.isin(list(hidden))
