"""Standard errors from group scores that allow for each group's pull on its arm (CR2 by shares).

A group that carries the share h of its arm's weight draws the arm's mean towards itself, which shrinks its
score. Scores are divided by the square root of 1 - h; how far the sum of their squares can be trusted is
said by Satterthwaite's degrees of freedom under a working model of the groups' means.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.inference.leverage import ARMS, Leverage
from ruralimpact.inference.sampling_strata import StratumSizes, degrees_left, stratum_sizes
from ruralimpact.inference.working_model import WorkingModel, working_model

FloatArray = NDArray[np.float64]


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


@dataclass(frozen=True)
class DegreesByArm:
    """Satterthwaite's degrees of freedom of an estimate in which the controls count more than once.

    Attributes
    ----------
    trace : ndarray, shape (2,)
        Of the covariance of the corrected scores that errors of controls, and of the treated, make.
    squares : ndarray, shape (2, 2)
        Traces of the products of both covariances.
    most_df : float
    """

    trace: FloatArray
    squares: FloatArray
    most_df: float

    def at(self, times: float) -> float:
        """Degrees where the mean of the controls counts `times` as much as that of the treated."""
        weights = np.array([1.0, 0.0]) if np.isinf(times) else np.array([times**2, 1.0])
        squares = float(weights @ self.squares @ weights)
        return min(float(self.trace @ weights) ** 2 / squares, self.most_df)


def degrees_by_arm(model: WorkingModel, most_df: float) -> DegreesByArm | None:
    """Split the degrees of freedom of an estimate by arm.

    Parameters
    ----------
    model : WorkingModel
    most_df : float
        Degrees of freedom that the sample leaves.

    Returns
    -------
    DegreesByArm or None
        None where there are not two arms with a weight.
    """
    if model.own.shape[1] != len(ARMS) or not (model.variance > 0).any(axis=0).all():
        return None
    forms = [model.of_arm(arm).form for arm in sorted(ARMS)]
    own = np.array([form.squares for form in forms])
    shared = (model.form.squares - own.sum()) / 2
    squares = np.diag(own) + shared * (1 - np.eye(2))
    return DegreesByArm(np.array([form.trace for form in forms]), squares, most_df)


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
        strata = np.full(size, int(model.strata.max(initial=-1)) + 1)
        strata[places] = model.strata
        model = WorkingModel(
            spread(model.own),
            spread(model.left),
            spread(model.right),
            spread(model.variance),
            strata,
            spread(model.inner_left),
            spread(model.inner_right),
        )
    return replace(scores, sums=spread(scores.sums), model=model)


def corrected_scores(sums: FloatArray, leverage: Leverage | None) -> CorrectedScores:
    """Correct the group scores of an estimate for each group's share of its arm.

    Parameters
    ----------
    sums : ndarray, shape (G,)
        Influence scores summed by group; 0 or NaN where a group is not in the comparison. Where groups were
        drawn within strata, as `centred_in_strata` has them.
    leverage : Leverage or None
        Of the same groups, with their strata. None where an estimator has no weights by arm: scores are then
        multiplied by ``sqrt(G / (G - 1))``, with G - 1 degrees of freedom, G the groups with a score.

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
    With groups of one size in two arms this is the CR2 interval of a difference in means. For strata see
    `correction_factors`.

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
    if leverage.strata is None:
        return CorrectedScores(present * factor, working_model(leverage, factor))
    most_df = degrees_left(np.arange(len(present)), leverage.strata)
    return CorrectedScores(present * factor, working_model(leverage, factor), most_df=most_df)


