"""Differences in means, of levels or of changes."""

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.potential_means import contrast, equal_weights, potential_mean

FloatArray = NDArray[np.float64]


def difference_in_means(
    outcome: FloatArray, treatment: NDArray[np.int8], *, sampling: FloatArray | None = None
) -> ScoredEstimate:
    """Mean outcome of treated units less that of controls.

    On changes between two periods this is the canonical two-by-two difference-in-differences.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive, of both arms' means.

    Returns
    -------
    ScoredEstimate
        With the standard error ``hc1`` of the regression on a constant and treatment; ``hc`` where units are
        weighted.

    Raises
    ------
    DesignError
        An arm is empty.
    """
    refuse_empty_arm(treatment)
    if sampling is not None:
        anyone = np.ones(len(outcome))
        return contrast(
            *(
                potential_mean(outcome, equal_weights(treatment, arm, sampling), anyone)
                for arm in (1, 0)
            )
        )
    treated = treatment == 1
    n, n_treated = len(outcome), int(treated.sum())
    treated_mean, control_mean = float(outcome[treated].mean()), float(outcome[~treated].mean())
    treated_scores = np.where(treated, outcome - treated_mean, 0.0) / n_treated
    control_scores = np.where(treated, 0.0, outcome - control_mean) / (n - n_treated)
    scores = treated_scores - control_scores
    return ScoredEstimate(
        estimate=treated_mean - control_mean,
        scores=scores,
        treated_mean=treated_mean,
        counterfactual_mean=control_mean,
        control_mean=control_mean,
        treated_mean_scores=treated_scores,
        control_mean_scores=control_scores,
        n_treated=n_treated,
        n_control=n - n_treated,
        effective_controls=float(n - n_treated),
        weights=np.ones(n),
        arms=treatment,
        outcome_weights=np.where(treated, 1 / n_treated, -1 / (n - n_treated)),
        std_errors={"hc1": float(np.sqrt(n / (n - 2) * (scores**2).sum())) if n > 2 else np.nan},
    )
