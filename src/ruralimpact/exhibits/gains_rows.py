"""Gains as exhibits show them: in percent, one record a level, and what is said of them."""

from collections.abc import Iterator

import pandas as pd

from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.citable_numbers import CitableNumber, level_part, with_interval
from ruralimpact.exhibits.document import HeadlineLine
from ruralimpact.exhibits.exclusion_notes import too_few
from ruralimpact.exhibits.model import Value
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.language import gettext, marked
from ruralimpact.schema.analysis import BeforeAfter
from ruralimpact.schema.study import Study

METHODS = ("before_after",)
NOT_ATTRIBUTABLE = marked(
    "Changes before and after, without comparison: not attributable to the "
    "project. Nothing here shows what would have happened without it."
)
AVERAGES = {
    "ratio_of_totals": marked("Of all together"),
    "mean_of_ratios": marked("Mean of the units'"),
    "median_of_ratios": marked("Median of the units'"),
}


def gains_of(results: StudyResults, name: str) -> BeforeAfter:
    """Configuration of an analysis before and after."""
    return results.study.analyses_of(BeforeAfter, [name])[0]


def check_targeting(study: Study, exhibit: OfAnalyses) -> None:
    """Raise a `ConfigError` where an analysis says nothing of places."""
    for analysis in study.analyses_of(BeforeAfter, exhibit.analyses):
        if analysis.gains is None or analysis.gains.targeting is None:
            problem = f"'{analysis.name}' declares no targeting under gains."
            raise ConfigError(problem, key="analyses")


def gain_records(frame: pd.DataFrame) -> Iterator[Record]:
    """Yield a record a level, its measures side by side; gains and shares in percent."""
    keys = ["analysis", "outcome", "unit", "by", "level"]
    for names, part in frame.groupby(keys, sort=False):
        record: dict[str, Value] = dict(zip(keys, map(str, names), strict=True))
        for row in part.to_dict("records"):
            measure = str(row["measure"])
            factor = 1.0 if measure == "mean_change" else 100.0
            for end, column in (("", "estimate"), ("_low", "conf_low"), ("_high", "conf_high")):
                record[measure + end] = factor * row[column]
        first = part.iloc[0]
        yield record | {
            "n_units": first["n_units"],
            "suppressed": first["suppressed"],
            "n_without_base": part["n_without_base"].max(),
        }


def _of_all(results: StudyResults, analysis: str, outcome: str) -> Record | None:
    """Return the gains of all units together; None where they are suppressed or missing."""
    records = list(gain_records(results.of("gains", analysis, outcome=outcome, by="")))
    return records[0] if records and not records[0]["suppressed"] else None


def _nothing_printed(results: StudyResults, name: str) -> str:
    return gettext("Gains in {name} are not printed: {too_few}.").format(
        name=name, too_few=too_few(results)
    )


def gains_sentence(results: StudyResults, analysis: str, outcome: str) -> str:
    """Say the three averages side by side, and the share with a loss."""
    name = formatting.lower_first(results.outcome_label(outcome))
    record = _of_all(results, analysis, outcome)
    if record is None:
        return _nothing_printed(results, name)
    units = results.study.unit_label
    values = {key: formatting.number(record[key]) for key in (*AVERAGES, "share_loss")}
    ends = formatting.interval(record["ratio_of_totals_low"], record["ratio_of_totals_high"])
    return gettext(
        "Before and after, and not attributable to the project, {name} of all "
        "{units} together changed by {ratio_of_totals} percent (95 percent interval "
        "{ends}); the mean of the {units}' own changes is {mean_of_ratios} percent, "
        "the median {median_of_ratios}; {share_loss} percent of them had less than "
        "before."
    ).format(
        name=name,
        units=units,
        ratio_of_totals=values["ratio_of_totals"],
        ends=ends,
        mean_of_ratios=values["mean_of_ratios"],
        median_of_ratios=values["median_of_ratios"],
        share_loss=values["share_loss"],
    )


def gains_numbers(results: StudyResults) -> Iterator[CitableNumber]:
    """Yield identifier, value, unit and decimals of every number on gains.

    Identifiers are ``gains/<analysis>/<outcome>/<measure>``, with ``/<by>=<level>`` after the outcome where
    it is about a level; ``targeting/<analysis>/<measure>``; ``growth_without/<analysis>/<outcome>/<effect>``
    and the measure; ``gain_variance/...``. ``_low`` and ``_high`` are the ends of the interval.
    """
    for row in results["gains"].to_dict("records"):
        money = row["measure"] == "mean_change"
        key = f"gains/{row['analysis']}/{row['outcome']}{level_part(row)}/{row['measure']}"
        unit = row["unit"] if money else gettext("percent, not attributable")
        yield from with_interval(key, row, unit, 0, factor=1.0 if money else 100.0)
    for row in results["targeting"].to_dict("records"):
        key = f"targeting/{row['analysis']}/{row['measure']}"
        yield from with_interval(key, row, "percent", 0, factor=100)
    for row in results["growth_without"].to_dict("records"):
        where = f"growth_without/{row['analysis']}/{row['outcome']}/{row['effect']}"
        yield from with_interval(f"{where}/{row['measure']}", row, "percent", 0, factor=100)
    for row in results["gain_variance"].to_dict("records"):
        where = f"gain_variance/{row['analysis']}/{row['outcome']}/{row['within']}"
        own = {**row, "estimate": row["share_between"]}
        yield from with_interval(f"{where}/share_between", own, "percent", 0, factor=100)


def gains_headlines(results: StudyResults) -> Iterator[HeadlineLine]:
    """Yield what the first outcome of each analysis gained."""
    for analysis in results.study.analyses_of(BeforeAfter):
        if analysis.gains is None:
            continue
        outcome = analysis.outcomes[0]
        record = _of_all(results, analysis.name, outcome)
        name = formatting.lower_first(results.outcome_label(outcome))
        text = _nothing_printed(results, name)
        cites: tuple[str, ...] = ()
        if record is not None:
            key = f"gains/{analysis.name}/{outcome}"
            cites = (f"{key}/ratio_of_totals", f"{key}/share_loss")
            ends = formatting.interval(
                record["ratio_of_totals_low"], record["ratio_of_totals_high"]
            )
            text = gettext(
                "Change of {name}, not attributable to the project: {ratio_of_totals} "
                "percent ({ends}); {share_loss} percent of {unit_label} had less."
            ).format(
                name=name,
                ratio_of_totals=formatting.number(record["ratio_of_totals"]),
                ends=ends,
                share_loss=formatting.number(record["share_loss"]),
                unit_label=results.study.unit_label,
            )
        yield HeadlineLine(label=analysis.label, text=text, cites=cites)
