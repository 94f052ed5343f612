"""Analyse how sensitive a study's matched estimates are, and what its next wave could detect."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ruralimpact import progress, stage
from ruralimpact.power.study import power_study
from ruralimpact.sensitivity.study import Tables, sensitivity_study
from ruralimpact.tables import write_table


def analyse_sensitivity(
    *,
    units: Sequence[str],
    outcomes: Sequence[str],
    weights: str,
    estimates: str,
    sensitivity: str,
    leave_one_out: str,
    power: str,
    study: Mapping[str, Any],
) -> None:
    """Write the sensitivity of each matched estimate, estimates without each region, and power.

    Parameters
    ----------
    units, outcomes : sequence of path
        By sample, in the order of ``study["samples"]``.
    weights, estimates : path
        What the design and estimate stages wrote.
    sensitivity, leave_one_out, power : path
        Outputs.
    study : mapping
        Configuration.
    """
    progress.begin(study["name"], "analyse_sensitivity")
    names = list(study["samples"])
    tables = Tables(
        units=dict(zip(names, map(pd.read_parquet, units), strict=True)),
        outcomes=dict(zip(names, map(pd.read_parquet, outcomes), strict=True)),
        weights=pd.read_parquet(weights),
        estimates=pd.read_parquet(estimates),
    )
    made = sensitivity_study(study, tables)
    made["power"] = power_study(study, tables.units, tables.outcomes)
    for name, path in (
        ("sensitivity", sensitivity),
        ("leave_one_out", leave_one_out),
        ("power", power),
    ):
        with stage.replacing(path) as partial:
            write_table(made[name], partial, name)


if "snakemake" in globals():
    stage.run(analyse_sensitivity, **stage.keywords(snakemake))
