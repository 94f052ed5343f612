"""Disclosure control: which cells rest on too few units or groups to be published, table by table.

Each rule takes a table, and those it follows as they are after suppression, and returns a copy with cells
blanked. Most add the bool column ``suppressed``, for exhibits to print a mark rather than a dash. Where cells
add up to a total that is printed, `complements` says which others have to be hidden with them. Nothing
here imports pandas, so that the registry stays cheap to read.
"""

from collections.abc import Hashable
from itertools import pairwise
from typing import TYPE_CHECKING

from ruralimpact.contracts.blanking import NUMBERS, blanked, flagged, rests_on_few
from ruralimpact.contracts.complements import (
    FEWEST_UNITS,
    CellSize,
    cohort_complements,
    is_small,
    level_complements,
    parts_complements,
)
from ruralimpact.contracts.rare_categories import among, rare_in_balance, rare_in_summary

if TYPE_CHECKING:
    import pandas as pd

    from ruralimpact.contracts.table import Tables

_OF_BOTH_ARMS = ("difference", "covariate", "covariates", "covariates_by_arm")
# Sizes of a design, and what would tell them.
_TOLD_WITH = {
    "n_treated": ("n_treated_matched", "n_dropped"),
    "n_control": ("n_control_matched", "effective_controls"),
    "n_treated_matched": ("n_dropped",),
    "n_control_matched": ("effective_controls",),
}
_PSTEST = (
    *("mean_bias", "median_bias", "pseudo_r2", "lr_statistic", "lr_df", "lr_p_value"),
    *("rubin_b", "rubin_r", "overlap"),
)
_SCORE = ("value", "std_error", "clustered_error", "p_value")


