"""Rows of the table of response: rates, their difference, groups and covariates."""

from collections.abc import Iterator
from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.attrition.population import Population
from ruralimpact.attrition.response import (
    response_by_covariates,
    response_by_group,
    response_difference,
)
from ruralimpact.attrition.rows import Counts, ResponseRow, Tested
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.errors import DesignError
from ruralimpact.inference.clustered import Clustering, group_codes, t_inference
from ruralimpact.inference.contrasts import EqualityTest
from ruralimpact.inference.leverage import group_leverage
from ruralimpact.schema.followup import Attrition

EVERYONE = "every unit of the baseline was found again"
QUANTILES = {"group_low": 0.25, "group_median": 0.5, "group_high": 0.75}
ARMS = {"treated": 1, "control": 0}


def response_rows(entry: Attrition, population: Population) -> Iterator[ResponseRow]:
    """Yield the rows of one entry of the configuration.

    Parameters
    ----------
    entry : Attrition
    population : Population

    Yields
    ------
    ResponseRow
        But for what is common to all rows of the entry.
    """
    yield from _rates(population)
    yield from _by_group(population)
    yield from _by_covariates(entry, population)
    counts = {
        "new_units": population.new_units,
        "unknown_arm": population.unknown_arm,
        "no_longer_compared": int((~population.compared).sum()),
    }
    for measure, count in counts.items():
        yield ResponseRow(measure=measure, n_units=count)


def _rates(population: Population) -> Iterator[ResponseRow]:
    responded, groups = population.responded, population.groups
    difference = response_difference(responded, population.treatment)
    scores = {"treated": difference.treated_mean_scores, "control": difference.control_mean_scores}
    for arm, code in ARMS.items():
        inside = population.treatment == code
        own = scores[arm]
        assert own is not None
        leverage = group_leverage(inside.astype(float), population.treatment, groups)
        error, df = Clustering(groups, leverage=leverage).std_error(own)
        yield ResponseRow(
            measure="response",
            arm=arm,
            estimate=float(responded[inside].mean()),
            **asdict(_without_test(_inference(float(responded[inside].mean()), error, df))),
            **asdict(_counts(population, inside)),
        )
    everyone = np.ones(len(responded), dtype=bool)
    error, df = difference.clustering(groups).std_error(difference.scores)
    yield ResponseRow(
        measure="difference",
        estimate=difference.estimate,
        **asdict(_inference(difference.estimate, error, df)),
        **asdict(_counts(population, everyone)),
        reason=EVERYONE if responded.all() else "",
    )


def _by_group(population: Population) -> Iterator[ResponseRow]:
    for arm, code in ARMS.items():
        inside = population.treatment == code
        groups = response_by_group(
            population.responded[inside], group_codes(population.groups[inside])
        )
        counts = _counts(population, inside)
        for measure, quantile in QUANTILES.items():
            yield ResponseRow(
                measure=measure,
                arm=arm,
                estimate=float(np.quantile(groups.rates, quantile)),
                **asdict(counts),
            )
        yield ResponseRow(
            measure="groups_lost", arm=arm, estimate=float(groups.lost), **asdict(counts)
        )


def _by_covariates(entry: Attrition, population: Population) -> Iterator[ResponseRow]:
    """Joint tests, and one row a covariate; none where everyone was found."""
    names = entry.covariates
    if not names or population.responded.all():
        return
    known = population.complete(names)
    counts = _counts(population, known)
    groups = group_codes(population.groups[known])
    try:
        regression = response_by_covariates(
            population.responded[known],
            population.treatment[known],
            covariate_matrix({name: population.units.loc[known, name] for name in names}),
            groups,
        )
    except DesignError as problem:
        yield ResponseRow(measure="covariates", **asdict(counts), reason=str(problem))
        return
    notes = f"excluded: {', '.join(regression.excluded)}" if regression.excluded else ""
    yield ResponseRow(
        measure="covariates", **asdict(_joint(regression.predict)), **asdict(counts), notes=notes
    )
    yield ResponseRow(
        measure="covariates_by_arm",
        **asdict(_joint(regression.by_arm)),
        **asdict(counts),
        notes=notes,
    )
    for name, slope, scores in zip(
        regression.names, regression.coefficients, regression.scores, strict=True
    ):
        yield ResponseRow(
            measure="covariate",
            variable=name,
            estimate=float(slope),
            **asdict(_inference(float(slope), scores.std_error, scores.df)),
            **asdict(counts),
        )


def _inference(estimate: float, error: float, df: float) -> Tested:
    inference = t_inference(estimate, error, df)
    return Tested(
        std_error=error,
        df=df,
        statistic=inference.statistic,
        p_value=inference.p_value,
        conf_low=inference.conf_low,
        conf_high=inference.conf_high,
    )


def _without_test(tested: Tested) -> Tested:
    """A share of an arm is not tested against none."""
    return replace(tested, statistic=np.nan, p_value=np.nan)


def _joint(test: EqualityTest) -> Tested:
    return Tested(
        statistic=test.statistic,
        df=float(test.df_numerator),
        df_denominator=float(test.df_denominator),
        p_value=test.p_value,
    )


def _counts(population: Population, inside: NDArray[np.bool_]) -> Counts:
    return Counts(
        n_units=int(inside.sum()),
        n_found=int(population.responded[inside].sum()),
        n_clusters=len(np.unique(population.groups[inside])),
    )
