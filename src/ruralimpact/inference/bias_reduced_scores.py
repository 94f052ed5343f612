"""Standard errors from group scores that allow for each group's pull on its arm (CR2 by shares).

A group that carries the share h of its arm's weight draws the arm's mean towards itself, which shrinks its
score. Scores are divided by the square root of 1 - h; how far the sum of their squares can be trusted is
said by Satterthwaite's degrees of freedom under a working model of the groups' means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ruralimpact.inference.leverage import Leverage

FloatArray = NDArray[np.float64]

WORKING_CORRELATION = 0.1


@dataclass(frozen=True)
class WorkingModel:
    """Linear map from the errors of the groups' means to corrected scores, arm by arm.

    In arm a the map is ``diag(own_a) - left_a right_a'``.

    Attributes
    ----------
    own : ndarray, shape (G, A)
    left, right : ndarray, shape (G, A, K)
    variance : ndarray, shape (G, A)
        Of the groups' means, up to a factor.
    """

    own: FloatArray
    left: FloatArray
    right: FloatArray
    variance: FloatArray

    @cached_property
    def df(self) -> float:
        """Satterthwaite's degrees of freedom, (tr Q)^2 / tr(Q^2), in time linear in G.

        Q, the covariance of corrected scores, is a diagonal plus a matrix of rank 2 A K.
        """
        spread = self.own * self.variance
        crossed = spread[:, :, None] * self.right
        inner = np.einsum("gak,ga,gal->akl", self.right, self.variance, self.right)
        factor = np.concatenate([self.left, crossed], axis=2).reshape(len(self.own), -1)
        core = _block_diagonal(inner)
        diagonal = (self.own * spread).sum(axis=1)
        mixed = np.einsum("gi,ij,gj->g", factor, core, factor, optimize=True)
        product = core @ (factor.T @ factor)
        trace = float(diagonal.sum() + np.trace(product))
        squares = float(diagonal @ diagonal + 2 * diagonal @ mixed + np.sum(product * product.T))
        return trace**2 / squares if squares > 0 else np.nan


def _block_diagonal(inner: FloatArray) -> FloatArray:
    """Blocks [[inner, -1], [-1, 0]] of each arm on the diagonal."""
    arms, rank, _ = inner.shape
    core = np.zeros((arms, 2 * rank, arms, 2 * rank))
    minus = -np.eye(rank)
    for arm in range(arms):
        core[arm, :rank, arm, :rank] = inner[arm]
        core[arm, :rank, arm, rank:] = core[arm, rank:, arm, :rank] = minus
    return core.reshape(2 * arms * rank, 2 * arms * rank)


@dataclass(frozen=True)
class CorrectedScores:
    """Corrected group scores of an estimate, or of a linear combination of several.

    Attributes
    ----------
    sums : ndarray, shape (G,)
        Their sum of squares is the variance.
    model : WorkingModel or None
        None where the groups' shares are not known.
    fixed_df : float
        Degrees of freedom without a model.
    most_df : float
        No more than these, whatever the model says.
    """

    sums: FloatArray
    model: WorkingModel | None
    fixed_df: float = np.nan
    most_df: float = np.inf

    @property
    def variance(self) -> float:
        """Sum of the squared scores."""
        return float(self.sums @ self.sums)

    @property
    def std_error(self) -> float:
        """NaN where there is no variance to speak of: no more than one group, or none that varies."""
        error = float(np.sqrt(self.variance))
        return error if error > 0 and self.df > 0 else np.nan

    @property
    def df(self) -> float:
        """Degrees of freedom of Student's t."""
        return min(self.fixed_df if self.model is None else self.model.df, self.most_df)


def among(scores: CorrectedScores, places: NDArray[np.int64], size: int) -> CorrectedScores:
    """The same scores in a longer list of groups, 0 for the others.

    Parameters
    ----------
    scores : CorrectedScores
        Of G groups.
    places : ndarray of int, shape (G,)
        Place of each group in the longer list.
    size : int
        Length of that list.

    Returns
    -------
    CorrectedScores
    """

    def spread(values: FloatArray) -> FloatArray:
        full = np.zeros((size, *values.shape[1:]))
        full[places] = values
        return full

    model = scores.model
    if model is not None:
        model = WorkingModel(
            spread(model.own), spread(model.left), spread(model.right), spread(model.variance)
        )
    return CorrectedScores(spread(scores.sums), model, scores.fixed_df, scores.most_df)


