"""A survey whose outcome is missing for most of the treated, as prices are where nothing was sold."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from study_models import study_of

from ruralimpact.design.study import design_study
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.exhibits.load import load_results
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.tables import empty_table, write_table

STRATEGIES: list[dict[str, Any]] = [
    {"name": "means", "label": "Unadjusted", "method": "unweighted"},
    {"name": "nn", "label": "Nearest", "method": "nearest", "k": 2, "caliper": 0.3},
    {"name": "pairs", "label": "Pairs", "method": "nearest", "replace": False, "caliper": 0.3},
    {"name": "optimal", "label": "Optimal pairs", "method": "optimal"},
    *(
        {"name": name, "label": name.capitalize(), "method": name}
        for name in ("kernel", "entropy", "ipw", "overlap", "ipwra", "aipw", "regression")
    ),
]
NAMES = [row["name"] for row in STRATEGIES]
# 60 treated units in 12 groups, 120 controls in 24; the outcome is known of 25 treated and all controls.
TREATED, CONTROLS, KNOWN, WITHOUT_AGE = 60, 120, 25, 2


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    n = TREATED + CONTROLS
    treated = (np.arange(n) < TREATED).astype(float)
    age = rng.normal(40, 8, n) + 2 * treated
    price = 10 + 0.1 * age + treated + rng.normal(size=n)
    income = 100 + age + 5 * treated + rng.normal(size=n)
    # of the treated the young sold nothing, so that those who did are older than controls
    sold = (treated == 0) | (np.argsort(np.argsort(-np.where(treated == 1, age, -99))) < KNOWN)
    unasked = np.isin(np.arange(n), [3, 70])
    return pd.DataFrame(
        {
            "unit_id": [f"u{i:03d}" for i in range(n)],
            "group": [f"g{i // 5:02d}" for i in range(n)],
            "age": np.where(unasked, np.nan, age),
            "treated": treated,
            "price": np.where(sold, price, np.nan),
            "income": income,
        }
    )


STUDY: dict[str, Any] = {
    "name": "prices",
    "design": "cross_section",
    "synthetic": False,
    "unit_label": "producers",
    "group_label": "alliances",
    "codebook": [],
    "variables": {},
    "outcomes": {
        "price": {"label": "Price", "unit": "pesos", "family": "price", "decimals": 1},
        "income": {"label": "Income", "unit": "pesos", "family": "income"},
    },
    "samples": {"farms": {"label": "Farms", "sources": ["farms"]}},
    "strategies": STRATEGIES,
    "analyses": [
        {
            "name": "matched",
            "label": "Matched",
            "sample": "farms",
            "method": "matching",
            "treatment": "treated",
            "covariates": ["age"],
            "strategies": NAMES,
            "outcomes": ["price", "income"],
        }
    ],
}


def made(data: pd.DataFrame, study: dict[str, Any] = STUDY) -> dict[str, pd.DataFrame]:
    """Return what design and estimation make of a sample."""
    outcomes = list(study["outcomes"])
    units = {"farms": data.drop(columns=outcomes)}
    designs = design_study(study_of(study), units)
    parts = {name: designs[name] for name in ("weights", "pairs", "propensity", "designs")}
    designs["excluded_arms"] = empty_table("excluded_arms")
    given = EstimationTables(units, {"farms": data[["unit_id", *outcomes]]}, **parts)
    return designs | estimate_study(study_of(study), given, seed=1)


def results_of(tables: dict[str, pd.DataFrame], folder: Path, **study: Any) -> StudyResults:
    """Return tables as exhibits see them, with the configuration that they need."""
    paths = {name: [folder / f"{name}.parquet"] for name in tables}
    for name, (path,) in paths.items():
        write_table(tables[name], path, name)
    report = folder / "farms.quality.json"
    report.write_text(
        json.dumps({"rows_read": 180, "rows_kept": 180, "excluded": []}), encoding="utf-8"
    )
    shown = {name: path for name, path in paths.items() if name != "pairs"}
    declared = {
        **STUDY,
        "sources": [{"name": "farms", "label": "Farms"}],
        "exhibits": {"tables": [], "figures": []},
        **study,
    }
    return load_results(study_of(declared), tables=shown, quality=[report])
