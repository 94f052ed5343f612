"""Bias, standard errors and coverage of every strategy on clustered surveys with a known effect.

    python tests/simulation/coverage.py --draws 1000     (make simulation)

writes docs/methods/coverage.csv, one row a cell, strategy and kind of standard error, with seed and date
in docs/methods/coverage.json. Each draw has a stream of its own, so more processes change nothing.
"""

import argparse
import json
import os
from datetime import UTC, datetime
from multiprocessing import Pool
from pathlib import Path
from typing import Any

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

import numpy as np
import pandas as pd
from rich.progress import track

from ruralimpact import DesignError, estimate_impact
from ruralimpact.inference.multiplier import multiplier_bootstrap
from ruralimpact.simulate.clustered_survey import COVARIATES, ClusteredSurvey, draw_survey

SEED = 20141031
GROUPS = (40, 104, 260)
ICCS = (0.0, 0.05, 0.1, 0.2)
DOCS = Path(__file__).parents[2] / "docs/methods"

STRATEGIES: dict[str, dict[str, Any]] = {
    "nearest 1": {"method": "nearest"},
    "nearest 5": {"method": "nearest", "k": 5},
    "nearest 1, caliper": {"method": "nearest", "caliper": 0.2},
    "nearest 1, bias-adjusted": {"method": "nearest", "bias_adjust": True},
    "nearest 1, without replacement": {"method": "nearest", "replace": False, "caliper": 0.2},
    "nearest 1, without replacement, bias-adjusted": {
        "method": "nearest",
        "replace": False,
        "caliper": 0.2,
        "bias_adjust": True,
    },
    "Mahalanobis": {"method": "nearest", "distance": "mahalanobis"},
    "Mahalanobis, bias-adjusted": {
        "method": "nearest",
        "distance": "mahalanobis",
        "bias_adjust": True,
    },
    "optimal pairs": {"method": "optimal", "caliper": 0.05},
    "kernel": {"method": "kernel"},
    "kernel, bias-adjusted": {"method": "kernel", "bias_adjust": True},
    "radius, bias-adjusted": {"method": "radius", "radius": 0.02, "bias_adjust": True},
    "coarsened exact": {"method": "coarsened_exact", "bins": dict.fromkeys(COVARIATES, 4)},
    "coarsened exact, bias-adjusted": {
        "method": "coarsened_exact",
        "bins": dict.fromkeys(COVARIATES, 4),
        "bias_adjust": True,
    },
    "entropy": {"method": "entropy"},
    "ipw": {"method": "ipw"},
    "overlap": {"method": "overlap"},
    "ipwra": {"method": "ipwra"},
    "aipw": {"method": "aipw"},
    "regression": {"method": "regression"},
}
# The assignment problem grows with the square of the groups: a minute a draw at 260.
ONLY_SMALL = {"optimal pairs"}


def one_draw(cell: tuple[int, float, int]) -> list[dict[str, Any]]:
    groups, icc, number = cell
    survey = ClusteredSurvey(groups=groups, icc=icc)
    rng = np.random.default_rng([SEED, groups, round(1000 * icc), number])
    data = draw_survey(survey, rng)
    found = {}
    for name, strategy in STRATEGIES.items():
        if name in ONLY_SMALL and groups > 40:
            continue
        try:
            found[name] = estimate_impact(
                data,
                outcome="income",
                treatment="treated",
                covariates=COVARIATES,
                strategy=strategy,
                group="group",
            )
        except DesignError as problem:
            print(f"{cell}, {name}: {problem}")
    arms = data.groupby("group")["treated"].first().to_numpy()
    boot = multiplier_bootstrap(
        np.array([one.estimate for one in found.values()]),
        np.column_stack([one.scores.to_numpy() for one in found.values()]),
        rng=rng,
        arms=arms,
    )
    rows = []
    for j, (name, one) in enumerate(found.items()):
        base = {
            "groups": groups,
            "icc": icc,
            "strategy": name,
            "error": one.estimate - survey.effect,
        }
        intervals = {kind: 1.959964 * se for kind, se in one.std_errors.items()}
        for kind, se in one.std_errors.items():
            low, high = base["error"] - intervals[kind], base["error"] + intervals[kind]
            if kind == "group":
                low, high = (end - survey.effect for end in one.conf_int())
            rows.append({**base, "kind": kind, "std_error": se, "covers": low <= 0 <= high})
        low, high = boot.conf_low[j] - survey.effect, boot.conf_high[j] - survey.effect
        rows.append(
            {
                **base,
                "kind": "bootstrap",
                "std_error": boot.std_errors[j],
                "covers": low <= 0 <= high,
            }
        )
    return rows


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    by = rows.groupby(["groups", "icc", "strategy", "kind"], sort=False)
    table = by.agg(
        draws=("error", "size"),
        bias=("error", "mean"),
        sd=("error", "std"),
        mean_se=("std_error", "mean"),
        coverage=("covers", "mean"),
    ).reset_index()
    table["bias_over_sd"] = table["bias"] / table["sd"]
    table["se_over_sd"] = table["mean_se"] / table["sd"]
    return table.round(5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--iccs", type=float, nargs="*", default=ICCS)
    parser.add_argument("--groups", type=int, nargs="*", default=GROUPS)
    parser.add_argument("--out", type=Path, default=DOCS)
    options = parser.parse_args()
    cells = [
        (g, icc, d) for g in options.groups for icc in options.iccs for d in range(options.draws)
    ]
    with Pool(options.processes) as pool:
        done = track(pool.imap_unordered(one_draw, cells, chunksize=4), total=len(cells))
        rows = [row for draw in done for row in draw]
    frame = pd.DataFrame(rows).sort_values(["groups", "icc"], kind="stable")
    options.out.mkdir(parents=True, exist_ok=True)
    summarise(frame).to_csv(options.out / "coverage.csv", index=False)
    about = {"seed": SEED, "draws": options.draws, "date": f"{datetime.now(UTC):%Y-%m-%d}"}
    (options.out / "coverage.json").write_text(json.dumps(about) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
