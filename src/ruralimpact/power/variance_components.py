"""How much of an outcome's variance lies between groups, within them, and stays from wave to wave."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtri

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.errors import DesignError
from ruralimpact.estimation.degenerate import refuse_out_of_range, rounding_of

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class VarianceComponents:
    """Variance between and within groups of what arms and covariates leave unexplained.

    Attributes
    ----------
    group, unit : float
        Components, in squared units of the outcome. The group's can be negative: the estimator is
        unbiased, not bounded.
    icc : float
        Intra-group correlation ``group / (group + unit)``.
    conf_low, conf_high : float
        Of `icc`; exact where groups are of equal size and the outcome normal, else approximate.
    n_clusters, n_units : int
    mean_size : float
        Units a group.
    size_cv : float
        Coefficient of variation of group sizes.
    """

    group: float
    unit: float
    icc: float
    conf_low: float
    conf_high: float
    n_clusters: int
    n_units: int
    mean_size: float
    size_cv: float


@dataclass(frozen=True)
class WaveCorrelation:
    """Correlation of an outcome between two waves.

    Attributes
    ----------
    unit : float
        Of units' deviations from their group.
    group : float
        Of the groups' own parts; NaN where one wave shows no variance between groups.
    """

    unit: float
    group: float


def variance_components(
    outcome: ArrayLike, groups: ArrayLike, covariates: ArrayLike, *, level: float = 0.95
) -> VarianceComponents:
    """Estimate the components by the analysis of variance, covariates fitted.

    Parameters
    ----------
    outcome : array_like, shape (n,)
    groups : array_like, shape (n,)
        Code of each unit's group.
    covariates : array_like, shape (n, k)
        Treatment and whatever else will be adjusted for; a constant is added. ``k`` may be 0.
    level : float
        Of the interval of the intra-group correlation.

    Returns
    -------
    VarianceComponents

    Raises
    ------
    DesignError
        Missing values or values out of range, too few groups or units a group to tell the components apart,
        or an outcome that does not vary within groups once covariates are fitted.

    Notes
    -----
    Henderson's method 3 (Searle, Casella & McCulloch 1992, section 5.5): the unit component is the
    residual mean square with groups as dummies, the group component equates the further sum of
    squares of groups, given the covariates, with its expectation. Without covariates this is the
    one-way analysis of variance with ``n0 = (N - sum n_g^2 / N) / (G - 1)``.
    """
    y, X, codes = _checked(outcome, groups, covariates)
    anova = _Anova.of(X, codes)
    group, unit = anova.components(y, y)
    _refuse_constant(unit, y, "the outcome")
    sizes = np.bincount(codes)
    ratio = (anova.size * group + unit) / unit
    low, high = (
        ratio / fdtri(anova.df_between, anova.df_within, tail)
        for tail in ((1 + level) / 2, (1 - level) / 2)
    )
    return VarianceComponents(
        group=group,
        unit=unit,
        icc=group / (group + unit),
        conf_low=float((low - 1) / (low + anova.size - 1)),
        conf_high=float((high - 1) / (high + anova.size - 1)),
        n_clusters=len(sizes),
        n_units=len(y),
        mean_size=float(sizes.mean()),
        size_cv=float(sizes.std() / sizes.mean()),
    )


def autocorrelation(
    before: ArrayLike, after: ArrayLike, groups: ArrayLike, covariates: ArrayLike
) -> WaveCorrelation:
    """Correlate two waves of the same units, within groups and between them.

    Parameters
    ----------
    before, after : array_like, shape (n,)
    groups, covariates
        See `variance_components`.

    Returns
    -------
    WaveCorrelation

    Notes
    -----
    The same equations with products of the two outcomes in place of squares.

    Raises
    ------
    DesignError
        See `variance_components`.
    """
    first, X, codes = _checked(before, groups, covariates)
    second, _, _ = _checked(after, groups, covariates)
    anova = _Anova.of(X, codes)
    pairs = ((first, second), (first, first), (second, second))
    (group, unit), (group_1, unit_1), (group_2, unit_2) = (anova.components(*p) for p in pairs)
    _refuse_constant(unit_1, first, "the baseline")
    _refuse_constant(unit_2, second, "the outcome")
    between = np.sqrt(group_1 * group_2) if min(group_1, group_2) > 0 else np.nan
    return WaveCorrelation(
        unit=float(unit / np.sqrt(unit_1 * unit_2)),
        group=float(np.clip(group / between, -1, 1)),
    )


def fitted_columns(
    treatment: ArrayLike, covariates: CovariateMatrix, names: Sequence[str]
) -> FloatArray:
    """Return the treatment with some covariates, in the columns that the other functions take.

    Parameters
    ----------
    treatment : array_like, shape (n,)
    covariates : CovariateMatrix, n rows
    names : sequence of str
        Covariates to keep, without levels.

    Returns
    -------
    ndarray, shape (n, 1 + k)
    """
    kept = covariates.select(names) if names else covariates.none()
    return np.column_stack([np.asarray(treatment, dtype=float), kept.values])


@dataclass(frozen=True)
class _Anova:
    """Projections of covariates, without and with groups as dummies.

    Attributes
    ----------
    overall, within : ndarray, shapes (n, p) and (n, q)
        Orthonormal bases: of the constant and covariates, and of covariates less group means.
    codes : ndarray of int, shape (n,)
    df_between, df_within : int
    size : float
        Expected weight of the group component in the mean square between; near the mean size.
    """

    overall: FloatArray
    within: FloatArray
    codes: IntArray
    df_between: int
    df_within: int
    size: float

    @classmethod
    def of(cls, X: FloatArray, codes: IntArray) -> "_Anova":
        n, n_clusters = len(codes), int(codes.max()) + 1
        overall = _basis(np.column_stack([np.ones(n), X]))
        within = _basis(_deviations(X, codes))
        df_within = n - n_clusters - within.shape[1]
        df_between = n_clusters + within.shape[1] - overall.shape[1]
        if df_within < 1 or df_between < 1:
            raise DesignError(
                f"Variance between and within groups cannot be told apart: {n} units in {n_clusters} "
                f"groups leave {max(df_between, 0)} and {max(df_within, 0)} degrees of freedom."
            )
        sums = np.array([np.bincount(codes, column, n_clusters) for column in overall.T])
        return cls(
            overall, within, codes, df_between, df_within, float(n - (sums**2).sum()) / df_between
        )

    def components(self, first: FloatArray, second: FloatArray) -> tuple[float, float]:
        """Group and unit component of the product of two outcomes."""
        left, right = (_deviations(y[:, None], self.codes)[:, 0] for y in (first, second))
        inside = _residual_product(left, right, self.within)
        total = _residual_product(first, second, self.overall)
        unit = inside / self.df_within
        return (total - inside - self.df_between * unit) / (self.df_between * self.size), unit


def _refuse_constant(unit: float, y: FloatArray, what: str) -> None:
    """Refuse what varies within groups by no more than rounding."""
    if np.sqrt(max(unit, 0.0)) <= rounding_of(y):
        raise DesignError(
            f"{what} does not vary within groups once treatment and covariates are fitted."
        )


def _checked(
    outcome: ArrayLike, groups: ArrayLike, covariates: ArrayLike
) -> tuple[FloatArray, FloatArray, IntArray]:
    y, X = np.asarray(outcome, dtype=float), np.asarray(covariates, dtype=float)
    _, codes = np.unique(np.asarray(groups), return_inverse=True)
    X = X.reshape(len(y), -1)
    if len(codes) != len(y):
        raise DesignError(f"{len(y)} outcomes but {len(codes)} group codes.")
    if not (np.isfinite(y).all() and np.isfinite(X).all()):
        raise DesignError("Missing values in the outcome or a covariate.")
    refuse_out_of_range(y)
    return y, X, codes.astype(np.int64)


def _basis(X: FloatArray) -> FloatArray:
    """Orthonormal basis of the columns, collinear ones dropped."""
    scale = np.linalg.norm(X, axis=0)
    kept = X[:, scale > 1e-10 * max(scale.max(initial=0.0), 1e-300)]
    if not kept.shape[1]:
        return np.zeros((len(X), 0))
    left, values, _ = np.linalg.svd(kept / np.linalg.norm(kept, axis=0), full_matrices=False)
    return np.asarray(left[:, values > 1e-9 * values[0]])


def _deviations(X: FloatArray, codes: IntArray) -> FloatArray:
    sizes = np.bincount(codes)
    means = np.array([np.bincount(codes, column) / sizes for column in X.T])
    deviations = X - means.reshape(-1, len(sizes)).T[codes]
    # What only groups vary in is zero, up to rounding.
    return np.where(np.abs(deviations) > 1e-12 * np.abs(X).max(axis=0, initial=0), deviations, 0.0)


def _residual_product(first: FloatArray, second: FloatArray, basis: FloatArray) -> float:
    return float(first @ second - (basis.T @ first) @ (basis.T @ second))
