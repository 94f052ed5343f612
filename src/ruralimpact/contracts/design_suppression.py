"""Disclosure control of designs: sizes of arms, balance, propensity scores, and rows of units.

The rules are as `ruralimpact.contracts.suppression` describes them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ruralimpact.contracts.blanking import blanked, flagged
from ruralimpact.contracts.complements import FEWEST_UNITS, is_small
from ruralimpact.contracts.near_means import means_elsewhere, near_rows
from ruralimpact.contracts.rare_categories import among, rare_in_balance, variable_of
from ruralimpact.contracts.suppression import of_hidden_outcome

if TYPE_CHECKING:
    import pandas as pd

    from ruralimpact.contracts.table import Tables

# Sizes of a design, and what would tell them.
_TOLD_WITH = {
    "n_treated": ("n_treated_matched", "n_dropped"),
    "n_control": ("n_control_matched", "effective_controls"),
    "n_treated_matched": ("n_dropped",),
    "n_control_matched": ("effective_controls",),
}
_ESTIMATE = ("analysis", "strategy", "outcome")
_BALANCE = ("treated_mean", "control_mean", "smd", "variance_ratio", "ks")
_PSTEST = (
    *("mean_bias", "median_bias", "pseudo_r2", "lr_statistic", "lr_df", "lr_p_value"),
    *("rubin_b", "rubin_r", "overlap"),
)
_SCORE = ("value", "std_error", "clustered_error", "p_value")


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

    The means of a category are shares of units, and its other statistics follow from them. Means alone are
    blanked where they are of nearly the same units as others.
    """
    rare = rare_in_balance(frame, tables["designs"])
    small = rare | _of_hidden_design(frame, tables)
    known = tables["designs"]
    before = frame["stage"] == "before"
    of_analysis = {
        size: _sizes(frame, known, size, ["analysis"]) for size in ("n_treated", "n_control")
    }
    treated = _sizes(frame, known, "n_treated_matched").mask(before, of_analysis["n_treated"])
    control = of_analysis["n_control"].where(before)
    return flagged(_without_near_means(frame, treated, control, tables), small, _BALANCE)


def analysed_balance(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank balance behind suppressed estimates, and before the match where all of these are suppressed.

    So are categories that `balance` hides. Means alone are blanked as there, and before the match.
    """
    whole = tables["balance"]
    rare = whole.loc[whole["suppressed"] & (whole["stage"] == "before"), ["analysis", "covariate"]]
    same = among(frame, ("analysis", "covariate"), set(map(tuple, rare.to_numpy())))
    small = same | _behind_hidden_estimate(frame, tables)
    treated = _sizes(frame, tables["estimates"], "n_treated", _ESTIMATE)
    controls = treated.mask(treated.notna())  # weighted, or not known how many
    return flagged(_without_near_means(frame, treated, controls, tables), small, _BALANCE)


def analysed_balance_summary(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Blank balance behind suppressed estimates, and before the match where all of these are suppressed."""
    return flagged(frame, _behind_hidden_estimate(frame, tables), _PSTEST)


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
    """Blank the models of comparisons that have too few units in an arm, and levels of hidden categories.

    Log odds and their errors tell how many units of each arm are in a level (log(a/b), sqrt(1/a + 1/b)), and
    the constant those of the level left out: so all levels of a variable are blanked of which `balance` hides
    any, and the constant. Of a model of nothing else, the fit tells them, too.
    """
    known = tables["balance"]
    hidden = known[known["suppressed"].astype(bool) & (known["stage"] == "before")]
    variables = hidden.assign(variable=variable_of(hidden["covariate"]))
    terms = frame.assign(variable=variable_of(frame["term"]))
    told = among(
        terms,
        ("analysis", "variable"),
        set(map(tuple, variables[["analysis", "variable"]].to_numpy())),
    )
    told |= frame["analysis"].isin(terms.loc[told, "analysis"]) & (frame["term"] == "constant")
    is_coefficient = frame["kind"] == "coefficient"
    others = frame.loc[is_coefficient & ~told & (frame["term"] != "constant"), "analysis"]
    alone = frame.loc[is_coefficient & told, "analysis"]
    fit = frame["analysis"].isin(set(alone) - set(others)) & ~is_coefficient
    return flagged(
        frame, _of_small_comparison(frame, tables) | (told & is_coefficient) | fit, _SCORE
    )


def outcomes(frame: "pd.DataFrame", tables: "Tables") -> "pd.DataFrame":
    """Exclude units that no shown design compares."""
    return frame[frame["unit_id"].isin(tables["weights"]["unit_id"].unique())]


def _without_near_means(
    frame: "pd.DataFrame",
    treated: "pd.Series[float]",
    control: "pd.Series[float]",
    tables: "Tables",
) -> "pd.DataFrame":
    """Blank means of an unknown number of treated units, or of nearly the same units as others.

    Parameters
    ----------
    frame : DataFrame
        Balance of covariates.
    treated, control : Series of float
        Units behind the means of a row; not a number where it is not known, or controls are weighted.
    tables : mapping of str to DataFrame
    """
    hidden = treated.isna()
    for arm, units in (("treated", treated), ("control", control)):
        of = [(covariate, arm) for covariate in frame["covariate"]]
        hidden |= near_rows(frame, of, units, means_elsewhere(tables))
    shown = blanked(frame, hidden, ("treated_mean", "control_mean"))
    return shown.assign(means_suppressed=hidden)


def _sizes(
    frame: "pd.DataFrame",
    known: "pd.DataFrame",
    column: str,
    keys: Sequence[str] = ("analysis", "strategy"),
) -> "pd.Series[float]":
    """A size of the design or estimate that a row of `frame` belongs to; not a number where there is none."""
    sizes = known.drop_duplicates(list(keys)).set_index(list(keys))[column].astype(float)
    own = sizes.reindex(frame.set_index(list(keys)).index)
    return own.set_axis(frame.index)


def _behind_hidden_estimate(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[bool]":
    known = tables["estimates"]
    hidden = set(map(tuple, known.loc[known["suppressed"], list(_ESTIMATE)].to_numpy()))
    before = (frame["strategy"] == "") & of_hidden_outcome(frame, tables)
    return before | among(frame, _ESTIMATE, hidden)


def _of_hidden_design(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[bool]":
    """Whether the design of a row, or before a match its comparison, has too few units."""
    few = tables["designs"]
    hidden = set(map(tuple, few.loc[few["suppressed"], ["analysis", "strategy"]].to_numpy()))
    hidden |= {(name, "") for name in few.loc[few["suppressed_before"], "analysis"]}
    return among(frame, ("analysis", "strategy"), hidden)


def _of_small_comparison(frame: "pd.DataFrame", tables: "Tables") -> "pd.Series[bool]":
    few = tables["designs"]
    return frame["analysis"].isin(few.loc[few["suppressed_before"], "analysis"])
