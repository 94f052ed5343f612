"""Rows of the table of survival that exhibits share, and the lines that sum them up."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.answer.statement import identifier
from ruralimpact.exhibits.citable_numbers import CitableNumber, level_part
from ruralimpact.exhibits.document import HeadlineLine
from ruralimpact.exhibits.exclusion_notes import too_few
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext
from ruralimpact.schema.survival import Survival

METHODS = ("survival",)
LASTS = "lasts"
_RATIO = {"ratio": "estimate", "ratio_low": "conf_low", "ratio_high": "conf_high"}


def of_part(results: StudyResults, exhibit: OfAnalyses, part: str) -> pd.DataFrame:
    """Return the rows of a part in the order of the exhibit's analyses."""
    chosen = [results.of("survival", name, part=part) for name in exhibit.analyses]
    return pd.concat(chosen, ignore_index=True)


def time_unit(results: StudyResults, analysis: str) -> str:
    """Return what the times of an analysis are called, in the singular."""
    asked = results.analysis(analysis)
    return asked.time_unit if isinstance(asked, Survival) else gettext("time")


def known_between_visits(results: StudyResults, analysis: str) -> bool:
    """Whether the ends of an analysis are known to lie between visits."""
    asked = results.analysis(analysis)
    return isinstance(asked, Survival) and asked.ended_after is not None


def survival_numbers(results: StudyResults) -> Iterator[CitableNumber]:
    """List identifier, value, unit and decimals of each share that is not suppressed.

    Yields
    ------
    tuple
        Identifiers are ``survival/<analysis>/<part>/<by>=<level>/<state>/<time>/estimate``, with
        ``conf_low`` and ``conf_high`` beside it, and ``lowest`` and ``highest`` in the place of an estimate
        that lies between two. All units have no level, bounds and reasons no time. Hazard ratios are
        ``hazards/<analysis>/<variable>=<level>/ratio``.
    """
    for record in results["survival"].to_dict("records"):
        time = f"/{record['time']:g}" if pd.notna(record["time"]) else ""
        key = f"survival/{record['analysis']}/{record['part']}{level_part(record)}"
        bounds = ("lowest", "highest") if pd.isna(record["estimate"]) else ()
        for name in ("estimate", *bounds, "conf_low", "conf_high"):
            if pd.notna(record[name]):
                where = f"{key}/{record['state']}{time}/{name}"
                yield CitableNumber(where, 100 * record[name], "percent", 0)
    for record in results["hazards"].to_dict("records"):
        level = f"={record['level']}" if record["level"] else ""
        for name, of in _RATIO.items():
            key = f"hazards/{record['analysis']}/{record['by']}{level}/{name}"
            yield CitableNumber(key, math.exp(record[of]), gettext("hazard ratio"), 2)


def survival_headlines(results: StudyResults) -> Iterator[HeadlineLine]:
    """Yield how many last to the last time shown, how the others ended, and what the absent leave open."""
    said: set[str] = set()
    frame = results["survival"]
    of_all = frame[(frame["part"] == "curve") & (frame["by"] == "")]
    for analysis in of_all.loc[of_all["suppressed"], "analysis"].unique():
        text = gettext("No share is printed: {too_few}.").format(too_few=too_few(results))
        yield HeadlineLine(label=results.analysis(str(analysis)).label, text=text, cites=())
    curves = of_all[of_all["lowest"].notna()]
    for analysis, own in curves.groupby("analysis", sort=False):
        last = own[own["time"] == own["time"].max()]
        rows = last.to_dict("records")
        shares = "; ".join(
            f"{formatting.lower_first(str(row['label']))}: {percent_words(row)}"
            f"{_interval(row['conf_low'], row['conf_high'])}"
            for row in rows
        )
        whom = f"{formatting.count(last['n_units'].iloc[0])} {results.study.unit_label}"
        time = f"{last['time'].iloc[0]:g}"
        of_absent = _bounds(frame, str(analysis))
        beyond = of_all[(of_all["analysis"] == analysis) & (of_all["reason"] != "")]
        text = gettext("Of {whom}, by {time_unit} {time}: {shares}.{text}").format(
            whom=whom,
            time_unit=time_unit(results, str(analysis)),
            time=time,
            shares=shares,
            text=of_absent.text,
        )
        if len(beyond):
            text += gettext(" Nobody was followed to {time_unit} {time}.").format(
                time_unit=time_unit(results, str(analysis)), time=f"{beyond['time'].min():g}"
            )
        if text in said:  # of an analysis that reads the same ends in another way
            continue
        said.add(text)
        yield HeadlineLine(
            label=results.analysis(str(analysis)).label,
            text=text,
            cites=(
                *(
                    identifier(
                        "survival", str(analysis), "curve", str(row["state"]), time, "estimate"
                    )
                    for row in rows
                ),
                *of_absent.cites,
            ),
        )


@dataclass(frozen=True)
class _Sentence:
    """A further sentence of an answer, and the numbers that it prints."""

    text: str = ""
    cites: tuple[str, ...] = ()


def _bounds(frame: pd.DataFrame, analysis: str) -> _Sentence:
    """Say between which shares the absent leave the share that lasts; nothing where none are absent."""
    own = frame[(frame["analysis"] == analysis) & (frame["part"] == "bound") & (frame["by"] == "")]
    ends = own.set_index("state")["estimate"].dropna()
    if not {"lowest", "highest"} <= set(ends.index):
        return _Sentence()
    low, high = 100 * ends["lowest"], 100 * ends["highest"]
    total = formatting.count(own.loc[own["state"] == "lowest", "n_units"].iloc[0])
    counted = gettext("as the absent are counted as ended or as lasting")
    return _Sentence(
        gettext(" Of all {total}, {interval} percent last, {counted}.").format(
            total=total, interval=formatting.interval(low, high), counted=counted
        ),
        tuple(
            identifier("survival", analysis, "bound", end, "estimate")
            for end in ("lowest", "highest")
        ),
    )


def percent_words(row: Mapping[Any, Any]) -> str:
    """Return the percent of a row, or between which two it lies."""
    if pd.isna(row["estimate"]):
        return gettext("{interval} percent").format(
            interval=formatting.interval(100 * row["lowest"], 100 * row["highest"])
        )
    return gettext("{estimate} percent").format(estimate=formatting.number(100 * row["estimate"]))


def _interval(low: float, high: float) -> str:
    if pd.isna(low) or pd.isna(high):
        return ""
    return f" ({formatting.interval(100 * low, 100 * high)})"
