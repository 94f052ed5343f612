"""Rows of the table of subgroup effects."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.rows import Specification, estimate_row
from ruralimpact.heterogeneity.comparisons import SubgroupTests
from ruralimpact.heterogeneity.levels import Level
from ruralimpact.heterogeneity.subgroupings import REALISED_WARNING, Subgrouping
from ruralimpact.result_rows import TestedRow

IntArray = NDArray[np.int64]

_MISSING = float("nan")


@dataclass(frozen=True, kw_only=True)
class SubgroupRow(TestedRow):
    """An effect, a difference between two effects, or a test that all are equal: contract ``subgroups``."""

    spec_id: str
    analysis: str
    sample: str
    method: str
    outcome: str
    unit: str
    strategy: str
    estimand: str
    subgroup: str
    subgroup_label: str
    basis: str
    kind: str
    level: str = ""
    against: str = ""
    percent_reason: str = ""
    balanced: str = ""
    warning: str = ""
    reason: str = ""
    notes: str = ""
    n_treated: int = 0
    n_control: int = 0
    n_clusters: int = 0
    dropped: int = 0
    low: float = _MISSING
    high: float = _MISSING
    df_denominator: float = _MISSING
    p_adjusted: float = _MISSING
    treated_mean: float = _MISSING
    control_mean: float = _MISSING
    counterfactual_mean: float = _MISSING
    percent: float = _MISSING
    percent_low: float = _MISSING
    percent_high: float = _MISSING
    ess: float = _MISSING
    treated_groups: float = _MISSING
    effective_treated_groups: float = _MISSING
    control_groups: float = _MISSING
    effective_control_groups: float = _MISSING
    position: int = -1
    synthetic: bool


# What a row has of the row of an estimate, in which the effect of a level is written like any other.
_OF_ESTIMATES = (
    *("estimand", "percent_reason", "balanced", "n_treated", "n_control", "n_clusters", "dropped"),
    *("estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"),
    *("treated_mean", "control_mean", "counterfactual_mean", "percent", "percent_low"),
    *("percent_high", "ess", "treated_groups", "effective_treated_groups", "control_groups"),
    "effective_control_groups",
)
_TESTS = ("std_error", "statistic", "df", "p_value", "conf_low", "conf_high")


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
) -> SubgroupRow:
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
    SubgroupRow
        Adjusted p-value missing.
    """
    level = effect.level
    row = replace(
        _blank(spec, grouping, "level"),
        level=grouping.levels[position],
        position=position,
        low=grouping.low[position],
        high=grouping.high[position],
        dropped=level.dropped,
        reason=effect.reason,
    )
    if effect.estimate is None:
        return row
    supported = f"{spec.estimand}, supported" if level.dropped else spec.estimand
    passed = {None: "", True: "yes", False: "no"}[level.balanced]
    own = replace(spec, estimand=supported, balanced=passed, dropped=level.dropped)
    clustering = effect.estimate.clustering(groups)
    estimated = estimate_row(own, effect.estimate, clustering)
    row = replace(
        row,
        notes="; ".join(effect.estimate.notes),
        **{name: getattr(estimated, name) for name in _OF_ESTIMATES},
    )
    if grouping.basis == "realised":
        return _without_tests(row)
    return row


def _without_tests(row: SubgroupRow) -> SubgroupRow:
    return replace(
        row,
        std_error=_MISSING,
        statistic=_MISSING,
        df=_MISSING,
        p_value=_MISSING,
        conf_low=_MISSING,
        conf_high=_MISSING,
        percent=_MISSING,
        percent_low=_MISSING,
        percent_high=_MISSING,
    )


def difference_rows(
    spec: Specification, grouping: Subgrouping, tested: Sequence[int], tests: SubgroupTests
) -> list[SubgroupRow]:
    """Every pairwise difference between levels.

    Parameters
    ----------
    spec : Specification
    grouping : Subgrouping
    tested : sequence of int
        Levels that were tested, in the order of `tests`.
    tests : SubgroupTests

    Returns
    -------
    list of SubgroupRow
    """
    blank = _blank(spec, grouping, "difference")
    return [
        replace(
            blank,
            level=grouping.levels[tested[first]],
            against=grouping.levels[tested[second]],
            position=tested[first],
            estimate=test.difference,
            **{name: getattr(test.inference, name) for name in _TESTS},
            n_clusters=n_clusters,
            p_adjusted=adjusted,
        )
        for (first, second), test, n_clusters, adjusted in zip(
            tests.pairs, tests.differences, tests.n_clusters, tests.pairs_adjusted, strict=True
        )
    ]


def equality_row(spec: Specification, grouping: Subgrouping, tests: SubgroupTests) -> SubgroupRow:
    """The joint test that the effects of all levels are equal.

    Parameters
    ----------
    spec : Specification
    grouping : Subgrouping
    tests : SubgroupTests

    Returns
    -------
    SubgroupRow
    """
    row = _blank(spec, grouping, "equality")
    if tests.equality is None:
        return replace(row, reason="there are too few groups for a joint test")
    return replace(
        row,
        statistic=tests.equality.statistic,
        df=tests.equality.df_numerator,
        df_denominator=tests.equality.df_denominator,
        p_value=tests.equality.p_value,
    )


def _blank(spec: Specification, grouping: Subgrouping, kind: str) -> SubgroupRow:
    return SubgroupRow(
        spec_id=spec.spec_id,
        analysis=spec.analysis,
        sample=spec.sample,
        method=spec.method,
        outcome=spec.outcome,
        unit=spec.unit,
        strategy=spec.strategy,
        estimand=spec.estimand,
        subgroup=grouping.name,
        subgroup_label=grouping.label,
        basis=grouping.basis,
        kind=kind,
        warning=REALISED_WARNING if grouping.basis == "realised" else "",
        synthetic=spec.synthetic,
    )
