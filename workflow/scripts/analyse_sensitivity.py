"""Analyse how much bias and attrition may move a study's estimates, and what its next wave could detect."""

from collections.abc import Sequence

import pandas as pd

from ruralimpact import progress, stage
from ruralimpact.attrition.study import attrition_study
from ruralimpact.description.records import RecordedStudy
from ruralimpact.design.strategies import strategies_of_stage
from ruralimpact.power.study import power_study
from ruralimpact.returns.study import returns_uncertainty
from ruralimpact.schema.stages import StageView, study_of_stage
from ruralimpact.sensitivity.study import SensitivityTables, sensitivity_study
from ruralimpact.tables import write_tables


def analyse_sensitivity(
    *,
    units: Sequence[str],
    outcomes: Sequence[str],
    weights: str,
    estimates: str,
    seed: int,
    study: StageView,
    attrition_samples: Sequence[str] = (),
    attrition_units: Sequence[str] = (),
    attrition_outcomes: Sequence[str] = (),
    **paths: str,
) -> None:
    """Write the sensitivity of matched estimates, those without each region, power, and attrition.

    Parameters
    ----------
    units, outcomes : sequence of path
        By sample, in the order of ``study["samples"]``.
    weights, estimates : path
        What the design and estimate stages wrote.
    seed : int
        Of simulated rates of return.
    study : mapping
        Configuration.
    attrition_samples : sequence of str
        Samples that the study's follow-ups name.
    attrition_units, attrition_outcomes : sequence of path
        By sample, in that order.
    **paths : path
        Outputs: the stage's result tables, by name.
    """
    asked = study_of_stage(study, strategies=strategies_of_stage(study))
    progress.begin(asked.name, "analyse_sensitivity")
    names = list(asked.samples)
    tables = SensitivityTables(
        units=dict(zip(names, map(pd.read_parquet, units), strict=True)),
        outcomes=dict(zip(names, map(pd.read_parquet, outcomes), strict=True)),
        weights=pd.read_parquet(weights),
        estimates=pd.read_parquet(estimates),
    )
    results = sensitivity_study(asked, tables)
    results |= returns_uncertainty(RecordedStudy(asked, tables.units, tables.outcomes), seed=seed)
    results["power"] = power_study(asked, tables.units, tables.outcomes)
    results |= attrition_study(
        asked,
        dict(zip(attrition_samples, map(pd.read_parquet, attrition_units), strict=True)),
        dict(zip(attrition_samples, map(pd.read_parquet, attrition_outcomes), strict=True)),
    )
    write_tables("analyse_sensitivity", results, paths)


if "snakemake" in globals():
    stage.run(analyse_sensitivity, **stage.keywords(snakemake))
