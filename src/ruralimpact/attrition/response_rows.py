"""Rows of the table of response: rates, their difference, groups and covariates."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ruralimpact.attrition.population import Population
from ruralimpact.attrition.response import (
    response_by_covariates,
    response_by_group,
    response_difference,
)
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.errors import DesignError
from ruralimpact.inference.clustered import Clustering, group_codes, t_inference
from ruralimpact.inference.contrasts import EqualityTest
from ruralimpact.inference.leverage import group_leverage
from ruralimpact.schema.followup import Attrition

EVERYONE = "every unit of the baseline was found again"
QUANTILES = {"group_low": 0.25, "group_median": 0.5, "group_high": 0.75}
ARMS = {"treated": 1, "control": 0}
Row = dict[str, Any]


def response_rows(entry: Attrition, population: Population) -> Iterator[Row]:
    """Yield the rows of one entry of the configuration.

    Parameters
    ----------
    entry : Attrition
    population : Population

    Yields
    ------
    dict
        Under the contract ``attrition``, but for what is common to all rows of the entry.
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
        yield _row(measure, n_units=count)


def _rates(population: Population) -> Iterator[Row]:
    result, groups = population.responded, population.groups
    difference = response_difference(result, population.treatment)
    scores = {"treated": difference.treated_mean_scores, "control": difference.control_mean_scores}
    for arm, code in ARMS.items():
        inside = population.treatment == code
        own = scores[arm]
        assert own is not None
        leverage = group_leverage(inside.astype(float), population.treatment, groups)
        error, df = Clustering(groups, leverage=leverage).std_error(own)
        yield _row(
            "response",
            arm,
            estimate=float(result[inside].mean()),
            **_inference(float(result[inside].mean()), error, df, test=False),
            **_counts(population, inside),
        )
    everyone = np.ones(len(result), dtype=bool)
    error, df = difference.clustering(groups).std_error(difference.scores)
    yield _row(
        "difference",
        estimate=difference.estimate,
        **_inference(difference.estimate, error, df),
        **_counts(population, everyone),
        reason=EVERYONE if result.all() else "",
    )


def _by_group(population: Population) -> Iterator[Row]:
    for arm, code in ARMS.items():
        inside = population.treatment == code
        groups = response_by_group(
            population.responded[inside], group_codes(population.groups[inside])
        )
        counts = _counts(population, inside)
        for measure, quantile in QUANTILES.items():
            yield _row(measure, arm, estimate=float(np.quantile(groups.rates, quantile)), **counts)
        yield _row("groups_lost", arm, estimate=float(groups.lost), **counts)


def _by_covariates(entry: Attrition, population: Population) -> Iterator[Row]:
    """Joint tests, and one row a covariate; none where everyone was found."""
    names = entry.covariates
    if not names or population.responded.all():
        return
    known = population.complete(names)
    counts = _counts(population, known)
    groups = group_codes(population.groups[known])
    try:
        result = response_by_covariates(
            population.responded[known],
            population.treatment[known],
            covariate_matrix({name: population.units.loc[known, name] for name in names}),
            groups,
        )
    except DesignError as problem:
        yield _row("covariates", **counts, reason=str(problem))
        return
    notes = f"excluded: {', '.join(result.excluded)}" if result.excluded else ""
    yield _row("covariates", **_joint(result.predict), **counts, notes=notes)
    yield _row("covariates_by_arm", **_joint(result.by_arm), **counts, notes=notes)
    for name, slope, scores in zip(result.names, result.coefficients, result.scores, strict=True):
        yield _row(
            "covariate",
            variable=name,
            estimate=float(slope),
            **_inference(float(slope), scores.std_error, scores.df),
            **counts,
        )


def _row(measure: str, arm: str = "", **values: Any) -> Row:
    blank = dict.fromkeys(
        ("estimate", "std_error", "df", "statistic", "df_denominator", "p_value"), np.nan
    )
    ends = {"conf_low": np.nan, "conf_high": np.nan}
    counts = {"n_units": 0, "n_found": 0, "n_clusters": 0}
    words = {"variable": "", "notes": "", "reason": ""}
    return {"measure": measure, "arm": arm, **words, **blank, **ends, **counts, **values}


def _inference(estimate: float, error: float, df: float, *, test: bool = True) -> Row:
    built = t_inference(estimate, error, df)
    values = {
        "std_error": error,
        "df": df,
        "conf_low": built.conf_low,
        "conf_high": built.conf_high,
    }
    return {**values, "statistic": built.statistic, "p_value": built.p_value} if test else values


def _joint(test: EqualityTest) -> Row:
    return {
        "statistic": test.statistic,
        "df": float(test.df_numerator),
        "df_denominator": float(test.df_denominator),
        "p_value": test.p_value,
    }


def _counts(population: Population, inside: Any) -> Row:
    return {
        "n_units": int(inside.sum()),
        "n_found": int(population.responded[inside].sum()),
        "n_clusters": len(np.unique(population.groups[inside])),
    }
