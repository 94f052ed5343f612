"""Numbers on portfolios that a report may cite, and the lines that sum them up."""

from collections.abc import Iterator

import pandas as pd

from ruralimpact.exhibits import formatting
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
        names = ("analysis", "part", "name", "measure", "words")
        parts = [str(record[name]) for name in names if record[name]]
        key = "/".join(["portfolio", *parts, record["project"] or "total"])
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
                label=results.analysis(str(analysis)).label, text=" ".join(sentences)
            )


def _reach(totals: pd.DataFrame) -> Iterator[str]:
    """Yield what all projects reached, and how much of the target that is."""
    for _, reach in totals[totals["part"] == "reach"].groupby("name", sort=False):
        values = reach.set_index("measure")["value"]
        if {"target", "actual", "percent"} <= set(values.dropna().index):
            yield gettext(
                "Reached: {actual} {label}; where the target is known, too, {percent} percent of it."
            ).format(
                actual=formatting.number(values["actual"]),
                label=formatting.lower_first(str(reach["label"].iloc[0])),
                percent=formatting.number(values["percent"]),
            )


def _ratios(totals: pd.DataFrame) -> Iterator[str]:
    """Yield ratios of sums, such as the cost a household."""
    for record in totals[(totals["part"] == "ratio") & totals["value"].notna()].to_dict("records"):
        value = formatting.number(record["value"], int(record["decimals"]))
        yield f"{record['label']}: {value} {record['unit']}."


def _financing(frame: pd.DataFrame) -> Iterator[str]:
    """Yield the total of all projects, and of how many it is where it is not of all."""
    totals = frame[(frame["part"] == "financing") & (frame["name"] == "total")]
    projects = set(frame["project"]) - {""}
    known = set(totals.loc[totals["measure"] == "total", "project"]) - {""}
    for record in totals[(totals["project"] == "") & totals["value"].notna()].to_dict("records"):
        amount = f"{record['label']}: {formatting.number(record['value'], 1)} {record['unit']}"
        if known == projects:
            yield f"{amount}{_largest(frame)}."
        else:
            share = formatting.share_of(len(known), len(projects), "project")
            yield gettext("{amount}, of {share}; of the others it is not known.").format(
                amount=amount, share=share
            )


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
