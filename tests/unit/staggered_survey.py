"""A simulated panel in which treatment comes at two times, for the tests of analyses over time."""

from typing import Any

import numpy as np
import pandas as pd

from ruralimpact.estimation.study import EstimationTables

WAVES = range(1, 7)
GROUPS, SIZE = 60, 6


def survey() -> pd.DataFrame:
    """Return one row a unit and wave: twenty groups treated from wave 3, twenty from 5, twenty never.

    The effect is 1 when treatment begins and grows by 1 each wave.
    """
    rng = np.random.default_rng(2)
    group = np.repeat(np.arange(GROUPS), SIZE)
    start = np.where(group < 20, 3, np.where(group < 40, 5, 0))
    n = len(group)
    x, kind = rng.normal(size=n), np.array(["a", "b", "c"])[rng.integers(0, 3, n)]
    level = 10 + rng.normal(size=n) + rng.normal(size=GROUPS)[group]
    frames = []
    for wave in WAVES:
        treated = (start > 0) & (wave >= start)
        effect = treated * (1 + wave - start)
        noise = rng.normal(size=n) + 0.3 * rng.normal(size=GROUPS)[group]
        frames.append(
            pd.DataFrame(
                {
                    "unit_id": [f"u{i:03d}:{wave}" for i in range(n)],
                    "id": [f"u{i:03d}" for i in range(n)],
                    "group": [f"g{g:02d}" for g in group],
                    "wave": wave,
                    "treated": treated.astype(float),
                    "arm": (start == 3).astype(float),
                    "start": start.astype(float),
                    "eligible": (x > 0).astype(float),
                    "x": x,
                    "kind": kind,
                    "income": level + 0.3 * wave + 0.2 * wave * x + effect + noise,
                    "poor": (level + effect + noise < 10).astype(float),
                }
            )
        )
    return pd.concat(frames).sort_values("unit_id", ignore_index=True)


OUTCOMES = ("income", "poor")
BEFORE_AFTER: dict[str, Any] = {"before": [1, 2], "after": [3, 4, 5, 6]}
STAGGERED: dict[str, Any] = {
    "name": "staggered",
    "sample": "all",
    "method": "staggered",
    "treatment": "treated",
    "covariates": ["x"],
    "outcomes": ["income"],
}
TWO_ARMS: dict[str, Any] = {
    "name": "two_arms",
    "sample": "early",
    "method": "difference_in_differences",
    "treatment": "treated",
    **BEFORE_AFTER,
    "covariates": ["x", "kind"],
    "estimators": ["two_by_two", "ancova", "doubly_robust", "regression", "weighting"],
    "outcomes": ["income", "poor"],
}
TRIPLE: dict[str, Any] = {
    "name": "triple",
    "sample": "early",
    "method": "triple_difference",
    "treatment": "arm",
    "fixed": True,
    "eligible": "eligible",
    **BEFORE_AFTER,
    "outcomes": ["income"],
}
ALONE: dict[str, Any] = {
    "name": "alone",
    "sample": "early",
    "method": "before_after",
    "treatment": "treated",
    **BEFORE_AFTER,
    "outcomes": ["income"],
}


def study(*analyses: dict[str, Any], synthetic: bool = False) -> dict[str, Any]:
    """Return a configuration with these analyses."""
    return {
        "name": "made_up",
        "analyses": list(analyses),
        "strategies": [],
        "outcomes": {
            "income": {"label": "Net income", "unit": "dollars", "decimals": 2},
            "poor": {"label": "Poverty", "unit": "percentage points", "decimals": 1},
        },
        "samples": {"all": {"group": "group"}, "early": {"group": "group"}},
        "synthetic": synthetic,
    }


def tables(frame: pd.DataFrame) -> EstimationTables:
    """Return the samples of a survey: all units, and those treated early or never."""
    early = frame[frame["start"].isin([0, 3])]
    samples = {"all": frame, "early": early}
    return EstimationTables(
        {name: part.drop(columns=[*OUTCOMES]) for name, part in samples.items()},
        {name: part[["unit_id", *OUTCOMES]] for name, part in samples.items()},
        *(pd.DataFrame() for _ in range(3)),
        pd.DataFrame(columns=["analysis", "strategy"]),
    )
