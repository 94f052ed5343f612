"""The first `estimate_impact` of a process, whose libraries are yet to be imported.

    python benchmarks/first_call.py nearest

prints the CPU seconds of `import ruralimpact` and the call together.
"""

import sys
import time

import numpy as np
import pandas as pd


def survey(n: int, p: int = 8, *, seed: int = 20141031) -> pd.DataFrame:
    """Producers in groups of about 40, 27 percent of them treated by a logit of the first covariate."""
    rng = np.random.default_rng([seed, n, p])
    covariates = rng.normal(size=(n, p))
    treated = rng.random(n) < 1 / (1 + np.exp(1 - 0.5 * covariates[:, 0]))
    outcome = covariates.sum(axis=1) + treated + rng.normal(size=n)
    named = {f"x{j}": column for j, column in enumerate(covariates.T)}
    groups = rng.integers(0, max(n // 40, 20), n)
    return pd.DataFrame({"y": outcome, "d": treated.astype(int), "group": groups, **named})


def main() -> None:
    """Time one call on a million producers."""
    data = survey(1_000_000)
    names = [name for name in data if name.startswith("x")]
    start = time.process_time()
    import ruralimpact

    ruralimpact.estimate_impact(
        data, outcome="y", treatment="d", covariates=names, strategy=sys.argv[1], group="group"
    )
    print(f"{time.process_time() - start:.4f}")


if __name__ == "__main__":
    main()
