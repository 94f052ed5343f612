"""How long things last, and how they end."""

from ruralimpact.contracts import description_suppression
from ruralimpact.contracts.columns import ANALYSIS, SYNTHETIC, count, number, share, text
from ruralimpact.contracts.table import ResultTable, Suppressed

SURVIVAL = ResultTable(
    name="survival",
    stages=("estimate_impacts",),
    description="Survival and cumulative incidence by time since the start, bounds, and reasons for ending.",
    row="a level of a variable, a way to end, and a time",
    columns={
        "analysis": ANALYSIS,
        "part": text("what is estimated", "curve", "bound", "reason"),
        "by": text("variable that splits the units; empty: all"),
        "by_label": text("its label"),
        "level": text("its value"),
        "state": text("`lasts`, a way to end, how the absent are counted, or a reason"),
        "label": text("the same in words"),
        "time": number("time since the start", "the analysis' unit of time"),
        "n_units": count("units", "units"),
        "n_clusters": count("groups of these units", "groups"),
        "n_ended": count("units that ended in this way up to the time", "units"),
        "n_risk": count("units known to last just before the time", "units"),
        "estimate": share("share of the units"),
        "std_error": number("standard error, clustered by group", "fraction", low=0),
        "conf_low": share("95 percent interval, lower end"),
        "conf_high": share("95 percent interval, upper end"),
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(description_suppression.of_levels),
)

TABLES = (SURVIVAL,)
