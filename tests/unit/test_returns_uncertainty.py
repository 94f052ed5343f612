"""Rates of return under scenarios and drivers: by hand, at switching values, and in draws."""

import numpy as np
import pandas as pd
import pytest
from cash_flow_records import SPREADSHEET, study_with, tables_of, uncertain

from ruralimpact.description.records import RecordedStudy
from ruralimpact.returns.accounts import account_flows
from ruralimpact.returns.cash_flow import present_values
from ruralimpact.returns.study import returns_study, returns_uncertainty


def test_scenarios_by_hand() -> None:
    tables, register, _ = uncertain()
    rows = tables["returns_scenarios"]
    npv = rows[(rows["measure"] == "npv") & (rows["account"] == "all") & (rows["by"] == "")]
    expected = {}
    invested = register.lines["grant"] + register.lines["own"]
    sales, feed = register.lines["sales"], register.lines["feed"]
    factor = np.where(register.units["product"] == "milk", 0.7, 1.0)[:, None]
    expected["low"] = 0.8 * (sales - feed) - invested
    expected["prices"] = factor * sales - feed - invested
    late = np.zeros_like(sales)
    late[:, 1:] = (sales - feed)[:, :-1]
    expected["late"] = late - invested
    for name, flows in expected.items():
        found = float(npv.loc[npv["scenario"] == name, "estimate"].iloc[0])
        assert found == pytest.approx(present_values(flows, 0.10).mean()), name


def test_at_its_switching_value_nothing_is_gained() -> None:
    tables, register, analysis = uncertain()
    rows = tables["returns_drivers"]
    row = rows[
        (rows["kind"] == "switching") & (rows["driver"] == "cost") & (rows["account"] == "all")
    ]
    factor = float(row["factor"].iloc[0])
    flows = account_flows(analysis.accounts[0], register.lines, {"grant": factor, "own": factor})
    assert present_values(flows.net, 0.10).sum() == pytest.approx(0, abs=1e-8)


def test_without_a_switching_value_there_is_a_reason() -> None:
    cheap = [{"name": "feed", "label": "Feed", "lines": ["feed"]}]
    lossy = {"a": {2009: [500, 0, 0, 0], **{year: [0, 0, 5, 1] for year in range(2010, 2013)}}}
    units, outcomes = tables_of(lossy)
    study = study_with(drivers=cheap)
    rows = returns_uncertainty(RecordedStudy(study, {"flows": units}, {"flows": outcomes}), seed=1)[
        "returns_drivers"
    ]
    row = rows[(rows["kind"] == "switching") & (rows["account"] == "all")].iloc[0]
    assert np.isnan(row["factor"])
    assert row["reason"].startswith("no factor above zero")


def test_simulations_are_those_of_the_seed_and_center_on_the_record() -> None:
    first, register, analysis = uncertain(draws=3_000)
    again, _, _ = uncertain(draws=3_000)
    pd.testing.assert_frame_equal(first["returns_draws"], again["returns_draws"])
    other, _, _ = uncertain(seed=2)
    assert not np.allclose(first["returns_draws"]["npv"][:200], other["returns_draws"]["npv"][:200])
    own = first["returns_draws"][first["returns_draws"]["account"] == "all"]["npv"]
    flows = account_flows(analysis.accounts[0], register.lines)
    center = present_values(flows.net, 0.10).mean()
    assert own.mean() == pytest.approx(center, abs=4 * own.std() / np.sqrt(len(own)))


def test_delays_are_drawn_with_their_probabilities() -> None:
    delay = {"label": "Late", "probabilities": [0.75, 0.25]}
    tables, _, _ = uncertain(drivers=[], delay=delay, draws=4000)
    draws = tables["returns_draws"]
    npv = draws[draws["account"] == "all"]["npv"]
    assert npv.nunique() == 2
    assert (npv == npv.max()).mean() == pytest.approx(0.75, abs=0.03)


def test_a_unit_whose_product_is_not_known_is_in_no_scenario_by_product() -> None:
    prices = {"name": "prices", "label": "Prices", "by": "product", "factors": {"milk": 0.5}}
    study = study_with(by=["product"], scenarios=[prices])
    units, outcomes = tables_of(
        {**SPREADSHEET, "c": SPREADSHEET["b"]}, product={"a": "milk", "b": "tea"}
    )
    recorded = RecordedStudy(study, {"flows": units}, {"flows": outcomes})
    made, scenarios = returns_study(recorded), returns_uncertainty(recorded, seed=1)
    assert made.tables["returns"].query("by == ''")["n_units"].unique().tolist() == [3]
    assert scenarios["returns_scenarios"].query("by == ''")["n_units"].unique().tolist() == [2]
    lost = [(item.about, item.units) for item in made.excluded if item.rows]
    assert lost == [("product", ("c",))]
