"""All mistakes in what a study builds of its survey tables: variables, outcomes, samples and arms."""

from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from ruralimpact.checks.analyses import analysis_problems
from ruralimpact.checks.remarks import Remark, remarks_on_rows
from ruralimpact.checks.sound_part import named_variables, sound_part
from ruralimpact.config.waves import rounds_of
from ruralimpact.design.comparison import build_comparison
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.design.strategies import strategies_by_name
from ruralimpact.difference.exclusions import arms_of
from ruralimpact.errors import (
    ConfigError,
    NoComparisonError,
    NoGroupError,
    RuralImpactError,
    SingleWaveError,
)
from ruralimpact.outcomes.samples import AnalysisSample, build_sample
from ruralimpact.schema.analysis import AnyAnalysis, AnyOverTime, Matching, OverTime
from ruralimpact.schema.stages import described_variables
from ruralimpact.schema.study import Study


def sample_problems(
    study: Study,
    tables: Mapping[str, pd.DataFrame],
    partial: Collection[str] = (),
    refused: Collection[str] = (),
) -> Iterator[RuralImpactError | Remark]:
    """Yield what is wrong in the samples of a study and in what analyses ask of them; remarks, too.

    Parameters
    ----------
    study : Study
    tables : mapping of str to DataFrame
        Survey tables by source. Samples of sources that have none are passed over.
    partial : collection of str, optional
        Sources whose tables lack variables: nothing is asked of samples of these.
    refused : collection of str, optional
        Sources of which cells were refused: arms may lack units for that.
    """
    sound: dict[str, AnalysisSample] = {}
    rows_unread = [
        source.name
        for source in study.sources
        if source.item is not None and (source.name in partial or source.name not in tables)
    ]
    try:
        rounds = rounds_of(sound_part(study, (), rows_unread))
    except ConfigError:
        return  # waves that have no order: the examination of the configuration has told it
    for part in rounds.values():
        part = part.model_copy(update={"described": described_variables(part)})
        samples: dict[
            str, AnalysisSample
        ] = {}  # a round builds the samples that it refers to itself
        known = {
            source.name: tables[source.name] for source in part.sources if source.name in tables
        }
        for name in part.samples:
            problems = list(_sample_problems(name, part, known, samples))
            told = not _sources(name, part) & set(refused)
            yield from (own for own in problems if told or not isinstance(own, NoGroupError))
            if name in samples and not problems and not _sources(name, part) & set(partial):
                sound[name] = samples[name]
                yield from remarks_on_rows(name, samples[name].noted)
        part = _of_what_is_built(part, samples)
        lacking_arms: list[NoComparisonError] = []
        for analysis in part.comparisons:
            lacking = _sources(analysis.sample, part) & set(partial)
            if analysis.sample not in samples or lacking:
                continue
            try:
                yield from _comparison_problems(analysis, part, samples[analysis.sample].units)
            except NoComparisonError as problem:
                lacking_arms.append(problem)
        read = {source for name in part.samples for source in _sources(name, part)}
        of_all = len(lacking_arms) == len(part.comparisons)
        if of_all and not read & set(refused):  # as a run, which goes on with the others
            yield from lacking_arms
        waves_told = bool(read & set(refused))
        for told_of in analysis_problems(part, sound):
            if not (waves_told and isinstance(told_of, SingleWaveError)):
                yield told_of


def _sources(name: str, study: Study) -> set[str]:
    """Return the sources of a sample, those of the samples that it refers to included."""
    samples = {**study.references, **study.samples}
    sources, waiting = set[str](), [name]
    while waiting:
        sample = samples[waiting.pop()]
        sources |= set(sample.sources)
        waiting += [other for other in sample.referred if other in samples]
    return sources


def _of_what_is_built(study: Study, samples: Mapping[str, AnalysisSample]) -> Study:
    """Return a study without the comparisons of variables that could not be built."""
    lacking = {
        analysis.name
        for analysis in study.comparisons
        if analysis.sample in samples
        and not set(named_variables(analysis)) <= set(samples[analysis.sample].units)
    }
    standing = tuple(entry for entry in study.analyses if entry.name not in lacking)
    return study.model_copy(update={"analyses": standing})


def _sample_problems(
    name: str, study: Study, tables: Mapping[str, pd.DataFrame], samples: dict[str, AnalysisSample]
) -> Iterator[RuralImpactError]:
    """Build a sample, again without each variable or outcome that cannot be built."""
    named = {**study.references, **study.samples}
    asked = [named[name], *(named[other] for other in named[name].referred if other in named)]
    if any(source not in tables for sample in asked for source in sample.sources):
        return
    while name in study.samples:
        try:
            build_sample(name, tables, study, samples=samples)
            return
        except ConfigError as problem:
            yield problem
            smaller = sound_part(study, [problem.key or ""])
            if smaller == study:
                return
            study = smaller
        except RuralImpactError as problem:
            yield problem
            return


def _refuse_lacking_arms(analysis: AnyOverTime, study: Study, units: pd.DataFrame) -> None:
    try:
        arms_of(study, analysis, units)
    except NoComparisonError:
        raise
    except RuralImpactError:
        return  # the check of its stage tells it


def _comparison_problems(
    analysis: AnyAnalysis, study: Study, units: pd.DataFrame
) -> Iterator[RuralImpactError]:
    """Yield what makes a comparison impossible before anything is matched; raise what lacks an arm."""
    if isinstance(analysis, OverTime):
        _refuse_lacking_arms(analysis, study, units)
        return
    try:
        comparison = build_comparison(analysis, units)
    except NoComparisonError:
        raise
    except RuralImpactError as problem:
        yield problem
        return
    if not isinstance(analysis, Matching):
        return
    known = strategies_by_name(study)
    strategies = [known[name] for name in analysis.strategies if name in known]
    for strategy in strategies:
        try:
            strategy.check_covariates(comparison.covariates)
        except RuralImpactError as problem:
            yield problem
    for link in dict.fromkeys(strategy.propensity_link for strategy in strategies):
        try:
            if link is not None:
                fit_propensity(
                    comparison.covariates,
                    comparison.treatment,
                    link=link,
                    sampling=comparison.sampling,
                    where=comparison.name,
                )
        except RuralImpactError as problem:
            yield problem
