"""Covariates by arm before matching, and whether they differ, as evaluators know it from iebaltab."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.balance import ROUNDING, mean_difference
from ruralimpact.design.comparison import Comparison, comparable
from ruralimpact.design.records import covariate_label
from ruralimpact.design.study import covariate_labels
from ruralimpact.estimation.outcome_regression import regress_arm
from ruralimpact.inference.clustered import group_codes, t_inference
from ruralimpact.inference.contrasts import f_tail
from ruralimpact.inference.sandwich import LinearFit
from ruralimpact.schema.study import Study
from ruralimpact.tables import table_of_rows

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_MISSING = float("nan")
_NO_VARIANCE = 1e-10  # share of the largest root of a correlation matrix


@dataclass(frozen=True, kw_only=True)
class ArmDifference:
    """A covariate in both arms: contract ``balance_by_arm``."""

    analysis: str
    covariate: str
    label: str
    n_treated: int
    n_control: int
    clusters_treated: int
    clusters_control: int
    n_clusters: int
    treated_mean: float
    treated_sd: float
    treated_std_error: float
    control_mean: float
    control_sd: float
    control_std_error: float
    difference: float
    std_error: float
    p_value: float
    normalised_difference: float
    weighted: bool


@dataclass(frozen=True, kw_only=True)
class JointBalance:
    """Whether covariates together tell the arms apart: contract ``joint_balance``."""

    analysis: str
    n_treated: int
    n_control: int
    n_clusters: int
    f_statistic: float = _MISSING
    df_numerator: float = _MISSING
    df_denominator: float = _MISSING
    p_value: float = _MISSING
    excluded: str = ""
    reason: str = ""
    weighted: bool


def balance_by_arm_study(
    study: Study, units: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Compare the covariates of every analysis that compares units in one period, before matching.

    Parameters
    ----------
    study : Study
    units : mapping of str to DataFrame
        By sample. No outcome.

    Returns
    -------
    dict of str to DataFrame
        Contracts ``balance_by_arm`` and ``joint_balance``. Analyses over periods, and those without
        covariates, are not in them.
    """
    labels = covariate_labels(study)
    compared = [
        comparison
        for _, comparison in comparable(study.in_one_period, units)
        if comparison.levels.names
    ]
    differences = [row for comparison in compared for row in arm_differences(comparison, labels)]
    return {
        "balance_by_arm": table_of_rows("balance_by_arm", differences),
        "joint_balance": table_of_rows("joint_balance", list(map(joint_balance, compared))),
    }


def arm_differences(comparison: Comparison, labels: Mapping[str, str]) -> Iterator[ArmDifference]:
    """Yield each covariate's means and deviations by arm, and their difference clustered by group.

    Parameters
    ----------
    comparison : Comparison
        Its sampling weights count where it has some; a dummy for every level.
    labels : mapping of str to str
        Of variables, by name.

    Notes
    -----
    Standard errors are Stata's for ``regress covariate treatment, vce(cluster group)``, and for a mean those
    of a regression on a constant: the sandwich times G / (G - 1) (n - 1) / (n - k), with t of G - 1 degrees
    of freedom. The normalised difference divides by the root of the mean of the arms' variances.

    References
    ----------
    Bjarkefur, Cardoso de Andrade & Daniels, ietoolkit (iebaltab); Imbens & Rubin (2015), Causal Inference,
    section 14.2.
    """
    groups = group_codes(comparison.units["group"])
    n_clusters, treated = int(groups.max()) + 1, comparison.treatment == 1
    matrix, weights = comparison.levels, _weights(comparison)
    first, second = (
        _ArmMeans.of(matrix.values, weights, groups, inside) for inside in (treated, ~treated)
    )
    difference = mean_difference(first.mean, second.mean)
    errors = _clustered(first.sums - second.sums, n_clusters, len(groups), 2)
    spread = np.sqrt((first.deviation**2 + second.deviation**2) / 2)
    for j, name in enumerate(matrix.names):
        test = t_inference(float(difference[j]), float(errors[j]), n_clusters - 1)
        yield ArmDifference(
            analysis=comparison.name,
            covariate=name,
            label=covariate_label(name, labels),
            n_treated=first.n_units,
            n_control=second.n_units,
            clusters_treated=first.n_clusters,
            clusters_control=second.n_clusters,
            n_clusters=n_clusters,
            treated_mean=float(first.mean[j]),
            treated_sd=float(first.deviation[j]),
            treated_std_error=float(first.std_error[j]),
            control_mean=float(second.mean[j]),
            control_sd=float(second.deviation[j]),
            control_std_error=float(second.std_error[j]),
            difference=float(difference[j]),
            std_error=test.std_error,
            p_value=test.p_value,
            normalised_difference=float(difference[j] / spread[j]) if spread[j] > 0 else _MISSING,
            weighted=comparison.sampling is not None,
        )


