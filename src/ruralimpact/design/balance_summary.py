"""One line of balance for a whole design, as evaluators know it from Stata's pstest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.balance import effective_number
from ruralimpact.design.binary_model import SEPARATED, ArmCounts, Link, fit_binary
from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]

RUBIN_B_LIMIT = 25.0
RUBIN_R_RANGE = (0.5, 2.0)

_GRID = 512


@dataclass(frozen=True)
class BalanceSummary:
    """Summary of the balance of p covariates.

    Attributes
    ----------
    mean_bias, median_bias : float
        Of the absolute standardised differences in means, in percent.
    pseudo_r2 : float
        McFadden's, of the propensity score refitted with the weights.
    lr_statistic, lr_p_value : float
        Likelihood-ratio test that all its slopes are zero.
    lr_df : int
        Linearly independent covariates among the units with a weight.
    rubin_b : float
        Absolute standardised difference of the refitted linear predictor, in percent.
    rubin_r : float
        Its variance among the treated over that among the controls.
    overlap : float
        Overlap coefficient of the densities of the score before weighting, see `overlap_coefficient`.
    """

    mean_bias: float
    median_bias: float
    pseudo_r2: float
    lr_statistic: float
    lr_df: int
    lr_p_value: float
    rubin_b: float
    rubin_r: float
    overlap: float

    @property
    def balanced(self) -> bool:
        """Rubin's B below 25 and his R within 0.5 to 2; false where they are missing."""
        low, high = RUBIN_R_RANGE
        return self.rubin_b < RUBIN_B_LIMIT and low <= self.rubin_r <= high


def balance_summary(
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    weights: FloatArray | None = None,
    *,
    sampling: FloatArray | None = None,
    link: Link = "probit",
) -> BalanceSummary:
    """Summarise the balance of a design.

    Parameters
    ----------
    covariates : CovariateMatrix, n rows
        Dummies without the base level.
    treatment : ndarray of {0, 1}, shape (n,)
    weights : ndarray, shape (n,), optional
        Non-negative, on the scale of the design: 1 for a treated unit, and for controls a total that
        equals the number of treated units they serve. Every unit counts once, or as its sampling weight says,
        when omitted.
    sampling : ndarray, shape (n,), optional
        Sampling weights, of mean 1, of the units before weighting.
    link : {"probit", "logit"}
        Of the refitted propensity score; pstest uses a probit.

    Returns
    -------
    BalanceSummary
        Everything that rests on the refitted score is NaN where the covariates separate the weighted
        arms, so that the likelihood has no maximum.

    Raises
    ------
    DesignError
        An arm is empty, has fewer than two units' weight, or there are no covariates.

    Notes
    -----
    Biases divide by the root of the mean of the arms' variances *before* weighting (Rosenbaum & Rubin
    1985), not by the treated standard deviation that `ruralimpact.design.balance` uses. The weighted
    likelihood is ``sum w l`` and weighted variances are ``sum w (x - m)^2 / (sum w - 1)``, as Stata's
    importance weights do. B and R use the linear predictor of the weighted fit and its variances in the
    weighted arms.

    References
    ----------
    Rosenbaum & Rubin (1985), The American Statistician 39(1); Rubin (2001), Health Services and Outcomes
    Research Methodology 2; Leuven & Sianesi (2003), psmatch2 and pstest, version 4.2.2.
    """
    base = np.ones(len(treatment)) if sampling is None else sampling
    unit = base if weights is None else weights
    _check(covariates, treatment, unit)
    biases = np.abs(_biases(covariates.values, treatment, unit))
    before = _fit(covariates.values, treatment, base, link)
    after = before if weights is None else _fit(covariates.values, treatment, unit, link)
    difference, ratio = _index_moments(after.index, treatment, unit)
    return BalanceSummary(
        mean_bias=float(np.mean(biases)),
        median_bias=float(np.median(biases)),
        pseudo_r2=after.pseudo_r2,
        lr_statistic=after.statistic,
        lr_df=after.rank,
        lr_p_value=after.p_value,
        rubin_b=abs(difference),
        rubin_r=ratio,
        overlap=overlap_coefficient(before.index, treatment, unit),
    )


