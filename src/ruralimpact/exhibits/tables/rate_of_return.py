"""Rates of return by account: as recorded and in each scenario."""

from collections.abc import Iterator
from functools import partial
from itertools import chain

import pandas as pd

from ruralimpact.exhibits import columns, formatting, headings, kinds
from ruralimpact.exhibits.exclusion_notes import exclusion_notes
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.returns_rows import (
    METHODS,
    RECORD,
    excluded_note,
    measured,
    returns_analysis,
    scenario_label,
    threshold_percent,
)
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_RATE, _VALUE, _UNITS = (
    marked("Rate of return (%)"),
    marked("Net present value a unit"),
    marked("Units (%)"),
)
_COLUMNS = (
    columns.number(marked("Rate"), _RATE, 0.7, of="irr", decimals=1),
    columns.plain_interval(
        marked("95% interval"), _RATE, 1.4, of=("irr_low", "irr_high"), decimals=1
    ),
    columns.number(marked("Mean"), _VALUE, 1.0, of="npv"),
    columns.plain_interval(marked("95% interval"), _VALUE, 2.0, of=("npv_low", "npv_high")),
    columns.number(marked("Benefits over costs"), "", 0.9, of="bcr", decimals=2),
    columns.number(marked("Payback (years)"), "", 0.8, of="payback", decimals=1),
    columns.number(marked("Above the threshold"), _UNITS, 1.0, of="share_above", decimals=0),
    columns.plain_interval(
        marked("95% interval"), _UNITS, 1.2, of=("share_above_low", "share_above_high"), decimals=0
    ),
    columns.number(marked("With a gain"), _UNITS, 0.8, of="share_gain", decimals=0),
)


def rate_of_return_table(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build the table of accounts by scenario."""
    analyses = exhibit.analyses
    rows = partial(_analysis_rows, results)
    yield table_of(
        results,
        exhibit,
        stub=gettext("Account and scenario"),
        columns=_COLUMNS,
        rows=headings.by_analysis(results, analyses, rows, alone=True),
        interpretation=chain.from_iterable(_lines(results, name) for name in analyses),
        notes=(
            *_notes(results, exhibit),
            *excluded_note(results, analyses),
            *exclusion_notes(
                results,
                analyses,
                (),
                shown=pd.concat([_of_all(results, name) for name in analyses]),
            ),
        ),
    )


def _of_all(results: StudyResults, name: str) -> pd.DataFrame:
    """Rows of an analysis about all its units, the record first."""
    frames = [results[table] for table in ("returns", "returns_scenarios")]
    frame = pd.concat([part for part in frames if len(part)], ignore_index=True)
    return frame[(frame["analysis"] == name) & (frame["by"] == "")]


def _analysis_rows(results: StudyResults, name: str) -> Iterator[Row]:
    analysis, frame = returns_analysis(results, name), _of_all(results, name)
    for account in analysis.accounts:
        own = list(measured(frame[frame["account"] == account.name]))
        units = columns.coarse_count(own[0]["n_units"]) if own else formatting.DASH
        yield heading(f"{account.label} ({units} {results.study.unit_label})", "group")
        for record in ({**record, "n_units": units} for record in own):
            label = scenario_label(analysis, record["scenario"])
            keys = ("analysis", "account", "scenario", "n_units")
            yield columns.row_of(results, _COLUMNS, record, label, keys=keys)


def _lines(results: StudyResults, name: str) -> Iterator[str]:
    """Say what the first account gives, and what is left of it in each scenario."""
    analysis, frame = returns_analysis(results, name), _of_all(results, name)
    account = analysis.accounts[0]
    by_name = {
        record["scenario"]: record for record in measured(frame[frame["account"] == account.name])
    }
    record = by_name.get(RECORD)
    if record is None or record["suppressed"]:
        return
    label = results.analysis(name).label
    rate = formatting.number(record["irr"], 1)
    if rate == formatting.DASH:
        yield gettext("{label}, {label_2}: no rate ({irr_reason}).").format(
            label=label,
            label_2=formatting.lower_first(account.label),
            irr_reason=record["irr_reason"],
        )
        return
    ends = formatting.interval(record["irr_low"], record["irr_high"], 1)
    others = [
        f"{formatting.lower_first(scenario.label)}: {formatting.number(by_name[scenario.name]['irr'], 1)}"
        for scenario in analysis.scenarios
    ]
    more = gettext(" In scenarios: {others}.").format(others="; ".join(others)) if others else ""
    yield (
        gettext(
            "{label}, {label_2}: {rate} percent a year (95 percent interval {ends}); "
            "{share_above} percent of {unit_label} are above {threshold_percent} "
            "percent.{more}"
        ).format(
            label=label,
            label_2=formatting.lower_first(account.label),
            rate=rate,
            ends=ends,
            share_above=formatting.number(record["share_above"]),
            unit_label=results.study.unit_label,
            threshold_percent=threshold_percent(analysis),
            more=more,
        )
    )


def _notes(results: StudyResults, exhibit: OfAnalyses) -> tuple[str, ...]:
    first = returns_analysis(results, exhibit.analyses[0])
    units, threshold = results.study.unit_label, threshold_percent(first)
    carried = (
        gettext(" After the last year recorded, benefits and costs stay as they were in it.")
        if first.beyond
        else ""
    )
    return (
        gettext(
            "The rate of return makes the net present value of all {units} together "
            "zero, {horizon} years after the year of the first amount of each; values "
            "are discounted at {threshold} percent, and are in {unit}.{carried}"
        ).format(
            units=units,
            horizon=first.horizon,
            threshold=threshold,
            unit=results.unit(first.outcomes[0]) or gettext("the currency of the accounts"),
            carried=carried,
        ),
        gettext(
            "Above the threshold: the net present value at {threshold} percent is above "
            "zero. With a gain: benefits above operating costs over all years. Benefits "
            "over costs: present values, operating costs and investment together below."
        ).format(threshold=threshold),
        gettext(
            "Intervals are clustered by {group_label} and bias-reduced; those of shares "
            "are made on the logit scale, those of revenue on the logarithmic. They treat "
            "the units as drawn from many more like them. Flows are attributable to the "
            "project only if they are measured against what would have happened without it."
        ).format(group_label=results.study.group_label),
    )


KIND = kinds.TableKind(
    kind="rate_of_return",
    shows="rates of return by account, as recorded and by scenario",
    section=kinds.RETURNS,
    rank=10,
    needs=("returns", "returns_scenarios", "returns_by_unit", "exclusions"),
    options=OfAnalyses,
    methods="rate_of_return.md",
    of_methods=METHODS,
    build=rate_of_return_table,
)
