"""Group-clustered standard errors and t intervals, from influence scores alone."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ruralimpact.inference.bias_reduced_scores import (
    CorrectedScores,
    DegreesByArm,
    corrected_scores,
    degrees_by_arm,
)
from ruralimpact.inference.leverage import Leverage
from ruralimpact.inference.sampling_strata import degrees_left
from ruralimpact.inference.working_model import WorkingModel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def group_sums(scores: FloatArray, groups: IntArray) -> FloatArray:
    """Sum unit scores by group.

    Parameters
    ----------
    scores : ndarray, shape (n,)
    groups : ndarray of int, shape (n,)
        Group codes 0 .. G-1.

    Returns
    -------
    ndarray, shape (G,)
    """
    size = int(groups.max()) + 1 if len(groups) else 0
    return np.asarray(np.bincount(groups, scores, minlength=size), dtype=np.float64)


def clustered_std_error(sums: FloatArray) -> tuple[float, int]:
    """Standard error of an estimate from its group scores.

    Parameters
    ----------
    sums : ndarray, shape (G,)
        Influence scores summed by group; groups outside the comparison are 0 or NaN.

    Returns
    -------
    std_error : float
        ``sqrt(G / (G - 1) * sum of squares)``; NaN for fewer than two groups.
    n_clusters : int
        Groups with a non-zero score.
    """
    active = sums[np.isfinite(sums) & (sums != 0)]
    count = len(active)
    if count < 2:
        return np.nan, count
    return float(np.sqrt(count / (count - 1) * (active**2).sum())), count


@dataclass(frozen=True)
class Clustering:
    """How the units of one comparison are clustered, and what the groups weigh in it.

    Attributes
    ----------
    groups : ndarray of int, shape (n,)
        Codes of the groups that treatment is assigned to.
    sets : ndarray of int, shape (n,), optional
        Codes of disjoint matched sets, -1 outside; clustering is then two-way, by set and by group.
    leverage : Leverage, optional
        Shares of the groups in the weight of their arms; without, scores are corrected by the number of
        groups alone.
    reduced_df : float, optional
        Degrees of freedom of scores that are bias-reduced already; they are then not corrected again.
    strata : ndarray of int, shape (n,), optional
        Code of the stratum that each unit's group was drawn from; scores are then those of
        `centred_in_strata`.
    """

    groups: IntArray
    sets: IntArray | None = None
    leverage: Leverage | None = None
    reduced_df: float | None = None
    strata: IntArray | None = None

    @cached_property
    def most_df(self) -> float:
        """Degrees of freedom that the sample leaves, where it was drawn within strata."""
        return np.inf if self.strata is None else degrees_left(self.groups, self.strata)

    def corrected(self, scores: FloatArray) -> CorrectedScores:
        """Corrected group scores of an estimate with these unit scores.

        Parameters
        ----------
        scores : ndarray, shape (n,)

        Returns
        -------
        CorrectedScores
        """
        sums = group_sums(scores, self.groups)
        if self.reduced_df is not None:
            return CorrectedScores(sums, None, self.reduced_df, self.most_df)
        corrected = corrected_scores(sums, self.leverage)
        most_df = min(corrected.most_df, self.most_df)
        return replace(corrected, model=self._model, most_df=most_df)

    @cached_property
    def _model(self) -> WorkingModel | None:
        """Working model of all scores with these shares, whose degrees of freedom are found once."""
        if self.leverage is None:
            return None
        return corrected_scores(np.zeros(len(self.leverage.shares)), self.leverage).model

    @cached_property
    def degrees_by_arm(self) -> DegreesByArm | None:
        """Degrees of freedom of estimates in which controls count more than once; None without shares."""
        if self._model is None or self.reduced_df is not None:
            return None
        return degrees_by_arm(self._model, self.most_df)

    def variance(self, scores: FloatArray) -> float:
        """Variance of an estimate with these scores.

        Parameters
        ----------
        scores : ndarray, shape (n,)

        Returns
        -------
        float
            NaN where a group is a whole arm.

        Notes
        -----
        With matched sets it is the variance by group, plus that by set, less that by set and group; the
        largest one-way variance where that is not positive.

        References
        ----------
        Cameron, Gelbach & Miller (2011), Journal of Business & Economic Statistics 29(2).
        """
        return self._two_way(self.corrected(scores).variance, scores)

    def _two_way(self, by_group: float, scores: FloatArray) -> float:
        if self.sets is None:
            return by_group
        inside = self.sets >= 0
        own, sets = scores[inside], self.sets[inside]
        both = np.unique(np.column_stack([sets, self.groups[inside]]), axis=0, return_inverse=True)
        by_set, by_both = (
            clustered_std_error(group_sums(own, codes))[0] ** 2
            for codes in (sets, both[1].ravel().astype(np.int64))
        )
        combined = by_group + by_set - by_both
        return combined if combined > 0 else max(by_group, by_set)

    def std_error(self, scores: FloatArray) -> tuple[float, float]:
        """Standard error and degrees of freedom of an estimate with these scores.

        Parameters
        ----------
        scores : ndarray, shape (n,)

        Returns
        -------
        std_error : float
            NaN where there is no variance, or no degree of freedom.
        df : float
            Satterthwaite's; with matched sets no more than the number of sets less one. NaN where there is no
            error.
        """
        corrected = self.corrected(scores)
        if not np.isfinite(corrected.std_error):
            return np.nan, np.nan
        if self.sets is None:
            return corrected.std_error, corrected.df
        n_sets = len(np.unique(self.sets[(self.sets >= 0) & (scores != 0)]))
        return float(np.sqrt(self.variance(scores))), min(corrected.df, n_sets - 1)

    def plain_std_error(self, scores: FloatArray) -> float:
        """Standard error corrected by the number of groups alone, for the appendix.

        Parameters
        ----------
        scores : ndarray, shape (n,)

        Returns
        -------
        float
            With strata that of R's ``survey``: the number of groups is that of each stratum.
        """
        sums = group_sums(scores, self.groups)
        if self.strata is None:
            by_group = clustered_std_error(sums)[0] ** 2
        else:
            by_group = float(sums @ sums) if self.most_df > 0 else np.nan
        return float(np.sqrt(self._two_way(by_group, scores)))

    def n_clusters(self, scores: FloatArray) -> int:
        """Groups that an estimate rests on: those with a weight in it or, without weights by arm, a score."""
        if self.leverage is not None:
            return int((self.leverage.shares > 0).any(axis=1).sum())
        return int((group_sums(scores, self.groups) != 0).sum())

    @property
    def label(self) -> str:
        """The clustering in words."""
        return "group" if self.sets is None else "matched set and group"


@dataclass(frozen=True)
class Inference:
    """Test and interval of one estimate.

    Attributes
    ----------
    std_error, df, statistic, p_value, conf_low, conf_high : float
    """

    std_error: float
    df: float
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float


def t_inference(estimate: float, std_error: float, df: float, level: float = 0.95) -> Inference:
    """Test against zero and interval with Student's t.

    Parameters
    ----------
    estimate, std_error : float
    df : float
        Degrees of freedom: groups less one.
    level : float
        Coverage of the interval.

    Returns
    -------
    Inference
        Everything but `df` is NaN where the standard error is missing or zero.
    """
    from scipy.special import stdtr, stdtrit

    if not (np.isfinite(std_error) and std_error > 0 and df > 0):
        return Inference(std_error, df, np.nan, np.nan, np.nan, np.nan)
    statistic = estimate / std_error
    margin = float(stdtrit(df, 0.5 + level / 2)) * std_error
    p_value = float(2 * stdtr(df, -abs(statistic)))
    return Inference(std_error, df, statistic, p_value, estimate - margin, estimate + margin)


def group_codes(groups: ArrayLike) -> IntArray:
    """Codes 0 .. G-1 of group labels, in the labels' sorted order.

    Parameters
    ----------
    groups : array_like, shape (n,)

    Returns
    -------
    ndarray of int, shape (n,)
    """
    codes, _ = pd.factorize(np.asarray(groups).ravel(), sort=True, use_na_sentinel=False)
    return codes.astype(np.int64)
