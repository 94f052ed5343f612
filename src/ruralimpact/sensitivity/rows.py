"""The sensitivity of one matched specification, as the row that is published."""

from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.design.unit_weights import controls_alike
from ruralimpact.errors import DesignError
from ruralimpact.estimation.degenerate import refuse_out_of_range
from ruralimpact.sensitivity import oster
from ruralimpact.sensitivity.e_value import EValue, e_values, risk_ratio
from ruralimpact.sensitivity.omitted import (
    TreatmentRegression,
    adjusted_estimate,
    benchmark_strength,
    interval_robustness_value,
    robustness_value,
    treatment_regression,
)
from ruralimpact.sensitivity.records import (
    OmittedVariable,
    PairBounds,
    Proportional,
    RiskRatio,
    SensitivityRow,
)
from ruralimpact.sensitivity.rosenbaum import critical_gamma, pair_differences

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class MatchedSample:
    """Units of one matched specification with a known outcome.

    Attributes
    ----------
    outcome : ndarray, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : CovariateMatrix, n rows
    weights : ndarray, shape (n,)
        Of the design; 0 for units excluded.
    sets : ndarray of int, shape (n,)
        Disjoint matched sets, -1 outside.
    groups : ndarray of int, shape (n,)
        Codes 0 .. G-1.
    """

    outcome: FloatArray
    treatment: NDArray[np.int8]
    covariates: CovariateMatrix
    weights: FloatArray
    sets: IntArray
    groups: IntArray


@dataclass(frozen=True)
class Unmatched:
    """What the covariates do before any match, one outcome of one comparison.

    Attributes
    ----------
    strengths : mapping of str to (float, float)
        Arguments of `adjusted_estimate` for a confounder as strong as each covariate (its levels together).
    regressions : oster.Regressions
    """

    strengths: Mapping[str, tuple[float, float]]
    regressions: oster.Regressions


def unmatched(
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    covariates: CovariateMatrix,
    sampling: FloatArray | None = None,
) -> Unmatched:
    """Measure the covariates' strength before the match, both arms given the same total weight.

    A match takes away the association of its covariates with treatment, so that in the matched sample they
    tell nothing of what an omitted variable, which no one balanced, could do. Equal arms make the partial
    R2 comparable with those of the matched sample.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : CovariateMatrix, n rows
    sampling : ndarray, shape (n,), optional
        Sampling weights.

    Returns
    -------
    Unmatched

    Raises
    ------
    DesignError
        An arm is empty, the outcome is out of range, or the covariates determine the treatment or leave no
        degrees of freedom.
    """
    refuse_empty_arm(treatment)
    refuse_out_of_range(outcome)
    weights = controls_alike(treatment, sampling).weights
    values = covariates.values
    treatment_regression(outcome, treatment, values, weights)
    owner = np.array([name.split("[")[0] for name in covariates.names])
    strengths = {
        name: benchmark_strength(
            outcome, treatment, values[:, owner != name], values[:, owner == name], weights
        )
        for name in dict.fromkeys(owner.tolist())
    }
    return Unmatched(strengths, oster.regressions(outcome, treatment, values, weights))


def sensitivity_row(
    sample: MatchedSample, before: Unmatched | DesignError, published: Mapping[Hashable, Any]
) -> SensitivityRow:
    """Run every analysis that applies to a matched specification.

    Parameters
    ----------
    sample : MatchedSample
    before : Unmatched or DesignError
        Of the same comparison and outcome; the reason where it is not defined.
    published : mapping
        The specification's row of the estimates.

    Returns
    -------
    SensitivityRow
        NaN where an analysis does not apply, with the reason.
    """
    return SensitivityRow(
        spec_id=published["spec_id"],
        **asdict(_rosenbaum(sample)),
        **asdict(_omitted(sample, before)),
        **asdict(_oster(before)),
        **asdict(_e_value(sample.outcome, published)),
    )


def row_without_arm(spec_id: str, reason: str) -> SensitivityRow:
    """Return the row of a specification of an analysis that lacks an arm.

    Parameters
    ----------
    spec_id, reason : str
    """
    return SensitivityRow(
        spec_id=spec_id,
        **asdict(PairBounds(gamma_reason=reason)),
        **asdict(OmittedVariable(regression_reason=reason)),
        **asdict(Proportional()),
        **asdict(RiskRatio(np.nan, np.nan, np.nan)),
    )


