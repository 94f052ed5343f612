"""Linear maps from the errors of groups' means to corrected scores, and a working model of those errors."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ruralimpact.inference.leverage import Leverage
from ruralimpact.inference.quadratic_form import QuadraticForm, WithinStrata, products_by_stratum
from ruralimpact.inference.sampling_strata import stratum_sizes

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

WORKING_CORRELATION = 0.1


@dataclass(frozen=True)
class WorkingModel:
    """Linear map from the errors of the groups' means to corrected scores, arm by arm.

    In arm a the map is ``diag(own_a) - left_a right_a'`` and, between groups of one stratum only, less
    ``inner_left_a inner_right_a'``.

    Attributes
    ----------
    own : ndarray, shape (G, A)
    left, right : ndarray, shape (G, A, K)
    variance : ndarray, shape (G, A)
        Of the groups' means, up to a factor.
    strata : ndarray of int, shape (G,)
        Codes 0 .. H-1 of the strata that groups were drawn from.
    inner_left, inner_right : ndarray, shape (G, A, J)
        J is 0 where scores are not centred within strata.
    """

    own: FloatArray
    left: FloatArray
    right: FloatArray
    variance: FloatArray
    strata: IntArray
    inner_left: FloatArray
    inner_right: FloatArray

    @property
    def df(self) -> float:
        """Satterthwaite's degrees of freedom of the sum of squared corrected scores."""
        return self.form.df

    @cached_property
    def form(self) -> QuadraticForm:
        """Covariance of the corrected scores."""
        spread = (self.own * self.variance)[:, :, None]
        weighed = self.variance[:, :, None] * self.right
        inner_weighed = self.variance[:, :, None] * self.inner_right
        crossed, within = spread * self.right, None
        if self.inner_left.shape[2]:
            n_strata = int(self.strata.max()) + 1
            shared, inner = (
                products_by_stratum(self.inner_right, columns, self.strata, n_strata)
                for columns in (weighed, inner_weighed)
            )
            crossed -= np.einsum("gaj,gajk->gak", self.inner_left, shared[self.strata])
            columns = _columns(self.inner_left, spread * self.inner_right)
            within = WithinStrata(self.strata, columns, _block_diagonal(inner))
        core = _block_diagonal(np.einsum("gak,gal->akl", self.right, weighed)[None])[0]
        diagonal = (self.own * spread[:, :, 0]).sum(axis=1)
        return QuadraticForm(diagonal, _columns(self.left, crossed), core, within)

    def of_arm(self, arm: int) -> "WorkingModel":
        """The same with errors of one arm only."""
        alone = np.arange(self.own.shape[1]) == arm
        own, left, inner_left = self.own * alone, self.left, self.inner_left
        by_arm = alone[None, :, None]
        return replace(self, own=own, left=left * by_arm, inner_left=inner_left * by_arm)


def _columns(left: FloatArray, crossed: FloatArray) -> FloatArray:
    """Both factors of each arm beside each other, shape (G, 2 A K)."""
    size, arms, rank = left.shape
    return np.concatenate([left, crossed], axis=2).reshape(size, 2 * arms * rank)


def _block_diagonal(inner: FloatArray) -> FloatArray:
    """Blocks [[inner, -1], [-1, 0]] of each arm on the diagonal; one matrix a stratum."""
    n_strata, arms, rank, _ = inner.shape
    core = np.zeros((n_strata, arms, 2 * rank, arms, 2 * rank))
    minus = -np.eye(rank)
    for arm in range(arms):
        core[:, arm, :rank, arm, :rank] = inner[:, arm]
        core[:, arm, :rank, arm, rank:] = core[:, arm, rank:, arm, :rank] = minus
    return core.reshape(n_strata, 2 * arms * rank, 2 * arms * rank)


def working_model(leverage: Leverage, factor: FloatArray) -> WorkingModel:
    """Working model of the scores of a weighted comparison.

    Parameters
    ----------
    leverage : Leverage
        Of G groups.
    factor : ndarray, shape (G,)
        What each group's score is multiplied by.

    Returns
    -------
    WorkingModel
    """
    shares, sizes = leverage.shares, leverage.sizes
    of_units = (1 - WORKING_CORRELATION) / np.where(sizes > 0, sizes, 1.0)
    variance = np.where(sizes > 0, WORKING_CORRELATION + of_units, 0.0)
    if leverage.strata is None:
        own = factor[:, None] * shares
        none = np.zeros((*own.shape, 0))
        strata = np.zeros(len(own), dtype=np.int64)
        return WorkingModel(own, own[:, :, None], shares[:, :, None], variance, strata, none, none)
    drawn = stratum_sizes(leverage.strata)
    factor = (factor * drawn.scale)[:, None]
    inner = np.where(drawn.alone[:, None], 0.0, factor / drawn.n_groups[:, None])
    return WorkingModel(
        factor * shares,
        (factor * (shares - drawn.means(shares)))[:, :, None],
        shares[:, :, None],
        variance,
        drawn.strata,
        np.broadcast_to(inner[:, :, None], (*shares.shape, 1)),
        shares[:, :, None],
    )
