"""One period before and one after: difference-in-differences and the analysis of covariance."""

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.balance import effective_number
from ruralimpact.design.covariates import CovariateMatrix, refuse_degenerate
from ruralimpact.difference.checks import (
    Covariates,
    checked_arm,
    checked_covariates,
    checked_weights,
)
from ruralimpact.difference.levels import mean_with_scores, with_levels
from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.inference.sandwich import heteroskedastic_covariance, least_squares

FloatArray = NDArray[np.float64]


def difference_in_differences(
    before: FloatArray,
    after: FloatArray,
    treatment: NDArray[np.int8],
    *,
    weights: FloatArray | None = None,
) -> ScoredEstimate:
    """Mean change of treated units less that of controls.

    Parameters
    ----------
    before, after : ndarray, shape (n,)
        Outcome of each unit in the two periods.
    treatment : ndarray of {0, 1}, shape (n,)
    weights : ndarray, shape (n,), optional
        Sampling weights, positive.

    Returns
    -------
    ScoredEstimate
        The means are those of the period after. With the standard error ``hc1`` of the regression of
        the change on a constant and treatment.

    Raises
    ------
    DesignError
        An arm is empty, a value is missing, lengths differ, or a weight is not positive.

    Notes
    -----
    The coefficient of treatment times period in a regression of the outcome on both and their product;
    its scores are those of that regression, summed over a unit's two rows.
    """
    arm = checked_arm(treatment, {"outcome before": before, "outcome after": after})
    sampling = checked_weights(weights, len(arm))
    change = after - before
    treated, treated_scores = mean_with_scores(change, sampling * (arm == 1))
    control, control_scores = mean_with_scores(change, sampling * (arm == 0))
    scores = treated_scores - control_scores
    n = len(arm)
    totals = np.bincount(arm, sampling)
    of_change = sampling * np.where(arm == 1, 1 / totals[1], -1 / totals[0])
    estimate = ScoredEstimate(
        estimate=treated - control,
        scores=scores,
        n_treated=int((arm == 1).sum()),
        n_control=int((arm == 0).sum()),
        effective_controls=effective_number(sampling[arm == 0]),
        weights=sampling,
        arms=arm,
        outcome_weights=np.column_stack([-of_change, of_change]),
        std_errors={"hc1": float(np.sqrt(n / (n - 2) * (scores @ scores))) if n > 2 else np.nan},
    )
    return with_levels(estimate, after, arm, sampling)


def analysis_of_covariance(
    before: FloatArray,
    after: FloatArray,
    treatment: NDArray[np.int8],
    *,
    covariates: Covariates = None,
    weights: FloatArray | None = None,
) -> ScoredEstimate:
    """Coefficient of treatment in a regression of the outcome after on treatment and before.

    Parameters
    ----------
    before, after : ndarray, shape (n,)
        Outcome of each unit in the two periods.
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : CovariateMatrix or ndarray, n rows, optional
        Further regressors, measured before treatment. Where treatment is assigned to groups, the
        group's mean of `before` is a useful one.
    weights : ndarray, shape (n,), optional
        Sampling weights, positive.

    Returns
    -------
    ScoredEstimate
        The means are those of the period after. With the standard error ``hc1``.

    Raises
    ------
    DesignError
        As `difference_in_differences`; `before` or a covariate is constant, or the regressors are
        collinear.

    Notes
    -----
    Where treatment is random, at least as precise as the difference-in-differences, which fixes the
    slope of `before` at 1, and as the difference in means after, which fixes it at 0. Where it is not,
    it rests on another assumption than parallel trends: that units with the same outcome before would
    have had the same outcome after.

    References
    ----------
    McKenzie (2012), Journal of Development Economics 99(2).
    """
    arm = checked_arm(treatment, {"outcome before": before, "outcome after": after})
    sampling = checked_weights(weights, len(arm))
    regressors = _regressors(before, checked_covariates(covariates, len(arm)), len(arm))
    design = np.column_stack([arm.astype(float), np.ones(len(arm)), regressors])
    try:
        fit = least_squares(after, design, weights=sampling)
    except DesignError as problem:
        raise DesignError(
            "analysis of covariance: the outcome before and the covariates tell the arms apart, or "
            f"there are too few units ({problem})"
        ) from problem
    estimate = ScoredEstimate(
        estimate=float(fit.coefficients[0]),
        scores=fit.scores @ fit.bread[0],
        n_treated=int((arm == 1).sum()),
        n_control=int((arm == 0).sum()),
        effective_controls=effective_number(sampling[arm == 0]),
        weights=sampling,
        arms=arm,
        outcome_weights=np.column_stack([np.zeros(len(arm)), fit.outcome_weights[:, 0]]),
        std_errors={"hc1": float(np.sqrt(heteroskedastic_covariance(fit, "HC1")[0, 0]))},
    )
    return with_levels(estimate, after, arm, sampling)


def _regressors(before: FloatArray, covariates: CovariateMatrix, n: int) -> FloatArray:
    """The outcome before and the covariates, standardised so that units of measure do not matter."""
    baseline = checked_covariates(before, n)
    named = CovariateMatrix(baseline.values, ("outcome before",), baseline.binary, {})
    joined = named.beside(covariates)
    refuse_degenerate(joined, where="analysis of covariance")
    standardised: FloatArray = joined.values - joined.values.mean(axis=0)
    standardised /= joined.values.std(axis=0)
    return standardised
