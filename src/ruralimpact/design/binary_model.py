"""Weighted maximum likelihood of a model of two arms."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Link = Literal["logit", "probit"]


@dataclass(frozen=True)
class BinaryFit:
    """A fitted model of treatment.

    Attributes
    ----------
    coefficients : ndarray, shape (k,)
    covariance : ndarray, shape (k, k)
        Robust: of the weighted scores of independent units.
    log_likelihood, null : float
        Weighted; of the model, and of one with a constant alone.
    """

    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: float
    null: float

    @property
    def pseudo_r2(self) -> float:
        """McFadden's."""
        return 1 - self.log_likelihood / self.null


def fit_binary(
    design: FloatArray, treatment: NDArray[np.int8], weights: FloatArray, link: Link
) -> BinaryFit | None:
    """Maximise the weighted likelihood of treatment.

    Parameters
    ----------
    design : ndarray, shape (n, k)
        With its constant; of full rank.
    treatment : ndarray of {0, 1}, shape (n,)
    weights : ndarray, shape (n,)
        Positive.
    link : {"logit", "probit"}

    Returns
    -------
    BinaryFit or None
        None where the likelihood has no maximum.
    """
    import warnings

    import statsmodels.genmod.families as families
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

    links = {"logit": families.links.Logit, "probit": families.links.Probit}
    family = families.Binomial(links[link]())
    model = GLM(treatment.astype(float), design, family=family, freq_weights=weights)
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", PerfectSeparationWarning)
        try:
            fit = model.fit(maxiter=100, tol=1e-12)
            bread = np.linalg.inv(-model.hessian(fit.params, observed=True))
        except (ConvergenceWarning, PerfectSeparationWarning, np.linalg.LinAlgError):
            return None
    if not np.isfinite(bread).all():
        return None
    scores = design * model.score_factor(fit.params)[:, None]
    share = weights[treatment == 1].sum() / weights.sum()
    null = weights.sum() * (share * np.log(share) + (1 - share) * np.log(1 - share))
    return BinaryFit(fit.params, bread @ scores.T @ scores @ bread, float(fit.llf), float(null))
