"""Time nearest-neighbour matching on a score with replacement, against one sort of the score.

    python benchmarks/match_on_score.py [n ...]      (default 4000 40000 400000)

What is timed: matching with the score given, the effect with its group scores, the clustered and the
Abadie-Imbens (2006) standard error. Each size runs in a process of its own on one thread; times are
CPU seconds, the best of three.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

import numpy as np

from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.matching import match_nearest
from ruralimpact.design.propensity import PropensityScore
from ruralimpact.design.strategies import NearestNeighbour
from ruralimpact.estimation.matching import matching_estimate
from ruralimpact.inference.abadie_imbens import abadie_imbens_estimate
from ruralimpact.inference.clustered import clustered_std_error, group_sums

SIZES = (4_000, 40_000, 400_000)
GROUP_SIZE, SHARE_TREATED, REPEATS, SEED = 38, 0.25, 3, 20141031


def best_cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of the fastest of a few repeats."""
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def measure(n: int) -> str:
    """Return one row of the table for `n` units."""
    rng = np.random.default_rng(SEED)
    group = np.arange(n) // GROUP_SIZE
    treatment = (rng.random(group[-1] + 1) < SHARE_TREATED)[group].astype(np.int8)
    score = rng.normal(size=n) + 0.5 * treatment
    outcome = score + treatment + rng.normal(size=n)
    covariates = covariate_matrix({"score": score})
    propensity = PropensityScore("logit", score, 1 / (1 + np.exp(-score)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def work() -> None:
        design = match_nearest(covariates, treatment, NearestNeighbour(), propensity=propensity)
        estimate = matching_estimate(outcome, design, covariates)
        clustered_std_error(group_sums(estimate.scores, group))
        abadie_imbens_estimate(outcome, treatment == 1, of_treated=design.neighbours)

    sort = best_cpu_seconds(lambda: np.argsort(score))
    seconds = best_cpu_seconds(work)
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return f"{n:>12,} {seconds:>12.3f} {sort:>12.4f} {seconds / sort:>12.1f} {memory:>12.0f}"


def main() -> None:
    """Print the table, one process a size."""
    if len(sys.argv) == 3 and sys.argv[1] == "--one":
        print(measure(int(sys.argv[2])))
        return
    sizes = [int(argument) for argument in sys.argv[1:]] or SIZES
    print(f"{'n':>12} {'CPU s':>12} {'one sort':>12} {'ratio':>12} {'MB added':>12}", flush=True)
    for n in sizes:
        subprocess.run([sys.executable, __file__, "--one", str(n)], check=True)


if __name__ == "__main__":
    main()
