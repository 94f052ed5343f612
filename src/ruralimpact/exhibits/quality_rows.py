"""What the table and the figure on data quality share: sources and waves, and what is flagged."""

from collections.abc import Iterator

import pandas as pd

from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext

GAP = 0.05
_SIGNIFICANCE = 0.05


def waves_of(results: StudyResults, table: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the rows of each source and wave with its printed name, in the configuration's order.

    Parameters
    ----------
    results : StudyResults
    table : str
        ``variable_quality`` or ``interview_quality``.
    """
    frame = results[table]
    # A source of several rounds is described in each; what is shown is the description with most arms.
    of_variables = table == "variable_quality"
    if of_variables:
        known = frame["n_treated"] + frame["n_control"]
        frame = frame.loc[known.sort_values(kind="stable").index]
    keys = [*("source", "wave"), "variable" if of_variables else "interviewer"]
    frame = frame.drop_duplicates(keys, keep="last").sort_index()
    for source in results.study.sources:
        own = frame[frame["source"] == source.name]
        for wave in sorted(set(own["wave"])):
            label = source.label or source.name
            yield (
                (gettext("{label}, wave {wave}").format(label=label, wave=wave) if wave else label),
                own[own["wave"] == wave],
            )


def unequal_gaps(frame: pd.DataFrame) -> "pd.Series[bool]":
    """Say which variables lack answers in one arm more than in the other."""
    gap = (frame["missing_treated"] - frame["missing_control"]).abs()
    flags: pd.Series[bool] = (gap >= GAP) & (frame["missing_p_value"] < _SIGNIFICANCE)
    return flags
