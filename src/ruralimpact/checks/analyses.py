"""All mistakes that the stages after construction would refuse, told without estimating an effect."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.attrition.population import follow_up
from ruralimpact.checks.remarks import Remark, remarks_on_inconsistent, remarks_on_records
from ruralimpact.decomposition.accounts import check_identity
from ruralimpact.decomposition.study import read_accounts
from ruralimpact.description.levels import labels_in_order
from ruralimpact.description.records import DescriptionTables, RecordedStudy
from ruralimpact.design.comparison import Comparison, comparable
from ruralimpact.difference.exclusions import exclusions_over_time
from ruralimpact.errors import DataError, NoComparisonError, RuralImpactError
from ruralimpact.estimation.units import refuse_percents_as_shares
from ruralimpact.gains.study import gains_study
from ruralimpact.heterogeneity.subgroupings import make_subgrouping
from ruralimpact.outcomes.samples import AnalysisSample
from ruralimpact.portfolio.study import portfolio_study
from ruralimpact.power.study import power_part
from ruralimpact.responses.draw_study import draw_study
from ruralimpact.responses.register_contradictions import register_contradictions
from ruralimpact.responses.study import responses_study
from ruralimpact.returns.accounts import scenario_factors
from ruralimpact.returns.register import cash_register
from ruralimpact.returns.study import returns_study
from ruralimpact.schema.analysis import AnyAnalysis, Description, DifferenceInMeans, Matching, Panel
from ruralimpact.schema.rate_of_return import RateOfReturn
from ruralimpact.schema.study import AnyDescription, Study
from ruralimpact.schema.waves import refuse_unordered
from ruralimpact.survival.study import survival_study

Samples = Mapping[str, AnalysisSample]
Refuse = Callable[[Study, Samples], None]
Made = TypeVar("Made")


def analysis_problems(study: Study, samples: Samples) -> Iterator[RuralImpactError | Remark]:
    """Yield what the data of a study's samples cannot bear, and remarks on what descriptions exclude.

    Parameters
    ----------
    study : Study
        Or a round of it.
    samples : mapping of str to AnalysisSample
        Those that have no mistakes; what needs others is passed over.
    """
    for name, outcome in study.outcomes.items():
        yield from _problems(
            _shares, study.model_copy(update={"outcomes": {name: outcome}}), samples
        )
    for analysis in study.analyses:
        if not set(_samples_of(analysis)) <= set(samples):
            continue
        alone = study.model_copy(update={"analyses": (analysis,)})
        for refuse in _OF_AN_ANALYSIS:
            yield from _problems(refuse, alone, samples)
        for describe in _DESCRIPTIONS:
            described = yield from _problems(partial(_described, describe), alone, samples)
            yield from remarks_on_records(described) if described is not None else ()
    yield from _between_analyses(study, samples)
    known = {analysis.name for analysis in study.analyses if analysis.sample in samples}
    for entry in study.power:
        if entry.analysis in known:
            asked = study.model_copy(update={"power": (entry,)})
            yield from _problems(_power, asked, samples)
    for attrition in study.attrition:
        named = {attrition.baseline, attrition.followup, attrition.compared or attrition.followup}
        if named <= set(samples):
            asked = study.model_copy(update={"attrition": (attrition,)})
            yield from _problems(_attrition, asked, samples)


def _between_analyses(study: Study, samples: Samples) -> Iterator[RuralImpactError | Remark]:
    """Yield remarks on what the records of one analysis say of those of another."""
    standing = tuple(own for own in study.analyses if set(_samples_of(own)) <= set(samples))
    whole = study.model_copy(update={"analyses": standing})
    yield from remarks_on_inconsistent(
        register_contradictions(RecordedStudy(whole, _units(samples), _outcomes(samples)))
    )


def _samples_of(analysis: AnyAnalysis | AnyDescription) -> list[str]:
    beside = analysis.beside if isinstance(analysis, Description) else {}
    return [analysis.sample, *beside]


def _problems(
    refuse: Callable[[Study, Samples], Made], study: Study, samples: Samples
) -> Generator[RuralImpactError, None, Made | None]:
    """Ask again without the units that were refused; what is wrong of all others may be a consequence.

    Returns
    -------
    object or None
        What was made once nothing was refused any more.
    """
    asked_again = False
    while True:
        try:
            return refuse(study, samples)
        except RuralImpactError as problem:
            refused = (problem.units or ()) if isinstance(problem, DataError) else ()
            about_a_column = isinstance(problem, DataError) and problem.column is not None
            if about_a_column or not asked_again:
                yield problem
            smaller = {name: _without(sample, refused) for name, sample in samples.items()}
            if all(len(smaller[name].units) == len(samples[name].units) for name in samples):
                return None
            samples, asked_again = smaller, True


def _without(sample: AnalysisSample, refused: Iterable[str]) -> AnalysisSample:
    refused = set(refused)
    own = sample.units[["id", "unit_id"]].astype(str).isin(refused).any(axis=1)
    units = sample.units[~own]
    outcomes = sample.outcomes[sample.outcomes["unit_id"].isin(units["unit_id"])]
    return replace(sample, units=units, outcomes=outcomes)


def _units(samples: Samples) -> dict[str, pd.DataFrame]:
    return {name: sample.units for name, sample in samples.items()}


def _outcomes(samples: Samples) -> dict[str, pd.DataFrame]:
    return {name: sample.outcomes for name, sample in samples.items()}


def _shares(study: Study, samples: Samples) -> None:
    refuse_percents_as_shares(study, _outcomes(samples))


def _over_time(study: Study, samples: Samples) -> None:
    exclusions_over_time(study, _units(samples))


def _panel_waves(study: Study, samples: Samples) -> None:
    for analysis in study.analyses:
        units = samples[analysis.sample].units
        if isinstance(analysis, Panel) and "wave" in units:
            refuse_unordered(units["wave"].astype(str), study.declared_waves)


def _described(
    describe: Callable[[RecordedStudy], DescriptionTables], study: Study, samples: Samples
) -> DescriptionTables:
    return describe(RecordedStudy(study, _units(samples), _outcomes(samples)))


def _scenarios(study: Study, samples: Samples) -> None:
    for analysis in study.analyses:
        if isinstance(analysis, RateOfReturn):
            sample = samples[analysis.sample]
            register = cash_register(analysis, sample.units, sample.outcomes)
            for scenario in analysis.scenarios if len(register.units) else ():
                scenario_factors(analysis, scenario, register)


def _subgroups(study: Study, samples: Samples) -> None:
    for analysis, comparison, outcomes in _compared(study, samples):
        values = partial(_values, outcomes)
        for entry in analysis.subgroups:
            make_subgrouping(entry, comparison, values, labels_in_order(study))


def _values(outcomes: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return outcomes[name].to_numpy(float)


def _products(study: Study, samples: Samples) -> None:
    for analysis, comparison, outcomes in _compared(study, samples):
        asked = analysis.decomposition
        if asked is not None:
            check_identity(
                read_accounts(asked.products, outcomes),
                outcomes[asked.outcome].to_numpy(float),
                comparison.units["unit_id"].tolist(),
                asked.outcome,
                within=f"sample {analysis.sample}",
            )


def _compared(
    study: Study, samples: Samples
) -> Iterator[tuple[Matching | DifferenceInMeans, Comparison, pd.DataFrame]]:
    """Yield analyses that may ask for more than estimates, with the units compared and their outcomes."""
    asking = [own for own in study.analyses if isinstance(own, Matching | DifferenceInMeans)]
    for analysis, comparison in comparable(asking, _units(samples)):
        outcomes = samples[analysis.sample].outcomes.set_index("unit_id")
        yield analysis, comparison, outcomes.loc[comparison.units["unit_id"]]


def _power(study: Study, samples: Samples) -> None:
    for entry in study.power:
        with suppress(NoComparisonError):
            power_part(study, entry, _units(samples), _outcomes(samples))


def _attrition(study: Study, samples: Samples) -> None:
    for entry in study.attrition:
        follow_up(entry, _units(samples), _outcomes(samples))


_DESCRIPTIONS = (
    portfolio_study,
    returns_study,
    survival_study,
    gains_study,
    responses_study,
    draw_study,
)
_OF_AN_ANALYSIS: tuple[Refuse, ...] = (
    _over_time,
    _panel_waves,
    _scenarios,
    _subgroups,
    _products,
)
