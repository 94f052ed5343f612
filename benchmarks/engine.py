"""CPU seconds and memory of the engine, beside its peers in the same run.

    python benchmarks/engine.py            (make benchmarks)
    python benchmarks/engine.py --peers    beside R's Matching and MatchIt, where Rscript has them

writes benchmarks/results.csv. Only the call is timed, with data in memory; every figure is the median of
`--repeat` calls (peers: one call), and ratios are taken within one run.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

import numpy as np
import pandas as pd
from first_call import survey

import ruralimpact
from ruralimpact.design.greedy import greedy_on_score
from ruralimpact.design.kernel import kernel_weights
from ruralimpact.design.neighbours import nearest_in_space, nearest_on_score
from ruralimpact.inference.abadie_imbens import abadie_imbens_estimate, conditional_variances
from ruralimpact.inference.clustered import clustered_std_error, group_sums
from ruralimpact.inference.multiplier import multiplier_bootstrap

SEED = 20141031
HERE = Path(__file__).parent


class Data:
    """Treated a quarter of the units; a score, covariates, an outcome and groups of 38."""

    def __init__(self, n: int, p: int = 0) -> None:
        rng = np.random.default_rng([SEED, n, p])
        self.score = rng.normal(size=n)
        self.treated = rng.random(n) < np.clip(0.25 + 0.1 * self.score, 0.02, 0.9)
        self.outcome = self.score + self.treated + rng.normal(size=n)
        self.covariates = rng.normal(size=(n, p))
        self.groups = np.arange(n) // 38

    def numbers(self) -> np.ndarray:
        columns = [self.outcome, self.treated, self.score, *self.covariates.T]
        return np.column_stack(columns).astype(float)


def score_with_replacement(data: Data) -> None:
    """Nearest neighbour with ties, Abadie-Imbens standard error and group-clustered one."""
    treated, outcome = data.treated, data.outcome
    near = nearest_on_score(data.score[treated], data.score[~treated], 1)
    sigma2 = conditional_variances(outcome, treated, data.score)
    matched = abadie_imbens_estimate(outcome, treated, of_treated=near, sigma2=sigma2)
    usage = np.zeros(len(outcome))
    usage[~treated] = near.usage(1.0 / near.counts)
    scores = np.where(treated, outcome - matched.estimate, -usage * outcome) / treated.sum()
    clustered_std_error(group_sums(scores - scores.mean(), data.groups))


def pairs_without_replacement(data: Data) -> None:
    caliper = 0.2 * data.score.std(ddof=1)
    greedy_on_score(data.score[data.treated], data.score[~data.treated], 1, caliper=caliper)


def mahalanobis_with_replacement(data: Data) -> None:
    factor = np.linalg.cholesky(np.cov(data.covariates, rowvar=False))
    points = np.linalg.solve(factor, data.covariates.T).T
    nearest_in_space(points[data.treated], points[~data.treated], 1)


def kernel(data: Data) -> None:
    probability = 1 / (1 + np.exp(-data.score))
    kernel_weights(data.treated.astype(np.int8), probability)


def bootstrap(_: Data) -> None:
    rng = np.random.default_rng(SEED)
    multiplier_bootstrap(np.zeros(200), rng.normal(size=(104, 200)), rng=rng, draws=999)


def impact(data: pd.DataFrame, strategy: str | dict[str, Any]) -> ruralimpact.ImpactEstimate:
    """`estimate_impact` from a table to the estimate with its balance and clustered error."""
    covariates = [name for name in data if name.startswith("x")]
    return ruralimpact.estimate_impact(
        data,
        outcome="y",
        treatment="d",
        covariates=covariates,
        strategy=strategy,
        group="group",
    )


UNADJUSTED = {"method": "nearest", "bias_adjust": False}  # what the correction of 2016 is about


def with_correction(data: pd.DataFrame) -> None:
    """The call with the Abadie-Imbens (2016) standard error read from its result."""
    _ = impact(data, UNADJUSTED).std_errors["ai2016"]


def cpu_seconds(task: Callable[[Any], Any], data: Any, repeat: int) -> float:
    spent = []
    for _ in range(repeat):
        start = time.process_time()
        task(data)
        spent.append(time.process_time() - start)
    return float(np.median(spent))


def peer_seconds(task: str, data: Data) -> float:
    with tempfile.TemporaryDirectory() as folder:
        data.numbers().T.tofile(Path(folder) / "numbers.bin")
        n, p = data.covariates.shape
        command = ["Rscript", str(HERE / "peers.R"), task, folder, str(n), str(p)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def memory_above_data(task: Callable[[Any], Any], make: Callable[[int], Any], n: int) -> float:
    """Gigabytes that a call adds to the process that holds the data, in a process of its own."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        data = make(n)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        task(data)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        os.write(write, f"{grown / 1e6:.4f}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    return float(os.read(read, 64))


