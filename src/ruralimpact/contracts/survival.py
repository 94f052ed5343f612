"""How long things last, and how they end."""

from ruralimpact.contracts import description_suppression
from ruralimpact.contracts.columns import (
    ANALYSIS,
    P_VALUE,
    PUBLIC_COUNTS,
    SYNTHETIC,
    count,
    number,
    share,
    text,
)
from ruralimpact.contracts.table import ResultTable, Suppressed

SURVIVAL = ResultTable(
    name="survival",
    stages=("estimate_impacts",),
    description=(
        "Survival and cumulative incidence by time since the start; how many of those that ended did so "
        "early; bounds; reasons for ending."
    ),
    row="a level of a variable, a way to end, and a time",
    columns={
        "analysis": ANALYSIS,
        "part": text("what is estimated", "curve", "early", "bound", "reason"),
        "by": text("variable that splits the units; empty: all"),
        "by_label": text("its label"),
        "level": text("its value"),
        "state": text("`lasts`, `ended`, a way to end, how the absent are counted, or a reason"),
        "label": text("the same in words"),
        "time": number("time since the start", "the analysis' unit of time"),
        "n_units": count("units", "units"),
        "n_clusters": count("groups of these units", "groups"),
        "n_ended": count("units that ended in this way up to the time", "units"),
        "n_risk": count("units known to last just before the time", "units"),
        "estimate": share(
            "share of the units; missing where ends are known to lie on both sides of it"
        ),
        "lowest": share("least share that agrees with the estimate; the same where it is known"),
        "highest": share("greatest share that agrees with the estimate"),
        "std_error": number("standard error, clustered by group", "fraction", low=0),
        "conf_low": share("95 percent interval, lower end"),
        "conf_high": share("95 percent interval, upper end"),
        "reason": text("why there is no share, else empty"),
        "public_counts": PUBLIC_COUNTS,
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(description_suppression.survival),
)

HAZARDS = ResultTable(
    name="hazards",
    stages=("estimate_impacts",),
    description="Regression of the hazard of ending, in discrete time.",
    row="a level of a variable, or a variable that is a number",
    columns={
        "analysis": ANALYSIS,
        "by": text("variable"),
        "by_label": text("its label"),
        "level": text("its value; empty where it is a number"),
        "base": text(
            "the value that it is compared with; empty where it is a number, or that value"
        ),
        "n_units": count("units", "units"),
        "n_clusters": count("groups of these units", "groups"),
        "n_ended": count("units that ended up to the last period", "units"),
        "n_periods": count("periods, each with a hazard of its own", "periods"),
        "estimate": number("logarithm of the hazard ratio", "log ratio"),
        "std_error": number("standard error, clustered by group", "log ratio", low=0),
        "df": number("degrees of freedom", low=0),
        "p_value": P_VALUE,
        "conf_low": number("95 percent interval, lower end", "log ratio"),
        "conf_high": number("95 percent interval, upper end", "log ratio"),
        "reason": text("why there is no ratio, else empty"),
        "public_counts": PUBLIC_COUNTS,
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(description_suppression.hazards),
)

TABLES = (SURVIVAL, HAZARDS)
