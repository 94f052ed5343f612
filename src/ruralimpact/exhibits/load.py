"""Reading the results of a study for its exhibits."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ruralimpact.estimation.rows import join_scores
from ruralimpact.exhibits import disclosure
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.tables import empty_table


def load_results(
    study: Mapping[str, Any],
    *,
    tables: Mapping[str, Sequence[str | Path]],
    exclusions: Sequence[str | Path],
    quality: Sequence[str | Path],
    outcomes: Mapping[str, str | Path] | None = None,
    truth: Sequence[str | Path] = (),
) -> StudyResults:
    """Read what the stages before wrote, and suppress small cells once for all exhibits.

    Parameters
    ----------
    study : mapping
        Configuration of the study.
    tables : mapping of str to sequence of path
        One file a round: ``estimates``, ``std_errors``, ``scores``, ``weights``, ``propensity``,
        ``balance``, ``designs``; ``sensitivity`` and ``leave_one_out`` where those analyses were made.
    exclusions : sequence of path
        Tables of exclusions, in the order of the stages.
    quality : sequence of path
        Quality reports, in the order of the study's sources.
    outcomes : mapping of str to path, optional
        Outcomes by unit, by sample.
    truth : sequence of path
        What synthetic data were planted with; the first file is the table of effects.

    Returns
    -------
    StudyResults
    """
    frames = {name: _of_rounds(name, paths) for name, paths in tables.items()}

    def optional(name: str) -> pd.DataFrame:
        return frames[name] if name in frames else empty_table(name)

    designs = disclosure.suppress_designs(frames["designs"])
    reports = [json.loads(Path(path).read_text(encoding="utf-8")) for path in quality]
    names = [source["name"] for source in study["sources"]]
    return StudyResults(
        study=study,
        estimates=disclosure.suppress_estimates(frames["estimates"]),
        std_errors=frames["std_errors"],
        scores=frames["scores"],
        weights=frames["weights"],
        propensity=frames["propensity"],
        balance=disclosure.suppress_balance(_labelled(frames["balance"], study), designs),
        propensity_models=optional("propensity_models"),
        balance_summary=optional("balance_summary"),
        designs=designs,
        exclusions=pd.concat([pd.read_parquet(path) for path in exclusions], ignore_index=True),
        sensitivity=optional("sensitivity"),
        leave_one_out=optional("leave_one_out"),
        tests=optional("tests"),
        subgroups=disclosure.suppress_subgroups(optional("subgroups")),
        decomposition=optional("decomposition"),
        associations=optional("associations"),
        dynamics=disclosure.suppress_dynamics(optional("dynamics")),
        pre_trends=optional("pre_trends"),
        comparisons=optional("comparisons"),
        parallel_trends=optional("parallel_trends"),
        power=optional("power"),
        attrition=disclosure.suppress_attrition(optional("attrition")),
        attrition_bounds=disclosure.suppress_attrition_bounds(optional("attrition_bounds")),
        quality=dict(zip(names, reports, strict=True)),
        outcomes={name: pd.read_parquet(path) for name, path in (outcomes or {}).items()},
        contamination=optional("contamination"),
        truth=pd.read_parquet(truth[0]) if truth else pd.DataFrame(),
    )


def _of_rounds(name: str, paths: Sequence[str | Path]) -> pd.DataFrame:
    """Read one table of every round: rows below each other, scores side by side."""
    frames = [pd.read_parquet(path) for path in paths]
    if name == "scores":
        return join_scores(frames[0], *(frame.set_index("group") for frame in frames[1:]))
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def _labelled(balance: pd.DataFrame, study: Mapping[str, Any]) -> pd.DataFrame:
    """Label the before-period means of outcomes: the design stage knows no outcome, not even its label."""
    words = {
        f"{name}_before": f"{outcome['label']}, before"
        for name, outcome in study["outcomes"].items()
    }
    return balance.assign(label=balance["covariate"].map(words).fillna(balance["label"]))
