"""Wild (multiplier) bootstrap over groups, from group scores alone and for all estimates at once."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ruralimpact.errors import DesignError
from ruralimpact.inference.score_order import score_order

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
WeightKind = Literal["auto", "rademacher", "webb"]

FEW_GROUPS = 40
_WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])
# Statistics this close (relative) are equal but for rounding: an enumeration has many such ties.
_TIE = 1e-10


@dataclass(frozen=True)
class MultiplierResult:
    """Bootstrap tests and intervals of E estimates from B joint draws.

    Attributes
    ----------
    std_errors : ndarray, shape (E,)
        Group-clustered standard errors.
    statistics : ndarray, shape (E,)
        Estimates over standard errors.
    p_values : ndarray, shape (E,)
        Two-sided, of the hypothesis that the effect is zero.
    conf_low, conf_high : ndarray, shape (E,)
        Symmetric percentile-t interval; it excludes zero exactly when the p-value is at most 1 -
        level.
    n_clusters : ndarray of int, shape (E,)
        Groups with a non-zero score.
    few_groups : ndarray of bool, shape (E,)
        Fewer than 40 groups: the result deserves a warning (Webb weights unless asked otherwise).
    t_draws : ndarray, shape (B, E)
        Bootstrap statistics; a row is one draw for all estimates, so they keep their dependence.
    enumerated : bool
        The draws are all 2^G sign patterns instead of a sample.

    Notes
    -----
    Everything of an estimate that has fewer than two groups (in an arm, where arms are given) or no
    variance is NaN, apart from `n_clusters`.
    """

    std_errors: FloatArray
    statistics: FloatArray
    p_values: FloatArray
    conf_low: FloatArray
    conf_high: FloatArray
    n_clusters: IntArray
    few_groups: BoolArray
    t_draws: FloatArray
    enumerated: bool


def multiplier_bootstrap(
    estimates: FloatArray,
    scores: FloatArray,
    *,
    rng: np.random.Generator,
    draws: int = 999,
    kind: WeightKind = "auto",
    arms: ArrayLike | None = None,
    level: float = 0.95,
) -> MultiplierResult:
    """Bootstrap the estimates' t statistics by random weights on their group scores.

    Parameters
    ----------
    estimates : ndarray, shape (E,)
    scores : ndarray, shape (G, E)
        Influence scores summed by group; NaN or 0 where a group is not in that comparison. The order of
        groups has no influence.
    rng : numpy.random.Generator
    draws : int
        Bootstrap draws. With ``kind="rademacher"`` all 2^G sign patterns are used when they are no
        more.
    kind : {"auto", "rademacher", "webb"}
        "auto" takes Rademacher weights for estimates with 40 groups or more and Webb's six-point
        weights for others; both come from one draw, so the estimates stay jointly distributed.
    arms : array_like, shape (G,), optional
        Arm of each group, where treatment is assigned to groups. Improves tests with few treated
        groups.
    level : float
        Coverage of the intervals.

    Returns
    -------
    MultiplierResult

    Raises
    ------
    DesignError
        There are fewer than two groups altogether, or in an arm.

    Notes
    -----
    With weights v, a draw is tau* = sum v_g s_g. It is studentised as a new estimate would be, with
    its scores centred again: where the groups' shares are equal these are v_g s_g - tau*_a / G_a,
    tau*_a the part of tau* from arm a and G_a its groups, so::

        SE*^2 = G / (G - 1) * (sum v_g^2 s_g^2 - sum_a tau*_a^2 / G_a)

    (one arm holding all groups where none are given). Without the second term Rademacher weights
    would give every draw the same standard error and the t interval would shrink to a normal one.
    The p-value is (1 + draws at least as extreme) / (1 + draws). With arms given, tests at 5% reject
    true hypotheses in 5-6% of samples with six groups or more in the smaller arm, in 8% with four;
    without, in 8-10% and 12-15% (independent normal groups, 24 and 40 of them).

    References
    ----------
    Wu (1986), Annals of Statistics 14(4); Cameron, Gelbach & Miller (2008), Review of Economics and
    Statistics 90(3); Otsu & Rai (2017), Journal of the American Statistical Association 112(520);
    Webb (2023), Canadian Journal of Economics 56(3).
    """
    scores = np.where(np.isfinite(scores), scores, 0.0)
    order = score_order(scores, arms)
    scores, arms = scores[order], None if arms is None else np.asarray(arms)[order]
    members = _arm_members(len(scores), arms)
    active = scores != 0
    n_clusters = active.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        correction = n_clusters / np.maximum(n_clusters - 1, 1)
        std_errors = np.sqrt(correction * (scores**2).sum(axis=0))
        usable = np.all([active[m].sum(axis=0) >= 2 for m in members], axis=0) & (std_errors > 0)
        std_errors = np.where(usable, std_errors, np.nan)
        statistics = estimates / std_errors
    size = len(scores)
    enumerated = kind == "rademacher" and 2**size <= draws
    points = rng.integers(0, 6, (0 if enumerated else draws, size), dtype=np.uint8)
    webb = (n_clusters < FEW_GROUPS) if kind == "auto" else np.full(len(estimates), kind == "webb")
    t_draws = np.full((2**size if enumerated else draws, len(estimates)), np.nan)
    for columns, values in ((usable & ~webb, np.sign(_WEBB)), (usable & webb, _WEBB)):
        if columns.any():
            weights = _all_signs(size) if enumerated else values[points]
            t_draws[:, columns] = _t_draws(scores[:, columns], weights, members)
    p_values, critical = _p_and_critical(statistics, t_draws, level)
    margin = critical * std_errors
    return MultiplierResult(
        std_errors=std_errors,
        statistics=statistics,
        p_values=p_values,
        conf_low=estimates - margin,
        conf_high=estimates + margin,
        n_clusters=n_clusters.astype(np.int64),
        few_groups=n_clusters < FEW_GROUPS,
        t_draws=t_draws,
        enumerated=enumerated,
    )


def _arm_members(n_clusters: int, arms: ArrayLike | None) -> list[BoolArray]:
    labels = np.zeros(n_clusters) if arms is None else np.asarray(arms)
    members = [labels == label for label in np.unique(labels)]
    if n_clusters < 2 or min(int(m.sum()) for m in members) < 2:
        raise DesignError("the bootstrap over groups needs at least two groups (in each arm).")
    return members


def _all_signs(n_clusters: int) -> FloatArray:
    """Every pattern of +1 and -1, shape (2^G, G)."""
    patterns = np.arange(2**n_clusters)[:, None] >> np.arange(n_clusters) & 1
    return np.where(patterns == 1, 1.0, -1.0)


def _t_draws(scores: FloatArray, weights: FloatArray, members: list[BoolArray]) -> FloatArray:
    """Studentised draws, shape (B, E)."""
    active = scores != 0
    if np.all(np.abs(weights[0]) == 1):
        variance = np.tile((scores**2).sum(axis=0), (len(weights), 1))
    else:
        variance = weights**2 @ scores**2
    floor = 1e-14 * variance
    # All arms in one product: a copy of the weights by arm would cost more than the product does.
    parts = weights @ np.hstack([np.where(arm[:, None], scores, 0.0) for arm in members])
    total = np.zeros_like(variance)
    for arm, part in zip(members, np.split(parts, len(members), axis=1), strict=True):
        total += part
        variance -= part**2 / active[arm].sum(axis=0)
    variance = np.where(variance > floor, variance, 0.0)
    groups = active.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = total / np.sqrt(groups / (groups - 1) * variance)
    return np.where(variance > 0, t, np.where(total**2 > floor, np.copysign(np.inf, total), 0.0))


def _p_and_critical(
    statistics: FloatArray, t_draws: FloatArray, level: float
) -> tuple[FloatArray, FloatArray]:
    size = len(t_draws)
    extreme = (np.abs(t_draws) >= np.abs(statistics) * (1 - _TIE)).sum(axis=0)
    p_values = np.where(np.isnan(statistics), np.nan, (1 + extreme) / (1 + size))
    rank = min(int(np.ceil(level * (size + 1) - 1e-9)), size)
    return p_values, np.partition(np.abs(t_draws), rank - 1, axis=0)[rank - 1]
