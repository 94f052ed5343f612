"""What the rows and variables of each source are like."""

from ruralimpact.contracts import quality_suppression
from ruralimpact.contracts.columns import P_VALUE, count, number, share, text
from ruralimpact.contracts.table import ResultTable, Suppressed

_CONSTRUCT = ("construct_samples",)
_SOURCE = text("source, by its name in study.yaml")
_WAVE = text("wave; empty where the source has none")

VARIABLE_QUALITY = ResultTable(
    name="variable_quality",
    stages=_CONSTRUCT,
    description="Gaps by arm, heaping, far values and suspected codes of each variable of each wave.",
    row="a variable of a source in a wave",
    columns={
        "source": _SOURCE,
        "wave": _WAVE,
        "variable": text("variable of the codebook"),
        "label": text("printed name of the variable"),
        "n_rows": count("rows of the source in the wave", "rows"),
        "n_clusters": count("groups of these rows", "groups"),
        "missing": share("rows without a value"),
        "n_treated": count("rows of treated units", "rows"),
        "n_control": count("rows of controls", "rows"),
        "missing_treated": share("rows of treated units without a value"),
        "missing_control": share("rows of controls without a value"),
        "missing_p_value": P_VALUE,
        "p5": number("5th percentile of a number", "the variable's"),
        "median": number("median of a number", "the variable's"),
        "p95": number("95th percentile of a number", "the variable's"),
        "ending_in_0_or_5": share("whole numbers from 10 on that end in 0 or 5; a fifth by chance"),
        "n_far": count("values far from those of their own group", "rows"),
        "far_groups": count("groups that such values are in", "groups"),
        "suspected_codes": text("values that look like undeclared codes for a missing answer"),
        "n_suspected": count("rows with such a value", "rows"),
        "between_interviewers": number("share of the variance between interviewers", "fraction"),
    },
    suppression=Suppressed(quality_suppression.variable_quality),
)

INTERVIEW_QUALITY = ResultTable(
    name="interview_quality",
    stages=_CONSTRUCT,
    description="Interviews of each wave, in all and by interviewer: gaps, lengths, rows alike.",
    row="all interviews of a source in a wave, or those of one interviewer",
    columns={
        "source": _SOURCE,
        "wave": _WAVE,
        "interviewer": count(
            "0: all interviews; else the interviewer, by number of interviews", "rank"
        ),
        "n_rows": count("rows", "rows"),
        "n_clusters": count("groups of these rows", "groups"),
        "n_alike": count(
            "rows with the same answers as another, of five questions or more", "rows"
        ),
        "missing": share("cells without a value"),
        "n_lengths": count("interviews whose length is known", "rows"),
        "minutes": number("median length of an interview", "minutes"),
        "short": share("interviews shorter than half the median of the wave"),
    },
    suppression=Suppressed(quality_suppression.interview_quality),
)

TABLES = (VARIABLE_QUALITY, INTERVIEW_QUALITY)
