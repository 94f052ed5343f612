"""Means of nearly the same units: two of them tell the mean of the few units that only one of them has.

A strategy that drops three treated units has a treated mean of its own, and so has one that drops none. Of
such means only that of more units is shown. What would give a hidden one back is hidden with it: the mean of
the other arm, for the effect is their difference and stays, and percents of either.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ruralimpact.contracts.blanking import blanked
from ruralimpact.contracts.complements import is_small

if TYPE_CHECKING:
    import pandas as pd

    from ruralimpact.contracts.table import Tables

MEANS = (
    *("treated_mean", "control_mean", "counterfactual_mean"),
    *("percent", "percent_low", "percent_high"),
    *("percent_control", "percent_control_low", "percent_control_high"),
)
# The mean of their controls is that of all, whatever weights the effect has.
_OVER_TIME = ("difference_in_differences", "triple_difference", "staggered", "panel")
_NOT_A_NUMBER = float("nan")

MeanOf = tuple[Hashable, ...]
"""What a mean is of: a variable, an arm, and a level where it is of one."""
_Tells = Callable[[Sequence[MeanOf], Sequence[float]], Sequence[bool]]


@dataclass(frozen=True)
class MeansElsewhere:
    """How many units the means of other tables are of, by what they are of.

    Attributes
    ----------
    shown : mapping of tuple to collection of float
        Means that are shown.
    withheld : mapping of tuple to collection of float
        Means that are hidden beside an effect that is shown: no other table may show them.
    """

    shown: Mapping[MeanOf, Collection[float]] = field(default_factory=dict)
    withheld: Mapping[MeanOf, Collection[float]] = field(default_factory=dict)


def near(
    of: Sequence[MeanOf], units: Sequence[float], elsewhere: MeansElsewhere | None = None
) -> list[bool]:
    """Tell which means are of nearly the same units as a larger one, or as one that is shown already.

    Parameters
    ----------
    of : sequence of tuple
        What each mean is of.
    units : sequence of float
        How many units it is of; not a number where there is no mean.
    elsewhere : MeansElsewhere, optional

    Returns
    -------
    list of bool
        Means of equally many units are taken to be of the same ones.
    """
    others = elsewhere or MeansElsewhere()
    shown: dict[MeanOf, set[float]] = defaultdict(set)
    for name, sizes in others.shown.items():
        shown[name] |= set(sizes)
    hidden = [False] * len(of)
    known = [row for row, size in enumerate(units) if size == size]
    for row in sorted(known, key=lambda row: -units[row]):
        name, size = of[row], units[row]
        hidden[row] = size in others.withheld.get(name, ()) or any(
            is_small(abs(size - other)) for other in shown[name]
        )
        if not hidden[row]:
            shown[name].add(size)
    return hidden


def near_rows(
    frame: "pd.DataFrame",
    of: Sequence[MeanOf],
    units: "pd.Series[float]",
    elsewhere: MeansElsewhere | None = None,
) -> "pd.Series[bool]":
    """Tell the same as `near` of a mean a row of a table."""
    return frame.assign(near=near(of, units.astype(float).tolist(), elsewhere))["near"]


def hide_near_means(
    frame: "pd.DataFrame",
    elsewhere: MeansElsewhere | None = None,
    *,
    keys: Sequence[str] = ("outcome",),
) -> "pd.DataFrame":
    """Blank the means of effects on nearly the same units, and flag them in ``means_suppressed``.

    Parameters
    ----------
    frame : DataFrame
        Effects with ``treated_mean``, ``control_mean``, ``n_treated`` and ``n_control``.
    elsewhere : MeansElsewhere, optional
    keys : sequence of str
        Columns that say what a mean is of, before the arm.
    """
    hidden = _either_arm(frame, keys, lambda of, units: near(of, units, elsewhere))
    return hide_means(frame, hidden)


def hide_means(frame: "pd.DataFrame", hidden: "pd.Series[bool]") -> "pd.DataFrame":
    """Blank means and percents of effects, and flag them in ``means_suppressed``."""
    return blanked(frame, hidden, MEANS).assign(means_suppressed=hidden.astype(bool))


def without_sums_of_levels(levels: "pd.DataFrame", everyone: "pd.DataFrame") -> "pd.DataFrame":
    """Hide means of levels that together would tell a hidden mean of everyone, or that of the few excluded.

    Levels match on their own, so they need not have all the units that the effect on everyone has.

    Parameters
    ----------
    levels : DataFrame
        Effects by level, as `hide_near_means` leaves them.
    everyone : DataFrame
        Estimates, suppressed.
    """
    keys = ["analysis", "outcome"]
    hidden = levels["means_suppressed"].copy()
    hidden |= levels["spec_id"].isin(everyone.loc[everyone["means_suppressed"], "spec_id"])
    known = everyone[everyone["treated_mean"].notna()]
    totals = {of: set(own["n_treated"]) for of, own in known.groupby(keys, sort=False)}
    shown = levels[levels["treated_mean"].notna() & ~hidden].sort_values("n_treated", kind="stable")
    for (analysis, outcome, _, __), own in shown.groupby(
        [*keys, "spec_id", "subgroup"], sort=False
    ):
        sizes, of_everyone = own["n_treated"], totals.get((analysis, outcome), set())
        while len(sizes) and any(is_small(abs(total - sizes.sum())) for total in of_everyone):
            hidden[sizes.index[0]] = True
            sizes = sizes.iloc[1:]
    return hide_means(levels, hidden)


def tells_near_mean(
    frame: "pd.DataFrame", shown: "pd.DataFrame", *, keys: Sequence[str] = ("outcome",)
) -> "pd.Series[bool]":
    """Tell which effects would give a hidden mean back.

    These are plain differences from an arm whose mean another row shows, and changes of the treated alone,
    which are means themselves.

    Parameters
    ----------
    frame : DataFrame
        Effects before means were hidden.
    shown : DataFrame
        The same rows as `hide_near_means` leaves them.
    keys : sequence of str
    """
    sizes = shown_means(shown, keys=keys)
    plain = frame.assign(control_mean=frame["control_mean"].where(_equal_weights(frame)))
    known = _either_arm(
        plain, keys, lambda of, units: [n in sizes[name] for name, n in zip(of, units, strict=True)]
    )
    return shown["means_suppressed"] & (known | (frame["n_control"] == 0))


def shown_means(
    frame: "pd.DataFrame", *, keys: Sequence[str] = ("outcome",)
) -> defaultdict[MeanOf, set[float]]:
    """Return how many units the means are of that a table of effects shows, by what they are of."""
    sizes: defaultdict[MeanOf, set[float]] = defaultdict(set)
    for of, units in _means_by_arm(frame, keys):
        for name, size in zip(of, units, strict=True):
            if size == size:
                sizes[name].add(size)
    return sizes


def means_of_effects(
    frame: "pd.DataFrame", *, keys: Sequence[str] = ("outcome",)
) -> MeansElsewhere:
    """Return which means a table of effects shows, and which it hides beside an effect.

    Parameters
    ----------
    frame : DataFrame
        With ``suppressed`` and ``means_suppressed``.
    keys : sequence of str
    """
    beside = frame["means_suppressed"] & ~frame["suppressed"]
    both = dict.fromkeys(("treated_mean", "control_mean"), 0.0)
    return MeansElsewhere(
        shown=shown_means(frame, keys=keys),
        withheld=shown_means(frame[beside].assign(**both), keys=keys),
    )


def means_elsewhere(tables: "Tables") -> MeansElsewhere:
    """Return what means the tables of estimates and of summary statistics show, and withhold.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        With ``estimates`` and ``summary_statistics``, suppressed.
    """
    beside = means_of_effects(tables["estimates"])
    summary = _means_in_summary(tables["summary_statistics"])
    both = {of: set(beside.shown.get(of, ())) | sizes for of, sizes in summary.items()}
    return MeansElsewhere({**beside.shown, **both}, beside.withheld)


def _means_in_summary(frame: "pd.DataFrame") -> dict[MeanOf, set[float]]:
    """Return how many units the means of summary statistics that are shown are of."""
    shown = frame[frame["mean"].notna()]
    return {
        of: set(own["n_units"].astype(float))
        for of, own in shown.groupby(["variable", "arm"], sort=False)
    }


def _either_arm(frame: "pd.DataFrame", keys: Sequence[str], tells: _Tells) -> "pd.Series[bool]":
    treated, control = (tells(of, units) for of, units in _means_by_arm(frame, keys))
    either = [any(arms) for arms in zip(treated, control, strict=True)]
    return frame.assign(either=either)["either"].astype(bool)


def _means_by_arm(
    frame: "pd.DataFrame", keys: Sequence[str]
) -> Iterator[tuple[list[MeanOf], list[float]]]:
    """Yield what the plain means of each arm are of, and of how many units; not a number for other means."""
    names = list(map(tuple, frame[list(keys)].to_numpy()))
    plain = _equal_weights(frame) | frame["method"].isin(_OVER_TIME)
    for arm, shown in (("treated", frame["treated_mean"].notna()), ("control", plain)):
        known = shown & frame[f"{arm}_mean"].notna()
        units = frame[f"n_{arm}"].astype(float).where(known, _NOT_A_NUMBER)
        yield [(*name, arm) for name in names], units.tolist()


def _equal_weights(frame: "pd.DataFrame") -> "pd.Series[bool]":
    """Whether all controls of an effect have one weight: Kish's number of them is their number."""
    return (frame["ess"] - frame["n_control"]).abs() < 1e-6
