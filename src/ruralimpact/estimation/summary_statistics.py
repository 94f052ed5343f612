"""Covariates and outcomes by arm, before anything is matched or weighted."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.comparison import Comparison, comparable
from ruralimpact.design.records import covariate_label
from ruralimpact.design.study import covariate_labels
from ruralimpact.estimation.records import Summary, SummaryRow
from ruralimpact.schema.study import Study
from ruralimpact.tables import table_of_rows

FloatArray = NDArray[np.float64]

ARMS = {"treated": 1, "control": 0}
_PERCENTILES = [0.05, 0.5, 0.95]


def summary_study(
    study: Study,
    units: Mapping[str, pd.DataFrame],
    outcomes: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Summarise covariates and outcomes of every analysis that compares units in one period.

    Parameters
    ----------
    study : Study
    units, outcomes : mapping of str to DataFrame
        By sample.

    Returns
    -------
    DataFrame
        Contract ``summary_statistics``. Analyses over periods are not in it: their rows are no units.
    """
    labels = covariate_labels(study)
    rows: list[SummaryRow] = []
    for analysis, comparison in comparable(study.in_one_period, units):
        table = outcomes[analysis.sample].set_index("unit_id")
        known = table.loc[comparison.units["unit_id"], list(analysis.outcomes)]
        rows += _rows(comparison, known, labels)
    return table_of_rows("summary_statistics", rows)


def _rows(
    comparison: Comparison, outcomes: pd.DataFrame, labels: Mapping[str, str]
) -> Iterator[SummaryRow]:
    groups = comparison.units["group"].to_numpy(object)
    for kind, name, values in _variables(comparison, outcomes):
        label = covariate_label(name, labels) if kind == "covariate" else ""
        for arm, code in ARMS.items():
            inside = comparison.treatment == code
            weights = None if comparison.sampling is None else comparison.sampling[inside]
            yield SummaryRow(
                analysis=comparison.name,
                arm=arm,
                kind=kind,
                variable=name,
                label=label,
                **asdict(summary(values[inside], groups[inside], weights)),
                weighted=weights is not None,
            )


def _variables(
    comparison: Comparison, outcomes: pd.DataFrame
) -> Iterator[tuple[str, str, FloatArray]]:
    levels = comparison.levels
    for position, name in enumerate(levels.names):
        yield "covariate", name, levels.values[:, position]  # noqa: PD011
    for outcome in outcomes:
        yield "outcome", str(outcome), outcomes[outcome].to_numpy(float)


def summary(
    values: FloatArray, groups: NDArray[np.object_], weights: FloatArray | None = None
) -> Summary:
    """Summarise one variable in one arm; units of which it is not known are excluded.

    Parameters
    ----------
    values : ndarray, shape (n,)
    groups : ndarray of str, shape (n,)
    weights : ndarray, shape (n,), optional
        Sampling weights, positive.

    Returns
    -------
    Summary
        NaN where there are too few values.

    Notes
    -----
    The squared standard deviation is ``sum h (y - mean)^2 / (1 - sum h^2)``, h the share of a unit in the
    weight: over n - 1 where weights are equal. Percentiles are interpolated between neighbours; with weights
    they are the smallest values that at least the share asked for of the weight does not exceed.
    """
    known = np.isfinite(values)
    own = values[known]
    n_clusters = len(set(groups[known]))
    if len(own) == 0:
        return Summary(n_units=0, n_clusters=n_clusters)
    share = np.full(len(own), 1 / len(own))
    percentiles = np.quantile(own, _PERCENTILES)
    if weights is not None:
        share = weights[known] / weights[known].sum()
        percentiles = np.quantile(own, _PERCENTILES, weights=share, method="inverted_cdf")
    mean = float(share @ own)
    single = len(own) == 1
    variance = np.nan if single else float(share @ (own - mean) ** 2 / (1 - share @ share))
    p5, median, p95 = map(float, percentiles)
    return Summary(
        n_units=len(own),
        n_clusters=n_clusters,
        mean=mean,
        std_dev=float(np.sqrt(variance)),
        p5=p5,
        median=median,
        p95=p95,
    )
