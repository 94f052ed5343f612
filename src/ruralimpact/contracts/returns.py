"""Rates of return: of all units, of each, in scenarios, and as the drivers of costs and benefits vary."""

from ruralimpact.contracts import description_suppression
from ruralimpact.contracts.columns import (
    ANALYSIS,
    PUBLIC_COUNTS,
    SYNTHETIC,
    ResultColumn,
    count,
    interval_columns,
    number,
    text,
    whole,
)
from ruralimpact.contracts.table import ResultTable, Suppressed

_ESTIMATE = ("estimate_impacts",)
_SENSITIVITY = ("analyse_sensitivity",)
_MONEY = "that of `unit`"

_ACCOUNT = text("account, by its name in study.yaml")
_N_UNITS = count("units with a cash flow", "units")
_UNIT = text("unit of the number; money is that of the cash flow")
_RATE = number("internal rate of return of all units together", "fraction")
_VALUE = number("mean net present value a unit", "the outcome's")

_MEASURED: dict[str, ResultColumn] = {
    "analysis": ANALYSIS,
    "account": _ACCOUNT,
    "scenario": text("scenario, by its name; `record`: as it was recorded"),
    "by": text("variable of the level; empty: all units"),
    "level": text("its value"),
    "measure": text(
        "what the number is: rate of return (`irr`), mean net present value, ratio of benefits to costs, "
        "payback of all units together; shares of units; median rate; yearly revenue a unit and a family",
        *("irr", "npv", "bcr", "payback", "share_above", "share_gain", "irr_median"),
        *("revenue", "revenue_member"),
    ),
    "unit": _UNIT,
    **interval_columns(_MONEY),
    "reason": text("why there is no number, or which of several rates it is; else empty"),
    "n_units": _N_UNITS,
    "synthetic": SYNTHETIC,
}

RETURNS = ResultTable(
    name="returns",
    stages=_ESTIMATE,
    description="What the investments returned, as recorded.",
    row="a measure of an account, of all units or of a level",
    columns=_MEASURED,
    suppression=Suppressed(description_suppression.of_levels),
)

RETURNS_SCENARIOS = ResultTable(
    name="returns_scenarios",
    stages=_SENSITIVITY,
    description="What the investments would have returned in each scenario.",
    row="a measure of an account in a scenario, of all units or of a level",
    columns=_MEASURED,
    suppression=Suppressed(description_suppression.of_levels),
)

RETURNS_CROSSINGS = ResultTable(
    name="returns_crossings",
    stages=_SENSITIVITY,
    description="How many units a scenario carries below the threshold.",
    row="an account in a scenario, of all units that it changes or of a level",
    columns={
        "analysis": ANALYSIS,
        "account": _ACCOUNT,
        "scenario": text("scenario, by its name"),
        "by": text("variable of the level; empty: all units that the scenario changes"),
        "level": text("its value"),
        "n_units": _N_UNITS,
        "n_clusters": count("groups of these units", "groups"),
        "above_record": number(
            "units with a net present value above zero, as recorded", "units", low=0
        ),
        "negative_record": number("units with one below zero, as recorded", "units", low=0),
        "above": number("units with one above zero in the scenario", "units", low=0),
        "lost": number(
            "units above zero as recorded and no longer in the scenario", "units", low=0
        ),
        "public_counts": PUBLIC_COUNTS,
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(description_suppression.crossings),
)

RETURNS_BY_UNIT = ResultTable(
    name="returns_by_unit",
    stages=_ESTIMATE,
    description="What the investment of each unit returned; units without a cash flow have the reason.",
    row="a unit and account",
    columns={
        "analysis": ANALYSIS,
        "account": _ACCOUNT,
        "unit_id": text("unit"),
        "irr": number("internal rate of return: the highest, where there are several", "fraction"),
        "roots": whole("rates at which its net present value is zero", "rates", low=0),
        "npv": number("net present value", "the outcome's"),
        "payback": number("years until it is paid back; missing: not within the horizon", "years"),
        "reason": text("why it has no rate, or no cash flow; else empty"),
        "n_units": _N_UNITS,
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(description_suppression.returns_of_few),
)

RETURNS_DRIVERS = ResultTable(
    name="returns_drivers",
    stages=_SENSITIVITY,
    description="What each driver of costs and benefits does to the rate of return.",
    row="a driver, or a level of it, low, high or at its switching value",
    columns={
        "analysis": ANALYSIS,
        "account": _ACCOUNT,
        "driver": text("driver, by its name in study.yaml; `delay`: benefits a year later"),
        "label": text("its printed name"),
        "level": text("value of the variable that it goes by; empty: none"),
        "kind": text("which of its values", "low", "high", "switching"),
        "factor": number(
            "what its lines are multiplied by, or the years of a delay; switching: the factor at which "
            "nothing is gained",
            low=0,
        ),
        "irr": _RATE,
        "npv": _VALUE,
        "reason": text("why there is no number, else empty"),
        "unit": _UNIT,
        "n_units": _N_UNITS,
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(description_suppression.returns_of_few),
)

RETURNS_DRAWS = ResultTable(
    name="returns_draws",
    stages=_SENSITIVITY,
    description="Rates of return with all drivers drawn together.",
    row="a draw of an account",
    columns={
        "analysis": ANALYSIS,
        "account": _ACCOUNT,
        "draw": count("number of the draw, the same for all accounts", "draws"),
        "irr": _RATE,
        "npv": _VALUE,
        "unit": _UNIT,
        "n_units": _N_UNITS,
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(description_suppression.returns_of_few),
)

TABLES = (
    RETURNS,
    RETURNS_SCENARIOS,
    RETURNS_CROSSINGS,
    RETURNS_BY_UNIT,
    RETURNS_DRIVERS,
    RETURNS_DRAWS,
)
