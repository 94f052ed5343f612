"""Simulations in parts: draws from one number to another, and the table of all of them.

    python tests/simulation/monte_carlo.py draw coverage 0 50 part.parquet
    python tests/simulation/monte_carlo.py table coverage coverage.csv part.parquet ...

Every draw has a stream of its own, by its number, so that the table is the same however draws are split; the
workflow beside this file splits them over cores or a cluster.
"""

import argparse
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

import pandas as pd
from simulated import Simulation

# Modules of this folder with a `SIMULATION`, which are named after the tables that they write.
COVERAGE = (
    "coverage",
    "difference_coverage",
    "staggered_coverage",
    "attrition_coverage",
    "strata_coverage",
)
RECOVERY = (
    "bolivia_recovery",
    "bolivia_followup",
    "percent_intervals",
    "registers_recovery",
    "survival_curves",
)


def simulation_of(name: str) -> Simulation:
    """Return the simulation of a module."""
    simulation = import_module(name).SIMULATION
    assert isinstance(simulation, Simulation)
    return simulation


def drawn(simulation: Simulation, first: int, last: int) -> pd.DataFrame:
    """Return the rows of the draws from `first` up to, and without, `last`."""
    draw = simulation.prepare()
    return pd.DataFrame(
        [{"draw": number, **row} for number in range(first, last) for row in draw(number)]
    )


def table_of(simulation: Simulation, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the table of draws that were made in parts, in whatever order these are given."""
    rows = pd.concat([part for part in parts if len(part)], ignore_index=True)
    rows = rows.sort_values("draw", kind="stable", ignore_index=True)
    return simulation.summarise(rows.drop(columns="draw"))


def write_table(name: str, out: Path, parts: Sequence[pd.DataFrame]) -> None:
    """Write the table, and what the page on it says of the draws."""
    simulation = simulation_of(name)
    table_of(simulation, parts).to_csv(out, index=False, lineterminator="\n")
    if simulation.dated:
        draws = max(int(part["draw"].max()) for part in parts if len(part)) + 1
        seeds = (
            {"seeds": [simulation.seed, simulation.seed + draws - 1]}
            if simulation.by_number
            else {"seed": simulation.seed}
        )
        about = {**seeds, "draws": draws, "date": f"{datetime.now(UTC):%Y-%m-%d}"}
        out.with_suffix(".json").write_text(json.dumps(about) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    draw = steps.add_parser("draw")
    draw.add_argument("name")
    draw.add_argument("first", type=int)
    draw.add_argument("last", type=int)
    draw.add_argument("out", type=Path)
    table = steps.add_parser("table")
    table.add_argument("name")
    table.add_argument("out", type=Path)
    table.add_argument("parts", type=Path, nargs="+")
    options = parser.parse_args()
    if options.step == "draw":
        drawn(simulation_of(options.name), options.first, options.last).to_parquet(options.out)
    else:
        write_table(options.name, options.out, [pd.read_parquet(part) for part in options.parts])


if __name__ == "__main__":
    main()
