"""The stages of a study, one after the other in this process, without files between them."""

from pathlib import Path

import pandas as pd

from ruralimpact.attrition.study import attrition_study
from ruralimpact.config import load_study
from ruralimpact.config.waves import rounds_of
from ruralimpact.data_quality.study import data_quality
from ruralimpact.decomposition.study import decomposition_study
from ruralimpact.description.records import RecordedStudy
from ruralimpact.design.study import design_study
from ruralimpact.difference.exclusions import exclusions_over_time
from ruralimpact.difference.study import difference_study
from ruralimpact.estimation.association_study import association_study
from ruralimpact.estimation.balance_by_arm import balance_by_arm_study
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.estimation.summary_statistics import summary_study
from ruralimpact.gains.study import gains_study
from ruralimpact.heterogeneity.study import subgroup_study
from ruralimpact.outcomes.samples import AnalysisSample, build_sample
from ruralimpact.portfolio.study import portfolio_study
from ruralimpact.power.study import power_study
from ruralimpact.responses.draw_study import draw_study
from ruralimpact.responses.study import responses_study
from ruralimpact.returns.study import returns_study, returns_uncertainty
from ruralimpact.schema.stages import described_variables
from ruralimpact.schema.study import Study
from ruralimpact.survey.codebook import entries_of, marked_columns, parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source
from ruralimpact.survival.study import survival_study


def run_stages(folder: Path) -> None:
    """Run every stage from ingest to sensitivity; the current folder is the project's."""
    study = load_study(folder)
    names = [source.name for source in study.sources]
    entries = parse_codebook(study.codebook, names)
    surveys = {
        source.name: harmonise(
            read_source(source),
            source,
            entries_of(entries, source.name),
            file=source.path,
            marked=marked_columns(entries, source.name),
        ).table
        for source in study.sources
    }
    built: dict[str, AnalysisSample] = {}
    for part in rounds_of(study).values():
        asked = part.model_copy(update={"described": described_variables(part)})
        known = {source.name: surveys[source.name] for source in part.sources}
        own: dict[str, AnalysisSample] = {}
        samples = {name: build_sample(name, known, asked, samples=own) for name in part.samples}
        built |= samples
        units = {name: sample.units for name, sample in samples.items()}
        data_quality(asked, known, units)
        _estimate(part, units, {name: sample.outcomes for name, sample in samples.items()}, built)


def _estimate(
    part: Study,
    units: dict[str, pd.DataFrame],
    outcomes: dict[str, pd.DataFrame],
    built: dict[str, AnalysisSample],
) -> None:
    designs = design_study(part, units)
    exclusions_over_time(part, units)
    made = {name: designs[name] for name in ("weights", "pairs", "propensity", "designs")}
    tables = EstimationTables(units, outcomes, **made)
    over_time = difference_study(part, tables, seed=1)
    estimate_study(part, tables, seed=1, over_time=over_time.compared)
    subgroup_study(part, tables, seed=1)
    decomposition_study(part, tables)
    for describe in (
        portfolio_study,
        returns_study,
        survival_study,
        gains_study,
        responses_study,
        draw_study,
    ):
        describe(RecordedStudy(part, units, outcomes))
    balance_by_arm_study(part, units)
    association_study(part, units, outcomes)
    summary_study(part, units, outcomes)
    returns_uncertainty(RecordedStudy(part, units, outcomes), seed=1)
    power_study(part, units, outcomes)
    attrition_study(
        part,
        {name: sample.units for name, sample in built.items()},
        {name: sample.outcomes for name, sample in built.items()},
    )
