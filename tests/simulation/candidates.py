"""The standard errors among which the headline was chosen, all from one estimate's stored scores."""

import numpy as np
from numpy.typing import NDArray
from unequal_groups import DrawnSurvey

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.outcome_regression import regress_arm
from ruralimpact.inference.bias_reduced_scores import correction_factors
from ruralimpact.inference.clustered import Clustering, group_sums

FloatArray = NDArray[np.float64]
HEADLINE = "CR2, Satterthwaite"


def errors(
    made: ScoredEstimate,
    clustering: Clustering,
    survey: DrawnSurvey,
    covariates: CovariateMatrix,
) -> dict[str, tuple[float, float]]:
    """Standard error and degrees of freedom by kind."""
    assert clustering.leverage is not None
    sums = group_sums(made.scores, clustering.groups)
    cr2, df = clustering.std_error(made.scores)
    cubed = correction_factors(clustering.leverage) ** 2 * sums
    cr3 = float(np.sqrt(cubed @ cubed))
    groups = float((sums != 0).sum() - 1)
    found = {
        HEADLINE: (cr2, df),
        "plain, G - 1": (clustering.plain_std_error(made.scores), groups),
        "CR2, G - 1": (cr2, groups),
        "CR3, Satterthwaite": (cr3, df),
        "CR3, G - 1": (cr3, groups),
    }
    adjusted = abs(made.control_mean - made.counterfactual_mean) > 1e-9
    if adjusted and made.weights is not None and made.set_ids is None:
        found["jackknife, G - 1"] = (_jackknife(made, sums, survey, covariates), groups)
    return found


def _jackknife(
    made: ScoredEstimate, sums: FloatArray, survey: DrawnSurvey, covariates: CovariateMatrix
) -> float:
    """Delete one group at a time with the matches held fixed and the outcome regression fitted anew.

    Sound for estimates that are a mean residual of the treated from a regression among weighted controls.
    """
    assert made.weights is not None
    groups, count = survey.group, len(sums)
    focal, control = (made.weights * (survey.treatment == arm) for arm in (1, 0))
    fit = regress_arm(survey.income, covariates, control, collinear="exclude")
    mean = focal @ fit.design / focal.sum()
    cross = np.zeros((count, len(mean), len(mean)))
    weighted = fit.design * control[:, None]
    np.add.at(cross, groups, weighted[:, :, None] * fit.design[:, None, :])
    moment = np.column_stack([group_sums(column, groups) for column in (weighted.T * fit.residual)])
    rest = np.linalg.inv(fit.bread) - cross
    moved = np.linalg.solve(rest + 1e-10 * np.eye(len(mean)), moment[:, :, None])[:, :, 0] @ mean
    share = group_sums(focal, groups) / focal.sum()
    treated = group_sums(survey.treatment.astype(float), groups) > 0
    gone = np.where(treated, -sums / np.maximum(1 - share, 1e-9), moved)
    return float(np.sqrt((count - 1) / count * (gone**2).sum()))
