"""E-values: how strong confounding must be, as a risk ratio, to explain an effect on a yes-or-no outcome."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class EValue:
    """E-value of an estimate and of its interval.

    Attributes
    ----------
    risk_ratio : float
    estimate : float
        Smallest risk ratio by which a confounder must be associated with both treatment and outcome to
        explain the estimate away.
    interval : float
        The same for the end of the interval nearer to no effect; 1 where the interval contains no effect.
    """

    risk_ratio: float
    estimate: float
    interval: float


def e_value(risk_ratio: float) -> float:
    """E-value of a risk ratio.

    Parameters
    ----------
    risk_ratio : float
        Positive; below 1 its reciprocal is taken.

    Returns
    -------
    float
        ``r + sqrt(r (r - 1))``, at least 1; NaN for a ratio that is missing or not positive.

    References
    ----------
    VanderWeele & Ding (2017), Annals of Internal Medicine 167(4).
    """
    if not risk_ratio > 0:
        return np.nan
    ratio = max(risk_ratio, 1 / risk_ratio)
    return float(ratio + np.sqrt(ratio * (ratio - 1)))


def e_values(risk_ratio: float, conf_low: float, conf_high: float) -> EValue:
    """E-values of a risk ratio and of its interval.

    Parameters
    ----------
    risk_ratio, conf_low, conf_high : float

    Returns
    -------
    EValue
    """
    if not all(np.isfinite([risk_ratio, conf_low, conf_high])):
        return EValue(risk_ratio, e_value(risk_ratio), np.nan)
    nearer = conf_low if risk_ratio > 1 else conf_high
    interval = 1.0 if conf_low <= 1 <= conf_high else e_value(nearer)
    return EValue(risk_ratio, e_value(risk_ratio), interval)


def risk_ratio(risk: float, difference: float) -> float:
    """Risk ratio of a risk difference.

    Parameters
    ----------
    risk : float
        Risk among the treated.
    difference : float
        Effect on it: the counterfactual risk is the risk less the effect.

    Returns
    -------
    float
        NaN where the counterfactual risk is not positive.
    """
    base = risk - difference
    return risk / base if base > 0 else np.nan