# Work, task, units, covariates, and the peers' calls that finish at this size.
TASKS: list[tuple[str, Callable[[Data], None], int, int, tuple[str, ...]]] = [
    ("score, with replacement", score_with_replacement, 40_000, 0, ("score_with",)),
    ("pairs, without replacement", pairs_without_replacement, 100_000, 0, ("pairs_without",)),
    ("pairs, without replacement", pairs_without_replacement, 1_000_000, 0, ()),
    (
        "Mahalanobis, with replacement",
        mahalanobis_with_replacement,
        10_000,
        8,
        ("mahalanobis_with", "mahalanobis_without"),
    ),
    ("Mahalanobis, with replacement", mahalanobis_with_replacement, 100_000, 8, ()),
    ("kernel", kernel, 1_000_000, 0, ()),
    ("999 draws, 200 estimates", bootstrap, 104, 0, ()),
]
CALLS: list[tuple[str, Callable[[pd.DataFrame], Any]]] = [
    ("estimate_impact, nearest on the score", lambda data: impact(data, "nearest")),
    ("estimate_impact, kernel", lambda data: impact(data, "kernel")),
    ("estimate_impact, with the error of 2016", with_correction),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument(
        "--calls", action="store_true", help="estimate_impact only; other rows stay"
    )
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []

    def record(work: str, n: int, measure: str, value: float) -> None:
        rows.append({"work": work, "n": n, "measure": measure, "value": round(value, 4)})
        print(f"{work:32} {n:>9,}  {measure:38} {value:>10.3f}")

    if not options.calls:
        _record_engine(record, options)
    _record_calls(record, options.repeat)
    table = pd.DataFrame(rows)
    if options.calls:
        before = pd.read_csv(HERE / "results.csv")
        table = pd.concat([before[~before["work"].isin(table["work"])], table])
    table.to_csv(HERE / "results.csv", index=False)


Record = Callable[[str, int, str, float], None]


def _record_calls(record: Record, repeat: int) -> None:
    n = 1_000_000
    for method in ("nearest", "kernel"):
        first = [sys.executable, str(HERE / "first_call.py"), method]
        done = subprocess.run(first, capture_output=True, text=True, check=True)
        record(f"first call and imports, {method}", n, "CPU seconds", float(done.stdout))
    for work, task in CALLS:
        task(survey(2_000))  # imports
        data = survey(n)
        record(work, n, "CPU seconds", cpu_seconds(task, data, repeat))
        record(work, n, "GB above the data", memory_above_data(task, survey, n))


def _record_engine(record: Record, options: argparse.Namespace) -> None:
    sizes = [4_000, 40_000, 100_000, 400_000, 1_000_000, 4_000_000]
    spent = []
    for n in sizes:
        data = Data(n)
        seconds = cpu_seconds(score_with_replacement, data, options.repeat)
        sort = cpu_seconds(lambda d: np.argsort(d.score, kind="stable"), data, options.repeat)
        spent.append(seconds)
        record("score, with replacement", n, "CPU seconds", seconds)
        record("score, with replacement", n, "times one argsort of the score", seconds / sort)
    large = slice(2, None)
    slope = np.polyfit(np.log(sizes[large]), np.log(spent[large]), 1)[0]
    record("score, with replacement", 4_000_000, "growth exponent from 100,000", slope)
    grown = memory_above_data(score_with_replacement, Data, 1_000_000)
    record("score, with replacement", 1_000_000, "GB above the data", grown)
    for work, task, n, p, peers in TASKS:
        data = Data(n, p)
        seconds = cpu_seconds(task, data, options.repeat)
        record(work, n, "CPU seconds", seconds)
        for peer in peers if options.peers else ():
            other = peer_seconds(peer, data)
            record(work, n, f"peer's CPU seconds ({peer})", other)
            record(work, n, f"peer's over ours ({peer})", other / seconds)


if __name__ == "__main__":
    main()
