"""Staggered panels with a known effect, and their two-way fixed-effects regression."""

import numpy as np

from ruralimpact.estimation.panel import PanelData, two_way_fixed_effects

PERIODS = np.arange(2001.0, 2009.0)


def draw_panel(seed=0, n=300, cohorts=(2003.0, 2005.0, 2007.0, np.inf), noise=1.0, slope=1.0):
    """Unit and period effects, and an effect of `slope` times the periods since adoption."""
    rng = np.random.default_rng(seed)
    first = rng.permutation(np.resize(cohorts, n))
    exposure = np.maximum(PERIODS - first[:, None] + 1, 0)
    outcome = rng.normal(size=(n, 1)) + PERIODS * 0.3 + slope * exposure
    return outcome + noise * rng.normal(size=outcome.shape), first


def twfe(outcome, first):
    n, T = outcome.shape
    treated = (PERIODS[:T] >= first[:, None]).astype(float).ravel()
    rows = PanelData(np.repeat(np.arange(n), T).astype(object), np.tile(np.arange(T), n))
    return two_way_fixed_effects(outcome.ravel(), treated, rows)


def std_error(scores):
    return float(np.sqrt((scores**2).sum()))
