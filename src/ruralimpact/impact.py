"""The analyst's entry: one estimate from a DataFrame, by the functions that the workflow uses."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.balance import BalanceCheck
from ruralimpact.design.matching import Design
from ruralimpact.design.strategies import Strategy, parse_strategy
from ruralimpact.errors import ConfigError, DesignError
from ruralimpact.estimation.by_strategy import everyone_estimator, strategy_estimator
from ruralimpact.estimation.degenerate import settled_by_group
from ruralimpact.estimation.estimands import flip
from ruralimpact.estimation.estimate import Estimator, ScoredEstimate
from ruralimpact.estimation.informative_weights import telling_of_weights
from ruralimpact.estimation.prepared import Prepared, prepare
from ruralimpact.estimation.printed_errors import HEADLINE
from ruralimpact.estimation.rows import percents_of
from ruralimpact.estimation.std_errors import LazyStdErrors
from ruralimpact.estimation.stratified import within_strata
from ruralimpact.impact_columns import columns_asked
from ruralimpact.impact_data import ImpactData, impact_data
from ruralimpact.impact_result import ImpactEstimate
from ruralimpact.inference.clustered import Clustering, group_sums
from ruralimpact.inference.leverage import ARMS, too_few_groups
from ruralimpact.suggestions import nearest
from ruralimpact.threads import one_thread

Estimand = Literal["ATT", "ATC", "ATE"]
ESTIMANDS = get_args(Estimand)
_NOT_ASKED = (
    "the effect is that on the overlap population (ATO), as the strategy has it, not the {asked}"
)


@one_thread
def estimate_impact(
    data: pd.DataFrame,
    *,
    outcome: str,
    treatment: str,
    covariates: Sequence[str] | str = (),
    strategy: str | Mapping[str, Any] | Strategy = "nearest",
    estimand: Estimand = "ATT",
    group: str | None = None,
    weight: str | None = None,
    strata: str | None = None,
) -> ImpactEstimate:
    """Estimate the impact of a treatment by matching or weighting.

    Parameters
    ----------
    data : DataFrame
        One row a unit; of pandas, polars, pyarrow or any other library that narwhals reads. The index (the
        position of rows, where there is none) names the units in the result.
    outcome : str
        Numeric column; rows where it is missing leave the comparison.
    treatment : str
        Column of 0 and 1; rows where it is missing are excluded and counted.
    covariates : sequence of str, or str
        Columns measured before treatment (text columns become dummies), or a formula such as
        ``"age + I(age ** 2) + C(region)"``. Rows where one is missing are excluded and counted, as are
        those where ``group`` or a column of the strategy's ``exact`` is.
    strategy : str, mapping or Strategy
        Name of a method (``"nearest"``, ``"kernel"``, ``"entropy"``, ``"ipwra"`` ...) or a mapping with its
        options, as a row of strategies.yaml: ``{"method": "nearest", "k": 5, "caliper": 0.2}``.
    estimand : {"ATT", "ATC", "ATE"}
        Average effect on the treated, on controls, or on everyone.
    group : str, optional
        Column of the group that treatment is assigned to; standard errors cluster on it. Every unit
        by itself when omitted.
    weight : str, optional
        Column of sampling weights: how many units of the population a row stands for, of which only the
        proportions count. They enter the score, the estimand, means, regressions and balance. Rows of
        weight zero are excluded and counted.
    strata : str, optional
        Column of the strata that groups (units, where no group is named) were drawn from; only differences
        within a stratum are then sampling error.

    Returns
    -------
    ImpactEstimate

    Raises
    ------
    DataError
        The data are no table or a column is missing, twice there, or of values that its part cannot have:
        dates, lists, complex numbers, a treatment other than 0 and 1, a sampling weight that is missing or
        negative. No unit of an arm is left.
    ConfigError
        An unknown strategy or option; a covariate that is named twice, or is the outcome or the treatment.
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
    chosen = parse_strategy(strategy)
    if estimand not in ESTIMANDS:
        raise ConfigError(
            f"unknown estimand '{estimand}'. {nearest(str(estimand), ESTIMANDS)}", key="estimand"
        )
    columns = columns_asked(
        chosen, outcome, treatment, covariates, group=group, weight=weight, strata=strata
    )
    rows = impact_data(data, columns)
    chosen.check_covariates(rows.covariates)
    codes = rows.groups.codes
    scored, design = _estimate(chosen, rows, estimand, codes)
    if chosen.estimand == "ATO" and estimand != "ATT":
        scored = replace(scored, notes=(*scored.notes, _NOT_ASKED.format(asked=estimand)))
    scored = settled_by_group(scored, rows.outcome, rows.treatment, codes)
    scored = within_strata(scored, codes, rows.sampling_strata)
    label = chosen.label or chosen.name or chosen.method.replace("_", " ")
    return _published(scored, design, rows, _estimand_label(chosen, estimand, design), label)


