"""Designs as tables: what the design stage writes and the estimate stage reads back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.balance import Balance
from ruralimpact.design.balance_summary import balance_summary
from ruralimpact.design.clustered_errors import clustered_std_errors
from ruralimpact.design.comparison import Comparison
from ruralimpact.design.matching import Design
from ruralimpact.design.neighbours import lists_from_pairs
from ruralimpact.design.propensity import PropensityModel, PropensityScore, area_under_curve
from ruralimpact.errors import DesignError
from ruralimpact.exclusions import ExclusionRow
from ruralimpact.tables import table_of_rows

ATT = "ATT"
# Added to the name of what is estimated where the sample keeps controls that are treated by now.
NAIVE = ", naive: contaminated controls kept"


@dataclass(frozen=True)
class Key:
    """Which design a row belongs to.

    Attributes
    ----------
    analysis, strategy : str
    """

    analysis: str
    strategy: str


def weight_rows(key: Key, comparison: Comparison, design: Design) -> pd.DataFrame:
    """Weights of every unit of a design, under the contract ``weights``."""
    n = len(design.treatment)
    return pd.DataFrame(
        {
            "analysis": key.analysis,
            "strategy": key.strategy,
            "unit_id": comparison.units["unit_id"],
            "treated": design.treatment.astype(np.int64),
            "weight": design.weights,
            "set": np.full(n, -1) if design.set_ids is None else design.set_ids,
        }
    )


def pair_rows(key: Key, comparison: Comparison, design: Design) -> pd.DataFrame:
    """Matched pairs of a design, under the contract ``pairs``."""
    ids = comparison.units["unit_id"].to_numpy()
    focal, match, share = design.pairs()
    return pd.DataFrame(
        {
            "analysis": key.analysis,
            "strategy": key.strategy,
            "focal_id": ids[focal],
            "match_id": ids[match],
            "weight": share,
        }
    )


def propensity_rows(comparison: Comparison, model: PropensityScore) -> pd.DataFrame:
    """Propensity scores of the units of a comparison, under the contract ``propensity``."""
    return pd.DataFrame(
        {
            "analysis": comparison.name,
            "link": model.link,
            "unit_id": comparison.units["unit_id"],
            "treated": comparison.treatment.astype(np.int64),
            "linear_predictor": model.linear_predictor,
            "probability": model.probability,
        }
    )


def propensity_model_rows(
    comparison: Comparison, model: PropensityModel, labels: Mapping[str, str]
) -> pd.DataFrame:
    """Coefficients and fit of a propensity score, under the contract ``propensity_models``."""
    from scipy.special import ndtr

    groups = comparison.units["group"].to_numpy(object)
    clustered = clustered_std_errors(
        model, comparison.covariates, comparison.treatment, groups, sampling=comparison.sampling
    )
    statistics = {
        "n": ("Units", float(len(comparison.treatment))),
        "n_clusters": ("Groups", float(len(set(groups)))),
        "pseudo_r2": ("Pseudo-R2 (McFadden)", model.against_null.pseudo_r2),
        "lr_statistic": ("Likelihood-ratio statistic", model.against_null.lr_statistic),
        "lr_df": ("Degrees of freedom", float(len(model.names) - 1)),
        "lr_p_value": ("p of no relation", model.against_null.lr_p_value),
        "auc": ("Area under the curve", area_under_curve(model, comparison.treatment)),
    }
    p_values = 2 * ndtr(-np.abs(model.coefficients / clustered))
    numbers = (model.coefficients, model.std_errors, clustered, p_values)
    rows = [
        ("coefficient", name, covariate_label(name, labels), *values)
        for name, *values in zip(model.names, *numbers, strict=True)
    ]
    rows += [("statistic", name, *shown, *(np.nan,) * 3) for name, shown in statistics.items()]
    names = ["kind", "term", "label", "value", "std_error", "clustered_error", "p_value"]
    table = pd.DataFrame(rows, columns=names)
    table.insert(0, "link", model.link)
    table.insert(0, "analysis", comparison.name)
    return table


def balance_rows(key: Key, balance: Balance, labels: Mapping[str, str]) -> pd.DataFrame:
    """Balance of a design, or of a comparison before matching (empty strategy)."""
    return pd.DataFrame(
        {
            "analysis": key.analysis,
            "strategy": key.strategy,
            "stage": "after" if key.strategy else "before",
            "covariate": balance.names,
            "label": [covariate_label(name, labels) for name in balance.names],
            "binary": balance.binary,
            "treated_mean": balance.treated_mean,
            "control_mean": balance.control_mean,
            "smd": balance.smd,
            "variance_ratio": balance.variance_ratio,
            "ks": balance.ks,
            "balanced": balance.balanced,
        }
    )


def summary_row(
    key: Key, comparison: Comparison, weights: NDArray[np.float64] | None = None
) -> pd.DataFrame:
    """Balance of a whole design in one line; missing numbers where its arms are too thin."""
    try:
        summary = asdict(
            balance_summary(
                comparison.covariates,
                comparison.treatment,
                weights,
                sampling=comparison.sampling,
            )
        )
    except DesignError:
        summary = {}
    return _summary_row(key, summary)


def _summary_row(key: Key, summary: Mapping[str, float]) -> pd.DataFrame:
    columns = (
        *("mean_bias", "median_bias", "pseudo_r2", "lr_statistic", "lr_df", "lr_p_value"),
        *("rubin_b", "rubin_r", "overlap"),
    )
    numbers = {name: [float(summary.get(name, np.nan))] for name in columns}
    return pd.DataFrame({"analysis": [key.analysis], "strategy": [key.strategy], **numbers})


def empty_summary_row(key: Key) -> pd.DataFrame:
    """Balance of a design that compares nobody, in one line of missing numbers."""
    return _summary_row(key, {})


def covariate_label(name: str, labels: Mapping[str, str]) -> str:
    """Label of a covariate; of a mean before, a dummy, a square, a product by what they come from."""
    if " * " in name:
        return " x ".join(covariate_label(part, labels) for part in name.split(" * "))
    if name.endswith("^2"):
        return f"{covariate_label(name.removesuffix('^2'), labels)}, squared"
    base, bracket, level = name.partition("[")
    label = labels.get(base) or {"constant": "Constant"}.get(base)
    if label is None and base.endswith("_before"):
        label = f"{labels.get(base.removesuffix('_before'), base)}, before"
    return f"{label or base}: {level.removesuffix(']')}" if bracket else label or base


def design_row(
    key: Key, design: Design, balance: Balance, effective: float, estimand: str = ATT
) -> pd.DataFrame:
    """Counts of a design and whether it balances, under the contract ``designs``."""
    treated = design.treatment == 1
    dropped = int(sum(design.dropped.values()))
    smd = np.abs(balance.smd)
    return pd.DataFrame(
        {
            "analysis": [key.analysis],
            "strategy": [key.strategy],
            "estimand": [f"{estimand}, supported" if dropped else estimand],
            "n_treated": [int(treated.sum())],
            "n_control": [int((~treated).sum())],
            "n_treated_matched": [design.n_served],
            "n_control_matched": [int((design.weights[~treated] > 0).sum())],
            "effective_controls": [effective],
            "n_dropped": [dropped],
            "max_abs_smd": [float(smd.max()) if len(smd) else np.nan],
            "balanced": [bool(balance.balanced.all())],
            "infeasible": [""],
        }
    )


def infeasible_row(
    key: Key, arms: tuple[int, int], reason: str, estimand: str = ATT
) -> pd.DataFrame:
    """Treated units and controls of a design that compares nobody, under the contract ``designs``."""
    treated, controls = arms
    return pd.DataFrame(
        {
            "analysis": [key.analysis],
            "strategy": [key.strategy],
            "estimand": [estimand],
            "n_treated": [treated],
            "n_control": [controls],
            "n_treated_matched": [0],
            "n_control_matched": [0],
            "effective_controls": [np.nan],
            "n_dropped": [treated],
            "max_abs_smd": [np.nan],
            "balanced": [False],
            "infeasible": [reason],
        }
    )


def exclusion_rows(scope: str, counted: tuple[tuple[str, int, int], ...]) -> pd.DataFrame:
    """Rows excluded by the design stage, under the contract ``exclusions``."""
    return table_of_rows("exclusions", [ExclusionRow("design", scope, *line) for line in counted])


def read_design(
    key: Key, comparison: Comparison, weights: pd.DataFrame, pairs: pd.DataFrame
) -> Design:
    """Rebuild a design from its tables.

    Parameters
    ----------
    key : Key
    comparison : Comparison
        The same comparison that the design was made for.
    weights, pairs : DataFrame
        Contracts ``weights`` and ``pairs``.

    Returns
    -------
    Design
        ``dropped`` counts treated units without a match under one heading.
    """
    mine = weights[(weights["analysis"] == key.analysis) & (weights["strategy"] == key.strategy)]
    mine = mine.set_index("unit_id").loc[comparison.units["unit_id"]]
    linked = pairs[(pairs["analysis"] == key.analysis) & (pairs["strategy"] == key.strategy)]
    position = pd.Series(np.arange(len(comparison.units)), index=comparison.units["unit_id"])
    treatment = mine["treated"].to_numpy(np.int8)
    focal, candidates = np.flatnonzero(treatment == 1), np.flatnonzero(treatment == 0)
    owner = np.searchsorted(focal, position.loc[linked["focal_id"]].to_numpy())
    member = np.searchsorted(candidates, position.loc[linked["match_id"]].to_numpy())
    neighbours = lists_from_pairs(owner, member, len(focal), len(candidates))
    sets = mine["set"].to_numpy(np.int64)
    unit_weights = mine["weight"].to_numpy(float)
    alone = int((unit_weights[focal] == 0).sum())
    sets_there = (sets >= 0).any()
    shared = sets_there or comparison.sampling is not None
    own = np.ones(len(sets)) if comparison.sampling is None else comparison.sampling
    order = np.lexsort((member, owner))
    return Design(
        treatment,
        unit_weights,
        focal,
        candidates,
        neighbours if len(linked) else None,
        sets if sets_there else None,
        {"without a match": alone} if alone else {},
        linked["weight"].to_numpy(float)[order] if shared and len(linked) else None,
        (unit_weights / own)[focal] if shared else None,
    )


def read_propensity(comparison: Comparison, link: str, propensity: pd.DataFrame) -> PropensityScore:
    """Rebuild the propensity scores of a comparison from their table.

    Parameters
    ----------
    comparison : Comparison
    link : {"logit", "probit"}
    propensity : DataFrame
        Contract ``propensity``.

    Returns
    -------
    PropensityScore
    """
    mine = propensity[(propensity["analysis"] == comparison.name) & (propensity["link"] == link)]
    mine = mine.set_index("unit_id").loc[comparison.units["unit_id"]]
    return PropensityScore(
        "probit" if link == "probit" else "logit",
        mine["linear_predictor"].to_numpy(float),
        mine["probability"].to_numpy(float),
    )
