"""Build the analysis samples of a study: units, outcomes, and who was excluded."""

from collections.abc import Sequence

import pandas as pd

from ruralimpact import stage
from ruralimpact.data_quality.study import data_quality
from ruralimpact.outcomes.samples import AnalysisSample, build_sample
from ruralimpact.outcomes.wave_overlap import wave_overlap
from ruralimpact.schema.stages import StageView, study_of_stage
from ruralimpact.tables import stacked, write_table, write_tables


def construct_samples(
    *,
    surveys: Sequence[str],
    units: Sequence[str],
    outcomes: Sequence[str],
    study: StageView,
    **paths: str,
) -> None:
    """Write units and outcomes of every sample, who was excluded, and what the raw data are like.

    Parameters
    ----------
    surveys : sequence of path
        Survey tables, in the order of ``study["sources"]``.
    units, outcomes : sequence of path
        Outputs, in the order of ``study["samples"]``.
    study : mapping
        ``sources``, ``codebook``, ``variables``, ``outcomes``, ``samples`` and ``references`` of a round.
    **paths : path
        Outputs: the stage's result tables that are not by sample, by name.
    """
    asked = study_of_stage(study)
    names = [source.name for source in asked.sources]
    tables = {name: pd.read_parquet(path) for name, path in zip(names, surveys, strict=True)}
    by_name: dict[str, AnalysisSample] = {}
    samples = [build_sample(name, tables, asked, samples=by_name) for name in asked.samples]
    for sample, units_path, outcomes_path in zip(samples, units, outcomes, strict=True):
        with stage.replacing(units_path) as partial:
            write_table(sample.units, partial, "units")
        with stage.replacing(outcomes_path) as partial:
            write_table(sample.outcomes, partial, "outcomes")
    parts = {
        "exclusions": [sample.exclusions for sample in samples],
        "contamination": [sample.contamination for sample in samples],
        "excluded_arms": [sample.excluded_arms for sample in samples],
        "wave_overlap": [
            wave_overlap(name, sample.units, asked.declared_waves)
            for name, sample in zip(asked.samples, samples, strict=True)
        ],
    }
    combined = {name: stacked(name, frames) for name, frames in parts.items()}
    by_sample = dict(zip(asked.samples, (sample.units for sample in samples), strict=True))
    combined |= data_quality(asked, tables, by_sample)
    write_tables("construct_samples", combined, paths)


if "snakemake" in globals():
    stage.run(construct_samples, **stage.keywords(snakemake))
