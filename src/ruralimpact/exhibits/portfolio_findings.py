"""Numbers on portfolios that a report may cite, and the lines that sum them up."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.answer.statement import identifier
from ruralimpact.exhibits.citable_numbers import CitableNumber
from ruralimpact.exhibits.document import HeadlineLine
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext

_LARGE = 0.1
"""Sources of less than this share of an amount are not named."""


def portfolio_numbers(results: StudyResults) -> Iterator[CitableNumber]:
    """List identifier, value, unit and decimals of each number.

    Yields
    ------
    tuple
        Identifiers are ``portfolio/<analysis>/<part>/<name>/<measure>/<project>``; of all projects, the
        last is ``total``.
    """
    frame = results["portfolio"]
    for record in frame[frame["value"].notna()].to_dict("records"):
        key = _identifier(record)
        value, decimals = float(record["value"]), int(record["decimals"])
        yield CitableNumber(key, value, str(record["unit"]), decimals)


def portfolio_headlines(results: StudyResults) -> Iterator[HeadlineLine]:
    """Yield what each portfolio reached and what it costs."""
    frame = results["portfolio"]
    totals = frame[frame["project"] == ""]
    for analysis, own in totals.groupby("analysis", sort=False):
        sentences = [*_reach(own), *_ratios(own), *_financing(frame[frame["analysis"] == analysis])]
        if sentences:
            yield HeadlineLine(
                label=results.analysis(str(analysis)).label,
                text=" ".join(said.text for said in sentences),
                cites=tuple(key for said in sentences for key in said.cites),
            )


class _PrintedNumbers(NamedTuple):
    """A sentence, and the identifiers of the numbers that it prints."""

    text: str
    cites: tuple[str, ...]


def _identifier(record: Mapping[Any, Any]) -> str:
    names = ("analysis", "part", "name", "measure", "words")
    parts = [str(record[name]) for name in names if record[name]]
    return identifier("portfolio", *parts, record["project"] or "total")


def _reach(totals: pd.DataFrame) -> Iterator[_PrintedNumbers]:
    """Yield what all projects reached, and how much of the target that is."""
    for _, reach in totals[totals["part"] == "reach"].groupby("name", sort=False):
        records = reach.dropna(subset=["value"]).to_dict("records")
        rows = {str(record["measure"]): record for record in records}
        if {"target", "actual", "percent", "with_both"} <= set(rows):
            text = gettext(
                "Reached: {actual} {label}. In {projects} where target and reach are known: {percent} "
                "percent of the target."
            ).format(
                actual=formatting.number(rows["actual"]["value"]),
                label=formatting.lower_first(str(reach["label"].iloc[0])),
                projects=formatting.plural(int(rows["with_both"]["value"]), "project"),
                percent=formatting.number(rows["percent"]["value"]),
            )
            printed = [rows[name] for name in ("actual", "with_both", "percent")]
            yield _PrintedNumbers(text, tuple(map(_identifier, printed)))


def _ratios(totals: pd.DataFrame) -> Iterator[_PrintedNumbers]:
    """Yield ratios of sums, such as the cost a household."""
    for record in totals[(totals["part"] == "ratio") & totals["value"].notna()].to_dict("records"):
        value = formatting.number(record["value"], int(record["decimals"]))
        amount = formatting.with_unit(value, record["unit"])
        yield _PrintedNumbers(f"{record['label']}: {amount}.", (_identifier(record),))


def _financing(frame: pd.DataFrame) -> Iterator[_PrintedNumbers]:
    """Yield the total of all projects, and of how many it is where it is not of all."""
    totals = frame[(frame["part"] == "financing") & (frame["name"] == "total")]
    projects = set(frame["project"]) - {""}
    known = set(totals.loc[totals["measure"] == "total", "project"]) - {""}
    for record in totals[(totals["project"] == "") & totals["value"].notna()].to_dict("records"):
        total = formatting.with_unit(formatting.number(record["value"], 1), record["unit"])
        amount = f"{record['label']}: {total}"
        share = formatting.share_of(len(known), len(projects), "project")
        text = (
            f"{amount}{_largest(frame)}."
            if known == projects
            else gettext("{amount}, of {share}; of the others it is not known.").format(
                amount=amount, share=share
            )
        )
        yield _PrintedNumbers(text, (_identifier(record),))


def _largest(frame: pd.DataFrame) -> str:
    """Say of which sources most of the financing of all projects comes, in percent of it."""
    parts = frame[(frame["project"] == "") & (frame["measure"] == "part")]
    parts = parts[parts["share"] >= _LARGE].sort_values("share", ascending=False, kind="stable")
    named = ", ".join(
        gettext("{source} {percent} percent").format(
            source=record["label"], percent=formatting.number(100 * record["share"])
        )
        for record in parts.to_dict("records")
    )
    return f" ({named})" if named else ""
