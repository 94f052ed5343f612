"""Disclosure control: which cells rest on too few units or groups to be published, table by table.

Each rule takes a table, and those it follows as they are after suppression, and returns a copy with cells
blanked. Most add the bool column ``suppressed``, for exhibits to print a mark rather than a dash. Where cells
add up to a total that is printed, `complements` says which others have to be hidden with them, and
`near_means` which means are of nearly the same units. Nothing here imports pandas, so that the registry stays
cheap to read.
"""

from collections.abc import Hashable
from typing import TYPE_CHECKING

from ruralimpact.contracts.blanking import NUMBERS, blanked, flagged, rests_on_few
from ruralimpact.contracts.complements import (
    FEWEST_UNITS,
    is_small,
    level_complements,
    parts_complements,
)
from ruralimpact.contracts.near_means import (
    hide_means,
    hide_near_means,
    means_elsewhere,
    means_of_effects,
    near_rows,
    tells_near_mean,
    without_sums_of_levels,
)
from ruralimpact.contracts.rare_categories import (
    among,
    rare_in_associations,
    rare_in_summary,
)

if TYPE_CHECKING:
    import pandas as pd

    from ruralimpact.contracts.table import Tables

_LEVEL = ("outcome", "subgroup", "level")
_OF_BOTH_ARMS = ("difference", "covariate", "covariates", "covariates_by_arm")


