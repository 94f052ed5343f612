"""Sampling weights of panel regressions against weighted least squares with a dummy for each unit."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from study_models import study_of
from test_inference_sandwich import dense_cr2

from ruralimpact.estimation.panel import PanelData, first_differences, two_way_fixed_effects
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.inference.clustered import group_sums
from ruralimpact.inference.sandwich import LinearFit
from ruralimpact.outcomes.two_periods import two_periods
from ruralimpact.schema.sample import TwoPeriods

UNITS, PERIODS = 36, 4


def panel(*, constant: bool = False) -> pd.DataFrame:
    """Units in groups of three that are treated from the third period on, or never; some rows are missing."""
    rng = np.random.default_rng(5)
    rows = pd.MultiIndex.from_product(
        [range(UNITS), range(PERIODS)], names=["unit", "period"]
    ).to_frame(index=False)
    group = rows["unit"] // 3
    rows["group"] = group
    rows["treated"] = ((group % 2 == 1) & (rows["period"] >= 2)).astype(float)
    by_unit = rng.integers(1, 5, UNITS)[rows["unit"]].astype(float)
    rows["weight"] = by_unit if constant else by_unit + rng.uniform(0, 3, len(rows))
    rows["y"] = rows["treated"] + 0.4 * rows["period"] + rng.normal(size=len(rows)) + group / 5
    return rows.drop(index=[7, 30, 31, 90]).reset_index(drop=True)


def data(rows: pd.DataFrame) -> PanelData:
    return PanelData(
        rows["unit"].astype(str).to_numpy(object),
        rows["period"].to_numpy(),
        rows["group"].to_numpy(object),
        rows["weight"].to_numpy(),
    )


def dummies(rows: pd.DataFrame) -> np.ndarray:
    units = rows["unit"].to_numpy()[:, None] == np.arange(UNITS)
    periods = rows["period"].to_numpy()[:, None] == np.arange(1, PERIODS)
    return np.column_stack([rows["treated"], units, periods]).astype(float)


@pytest.mark.parametrize("constant", [True, False])
def test_two_way_fixed_effects_are_weighted_least_squares(constant: bool) -> None:
    rows = panel(constant=constant)
    found = two_way_fixed_effects(rows["y"].to_numpy(), rows["treated"].to_numpy(), data(rows))
    fit = sm.WLS(rows["y"], dummies(rows), weights=rows["weight"])
    clustered = fit.fit(
        cov_type="cluster", cov_kwds={"groups": rows["group"], "use_correction": False}
    )
    assert found.estimate == pytest.approx(clustered.params.iloc[0], rel=1e-10)
    sums = group_sums(found.scores, rows["group"].to_numpy())
    assert np.sqrt(sums @ sums) == pytest.approx(clustered.bse.iloc[0], rel=1e-9)
    assert found.std_errors["classical"] == pytest.approx(fit.fit().bse.iloc[0], rel=1e-9)
    assert found.outcome_weights is not None
    assert found.outcome_weights @ rows["y"].to_numpy() == pytest.approx(found.estimate)
    treated = rows["treated"] == 1
    mean = np.average(rows["y"][treated], weights=rows["weight"][treated])
    assert found.treated_mean == pytest.approx(mean)


def test_the_bias_reduced_error_of_weights_by_unit_is_that_with_every_dummy() -> None:
    rows = panel(constant=True)
    found = two_way_fixed_effects(rows["y"].to_numpy(), rows["treated"].to_numpy(), data(rows))
    design, weights = dummies(rows), rows["weight"].to_numpy()
    fit = sm.WLS(rows["y"], design, weights=weights).fit()
    whole = LinearFit(fit.params.to_numpy(), design, fit.resid.to_numpy(), weights)
    covariance, df = dense_cr2(whole, rows["group"].to_numpy())
    assert found.std_errors["cr2"] ** 2 == pytest.approx(covariance[0, 0], rel=1e-6)
    assert found.reduced_df == pytest.approx(df[0], rel=1e-6)


def test_first_differences_are_weighted_least_squares_of_the_changes() -> None:
    rows = panel()
    found = first_differences(rows["y"].to_numpy(), rows["treated"].to_numpy(), data(rows))
    ordered = rows.sort_values(["unit", "period"])
    change = ordered[["period", "treated", "y"]].diff()
    inverse = 1 / ordered["weight"]
    weight = 1 / (inverse + inverse.shift())
    counted = (ordered["unit"] == ordered["unit"].shift()) & (change["period"] == 1)
    design = sm.add_constant(change.loc[counted, "treated"])
    fit = sm.WLS(change.loc[counted, "y"], design, weights=weight[counted]).fit(
        cov_type="cluster",
        cov_kwds={"groups": ordered.loc[counted, "group"], "use_correction": False},
    )
    assert found.estimate == pytest.approx(fit.params["treated"], rel=1e-10)
    assert found.outcome_weights is not None
    assert found.outcome_weights @ rows["y"].to_numpy() == pytest.approx(found.estimate)
    sums = group_sums(found.scores, rows["group"].to_numpy())
    assert np.sqrt(sums @ sums) == pytest.approx(fit.bse["treated"], rel=1e-9)


def test_weights_of_a_sample_reach_its_panel_regressions() -> None:
    rows = panel(constant=True)
    names = {"unit": "id", "period": "wave", "weight": "sampling_weight"}
    units = rows.rename(columns=names).astype({"id": str, "group": str})
    units["unit_id"] = units["id"] + ":" + units["wave"].astype(str)
    analysis: dict[str, Any] = {
        "name": "regressions",
        "sample": "farms",
        "method": "panel",
        "treatment": "treated",
        "estimators": ["two_way_fixed_effects", "first_differences"],
        "outcomes": ["y"],
    }
    study = study_of(
        name="small",
        outcomes={"y": {"unit": "pesos"}},
        samples={"farms": {"sources": ["farms"]}},
        analyses=[analysis],
    )
    outcomes = units[["unit_id", "y"]]
    none = pd.DataFrame(columns=["analysis", "strategy"])
    tables = EstimationTables({"farms": units}, {"farms": outcomes}, *(none,) * 4)
    made = estimate_study(study, tables, seed=1)["estimates"].set_index("strategy")["estimate"]
    wanted = two_way_fixed_effects(rows["y"].to_numpy(), rows["treated"].to_numpy(), data(rows))
    assert made["two_way_fixed_effects"] == pytest.approx(wanted.estimate, rel=1e-10)


def test_a_sample_of_two_periods_keeps_the_weight_of_the_last_wave_before() -> None:
    waves = pd.DataFrame(
        {
            "id": np.repeat(["a", "b"], 3),
            "unit_id": [f"{unit}:{wave}" for unit in "ab" for wave in (1, 2, 3)],
            "group": np.repeat(["g", "h"], 3),
            "wave": [1, 2, 3] * 2,
            "inside": [1.0, 1.0, 0.0, 0.0, 0.0, 0.0],
            "income": [1.0, 2.0, 4.0, 3.0, 3.0, 3.0],
            "sampling_weight": [5.0, 6.0, 7.0, 1.0, 2.0, 3.0],
            "sampling_stratum": ["north"] * 3 + ["south"] * 3,
        }
    )
    periods = TwoPeriods(before=(1, 2), after=(3,), status="inside", treatment="left")
    made = two_periods(waves, periods, ["income"], sample="leavers")
    assert made.units["sampling_weight"].tolist() == [6.0, 2.0]
    assert made.units["sampling_stratum"].tolist() == ["north", "south"]