def second_order(covariates: CovariateMatrix) -> CovariateMatrix:
    """Squares of the covariates that are not binary, and products of any two, to check their balance.

    Parameters
    ----------
    covariates : CovariateMatrix, n rows

    Returns
    -------
    CovariateMatrix
        Named ``"a^2"`` and ``"a * b"``; products of two levels of one variable, always zero, are excluded.
    """
    values, names = covariates.values, covariates.names
    columns = [values[:, j] ** 2 for j in np.flatnonzero(~covariates.binary)]
    labels = [f"{names[j]}^2" for j in np.flatnonzero(~covariates.binary)]
    for first in range(len(names)):
        for second in range(first + 1, len(names)):
            if names[first].split("[")[0] != names[second].split("[")[0]:
                columns.append(values[:, first] * values[:, second])
                labels.append(f"{names[first]} * {names[second]}")
    matrix = np.column_stack(columns) if columns else np.empty((len(values), 0))
    binary = np.all((matrix == 0) | (matrix == 1), axis=0)
    return CovariateMatrix(matrix, tuple(labels), binary, covariates.base_levels)


def overlap_coefficient(
    score: FloatArray, treatment: NDArray[np.int8], weights: FloatArray
) -> float:
    """Area that the densities of a score in the two arms share.

    Parameters
    ----------
    score : ndarray, shape (n,)
        Usually the linear predictor, which has no bounds for a kernel to cross.
    treatment : ndarray of {0, 1}, shape (n,)
    weights : ndarray, shape (n,)
        Non-negative.

    Returns
    -------
    float
        In [0, 1], 1 for the same distribution; NaN where a score is missing or constant in an arm.

    Notes
    -----
    Gaussian kernel densities with Silverman's bandwidth ``0.9 min(sd, IQR / 1.34) n^(-1/5)`` (weighted;
    n the effective number), scores binned linearly on 512 points over the range of both arms and three
    bandwidths beyond, and the minimum integrated by the trapezoid rule.

    References
    ----------
    Silverman (1986), Density Estimation, eq. 3.31; Inman & Bradley (1989), Communications in Statistics
    18(10).
    """
    arms = [(score[treatment == a], weights[treatment == a]) for a in (0, 1)]
    widths = [_silverman(values, weight) for values, weight in arms]
    if not all(np.isfinite(width) and width > 0 for width in widths):
        return np.nan
    used = score[weights > 0]
    grid = np.linspace(used.min() - 3 * max(widths), used.max() + 3 * max(widths), _GRID)
    densities = [
        _density(values, weight, width, grid)
        for (values, weight), width in zip(arms, widths, strict=True)
    ]
    return float(np.trapezoid(np.minimum(*densities), grid))


def _check(covariates: CovariateMatrix, treatment: NDArray[np.int8], weights: FloatArray) -> None:
    if not covariates.names:
        raise DesignError("there are no covariates whose balance could be summarised.")
    refuse_empty_arm(treatment)
    for arm, name in ((1, "treated units"), (0, "controls")):
        if weights[treatment == arm].sum() <= 1:
            raise DesignError(f"the {name} have no more weight than one unit.")


def _biases(values: FloatArray, treatment: NDArray[np.int8], weights: FloatArray) -> FloatArray:
    """Standardised differences in means, in percent, shape (p,)."""
    arms = [treatment == arm for arm in (1, 0)]
    treated, control = (np.average(values[arm], axis=0, weights=weights[arm]) for arm in arms)
    spread = np.sqrt(sum(values[arm].var(axis=0, ddof=1) for arm in arms) / 2)
    difference = treated - control
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = 100 * difference / np.where(spread > 0, spread, np.nan)
        return np.where(difference == 0, 0.0, scaled)


@dataclass(frozen=True)
class _Fit:
    """The refitted propensity score; NaN where it has no maximum."""

    index: FloatArray
    pseudo_r2: float
    statistic: float
    p_value: float
    rank: int


