"""Random-effects mean of the effects of several studies, and where that of a further one would lie."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ruralimpact.errors import DataError

FEWEST = 3  # with two, a prediction interval has no degree of freedom


@dataclass(frozen=True)
class RandomEffects:
    """A random-effects mean, in the unit of the effects.

    Attributes
    ----------
    n_studies : int
    mean, std_error, conf_low, conf_high : float
        With t on k - 1 degrees of freedom.
    predicted_low, predicted_high : float
        95 percent interval of the true effect of a further study.
    tau : float
        Standard deviation of true effects between studies.
    i_squared : float
        Share of the variance of effects beyond that of their errors, (Q - k + 1) / Q, from 0 to 1.
    q, q_p_value : float
        Cochran's test that all true effects are the same.
    weights : ndarray, shape (k,)
        Shares of the studies in the mean.
    """

    n_studies: int
    mean: float
    std_error: float
    conf_low: float
    conf_high: float
    predicted_low: float
    predicted_high: float
    tau: float
    i_squared: float
    q: float
    q_p_value: float
    weights: NDArray[np.float64]


def random_effects(effects: ArrayLike, std_errors: ArrayLike) -> RandomEffects:
    """Combine the effects of independent studies.

    Parameters
    ----------
    effects, std_errors : array_like, shape (k,)
        All known, standard errors above zero.

    Returns
    -------
    RandomEffects

    Raises
    ------
    DataError
        There are fewer than three, or one is not known.

    Notes
    -----
    The variance between studies is Paule and Mandel's; the standard error is Hartung and Knapp's, but never
    smaller than the usual one; the prediction interval is the mean plus and minus t on k - 2 degrees of
    freedom times the root of that variance and the squared standard error.

    References
    ----------
    Paule & Mandel (1982), Journal of Research of the National Bureau of Standards 87(5); Hartung & Knapp
    (2001), Statistics in Medicine 20; Higgins, Thompson & Spiegelhalter (2009), JRSS A 172(1), equation 12;
    IntHout, Ioannidis, Rovers & Goeman (2016), BMJ Open 6.
    """
    values, errors = np.asarray(effects, dtype=float), np.asarray(std_errors, dtype=float)
    k = len(values)
    if k < FEWEST:
        raise DataError(f"a mean of studies needs at least {FEWEST}, and there are {k}.")
    if not (np.isfinite(values).all() and np.isfinite(errors).all() and (errors > 0).all()):
        raise DataError("a mean of studies needs an effect and a standard error of each.")
    from scipy.special import chdtrc, stdtrit
    from statsmodels.stats.meta_analysis import combine_effects

    combined = combine_effects(values, errors**2, method_re="pm", atol=1e-12, maxiter=1000)
    tau2 = max(float(combined.tau2), 0.0)
    variance = max(float(combined.var_hksj_re), float(combined.var_eff_w_re))
    mean, q = float(combined.mean_effect_re), float(combined.q)
    margin = float(stdtrit(k - 1, 0.975) * np.sqrt(variance))
    reach = float(stdtrit(k - 2, 0.975) * np.sqrt(tau2 + variance))
    return RandomEffects(
        n_studies=k,
        mean=mean,
        std_error=float(np.sqrt(variance)),
        conf_low=mean - margin,
        conf_high=mean + margin,
        predicted_low=mean - reach,
        predicted_high=mean + reach,
        tau=float(np.sqrt(tau2)),
        i_squared=max(0.0, (q - (k - 1)) / q) if q > 0 else 0.0,
        q=q,
        q_p_value=float(chdtrc(k - 1, q)),
        weights=np.asarray(combined.weights_rel_re, dtype=np.float64),
    )