def corrected_scores(sums: FloatArray, leverage: Leverage | None) -> CorrectedScores:
    """Correct the group scores of an estimate for each group's share of its arm.

    Parameters
    ----------
    sums : ndarray, shape (G,)
        Influence scores summed by group; 0 or NaN where a group is not in the comparison.
    leverage : Leverage or None
        Of the same groups. None where an estimator has no weights by arm: scores are then multiplied by
        ``sqrt(G / (G - 1))``, with G - 1 degrees of freedom, G the groups with a score.

    Returns
    -------
    CorrectedScores

    Notes
    -----
    With h the group's share, the score becomes ``s / sqrt(1 - h)``: for a weighted mean of groups whose
    means vary in inverse proportion to their weight, this makes its expected square right. A group with
    units in both arms has one score; its h is the mean of its two shares, each counted by itself,
    ``(h_1^2 + h_0^2) / (h_1 + h_0)``. The degrees of freedom take the groups' means to vary as
    ``r + (1 - r) / m``, r = .1 the working correlation within groups, m the effective number of units.
    With groups of one size in two arms this is the CR2 interval of a difference in means.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28(2); Imbens & Kolesar (2016), Review of Economics and
    Statistics 98(4).
    """
    present = np.where(np.isfinite(sums), sums, 0.0)
    if leverage is None:
        count = int((present != 0).sum())
        factor = np.sqrt(count / (count - 1)) if count > 1 else np.nan
        return CorrectedScores(present * factor, None, float(count - 1))
    factor = correction_factors(leverage)
    variance = np.where(
        leverage.sizes > 0,
        WORKING_CORRELATION
        + (1 - WORKING_CORRELATION) / np.where(leverage.sizes > 0, leverage.sizes, 1.0),
        0.0,
    )
    own = factor[:, None] * leverage.shares
    model = WorkingModel(own, own[:, :, None], leverage.shares[:, :, None], variance)
    return CorrectedScores(present * factor, model)


def correction_factors(leverage: Leverage) -> FloatArray:
    """What each group's score is multiplied by.

    Parameters
    ----------
    leverage : Leverage

    Returns
    -------
    ndarray, shape (G,)
        ``1 / sqrt(1 - h)``, at least 1; NaN for a group that is a whole arm.
    """
    total = leverage.shares.sum(axis=1)
    share = (leverage.shares**2).sum(axis=1) / np.where(total > 0, total, 1.0)
    rest = 1 - share
    # a group that is all of its arm leaves a rest of rounding
    alone = rest < 1e-12
    return np.where(alone, np.nan, 1 / np.sqrt(np.where(alone, 1.0, rest)))


def combine(parts: Sequence[CorrectedScores], coefficients: Sequence[float]) -> CorrectedScores:
    """Corrected scores of a linear combination of estimates.

    Parameters
    ----------
    parts : sequence of CorrectedScores
        Of the same groups in the same order.
    coefficients : sequence of float

    Returns
    -------
    CorrectedScores
        Degrees of freedom are those of the combination where every part has a working model with the same
        arms, else the smallest of the parts'.
    """
    weights = np.asarray(coefficients, dtype=np.float64)
    values = np.sum([w * part.sums for w, part in zip(weights, parts, strict=True)], axis=0)
    most_df = min(part.most_df for part in parts)
    models = [part.model for part in parts if part.model is not None]
    if len(models) < len(parts) or len({model.own.shape for model in models}) > 1:
        return CorrectedScores(values, None, min(part.df for part in parts))
    present = np.array([model.variance > 0 for model in models])
    summed = np.sum([model.variance for model in models], axis=0)
    return CorrectedScores(
        values,
        WorkingModel(
            np.sum([w * model.own for w, model in zip(weights, models, strict=True)], axis=0),
            np.concatenate(
                [w * model.left for w, model in zip(weights, models, strict=True)], axis=2
            ),
            np.concatenate([model.right for model in models], axis=2),
            summed / np.maximum(present.sum(axis=0), 1),
        ),
        most_df=most_df,
    )
