"""Panel estimators: two-way fixed effects and first differences, through linearmodels."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.missing import spread_scores
from ruralimpact.inference.bias_reduced import bias_reduced_covariance
from ruralimpact.inference.clustered import group_codes, group_sums
from ruralimpact.inference.sandwich import LinearFit, least_squares

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PanelData:
    """Units observed over periods.

    Attributes
    ----------
    unit : ndarray, shape (n,)
        Unit labels.
    period : ndarray of int, shape (n,)
        Periods in order, one apart.
    group : ndarray, shape (n,), optional
        Groups of units that standard errors cluster on; the units themselves by default.
    """

    unit: NDArray[np.object_]
    period: NDArray[np.int64]
    group: NDArray[np.object_] | None = None

    @property
    def clusters(self) -> NDArray[np.int64]:
        """Codes of the groups that standard errors cluster on, shape (n,)."""
        return group_codes(self.unit if self.group is None else self.group)

    def rows(self, keep: NDArray[Any]) -> "PanelData":
        """The panel of some rows."""
        group = None if self.group is None else self.group[keep]
        return PanelData(self.unit[keep], self.period[keep], group)


def two_way_fixed_effects(
    outcome: FloatArray,
    treatment: FloatArray,
    panel: PanelData,
    *,
    controls: FloatArray | None = None,
) -> ScoredEstimate:
    """Effect of treatment with unit and period effects.

    Parameters
    ----------
    outcome, treatment : ndarray, shape (n,)
    panel : PanelData, n rows
    controls : ndarray, shape (n, p), optional
        Covariates that vary over time.

    Returns
    -------
    ScoredEstimate
        The scores are those of the treatment coefficient; standard errors of other kinds are
        ``classical``, ``arellano`` (clustered by unit, no correction), ``lsdv_cluster`` (with the
        correction that counts the unit effects, as a regression on dummies prints it) and ``cr2``
        (clustered, bias-reduced).

    Raises
    ------
    DesignError
        No unit changes treatment.

    Notes
    -----
    Under effects that differ between units or over time this coefficient is a weighted average in which
    weights may be negative (Goodman-Bacon 2021; de Chaisemartin & D'Haultfoeuille 2020).
    """
    from linearmodels.panel import PanelOLS
    from linearmodels.panel.data import PanelData

    _refuse_constant_treatment(treatment, panel)
    frame = _frame(treatment, controls, panel)
    model = PanelOLS(
        pd.Series(outcome, index=frame.index, name="outcome"),
        frame,
        entity_effects=True,
        time_effects=True,
    )
    fit = model.fit(cov_type="unadjusted", auto_df=False, count_effects=True)
    within = PanelData(frame).demean("both").values2d
    scores, std_errors = _coefficient(
        within,
        fit.resids.to_numpy(),
        panel.unit,
        absorbed=len(set(panel.unit)) + len(set(panel.period)) - 1,
        classical=float(fit.std_errors["treatment"]),
    )
    periods = (panel.period[:, None] == np.unique(panel.period)[1:]).astype(float)
    transformed = _within_unit(np.column_stack([frame.to_numpy(), periods]), panel.unit)
    demeaned = _within_unit(outcome[:, None], panel.unit)[:, 0]
    regression = least_squares(demeaned, transformed, absorbed=len(set(panel.unit)))
    result = _panel_estimate(float(fit.params["treatment"]), scores, std_errors, outcome, treatment)
    result = replace(result, outcome_weights=regression.outcome_weights[:, 0])
    return _bias_reduced(result, regression, panel.clusters, np.arange(len(outcome)))


def first_differences(
    outcome: FloatArray,
    treatment: FloatArray,
    panel: PanelData,
    *,
    controls: FloatArray | None = None,
    period_effects: bool = False,
) -> ScoredEstimate:
    """Effect of treatment from changes between consecutive periods.

    Parameters
    ----------
    outcome, treatment : ndarray, shape (n,)
    panel : PanelData, n rows
    controls : ndarray, shape (n, p), optional
        Covariates that vary over time.
    period_effects : bool
        Let every period have its own mean change; otherwise all share one drift.

    Returns
    -------
    ScoredEstimate
        As `two_way_fixed_effects`; each score belongs to the later period of a change.

    Raises
    ------
    DesignError
        No unit changes treatment.
    """
    from linearmodels.panel import FirstDifferenceOLS

    _refuse_constant_treatment(treatment, panel)
    frame = _frame(treatment, controls, panel).assign(**_period_terms(panel.period, period_effects))
    fit = FirstDifferenceOLS(pd.Series(outcome, index=frame.index, name="outcome"), frame).fit(
        cov_type="unadjusted"
    )
    order = np.lexsort((panel.period, panel.unit.astype(str)))
    unit = panel.unit[order]
    step = (unit[1:] == unit[:-1]) & (np.diff(panel.period[order]) == 1)
    consecutive = np.flatnonzero(step) + 1
    later, earlier = order[consecutive], order[consecutive - 1]
    changes = frame.to_numpy()[later] - frame.to_numpy()[earlier]
    slopes = fit.params.to_numpy()
    residuals = outcome[later] - outcome[earlier] - changes @ slopes
    change_scores, std_errors = _coefficient(
        changes,
        residuals,
        panel.unit[later],
        absorbed=0,
        classical=float(fit.std_errors["treatment"]),
    )
    scores = np.zeros(len(outcome))
    scores[later] = change_scores
    result = _panel_estimate(float(fit.params["treatment"]), scores, std_errors, outcome, treatment)
    regression = LinearFit(slopes, changes, residuals)
    weights = np.zeros(len(outcome))
    weights[later] += regression.outcome_weights[:, 0]
    weights[earlier] -= regression.outcome_weights[:, 0]
    result = replace(result, outcome_weights=weights)
    return _bias_reduced(result, regression, panel.clusters[later], later)


def _period_terms(period: NDArray[np.int64], period_effects: bool) -> dict[str, FloatArray]:
    if not period_effects:
        return {"trend": period.astype(float)}
    return {f"period{p}": (period == p).astype(float) for p in np.unique(period)[1:]}


def _frame(treatment: FloatArray, controls: FloatArray | None, panel: PanelData) -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays([panel.unit, panel.period], names=["unit", "period"])
    columns = {"treatment": treatment.astype(float)}
    if controls is not None:
        columns |= {f"control{j}": controls[:, j] for j in range(controls.shape[1])}
    return pd.DataFrame(columns, index=index)


def _coefficient(
    regressors: FloatArray,
    residuals: FloatArray,
    unit: NDArray[np.object_],
    *,
    absorbed: int,
    classical: float,
) -> tuple[FloatArray, dict[str, float]]:
    """Scores and standard errors of the first coefficient of a regression of transformed data."""
    bread = np.linalg.inv(regressors.T @ regressors)
    scores = (regressors @ bread[0]) * residuals
    sums = group_sums(scores, group_codes(unit))
    groups, n, k = len(sums), len(residuals), regressors.shape[1] + absorbed
    arellano = float(np.sqrt((sums**2).sum()))
    correction = groups / (groups - 1) * (n - 1) / (n - k)
    return scores, {
        "classical": classical,
        "arellano": arellano,
        "lsdv_cluster": arellano * float(np.sqrt(correction)),
    }


def _within_unit(values: FloatArray, unit: NDArray[np.object_]) -> FloatArray:
    """Deviations from the unit's mean, by column."""
    codes = group_codes(unit)
    counts = np.bincount(codes)
    means = np.column_stack([np.bincount(codes, column) / counts for column in values.T])
    return np.asarray(values - means[codes], dtype=np.float64)


def _bias_reduced(
    result: ScoredEstimate, fit: LinearFit, clusters: NDArray[np.int64], rows: NDArray[np.intp]
) -> ScoredEstimate:
    """Add the CR2 scores of the first coefficient, which belong to these rows of the panel."""
    reduced = bias_reduced_covariance(fit, clusters)
    scores = np.zeros(len(result.scores))
    scores[rows] = reduced.scores[:, 0]
    error = float(np.sqrt(reduced.covariance[0, 0]))
    return replace(
        result,
        reduced_scores=scores,
        reduced_df=float(reduced.df[0]),
        std_errors={**result.std_errors, "cr2": error},
    )


def _panel_estimate(
    estimate: float,
    scores: FloatArray,
    std_errors: dict[str, float],
    outcome: FloatArray,
    treatment: FloatArray,
) -> ScoredEstimate:
    """Add the mean outcome of treated unit-periods, the base of percent impacts."""
    treated = treatment > 0
    mean = float(outcome[treated].mean())
    return ScoredEstimate(
        estimate,
        scores,
        treated_mean=mean,
        counterfactual_mean=mean - estimate,
        treated_mean_scores=np.where(treated, outcome - mean, 0.0) / treated.sum(),
        n_treated=int(treated.sum()),
        n_control=int((treatment == 0).sum()),
        std_errors=std_errors,
    )


def _refuse_constant_treatment(treatment: FloatArray, panel: PanelData) -> None:
    codes = group_codes(panel.unit)
    low = np.full(codes.max() + 1, np.inf)
    high = np.full(codes.max() + 1, -np.inf)
    np.minimum.at(low, codes, treatment)
    np.maximum.at(high, codes, treatment)
    if not (low < high).any():
        raise DesignError("no unit changes treatment between periods, so unit effects absorb it.")


def panel_estimator(
    name: str, treatment: FloatArray, panel: PanelData
) -> Callable[[FloatArray], ScoredEstimate]:
    """Function from an outcome to its estimate; unit-periods without the outcome are excluded.

    Parameters
    ----------
    name : {"two_way_fixed_effects", "first_differences", "first_differences_by_period"}
    treatment : ndarray, shape (n,)
    panel : PanelData, n rows

    Returns
    -------
    callable
        From an ndarray of shape (n,) to a `ScoredEstimate`.
    """
    estimators: dict[str, Callable[..., ScoredEstimate]] = {
        "two_way_fixed_effects": two_way_fixed_effects,
        "first_differences": first_differences,
        "first_differences_by_period": partial(first_differences, period_effects=True),
    }
    estimator = estimators[name]

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        known = ~np.isnan(outcome)
        if not known.any():
            raise DesignError("the outcome is missing for every unit in every wave.")
        return spread_scores(estimator(outcome[known], treatment[known], panel.rows(known)), known)

    return estimate
