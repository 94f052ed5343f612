"""Weights from the propensity score: inverse probability and overlap weights."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.design.unit_weights import UnitWeights, refuse_non_finite
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
Estimand = Literal["ATT", "ATE", "ATO"]


def probability_weights(
    treatment: NDArray[np.int8],
    probability: FloatArray,
    *,
    estimand: Estimand = "ATT",
    tolerance: float = 1e-5,
) -> FloatArray:
    """Compute the weight of each unit in its arm.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    probability : ndarray, shape (n,)
        Of treatment.
    estimand : {"ATT", "ATE", "ATO"}
        Average over the treated, over all units, or over the overlap population.
    tolerance : float
        Smallest probability of a unit's own arm that is accepted where the weight divides by it (Stata's
        ``pstolerance``).

    Returns
    -------
    ndarray, shape (n,)
        Treated and controls: 1 and p / (1 - p) for the ATT, 1 / p and 1 / (1 - p) for the ATE, 1 - p
        and p for the ATO.

    Raises
    ------
    DesignError
        An arm is empty, a probability is not finite or outside [0, 1], or a unit's probability of its
        own arm is below the tolerance.

    References
    ----------
    Hirano, Imbens & Ridder (2003), Econometrica 71(4); Li, Morgan & Zaslavsky (2018), Journal of the
    American Statistical Association 113(521).
    """
    refuse_empty_arm(treatment)
    refuse_non_finite(probability, "propensity score")
    if probability.min() < 0 or probability.max() > 1:
        raise DesignError("the propensity score must lie between 0 and 1.")
    treated = treatment == 1
    own = np.where(treated, probability, 1 - probability)
    if estimand == "ATO":
        return 1 - own
    divides = np.ones_like(treated) if estimand == "ATE" else ~treated
    extreme = int((divides & (own < tolerance)).sum())
    if extreme:
        raise DesignError(
            f"no overlap: {extreme:,} units have a probability of their own arm below {tolerance:g}, so "
            "their weight has no bound. Trim to common support, or use overlap weights or matching."
        )
    if estimand == "ATE":
        return 1 / own
    return np.where(treated, 1.0, probability / own)


def inverse_probability_weights(
    treatment: NDArray[np.int8],
    probability: FloatArray,
    *,
    estimand: Estimand = "ATT",
    sampling: FloatArray | None = None,
) -> UnitWeights:
    """Normalise probability weights within arms, for balance tables and descriptions.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    probability : ndarray, shape (n,)
    estimand : {"ATT", "ATE", "ATO"}
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive.

    Returns
    -------
    UnitWeights
        Each arm's weights sum to the number of treated units; for the ATE to the number of all units.
        Units count as often as their sampling weights say.

    Raises
    ------
    DesignError
        As `probability_weights`.
    """
    unit = np.ones(len(treatment)) if sampling is None else sampling
    raw = unit * probability_weights(treatment, probability, estimand=estimand)
    treated = treatment == 1
    total = float(unit.sum() if estimand == "ATE" else unit[treated].sum())
    sums = np.where(treated, raw[treated].sum(), raw[~treated].sum())
    return UnitWeights(total * raw / sums)
