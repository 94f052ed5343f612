"""Impact tables with a column a strategy and the error under the estimate, as evaluators know esttab."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ruralimpact.design.methods import MATCHED
from ruralimpact.exhibits import (
    columns,
    headings,
    interpretation,
    kinds,
    marks,
)
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record, Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.exhibits.tables.impact import UNADJUSTED, ImpactOptions, is_beside
from ruralimpact.language import gettext, marked


class ImpactByStrategyOptions(ImpactOptions):
    """A table of impacts with a column a strategy."""

    stars: bool = False
    """Whether stars mark p-values below 0.1, 0.05 and 0.01."""


@dataclass(frozen=True)
class _PrintedStatistic:
    """A row of each outcome, or of all: its label (the outcome's when empty) and its numbers."""

    name: str
    label: str
    shown: Shown


_SIZES = (
    _PrintedStatistic("n_units", marked("Units"), columns.number("", of="n_units")),
    _PrintedStatistic("n_clusters", marked("Groups"), columns.number("", of="n_clusters")),
)
_STARS = {0.01: "***", 0.05: "**", 0.1: "*"}
_PLAIN = "unadjusted"
_KEYS = ("analysis", "outcome", "statistic")


def impact_by_strategy_tables(
    results: StudyResults, exhibit: ImpactByStrategyOptions
) -> Iterator[Table]:
    """Build the tables; analyses that share their strategies share one."""

    def estimated(analysis: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(results.estimates_of(analysis)["strategy"]))

    for strategies, analyses in headings.alike(exhibit.analyses, estimated):
        yield _table(results, exhibit, analyses, strategies)


def _table(
    results: StudyResults,
    exhibit: ImpactByStrategyOptions,
    analyses: Sequence[str],
    strategies: Sequence[str],
) -> Table:
    models = {_PLAIN: gettext(UNADJUSTED)} if exhibit.unadjusted else {}
    models |= {name: results.strategy_label(name) for name in strategies}
    estimates = (
        _PrintedStatistic(
            "estimate", "", columns.amount().marked(lambda values: str(values[-1]), "mark")
        ),
        _PrintedStatistic("std_error", gettext("(SE)"), columns.error()),
    )

    def rows(analysis: str) -> Iterator[Row]:
        records = [
            _by_model(results, exhibit, analysis, outcome)
            for outcome in results.outcomes_of([analysis])
        ]
        common = _same_sizes(records)
        for record in records:
            for statistic in estimates if common else (*estimates, *_SIZES):
                yield _row(results, statistic, models, record)
        if common:
            for statistic in _SIZES:
                yield _row(results, statistic, models, {**records[0], "outcome": ""})

    return table_of(
        results,
        exhibit,
        stub=gettext("Outcome"),
        columns=_across(columns.amount(), models),
        rows=headings.by_analysis(results, analyses, rows),
        notes=_notes(results, exhibit, analyses),
    )


def _across(shown: Shown, models: Mapping[str, str]) -> list[Shown]:
    """The column once for every model, numbered."""
    return [
        replace(own, column=replace(own.column, label=label))
        for position, (model, label) in enumerate(models.items(), start=1)
        for own in [shown.within(model, f"({position})", "{part}")]
    ]


def _by_model(
    results: StudyResults, exhibit: ImpactByStrategyOptions, analysis: str, outcome: str
) -> Record:
    """Estimates on an outcome by strategy, and the plain difference."""
    named = results.estimates_of(analysis, outcome).to_dict("records")
    models = {str(record["strategy"]): record for record in named}
    plain = exhibit.unadjusted
    if plain and is_beside(results, plain, analysis, exhibit.analyses):
        for record in results.estimates_of(plain, outcome).to_dict("records"):
            models[_PLAIN] = record
    printed = {
        model: {
            **record,
            "n_units": record["n_treated"] + record["n_control"],
            "mark": _mark(record, stars=exhibit.stars),
        }
        for model, record in models.items()
    }
    return {"analysis": analysis, "outcome": outcome, **printed}


def _same_sizes(records: Sequence[Record]) -> bool:
    """Whether every model has the same units and groups for all outcomes, none of them hidden."""
    sizes = {
        tuple(
            (model, own["n_treated"], own["n_control"], own["n_clusters"], own["suppressed"])
            for model, own in record.items()
            if isinstance(own, Mapping)
        )
        for record in records
    }
    return len(sizes) == 1


def _row(
    results: StudyResults,
    statistic: _PrintedStatistic,
    models: Mapping[str, str],
    record: Record,
) -> Row:
    label = statistic.label or results.outcome_title(record["outcome"])
    own = {**record, "statistic": statistic.name}
    shown = _across(statistic.shown, models)
    return columns.row_of(results, shown, own, label, keys=_KEYS)


def _mark(record: Record, *, stars: bool) -> str:
    own = (star for level, star in _STARS.items() if record["p_value"] < level)
    return f"{next(own, '') if stars else ''}{marks.estimate_marks(record)}"


def _notes(
    results: StudyResults, exhibit: ImpactByStrategyOptions, analyses: Sequence[str]
) -> Iterator[str]:
    plain = [exhibit.unadjusted] if exhibit.unadjusted else []
    frame = results.of("estimates", *analyses, *plain)
    yield gettext("(SE) under each estimate. {standard_error_note}").format(
        standard_error_note=interpretation.standard_error_note(results)
    )
    if exhibit.stars:
        yield "; ".join(f"{star} p < {level:g}" for level, star in reversed(_STARS.items())) + "."
    yield from interpretation.share_notes(frame)
    methods = {results.analysis(name).method for name in (*analyses, *plain)}
    yield from interpretation.identification_notes(methods)
    yield from marks.estimate_notes(frame)


KIND = kinds.TableKind(
    kind="impact_by_strategy",
    shows="outcomes with strategies side by side, as esttab",
    section=kinds.ESTIMATES,
    rank=25,
    annex=True,
    needs=("estimates",),
    options=ImpactByStrategyOptions,
    methods="matching.md",
    of_methods=(*MATCHED, "panel"),
    build=impact_by_strategy_tables,
)
