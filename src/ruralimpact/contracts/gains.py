"""Gains before and after: averages, units, variance, reconciliation with effects, targeting."""

from collections.abc import Mapping

from ruralimpact.contracts import description_suppression
from ruralimpact.contracts.columns import (
    ANALYSIS,
    OUTCOME_NAME,
    SYNTHETIC,
    UNIT,
    ResultColumn,
    count,
    interval_columns,
    number,
    share,
    text,
)
from ruralimpact.contracts.table import ResultTable, Suppressed

_ESTIMATE = ("estimate_impacts",)
_FRACTION = "fraction of what was before"
_OWN = "that of the measure"
_N_UNITS = count("units", "units")
_N_CLUSTERS = count("groups that standard errors cluster on", "groups")
_REASON = text("why there is no number, else empty")
_KEYS: Mapping[str, ResultColumn] = {"analysis": ANALYSIS, "outcome": OUTCOME_NAME, "unit": UNIT}
_INTERVAL: Mapping[str, ResultColumn] = {**interval_columns(_OWN), "reason": _REASON}

GAINS = ResultTable(
    name="gains",
    stages=_ESTIMATE,
    description="Gains before and after, which are not attributable to the project.",
    row="a measure of an outcome, of all units or of a level",
    columns={
        **_KEYS,
        "by": text("variable of the level; empty: all units"),
        "level": text("its value"),
        "measure": text(
            "gain as a fraction of what was before: of all units together, mean and median over units with "
            "more than zero before; share of units with less after; mean change",
            *("ratio_of_totals", "mean_of_ratios", "median_of_ratios", "share_loss", "mean_change"),
        ),
        **_INTERVAL,
        "n_units": _N_UNITS,
        "n_without_base": count("units that had nothing above zero before, so no percent", "units"),
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(description_suppression.of_levels),
)

GAINS_BY_UNIT = ResultTable(
    name="gains_by_unit",
    stages=_ESTIMATE,
    description="The gain of each unit.",
    row="a unit and outcome",
    columns={
        **_KEYS,
        "unit_id": text("unit"),
        "level": text("its value of the variable whose variance is asked for; empty: none"),
        "ratio": number("gain", _FRACTION),
        "change": number("gain", "the outcome's"),
        "reason": _REASON,
        "n_units": count("units with a gain", "units"),
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(description_suppression.gains_by_unit),
)

GAIN_VARIANCE = ResultTable(
    name="gain_variance",
    stages=_ESTIMATE,
    description="How much of the variance of gains lies between the levels of a variable.",
    row="an outcome",
    columns={
        **_KEYS,
        "within": text("the variable"),
        "between": number("variance between its levels; below 0 counts as 0", "squared fractions"),
        "inside": number("variance between units of a level", "squared fractions", low=0),
        "share_between": number("share of the variance that lies between levels", high=1),
        "conf_low": number("95 percent interval, lower end"),
        "conf_high": number("95 percent interval, upper end", high=1),
        "n_levels": count("levels", "levels"),
        "n_units": _N_UNITS,
        "reason": _REASON,
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(description_suppression.gain_variance),
)

GROWTH_WITHOUT = ResultTable(
    name="growth_without",
    stages=_ESTIMATE,
    description="Growth without the programme at which gains and effects agree.",
    row="an average of gains and an effect",
    columns={
        **_KEYS,
        "effect": text("entry of `effects:`"),
        "label": text("its printed name"),
        "percent": number("the effect, as study.yaml says it", "percent of the counterfactual"),
        "measure": text(
            "average of gains", "ratio_of_totals", "mean_of_ratios", "median_of_ratios"
        ),
        "gain": number("the average", _FRACTION),
        "estimate": number("growth without the programme", _FRACTION),
        "conf_low": number("95 percent interval, lower end: of the gain alone", _FRACTION),
        "conf_high": number("95 percent interval, upper end: of the gain alone", _FRACTION),
        "n_units": _N_UNITS,
        "n_clusters": _N_CLUSTERS,
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(description_suppression.growth_without),
)

TARGETING = ResultTable(
    name="targeting",
    stages=_ESTIMATE,
    description="What share of places, units and amounts is where an index is high.",
    row="places, units, or an amount",
    columns={
        "analysis": ANALYSIS,
        "place": text("variable of the place"),
        "measure": text("`places`, `units`, or the name of the amount"),
        **_INTERVAL,
        "estimate": share("share in places with a high index"),
        "n_units": _N_UNITS,
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(description_suppression.of_units),
)

TABLES = (GAINS, GAINS_BY_UNIT, GAIN_VARIANCE, GROWTH_WITHOUT, TARGETING)
