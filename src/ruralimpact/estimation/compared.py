"""The estimates of one analysis on its units, and the tables that they fill."""

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.joint_tests import AnalysisScores, arms_of_groups, joint_tests
from ruralimpact.estimation.outcome_weights import OutcomeWeights
from ruralimpact.estimation.printed_errors import HEADLINE, LABELS, PERMUTED, REFITTED
from ruralimpact.estimation.records import EstimateRow, SampleFlowRow, StdErrorRow
from ruralimpact.estimation.rows import Specification, columns_of_estimate, estimate_row
from ruralimpact.estimation.sample_flow import flow_rows
from ruralimpact.inference.bias_reduced_scores import CorrectedScores
from ruralimpact.inference.clustered import Clustering, group_codes, group_sums
from ruralimpact.inference.leverage import too_few_groups
from ruralimpact.inference.randomisation import RandomisationTest, fixed_match_test
from ruralimpact.inference.sampling_strata import strata_of_groups


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
    strata : ndarray of int, shape (n,), optional
        Codes of the strata that groups were drawn from.
    refitted : callable
        The randomisation test of a specification that matches anew for each draw, from the strata of the
        groups, shape (G,), and a generator; None where it was not asked for.
    unit_ids : ndarray of str, shape (n,) or (n, T), optional
        Row of the sample that each value of an outcome stands in.
    lacks_arm : str
        Why nobody can be compared; else empty.
    """

    analysis: str
    groups: "pd.Series[str]"
    treatment: NDArray[np.int8]
    estimates: Iterable[tuple[Specification, ScoredEstimate]]
    strata: NDArray[np.int64] | None = None
    refitted: Callable[
        [Specification, NDArray[np.int64] | None, np.random.Generator], RandomisationTest | None
    ] = lambda *_: None
    unit_ids: NDArray[np.object_] | None = None
    lacks_arm: str = ""

    def strata_of_groups(self, groups: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """Stratum of each group, of which all units are in one, by the groups' codes; shape (G,)."""
        return None if self.strata is None else strata_of_groups(groups, self.strata)


@dataclass(frozen=True)
class AnalysisTables:
    """Rows that one analysis adds to the tables of a study.

    Attributes
    ----------
    estimates : list of EstimateRow
    std_errors : list of StdErrorRow
    tests : DataFrame
        Contract ``tests``; empty where there are too few groups for a bootstrap.
    scores : dict of str to Series
        By column of the contract ``scores``, indexed by group.
    flow : list of SampleFlowRow
    weights : OutcomeWeights
    """

    estimates: list[EstimateRow]
    std_errors: list[StdErrorRow]
    tests: pd.DataFrame
    scores: dict[str, pd.Series]
    flow: list[SampleFlowRow]
    weights: OutcomeWeights


def without_arm(
    analysis: str, estimates: Iterable[tuple[Specification, ScoredEstimate]], reason: str
) -> Compared:
    """Return an analysis that lacks an arm, so that it compares nobody.

    Parameters
    ----------
    analysis : str
    estimates : iterable of (Specification, ScoredEstimate)
        Each missing, with no scores.
    reason : str
    """
    nobody = pd.Series([], dtype=str)
    return Compared(analysis, nobody, np.empty(0, np.int8), estimates, lacks_arm=reason)


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
    """
    codes = group_codes(compared.groups)
    strata = compared.strata_of_groups(codes)
    labels = [str(name) for name in np.unique(compared.groups)]
    rows: list[EstimateRow] = []
    errors: list[StdErrorRow] = []
    flow: list[SampleFlowRow] = []
    scores: dict[str, pd.Series] = {}
    corrected: dict[str, CorrectedScores] = {}
    weights = OutcomeWeights()
    for spec, estimate in compared.estimates:
        clustering = estimate.clustering(codes)
        row = estimate_row(spec, estimate, clustering)
        rows.append(row)
        flow += [] if estimate.flow is None else flow_rows(spec, estimate.flow)
        plain = clustering.plain_std_error(estimate.scores)
        headline = {HEADLINE: row.std_error, "group": plain}
        errors += _error_rows(spec, {**estimate.std_errors, **headline})
        errors += _permuted(compared, spec, estimate, clustering, strata, seed)
        scores |= columns_of_estimate(spec.spec_id, estimate, clustering, labels)
        corrected[spec.spec_id] = clustering.corrected(estimate.tested_scores)
        if np.isfinite(row.estimate):
            weights.add(spec.spec_id, estimate, compared.unit_ids)
        done(spec)
    tests = joint_tests(_together(compared, families, rows, corrected, labels), seed)
    return AnalysisTables(rows, errors, tests, scores, flow, weights)


def _together(
    compared: Compared,
    families: Mapping[str, str],
    rows: list[EstimateRow],
    corrected: Mapping[str, CorrectedScores],
    labels: list[str],
) -> AnalysisScores:
    """The estimates of an analysis; a family is the outcomes of one kind under one strategy."""
    ids = [row.spec_id for row in rows]
    named = [f"{row.analysis}/{row.strategy}/{families[row.outcome]}" for row in rows]
    return AnalysisScores(
        compared.analysis,
        pd.Series([row.estimate for row in rows], index=ids),
        pd.Series([row.p_value for row in rows], index=ids),
        pd.Series(named, index=ids),
        pd.DataFrame({spec_id: corrected[spec_id].sums for spec_id in ids}, index=labels),
        arms_of_groups(compared.groups, compared.treatment),
    )


def _permuted(
    compared: Compared,
    spec: Specification,
    estimate: ScoredEstimate,
    clustering: Clustering,
    strata: NDArray[np.int64] | None,
    seed: int,
) -> list[StdErrorRow]:
    """The p-values of permuting treatment over groups (of a stratum), where it was given to groups."""
    leverage = clustering.leverage
    if leverage is None or len(leverage.shares) == len(clustering.groups):
        return []
    uncentred = estimate.uncentred_scores
    scores = estimate.scores if uncentred is None else uncentred
    if too_few_groups(leverage) or not np.isfinite(estimate.estimate) or not scores.any():
        return []
    stream = [seed, zlib.crc32(spec.spec_id.encode())]
    tests: dict[str, RandomisationTest | None] = {}
    try:
        tests[PERMUTED] = fixed_match_test(
            estimate.estimate,
            group_sums(scores, clustering.groups),
            leverage,
            rng=np.random.default_rng(stream),
            strata=strata,
        )
        tests[REFITTED] = compared.refitted(spec, strata, np.random.default_rng([*stream, 1]))
    except DesignError:  # a group has units in both arms, or no stratum has groups of both
        pass
    return [
        StdErrorRow(
            spec_id=spec.spec_id,
            kind=kind,
            label=LABELS[kind],
            p_value=test.p_value,
            draws=test.draws,
        )
        for kind, test in tests.items()
        if test is not None
    ]


def _error_rows(spec: Specification, errors: Mapping[str, float]) -> list[StdErrorRow]:
    return [
        StdErrorRow(spec_id=spec.spec_id, kind=kind, label=LABELS[kind], std_error=value)
        for kind, value in errors.items()
    ]
