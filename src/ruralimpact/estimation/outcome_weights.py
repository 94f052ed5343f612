"""The weights with which estimates can be rebuilt from outcomes, as they are stored.

Given its design every estimator of this package is linear in the outcome: there is one weight a unit (and
wave) whose sum with the outcomes is the estimate (Knaus 2024, arXiv 2411.11559). Outcomes that are known of
the same units mostly share their weights, which are then stored once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.tables import empty_table

FloatArray = NDArray[np.float64]


@dataclass
class OutcomeWeights:
    """The weights of an analysis's estimates, each distinct set of them once.

    Attributes
    ----------
    sets : list of DataFrame
        Contract ``outcome_weights``.
    used : list of dict
        Contract ``weight_sets``.
    """

    sets: list[pd.DataFrame] = field(default_factory=list)
    used: list[dict[str, object]] = field(default_factory=list)
    _names: dict[bytes, str] = field(default_factory=dict)

    def add(
        self, spec_id: str, estimate: ScoredEstimate, unit_ids: NDArray[np.object_] | None
    ) -> None:
        """Store the weights of an estimate.

        Parameters
        ----------
        spec_id : str
            Its name, with ``::<subgroup>=<level>`` of a subgroup's.
        estimate : ScoredEstimate
        unit_ids : ndarray of str, shape of the outcome
            Row of the sample that each value of the outcome stands in; None where no rows are known.
        """
        weights = estimate.outcome_weights
        if weights is None or unit_ids is None:
            return
        arm_weights = _arm_weights(estimate, weights)
        name = self._names.setdefault(weights.tobytes() + arm_weights.tobytes(), spec_id)
        if name == spec_id:
            used = (weights != 0) | (np.nan_to_num(arm_weights) != 0)
            self.sets.append(
                pd.DataFrame(
                    {
                        "set": name,
                        "unit_id": unit_ids[used].astype(str),
                        "weight": weights[used],
                        "arm_weight": arm_weights[used],
                    }
                )
            )
        self.used.append({"spec_id": spec_id, "set": name})


def _arm_weights(estimate: ScoredEstimate, weights: FloatArray) -> FloatArray:
    """Weight of each unit within its arm, which sum to 1; missing where outcomes are of several waves."""
    if weights.ndim > 1 or estimate.weights is None or estimate.arms is None:
        return np.full(weights.shape, np.nan)
    totals = np.bincount(estimate.arms, estimate.weights, minlength=2)
    return np.asarray(estimate.weights / np.where(totals > 0, totals, 1.0)[estimate.arms])


def with_weights(
    tables: Mapping[str, pd.DataFrame], further: OutcomeWeights
) -> dict[str, pd.DataFrame]:
    """Return the tables of `weight_tables` with the weights of further estimates.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        With ``outcome_weights`` and ``weight_sets``.
    further : OutcomeWeights
    """
    added = weight_tables([further])
    return {
        name: pd.concat([tables[name], table], ignore_index=True) if len(table) else tables[name]
        for name, table in added.items()
    }


def weight_tables(stored: Iterable[OutcomeWeights]) -> dict[str, pd.DataFrame]:
    """Return the weights of all analyses of a study.

    Parameters
    ----------
    stored : iterable of OutcomeWeights

    Returns
    -------
    dict of str to DataFrame
        ``outcome_weights`` and ``weight_sets``.
    """
    analyses = list(stored)
    sets = [weights for analysis in analyses for weights in analysis.sets]
    used = [row for analysis in analyses for row in analysis.used]
    return {
        "outcome_weights": (
            pd.concat(sets, ignore_index=True) if sets else empty_table("outcome_weights")
        ),
        "weight_sets": pd.DataFrame(used) if used else empty_table("weight_sets"),
    }
