"""Numbers on effects over time that a report may cite."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.citable_numbers import CitableNumber
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables import goodman_bacon
from ruralimpact.language import gettext

_EFFECT = ("estimate", "std_error", "conf_low", "conf_high", "band_low", "band_high")


def over_time_numbers(results: StudyResults) -> Iterator[CitableNumber]:
    """List identifier, printed value, unit and decimals of each number.

    Parameters
    ----------
    results : StudyResults

    Yields
    ------
    tuple
        Identifiers are ``over_time/<analysis>/<outcome>/<kind>/<place>/...``, the place being what names
        the row in the table of event-study effects, ``.../pre_trends/p_value``, ``.../forbidden_share`` and
        ``.../<restriction>/breakdown``. Missing and suppressed numbers are excluded.
    """
    for record in results["event_study"].to_dict("records"):
        yield from _event_study(results, record)
    for record in results["pre_trends"].to_dict("records"):
        yield CitableNumber(f"{_place(record)}/pre_trends/p_value", record["p_value"], "", 3)
    for (analysis, outcome), own in results["goodman_bacon"].groupby(["analysis", "outcome"]):
        share = 100 * goodman_bacon.forbidden_share(own)
        yield CitableNumber(f"over_time/{analysis}/{outcome}/forbidden_share", share, "percent", 0)
    breakdowns = results["parallel_trends"].drop_duplicates(["analysis", "outcome", "restriction"])
    for record in breakdowns.to_dict("records"):
        relative = record["restriction"] == "relative_magnitudes"
        factor = 1.0 if relative else formatting.scale(record["unit"])
        unit = gettext("times") if relative else record["unit"]
        decimals = 2 if relative else results.decimals(record["outcome"])
        key = f"{_place(record)}/{record['restriction']}/breakdown"
        yield CitableNumber(key, factor * record["breakdown"], unit, decimals)


def _place(record: Mapping[Any, Any]) -> str:
    return f"over_time/{record['analysis']}/{record['outcome']}"


def _event_study(results: StudyResults, record: Mapping[Any, Any]) -> Iterator[CitableNumber]:
    parts = [str(record["arm"]).replace(" ", "_")] if record["arm"] else []
    names = ("cohort", "period", "event_time")
    parts += [f"{record[name]:g}" for name in names if pd.notna(record[name])]
    key = f"{_place(record)}/{record['kind']}/{'_'.join(parts)}"
    factor, decimals = formatting.scale(record["unit"]), results.decimals(record["outcome"])
    for name in _EFFECT if pd.notna(record["std_error"]) else ():
        yield CitableNumber(f"{key}/{name}", factor * record[name], record["unit"], decimals)
