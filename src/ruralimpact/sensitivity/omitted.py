"""Omitted-variable bias of a regression by partial R2: robustness values and benchmark bounds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.errors import DesignError
from ruralimpact.inference.clustered import clustered_std_error, group_sums
from ruralimpact.sensitivity.least_squares import (
    beside,
    orthonormal,
    partial_r2,
    residuals,
    with_constant,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class TreatmentRegression:
    """Coefficient of the treatment in a (weighted) regression of the outcome on it and covariates.

    Attributes
    ----------
    estimate : float
    std_error : float
        Classical (homoskedastic), on which partial R2 rest.
    df : int
        Units with a weight less the columns of the regression.
    clustered_std_error : float
        Clustered by group; NaN where groups are not given.
    n_clusters : int
        Groups with a non-zero score.
    """

    estimate: float
    std_error: float
    df: int
    clustered_std_error: float
    n_clusters: int

    @property
    def statistic(self) -> float:
        """Classical t statistic."""
        return self.estimate / self.std_error

    @property
    def partial_r2(self) -> float:
        """Share of the outcome's residual variance that the treatment explains."""
        return self.statistic**2 / (self.statistic**2 + self.df)


def treatment_regression(
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    covariates: FloatArray,
    weights: FloatArray | None = None,
    groups: IntArray | None = None,
) -> TreatmentRegression:
    """Regress the outcome on the treatment and covariates by (weighted) least squares.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : ndarray, shape (n, p)
        Without a constant; collinear columns do no harm.
    weights : ndarray, shape (n,), optional
        Units with weight 0 are excluded.
    groups : ndarray of int, shape (n,), optional
        Codes 0 .. G-1.

    Returns
    -------
    TreatmentRegression

    Raises
    ------
    DesignError
        An arm is empty; the covariates determine the treatment, or leave no degrees of freedom; treatment
        and covariates determine the outcome, or it does not vary.
    """
    unit = np.ones(len(outcome)) if weights is None else weights
    used = unit > 0
    refuse_empty_arm(treatment[used])
    y, d, w = outcome[used], treatment[used].astype(float), unit[used]
    design = with_constant(covariates[used])
    (treated_rest, outcome_rest), rank = residuals(design, w, d, y)
    variation = float(w @ treated_rest**2)
    df = int(used.sum()) - rank - 1
    if variation <= 1e-12 * float(w @ (d - np.average(d, weights=w)) ** 2):
        raise DesignError("the covariates determine the treatment.")
    if df < 2:
        raise DesignError("the regression has no degrees of freedom left.")
    estimate = float((w * treated_rest) @ outcome_rest) / variation
    errors = outcome_rest - estimate * treated_rest
    if np.ptp(y) == 0:
        raise DesignError("the outcome does not vary.")
    if float(w @ errors**2) <= 1e-20 * float(w @ (y - np.average(y, weights=w)) ** 2):
        raise DesignError("treatment and covariates determine the outcome.")
    std_error = float(np.sqrt(w @ errors**2 / df / variation))
    if groups is None:
        return TreatmentRegression(estimate, std_error, df, np.nan, 0)
    sums = group_sums(w * treated_rest * errors / variation, groups[used])
    return TreatmentRegression(estimate, std_error, df, *clustered_std_error(sums))


def robustness_value(
    statistic: float, df: float, *, share: float = 1.0, level: float | None = None
) -> float:
    """Partial R2 with treatment and outcome that a confounder needs to change the conclusion.

    Parameters
    ----------
    statistic : float
        Classical t statistic of the treatment.
    df : float
        Its degrees of freedom.
    share : float
        Share of the estimate to be explained away; 1 brings it to zero.
    level : float, optional
        Significance level: the confounder need only make the reduced estimate insignificant (classical
        standard error).

    Returns
    -------
    float
        In [0, 1]; a confounder that explains less than this share of the residual variance of both
        treatment and outcome cannot do it.

    References
    ----------
    Cinelli & Hazlett (2020), Journal of the Royal Statistical Society B 82(1), eq. 18 and 19.
    """
    strength = share * abs(statistic) / np.sqrt(df)
    needed = 0.0
    if level is not None:
        from scipy.special import stdtrit

        needed = float(stdtrit(df - 1, 1 - level / 2)) / np.sqrt(df - 1)
    if np.isnan(strength):
        return np.nan
    if strength <= needed:
        return 0.0
    if strength * needed > 1:  # a confounder that explains less of the outcome suffices
        return float((strength**2 - needed**2) / (1 + strength**2))
    square = (strength - needed) ** 2
    return float((np.sqrt(square**2 + 4 * square) - square) / 2)


