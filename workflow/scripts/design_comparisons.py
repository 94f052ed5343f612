"""Match and weight every comparison of a study, without outcomes."""

import json
from collections.abc import Sequence

import pandas as pd

from ruralimpact import progress, stage
from ruralimpact.design.strategies import strategies_of_stage
from ruralimpact.design.study import design_study, specifications
from ruralimpact.difference.exclusions import exclusions_over_time
from ruralimpact.schema.stages import StageView, study_of_stage
from ruralimpact.tables import write_tables


def design_comparisons(
    *,
    units: Sequence[str],
    specifications_file: str,
    study: StageView,
    **paths: str,
) -> None:
    """Write the designs of a study and the digest of what will be estimated with them.

    Parameters
    ----------
    units : sequence of path
        Units of each sample, in the order of ``study["samples"]``.
    specifications_file : path
        Output: every specification and a digest, fixed before outcomes are read.
    study : mapping
        Configuration.
    **paths : path
        Outputs: the stage's result tables, by name.
    """
    asked = study_of_stage(study, strategies=strategies_of_stage(study))
    progress.begin(asked.name, "design_comparisons")
    tables = {name: pd.read_parquet(path) for name, path in zip(asked.samples, units, strict=True)}
    results = design_study(asked, tables)
    excluded = [results["exclusions"], exclusions_over_time(asked, tables)]
    filled = [table for table in excluded if len(table)]
    results["exclusions"] = pd.concat(filled, ignore_index=True) if filled else excluded[0]
    write_tables("design_comparisons", results, paths)
    with stage.replacing(specifications_file) as partial:
        partial.write_text(json.dumps(specifications(asked), indent=1) + "\n", encoding="utf-8")


if "snakemake" in globals():
    arguments = stage.keywords(snakemake)
    arguments["specifications_file"] = arguments.pop("specifications")
    stage.run(design_comparisons, **arguments)
