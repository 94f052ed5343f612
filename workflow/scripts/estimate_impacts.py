"""Estimate every specification of a study, with the group scores of each estimate."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ruralimpact import progress, stage
from ruralimpact.estimation.study import Tables, estimate_study
from ruralimpact.tables import write_table


def estimate_impacts(
    *,
    units: Sequence[str],
    outcomes: Sequence[str],
    weights: str,
    pairs: str,
    propensity: str,
    designs: str,
    estimates: str,
    scores: str,
    std_errors: str,
    study: Mapping[str, Any],
) -> None:
    """Write the estimates of a study, their group scores and their other standard errors.

    Parameters
    ----------
    units, outcomes : sequence of path
        By sample, in the order of ``study["samples"]``.
    weights, pairs, propensity, designs : path
        What the design stage wrote.
    estimates, scores, std_errors : path
        Outputs.
    study : mapping
        Configuration.
    """
    progress.begin(study["name"], "estimate_impacts")
    names = list(study["samples"])
    tables = Tables(
        units=dict(zip(names, map(pd.read_parquet, units), strict=True)),
        outcomes=dict(zip(names, map(pd.read_parquet, outcomes), strict=True)),
        weights=pd.read_parquet(weights),
        pairs=pd.read_parquet(pairs),
        propensity=pd.read_parquet(propensity),
        designs=pd.read_parquet(designs),
    )
    made = estimate_study(study, tables)
    paths = {"estimates": estimates, "scores": scores, "std_errors": std_errors}
    for name, path in paths.items():
        with stage.replacing(path) as partial:
            write_table(made[name], partial, name)


if "snakemake" in globals():
    arguments = stage.keywords(snakemake)
    arguments.pop("specifications")
    arguments.pop("seed")
    stage.run(estimate_impacts, **arguments)
