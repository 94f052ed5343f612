"""A survey of unequal producer groups whose covariates are shared, in part or wholly, within groups."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

COVARIATES = ("altitude", "market", "experience")

# Pull of the covariates on treatment and on the log of income.
_SELECTION = np.array([0.8, -0.6, 0.5])
_RETURNS = np.array([0.25, -0.20, 0.15])
_LOG_SD = 0.8
_ICC = 0.1
_ZEROS = 0.1
_SMALLEST, _LARGEST = 5, 150


@dataclass(frozen=True)
class UnequalGroups:
    """What a simulated survey looks like.

    Attributes
    ----------
    treated, control : int
        Groups in each arm.
    between : float
        Share of the covariates' variance that lies between groups.
    effect : float
        Average effect on the treated; income without treatment has a mean near 1.4.
    """

    treated: int
    control: int
    between: float
    effect: float = 0.3


@dataclass(frozen=True)
class DrawnSurvey:
    """One survey; units of a group stand together.

    Attributes
    ----------
    group : ndarray of int, shape (n,)
        Codes 0 .. G-1.
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : ndarray, shape (n, 3)
    without : ndarray, shape (n,)
        Income without treatment.
    income : ndarray, shape (n,)
    """

    group: IntArray
    treatment: NDArray[np.int8]
    covariates: FloatArray
    without: FloatArray
    income: FloatArray


def draw_unequal_groups(survey: UnequalGroups, rng: np.random.Generator) -> DrawnSurvey:
    """Draw one survey.

    Parameters
    ----------
    survey : UnequalGroups
    rng : numpy.random.Generator

    Returns
    -------
    DrawnSurvey

    Notes
    -----
    Groups have 5 to 150 producers, most of them few. The groups with the largest pull of their means of
    the covariates, plus chance (logistic), are treated. Income without treatment is lognormal in the
    covariates with a shock of the group, and zero for a tenth. The effect on a producer grows with the
    size of the group; averaged over treated producers it is `survey.effect`.
    """
    count = survey.treated + survey.control
    sizes = np.clip(np.rint(np.exp(rng.normal(3.2, 0.7, count))), _SMALLEST, _LARGEST).astype(int)
    means = rng.normal(size=(count, len(COVARIATES)))
    pull = means @ _SELECTION + rng.logistic(size=count)
    treated = np.zeros(count, dtype=np.int8)
    treated[np.argsort(-pull, kind="stable")[: survey.treated]] = 1
    group = np.repeat(np.arange(count), sizes)
    own = rng.normal(size=(len(group), len(COVARIATES)))
    covariates = np.sqrt(survey.between) * means[group] + np.sqrt(1 - survey.between) * own
    shock = np.sqrt(_ICC) * rng.normal(size=count)[group]
    noise = np.sqrt(1 - _ICC) * rng.normal(size=len(group))
    without = np.exp(covariates @ _RETURNS + _LOG_SD * (shock + noise))
    without *= rng.random(len(group)) >= _ZEROS
    gain = survey.effect * treated[group] * _relative_effect(sizes)[group]
    return DrawnSurvey(group.astype(np.int64), treated[group], covariates, without, without + gain)


def _relative_effect(sizes: IntArray) -> FloatArray:
    """Effect by size of the group, of mean 1 over producers."""
    return np.asarray(0.5 + 0.5 * sizes / _SIZE_OF_OWN_GROUP, dtype=np.float64)


# Mean size of a producer's own group, E(n^2) / E(n), under the distribution of sizes above.
_SIZE_OF_OWN_GROUP = 48.93