def estimates(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank every number of an estimate from too few units or groups.

    Panel estimates use every unit in both roles over time, so their arms count together; a change of
    the treated alone has no controls. What is not estimable and rests on nobody has nothing to blank.
    """
    arms = frame[["n_treated", "n_control"]]
    alone = frame["method"].isin(["panel", "before_after"])
    units = arms.min(axis=1).where(~alone, arms.sum(axis=1))
    nobody = (arms.sum(axis=1) == 0) & frame["estimate"].isna()
    return flagged(frame, rests_on_few(units, frame["n_clusters"]) & ~nobody, NUMBERS)


def std_errors(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank every standard error and p-value of a suppressed estimate."""
    known = frame[["std_error", "p_value"]].notna().any(axis=1)
    small = _of_hidden_estimate(frame, tables) & known
    return flagged(frame, small, ("std_error", "p_value"))


def scores(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the scores of suppressed estimates, of their parts, and of suppressed levels."""
    hidden = set(tables["estimates"].loc[tables["estimates"]["suppressed"], "spec_id"])
    levels = tables["subgroups"]
    few = levels[levels["suppressed"] & (levels["kind"] == "level")]
    effects = {f"{row.spec_id}::{row.subgroup}={row.level}" for row in few.itertuples()}
    blank = [
        name
        for name in map(str, frame.columns)
        if name.partition("::")[0] in hidden
        or name in effects
        or name.rpartition("::")[0] in effects
    ]
    return frame.assign(**dict.fromkeys(blank, float("nan")))


def sample_flow(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank how many units are behind a suppressed estimate."""
    counts = ["n_before", "n_lost"]
    own = frame.astype(dict.fromkeys(counts, "float64"))
    return flagged(own, _of_hidden_estimate(frame, tables), counts)


def analysed_balance(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank balance behind suppressed estimates, and before the match where all of these are suppressed.

    So are categories that `balance` hides.
    """
    whole = tables["balance"]
    rare = whole.loc[whole["suppressed"] & (whole["stage"] == "before"), ["analysis", "covariate"]]
    same = among(frame, ("analysis", "covariate"), set(map(tuple, rare.to_numpy())))
    small = same | _behind_hidden_estimate(frame, tables)
    return flagged(frame, small, ("treated_mean", "control_mean", "smd", "variance_ratio", "ks"))


def analysed_balance_summary(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank balance behind suppressed estimates, and before the match where all of these are suppressed."""
    return flagged(frame, _behind_hidden_estimate(frame, tables), _PSTEST)


def tests(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the tests of suppressed estimates."""
    numbers = ("p_bootstrap", "boot_low", "boot_high", "p_romano_wolf", "q_value")
    return blanked(frame, _of_hidden_estimate(frame, tables), numbers)


def sensitivity(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the sensitivity of suppressed estimates."""
    numbers = [str(name) for name in frame.select_dtypes("float64").columns]
    hidden = _of_hidden_estimate(frame, tables)
    covariate = frame["benchmark"].mask(hidden, "")
    return blanked(frame, hidden, numbers).assign(benchmark=covariate)


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
    those have. Tests of equality stay: they show no level.
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
    return flagged(frame.assign(**counts), small, (*NUMBERS, *counts, "p_adjusted", "low", "high"))


def decomposition(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the parts of suppressed estimates."""
    return flagged(frame, _of_hidden_estimate(frame, tables), NUMBERS)


def associations(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank regressions on too few units or groups; those that are not estimable keep their reason."""
    small = rests_on_few(frame["n_units"], frame["n_clusters"]) & (frame["n_units"] > 0)
    return flagged(frame, small, (*NUMBERS, "df_denominator", "mean", "r_squared"))


def event_study(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank effects and means over time that rest on too few units or groups.

    Averages over cohorts are printed beside the cohorts, so others are hidden with a small one. Reference
    periods stay: they show nothing.
    """
    arms = frame[["n_treated", "n_control"]].min(axis=1)
    units = arms.where(frame["kind"] != "mean", frame["n_treated"])
    small = rests_on_few(units, frame["n_clusters"]) & frame["std_error"].notna()
    of_cohorts = frame["kind"].isin(["group_time", "cohort"])
    for __, own in frame[of_cohorts].groupby(["analysis", "outcome"], sort=False):
        few = cohort_complements(
            {axis: _sizes_of_cohorts(own, axis) for axis in ("period", "event_time", "kind")},
            own.loc[small[own.index], "cohort"],
        )
        small[own.index] |= own["cohort"].isin(few) & own["std_error"].notna()
    numbers = ("estimate", "std_error", "conf_low", "conf_high", "band_low", "band_high")
    return flagged(frame, small, numbers)


def pre_trends(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank tests for outcomes of which every estimate is suppressed."""
    numbers = ("statistic", "df", "df_denominator", "p_value")
    return blanked(frame, _of_hidden_outcome(frame, tables), numbers)


def parallel_trends(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank intervals for outcomes of which every estimate is suppressed."""
    numbers = ("estimate", "std_error", "conf_low", "conf_high", "breakdown")
    return flagged(frame, _of_hidden_outcome(frame, tables), numbers)


def goodman_bacon(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank effects in comparisons with a small cohort, and in the smallest other one; their weights stay.

    Weights and the average are printed: without the other one, what the small cohort adds would be left over.
    """
    smaller = frame[["n_treated", "n_control"]].min(axis=1)
    hidden = smaller < FEWEST_UNITS
    for __, own in frame.groupby(["analysis", "outcome"], sort=False):
        shown = smaller[own.index][~hidden[own.index]]
        if hidden[own.index].any() and len(shown):
            hidden |= frame.index == shown.idxmin()
    return flagged(frame, hidden, ("estimate",))


def power(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank what tells of controls where there are too few of them."""
    small = (frame["controls_now"] < FEWEST_UNITS) & (frame["reason"] == "")
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


def attrition_bounds(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank effects from too few respondents in an arm or too few groups; others keep their reason."""
    few = rests_on_few(frame[["n_treated", "n_control"]].min(axis=1), frame["n_clusters"])
    small = few & (frame["reason"] == "")
    return flagged(frame, small, (*NUMBERS, "share_trimmed", "largest_weight"))


def designs(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank the balance of designs with too few units in an arm, and flag those that had too few before.

    So are small sizes of arms, with the number dropped where it would tell them.
    """
    before = frame[["n_treated", "n_control"]].min(axis=1) < FEWEST_UNITS
    matched = frame[["n_treated_matched", "n_control_matched"]]
    after = (matched.min(axis=1) < FEWEST_UNITS) & (matched.max(axis=1) > 0)
    shown = flagged(frame, after, ("max_abs_smd",)).assign(suppressed_before=before)
    for size, told in _TOLD_WITH.items():
        few = frame[size].map(is_small)
        if few.any():
            shown = shown.assign(**shown[[size, *told]].astype(float).mask(few))
    return shown


def balance(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank balance statistics of suppressed designs, and of categories that few units are in.

    The means of a category are shares of units, and its other statistics follow from them.
    """
    numbers = ("treated_mean", "control_mean", "smd", "variance_ratio", "ks")
    rare = rare_in_balance(frame, tables["designs"])
    return flagged(frame, rare | _of_hidden_design(frame, tables), numbers)


def balance_summary(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the balance of suppressed designs."""
    return flagged(frame, _of_hidden_design(frame, tables), _PSTEST)


def weights(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Exclude the units of suppressed designs."""
    return frame[~_of_hidden_design(frame, tables)]


def propensity(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Exclude the units of comparisons that have too few in an arm."""
    return frame[~_of_small_comparison(frame, tables)]


def propensity_models(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the models of comparisons that have too few units in an arm."""
    return flagged(frame, _of_small_comparison(frame, tables), _SCORE)


def outcomes(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Exclude units that no shown design compares."""
    return frame[frame["unit_id"].isin(tables["weights"]["unit_id"].unique())]


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


def summary_statistics(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank variables in arms where too few units or groups have a value, and rare categories.

    So are those of an arm that another analysis has with a few units more: the mean of these few could be
    told from both.
    """
    small = rests_on_few(frame["n_units"], frame["n_clusters"])
    small |= rare_in_summary(frame)
    for __, same in frame.groupby(["variable", "arm"], sort=False):
        sizes = sorted(set(same["n_units"]))
        near = [size for size, larger in pairwise(sizes) if is_small(larger - size)]
        small[same.index] |= same["n_units"].isin(near)
    return flagged(frame, small, ("mean", "std_dev", "p5", "median", "p95"))


def _everyone(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[float]":
    """Treated units of the estimate on everyone that a row belongs to; missing where it is not there."""
    sizes = tables["estimates"].set_index("spec_id")["n_treated"]
    return frame["spec_id"].map(sizes).astype(float)


def _sizes_of_cohorts(effects: "pd.DataFrame", axis: str) -> list[dict[float, CellSize]]:
    """Return the cohorts, with their sizes, that averages over cohorts at one value of `axis` are made of."""
    own = effects[effects["kind"] == ("cohort" if axis == "kind" else "group_time")]
    known = own[own["std_error"].notna()]
    return [
        {
            float(cohort): CellSize((float(units),), float(groups))
            for cohort, units, groups in same[["cohort", "n_treated", "n_clusters"]].to_numpy()
        }
        for _, same in known.groupby(axis, sort=True)
    ]


def _of_hidden_estimate(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[bool]":
    hidden = tables["estimates"].loc[tables["estimates"]["suppressed"], "spec_id"]
    return frame["spec_id"].isin(hidden)


def _behind_hidden_estimate(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[bool]":
    keys = ("analysis", "strategy", "outcome")
    known = tables["estimates"]
    hidden = set(map(tuple, known.loc[known["suppressed"], list(keys)].to_numpy()))
    before = (frame["strategy"] == "") & _of_hidden_outcome(frame, tables)
    return before | among(frame, keys, hidden)


def _of_hidden_outcome(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[bool]":
    shown = tables["estimates"].loc[~tables["estimates"]["suppressed"], ["analysis", "outcome"]]
    known = tables["estimates"][["analysis", "outcome"]]
    hidden = set(map(tuple, known.to_numpy())) - set(map(tuple, shown.to_numpy()))
    return among(frame, ("analysis", "outcome"), hidden)


def _of_hidden_design(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[bool]":
    """Whether the design of a row, or before a match its comparison, has too few units."""
    few = tables["designs"]
    hidden = set(map(tuple, few.loc[few["suppressed"], ["analysis", "strategy"]].to_numpy()))
    hidden |= {(name, "") for name in few.loc[few["suppressed_before"], "analysis"]}
    return among(frame, ("analysis", "strategy"), hidden)


def _of_small_comparison(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[bool]":
    few = tables["designs"]
    return frame["analysis"].isin(few.loc[few["suppressed_before"], "analysis"])