def _estimand_label(strategy: Strategy, estimand: Estimand, design: Design) -> str:
    label = "ATO" if strategy.estimand == "ATO" else estimand
    return f"{label}, supported" if design.dropped else label


def _estimate(
    strategy: Strategy, rows: ImpactData, estimand: Estimand, groups: NDArray[np.int64]
) -> tuple[ScoredEstimate, Design]:
    def telling(estimator: Estimator, prepared: Prepared) -> Estimator:
        return telling_of_weights(estimator, strategy, prepared, groups)

    of_treated = _prepare(strategy, rows, rows.treatment)
    if estimand == "ATT" or strategy.estimand == "ATO":
        estimator = telling(strategy_estimator(strategy, of_treated), of_treated)
        return estimator(rows.outcome), of_treated.design
    of_controls = _prepare(strategy, rows, (1 - rows.treatment).astype(np.int8))
    if estimand == "ATC":
        estimator = telling(strategy_estimator(strategy, of_controls), of_controls)
        return flip(estimator(rows.outcome)), of_controls.design
    if strategy.serves_once:
        raise DesignError(
            "the effect on everyone needs matching with replacement: without it a control serves once."
        )
    everyone = everyone_estimator(strategy, of_treated, of_controls)
    told = telling(telling(everyone, of_treated), of_controls)
    return told(rows.outcome), _both(of_treated.design, of_controls.design)


def _prepare(strategy: Strategy, rows: ImpactData, treatment: NDArray[np.int8]) -> Prepared:
    return prepare(
        strategy,
        rows.covariates,
        treatment,
        outcome_covariates=rows.outcome_covariates,
        strata=rows.cells,
        sampling=rows.sampling,
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
    scored: ScoredEstimate, design: Design, rows: ImpactData, estimand: str, label: str
) -> ImpactEstimate:
    clustering = scored.clustering(rows.groups.codes)
    noun = "units" if len(rows.groups.names) == len(rows.groups.codes) else "groups"
    refused = too_few_groups(clustering.leverage, noun)
    if refused:
        raise DesignError(f"{label}: {refused}.")
    std_error, df = clustering.std_error(scored.tested_scores)
    plain = clustering.plain_std_error(scored.scores)
    sums = group_sums(scored.scores, clustering.groups)
    index = rows.index if rows.group is None else pd.Index(rows.groups.names, name="group")
    return ImpactEstimate(
        estimate=scored.estimate,
        std_error=std_error,
        std_errors=LazyStdErrors.beside({HEADLINE: std_error, "group": plain}, scored.std_errors),
        df=df,
        estimand=estimand,
        scores=pd.Series(sums, index=index, name="score"),
        balance=_balance(rows, design),
        weights=pd.Series(design.weights, index=rows.index, name="weight"),
        treated_mean=scored.treated_mean,
        control_mean=scored.control_mean,
        n_treated=scored.n_treated,
        n_control=scored.n_control,
        n_clusters=clustering.n_clusters(scored.scores),
        groups=_by_arm(clustering, "counts"),
        effective_groups=_by_arm(clustering, "effective"),
        noun=noun,
        group=rows.group,
        dropped={**rows.excluded, **design.dropped, **_lost(scored)},
        notes=scored.notes,
        label=label,
        _pairs=partial(_matches, rows.index, design),
        _percents=percents_of(scored, clustering),
        _corrected=clustering.corrected(scored.tested_scores),
    )


def _by_arm(clustering: Clustering, what: Literal["counts", "effective"]) -> dict[str, float]:
    if clustering.leverage is None:
        return {}
    values = getattr(clustering.leverage, what)
    return {name: float(values[arm]) for arm, name in reversed(ARMS.items())}


def _lost(scored: ScoredEstimate) -> dict[str, int]:
    return {"outcome missing": scored.lost} if scored.lost else {}


def _balance(rows: ImpactData, design: Design) -> pd.DataFrame:
    stages = {"before": None, "after": design.weights}
    check = BalanceCheck(rows.levels, rows.treatment, rows.sampling)
    tables = [
        pd.DataFrame(
            {
                "stage": stage,
                "covariate": balance.names,
                "treated_mean": balance.treated_mean,
                "control_mean": balance.control_mean,
                "smd": balance.smd,
                "variance_ratio": balance.variance_ratio,
                "ks": balance.ks,
                "balanced": balance.balanced,
            }
        )
        for stage, weights in stages.items()
        for balance in [check.under(weights)]
    ]
    return pd.concat(tables, ignore_index=True)


def _matches(index: pd.Index, design: Design) -> pd.DataFrame:
    focal, match, share = design.pairs()
    named = index.to_flat_index()
    return pd.DataFrame({"unit": named[focal], "match": named[match], "share": share})