def _fit(values: FloatArray, treatment: NDArray[np.int8], weights: FloatArray, link: Link) -> _Fit:
    """Maximise the weighted likelihood; collinear covariates count once."""
    from scipy.special import chdtrc

    used = weights > 0
    basis = _basis(values[used], weights[used])
    rank = basis.shape[1]
    design = np.column_stack([np.ones(len(basis)), basis])
    nothing = _Fit(np.full(len(weights), np.nan), np.nan, np.nan, np.nan, rank)
    fit = fit_binary(design, ArmCounts.of_units(treatment[used], weights[used]), link)
    if fit is None:
        return nothing
    index = design @ fit.coefficients
    if np.abs(index).max() > SEPARATED[link]:
        return nothing
    full = np.full(len(weights), np.nan)
    full[used] = index
    statistic = fit.lr_statistic
    return _Fit(full, fit.pseudo_r2, statistic, float(chdtrc(rank, statistic)), rank)


def _basis(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Independent directions of the covariates, of unit weighted variance, shape (n, rank)."""
    centred = values - np.average(values, axis=0, weights=weights)
    spread = np.sqrt(np.average(centred**2, axis=0, weights=weights))
    scaled = centred[:, spread > 1e-12 * np.abs(values).max(axis=0, initial=1.0)]
    scaled = scaled / np.sqrt(np.average(scaled**2, axis=0, weights=weights))
    share = weights / weights.sum()
    lengths, directions = np.linalg.eigh((scaled * share[:, None]).T @ scaled)
    kept = lengths > 1e-10 * lengths.max(initial=0.0)
    basis: FloatArray = scaled @ (directions[:, kept] / np.sqrt(lengths[kept]))
    return basis


def _index_moments(
    index: FloatArray, treatment: NDArray[np.int8], weights: FloatArray
) -> tuple[float, float]:
    """Standardised difference, in percent, and ratio of variances of a linear predictor."""
    moments = []
    for arm in (1, 0):
        inside = (treatment == arm) & (weights > 0)
        weight = weights[inside]
        mean = np.average(index[inside], weights=weight)
        moments.append((mean, weight @ (index[inside] - mean) ** 2 / (weight.sum() - 1)))
    (treated, spread), (control, other) = moments
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.float64(treated - control)
        return float(100 * gap / np.sqrt((spread + other) / 2)), float(np.float64(spread) / other)


def _silverman(values: FloatArray, weights: FloatArray) -> float:
    values, weights = values[weights > 0], weights[weights > 0]
    number = effective_number(weights)
    if len(values) < 2 or number <= 1 or not np.isfinite(values).all():
        return np.nan
    mean = np.average(values, weights=weights)
    share = weights / weights.sum()
    spread = np.sqrt(share @ (values - mean) ** 2 * number / (number - 1))
    low, high = (_quantile(values, share, level) for level in (0.25, 0.75))
    scale = min(spread, (high - low) / 1.34) if high > low else spread
    return float(0.9 * scale * number**-0.2)


def _quantile(values: FloatArray, share: FloatArray, level: float) -> float:
    """Weighted quantile, interpolated; R's and numpy's default where weights are equal."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(share[order]) - share[order[0]]
    return float(np.interp(level * reached[-1], reached, values[order]))


def _density(values: FloatArray, weights: FloatArray, width: float, grid: FloatArray) -> FloatArray:
    values, weights = values[weights > 0], weights[weights > 0]
    step = grid[1] - grid[0]
    position = (values - grid[0]) / step
    left = np.clip(position.astype(np.int64), 0, len(grid) - 2)
    above = position - left
    share = weights / weights.sum()
    mass = np.bincount(left, share * (1 - above), len(grid))
    mass += np.bincount(left + 1, share * above, len(grid))
    distance = (grid[:, None] - grid[None, :]) / width
    density: FloatArray = np.exp(-0.5 * distance**2) @ mass / (width * np.sqrt(2 * np.pi))
    return density
