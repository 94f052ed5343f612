"""Intervals for few groups in two arms: each arm's variance corrected by its own groups."""

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DesignError
from ruralimpact.inference.clustered import Inference, group_sums, t_inference
from ruralimpact.inference.multiplier import FEW_GROUPS

FloatArray = NDArray[np.float64]

BY_ARM = "group_by_arm"


def few_groups_inference(
    estimate: float,
    sums: FloatArray,
    arms: NDArray[np.int64],
    sizes: FloatArray,
    *,
    level: float = 0.95,
) -> Inference:
    """Interval of an effect of treatment that is assigned to few groups.

    Parameters
    ----------
    estimate : float
    sums : ndarray, shape (G,)
        Influence scores summed by group.
    arms : ndarray of {0, 1}, shape (G,)
    sizes : ndarray, shape (G,)
        Units (or sampling weight) of each group.
    level : float

    Returns
    -------
    Inference

    Raises
    ------
    DesignError
        An arm has fewer than two groups, or lengths differ.

    Notes
    -----
    A group that is a share h of its arm pulls the arm's mean towards itself, which shrinks its score by
    1 - h; squares of scores are divided by that. With groups of one size the sum is the unbiased
    variance of a difference of two means of group means. The degrees of freedom are Satterthwaite's if
    the groups' means vary alike, as they nearly do where units of a group are alike: 2 E(V)^2 / var(V).
    For a plain difference of means with groups of one size this is the CR2 interval of Bell &
    McCaffrey; for other estimators it leaves out what covariates take.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28(2); Imbens & Kolesar (2016), Review of Economics and
    Statistics 98(4).
    """
    if not len(sums) == len(arms) == len(sizes):
        raise DesignError("scores, arms and sizes of groups must have one row a group.")
    variance, expected, dispersion = 0.0, 0.0, 0.0
    for arm in (0, 1):
        members = arms == arm
        if members.sum() < 2:
            raise DesignError("an interval by groups needs at least two groups in each arm.")
        share = sizes[members] / sizes[members].sum()
        variance += float((sums[members] ** 2 / (1 - share)).sum())
        gram = _gram(share)
        expected += float(np.trace(gram))
        dispersion += float((gram**2).sum())
    return t_inference(estimate, float(np.sqrt(variance)), expected**2 / dispersion, level)


def by_arm_std_error(
    scores: FloatArray,
    treatment: NDArray[np.int8],
    groups: NDArray[np.object_],
    known: NDArray[np.bool_],
) -> dict[str, float]:
    """Standard error of `few_groups_inference`, for the appendix.

    Parameters
    ----------
    scores : ndarray, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    groups : ndarray of str, shape (n,)
    known : ndarray of bool, shape (n,)
        Units in the estimate.

    Returns
    -------
    dict of str to float
        Key `BY_ARM`; empty where there are 40 groups or more, an arm has fewer than two, a group has
        units in both arms, or every unit is a group of its own.
    """
    labels, codes = np.unique(groups[known].astype(str), return_inverse=True)
    sizes = np.bincount(codes).astype(np.float64)
    shares = np.bincount(codes, treatment[known]) / sizes
    alone = sizes.max(initial=0.0) == 1
    smallest = min((shares == 0).sum(), (shares == 1).sum())
    mixed = ((shares > 0) & (shares < 1)).any()
    if len(labels) >= FEW_GROUPS or mixed or alone or smallest < 2:
        return {}
    sums = group_sums(scores[known], codes.astype(np.int64))
    return {BY_ARM: few_groups_inference(0.0, sums, shares.astype(np.int64), sizes).std_error}


def _gram(share: FloatArray) -> FloatArray:
    """Covariance of the corrected scores of an arm's groups, up to the variance of a group's mean."""
    centring = np.eye(len(share)) - share
    rows = (share / np.sqrt(1 - share))[:, None] * centring
    gram: FloatArray = rows @ rows.T
    return gram