def correction_factors(leverage: Leverage) -> FloatArray:
    """What each group's score is multiplied by.

    Parameters
    ----------
    leverage : Leverage

    Returns
    -------
    ndarray, shape (G,)
        ``1 / sqrt(1 - h)``, at least 1; NaN for a group that is a whole arm. Within strata ``sqrt(t / e)``,
        see the notes; 1 for groups without a weight.

    Notes
    -----
    Squares of scores that are centred within strata have ``n_h / (n_h - 1)`` already, n_h the groups of the
    stratum. What centring takes out of a score and what the group's pull on its arm does overlap, so that
    both are corrected together. Under the working model of `corrected_scores` (means that vary in inverse
    proportion to their weight) a centred score has, before that factor, the expected square
    ``e = w (1 - 2 / n_h) + m / n_h - sum_a (w_a - m_a)^2``, w = sum_a w_a the group's shares, m and m_a their
    means in the stratum. The squares should add up to the weight of the stratum; a group's part of it is
    ``t = w + (1 - c) (m - w) / (n_h - 1)``, c = (sum_a W_a^2) / (sum_a W_a) the stratum's share of its arms.
    With equal shares in a stratum nothing is left to add to ``n_h / (n_h - 1)``; with a single stratum, or
    one that is an arm, this is ``1 / (1 - h)``.
    """
    total = leverage.shares.sum(axis=1)
    squares = (leverage.shares**2).sum(axis=1)
    rest = 1 - squares / np.where(total > 0, total, 1.0)
    # a group that is all of its arm leaves a rest of rounding
    whole = rest < 1e-12
    ratio = 1 / np.where(whole, 1.0, rest)
    if leverage.strata is not None:
        ratio = _within_strata(leverage.shares, stratum_sizes(leverage.strata), ratio)
    return np.where(whole, np.nan, np.sqrt(ratio))


def _within_strata(shares: FloatArray, drawn: StratumSizes, alone: FloatArray) -> FloatArray:
    """Squared factors of scores that are centred within strata; `alone` of groups that are one."""
    own = shares.sum(axis=1)
    mean_by_arm = drawn.means(shares)
    mean = mean_by_arm.sum(axis=1)
    n_groups, others = drawn.n_groups, np.maximum(drawn.n_groups - 1, 1)
    of_arms = n_groups * (mean_by_arm**2).sum(axis=1) / np.where(mean > 0, mean, 1.0)
    expected = own * (1 - 2 / n_groups) + mean / n_groups
    expected -= ((shares - mean_by_arm) ** 2).sum(axis=1)
    target = own + (1 - of_arms) * (mean - own) / others
    ratio = target * others / (n_groups * np.where(expected > 0, expected, 1.0))
    return np.where(drawn.alone, alone, np.where((own > 0) & (expected > 0), ratio, 1.0))


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
        arms and strata, else the smallest of the parts'.
    """
    weights = np.asarray(coefficients, dtype=np.float64)
    values = np.sum([w * part.sums for w, part in zip(weights, parts, strict=True)], axis=0)
    most_df = min(part.most_df for part in parts)
    models = [part.model for part in parts if part.model is not None]
    if len(models) < len(parts) or not _alike(models):
        return CorrectedScores(values, None, min(part.df for part in parts))
    present = np.array([model.variance > 0 for model in models])
    summed = np.sum([model.variance for model in models], axis=0)

    def joined(name: str, factors: FloatArray) -> FloatArray:
        columns = [w * getattr(model, name) for w, model in zip(factors, models, strict=True)]
        return np.concatenate(columns, axis=2)

    ones = np.ones(len(models))
    return CorrectedScores(
        values,
        WorkingModel(
            np.sum([w * model.own for w, model in zip(weights, models, strict=True)], axis=0),
            joined("left", weights),
            joined("right", ones),
            summed / np.maximum(present.sum(axis=0), 1),
            models[0].strata,
            joined("inner_left", weights),
            joined("inner_right", ones),
        ),
        most_df=most_df,
    )


def _alike(models: Sequence[WorkingModel]) -> bool:
    """Whether all have the same arms, and strata of the same groups."""
    first = models[0]
    return all(
        model.own.shape == first.own.shape and np.array_equal(model.strata, first.strata)
        for model in models
    )
