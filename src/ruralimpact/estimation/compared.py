"""The estimates of one analysis on its units, and the tables that they fill."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.joint_tests import (
    AnalysisScores,
    arms_of_groups,
    joint_tests,
    use_bootstrap_where_few,
)
from ruralimpact.estimation.printed_errors import LABELS
from ruralimpact.estimation.rows import Specification, estimate_row, score_columns
from ruralimpact.inference.clustered import Clustering, group_codes


@dataclass(frozen=True)
class Compared:
    """Units of one analysis and what was estimated on them.

    Attributes
    ----------
    analysis : str
    groups : Series of str, length n
    treatment : ndarray of {0, 1}, shape (n,)
    estimates : iterable of (Specification, ScoredEstimate)
        Scores of shape (n,).
    """

    analysis: str
    groups: "pd.Series[str]"
    treatment: NDArray[np.int8]
    estimates: Iterable[tuple[Specification, ScoredEstimate]]


@dataclass(frozen=True)
class AnalysisTables:
    """Rows that one analysis adds to the tables of a study.

    Attributes
    ----------
    estimates, std_errors : list of dict
        Contracts ``estimates`` and ``std_errors``.
    tests : DataFrame
        Contract ``tests``; empty where there are too few groups for a bootstrap.
    scores : dict of str to Series
        By column of the contract ``scores``, indexed by group.
    """

    estimates: list[dict[str, Any]]
    std_errors: list[dict[str, Any]]
    tests: pd.DataFrame
    scores: dict[str, pd.Series]


def analysis_tables(
    compared: Compared,
    families: Mapping[str, str],
    *,
    seed: int,
    done: Callable[[Specification], None] = lambda _: None,
) -> AnalysisTables:
    """Tabulate the estimates of an analysis with their errors, scores and joint tests.

    Parameters
    ----------
    compared : Compared
    families : mapping of str to str
        Family of each outcome; hypotheses on one family under one strategy are tested together.
    seed : int
        Of the bootstrap.
    done : callable, optional
        Called after each estimate.

    Returns
    -------
    AnalysisTables
        Where groups are few, intervals and p-values are those of the bootstrap.
    """
    codes = group_codes(compared.groups)
    rows: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    scores: dict[str, pd.Series] = {}
    for spec, estimate in compared.estimates:
        rows.append(estimate_row(spec, estimate, Clustering(codes, estimate.set_ids)))
        errors += _error_rows(spec, {"group": rows[-1]["std_error"], **estimate.std_errors})
        scores |= score_columns(spec, estimate, compared.groups)
        done(spec)
    tests = joint_tests(_together(compared, families, rows, scores), seed)
    return AnalysisTables(_with_few_groups(rows, tests), errors, tests, scores)


def _together(
    compared: Compared,
    families: Mapping[str, str],
    rows: list[dict[str, Any]],
    scores: Mapping[str, pd.Series],
) -> AnalysisScores:
    """The estimates of an analysis; a family is the outcomes of one kind under one strategy."""
    ids = [row["spec_id"] for row in rows]
    named = [f"{row['analysis']}/{row['strategy']}/{families[row['outcome']]}" for row in rows]
    return AnalysisScores(
        compared.analysis,
        pd.Series([row["estimate"] for row in rows], index=ids),
        pd.Series(named, index=ids),
        pd.DataFrame({spec_id: scores[spec_id] for spec_id in ids}),
        arms_of_groups(compared.groups, compared.treatment),
    )


def _with_few_groups(rows: list[dict[str, Any]], tests: pd.DataFrame) -> list[dict[str, Any]]:
    found: dict[str, Any] = {test["spec_id"]: test for test in tests.to_dict("records")}
    return [
        use_bootstrap_where_few(row, found[row["spec_id"]]) if row["spec_id"] in found else row
        for row in rows
    ]


def _error_rows(spec: Specification, errors: Mapping[str, float]) -> list[dict[str, Any]]:
    return [
        {"spec_id": spec.spec_id, "kind": kind, "label": LABELS[kind], "std_error": value}
        for kind, value in errors.items()
    ]
