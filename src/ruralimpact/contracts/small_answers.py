"""Answers to questionnaires that few gave, or that could be told from those that are printed."""

from typing import TYPE_CHECKING

from ruralimpact.contracts.complements import CellSize, parts_complements, with_complements

if TYPE_CHECKING:
    import pandas as pd

_ANSWER = ["analysis", "question", "answer"]


def rare_in_responses(frame: "pd.DataFrame") -> "pd.Series[bool]":
    """Say which rows of the table of responses must not show a number.

    Parameters
    ----------
    frame : DataFrame
        Contract ``responses``.

    Returns
    -------
    Series of bool
        Answers that few gave, or that few did not give; others that would tell these from who answered, or
        from all levels of a variable together; shares of the register of an answer that is hidden for all.
    """
    rare = frame["public_counts"] & False
    for _, level in frame.groupby(["analysis", "question", "part", "by", "level"], sort=False):
        rare.update(_rare_at_level(level))
    for _, answer in frame[frame["by"] != ""].groupby([*_ANSWER, "by"], sort=False):
        cells = [CellSize((float(count),)) for count in answer["count"].fillna(0)]
        hidden = with_complements(cells, rare[answer.index].tolist())
        rare.update(_flags(answer, hidden))
    answers = frame.set_index(_ANSWER).index
    hidden_for_all = answers[(rare & (frame["by"] == "")).to_numpy()]
    return (rare | ((frame["part"] == "register") & answers.isin(hidden_for_all))).astype(bool)


def _rare_at_level(level: "pd.DataFrame") -> "pd.Series[bool]":
    counts, total = level["count"].fillna(0).tolist(), float(level["n_units"].max())
    if (level["kind"] == "one").all():
        return _flags(level, parts_complements(counts, total))
    return _flags(level, [parts_complements([count], total)[0] for count in counts])


def _flags(frame: "pd.DataFrame", values: list[bool]) -> "pd.Series[bool]":
    return frame.assign(rare=values)["rare"]
