"""Disclosure control: which cells rest on too few units or groups to be published, table by table.

Each rule takes a table, and those it follows as they are after suppression, and returns a copy with cells
blanked. Most add the bool column ``suppressed``, for exhibits to print a mark rather than a dash. Nothing
here imports pandas, so that the registry stays cheap to read.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from ruralimpact.contracts.table import Tables

FEWEST_UNITS = 10
FEWEST_GROUPS = 3

_MISSING = float("nan")
_NUMBERS = (
    *("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"),
    *("treated_mean", "control_mean", "counterfactual_mean"),
    *("percent", "percent_low", "percent_high"),
    *("percent_control", "percent_control_low", "percent_control_high", "ess"),
    *("treated_groups", "effective_treated_groups", "control_groups", "effective_control_groups"),
)
_OF_BOTH_ARMS = ("difference", "covariate", "covariates", "covariates_by_arm")
_PSTEST = ("mean_bias", "median_bias", "pseudo_r2", "lr_p_value", "rubin_b", "rubin_r", "overlap")


def estimates(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank every number of an estimate from too few units or groups.

    Panel estimates use every unit in both roles over time, so their arms count together; a change of
    the treated alone has no controls.
    """
    arms = frame[["n_treated", "n_control"]]
    alone = frame["method"].isin(["panel", "before_after"])
    units = arms.min(axis=1).where(~alone, arms.sum(axis=1))
    return _flagged(frame, _few(units, frame["n_clusters"]), _NUMBERS)


