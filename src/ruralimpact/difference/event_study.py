"""Event studies: uniform confidence bands, and the joint test of the periods before treatment."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from ruralimpact.difference.aggregation import Aggregate
from ruralimpact.difference.group_time import GroupTimeEffects
from ruralimpact.errors import DesignError
from ruralimpact.inference.bias_reduced_scores import CorrectedScores, combine, corrected_scores
from ruralimpact.inference.clustered import group_codes, group_sums
from ruralimpact.inference.contrasts import equality_test
from ruralimpact.inference.leverage import group_leverage
from ruralimpact.inference.multiple_testing import probability_draws
from ruralimpact.inference.multiplier import multiplier_bootstrap
from ruralimpact.inference.sampling_strata import centred_in_strata

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class PreTrendTest:
    """Joint test that every pseudo-effect before treatment is zero.

    Attributes
    ----------
    statistic, df, df_denominator, p_value : float
        F statistic and its degrees of freedom; `df` counts the linearly independent pseudo-effects.
        NaN where none has any variance.
    """

    statistic: float
    df: float
    df_denominator: float
    p_value: float


@dataclass(frozen=True)
class UniformBand:
    """Intervals that hold all at once.

    Attributes
    ----------
    critical : ndarray, shape (k,)
        Standard errors on each side.
    low, high : ndarray, shape (k,)
        NaN for estimates without variance, such as the base period.
    """

    critical: FloatArray
    low: FloatArray
    high: FloatArray


def corrected_effects(
    effects: Aggregate | GroupTimeEffects,
    groups: ArrayLike,
    sampling: FloatArray | None = None,
    strata: IntArray | None = None,
) -> list[CorrectedScores]:
    """Corrected group scores of each effect, whose units have their sampling weight within its arms.

    Parameters
    ----------
    effects : Aggregate or GroupTimeEffects
        k effects.
    groups : array_like, shape (n,)
        Labels.
    sampling : ndarray, shape (n,), optional
        Sampling weights; all alike without.
    strata : ndarray of int, shape (n,), optional
        Codes of the strata that groups were drawn from: scores are centred within them.

    Returns
    -------
    list of CorrectedScores, length k
        Groups in the order of their labels.
    """
    codes = group_codes(groups)
    return [
        corrected_in_arms(scores, treated, controls | treated, codes, sampling, strata)
        for scores, treated, controls in zip(
            effects.scores.T, effects.treated.T, effects.controls.T, strict=True
        )
    ]


def corrected_in_arms(
    scores: FloatArray,
    treated: BoolArray,
    used: BoolArray,
    groups: IntArray,
    sampling: FloatArray | None = None,
    strata: IntArray | None = None,
) -> CorrectedScores:
    """Corrected group scores of an estimate whose units have their sampling weight within the arms.

    Parameters
    ----------
    scores : ndarray, shape (n,)
    treated, used : ndarray of bool, shape (n,)
        Treated units, and all that the estimate rests on.
    groups : ndarray of int, shape (n,)
        Codes 0 .. G-1.
    sampling : ndarray, shape (n,), optional
        Sampling weights; all alike without.
    strata : ndarray of int, shape (n,), optional
        Codes of the strata that groups were drawn from: scores are centred within them.

    Returns
    -------
    CorrectedScores
    """
    weights = used.astype(float) if sampling is None else used * sampling
    leverage = group_leverage(weights, treated.astype(np.int64), groups, strata)
    if strata is not None and scores.any():
        scores = centred_in_strata(scores, groups, strata)
    return corrected_scores(group_sums(scores, groups), leverage)


def pre_trend_test(
    effects: Aggregate | GroupTimeEffects,
    groups: ArrayLike,
    sampling: FloatArray | None = None,
    strata: IntArray | None = None,
) -> PreTrendTest:
    """Test jointly that there are no effects before treatment.

    Parameters
    ----------
    effects : Aggregate or GroupTimeEffects
        Of kind "event" for one pseudo-effect a time before treatment; the group-time effects
        themselves for one a cohort and period.
    groups : array_like, shape (n,)
        Labels of the groups that treatment is assigned to.
    sampling : ndarray, shape (n,), optional
        Sampling weights; all alike without.
    strata : ndarray of int, shape (n,), optional
        Codes of the strata that groups were drawn from: scores are centred within them.

    Returns
    -------
    PreTrendTest

    Raises
    ------
    DesignError
        There is no period before treatment (and its anticipation) to test, or no more groups than
        pseudo-effects.

    Notes
    -----
    Hotelling's test of `inference.contrasts.equality_test`, of the pseudo-effects and a zero without
    variance. Not rejecting says little where the test has no power (Roth 2022).

    References
    ----------
    Callaway & Sant'Anna (2021), Journal of Econometrics 225(2); Roth (2022), American Economic Review:
    Insights 4(3).
    """
    before = effects.before
    if not before.any():
        raise DesignError("there is no period before treatment to test.")
    corrected = corrected_effects(effects, groups, sampling, strata)
    tested = [scores for scores, asked in zip(corrected, before, strict=True) if asked]
    estimates = np.append(effects.estimates[before], 0.0)
    test = equality_test(estimates, [*tested, combine(tested[:1], [0.0])])
    return PreTrendTest(test.statistic, test.df_numerator, test.df_denominator, test.p_value)


def uniform_band(
    estimates: FloatArray,
    scores: Sequence[CorrectedScores],
    seed: int,
    *,
    level: float = 0.95,
    draws: int = 999,
    arms: ArrayLike | None = None,
) -> UniformBand:
    """Confidence band that covers all of several effects with the given probability.

    Parameters
    ----------
    estimates : ndarray, shape (k,)
    scores : sequence of CorrectedScores, length k
        Of the same G groups; their order has no influence.
    seed : int
    level : float
    draws : int
        Bootstrap draws.
    arms : array_like, shape (G,), optional
        Arm of each group, where every estimate compares the same two arms.

    Returns
    -------
    UniformBand

    Raises
    ------
    DesignError
        No estimate has scores in two groups or more.

    Notes
    -----
    The bootstrap (`inference.multiplier.multiplier_bootstrap`) says how strongly the estimates depend on each
    other: the level at which intervals one by one have to be drawn is that quantile of the smallest
    p-value over the joint draws. Each is then drawn with Student's t of its own degrees of freedom.

    References
    ----------
    Callaway & Sant'Anna (2021), Journal of Econometrics 225(2); Montiel Olea & Plagborg-Moller (2019),
    Journal of Applied Econometrics 34(1).
    """
    values = (
        np.column_stack([np.nan_to_num(corrected.sums) for corrected in scores]) if scores else None
    )
    if values is None or not values.any():
        raise DesignError("no estimate has any variance, so there is no band.")
    rng = np.random.default_rng(seed)
    active = (values != 0).any(axis=1)
    arms = None if arms is None else np.asarray(arms)[active]
    bootstrap = multiplier_bootstrap(
        estimates, values[active], rng=rng, draws=draws, arms=arms, level=level
    )
    errors = np.array([corrected.std_error for corrected in scores])
    varying = np.isfinite(bootstrap.std_errors) & np.isfinite(errors)
    if not varying.any():
        raise DesignError("no estimate has scores in two groups or more, so there is no band.")
    largest = probability_draws(bootstrap.t_draws[:, varying]).max(axis=1)
    rank = min(int(np.ceil(level * (len(largest) + 1) - 1e-9)), len(largest))
    joint = float(np.partition(largest, rank - 1)[rank - 1])
    df = np.array([corrected.df for corrected in scores])
    critical = np.where(varying, stdtrit(df, 0.5 + joint / 2), np.nan)
    margin = critical * errors
    return UniformBand(critical, estimates - margin, estimates + margin)
