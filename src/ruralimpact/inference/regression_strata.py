"""Bias-reduced scores of a regression on a sample whose groups were drawn within strata."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.inference.bias_reduced import FormRows
from ruralimpact.inference.quadratic_form import QuadraticForm, WithinStrata
from ruralimpact.inference.sampling_strata import (
    StratumSizes,
    centred_in_strata,
    strata_of_groups,
    stratum_sizes,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_ROUNDING = 1e-12


@dataclass(frozen=True)
class StratifiedScores:
    """Bias-reduced scores that are centred within strata.

    Attributes
    ----------
    scores : ndarray, shape (n,)
    df : float
        Satterthwaite's degrees of freedom.
    """

    scores: FloatArray
    df: float


def reduced_in_strata(
    scores: FloatArray, rows: FormRows, groups: IntArray, strata: IntArray
) -> StratifiedScores:
    """Centre the bias-reduced scores of a regression within strata, and correct them for that alone.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Of one coefficient, bias-reduced by group.
    rows : FormRows
        Of the same n rows.
    groups, strata : ndarray of int, shape (n,)
        Codes of the groups that were drawn, and of the strata that they were drawn from.

    Returns
    -------
    StratifiedScores

    Notes
    -----
    Bias-reduced scores have the right variances, and under the working model of the regression the
    covariance P. Where they are uncorrelated, centring takes one n_h-th of their squares out of a stratum of
    n_h groups; where they add up to zero already, nothing. The squares of the centred scores are multiplied
    by ``sum P_gg / (sum P_gg - sum P_gk / n_h)``, sums over the groups g and k of the stratum.
    """
    form = rows.by_group(groups)
    drawn = stratum_sizes(strata_of_groups(groups, strata))
    factor = np.sqrt(_ratios(form, drawn))
    centred = centred_in_strata(scores, groups, strata) * (factor / drawn.scale)[groups]
    return StratifiedScores(centred, _centred_form(form, drawn, factor).df)


def _ratios(form: QuadraticForm, drawn: StratumSizes) -> FloatArray:
    """What the squared centred score of each group is multiplied by, shape (G,)."""
    low_rank = np.einsum("gi,ij,gj->g", form.factor, form.core, form.factor)
    variance = drawn.means((form.diagonal + low_rank)[:, None])[:, 0]
    mean = drawn.means(form.factor)
    shared = np.einsum("gi,ij,gj->g", mean, form.core, mean)
    shared += drawn.means(form.diagonal[:, None])[:, 0] / drawn.n_groups
    left = variance - shared
    known = left > _ROUNDING * variance
    return np.where(known, variance / np.where(known, left, 1.0), drawn.scale**2)


def _centred_form(form: QuadraticForm, drawn: StratumSizes, factor: FloatArray) -> QuadraticForm:
    """Covariance of the scores that are centred and multiplied."""
    own = np.where(drawn.alone, 0.0, form.diagonal)
    columns = np.column_stack([factor * own, np.where(drawn.alone, 0.0, factor)])
    core = np.zeros((int(drawn.strata.max()) + 1, 2, 2))
    core[drawn.strata, 0, 1] = core[drawn.strata, 1, 0] = -1 / drawn.n_groups
    core[drawn.strata, 1, 1] = drawn.means(form.diagonal[:, None])[:, 0] / drawn.n_groups
    centred = factor[:, None] * (form.factor - drawn.means(form.factor))
    within = WithinStrata(drawn.strata, columns, core)
    return QuadraticForm(factor**2 * form.diagonal, centred, form.core, within)
