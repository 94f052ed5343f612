"""Numbers and sentences on rates of return that a report may cite."""

from collections.abc import Iterator

import pandas as pd

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.citable_numbers import CitableNumber, level_part, with_interval
from ruralimpact.exhibits.document import HeadlineLine
from ruralimpact.exhibits.exclusion_notes import too_few
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.returns_rows import RECORD, threshold_percent
from ruralimpact.language import gettext
from ruralimpact.schema.rate_of_return import RateOfReturn

_SHARES = ("irr", "share_above", "share_gain", "irr_median")
_CROSSINGS = ("above_record", "negative_record", "above", "lost")


def returns_numbers(results: StudyResults) -> Iterator[CitableNumber]:
    """Yield identifier, value, unit and decimals of every number on rates of return.

    Identifiers are ``returns/<analysis>/<account>/<scenario>/<measure>``, with ``/<by>=<level>`` after the
    scenario where it is about a level, and ``_low`` and ``_high`` for the ends of the interval. Counts of the
    units that a scenario changes have ``units`` after it, and are ``above_record``, ``negative_record``,
    ``above`` and ``lost``.
    """
    frames = [results[name] for name in ("returns", "returns_scenarios")]
    for row in pd.concat(frames).to_dict("records") if any(map(len, frames)) else ():
        where = f"returns/{row['analysis']}/{row['account']}/{row['scenario']}{level_part(row)}"
        fraction = row["measure"] in _SHARES
        unit = gettext("percent") if fraction else row["unit"]
        decimals = 2 if row["measure"] == "bcr" else 1 if fraction or unit == "years" else 0
        factor = 100.0 if fraction else 1.0
        yield from with_interval(f"{where}/{row['measure']}", row, unit, decimals, factor=factor)
        if not row["suppressed"]:
            yield CitableNumber(f"{where}/n_units", row["n_units"], results.study.unit_label, 0)
    for row in results["returns_crossings"].to_dict("records"):
        where = f"returns/{row['analysis']}/{row['account']}/{row['scenario']}/units"
        where += level_part(row)
        for name in _CROSSINGS:
            yield CitableNumber(f"{where}/{name}", row[name], results.study.unit_label, 0)


def returns_headlines(results: StudyResults) -> Iterator[HeadlineLine]:
    """Yield the answer of each analysis of rates of return, by its first account."""
    for analysis in results.study.analyses_of(RateOfReturn):
        first = {"account": analysis.accounts[0].name, "scenario": RECORD, "by": ""}
        own = results.of("returns", analysis.name, **first).set_index("measure")
        key = f"returns/{analysis.name}/{analysis.accounts[0].name}/{RECORD}"
        cites = (f"{key}/irr", f"{key}/share_above")
        text = _sentence(results, own, threshold_percent(analysis))
        yield HeadlineLine(label=analysis.label, text=text, cites=cites)


def _sentence(results: StudyResults, own: pd.DataFrame, threshold: str) -> str:
    rate, above = own.loc["irr"], own.loc["share_above"]
    if own["suppressed"].any():
        return gettext("No rate of return is printed: {too_few}.").format(too_few=too_few(results))
    if pd.isna(rate["estimate"]):
        return gettext("No rate of return ({value}).").format(value=rate["reason"])
    ends = formatting.interval(100 * rate["conf_low"], 100 * rate["conf_high"], 1)
    return gettext(
        "Rate of return {estimate} percent a year ({ends}) of all {unit_label} "
        "together; {estimate_2} percent of them return more than the threshold of {threshold} percent."
    ).format(
        estimate=formatting.number(100 * rate["estimate"], 1),
        ends=ends,
        unit_label=results.study.unit_label,
        estimate_2=formatting.number(100 * above["estimate"], 1),
        threshold=threshold,
    )
