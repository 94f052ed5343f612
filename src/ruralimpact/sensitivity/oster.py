"""Selection on unobservables in proportion to that on observables: Oster's delta and adjusted effect."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.sensitivity.least_squares import residuals, with_constant

FloatArray = NDArray[np.float64]

R2_FACTOR = 1.3


@dataclass(frozen=True)
class Regressions:
    """What the formulas need of the regressions without and with covariates.

    Attributes
    ----------
    short_effect, short_r2 : float
        Outcome on treatment alone.
    effect, r2 : float
        Outcome on treatment and covariates. R2 are NaN where the outcome does not vary, and the long effect
        where covariates determine the treatment.
    outcome_variance, treatment_variance : float
    residual_variance : float
        Of the treatment given the covariates.
    """

    short_effect: float
    short_r2: float
    effect: float
    r2: float
    outcome_variance: float
    treatment_variance: float
    residual_variance: float

    @property
    def default_r2_max(self) -> float:
        """Oster's rule of thumb, 1.3 times the R2 with covariates, at most 1."""
        return min(R2_FACTOR * self.r2, 1.0)


@dataclass(frozen=True)
class AdjustedEffect:
    """Effect when unobservables matter `delta` times as much as observables.

    Attributes
    ----------
    effect : float
        NaN where no real solution exists, or an R2 is not defined.
    others : tuple of float
        Further real solutions, by distance from the effect with covariates.
    """

    effect: float
    others: tuple[float, ...]


def regressions(
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    covariates: FloatArray,
    weights: FloatArray | None = None,
) -> Regressions:
    """Run the regressions without and with covariates.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : ndarray, shape (n, p)
        All of them are observables to be compared with unobservables; none is in the short regression.
    weights : ndarray, shape (n,), optional
        Units with weight 0 are excluded.

    Returns
    -------
    Regressions
    """
    unit = np.ones(len(outcome)) if weights is None else weights
    used = unit > 0
    w = unit[used] / unit[used].sum()
    y, d = (x - w @ x for x in (outcome[used], treatment[used].astype(float)))
    design = with_constant(covariates[used])
    (d_rest, y_rest), _ = residuals(design, w, d, y)
    variance, left = float(w @ d**2), float(w @ d_rest**2)
    total = float(w @ y**2) if np.ptp(outcome[used]) > 0 else 0.0
    short = float(w @ (d * y)) / variance
    if left <= 1e-12 * variance:
        return Regressions(
            short, _share(short**2 * variance, total), np.nan, np.nan, total, variance, 0.0
        )
    effect = float(w @ (d_rest * y_rest)) / left
    errors = float(w @ (y_rest - effect * d_rest) ** 2)
    return Regressions(
        short,
        _share(short**2 * variance, total),
        effect,
        _share(total - errors, total),
        total,
        variance,
        left,
    )


def _share(part: float, total: float) -> float:
    """Share of a variance, free of rounding beyond 0 and 1; NaN of none."""
    return min(max(part / total, 0.0), 1.0) if total > 0 else np.nan


def delta(fits: Regressions, *, r2_max: float | None = None, effect: float = 0.0) -> float:
    """Relative importance of unobservables at which the effect would be `effect`.

    Parameters
    ----------
    fits : Regressions
    r2_max : float, optional
        R2 of the regression with the unobservables as well; `Regressions.default_r2_max` when omitted (the
        command psacalc takes 1).
    effect : float

    Returns
    -------
    float
        NaN where covariates are unrelated to the treatment, or an R2 is not defined; negative where the
        unobservables would have to work against the observables.

    References
    ----------
    Oster (2019), Journal of Business & Economic Statistics 37(2), proposition 3.
    """
    if np.isnan(fits.r2):
        return np.nan
    numerator, denominator = _polynomials(fits, r2_max)
    bias = fits.effect - effect
    powers = bias ** np.arange(4)
    above, below = numerator @ powers, denominator @ powers
    # treatment and covariates unrelated up to rounding: there is no selection to compare with
    unrelated = fits.treatment_variance - fits.residual_variance < 1e-12 * fits.treatment_variance
    return np.nan if unrelated or below == 0 else float(above / below)


def adjusted_effect(
    fits: Regressions, *, r2_max: float | None = None, delta: float = 1.0
) -> AdjustedEffect:
    """Effect when unobservables are `delta` times as important as observables.

    Parameters
    ----------
    fits : Regressions
    r2_max : float, optional
        As for `delta`.
    delta : float

    Returns
    -------
    AdjustedEffect
        Of the real roots of the quadratic (delta 1) or cubic, the one nearest to the effect with
        covariates among those under which the true index of the observables covaries with the treatment in
        the same direction as the estimated one (Oster's assumption 3); among all where none does.

    References
    ----------
    Oster (2019), propositions 1 and 2.
    """
    if np.isnan(fits.r2):
        return AdjustedEffect(np.nan, ())
    numerator, denominator = _polynomials(fits, r2_max)
    roots = _real_roots(numerator - delta * denominator)
    if not roots:
        return AdjustedEffect(np.nan, ())
    shift = (fits.short_effect - fits.effect) * fits.treatment_variance
    explained = fits.treatment_variance - fits.residual_variance
    same_sign = [bias for bias in roots if shift * (shift + bias * explained) > 0]
    ordered = sorted(same_sign or roots, key=abs) + (
        sorted(set(roots) - set(same_sign), key=abs) if same_sign else []
    )
    effects = [fits.effect - bias for bias in ordered]
    return AdjustedEffect(effects[0], tuple(effects[1:]))


def _polynomials(fits: Regressions, r2_max: float | None) -> tuple[FloatArray, FloatArray]:
    """Numerator and denominator of delta as polynomials of the bias, constant first.

    With D the change of the effect when covariates enter, V and T the treatment's variance and residual
    variance, A and B the outcome variance that unobservables would add and that covariates add:
    delta = b T (B + D^2 V + 2 b D V + b^2 (V - T)) / ((A + b^2 T) (D V + b (V - T))).
    """
    limit = fits.default_r2_max if r2_max is None else r2_max
    change = fits.short_effect - fits.effect
    variance, rest = fits.treatment_variance, fits.residual_variance
    to_come = (limit - fits.r2) * fits.outcome_variance
    came = (fits.r2 - fits.short_r2) * fits.outcome_variance
    top = rest * np.array(
        [0.0, came + change**2 * variance, 2 * change * variance, variance - rest]
    )
    low = np.array(
        [
            to_come * change * variance,
            to_come * (variance - rest),
            rest * change * variance,
            rest * (variance - rest),
        ]
    )
    return top, low


def _real_roots(polynomial: FloatArray) -> list[float]:
    scale = np.abs(polynomial).max(initial=0.0)
    if scale == 0:
        return []
    trimmed = np.trim_zeros(np.where(np.abs(polynomial) > 1e-14 * scale, polynomial, 0.0), "b")
    if len(trimmed) < 2:
        return []
    roots = np.polynomial.polynomial.polyroots(trimmed)
    return [float(root.real) for root in roots if abs(root.imag) <= 1e-8 * max(abs(root), 1e-300)]
