"""What estimates note of themselves, printed under every table that shows them."""

import re
from typing import Any

import pandas as pd

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.earlier_words import translated
from ruralimpact.exhibits.model import Table
from ruralimpact.exhibits.results import StudyResults

_PLACE = "\N{OBJECT REPLACEMENT CHARACTER}"
_NUMBER = re.compile(r"\d[\d,]*")
_MOST_NAMED = 3


def estimate_notes(results: StudyResults, table: Table, *, of_outcomes: bool = True) -> list[str]:
    """Return the notes of the estimates that a table shows, each once, with whose they are.

    Parameters
    ----------
    results : StudyResults
    table : Table
        Its rows name the estimates by ``spec_id``.
    of_outcomes : bool
        Rows with ``analysis`` and ``outcome`` stand for all estimates of these.

    Returns
    -------
    list of str
        Notes that differ in their first number alone are one, with the range of that number.
    """
    frame = _shown(results, table, of_outcomes=of_outcomes)
    rows = [
        (*_template(note), record["analysis"], record["strategy"], record["outcome"])
        for record in frame.to_dict("records")
        for note in str(record["notes"]).split("; ")
        if note
    ]
    noted = pd.DataFrame(rows, columns=["text", "number", "analysis", "strategy", "outcome"])
    return [
        _sentence(
            results.with_labels_of_quoted(translated(_words(str(text), own["number"])))
            + _whose(results, frame, own)
        )
        for text, own in noted.groupby("text", sort=False)
    ]


def _shown(results: StudyResults, table: Table, *, of_outcomes: bool) -> pd.DataFrame:
    records: list[Any] = [row.record for row in table.rows if row.record]
    specs = {record.get("spec_id") for record in records}
    pairs = {
        (record["analysis"], record["outcome"])
        for record in records
        if of_outcomes and {"analysis", "outcome"} <= set(record)
    }
    frame = results["estimates"]
    own = pd.Series(
        [pair in pairs for pair in zip(frame["analysis"], frame["outcome"], strict=True)],
        index=frame.index,
        dtype=bool,
    )
    shown: pd.DataFrame = frame[(frame["spec_id"].isin(specs) | own) & ~frame["suppressed"]]
    return shown


def _template(note: str) -> tuple[str, str]:
    """Return a note with its first number taken out, and that number."""
    number = _NUMBER.match(note)
    return (f"{_PLACE}{note[number.end() :]}", number[0]) if number else (note, "")


def _words(text: str, numbers: "pd.Series[str]") -> str:
    known = sorted({int(number.replace(",", "")) for number in numbers if number})
    if not known:
        return text
    ends = [formatting.count(known[0]), formatting.count(known[-1])]
    return text.replace(_PLACE, ends[0] if len(known) == 1 else formatting.span(*ends))


def _whose(results: StudyResults, frame: pd.DataFrame, own: pd.DataFrame) -> str:
    """Name the analyses, strategies and outcomes that a note is about, where it is not about all."""
    among, parts = frame, []
    for column, label in (
        ("analysis", lambda name: results.analysis(name).label),
        ("strategy", results.strategy_label),
        ("outcome", lambda name: formatting.lower_first(results.outcome_label(name))),
    ):
        names = list(dict.fromkeys(own[column]))
        if set(names) != set(among[column]) and (column != "outcome" or len(names) <= _MOST_NAMED):
            parts.append("; ".join(map(label, names)))
        among = among[among[column].isin(names)]
    return f" ({': '.join(parts)})" if parts else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
