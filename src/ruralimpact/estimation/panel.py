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
    weights : ndarray, shape (n,), optional
        Sampling weight of each unit in each period, positive.
    """

    unit: NDArray[np.object_]
    period: NDArray[np.int64]
    group: NDArray[np.object_] | None = None
    weights: FloatArray | None = None

    @property
    def clusters(self) -> NDArray[np.int64]:
        """Codes of the groups that standard errors cluster on, shape (n,)."""
        return group_codes(self.unit if self.group is None else self.group)

    def rows(self, keep: NDArray[Any]) -> "PanelData":
        """The panel of some rows."""
        group, weights = (
            None if column is None else column[keep] for column in (self.group, self.weights)
        )
        return PanelData(self.unit[keep], self.period[keep], group, weights)


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
        No unit changes treatment, or it is told by periods and controls.

    Notes
    -----
    Under effects that differ between units or over time this coefficient is a weighted average in which
    weights may be negative (Goodman-Bacon 2021; de Chaisemartin & D'Haultfoeuille 2020). With sampling
    weights it is weighted least squares.
    """
    from linearmodels.panel import PanelOLS

    _refuse_constant_treatment(treatment, panel)
    frame = _frame(treatment, controls, panel)
    periods = (panel.period[:, None] == np.unique(panel.period)[1:]).astype(float)
    transformed = _within_unit(np.column_stack([frame.to_numpy(), periods]), panel)
    _refuse_absorbed_treatment(transformed)
    model = PanelOLS(
        pd.Series(outcome, index=frame.index, name="outcome"),
        frame,
        weights=_weights(panel, frame.index),
        entity_effects=True,
        time_effects=True,
    )
    fit = model.fit(cov_type="unadjusted", auto_df=False, count_effects=True)
    demeaned = _within_unit(outcome[:, None], panel)[:, 0]
    regression = least_squares(
        demeaned, transformed, weights=panel.weights, absorbed=len(set(panel.unit))
    )
    std_errors = _std_errors(
        regression,
        panel.unit,
        parameters=transformed.shape[1] + len(set(panel.unit)),
        classical=float(fit.std_errors["treatment"]),
    )
    rows = np.arange(len(outcome))
    estimate = _panel_estimate(regression, rows, std_errors, outcome, treatment, panel)
    return replace(estimate, outcome_weights=regression.outcome_weights[:, 0])


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
        No unit changes treatment, or it is told by periods and controls.

    Notes
    -----
    A change from a row of sampling weight v to one of w has the weight ``1 / (1 / v + 1 / w)``, as in
    linearmodels: half the weight of a unit whose weight stays.
    """
    from linearmodels.panel import FirstDifferenceOLS

    _refuse_constant_treatment(treatment, panel)
    frame = _frame(treatment, controls, panel).assign(**_period_terms(panel.period, period_effects))
    order = np.lexsort((panel.period, panel.unit.astype(str)))
    unit = panel.unit[order]
    step = (unit[1:] == unit[:-1]) & (np.diff(panel.period[order]) == 1)
    consecutive = np.flatnonzero(step) + 1
    later, earlier = order[consecutive], order[consecutive - 1]
    changes = frame.to_numpy()[later] - frame.to_numpy()[earlier]
    _refuse_absorbed_treatment(changes)
    fit = FirstDifferenceOLS(
        pd.Series(outcome, index=frame.index, name="outcome"),
        frame,
        weights=_weights(panel, frame.index),
    ).fit(cov_type="unadjusted")
    slopes = fit.params.to_numpy()
    residuals = outcome[later] - outcome[earlier] - changes @ slopes
    weights = None
    if panel.weights is not None:
        weights = 1 / (1 / panel.weights[later] + 1 / panel.weights[earlier])
    regression = LinearFit(slopes, changes, residuals, weights)
    std_errors = _std_errors(
        regression,
        panel.unit[later],
        parameters=changes.shape[1],
        classical=float(fit.std_errors["treatment"]),
    )
    estimate = _panel_estimate(regression, later, std_errors, outcome, treatment, panel)
    by_row = np.zeros(len(outcome))
    by_row[later] += regression.outcome_weights[:, 0]
    by_row[earlier] -= regression.outcome_weights[:, 0]
    return replace(estimate, outcome_weights=by_row)


def _weights(panel: PanelData, index: pd.Index) -> pd.Series | None:
    return None if panel.weights is None else pd.Series(panel.weights, index=index, name="weights")


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


def _std_errors(
    fit: LinearFit, unit: NDArray[np.object_], *, parameters: int, classical: float
) -> dict[str, float]:
    """Standard errors of the first coefficient of a regression of transformed data."""
    sums = group_sums(fit.scores @ fit.bread[0], group_codes(unit))
    groups, n = len(sums), len(fit.residuals)
    arellano = float(np.sqrt((sums**2).sum()))
    correction = groups / (groups - 1) * (n - 1) / (n - parameters)
    return {
        "classical": classical,
        "arellano": arellano,
        "lsdv_cluster": arellano * float(np.sqrt(correction)),
    }


def _within_unit(values: FloatArray, panel: PanelData) -> FloatArray:
    """Deviations from the unit's (weighted) mean, by column."""
    codes = group_codes(panel.unit)
    weights = np.ones(len(codes)) if panel.weights is None else panel.weights
    total = np.bincount(codes, weights)
    means = np.column_stack([np.bincount(codes, weights * column) / total for column in values.T])
    return np.asarray(values - means[codes], dtype=np.float64)


