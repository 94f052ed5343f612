"""Rows of the table of subgroup effects."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.rows import Specification, estimate_row
from ruralimpact.heterogeneity.comparisons import SubgroupTests
from ruralimpact.heterogeneity.levels import Level
from ruralimpact.heterogeneity.subgroupings import REALISED_WARNING, Subgrouping

IntArray = NDArray[np.int64]

_TEXTS = ("level", "against", "percent_reason", "balanced", "warning", "reason")
_COUNTS = ("n_treated", "n_control", "n_clusters", "dropped")
_NUMBERS = (
    *("low", "high", "estimate", "std_error", "statistic", "df", "df_denominator"),
    *("p_value", "p_adjusted", "conf_low", "conf_high"),
    *("treated_mean", "control_mean", "counterfactual_mean"),
    *("percent", "percent_low", "percent_high", "ess"),
    *("treated_groups", "effective_treated_groups", "control_groups", "effective_control_groups"),
)
_EMPTY: dict[str, Any] = {
    **dict.fromkeys(_TEXTS, ""),
    **dict.fromkeys(_COUNTS, 0),
    **dict.fromkeys(_NUMBERS, np.nan),
    "place": -1,
}
_TESTS = ("std_error", "statistic", "df", "p_value", "conf_low", "conf_high")
_PERCENTS = ("percent", "percent_low", "percent_high")


@dataclass(frozen=True)
class Effect:
    """The effect in one level, or why there is none.

    Attributes
    ----------
    level : Level
    estimate : ScoredEstimate or None
    reason : str
    """

    level: Level
    estimate: ScoredEstimate | None
    reason: str


def level_row(
    spec: Specification, grouping: Subgrouping, position: int, effect: Effect, groups: IntArray
) -> dict[str, Any]:
    """The effect in one level; strata of the realised outcome carry no test.

    Parameters
    ----------
    spec : Specification
    grouping : Subgrouping
    position : int
        Position of the level.
    effect : Effect
    groups : ndarray of int, shape (n,)

    Returns
    -------
    dict
        Under the contract ``subgroups``, adjusted p-value missing.
    """
    level = effect.level
    row = {
        **_heading(spec, grouping, "level"),
        "level": grouping.levels[position],
        "place": position,
        "low": grouping.low[position],
        "high": grouping.high[position],
        "dropped": level.dropped,
        "reason": effect.reason,
    }
    if effect.estimate is None:
        return row
    supported = f"{spec.estimand}, supported" if level.dropped else spec.estimand
    passed = {None: "", True: "yes", False: "no"}[level.balanced]
    own = replace(spec, estimand=supported, balanced=passed, dropped=level.dropped)
    clustering = effect.estimate.clustering(groups)
    result = estimate_row(own, effect.estimate, clustering)
    row |= {name: result[name] for name in (*_EMPTY, "estimand") if name in result}
    if grouping.basis == "realised":
        row |= dict.fromkeys((*_TESTS, *_PERCENTS), np.nan)
    return row


def difference_rows(
    spec: Specification, grouping: Subgrouping, places: Sequence[int], tests: SubgroupTests
) -> list[dict[str, Any]]:
    """Every pairwise difference between levels.

    Parameters
    ----------
    spec : Specification
    grouping : Subgrouping
    places : sequence of int
        Levels that were tested, in the order of `tests`.
    tests : SubgroupTests

    Returns
    -------
    list of dict
    """
    return [
        {
            **_heading(spec, grouping, "difference"),
            "level": grouping.levels[places[first]],
            "against": grouping.levels[places[second]],
            "place": places[first],
            "estimate": test.difference,
            **{name: getattr(test.inference, name) for name in _TESTS},
            "n_clusters": n_clusters,
            "p_adjusted": adjusted,
        }
        for (first, second), test, n_clusters, adjusted in zip(
            tests.pairs, tests.differences, tests.n_clusters, tests.pairs_adjusted, strict=True
        )
    ]


def equality_row(
    spec: Specification, grouping: Subgrouping, tests: SubgroupTests
) -> dict[str, Any]:
    """The joint test that the effects of all levels are equal.

    Parameters
    ----------
    spec : Specification
    grouping : Subgrouping
    tests : SubgroupTests

    Returns
    -------
    dict
    """
    row = _heading(spec, grouping, "equality")
    if tests.equality is None:
        return {**row, "reason": "there are too few groups for a joint test"}
    return {
        **row,
        "statistic": tests.equality.statistic,
        "df": tests.equality.df_numerator,
        "df_denominator": tests.equality.df_denominator,
        "p_value": tests.equality.p_value,
    }


def _heading(spec: Specification, grouping: Subgrouping, kind: str) -> dict[str, Any]:
    return {
        "spec_id": spec.spec_id,
        "analysis": spec.analysis,
        "sample": spec.sample,
        "method": spec.method,
        "outcome": spec.outcome,
        "unit": spec.unit,
        "strategy": spec.strategy,
        "estimand": spec.estimand,
        "subgroup": grouping.name,
        "subgroup_label": grouping.label,
        "basis": grouping.basis,
        "kind": kind,
        **_EMPTY,
        "warning": REALISED_WARNING if grouping.basis == "realised" else "",
        "synthetic": spec.synthetic,
    }
