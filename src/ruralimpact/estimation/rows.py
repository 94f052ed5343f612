"""From a scored estimate to the row that is published, with its group scores beside it."""

from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.records import EstimateRow
from ruralimpact.estimation.stored_scores import score_columns
from ruralimpact.inference.clustered import Clustering, group_sums, t_inference
from ruralimpact.inference.delta import PercentImpact, percent_impact
from ruralimpact.inference.leverage import Leverage, too_few_groups

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
) -> EstimateRow:
    """Everything that is published of an estimate, under the contract ``estimates``.

    Parameters
    ----------
    spec : Specification
    estimate : ScoredEstimate
    clustering : Clustering
        Of the same units.

    Returns
    -------
    EstimateRow
        Without a value, and with the reason among the notes, where the weight of an arm lies on fewer than
        two effective groups, or an error that the estimator has bias-reduced itself has no degree of freedom.
    """
    refused = too_few_groups(clustering.leverage) or _no_degree_of_freedom(clustering)
    scores = estimate.tested_scores
    test = t_inference(estimate.estimate, *clustering.std_error(scores))
    if np.isnan(estimate.estimate):
        test = replace(test, std_error=np.nan, df=np.nan)
    percents = percents_of(estimate, clustering)
    counterfactual, control = percents["counterfactual"], percents["control"]
    treated, controls = (_arm_groups(clustering.leverage, arm) for arm in (1, 0))
    row = EstimateRow(
        spec_id=spec.spec_id,
        analysis=spec.analysis,
        sample=spec.sample,
        method=spec.method,
        treatment=spec.treatment,
        outcome=spec.outcome,
        unit=spec.unit,
        strategy=spec.strategy,
        estimand=of_supported(spec.estimand) if estimate.lost else spec.estimand,
        estimate=estimate.estimate,
        vcov=clustering.label,
        **asdict(test),
        treated_mean=estimate.treated_mean,
        control_mean=estimate.control_mean,
        counterfactual_mean=estimate.counterfactual_mean,
        percent=counterfactual.percent,
        percent_low=counterfactual.conf_low,
        percent_high=counterfactual.conf_high,
        percent_control=control.percent,
        percent_control_low=control.conf_low,
        percent_control_high=control.conf_high,
        percent_reason=counterfactual.refused,
        n_treated=estimate.n_treated,
        n_control=estimate.n_control,
        n_clusters=clustering.n_clusters(scores),
        treated_groups=treated.number,
        effective_treated_groups=treated.effective,
        control_groups=controls.number,
        effective_control_groups=controls.effective,
        ess=estimate.effective_controls,
        dropped=spec.dropped + estimate.lost,
        balanced=spec.balanced,
        synthetic=spec.synthetic,
        notes="; ".join([*estimate.notes, *_lost(estimate), *([refused] if refused else [])]),
    )
    return _not_estimable(row, refused) if refused else row


def _no_degree_of_freedom(clustering: Clustering) -> str:
    """Why an error of scores that are bias-reduced already bears no inference; empty where it does."""
    df = clustering.reduced_df
    if df is None or df >= 1:
        return ""
    left = "no degrees" if np.isnan(df) else f"{df:.1g} degrees"
    return f"not estimable: the weight of so few groups leaves {left} of freedom"


def of_supported(estimand: str) -> str:
    """Return the name of an estimand of which treated units are missing.

    Parameters
    ----------
    estimand : str
        Such as ``"ATT"``, with what is to be known of it after a comma.
    """
    name, comma, more = estimand.partition(",")
    return estimand if "supported" in more else f"{name}, supported{comma}{more}"


def _not_estimable(row: EstimateRow, reason: str) -> EstimateRow:
    return replace(
        row,
        estimate=np.nan,
        std_error=np.nan,
        df=np.nan,
        statistic=np.nan,
        p_value=np.nan,
        conf_low=np.nan,
        conf_high=np.nan,
        counterfactual_mean=np.nan,
        percent=np.nan,
        percent_low=np.nan,
        percent_high=np.nan,
        percent_control=np.nan,
        percent_control_low=np.nan,
        percent_control_high=np.nan,
        percent_reason=reason,
    )


@dataclass(frozen=True)
class _ArmGroups:
    """Groups of an arm, and how many they amount to by their weight; missing without weights."""

    number: float = np.nan
    effective: float = np.nan


def _arm_groups(leverage: Leverage | None, arm: int) -> _ArmGroups:
    if leverage is None:
        return _ArmGroups()
    return _ArmGroups(float(leverage.counts[arm] or np.nan), float(leverage.effective[arm]))


def _lost(estimate: ScoredEstimate) -> list[str]:
    if not estimate.lost:
        return []
    who = "treated unit is" if estimate.lost == 1 else "treated units are"
    return [f"{estimate.lost} {who} excluded because the outcome is missing"]


def percents_of(estimate: ScoredEstimate, clustering: Clustering) -> dict[str, PercentImpact]:
    """Percent of each base that an effect may be compared with.

    Parameters
    ----------
    estimate : ScoredEstimate
    clustering : Clustering
        Of the same units.

    Returns
    -------
    dict of str to PercentImpact
        ``"counterfactual"``, the treated mean less the effect, and ``"control"``, the mean of the matched
        controls.
    """
    own = estimate.tested_scores
    zeros = np.zeros_like(own)
    treated = zeros if estimate.treated_mean_scores is None else estimate.treated_mean_scores
    control = zeros if estimate.control_mean_scores is None else estimate.control_mean_scores
    bases = {
        "counterfactual": (estimate.counterfactual_mean, treated - own),
        "control": (estimate.control_mean, control),
    }
    return {
        name: percent_impact(estimate.estimate, own, base, scores, clustering)
        for name, (base, scores) in bases.items()
    }


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


def columns_of_estimate(
    name: str, estimate: ScoredEstimate, clustering: Clustering, labels: list[str]
) -> dict[str, "pd.Series[float]"]:
    """Group scores of an estimate, with the groups' weights, and of its treated mean.

    Parameters
    ----------
    name : str
        The estimate's spec_id, or what distinguishes a part of it.
    estimate : ScoredEstimate
    clustering : Clustering
        Of the same units.
    labels : list of str, length G
        Names of the groups, by code.

    Returns
    -------
    dict of str to Series
        Indexed by group.
    """
    columns = score_columns(name, estimate.tested_scores, clustering, labels)
    if estimate.treated_mean_scores is not None:
        treated = group_sums(estimate.treated_mean_scores, clustering.groups)
        columns[f"{name}::treated_mean"] = pd.Series(treated, index=labels)
    return columns
