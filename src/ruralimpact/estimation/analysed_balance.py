"""Balance of the units behind each estimate, where a missing outcome makes them others than the design's."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.balance import BalanceCheck
from ruralimpact.design.comparison import Comparison
from ruralimpact.design.records import Key, balance_rows
from ruralimpact.design.strategies.base import Strategy
from ruralimpact.design.study import covariate_labels
from ruralimpact.errors import DesignError
from ruralimpact.estimation.prepared import Prepared
from ruralimpact.estimation.strategy_estimators import ESTIMATORS
from ruralimpact.schema.study import Study
from ruralimpact.tables import empty_table

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class OneDesign:
    """A strategy with the design that was made of it.

    Attributes
    ----------
    name : str
        Of the strategy.
    strategy : Strategy
    prepared : Prepared
    """

    name: str
    strategy: Strategy
    prepared: Prepared

    def weights_of(self, known: BoolArray) -> FloatArray:
        """Weights of the design among the units whose outcome is known.

        Parameters
        ----------
        known : ndarray of bool, shape (n,)

        Returns
        -------
        ndarray, shape (n,)
            0 for units that are not behind the estimate.

        Raises
        ------
        DesignError
            No unit of an arm is left.
        """
        among = ESTIMATORS[self.strategy.estimator].among(self.prepared.design, known)
        weights = np.zeros(len(known))
        weights[known] = among.weights
        return weights


def analysed_balance(
    study: Study,
    comparison: Comparison,
    designs: list[OneDesign],
    outcomes: dict[str, FloatArray],
) -> pd.DataFrame:
    """Compare covariates between the arms of each estimate that lacks units of its design.

    Parameters
    ----------
    study : Study
        For labels.
    comparison : Comparison
    designs : list of OneDesign
        Of the comparison.
    outcomes : dict of str to ndarray, shape (n,)
        NaN where missing.

    Returns
    -------
    DataFrame
        Contract ``analysed_balance``; no rows for an outcome that is known of all units. Differences are
        over the standard deviation of the treated of the whole comparison, as in the table of balance.
    """
    if not comparison.levels.names:
        return empty_table("analysed_balance")
    labels = covariate_labels(study)
    check = BalanceCheck(comparison.levels, comparison.treatment, comparison.sampling)
    base = np.ones(len(comparison.units)) if comparison.sampling is None else comparison.sampling
    frames: list[pd.DataFrame] = []
    for outcome, values in outcomes.items():
        known = ~np.isnan(values)
        if known.all() or set(comparison.treatment[known]) != {0, 1}:
            continue
        weighted = {"": base * known}
        for design in designs:
            try:
                weighted[design.name] = design.weights_of(known)
            except DesignError:  # the estimate is missing, with the reason
                continue
        for strategy, weights in weighted.items():
            rows = balance_rows(Key(comparison.name, strategy), check.under(weights), labels)
            rows.insert(2, "outcome", outcome)
            frames.append(rows)
    return pd.concat(frames, ignore_index=True) if frames else empty_table("analysed_balance")


def balance_by_estimate(table: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """Say which estimates rest on arms alike in every covariate.

    Parameters
    ----------
    table : DataFrame
        Contract ``analysed_balance``.

    Returns
    -------
    dict of (analysis, strategy, outcome) to {"yes", "no"}
        Of the estimates that are in the table.
    """
    after = table[table["stage"] == "after"]
    passes = after.groupby(["analysis", "strategy", "outcome"])["balanced"].all().reset_index()
    return {
        (row["analysis"], row["strategy"], row["outcome"]): "yes" if row["balanced"] else "no"
        for row in passes.to_dict("records")
    }
