"""Balance of the units behind each estimate, where a missing outcome makes them others than the design's."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.balance import BalanceCheck
from ruralimpact.design.comparison import Comparison
from ruralimpact.design.flow import loses_many
from ruralimpact.design.records import Key, balance_rows, summary_row
from ruralimpact.design.strategies.base import Strategy
from ruralimpact.errors import DesignError
from ruralimpact.estimation.prepared import Prepared
from ruralimpact.estimation.strategy_estimators import ESTIMATORS
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


@dataclass(frozen=True)
class AnalysedUnits:
    """Units of a comparison whose outcome is known, outcome by outcome.

    Attributes
    ----------
    comparison : Comparison
    designs : tuple of OneDesign
        Of the comparison.
    outcomes : dict of str to ndarray, shape (n,)
        NaN where missing.
    """

    comparison: Comparison
    designs: tuple[OneDesign, ...]
    outcomes: dict[str, FloatArray]

    @property
    def lacking(self) -> Iterator[str]:
        """Outcomes that are missing for some units, and known of both arms."""
        for outcome, values in self.outcomes.items():
            known = ~np.isnan(values)
            if not known.all() and set(self.comparison.treatment[known]) == {0, 1}:
                yield outcome

    def weights(self, outcome: str) -> Iterator[tuple[str, FloatArray]]:
        """Yield the weights, shape (n,), of the units behind an outcome's estimates: 0 for the others.

        Before matching (an empty name), then under each strategy whose estimate is not missing.
        """
        known = ~np.isnan(self.outcomes[outcome])
        sampling = self.comparison.sampling
        yield "", known.astype(float) if sampling is None else sampling * known
        for design in self.designs:
            with contextlib.suppress(DesignError):  # the estimate is missing, with the reason
                yield design.name, design.weights_of(known)

    def balance(self, labels: Mapping[str, str]) -> pd.DataFrame:
        """Compare covariates between the arms of each estimate that lacks units of its design.

        Parameters
        ----------
        labels : mapping of str to str
            Of covariates.

        Returns
        -------
        DataFrame
            Contract ``analysed_balance``; no rows for an outcome that is known of all units. Differences are
            over the standard deviation of the treated of the whole comparison, as in the table of balance.
        """
        own = self.comparison
        if not own.levels.names:
            return empty_table("analysed_balance")
        check = BalanceCheck(own.levels, own.treatment, own.sampling)
        return self._tabulated(
            "analysed_balance",
            self.lacking,
            lambda key, weights: balance_rows(key, check.under(weights), labels),
        )

    def summary(self, outcomes: Iterable[str]) -> pd.DataFrame:
        """Summarise the balance behind the estimates on some outcomes, one line a strategy.

        Parameters
        ----------
        outcomes : iterable of str
            Of `lacking`.

        Returns
        -------
        DataFrame
            Contract ``analysed_balance_summary``. Biases are over the variances of the whole comparison.
        """
        return self._tabulated(
            "analysed_balance_summary",
            outcomes,
            lambda key, weights: summary_row(key, self.comparison, weights),
        )

    def _tabulated(
        self,
        table: str,
        outcomes: Iterable[str],
        rows_of: Callable[[Key, FloatArray], pd.DataFrame],
    ) -> pd.DataFrame:
        frames: list[pd.DataFrame] = []
        for outcome in outcomes:
            for strategy, weights in self.weights(outcome):
                rows = rows_of(Key(self.comparison.name, strategy), weights)
                rows.insert(2, "outcome", outcome)
                frames.append(rows)
        return pd.concat(frames, ignore_index=True) if frames else empty_table(table)


def outcomes_of_others(
    flow: pd.DataFrame, balanced: Mapping[tuple[str, str, str], str], designs: pd.DataFrame
) -> list[str]:
    """Return the outcomes of an analysis whose estimates are about others than its designs.

    Parameters
    ----------
    flow : DataFrame
        Contract ``sample_flow``, of the analysis.
    balanced : dict of (analysis, strategy, outcome) to {"yes", "no"}
        See `balance_by_estimate`.
    designs : DataFrame
        Contract ``designs``.

    Returns
    -------
    list of str
        Those that are missing for more than a tenth of an arm, or under which a strategy balances that does
        not without them, or the other way round.
    """
    if not balanced:
        return []
    own = designs[designs["analysis"] == next(iter(balanced))[0]]
    verdicts = dict(zip(own["strategy"], own["balanced"], strict=True))
    lost = flow[flow["step"].isin(["sample", "outcome"])]
    return [
        outcome
        for outcome in dict.fromkeys(outcome for *_, outcome in balanced)
        if any(loses_many(own) for _, own in lost[lost["outcome"] == outcome].groupby("arm"))
        or any(
            (behind == "yes") != verdicts[strategy]
            for (_, strategy, name), behind in balanced.items()
            if name == outcome
        )
    ]


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