def estimates(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank every number of an estimate from too few units or groups.

    Panel estimates use every unit in both roles over time, so their arms count together; a change of
    the treated alone has no controls. What is not estimable and rests on nobody has nothing to blank. Means
    and percents are hidden of effects on nearly the same units as others; an effect that would tell one, too.
    """
    arms = frame[["n_treated", "n_control"]]
    alone = frame["method"].isin(["panel", "before_after"])
    units = arms.min(axis=1).where(~alone, arms.sum(axis=1))
    nobody = (arms.sum(axis=1) == 0) & frame["estimate"].isna()
    few = rests_on_few(units, frame["n_clusters"]) & ~nobody
    large = flagged(frame, few, NUMBERS)
    shown = hide_near_means(large)
    return flagged(shown, few | tells_near_mean(large, shown), NUMBERS)


def std_errors(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank every standard error, p-value and count of draws of a suppressed estimate."""
    known = frame[["std_error", "p_value"]].notna().any(axis=1)
    small = _of_hidden_estimate(frame, tables) & known
    return flagged(frame, small, ("std_error", "p_value", "draws"))


def scores(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the scores of suppressed estimates, of their parts, and of suppressed levels and means."""
    whole, levels = tables["estimates"], tables["subgroups"]
    hidden = set(whole.loc[whole["suppressed"], "spec_id"])
    effects = _levels_with(levels, "suppressed")
    means = set(whole.loc[whole["means_suppressed"], "spec_id"])
    means |= _levels_with(levels, "means_suppressed")
    blank = [
        name
        for name in map(str, frame.columns)
        if name.partition("::")[0] in hidden
        or name in effects
        or name.rpartition("::")[0] in effects
        or name.removesuffix("::treated_mean") in means - {name}
    ]
    return frame.assign(**dict.fromkeys(blank, float("nan")))


def sample_flow(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank how many units are behind a suppressed estimate."""
    counts = ["n_before", "n_lost"]
    own = frame.astype(dict.fromkeys(counts, "float64"))
    return flagged(own, _of_hidden_estimate(frame, tables), counts)


def tests(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the tests of suppressed estimates."""
    numbers = ("p_bootstrap", "boot_low", "boot_high", "p_romano_wolf", "q_value")
    return blanked(frame, _of_hidden_estimate(frame, tables), numbers)


def sensitivity(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the sensitivity of suppressed estimates, and ratios of means that are hidden."""
    numbers = [str(name) for name in frame.select_dtypes("float64").columns]
    hidden = _of_hidden_estimate(frame, tables)
    covariate = frame["benchmark"].mask(hidden, "")
    means = tables["estimates"].loc[tables["estimates"]["means_suppressed"], "spec_id"]
    shown = blanked(
        frame, frame["spec_id"].isin(means), ("risk_ratio", "e_value", "e_value_interval")
    )
    return blanked(shown, hidden, numbers).assign(benchmark=covariate)


def leave_one_out(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank estimates without a region that leaves too few units or has too few, and of suppressed ones.

    What the region adds could be told from the estimate on everyone.
    """
    few = frame[["n_treated", "n_control"]].min(axis=1) < FEWEST_UNITS
    region = _everyone(frame, tables) - frame["n_treated"]
    hidden = few | region.map(is_small) | _of_hidden_estimate(frame, tables)
    return blanked(frame, hidden, ("estimate", "std_error", "p_value"))


def subgroups(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank effects in levels with too few units or groups, and differences from such levels.

    The effect on everyone is printed below the levels, so others are hidden with them, and how many units
    those have. Tests of equality stay: they show no level. Means are hidden as those of effects on everyone
    are, and where those of levels add up to nearly all of everyone. No size of a level stands beside one that
    is hidden.
    """
    keys = ["spec_id", "subgroup"]
    few = rests_on_few(frame[["n_treated", "n_control"]].min(axis=1), frame["n_clusters"])
    small = (frame["kind"] == "level") & few & frame["estimate"].notna()
    unknown = (frame["kind"] == "level") & frame["estimate"].isna()
    everyone = _everyone(frame, tables)
    told: list[Hashable] = []
    for _, level in frame[frame["kind"] == "level"].groupby(keys, sort=False):
        hidden_levels = level_complements(
            level, (small | unknown)[level.index], float(everyone[level.index[0]])
        )
        told += list(level.index[hidden_levels])
    small = ~unknown & frame.index.isin(told)
    hidden = set(map(tuple, frame.loc[small, [*keys, "level"]].to_numpy()))
    for end in ("level", "against"):
        small |= among(frame, (*keys, end), hidden)
    counts = frame[["n_treated", "n_control", "n_clusters", "dropped"]].astype(float)
    numbers = (*NUMBERS, *counts, "p_adjusted", "low", "high")
    large = flagged(frame.assign(**counts), small, numbers)
    shown = without_sums_of_levels(hide_near_means(large, keys=_LEVEL), tables["estimates"])
    shown = flagged(shown, small | tells_near_mean(large, shown, keys=_LEVEL), numbers)
    # The shares of levels stand among covariates: with the size of one level they would tell that of another.
    beside = set(map(tuple, frame.loc[small, keys].to_numpy()))
    told_from = (frame["kind"] == "level") & among(frame, keys, beside)
    sizes = ["n_treated", "n_control", "ess"]
    return shown.assign(**shown[sizes].mask(told_from))


def decomposition(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the parts of suppressed estimates."""
    return flagged(frame, _of_hidden_estimate(frame, tables), NUMBERS)


def associations(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank regressions on too few units or groups; those that are not estimable keep their reason.

    So are coefficients of categories that few of the treated are in, which compare these few with others, and
    means of nearly the same units as others.
    """
    small = rests_on_few(frame["n_units"], frame["n_clusters"]) & (frame["n_units"] > 0)
    small |= rare_in_associations(frame)
    of = [(name, "treated") for name in frame["variable"]]
    units = frame["n_units"].where(frame["mean"].notna())
    shown = blanked(frame, near_rows(frame, of, units, means_elsewhere(tables)), ("mean",))
    return flagged(shown, small, (*NUMBERS, "df_denominator", "mean", "r_squared"))


def power(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank what tells of controls where there are too few of them, or nearly those of another mean."""
    of = [(outcome, "control") for outcome in frame["outcome"]]
    same = near_rows(frame, of, frame["controls_now"], means_elsewhere(tables))
    small = ((frame["controls_now"] < FEWEST_UNITS) | same) & (frame["reason"] == "")
    return blanked(frame, small, ("control_mean", "control_sd", "mde_percent", "mde_sd"))


def attrition(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank response in arms with too few units or groups or found again, and what compares such arms.

    Counts of units that are not compared stay.
    """
    of_arm = frame["arm"] != ""
    response = frame[frame["measure"] == "response"]
    responded = response.loc[response["n_found"].map(is_small), ["attrition", "arm"]]
    few = rests_on_few(frame["n_units"], frame["n_clusters"])
    few |= among(frame, ("attrition", "arm"), set(map(tuple, responded.to_numpy())))
    hidden = frame["attrition"].isin(frame.loc[few & of_arm, "attrition"])
    small = (few & of_arm) | (hidden & frame["measure"].isin(_OF_BOTH_ARMS))
    return flagged(frame, small, NUMBERS)


def attrition_bounds(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank effects from too few respondents in an arm or too few groups; others keep their reason.

    So are means of nearly the same units as others, whatever weights they have.
    """
    few = rests_on_few(frame[["n_treated", "n_control"]].min(axis=1), frame["n_clusters"])
    small = few & (frame["reason"] == "")
    shown = flagged(frame, small, (*NUMBERS, "share_trimmed", "largest_weight"))
    plain = shown.assign(ess=shown["n_control"], method="")
    means = hide_near_means(plain, means_elsewhere(tables))["means_suppressed"]
    return hide_means(shown, means)


def contamination(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank small counts, and those from which they or what is left of their sum could be told."""
    totals = {"n_treated": ["n_not_yet"], "n_controls": ["n_contaminated", "n_unknown"]}
    counts = [name for total, parts in totals.items() for name in (total, *parts)]
    values = frame[counts].astype(float)
    hidden = (values > 0) & (values < FEWEST_UNITS)
    for total, parts in totals.items():
        for row in values.index:
            told = parts_complements(values.loc[row, parts].tolist(), float(values.loc[row, total]))
            hidden.loc[row, parts] = told
    return frame.assign(**values.mask(hidden))


def summary_statistics(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank variables in arms where too few units or groups have a value, and rare categories.

    So are those of an arm that another analysis, or the mean beside an effect, has with a few units more or
    less: the mean of these few could be told from both.
    """
    small = rests_on_few(frame["n_units"], frame["n_clusters"])
    small |= rare_in_summary(frame)
    of = list(map(tuple, frame[["variable", "arm"]].to_numpy()))
    units = frame["n_units"].mask(small)
    small |= near_rows(frame, of, units, means_of_effects(tables["estimates"]))
    return flagged(frame, small, ("mean", "std_dev", "p5", "median", "p95"))


def _levels_with(levels: "pd.DataFrame", flag: str) -> set[str]:
    """Names of the levels' effects among scores."""
    own = levels[levels[flag] & (levels["kind"] == "level")]
    return {f"{row.spec_id}::{row.subgroup}={row.level}" for row in own.itertuples()}


def _everyone(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[float]":
    """Treated units of the estimate on everyone that a row belongs to; missing where it is not there."""
    sizes = tables["estimates"].set_index("spec_id")["n_treated"]
    return frame["spec_id"].map(sizes).astype(float)


def _of_hidden_estimate(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[bool]":
    hidden = tables["estimates"].loc[tables["estimates"]["suppressed"], "spec_id"]
    return frame["spec_id"].isin(hidden)


def of_hidden_outcome(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[bool]":
    """Whether every estimate of a row's analysis and outcome is suppressed."""
    shown = tables["estimates"].loc[~tables["estimates"]["suppressed"], ["analysis", "outcome"]]
    known = tables["estimates"][["analysis", "outcome"]]
    hidden = set(map(tuple, known.to_numpy())) - set(map(tuple, shown.to_numpy()))
    return among(frame, ("analysis", "outcome"), hidden)