def _rosenbaum(sample: MatchedSample) -> PairBounds:
    try:
        differences = pair_differences(sample.outcome, sample.treatment, complete_sets(sample))
    except DesignError as error:
        return PairBounds(gamma_reason=str(error))
    return PairBounds(int((differences != 0).sum()), critical_gamma(differences))


def complete_sets(sample: MatchedSample) -> IntArray:
    """Matched sets that have units of both arms left, -1 for the units of others.

    Where most treated units are in pairs, the larger sets of units alike are excluded: which of them are
    pairs no rule can say.

    Parameters
    ----------
    sample : MatchedSample

    Returns
    -------
    ndarray of int, shape (n,)
    """
    treated = sample.treatment == 1
    both = np.intersect1d(sample.sets[treated], sample.sets[~treated])
    return _pairs_alone(np.where(np.isin(sample.sets, both), sample.sets, -1), treated)


def _pairs_alone(sets: IntArray, treated: NDArray[np.bool_]) -> IntArray:
    """The pairs among the sets, where most treated units are in one: units alike share a larger set."""
    inside = sets >= 0
    codes, position = np.unique(sets[inside], return_inverse=True)
    arms = [
        np.bincount(position[treated[inside] == arm], minlength=len(codes)) for arm in (True, False)
    ]
    pure = (arms[0] == 1) & (arms[1] == 1)
    if 2 * pure.sum() < arms[0].sum():
        return sets
    return np.where(np.isin(sets, codes[pure]), sets, -1)


def _omitted(sample: MatchedSample, before: Unmatched | DesignError) -> OmittedVariable:
    """Robustness values of the regression with the design's weights, and its strongest benchmark."""
    try:
        if isinstance(before, DesignError):
            raise before
        if not sample.weights.any():
            raise DesignError("the strategy compares nobody.")
        fit = treatment_regression(
            sample.outcome,
            sample.treatment,
            sample.covariates.values,
            sample.weights,
            sample.groups,
        )
    except DesignError as error:
        return OmittedVariable(regression_reason=str(error))
    name, estimate = strongest_benchmark(fit, before.strengths)
    return OmittedVariable(
        regression_estimate=fit.estimate,
        regression_std_error=fit.clustered_std_error,
        partial_r2=fit.partial_r2,
        robustness_value=robustness_value(fit.statistic, fit.df),
        robustness_value_interval=interval_robustness_value(fit),
        benchmark_estimate=estimate,
        benchmark=name,
    )


def strongest_benchmark(
    fit: TreatmentRegression, strengths: Mapping[str, tuple[float, float]]
) -> tuple[str, float]:
    """Find the covariate whose like, had it been omitted, would move the estimate most.

    Parameters
    ----------
    fit : TreatmentRegression
    strengths : mapping of str to (float, float)
        By covariate; those with NaN are excluded.

    Returns
    -------
    name : str
        Empty where there is none.
    estimate : float
        What a confounder as strong as that covariate would leave.
    """
    left = {
        name: adjusted_estimate(fit, *strength).estimate
        for name, strength in strengths.items()
        if not np.isnan(strength).any()
    }
    if not left:
        return "", np.nan
    name = max(left, key=lambda name: abs(fit.estimate - left[name]))
    return name, left[name]


def _oster(before: Unmatched | DesignError) -> Proportional:
    if isinstance(before, DesignError):
        return Proportional()
    moments = before.regressions
    return Proportional(
        short_effect=moments.short_effect,
        short_r2=moments.short_r2,
        long_effect=moments.effect,
        long_r2=moments.r2,
        r2_max=moments.default_r2_max,
        oster_delta=oster.delta(moments),
        oster_effect=oster.adjusted_effect(moments).effect,
    )


def _e_value(outcome: FloatArray, published: Mapping[Hashable, Any]) -> RiskRatio:
    """E-values of an outcome that is 0 or 1; the risk ratio is the treated mean over its counterfactual."""
    values = EValue(np.nan, np.nan, np.nan)
    if np.isin(outcome, (0.0, 1.0)).all():
        low, high = (1 + published[end] / 100 for end in ("percent_low", "percent_high"))
        values = e_values(risk_ratio(published["treated_mean"], published["estimate"]), low, high)
    return RiskRatio(values.risk_ratio, values.estimate, values.interval)
