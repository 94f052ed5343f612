"""Controls that are controls no more: how many by wave, and what they do to the estimate."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import columns, disclosure, formatting, kinds
from ruralimpact.exhibits.estimate_pairs import difference_between
from ruralimpact.exhibits.interpretation import effective_groups_notes
from ruralimpact.exhibits.model import Cell, Row, Table, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.schema.study import Study

_NUMBER, _GROUPS = marked("Number"), marked("Groups of controls")
_COUNTS = (
    columns.size(marked("Beneficiaries"), _NUMBER, 1.2, of="n_treated").sparse(),
    columns.size(marked("Controls"), _NUMBER, 1.0, of="n_controls").sparse(),
    columns.size(marked("Treatment had begun"), _NUMBER, 1.2, of="n_contaminated").sparse(),
    columns.size(marked("Not known"), _NUMBER, 1.0, of="n_unknown").sparse(),
    columns.size(marked("Left"), _NUMBER, 1.0, of="n_left").sparse(),
    columns.number(marked("All"), _GROUPS, 0.8, of="groups_controls"),
    columns.number(marked("Left"), _GROUPS, 0.8, of="groups_left"),
)
_WITHOUT, _WITH, _GAP = (
    marked("Without them"),
    marked("With them: naive"),
    marked("Naive less right"),
)
_EFFECTS = (
    columns.amount(group=_WITHOUT),
    columns.error(_WITHOUT, 1.0),
    columns.number(marked("Percent"), _WITHOUT, 0.9, of="percent", decimals=1),
    *(
        column.within("naive", kept="{part}_{name}")
        for column in (
            columns.amount(group=_WITH).keeping("spec_id"),
            columns.error(_WITH, 1.0),
            columns.number(marked("Percent"), _WITH, 0.9, of="percent", decimals=1),
        )
    ),
    columns.amount(marked("Difference"), _GAP, of="difference"),
    columns.error(_GAP, 1.0, of="difference_std_error"),
)
_COUNT_NOTE = marked(
    "A control whose treatment had begun by the wave of the interview is no "
    "control in that wave. Whoever is left was not drawn at random: their group "
    "was not (yet) funded, and the comparison rests on the covariates."
)
_HIDDEN_NOTE = marked(
    "[s] = suppressed: from 1 to {fewest_units} units, or a sum with such a count.",
    fewest_units=disclosure.FEWEST_UNITS - 1,
)
_EFFECT_NOTE = marked(
    "The naive contrast compares beneficiaries with controls of whom some are "
    "beneficiaries by now. It is shown to be seen through, and is not an effect. "
    "The error of the difference takes both estimates' group scores together."
)


def contamination_tables(results: StudyResults, exhibit: OfEstimates) -> Iterator[Table]:
    """Build the counts by wave, and the estimates without and with contaminated controls.

    Of the two analyses the first is the right one.
    """
    right, naive = exhibit.analyses
    yield table_of(
        results,
        exhibit,
        stub=gettext("Wave"),
        columns=_COUNTS,
        rows=_count_rows(results, right),
        interpretation=(_interpretation(results, right),),
        notes=_count_notes(results, right),
    )
    yield table_of(
        results,
        exhibit,
        title=gettext("Estimates without and with these controls"),
        stub=gettext("Outcome and strategy"),
        columns=_EFFECTS,
        rows=_effect_rows(results, right, naive),
        notes=(
            gettext(_EFFECT_NOTE),
            *effective_groups_notes(results, _both(results, right, naive)),
        ),
    )


def _count_notes(results: StudyResults, analysis: str) -> tuple[str, ...]:
    hidden = bool(_of_sample(results, analysis).isna().any(axis=None))
    return (gettext(_COUNT_NOTE), *([gettext(_HIDDEN_NOTE)] if hidden else []))


def _both(results: StudyResults, right: str, naive: str) -> pd.DataFrame:
    estimates: pd.DataFrame = results.of("estimates", right, naive)
    return estimates


def _of_sample(results: StudyResults, analysis: str) -> pd.DataFrame:
    sample = results.analysis(analysis).sample
    waves: pd.DataFrame = results["contamination"][results["contamination"]["sample"] == sample]
    return waves


def _count_rows(results: StudyResults, analysis: str) -> Iterator[Row]:
    for record in _of_sample(results, analysis).to_dict("records"):
        left = record["n_controls"] - record["n_contaminated"] - record["n_unknown"]
        own = {**record, "n_left": left}
        kept = {str(name): _known(value) for name, value in own.items()}
        yield Row(Cell(str(record["wave"])), columns.cells_of(results, _COUNTS, own), kept)


def _known(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return None if np.isnan(value) else int(value)


def _interpretation(results: StudyResults, analysis: str) -> str:
    last = _of_sample(results, analysis).iloc[-1]
    verb = gettext("is") if last["groups_left"] == 1 else gettext("are")
    groups = gettext(
        "{groups_left} of {groups_controls} groups of controls {verb} left to compare with."
    ).format(
        groups_left=formatting.count(last["groups_left"]),
        groups_controls=formatting.count(last["groups_controls"]),
        verb=verb,
    )
    if last[["n_contaminated", "n_controls"]].isna().any():
        return gettext("In {wave} {groups}").format(wave=last["wave"], groups=groups)
    share = 100 * last["n_contaminated"] / max(last["n_controls"], 1)
    return gettext(
        "In {wave} treatment of {n_contaminated} of {n_controls} controls ({share} "
        "percent) had begun; {groups}"
    ).format(
        wave=last["wave"],
        n_contaminated=formatting.count(last["n_contaminated"]),
        n_controls=formatting.count(last["n_controls"]),
        share=formatting.number(share, 0),
        groups=groups,
    )


def _effect_rows(results: StudyResults, right: str, naive: str) -> Iterator[Row]:
    for outcome in results.outcomes_of([right]):
        yield heading(results.outcome_title(outcome), "group")
        others = results.estimates_of(naive, outcome).set_index("strategy")
        for record in results.estimates_of(right, outcome).to_dict("records"):
            if record["strategy"] in others.index:
                yield _effect_row(results, record, others.loc[record["strategy"]].to_dict())


def _effect_row(results: StudyResults, record: Record, other: Record) -> Row:
    hidden = bool(record["suppressed"] or other["suppressed"])
    gap = (None, None) if hidden else difference_between(results, other, record)
    own = {
        **record,
        "naive": {**other, "suppressed": hidden},
        "difference": gap[0],
        "difference_std_error": gap[1],
        "suppressed": hidden,
    }
    label = results.strategy_label(record["strategy"])
    return columns.row_of(results, _EFFECTS, own, label)


def _check(study: Study, exhibit: OfEstimates) -> None:
    if len(exhibit.analyses) != 2:
        problem = "give two analyses: without the controls that are none any more, and with them."
        raise ConfigError(problem, key="analyses")
    samples = {analysis.name: study.samples[analysis.sample] for analysis in study.comparisons}
    for name, handling in zip(exhibit.analyses, ("exclude", "keep"), strict=True):
        if samples[name].contaminated != handling:
            problem = f"the sample of '{name}' needs `contaminated: {handling}` here."
            raise ConfigError(problem, key="analyses")


KIND = kinds.TableKind(
    kind="contamination",
    shows=(
        "controls whose treatment has begun, and the estimate without and with them (two analyses, the "
        "right one first)"
    ),
    section=kinds.WAVES,
    rank=10,
    needs=("estimates", "scores", "contamination"),
    options=OfEstimates,
    methods="over_time.md",
    check=_check,
    build=contamination_tables,
)