def _panel_estimate(
    fit: LinearFit,
    rows: NDArray[np.intp],
    std_errors: dict[str, float],
    outcome: FloatArray,
    treatment: FloatArray,
    panel: PanelData,
) -> ScoredEstimate:
    """The first coefficient of a fit whose observations belong to these rows of the panel.

    The base of its percent is the mean outcome of treated unit-periods.
    """
    estimate = float(fit.coefficients[0])
    treated = treatment > 0
    weights = treated.astype(float) if panel.weights is None else treated * panel.weights
    mean = float(weights @ outcome / weights.sum())
    reduced = bias_reduced_covariance(fit, panel.clusters[rows])

    def by_row(values: FloatArray) -> FloatArray:
        full = np.zeros((len(outcome), *values.shape[1:]))
        full[rows] = values
        return full

    return ScoredEstimate(
        estimate,
        by_row(fit.scores @ fit.bread[0]),
        treated_mean=mean,
        counterfactual_mean=mean - estimate,
        treated_mean_scores=weights * (outcome - mean) / weights.sum(),
        n_treated=int(treated.sum()),
        n_control=int((treatment == 0).sum()),
        reduced_scores=by_row(reduced.scores[:, 0]),
        reduced_df=float(reduced.df[0]),
        reduced_rows=reduced.forms[0].mapped(by_row),
        std_errors={**std_errors, "cr2": float(np.sqrt(reduced.covariance[0, 0]))},
    )


def _refuse_constant_treatment(treatment: FloatArray, panel: PanelData) -> None:
    codes = group_codes(panel.unit)
    low = np.full(codes.max() + 1, np.inf)
    high = np.full(codes.max() + 1, -np.inf)
    np.minimum.at(low, codes, treatment)
    np.maximum.at(high, codes, treatment)
    if not (low < high).any():
        raise DesignError("no unit changes treatment between periods, so unit effects absorb it.")


def _refuse_absorbed_treatment(columns: FloatArray) -> None:
    """Refuse a treatment, the first column, that the others tell: all change it in the same period."""
    treatment, others = columns[:, 0], columns[:, 1:]
    left = treatment - others @ np.linalg.lstsq(others, treatment, rcond=None)[0]
    if np.linalg.norm(left) <= 1e-9 * max(float(np.linalg.norm(treatment)), 1.0):
        raise DesignError(
            "treatment changes in the same period for all, or as the controls tell, so that its effect "
            "cannot be told from theirs."
        )


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
