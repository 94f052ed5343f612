"""Draw the samples that Stata's leebounds was run on (numpy 2.4); writes the two data files here."""

from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent


def one_sample(number: int) -> pd.DataFrame:
    """Outcomes of 64 and 32 bits that ties or skew make hard; odd samples lose more controls."""
    rng = np.random.default_rng(20260929 + number)
    size = 700 + 37 * number
    treatment = rng.integers(0, 2, size)
    treated, control = (0.95, 0.8) if number % 2 else (0.8, 0.95)
    found = rng.random(size) < np.where(treatment == 1, treated, control)
    if number <= 6:
        outcome = np.float32(np.exp(rng.normal(4 + 0.3 * treatment, 1.2, size))).astype(float)
    else:
        outcome = rng.poisson(2 + treatment, size).astype(float)
    return pd.DataFrame({"sample": number, "d": treatment, "y": np.where(found, outcome, np.nan)})


def cells_sample() -> pd.DataFrame:
    """Response and outcome that differ by a covariate of three values and one of two."""
    rng = np.random.default_rng(20260930)
    size = 3000
    treatment, x, z = rng.integers(0, 2, size), rng.integers(0, 3, size), rng.integers(0, 2, size)
    found = rng.uniform(size=size) < 0.45 + 0.12 * x + 0.1 * treatment + 0.05 * z * treatment
    outcome = 1.0 + 0.6 * treatment + 0.8 * x - 0.3 * z + rng.normal(size=size)
    outcome = np.where(found, np.round(outcome, 6), np.nan)
    return pd.DataFrame({"d": treatment, "x": x, "z": z, "y": outcome})


if __name__ == "__main__":
    samples = pd.concat([one_sample(number) for number in range(1, 9)])
    samples.to_csv(FOLDER / "lee_samples.csv", index=False)
    cells_sample().to_csv(FOLDER / "lee_cells.csv", index=False)
