"""What goes with an outcome among beneficiaries: a regression, not an effect."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.errors import DesignError
from ruralimpact.estimation.degenerate import (
    CONSTANT,
    DETERMINED,
    refuse_out_of_range,
    rounding_of,
)
from ruralimpact.estimation.outcome_regression import regress_arm
from ruralimpact.inference.bias_reduced import bias_reduced_covariance
from ruralimpact.inference.bias_reduced_scores import CorrectedScores, combine
from ruralimpact.inference.clustered import group_sums
from ruralimpact.inference.contrasts import EqualityTest, equality_test
from ruralimpact.inference.regression_strata import reduced_in_strata
from ruralimpact.inference.sampling_strata import degrees_left
from ruralimpact.inference.sandwich import LinearFit

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Associations:
    """Coefficients of a least-squares regression, with influence scores.

    Attributes
    ----------
    names : tuple of str, length q
        The variables asked about.
    coefficients : ndarray, shape (q,)
        Difference in the outcome between units alike in the other variables, by a unit of each.
    scores : ndarray, shape (n, q)
        Influence of each unit; 0 where the outcome is missing.
    fit : LinearFit
        Of the units with the outcome.
    contrasts : ndarray, shape (k, q)
        Times the coefficients of `fit` they are `coefficients`; a single one of each column is not 0.
    known : ndarray of bool, shape (n,)
        Units with the outcome.
    share : ndarray, shape (q,)
        Mean of each variable.
    n_units : int
        With the outcome.
    r_squared : float
    note : str
        Why there is no inference: the outcome does not vary, or is determined by the variables; else empty.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    scores: FloatArray
    fit: LinearFit
    contrasts: FloatArray
    known: NDArray[np.bool_]
    share: FloatArray
    n_units: int
    r_squared: float
    note: str = ""

    def among(self, inside: NDArray[np.bool_]) -> "Associations":
        """The same among all units of a sample, of which those of the regression are `inside`; shape (N,)."""
        known = np.zeros(len(inside), dtype=np.bool_)
        known[inside] = self.known
        scores = np.zeros((len(inside), self.scores.shape[1]))
        scores[inside] = self.scores
        return replace(self, known=known, scores=scores)

    def corrected(self, groups: IntArray, strata: IntArray | None = None) -> list[CorrectedScores]:
        """Bias-reduced group scores of each coefficient (CR2), with Satterthwaite's degrees of freedom.

        Parameters
        ----------
        groups : ndarray of int, shape (n,)
            Codes 0 .. G-1.
        strata : ndarray of int, shape (n,), optional
            Code of the stratum that each unit's group was drawn from.

        Returns
        -------
        list of CorrectedScores, length q
            Without variance where all units with the outcome are of one group.
        """
        size, own = int(groups.max()) + 1, groups[self.known]
        if len(np.unique(own)) < 2:
            return [CorrectedScores(np.zeros(size), None) for _ in self.names]
        reduced = bias_reduced_covariance(self.fit, own)
        places = np.abs(self.contrasts).argmax(axis=0)
        columns = (reduced.scores @ self.contrasts).T
        if strata is None:
            return [
                CorrectedScores(group_sums(self._by_unit(column), groups), None, float(df))
                for column, df in zip(columns, reduced.df[places], strict=True)
            ]
        most_df = degrees_left(groups, strata)
        forms = [reduced.forms[row].mapped(self._by_unit) for row in places]
        centred = [
            reduced_in_strata(self._by_unit(column), form, groups, strata)
            for column, form in zip(columns, forms, strict=True)
        ]
        return [
            CorrectedScores(group_sums(own.scores, groups), None, own.df, most_df)
            for own in centred
        ]

    def _by_unit(self, values: FloatArray) -> FloatArray:
        """Rows of the fit at the units that they are of, 0 for the others."""
        full = np.zeros((len(self.known), *values.shape[1:]))
        full[self.known] = values
        return full

    def jointly_zero(self, groups: IntArray, strata: IntArray | None = None) -> EqualityTest:
        """Test that all coefficients are zero, clustered by group.

        Parameters
        ----------
        groups : ndarray of int, shape (n,)
            Codes 0 .. G-1.
        strata : ndarray of int, shape (n,), optional

        Returns
        -------
        EqualityTest
            That they are equal to each other and to zero.
        """
        scores = self.corrected(groups, strata)
        return equality_test(
            np.append(self.coefficients, 0.0), [*scores, combine(scores[:1], [0.0])]
        )


def associations(
    outcome: FloatArray,
    asked: CovariateMatrix,
    covariates: CovariateMatrix,
    *,
    sampling: FloatArray | None = None,
    where: str | None = None,
) -> Associations:
    """Regress an outcome on the variables asked about and covariates.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        Of beneficiaries; NaN where missing.
    asked, covariates : CovariateMatrix, n rows
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive.
    where : str, optional
        Name of the comparison, for messages.

    Returns
    -------
    Associations
        With the scores of White's and Liang and Zeger's sandwich, which `Associations.corrected` reduces by
        group.

    Raises
    ------
    DesignError
        A variable asked about is constant, or implied by the other variables; an outcome out of range.
    """
    refuse_out_of_range(outcome)
    known = np.isfinite(outcome)
    names = (*covariates.names, *asked.names)
    both = CovariateMatrix(
        np.column_stack([covariates.values, asked.values])[known], names, np.ones(0, bool), {}
    )
    values = outcome[known]
    if not known.any():
        raise DesignError(f"{where or 'associations'}: the outcome is missing for every unit.")
    weights = np.ones(len(values)) if sampling is None else sampling[known]
    fit = regress_arm(values, both, weights, collinear="exclude")
    lost = [name for name in asked.names if name in fit.excluded]
    if lost:
        raise DesignError(
            f"{where or 'associations'}: '{lost[0]}' is constant among the units or can be computed "
            "from the covariates and the variables before it."
        )
    floor = rounding_of(values)
    settled = float(np.abs(fit.residual).max()) <= floor
    if settled:
        fit = replace(fit, residual=np.zeros_like(fit.residual))
    places = _places(names, fit.excluded, asked.names)
    gradients = np.zeros((fit.design.shape[1], len(places)))
    of_all = weights / weights.sum()
    spread = np.sqrt(of_all @ (both.values - of_all @ both.values) ** 2)
    gradients[places, np.arange(len(places))] = 1 / spread[-len(places) :]
    coefficients = fit.bread @ (fit.design.T @ (weights * values))
    linear = LinearFit(
        coefficients, fit.design, fit.residual, None if sampling is None else weights
    )
    scores = np.zeros((len(outcome), len(places)))
    scores[known] = np.column_stack([weights * fit.by_weight(column) for column in gradients.T])
    total = float(weights @ (values - of_all @ values) ** 2)
    estimates = linear.coefficients @ gradients
    if settled:
        estimates = np.where(np.abs(linear.coefficients[places]) > floor, estimates, 0.0)
    return Associations(
        asked.names,
        estimates,
        scores,
        linear,
        gradients,
        known,
        of_all @ asked.values[known],
        int(known.sum()),
        1 - float(weights @ fit.residual**2) / total if total > 0 else np.nan,
        "" if not settled else DETERMINED if total > 0 else CONSTANT,
    )


def _places(
    names: Sequence[str], excluded: Sequence[str], asked: Sequence[str]
) -> NDArray[np.int64]:
    """Columns of the regression's design (after its constant) that hold the variables asked about."""
    kept = [name for name in names if name not in excluded]
    return np.array([1 + kept.index(name) for name in asked], dtype=np.int64)
