"""The analyst's entry: one estimate from a DataFrame, by the functions that the workflow uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.apply_strategy import apply_strategy
from ruralimpact.design.balance import balance
from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
from ruralimpact.design.matching import Design
from ruralimpact.design.propensity import fit_propensity, refuse_empty_arm, refuse_single_group
from ruralimpact.design.strategies import (
    METHODS,
    OptimalMatching,
    OverlapWeighting,
    Strategy,
    parse_strategy,
)
from ruralimpact.errors import ConfigError, DataError, DesignError
from ruralimpact.estimation.apply_strategy import Prepared, everyone_estimator, strategy_estimator
from ruralimpact.estimation.estimands import flip
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.impact_result import ImpactEstimate
from ruralimpact.inference.clustered import Clustering, group_codes
from ruralimpact.inference.delta import PercentImpact, percent_impact

Estimand = Literal["ATT", "ATC", "ATE"]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class _Data:
    """The rows that are compared, in the order that breaks ties."""

    index: pd.Index
    outcome: FloatArray
    treatment: NDArray[np.int8]
    covariates: CovariateMatrix
    levels: CovariateMatrix
    outcome_covariates: CovariateMatrix
    groups: NDArray[np.object_]
    strata: NDArray[np.int64] | None
    left_out: dict[str, int]


def estimate_impact(
    data: pd.DataFrame,
    *,
    outcome: str,
    treatment: str,
    covariates: Sequence[str] | str = (),
    strategy: str | Mapping[str, Any] = "nearest",
    estimand: Estimand = "ATT",
    group: str | None = None,
) -> ImpactEstimate:
    """Estimate the impact of a treatment by matching or weighting.

    Parameters
    ----------
    data : DataFrame
        One row a unit. Rows are taken in the order of the index, which breaks ties where a strategy has to.
    outcome : str
        Numeric column; rows where it is missing leave the comparison.
    treatment : str
        Column of 0 and 1; rows where it is missing are left out and counted.
    covariates : sequence of str, or str
        Columns measured before treatment (text columns become dummies), or a formula such as
        ``"age + I(age ** 2) + C(region)"``. Rows where one is missing are left out and counted.
    strategy : str or mapping
        Name of a method (``"nearest"``, ``"kernel"``, ``"entropy"``, ``"ipwra"`` ...) or a mapping with its
        options, as a row of strategies.yaml: ``{"method": "nearest", "k": 5, "caliper": 0.2}``.
    estimand : {"ATT", "ATC", "ATE"}
        Average effect on the treated, on controls, or on everyone.
    group : str, optional
        Column of the group that treatment is assigned to; errors cluster on it. Every unit by itself when
        omitted.

    Returns
    -------
    ImpactEstimate

    Raises
    ------
    DataError
        A column is missing, the treatment is not 0 or 1, or the outcome is not a number.
    ConfigError
        An unknown strategy or option.
    DesignError
        A comparison that the data cannot bear: an empty arm, a separated score, no overlap.

    Examples
    --------
    >>> import pandas as pd
    >>> farms = pd.DataFrame({"d": [1, 1, 0, 0, 0], "y": [9.0, 7, 5, 4, 6], "x": [1.0, 2, 1, 2, 3]})
    >>> impact = estimate_impact(
    ...     farms, outcome="y", treatment="d", covariates=["x"],
    ...     strategy={"method": "nearest", "distance": "mahalanobis"},
    ... )
    >>> impact.estimate
    3.5
    """
    row = {"method": strategy} if isinstance(strategy, str) else dict(strategy)
    chosen = parse_strategy(row)
    if estimand not in ("ATT", "ATC", "ATE"):
        raise ConfigError(
            f"unknown estimand '{estimand}'; known are ATT, ATC, ATE.", key="estimand"
        )
    rows = _rows(data, outcome, treatment, covariates, group, chosen)
    scored, design = _estimate(chosen, rows, estimand)
    label = str(row.get("label") or row.get("name") or _METHOD_LABELS[type(chosen)])
    return _published(scored, design, rows, _estimand_label(chosen, estimand, design), label)


_METHOD_LABELS = {kind: name.replace("_", " ") for name, kind in METHODS.items()}


def _estimand_label(strategy: Strategy, estimand: Estimand, design: Design) -> str:
    label = "ATO" if isinstance(strategy, OverlapWeighting) else estimand
    return f"{label}, supported" if design.dropped else label


def _rows(
    data: pd.DataFrame,
    outcome: str,
    treatment: str,
    covariates: Sequence[str] | str,
    group: str | None,
    strategy: Strategy,
) -> _Data:
    regressed = list(getattr(strategy, "outcome_covariates", ()))
    exact = list(strategy.exact)
    formula = covariates if isinstance(covariates, str) else None
    listed = [] if isinstance(covariates, str) else list(covariates)
    named = [outcome, treatment, *listed, *regressed, *exact, *([group] if group else [])]
    for name in named:
        if name not in data.columns:
            raise DataError("there is no such column.", file="data", column=name)
    if not data.index.is_unique:
        raise DataError("the index is not unique; ties are broken by it.", file="data")
    kept = data.sort_index()
    columns = _formula_columns(formula, kept) if formula else kept[listed]
    columns = columns.join(kept[[name for name in regressed if name not in columns]])
    names = [name for name in columns if formula is None or name not in regressed]
    left_out: dict[str, int] = {}
    for reason, part in (("treatment missing", kept[[treatment]]), ("covariate missing", columns)):
        complete = part.loc[kept.index].notna().all(axis=1)
        if not complete.all():
            left_out[reason] = int((~complete).sum())
            kept, columns = kept[complete], columns[complete]
    arm = kept[treatment].to_numpy()
    wrong = ~np.isin(arm, (0, 1))
    if wrong.any():
        raise DataError(
            "the treatment must be 0 or 1.",
            file="data",
            column=treatment,
            rows=list(kept.index[wrong]),
        )
    if not pd.api.types.is_numeric_dtype(kept[outcome]):
        raise DataError("the outcome must be a number.", file="data", column=outcome)
    if group:
        refuse_empty_arm(arm.astype(np.int8))
        refuse_single_group(arm.astype(np.int8), kept[group].to_numpy(object))
    shown = listed if formula is None else [n for n in columns if n in names]
    values = {str(name): columns[name].to_numpy() for name in shown}
    matrix = covariate_matrix(values, rows=len(kept))
    return _Data(
        kept.index,
        kept[outcome].to_numpy(float),
        arm.astype(np.int8),
        matrix,
        covariate_matrix(values, every_level=True, rows=len(kept)),
        covariate_matrix({n: columns[n].to_numpy() for n in regressed}) if regressed else matrix,
        (kept[group] if group else kept.index.to_series()).to_numpy(object),
        kept.groupby(exact).ngroup().to_numpy().astype(np.int64) if exact else None,
        left_out,
    )


def _formula_columns(formula: str, data: pd.DataFrame) -> pd.DataFrame:
    from formulaic import model_matrix
    from formulaic.errors import FormulaicError

    try:
        matrix = model_matrix(formula, data, na_action="ignore")
    except FormulaicError as problem:
        raise ConfigError(f"the formula cannot be used: {problem}.", key="covariates") from None
    columns = pd.DataFrame(matrix, index=data.index)
    return columns.drop(columns="Intercept", errors="ignore")


def _estimate(strategy: Strategy, rows: _Data, estimand: Estimand) -> tuple[ScoredEstimate, Design]:
    of_treated = _prepare(strategy, rows, rows.treatment)
    if estimand == "ATT" or isinstance(strategy, OverlapWeighting):
        return strategy_estimator(strategy, of_treated)(rows.outcome), of_treated.design
    of_controls = _prepare(strategy, rows, (1 - rows.treatment).astype(np.int8))
    if estimand == "ATC":
        return flip(strategy_estimator(strategy, of_controls)(rows.outcome)), of_controls.design
    if isinstance(strategy, OptimalMatching) or not getattr(strategy, "replace", True):
        raise DesignError(
            "the effect on everyone needs matching with replacement: without it a control serves once."
        )
    everyone = everyone_estimator(strategy, of_treated, of_controls)
    return everyone(rows.outcome), _both(of_treated.design, of_controls.design)


def _prepare(strategy: Strategy, rows: _Data, treatment: NDArray[np.int8]) -> Prepared:
    propensity = (
        fit_propensity(rows.covariates, treatment, link=strategy.link)
        if strategy.needs_propensity and rows.covariates.names
        else None
    )
    design = apply_strategy(
        strategy, rows.covariates, treatment, propensity=propensity, strata=rows.strata
    )
    return Prepared(
        rows.covariates,
        treatment,
        design,
        propensity,
        rows.outcome_covariates,
        stratified=rows.strata is not None,
    )


def _both(of_treated: Design, of_controls: Design) -> Design:
    """Weights of the effect on everyone: each unit for itself, and for those that it serves."""
    dropped = dict(of_treated.dropped)
    for reason, count in of_controls.dropped.items():
        dropped[reason] = dropped.get(reason, 0) + count
    return replace(
        of_treated,
        weights=of_treated.weights + of_controls.weights,
        dropped=dropped,
    )


def _published(
    scored: ScoredEstimate, design: Design, rows: _Data, estimand: str, label: str
) -> ImpactEstimate:
    clustering = Clustering(group_codes(rows.groups.astype(str)), scored.set_ids)
    std_error, df = clustering.std_error(scored.scores)
    scores = pd.Series(scored.scores).groupby(rows.groups, sort=True).sum()
    return ImpactEstimate(
        estimate=scored.estimate,
        std_error=std_error,
        std_errors={"group": std_error, **scored.std_errors},
        df=df,
        estimand=estimand,
        scores=scores.rename_axis("group").rename("score"),
        balance=_balance(rows, design),
        matches=_matches(rows.index, design),
        weights=pd.Series(design.weights, index=rows.index, name="weight"),
        treated_mean=scored.treated_mean,
        control_mean=scored.control_mean,
        n_treated=scored.n_treated,
        n_control=scored.n_control,
        n_groups=int((scores != 0).sum()),
        dropped={**rows.left_out, **design.dropped, **_lost(scored)},
        notes=scored.notes,
        label=label,
        _percents=_percents(scored, clustering),
    )


def _lost(scored: ScoredEstimate) -> dict[str, int]:
    return {"outcome missing": scored.lost} if scored.lost else {}


def _balance(rows: _Data, design: Design) -> pd.DataFrame:
    stages = {"before": None, "after": design.weights}
    tables = [
        pd.DataFrame(
            {
                "stage": stage,
                "covariate": found.names,
                "treated_mean": found.treated_mean,
                "control_mean": found.control_mean,
                "smd": found.smd,
                "variance_ratio": found.variance_ratio,
                "ks": found.ks,
                "balanced": found.balanced,
            }
        )
        for stage, weights in stages.items()
        for found in [balance(rows.levels, rows.treatment, weights)]
    ]
    return pd.concat(tables, ignore_index=True)


def _matches(index: pd.Index, design: Design) -> pd.DataFrame:
    focal, match, share = design.pairs()
    return pd.DataFrame({"unit": index[focal], "match": index[match], "share": share})


def _percents(scored: ScoredEstimate, clustering: Clustering) -> dict[str, PercentImpact]:
    zeros = np.zeros_like(scored.scores)
    treated = zeros if scored.treated_mean_scores is None else scored.treated_mean_scores
    control = zeros if scored.control_mean_scores is None else scored.control_mean_scores
    bases = {
        "counterfactual": (scored.counterfactual_mean, treated - scored.scores),
        "control": (scored.control_mean, control),
    }
    return {
        name: percent_impact(scored.estimate, scored.scores, base, scores, clustering)
        for name, (base, scores) in bases.items()
    }