@dataclass(frozen=True)
class _ArmMeans:
    """Covariates of one arm; arrays of shape (p,), `sums` (G, p) of the means' influence scores by group."""

    n_units: int
    n_clusters: int
    mean: FloatArray
    deviation: FloatArray
    std_error: FloatArray
    sums: FloatArray

    @classmethod
    def of(
        cls, values: FloatArray, weights: FloatArray, groups: IntArray, inside: NDArray[np.bool_]
    ) -> "_ArmMeans":
        """Summarise the units inside the arm."""
        own, share = values[inside], weights[inside] / weights[inside].sum()
        mean = share @ own
        gap = np.where(np.ptp(own, axis=0) > 0, own - mean, 0.0)
        sums = _by_group(share[:, None] * gap, groups[inside], int(groups.max()) + 1)
        n_clusters = len(np.unique(groups[inside]))
        return cls(
            len(own),
            n_clusters,
            mean,
            np.sqrt(share @ gap**2 / (1 - share @ share)),
            _clustered(sums, n_clusters, len(own), 1),
            sums,
        )


def _by_group(scores: FloatArray, groups: IntArray, size: int) -> FloatArray:
    """Sums by group, shape (G, p)."""
    return np.column_stack([np.bincount(groups, column, size) for column in scores.T])


def _clustered(sums: FloatArray, n_clusters: int, n_units: int, parameters: int) -> FloatArray:
    """Stata's clustered standard errors from group sums, shape (p,)."""
    return np.asarray(np.sqrt(_correction(n_clusters, n_units, parameters) * (sums**2).sum(axis=0)))


def _correction(n_clusters: int, n_units: int, parameters: int) -> float:
    return n_clusters / (n_clusters - 1) * (n_units - 1) / (n_units - parameters)


def joint_balance(comparison: Comparison) -> JointBalance:
    """Test that no covariate tells the arms apart: a regression of the arm on all of them.

    Parameters
    ----------
    comparison : Comparison
        A dummy less than levels; what others imply is excluded and named.

    Returns
    -------
    JointBalance
        Missing numbers, with the reason, where there are too few groups.

    Notes
    -----
    `f_statistic` is Stata's after ``regress treatment covariates, vce(cluster group)``: Wald's statistic over
    the number q of covariates, compared with F(q, G - 1). It rejects too often where there are few groups to
    a covariate.
    """
    groups = group_codes(comparison.units["group"])
    treated = comparison.treatment == 1
    sizes = JointBalance(
        analysis=comparison.name,
        weighted=comparison.sampling is not None,
        n_treated=int(treated.sum()),
        n_control=int((~treated).sum()),
        n_clusters=int(groups.max()) + 1,
    )
    weights = _weights(comparison)
    fit, excluded = _regression_of_arm(comparison, weights)
    known = replace(sizes, excluded=", ".join(excluded))
    count, rest = fit.design.shape[1] - 1, sizes.n_clusters - 1
    if count == 0:
        return replace(known, reason="no covariate varies")
    if count > rest:
        return replace(known, reason=f"{rest + 1} groups are too few for {count} covariates")
    if np.abs(fit.residuals).max() <= ROUNDING:
        return replace(known, reason="the covariates determine the arm")
    influence = _by_group(fit.scores, groups, rest + 1) @ fit.bread[:, 1:]
    covariance = _correction(rest + 1, len(treated), count + 1) * influence.T @ influence
    if not _of_full_rank(covariance):
        return replace(known, reason="a covariate varies within too few groups")
    slopes = fit.coefficients[1:]
    statistic = float(slopes @ np.linalg.solve(covariance, slopes)) / count
    return replace(
        known,
        f_statistic=statistic,
        df_numerator=float(count),
        df_denominator=float(rest),
        p_value=f_tail(statistic, count, rest),
    )


def _regression_of_arm(
    comparison: Comparison, weights: FloatArray
) -> tuple[LinearFit, tuple[str, ...]]:
    """The arm regressed on standardised covariates, and those that others imply."""
    treated = comparison.treatment.astype(float)
    arm = regress_arm(treated, comparison.covariates, weights, collinear="exclude")
    coefficients = arm.bread @ (arm.design.T @ (weights * treated))
    own = None if comparison.sampling is None else weights
    return LinearFit(coefficients, arm.design, arm.residual, own), arm.excluded


def _of_full_rank(covariance: FloatArray) -> bool:
    spread = np.sqrt(np.diag(covariance))
    if not spread.all():
        return False
    roots = np.linalg.eigvalsh(covariance / np.outer(spread, spread))
    return bool(roots[0] > _NO_VARIANCE * roots[-1])


def _weights(comparison: Comparison) -> FloatArray:
    return np.ones(len(comparison.units)) if comparison.sampling is None else comparison.sampling