def std_errors(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank every standard error and p-value of a suppressed estimate."""
    known = frame[["std_error", "p_value"]].notna().any(axis=1)
    small = _of_hidden_estimate(frame, tables) & known
    return _flagged(frame, small, ("std_error", "p_value"))


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
    return frame.assign(**dict.fromkeys(blank, _MISSING))


def sample_flow(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank how many units are behind a suppressed estimate."""
    counts = ["n_before", "n_lost"]
    own = frame.astype(dict.fromkeys(counts, "float64"))
    return _flagged(own, _of_hidden_estimate(frame, tables), counts)


def analysed_balance(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank balance behind suppressed estimates, and before the match where all of these are suppressed."""
    keys = ("analysis", "strategy", "outcome")
    known = tables["estimates"]
    hidden = set(map(tuple, known.loc[known["suppressed"], list(keys)].to_numpy()))
    before = (frame["strategy"] == "") & _of_hidden_outcome(frame, tables)
    small = before | _among(frame, keys, hidden)
    return _flagged(frame, small, ("treated_mean", "control_mean", "smd", "variance_ratio", "ks"))


def tests(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the tests of suppressed estimates."""
    numbers = ("p_bootstrap", "boot_low", "boot_high", "p_romano_wolf", "q_value")
    return _blanked(frame, _of_hidden_estimate(frame, tables), numbers)


def sensitivity(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the sensitivity of suppressed estimates."""
    numbers = [str(name) for name in frame.select_dtypes("float64").columns]
    hidden = _of_hidden_estimate(frame, tables)
    covariate = frame["benchmark"].mask(hidden, "")
    return _blanked(frame, hidden, numbers).assign(benchmark=covariate)


def leave_one_out(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank estimates without a region that leaves too few units, and those of suppressed estimates."""
    few = frame[["n_treated", "n_control"]].min(axis=1) < FEWEST_UNITS
    hidden = few | _of_hidden_estimate(frame, tables)
    return _blanked(frame, hidden, ("estimate", "std_error", "p_value"))


def subgroups(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank effects in levels with too few units or groups, and differences from such levels.

    Tests of equality stay: they show no level.
    """
    keys = ["spec_id", "subgroup"]
    few = _few(frame[["n_treated", "n_control"]].min(axis=1), frame["n_clusters"])
    small = (frame["kind"] == "level") & few & frame["estimate"].notna()
    hidden = set(map(tuple, frame.loc[small, [*keys, "level"]].to_numpy()))
    for end in ("level", "against"):
        small |= _among(frame, (*keys, end), hidden)
    return _flagged(frame, small, (*_NUMBERS, "p_adjusted", "low", "high"))


def decomposition(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the parts of suppressed estimates."""
    return _flagged(frame, _of_hidden_estimate(frame, tables), _NUMBERS)


def associations(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank regressions on too few units or groups."""
    small = _few(frame["n_units"], frame["n_clusters"])
    return _flagged(frame, small, (*_NUMBERS, "df_denominator", "mean", "r_squared"))


def event_study(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank effects and means over time that rest on too few units or groups.

    Reference periods stay: they show nothing.
    """
    arms = frame[["n_treated", "n_control"]].min(axis=1)
    units = arms.where(frame["kind"] != "mean", frame["n_treated"])
    small = _few(units, frame["n_clusters"]) & frame["std_error"].notna()
    numbers = ("estimate", "std_error", "conf_low", "conf_high", "band_low", "band_high")
    return _flagged(frame, small, numbers)


def pre_trends(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank tests for outcomes of which every estimate is suppressed."""
    numbers = ("statistic", "df", "df_denominator", "p_value")
    return _blanked(frame, _of_hidden_outcome(frame, tables), numbers)


def parallel_trends(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank intervals for outcomes of which every estimate is suppressed."""
    numbers = ("estimate", "std_error", "conf_low", "conf_high", "breakdown")
    return _flagged(frame, _of_hidden_outcome(frame, tables), numbers)


def goodman_bacon(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank effects in comparisons of small cohorts; their weights stay."""
    small = frame[["n_treated", "n_control"]].min(axis=1) < FEWEST_UNITS
    return _flagged(frame, small, ("estimate",))


def power(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank what tells of controls where there are too few of them."""
    small = frame["controls_now"] < FEWEST_UNITS
    return _blanked(frame, small, ("control_mean", "control_sd", "mde_percent", "mde_sd"))


def attrition(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank response in arms with too few units or groups, and what compares such arms.

    Counts of units that are not compared stay.
    """
    few = _few(frame["n_units"], frame["n_clusters"])
    of_arm = frame["arm"] != ""
    hidden = frame["attrition"].isin(frame.loc[few & of_arm, "attrition"])
    small = (few & of_arm) | (hidden & frame["measure"].isin(_OF_BOTH_ARMS))
    return _flagged(frame, small, _NUMBERS)


def attrition_bounds(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank effects from too few respondents in an arm or too few groups; others keep their reason."""
    few = _few(frame[["n_treated", "n_control"]].min(axis=1), frame["n_clusters"])
    small = few & (frame["reason"] == "")
    return _flagged(frame, small, (*_NUMBERS, "share_trimmed", "largest_weight"))


def designs(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank the balance of designs with too few units in an arm, and flag those that had too few before."""
    before = frame[["n_treated", "n_control"]].min(axis=1) < FEWEST_UNITS
    after = frame[["n_treated_matched", "n_control_matched"]].min(axis=1) < FEWEST_UNITS
    return _flagged(frame, after, ("max_abs_smd",)).assign(suppressed_before=before)


def balance(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank balance statistics of suppressed designs."""
    numbers = ("treated_mean", "control_mean", "smd", "variance_ratio", "ks")
    return _flagged(frame, _of_hidden_design(frame, tables), numbers)


def balance_summary(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the balance of suppressed designs."""
    return _flagged(frame, _of_hidden_design(frame, tables), _PSTEST)


def weights(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Exclude the units of suppressed designs."""
    return frame[~_of_hidden_design(frame, tables)]


def propensity(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Exclude the units of comparisons that have too few in an arm."""
    return frame[~_of_small_comparison(frame, tables)]


def propensity_models(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank the models of comparisons that have too few units in an arm."""
    return _flagged(frame, _of_small_comparison(frame, tables), ("value", "std_error"))


def outcomes(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Exclude units that no shown design compares."""
    return frame[frame["unit_id"].isin(tables["weights"]["unit_id"])]


def contamination(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank small counts; what is left of a sum with such a count cannot be told either."""
    counts = ["n_treated", "n_not_yet", "n_controls", "n_contaminated", "n_unknown"]
    values = frame[counts].astype(float)
    return frame.assign(**values.mask((values > 0) & (values < FEWEST_UNITS)))


def summary_statistics(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank variables in arms where too few units or groups have a value."""
    small = _few(frame["n_units"], frame["n_clusters"])
    return _flagged(frame, small, ("mean", "std_dev", "p5", "median", "p95"))


def _few(units: "pd.Series[int]", groups: "pd.Series[int]") -> "pd.Series[bool]":
    return (units < FEWEST_UNITS) | (groups < FEWEST_GROUPS)


def _blanked(
    frame: "pd.DataFrame", small: "pd.Series[bool]", numbers: Sequence[str]
) -> "pd.DataFrame":
    result = frame.copy()
    result.loc[small.astype(bool), [name for name in numbers if name in frame]] = _MISSING
    return result


def _flagged(
    frame: "pd.DataFrame", small: "pd.Series[bool]", numbers: Sequence[str]
) -> "pd.DataFrame":
    return _blanked(frame, small, numbers).assign(suppressed=small.astype(bool))


def _among(
    frame: "pd.DataFrame", keys: Sequence[str], hidden: Collection[tuple[str, ...]]
) -> "pd.Series[bool]":
    """Whether the values that a row has in some columns are among those hidden."""
    index = frame.set_index(list(keys)).index
    return frame[keys[0]].notna() & index.isin(list(hidden))


def _of_hidden_estimate(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[bool]":
    hidden = tables["estimates"].loc[tables["estimates"]["suppressed"], "spec_id"]
    return frame["spec_id"].isin(hidden)


def _of_hidden_outcome(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[bool]":
    shown = tables["estimates"].loc[~tables["estimates"]["suppressed"], ["analysis", "outcome"]]
    known = tables["estimates"][["analysis", "outcome"]]
    hidden = set(map(tuple, known.to_numpy())) - set(map(tuple, shown.to_numpy()))
    return _among(frame, ("analysis", "outcome"), hidden)


def _of_hidden_design(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[bool]":
    """Whether the design of a row, or before a match its comparison, has too few units."""
    few = tables["designs"]
    hidden = set(map(tuple, few.loc[few["suppressed"], ["analysis", "strategy"]].to_numpy()))
    hidden |= {(name, "") for name in few.loc[few["suppressed_before"], "analysis"]}
    return _among(frame, ("analysis", "strategy"), hidden)


def _of_small_comparison(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[bool]":
    few = tables["designs"]
    return frame["analysis"].isin(few.loc[few["suppressed_before"], "analysis"])
