"""What the registers were planted with: what ever larger registers would give."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from rural_alliances.alliances.calibration import OTHER, STUDIES, Coverage, RegisterCalibration
from rural_alliances.alliances.draw import distributions, mean_ratio
from rural_alliances.alliances.profitability import break_even
from ruralimpact.language import marked

_GAINING = "net_income"
_LOWER = marked("net benefits 20 percent lower")
_ABOUT: dict[str, str] = {
    "completion": marked("Alliances with completion reports"),
    "study_2012": marked("Alliances of the study of 2012"),
    "gains": marked("Baseline to completion"),
}
_SCENARIOS = {"record": "", "benefits_low": f", {_LOWER}"}
_LABELS = {
    "irr": marked("Rate of return"),
    "share_above": marked("Share above the threshold"),
    "share_gain": marked("Share that gains"),
    "revenue": marked("Incremental revenue an alliance"),
    "revenue_member": marked("Incremental revenue a family"),
    "ratio_of_totals": marked("Gain of all together"),
    "mean_of_ratios": marked("Mean of the alliances' gains"),
    "share_loss": marked("Share with a loss"),
    "share_funds": marked("Share of funds to places better off"),
    "share_members": marked("Share of families in places better off"),
}
_TARGETING = {"share_funds": "funds", "share_members": "families"}


def true_values(parameters: RegisterCalibration) -> pd.DataFrame:
    """Tabulate the planted values.

    Returns
    -------
    DataFrame
        ``analysis``, ``account``, ``scenario``, ``by``, ``level``, ``measure`` and ``value`` (shares and
        rates as fractions, money in US$); ``key`` and ``planted`` are the identifier of the number in the
        findings of the study, and the value in the unit that it has there; ``about`` and ``label`` are words.
    """
    rows: list[tuple[object, ...]] = []
    for study in STUDIES:
        rows += _returns(parameters, study)
    rows += _gains(parameters)
    columns = ["analysis", "account", "scenario", "by", "level", "measure", "value"]
    values = pd.DataFrame(rows, columns=columns)
    money = values["measure"].str.startswith("revenue")
    planted = values["value"].where(money, 100 * values["value"])
    rows_of_values = values.to_dict("records")
    return values.assign(
        key=[_key(row) for row in rows_of_values],
        planted=planted,
        about=[_ABOUT[row["analysis"]] for row in rows_of_values],
        label=[_label(row) for row in rows_of_values],
    )


def _label(row: Mapping[Any, Any]) -> str:
    level = f", {row['level'].replace('_', ' ')}" if row["level"] else ""
    return f"{_LABELS[row['measure']]}{_SCENARIOS[row['scenario']]}{level}"


def _key(row: Mapping[Any, Any]) -> str:
    """Return the identifier of a planted value in the findings of the study."""
    if row["measure"] in _TARGETING:
        return f"targeting/{row['analysis']}/{_TARGETING[row['measure']]}"
    if not row["account"]:
        return f"gains/{row['analysis']}/{_GAINING}/{row['measure']}"
    level = f"/{row['by']}={row['level']}" if row["by"] else ""
    return "/".join(
        ["returns", row["analysis"], row["account"], f"{row['scenario']}{level}", row["measure"]]
    )


def _returns(parameters: RegisterCalibration, study: Coverage) -> list[tuple[object, ...]]:
    benefits, products = parameters.benefits, parameters.selection(study).products
    own, total = distributions(parameters, study), sum(products.values())
    mean = mean_ratio(parameters, study)
    threshold = break_even(benefits.ramp, benefits.horizon, benefits.threshold)

    def share(limit: float, factors: dict[str, float] | None = None) -> float:
        above = [
            count * own[name].share_above(limit / (factors or {}).get(name, 1.0))
            for name, count in products.items()
        ]
        return float(sum(above) / total)

    rows: list[tuple[object, ...]] = []
    for scenario, factor in (("record", 1.0), ("benefits_low", 0.8)):
        rate = _rate(factor * mean, benefits.ramp, benefits.horizon)
        rows.append((study, "economic", scenario, "", "", "irr", rate))
        rows.append((study, "economic", scenario, "", "", "share_above", share(threshold / factor)))
        rows.append((study, "economic", scenario, "", "", "share_gain", share(0.0)))
    for name, count in products.items():
        if count >= 10:
            families = parameters.registers.families
            size = families.get(name, families[OTHER])
            revenue = benefits.revenue.get(name, benefits.revenue[OTHER])
            of = (study, "economic", "record", "product", name)
            rows.append((*of, "revenue_member", revenue))
            rows.append((*of, "revenue", revenue * size))
    return rows


def _rate(ratio: float, ramp: Sequence[float], horizon: int) -> float:
    """Return the rate at which a net benefit over investment breaks even, by bisection."""
    low, high = -0.9, 10.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if break_even(ramp, horizon, middle) < ratio else (low, middle)
    return (low + high) / 2


def _gains(parameters: RegisterCalibration) -> list[tuple[object, ...]]:
    benefits, settings = parameters.benefits, parameters.registers
    spread, growth = benefits.income_log_sd, benefits.growth
    products = settings.study_2012.products
    own = distributions(parameters, "study_2012")
    losing = sum(count * (1 - own[name].share_above(0.0)) for name, count in products.items())
    high = settings.share_high_needs * benefits.high_needs_factor
    low = (1 - settings.share_high_needs) * benefits.low_needs_factor
    of = ("gains", "", "record", "", "")
    return [
        (*of, "ratio_of_totals", growth),
        (*of, "mean_of_ratios", growth * float(np.exp(spread**2))),
        (*of, "share_loss", losing / sum(products.values())),
        (*of, "share_funds", high / (high + low)),
        (*of, "share_members", settings.share_high_needs),
    ]
