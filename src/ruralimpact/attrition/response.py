"""Who responds again: by arm, by group, and by what was known of units before."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.errors import DesignError
from ruralimpact.estimation.association import associations
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.outcome_regression import regress_arm
from ruralimpact.inference.bias_reduced_scores import CorrectedScores
from ruralimpact.inference.contrasts import EqualityTest

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class GroupResponse:
    """Response in each group of one arm.

    Attributes
    ----------
    units, responding : ndarray of int, shape (G,)
    """

    units: IntArray
    responding: IntArray

    @property
    def rates(self) -> FloatArray:
        """Share that responds, shape (G,)."""
        return self.responding / self.units

    @property
    def lost(self) -> int:
        """Groups in which nobody responds."""
        return int((self.responding == 0).sum())


@dataclass(frozen=True)
class CovariateResponse:
    """How response goes with covariates.

    Attributes
    ----------
    names : tuple of str, length p
    coefficients : ndarray, shape (p,)
        Difference in the probability of response by a unit of each, others and the arm alike.
    scores : tuple of CorrectedScores, length p
        Bias-reduced.
    predict : EqualityTest
        That no covariate goes with response.
    by_arm : EqualityTest
        That none does so differently in the two arms.
    excluded : tuple of str
        Covariates (or products with the arm) that the others imply.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    scores: tuple[CorrectedScores, ...]
    predict: EqualityTest
    by_arm: EqualityTest
    excluded: tuple[str, ...]


def response_difference(responds: BoolArray, treatment: NDArray[np.int8]) -> ScoredEstimate:
    """Response of treated units less that of controls.

    Parameters
    ----------
    responds : ndarray of bool, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)

    Returns
    -------
    ScoredEstimate
        In shares; the rates are its means.

    Raises
    ------
    DesignError
        An arm is empty.
    """
    return difference_in_means(responds.astype(float), treatment)


def response_by_group(responds: BoolArray, groups: IntArray) -> GroupResponse:
    """Count units and respondents of each group.

    Parameters
    ----------
    responds : ndarray of bool, shape (n,)
    groups : ndarray of int, shape (n,)
        Codes; those that no unit has are excluded.

    Returns
    -------
    GroupResponse
        In the order of the codes.
    """
    units = np.bincount(groups)
    responding = np.bincount(groups, responds.astype(float), len(units))
    return GroupResponse(units[units > 0].astype(np.int64), responding[units > 0].astype(np.int64))


def response_by_covariates(
    responds: BoolArray,
    treatment: NDArray[np.int8],
    covariates: CovariateMatrix,
    groups: IntArray,
) -> CovariateResponse:
    """Test whether covariates go with response, and whether they do so differently by arm.

    Parameters
    ----------
    responds : ndarray of bool, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : CovariateMatrix, n rows
    groups : ndarray of int, shape (n,)
        Codes 0 .. G-1.

    Returns
    -------
    CovariateResponse

    Raises
    ------
    DesignError
        An arm is empty, no covariate varies, or there are no more groups than covariates.

    Notes
    -----
    Linear regressions of response on arm and covariates, and on their products with the arm as well;
    bias-reduced by group (CR2), joint tests as Hotelling's T2 (`inference.contrasts.equality_test`).
    """
    refuse_empty_arm(treatment)
    outcome = responds.astype(float)
    arm = CovariateMatrix(treatment[:, None].astype(float), ("arm",), np.array([True]), {})
    kept, excluded = _not_implied(arm, covariates)
    if not kept.names:
        raise DesignError("response by covariates: no covariate varies within the arms.")
    main = associations(outcome, kept, arm, where="response by covariates")
    products = CovariateMatrix(
        kept.values * arm.values, tuple(f"{name} x arm" for name in kept.names), kept.binary, {}
    )
    base = arm.beside(kept)
    crossed, implied = _not_implied(base, products)
    if not crossed.names:
        raise DesignError("response by covariates: no covariate varies in both arms.")
    interactions = associations(outcome, crossed, base, where="response by covariates and arm")
    return CovariateResponse(
        kept.names,
        main.coefficients,
        tuple(main.corrected(groups)),
        main.jointly_zero(groups),
        interactions.jointly_zero(groups),
        excluded + implied,
    )


def _not_implied(
    base: CovariateMatrix, added: CovariateMatrix
) -> tuple[CovariateMatrix, tuple[str, ...]]:
    """Columns of `added` that a constant, `base` and the columns before do not imply."""
    both = base.beside(added)
    n = len(both.values)
    implied = regress_arm(np.zeros(n), both, np.ones(n), collinear="exclude").excluded
    keep = [j for j, name in enumerate(added.names) if name not in implied]
    kept = CovariateMatrix(
        added.values[:, keep], tuple(added.names[j] for j in keep), added.binary[keep], {}
    )
    return kept, tuple(name for name in added.names if name in implied)
