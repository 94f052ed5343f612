"""Samples drawn from registers, and the answers of those who were asked."""

from ruralimpact.contracts import description_suppression
from ruralimpact.contracts.columns import (
    ANALYSIS,
    PUBLIC_COUNTS,
    SYNTHETIC,
    count,
    flag,
    number,
    share,
    text,
    whole,
)
from ruralimpact.contracts.table import NoCells, ResultTable, Suppressed

_ESTIMATE = ("estimate_impacts",)

RESPONSES = ResultTable(
    name="responses",
    stages=_ESTIMATE,
    description="Answers of respondents, and the shares of the register that would give them.",
    row="an answer of a question, of all respondents, of a level, or of the register",
    columns={
        "analysis": ANALYSIS,
        "question": text("question, by its name in study.yaml"),
        "kind": text("one answer, several, or percents that add up", "one", "several", "percents"),
        "answer": text("answer, by its name in study.yaml"),
        "label": text("its printed words"),
        "part": text("whom the share is of", "respondents", "register"),
        "by": text("variable that splits the respondents; empty: all"),
        "by_label": text("its label"),
        "level": text("its value"),
        "count": number("respondents who gave the answer; of percents none", "units", low=0),
        "n_units": count("respondents who count", "units"),
        "n_clusters": count("groups of these respondents", "groups"),
        "estimate": share("share who gave the answer, or mean percent"),
        "std_error": number("standard error, stratified and clustered", "fraction", low=0),
        "conf_low": share("95 percent interval, lower end (Wilson)"),
        "conf_high": share("95 percent interval, upper end (Wilson)"),
        "population": number("units of the register that they stand for", "units", low=0),
        "public_counts": PUBLIC_COUNTS,
        "synthetic": SYNTHETIC,
    },
    suppression=Suppressed(description_suppression.responses),
)

DRAWN_SAMPLE = ResultTable(
    name="drawn_sample",
    stages=_ESTIMATE,
    description="Units drawn from a register, in the order in which they are to be asked.",
    row="a unit drawn",
    columns={
        "analysis": ANALYSIS,
        "unit_id": text("unit, by its identifier: keyed where it is not public"),
        "stratum": text("stratum that it was drawn in"),
        "order": whole("order within the stratum", "place", low=1),
        "role": text("drawn, or to be asked for one who cannot be", "drawn", "replacement"),
        "probability": share("probability of being drawn"),
        "n_register": count("units of the stratum in the register", "units"),
        "came": share("1 if it took part, 0 if not"),
        "synthetic": SYNTHETIC,
    },
    suppression=NoCells("who was drawn, under identifiers that are public or keyed"),
)

SAMPLE_PROTOCOL = ResultTable(
    name="sample_protocol",
    stages=_ESTIMATE,
    description="How a sample was drawn, and how many took part.",
    row="a stratum; empty: all",
    columns={
        "analysis": ANALYSIS,
        "stratum": text("stratum; empty: all"),
        "n_register": count("units in the register", "units"),
        "n_drawn": count("units drawn", "units"),
        "n_replacements": count("further units drawn, to replace others", "units"),
        "n_known": count("units drawn of which it is known whether they took part", "units"),
        "n_came": number(
            "units drawn that are known to have taken part; missing where it is known of none",
            "units",
            low=0,
        ),
        "n_added": number(
            "units that took part and were not drawn, replacements included", "units", low=0
        ),
        "attendance_known": flag("the register says who took part"),
        "seed": whole("seed of the draw", "seed", low=0),
        "synthetic": SYNTHETIC,
    },
    suppression=NoCells(
        "how many were drawn and took part, which a report on fieldwork has to say"
    ),
)

TABLES = (RESPONSES, DRAWN_SAMPLE, SAMPLE_PROTOCOL)
