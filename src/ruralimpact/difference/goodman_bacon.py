"""What two-way fixed effects average under staggered adoption: comparisons, weights, and which are wrong."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.difference.checks import checked_weights
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

FORBIDDEN = ("later_vs_earlier", "treated_vs_always")


@dataclass(frozen=True)
class BaconDecomposition:
    """The two-by-two comparisons behind the two-way fixed-effects coefficient.

    Attributes
    ----------
    kind : ndarray of str, shape (m,)
        "earlier_vs_later", "later_vs_earlier", "treated_vs_never" or "treated_vs_always". In the
        second and fourth already-treated units are the controls.
    cohort : ndarray, shape (m,)
        First period with treatment of the cohort whose change is the effect.
    other : ndarray, shape (m,)
        The same of its controls: ``inf`` never treated, the panel's first period always treated.
    weights : ndarray, shape (m,)
        Positive, sum to 1.
    estimates : ndarray, shape (m,)
        In the outcome's unit.
    n_units : int
        Units observed in every period.
    lost : int
        Other units, which are excluded.
    """

    kind: NDArray[np.object_]
    cohort: FloatArray
    other: FloatArray
    weights: FloatArray
    estimates: FloatArray
    n_units: int
    lost: int

    @property
    def coefficient(self) -> float:
        """Of treatment in the two-way fixed-effects regression of the units observed throughout."""
        return float(self.weights @ self.estimates)

    @property
    def forbidden_share(self) -> float:
        """Weight of the comparisons whose controls are already treated."""
        return float(self.weights[np.isin(self.kind, FORBIDDEN)].sum())


@dataclass(frozen=True)
class _Cohort:
    """`start`: index of the first treated period, T for never; `path`: mean outcome by period.

    `size`: number of units, or their sampling weight.
    """

    start: int
    size: float
    path: FloatArray


def bacon_decomposition(
    outcome: FloatArray,
    first_treated: FloatArray,
    periods: FloatArray,
    *,
    sampling: FloatArray | None = None,
) -> BaconDecomposition:
    """Split the two-way fixed-effects coefficient into two-by-two comparisons.

    Parameters
    ----------
    outcome : ndarray, shape (n, T)
        NaN where not observed; units that are not observed in every period are excluded and counted.
    first_treated : ndarray, shape (n,)
        Period of first treatment, ``inf`` for never.
    periods : ndarray, shape (T,)
        Increasing.
    sampling : ndarray, shape (n,), optional
        Sampling weight of each unit, positive: that of the regression in all of its periods.

    Returns
    -------
    BaconDecomposition

    Raises
    ------
    DesignError
        No unit is observed throughout, or none changes treatment, or all do at once.

    Notes
    -----
    With cohort sizes n (sums of sampling weights) and shares D of periods with treatment, weights are
    proportional to ``n_k n_u D_k (1 - D_k)`` against never or always treated,
    ``n_k n_l (D_k - D_l) (1 - D_k)`` for earlier k against later l, and ``n_k n_l (D_k - D_l) D_l`` for l
    against k.

    References
    ----------
    Goodman-Bacon (2021), Journal of Econometrics 225(2).
    """
    known = np.isfinite(outcome).all(axis=1)
    weights = checked_weights(sampling, len(outcome))[known]
    cohorts = _cohorts(outcome[known], _starts(first_treated[known], periods), weights)
    rows = [
        _comparison(k, other, periods)
        for k in cohorts
        for other in cohorts
        if 0 < k.start < len(periods) and k.start != other.start
    ]
    if not rows:
        raise DesignError("no cohort changes treatment against others in the panel.")
    kind, cohort, other, weight, estimate = zip(*rows, strict=True)
    shares = np.array(weight)
    return BaconDecomposition(
        kind=np.array(kind, dtype=object),
        cohort=np.array(cohort),
        other=np.array(other),
        weights=shares / shares.sum(),
        estimates=np.array(estimate),
        n_units=int(known.sum()),
        lost=int((~known).sum()),
    )


def _starts(first_treated: FloatArray, periods: FloatArray) -> NDArray[np.int64]:
    """Index of the first period with treatment, T for never."""
    return np.searchsorted(periods, first_treated).astype(np.int64)


def _cohorts(outcome: FloatArray, starts: NDArray[np.int64], weights: FloatArray) -> list[_Cohort]:
    cohorts = []
    for start in np.unique(starts):
        own = weights * (starts == start)
        size = float(own.sum())
        cohorts.append(_Cohort(int(start), size, own @ outcome / size))
    return cohorts


def _comparison(
    k: _Cohort, other: _Cohort, periods: FloatArray
) -> tuple[str, float, float, float, float]:
    """The change of k at its own start against a cohort that changes at another time, or never."""
    T = len(periods)
    # window around k's start in which the other cohort's treatment is constant
    before_first = other.start if other.start < k.start else 0
    after_last = other.start if other.start > k.start else T
    before, after = slice(before_first, k.start), slice(k.start, after_last)
    gap = k.path - other.path
    estimate = float(gap[after].mean() - gap[before].mean())
    weight = k.size * other.size * (k.start - before_first) * (after_last - k.start) / T**2
    if other.start == T:
        kind = "treated_vs_never"
    elif other.start == 0:
        kind = "treated_vs_always"
    else:
        kind = "earlier_vs_later" if k.start < other.start else "later_vs_earlier"
    label = np.inf if other.start == T else float(periods[other.start])
    return kind, float(periods[k.start]), label, weight, estimate
