"""Disclosure control of tables that describe units and compare none; rules as in `suppression`."""

from typing import TYPE_CHECKING

from ruralimpact.contracts.blanking import NUMBERS, flagged, rests_on_few
from ruralimpact.contracts.complements import FEWEST_UNITS, parts_complements
from ruralimpact.contracts.rare_categories import among
from ruralimpact.contracts.rare_levels import rare_levels
from ruralimpact.contracts.small_answers import rare_in_responses

if TYPE_CHECKING:
    import pandas as pd

    from ruralimpact.contracts.table import Tables


def of_units(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank what is about too few units or groups."""
    return flagged(frame, rests_on_few(frame["n_units"], frame["n_clusters"]), NUMBERS)


def of_levels(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank what is about too few units or groups, and levels that these could be told from."""
    return _without_levels(frame, _told_by_levels(frame))


def _without_levels(frame: "pd.DataFrame", told: "pd.Series[bool]") -> "pd.DataFrame":
    small = rests_on_few(frame["n_units"], frame["n_clusters"]) | told
    return _without_sizes(flagged(frame, small, (*NUMBERS, "lowest", "highest")), told)


def survival(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank as `of_levels`; bounds of a level with the share of its fewest, whom the others would tell.

    So are levels in which one or two units ended in some way, or last. Shares of all units stay, as those of
    an outcome do.
    """
    keys = ["analysis", "part", "by", "level"]
    fewest = frame.groupby(keys, sort=False)[["n_units", "n_clusters"]].transform("min")
    counted = frame.assign(**fewest.where(frame["part"] == "bound", frame[list(fewest)]))
    curves = frame[(frame["part"] == "curve") & (frame["by"] != "")]
    by_size = _told_by_levels(counted)
    few = by_size | rests_on_few(counted["n_units"], counted["n_clusters"])
    rare = rare_levels(curves, ["n_ended"], ["analysis"], few[curves.index])
    rare_ones = set(map(tuple, curves.loc[rare, ["analysis", "by", "level"]].to_numpy()))
    told = by_size | among(frame, ("analysis", "by", "level"), rare_ones)
    hidden = _without_levels(counted, told)
    sizes = frame[["n_units", "n_clusters"]]
    return hidden.assign(**sizes.where(hidden[["n_units", "n_clusters"]].notna()))


def hazards(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank as `of_levels`, and levels of which one or two ended or last, with another that would tell it."""
    told = _told_by_levels(frame)
    few = told | rests_on_few(frame["n_units"], frame["n_clusters"])
    return _without_levels(frame, told | rare_levels(frame, ["n_ended"], ["analysis"], few))


def crossings(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank counts of too few units or groups, of one or two, and of levels that these could be told from."""
    told = _told_by_levels(frame)
    counts = ("above_record", "negative_record", "above", "lost")
    few = rests_on_few(frame["n_units"], frame["n_clusters"]) | told
    small = few | rare_levels(frame, counts, ["analysis", "account", "scenario"], few)
    hidden = flagged(frame, small, counts)
    return _without_sizes(hidden, told)


def _without_sizes(frame: "pd.DataFrame", told: "pd.Series[bool]") -> "pd.DataFrame":
    """Blank how many units levels have that would tell a small number of them, and that number itself."""
    sizes = ("n_units", "n_clusters", "n_ended", "n_risk")
    return frame.assign(**{name: frame[name].mask(told) for name in sizes if name in frame})


def _told_by_levels(frame: "pd.DataFrame") -> "pd.Series[bool]":
    """Levels of a variable whose number of units, or what it leaves of all, is small."""
    keys = [
        name
        for name in ("analysis", "part", "outcome", "account", "scenario", "question")
        if name in frame
    ]
    told = frame["level"].isna()
    for _, same in frame.groupby(keys, sort=False):
        everyone = same.loc[same["by"] == "", "n_units"].max()
        for _, own in same[same["by"] != ""].groupby("by", sort=False):
            sizes = own.groupby("level")["n_units"].max()
            total = sizes.sum() if everyone != everyone else everyone
            hidden = parts_complements(sizes.tolist(), float(total))
            told[own.index] = own["level"].map(dict(zip(sizes.index, hidden, strict=True)))
    return told.astype(bool)


def returns_of_few(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank what is about too few units."""
    return flagged(frame, frame["n_units"] < FEWEST_UNITS, ("irr", "npv", "payback", "factor"))


def responses(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank shares of too few respondents, small counts and what would tell them; not public ones."""
    private = ~frame["public_counts"].astype(bool)
    told = _told_by_levels(frame) & private
    small = rests_on_few(frame["n_units"], frame["n_clusters"]) | rare_in_responses(frame)
    numbers = ("count", "estimate", "std_error", "conf_low", "conf_high", "population")
    return _without_sizes(flagged(frame, (small & private) | told, numbers), told)


def gains_by_unit(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank the gains of units where there are too few of them."""
    return flagged(frame, frame["n_units"] < FEWEST_UNITS, ("ratio", "change"))


def gain_variance(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank variances of too few units."""
    numbers = ("between", "inside", "share_between", "conf_low", "conf_high")
    return flagged(frame, frame["n_units"] < FEWEST_UNITS, numbers)


def growth_without(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank what rests on the gains of too few units or groups."""
    small = rests_on_few(frame["n_units"], frame["n_clusters"])
    return flagged(frame, small, ("gain", "estimate", "conf_low", "conf_high"))
