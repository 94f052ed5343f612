"""Cash flows of a few units, and what a study of their rates of return makes of them."""

from typing import Any

import numpy as np
import pandas as pd
from study_models import study_of

from ruralimpact.description.records import RecordedStudy
from ruralimpact.returns.register import cash_register
from ruralimpact.returns.study import returns_study, returns_uncertainty
from ruralimpact.schema.rate_of_return import RateOfReturn
from ruralimpact.schema.validation import validated

LINES = ["grant", "own", "sales", "feed"]
ACCOUNTS = [
    {
        "name": "all",
        "label": "All",
        "investment": ["grant", "own"],
        "benefits": ["sales"],
        "costs": ["feed"],
    },
    {
        "name": "own",
        "label": "Own",
        "investment": ["own"],
        "benefits": ["sales"],
        "costs": ["feed"],
    },
]


def keys_of(**keys: Any) -> dict[str, Any]:
    return {
        "name": "efa",
        "label": "EFA",
        "sample": "flows",
        "method": "rate_of_return",
        "outcomes": LINES,
        "accounts": ACCOUNTS,
        "horizon": 3,
        "discount_rate": 0.10,
        **keys,
    }


def analysis_of(**keys: Any) -> RateOfReturn:
    analysis: RateOfReturn = validated(RateOfReturn, keys_of(**keys))
    return analysis


def tables_of(flows: dict[str, dict[int, list[float]]], **by_unit: Any) -> tuple[Any, Any]:
    """Return units and outcomes: amounts of `LINES` by unit and year."""
    rows = [
        {"id": unit, "wave": year, **dict(zip(LINES, amounts, strict=True))}
        for unit, years in flows.items()
        for year, amounts in years.items()
    ]
    table = pd.DataFrame(rows)
    table["unit_id"] = table["id"] + " " + table["wave"].astype(str)
    units = table[["unit_id", "id", "wave"]].assign(group=table["id"])
    for name, values in by_unit.items():
        units[name] = table["id"].map(values)
    return units, table[["unit_id", *LINES]]


SPREADSHEET = {
    "a": {2009: [60, 40, 0, 0], 2010: [0, 0, 80, 20], 2011: [0, 0, 80, 30], 2012: [0, 0, 80, 30]},
    "b": {2010: [50, 50, 0, 0], 2011: [0, 0, 20, 10], 2012: [0, 0, 20, 10], 2013: [0, 0, 20, 10]},
}


def study_with(exhibits: Any = None, **keys: Any) -> Any:
    return study_of(
        analyses=[keys_of(**keys)],
        samples={"flows": {}},
        outcomes={name: {"unit": "US$"} for name in LINES},
        synthetic=False,
        unit_label="groups",
        group_label="villages",
        **({"exhibits": exhibits} if exhibits else {}),
    )


def returns_of(
    flows: dict[str, dict[int, list[float]]], by_unit: dict[str, Any] | None = None, **keys: Any
) -> pd.DataFrame:
    units, outcomes = tables_of(flows, **(by_unit or {}))
    return returns_study(
        RecordedStudy(study_with(**keys), {"flows": units}, {"flows": outcomes})
    ).tables["returns"]


def value(frame: pd.DataFrame, measure: str, account: str = "all", level: str = "") -> float:
    chosen = (frame["measure"] == measure) & (frame["account"] == account)
    return float(frame.loc[chosen & (frame["level"] == level), "estimate"].iloc[0])


def many(count: int = 40, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    flows = {
        f"u{i:02d}": {
            2009: [invested := float(rng.uniform(50, 150)), 20.0, 0.0, 0.0],
            **{
                year: [0.0, 0.0, float(rng.normal(0.9, 0.3) * invested), 10.0]
                for year in (2010, 2011, 2012)
            },
        }
        for i in range(count)
    }
    products = {unit: ("milk", "quinoa")[i % 2] for i, unit in enumerate(flows)}
    return tables_of(flows, product=products)


DRIVERS = [
    {"name": "price", "label": "Price", "lines": ["sales"], "by": "product", "variation": 0.2},
    {"name": "cost", "label": "Cost", "lines": ["grant", "own"], "swing": 0.3, "variation": 0.1},
]
SCENARIOS = [
    {"name": "low", "label": "Low", "factor": 0.8},
    {
        "name": "prices",
        "label": "Prices",
        "lines": ["sales"],
        "by": "product",
        "factors": {"milk": 0.7},
    },
    {"name": "late", "label": "Late", "delay": 1},
]


def uncertain(seed: int = 1, **keys: Any) -> tuple[dict[str, pd.DataFrame], Any, RateOfReturn]:
    units, outcomes = many()
    asked = {"by": ["product"], "drivers": DRIVERS, "scenarios": SCENARIOS, "draws": 200, **keys}
    tables = returns_uncertainty(
        RecordedStudy(study_with(**asked), {"flows": units}, {"flows": outcomes}), seed=seed
    )
    analysis = analysis_of(**asked)
    return tables, cash_register(analysis, units, outcomes), analysis
