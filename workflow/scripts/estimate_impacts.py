"""Estimate every specification of a study, with the group scores of each estimate."""

from collections.abc import Sequence

import pandas as pd

from ruralimpact import progress, stage
from ruralimpact.decomposition.study import decomposition_study
from ruralimpact.description.records import RecordedStudy, exclusions_of
from ruralimpact.design.strategies import strategies_of_stage
from ruralimpact.difference.study import difference_study
from ruralimpact.estimation.association_study import association_study
from ruralimpact.estimation.balance_by_arm import balance_by_arm_study
from ruralimpact.estimation.ledger import read_ledger, read_list, with_list, write_ledger
from ruralimpact.estimation.outcome_weights import with_weights
from ruralimpact.estimation.rows import join_scores
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.estimation.summary_statistics import summary_study
from ruralimpact.gains.study import gains_study
from ruralimpact.heterogeneity.study import subgroup_study
from ruralimpact.portfolio.study import portfolio_study
from ruralimpact.responses.draw_study import draw_study
from ruralimpact.responses.study import responses_study
from ruralimpact.returns.study import returns_study
from ruralimpact.schema.stages import StageView, study_of_stage
from ruralimpact.survival.study import survival_study
from ruralimpact.tables import write_tables


def estimate_impacts(
    *,
    units: Sequence[str],
    outcomes: Sequence[str],
    weights: str,
    pairs: str,
    propensity: str,
    designs: str,
    specifications: str,
    specification_lists: str,
    seed: int,
    study: StageView,
    **paths: str,
) -> None:
    """Write the estimates of a study, on everyone, by subgroup and by part, with group scores.

    Parameters
    ----------
    units, outcomes : sequence of path
        By sample, in the order of ``study["samples"]``.
    weights, pairs, propensity, designs : path
        What the design stage wrote.
    specifications : path
        The list of specifications, fixed before this stage reads outcomes.
    specification_lists : path
        Output: the lists that have been estimated in this folder, oldest first.
    seed : int
        Of the bootstrap behind adjusted p-values.
    study : mapping
        Configuration.
    **paths : path
        Outputs: the stage's result tables, by name; some are empty where study.yaml asks for nothing.
    """
    asked = study_of_stage(study, strategies=strategies_of_stage(study))
    progress.begin(asked.name, "estimate_impacts")
    names = list(asked.samples)
    tables = EstimationTables(
        units=dict(zip(names, map(pd.read_parquet, units), strict=True)),
        outcomes=dict(zip(names, map(pd.read_parquet, outcomes), strict=True)),
        weights=pd.read_parquet(weights),
        pairs=pd.read_parquet(pairs),
        propensity=pd.read_parquet(propensity),
        designs=pd.read_parquet(designs),
    )
    over_time = difference_study(asked, tables, seed=seed)
    results = estimate_study(asked, tables, seed=seed, over_time=over_time.compared)
    by_subgroup = subgroup_study(asked, tables, seed=seed)
    by_part = decomposition_study(asked, tables)
    results |= over_time.tables
    recorded = RecordedStudy(asked, tables.units, tables.outcomes)
    described = [
        describe(recorded)
        for describe in (
            portfolio_study,
            returns_study,
            survival_study,
            gains_study,
            responses_study,
            draw_study,
        )
    ]
    for description in described:
        results |= description.tables
    results["exclusions"] = exclusions_of(
        excluded for description in described for excluded in description.excluded
    )
    results |= with_weights(results, by_subgroup.weights)
    results |= balance_by_arm_study(asked, tables.units)
    results |= {
        "scores": join_scores(results["scores"], by_subgroup.scores, by_part.scores),
        "subgroups": by_subgroup.subgroups,
        "decomposition": by_part.decomposition,
        "associations": association_study(asked, tables.units, tables.outcomes),
        "summary_statistics": summary_study(asked, tables.units, tables.outcomes),
    }
    write_tables("estimate_impacts", results, paths)
    estimated = with_list(read_ledger(specification_lists), read_list(specifications))
    write_ledger(estimated, specification_lists)


if "snakemake" in globals():
    stage.run(estimate_impacts, **stage.keywords(snakemake))
