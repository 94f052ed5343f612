"""A survey of producers in groups, where treatment is assigned to groups and the effect is known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

COVARIATES = ("schooling", "land", "distance", "age")

# Covariates: share of their variance between groups, and their pull on treatment and on the outcome.
_BETWEEN = 0.15
_SELECTION = np.array([0.7, 0.5, -0.6, 0.4])
_RETURNS = np.array([0.35, 0.30, -0.25, 0.15])


@dataclass(frozen=True)
class ClusteredSurvey:
    """What a simulated survey looks like.

    Attributes
    ----------
    groups : int
        Producer groups; each is treated as a whole.
    size : int
        Producers in a group.
    icc : float
        Correlation of the outcome within groups, given covariates.
    effect : float
        Average effect, in standard deviations of the outcome given covariates.
    effect_spread : float
        Standard deviation of the effect between groups.
    """

    groups: int
    size: int = 38
    icc: float = 0.1
    effect: float = 0.5
    effect_spread: float = 0.25


def draw_survey(survey: ClusteredSurvey, rng: np.random.Generator) -> pd.DataFrame:
    """Draw one survey.

    Parameters
    ----------
    survey : ClusteredSurvey
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame, groups x size rows
        ``group``, ``treated``, the covariates and ``income``. The average effect on the treated, over
        surveys, is ``survey.effect``: effects vary by group, independently of covariates.

    Notes
    -----
    Treatment depends on the group means of the covariates, so that given a producer's own covariates it
    tells nothing about the outcome without treatment: unconfounded, but with errors that are correlated
    within groups. The outcome is linear in the covariates with a squared term in land.
    """
    count, size = survey.groups, survey.size
    means = rng.normal(size=(count, len(COVARIATES)))
    pull = means @ _SELECTION / np.sqrt((_SELECTION**2).sum())
    treated = rng.random(count) < 1 / (1 + np.exp(-1.2 * pull))
    if treated.all() or not treated.any():
        return draw_survey(survey, rng)
    group = np.repeat(np.arange(count), size)
    own = rng.normal(size=(count * size, len(COVARIATES)))
    covariates = np.sqrt(_BETWEEN) * means[group] + np.sqrt(1 - _BETWEEN) * own
    shock = np.sqrt(survey.icc) * rng.normal(size=count)
    noise = np.sqrt(1 - survey.icc) * rng.normal(size=count * size)
    effect = survey.effect + survey.effect_spread * rng.normal(size=count)
    land = covariates[:, 1]
    without = covariates @ _RETURNS + 0.1 * (land**2 - 1) + shock[group] + noise
    return pd.DataFrame(
        {
            "group": group,
            "treated": treated[group].astype(int),
            **dict(zip(COVARIATES, covariates.T, strict=True)),
            "income": 3 + without + np.where(treated, effect, 0.0)[group],
        }
    )
