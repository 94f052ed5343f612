"""From a scored estimate to the row that is published, with its group scores beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.inference.clustered import Clustering, group_sums, t_inference
from ruralimpact.inference.delta import percent_impact

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Specification:
    """What one estimate is an estimate of.

    Attributes
    ----------
    analysis, sample, method, treatment, outcome, unit, strategy, estimand : str
    balanced : {"yes", "no", ""}
        Empty where nothing is matched.
    dropped : int
        Treated units without a match.
    synthetic : bool
    """

    analysis: str
    sample: str
    method: str
    treatment: str
    outcome: str
    unit: str
    strategy: str
    estimand: str
    balanced: str
    dropped: int
    synthetic: bool

    @property
    def spec_id(self) -> str:
        """Stable identifier of the estimate."""
        return f"{self.analysis}/{self.strategy}/{self.outcome}"


def estimate_row(
    spec: Specification, estimate: ScoredEstimate, clustering: Clustering
) -> dict[str, Any]:
    """Everything that is published of an estimate, under the contract ``estimates``.

    Parameters
    ----------
    spec : Specification
    estimate : ScoredEstimate
    clustering : Clustering
        Of the same units.

    Returns
    -------
    dict
    """
    result = t_inference(estimate.estimate, *clustering.std_error(estimate.scores))
    counterfactual, control = _percents(estimate, clustering)
    return {
        "spec_id": spec.spec_id,
        "analysis": spec.analysis,
        "sample": spec.sample,
        "method": spec.method,
        "treatment": spec.treatment,
        "outcome": spec.outcome,
        "unit": spec.unit,
        "strategy": spec.strategy,
        "estimand": spec.estimand,
        "estimate": estimate.estimate,
        "std_error": result.std_error,
        "vcov": clustering.label,
        "df": result.df,
        "statistic": result.statistic,
        "p_value": result.p_value,
        "conf_low": result.conf_low,
        "conf_high": result.conf_high,
        "treated_mean": estimate.treated_mean,
        "control_mean": estimate.control_mean,
        "counterfactual_mean": estimate.counterfactual_mean,
        "percent": counterfactual.percent,
        "percent_low": counterfactual.conf_low,
        "percent_high": counterfactual.conf_high,
        "percent_control": control.percent,
        "percent_control_low": control.conf_low,
        "percent_control_high": control.conf_high,
        "percent_reason": counterfactual.refused,
        "n_treated": estimate.n_treated,
        "n_control": estimate.n_control,
        "n_groups": int((group_sums(estimate.scores, clustering.groups) != 0).sum()),
        "ess": estimate.effective_controls,
        "dropped": spec.dropped + estimate.lost,
        "balanced": spec.balanced,
        "synthetic": spec.synthetic,
        "notes": "; ".join([*estimate.notes, *_lost(estimate)]),
    }


def _lost(estimate: ScoredEstimate) -> list[str]:
    if not estimate.lost:
        return []
    return [f"{estimate.lost} treated units are left out because the outcome is missing"]


def _percents(estimate: ScoredEstimate, clustering: Clustering):  # type: ignore[no-untyped-def]
    """Percent of the counterfactual mean, and of the matched control mean."""
    zeros = np.zeros_like(estimate.scores)
    treated = zeros if estimate.treated_mean_scores is None else estimate.treated_mean_scores
    control = zeros if estimate.control_mean_scores is None else estimate.control_mean_scores
    bases = (
        (estimate.counterfactual_mean, treated - estimate.scores),
        (estimate.control_mean, control),
    )
    return tuple(
        percent_impact(estimate.estimate, estimate.scores, base, scores, clustering)
        for base, scores in bases
    )


def join_scores(scores: pd.DataFrame, *others: pd.DataFrame) -> pd.DataFrame:
    """Put further group scores beside those of the estimates.

    Parameters
    ----------
    scores : DataFrame
        Contract ``scores``.
    *others : DataFrame
        Indexed by group.

    Returns
    -------
    DataFrame
        Contract ``scores``; missing where a group is not in a comparison.
    """
    joined = pd.concat([scores.set_index("group"), *others], axis=1).sort_index()
    return joined.rename_axis("group").reset_index()


def score_columns(
    spec: Specification, estimate: ScoredEstimate, groups: pd.Series
) -> Mapping[str, pd.Series]:
    """Group scores of an estimate and of its treated mean, indexed by group.

    Parameters
    ----------
    spec : Specification
    estimate : ScoredEstimate
    groups : Series of str, length n
        Group of each unit.

    Returns
    -------
    mapping of str to Series
    """
    labels = groups.to_numpy()
    columns = {spec.spec_id: pd.Series(estimate.scores).groupby(labels).sum()}
    if estimate.treated_mean_scores is not None:
        treated = pd.Series(estimate.treated_mean_scores).groupby(labels).sum()
        columns[f"{spec.spec_id}::treated_mean"] = treated
    return columns