def interval_robustness_value(regression: TreatmentRegression, level: float = 0.05) -> float:
    """Robustness value for bringing the clustered interval's nearer end to zero.

    Parameters
    ----------
    regression : TreatmentRegression
        With groups.
    level : float
        One less the coverage of the interval.

    Returns
    -------
    float
        `robustness_value` for the share of the estimate that exceeds the margin of its clustered interval;
        0 where the interval contains zero already. The margin is held as it is: the published version, with
        the classical error shrinking as the confounder explains the outcome, has no clustered counterpart.
    """
    from scipy.special import stdtrit

    if regression.estimate == 0 or not np.isfinite(regression.clustered_std_error):
        return 0.0 if regression.estimate == 0 else np.nan
    margin = (
        float(stdtrit(regression.n_clusters - 1, 1 - level / 2)) * regression.clustered_std_error
    )
    share = 1 - margin / abs(regression.estimate)
    return robustness_value(regression.statistic, regression.df, share=max(share, 0.0))


@dataclass(frozen=True)
class AdjustedEstimate:
    """What an estimate would be, had a confounder of given strength been controlled for.

    Attributes
    ----------
    r2_treatment : float
        Share of the treatment's residual variance that the confounder explains.
    r2_outcome : float
        Share of the outcome's residual variance, given treatment and covariates, that it explains.
    estimate : float
        The estimate less the bias, in the direction of zero and beyond.
    std_error : float
        Classical.
    """

    r2_treatment: float
    r2_outcome: float
    estimate: float
    std_error: float


def adjusted_estimate(
    regression: TreatmentRegression, r2_treatment: float, r2_outcome: float
) -> AdjustedEstimate:
    """Subtract the bias that an omitted confounder of given strength causes.

    Parameters
    ----------
    regression : TreatmentRegression
    r2_treatment : float
        In [0, 1).
    r2_outcome : float
        In [0, 1].

    Returns
    -------
    AdjustedEstimate

    Raises
    ------
    ValueError
        A partial R2 is out of range.

    Notes
    -----
    ``bias = se sqrt(df) sqrt(r2_outcome r2_treatment / (1 - r2_treatment))``; exact, not a bound, for one
    confounder with these partial R2 that biases the estimate away from zero.

    References
    ----------
    Cinelli & Hazlett (2020), eq. 13 and 14.
    """
    if not (0 <= r2_treatment < 1 and 0 <= r2_outcome <= 1):
        raise ValueError("partial R2 lie between 0 and 1, and that of the treatment below 1")
    odds = r2_treatment / (1 - r2_treatment)
    bias = regression.std_error * np.sqrt(regression.df * r2_outcome * odds)
    error = regression.std_error * np.sqrt(
        (1 - r2_outcome) / (1 - r2_treatment) * regression.df / (regression.df - 1)
    )
    estimate = regression.estimate - np.sign(regression.estimate) * bias
    return AdjustedEstimate(r2_treatment, r2_outcome, float(estimate), float(error))


def benchmark_strength(
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    covariates: FloatArray,
    benchmark: FloatArray,
    weights: FloatArray | None = None,
    *,
    times: float = 1.0,
) -> tuple[float, float]:
    """Bound the strength of a confounder that is `times` as strong as an observed covariate.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : ndarray, shape (n, p)
        The other covariates.
    benchmark : ndarray, shape (n, q)
        The columns of the observed covariate, all its dummies together.
    weights : ndarray, shape (n,), optional
    times : float
        Both for treatment and outcome.

    Returns
    -------
    r2_treatment, r2_outcome : float
        Arguments of `adjusted_estimate`. NaN where a confounder that strong cannot exist.

    References
    ----------
    Cinelli & Hazlett (2020), section 4.4 and supplement, bounds on formal benchmarks.
    """
    unit = np.ones(len(outcome)) if weights is None else weights
    used = unit > 0
    d, w, added = treatment[used].astype(float), unit[used], benchmark[used]
    basis = orthonormal(with_constant(covariates[used]), w)
    of_treatment = partial_r2(d, basis, added, w)
    apart = beside(np.sqrt(w) * d, basis)
    with_treatment = np.column_stack([basis, apart / np.linalg.norm(apart)])
    of_outcome = partial_r2(outcome[used], with_treatment, added, w)
    if not (times * of_treatment < 1 and of_outcome < 1):
        return np.nan, np.nan
    r2_treatment = times * of_treatment / (1 - of_treatment)
    shared = times * of_treatment**2 / ((1 - times * of_treatment) * (1 - of_treatment))
    if r2_treatment >= 1 or shared >= 1:
        return np.nan, np.nan
    factor = (np.sqrt(times) + np.sqrt(shared)) / np.sqrt(1 - shared)
    return r2_treatment, min(float(factor**2 * of_outcome / (1 - of_outcome)), 1.0)
