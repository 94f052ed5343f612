"""Build the analysis samples of a study: units, outcomes, and who was left out."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ruralimpact import stage
from ruralimpact.outcomes.samples import build_sample
from ruralimpact.tables import write_table


def construct_samples(
    *,
    surveys: Sequence[str],
    units: Sequence[str],
    outcomes: Sequence[str],
    exclusions: str,
    study: Mapping[str, Any],
) -> None:
    """Write the units and outcomes of every sample, and one table of exclusions.

    Parameters
    ----------
    surveys : sequence of path
        Survey tables, in the order of ``study["sources"]``.
    units, outcomes : sequence of path
        Outputs, in the order of ``study["samples"]``.
    exclusions : path
        Output.
    study : mapping
        ``sources``, ``codebook``, ``variables``, ``outcomes`` and ``samples`` of the study.
    """
    names = [source["name"] for source in study["sources"]]
    tables = {name: pd.read_parquet(path) for name, path in zip(names, surveys, strict=True)}
    samples = [build_sample(name, tables, study) for name in study["samples"]]
    for sample, units_path, outcomes_path in zip(samples, units, outcomes, strict=True):
        with stage.replacing(units_path) as partial:
            write_table(sample.units, partial, "units")
        with stage.replacing(outcomes_path) as partial:
            write_table(sample.outcomes, partial, "outcomes")
    with stage.replacing(exclusions) as partial:
        combined = pd.concat([sample.exclusions for sample in samples], ignore_index=True)
        write_table(combined, partial, "exclusions")


if "snakemake" in globals():
    stage.run(construct_samples, **stage.keywords(snakemake))
