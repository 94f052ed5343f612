"""Whole runs of large projects: wall and CPU seconds, memory and growth of each stage.

    python benchmarks/whole_runs.py        100,000 and 1,000,000 producers on two cores (make scale)
    python benchmarks/whole_runs.py --producers 20000 100000

writes benchmarks/whole_runs.csv. Projects are laid and run in a temporary folder, or under `--folder`,
where they stay. The exponent of a stage is the slope of log CPU seconds on log producers from one size to
the next: 1 is linear.
"""

import argparse
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd
from large_project import STUDY, lay_project

HERE = Path(__file__).parent
WHOLE_RUN = "whole run"
MOST_MINUTES, MOST_GB, MOST_GROWTH = 10, 6, 1.15  # at the largest size


@dataclass(frozen=True)
class StageCost:
    """What a job took.

    Attributes
    ----------
    producers : int
    stage : str
        A job of the workflow, or the whole run.
    wall_seconds, cpu_seconds, peak_gb : float
    exponent : float
        Growth of CPU seconds since the size before; missing for the first.
    """

    producers: int
    stage: str
    wall_seconds: float
    cpu_seconds: float
    peak_gb: float
    exponent: float = math.nan


def costs_of_run(folder: Path, producers: int, cores: int) -> list[StageCost]:
    """Lay a project of a size, run it, and return what its jobs took."""
    project = folder / str(producers)
    lay_project(project, producers)
    command = [sys.executable, "-m", "ruralimpact", "run", "--cores", str(cores)]
    start = time.monotonic()
    subprocess.run(command, cwd=project, check=True)
    wall = time.monotonic() - start
    jobs = list(_jobs(project, producers))
    whole = StageCost(
        producers,
        WHOLE_RUN,
        round(wall, 1),
        round(sum(job.cpu_seconds for job in jobs), 1),
        max(job.peak_gb for job in jobs),
    )
    return [*jobs, whole]


def _jobs(project: Path, producers: int) -> Iterator[StageCost]:
    for path in sorted((project / "results" / STUDY / "benchmarks").glob("*.tsv")):
        job = pd.read_csv(path, sep="\t").iloc[0]
        yield StageCost(
            producers,
            path.stem.removesuffix(f"_{STUDY}"),
            round(float(job["s"]), 1),
            round(float(job["cpu_time"]), 2),
            round(float(job["max_rss"]) / 1024, 2),
        )


def with_growth(costs: Sequence[StageCost]) -> list[StageCost]:
    """Add to each cost its growth since the last smaller size of the same stage."""
    grown = []
    last: dict[str, StageCost] = {}
    for cost in sorted(costs, key=lambda cost: cost.producers):
        before = last.get(cost.stage)
        if before is not None and before.cpu_seconds > 0:
            ratio = math.log(cost.cpu_seconds / before.cpu_seconds)
            cost = replace(
                cost, exponent=round(ratio / math.log(cost.producers / before.producers), 2)
            )
        last[cost.stage] = cost
        grown.append(cost)
    return grown


def misses(costs: Sequence[StageCost]) -> list[str]:
    """Say which bars the largest run misses."""
    largest = max(cost.producers for cost in costs)
    lines = []
    for cost in (cost for cost in costs if cost.producers == largest):
        if cost.stage == WHOLE_RUN and cost.wall_seconds > 60 * MOST_MINUTES:
            lines.append(
                f"the whole run took {cost.wall_seconds / 60:.1f} minutes, bar {MOST_MINUTES}"
            )
        if cost.peak_gb > MOST_GB:
            lines.append(f"{cost.stage} took {cost.peak_gb} GB, bar {MOST_GB}")
        if cost.exponent > MOST_GROWTH:
            lines.append(f"{cost.stage} grew with exponent {cost.exponent}, bar {MOST_GROWTH}")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--producers", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where the projects are laid and stay")
    parser.add_argument("--output", type=Path, default=HERE / "whole_runs.csv")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        costs = [
            cost
            for producers in sorted(options.producers)
            for cost in costs_of_run(folder, producers, options.cores)
        ]
    costs = with_growth(costs)
    table = pd.DataFrame([asdict(cost) for cost in costs])
    table.to_csv(options.output, index=False)
    print(table.to_string(index=False, na_rep=""))
    for line in misses(costs):
        print(f"missed: {line}")


if __name__ == "__main__":
    main()
