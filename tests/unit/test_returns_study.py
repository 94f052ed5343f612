"""Rates of return of a study: hand-made spreadsheets, what must hold, and cash flows that cannot be used."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from cash_flow_records import (
    ACCOUNTS,
    SPREADSHEET,
    analysis_of,
    many,
    returns_of,
    study_with,
    tables_of,
    value,
)

from ruralimpact.description.records import RecordedStudy
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.returns.accounts import account_flows
from ruralimpact.returns.cash_flow import internal_rate, present_values
from ruralimpact.returns.measures import aggregate_rate, interval, revenue_measures
from ruralimpact.returns.register import cash_register
from ruralimpact.returns.study import returns_study
from ruralimpact.survey.set_missing import mark_of


def test_a_hand_made_spreadsheet() -> None:
    """Both units together by years since their first: -200, 70, 60, 60."""
    frame = returns_of(SPREADSHEET)
    total = np.array([-200.0, 70.0, 60.0, 60.0])
    assert value(frame, "irr") == pytest.approx(internal_rate(total).rate)
    npv = -200 + 70 / 1.1 + 60 / 1.21 + 60 / 1.331
    assert value(frame, "npv") == pytest.approx(npv / 2)
    benefits = 100 / 1.1 + 100 / 1.21 + 100 / 1.331
    costs = 200 + 30 / 1.1 + 40 / 1.21 + 40 / 1.331
    assert value(frame, "bcr") == pytest.approx(benefits / costs)
    assert value(frame, "share_above") == pytest.approx(0.5)
    assert value(frame, "share_gain") == pytest.approx(1.0)
    assert value(frame, "revenue") == pytest.approx(50)
    assert value(frame, "irr", "own") == pytest.approx(
        internal_rate(np.array([-90.0, 70.0, 60.0, 60.0])).rate
    )


def test_revenue_a_family_and_by_product() -> None:
    by_unit = {"families": {"a": 10.0, "b": 30.0}, "product": {"a": "milk", "b": "milk"}}
    frame = returns_of(SPREADSHEET, by_unit, members="families", by=["product"])
    assert value(frame, "revenue_member") == pytest.approx(100 / 40)
    assert value(frame, "revenue_member", level="milk") == pytest.approx(100 / 40)


def test_conversion_factors_are_shadow_prices() -> None:
    accounts = [{**ACCOUNTS[0], "conversion": {"sales": 0.5, "own": 0}}]
    frame = returns_of(SPREADSHEET, accounts=accounts)
    npv = -110 + (50 - 30) / 1.1 + (50 - 40) / 1.21 + (50 - 40) / 1.331
    assert value(frame, "npv") == pytest.approx(npv / 2)


def test_benefits_repeat_beyond_the_record_and_investment_does_not() -> None:
    short = {"a": {2009: [60, 40, 5, 0], 2010: [7, 0, 80, 20]}}
    units, outcomes = tables_of(short)
    register = cash_register(analysis_of(beyond="repeat"), units, outcomes)
    assert register.lines["sales"].tolist() == [[5, 80, 80, 80]]
    assert register.lines["feed"].tolist() == [[0, 20, 20, 20]]
    assert register.lines["grant"].tolist() == [[60, 7, 0, 0]]


@pytest.mark.parametrize(
    ("years", "reason"),
    [
        ({2009: [1, 1, 0, 0], 2011: [0, 0, 1, 0], 2012: [0, 0, 1, 0]}, "a year is missing"),
        ({2009: [1, 1, 0, 0], 2010: [0, 0, 1, 0]}, "the record ends before the horizon"),
        ({year: [0, 0, 0, 0] for year in range(2009, 2013)}, "no amount in any year"),
        (
            {2009: [1, np.nan, 0, 0], **{year: [0, 0, 1, 0] for year in range(2010, 2013)}},
            "'own' is missing",
        ),
        ({year: [0, 0, 9, 4] for year in range(2009, 2013)}, "no investment is recorded"),
    ],
)
def test_what_cannot_be_used_is_excluded_with_its_reason(
    years: dict[int, list[float]], reason: str
) -> None:
    units, outcomes = tables_of({**SPREADSHEET, "c": years})
    tables = returns_study(
        RecordedStudy(study_with(), {"flows": units}, {"flows": outcomes})
    ).tables
    rows = tables["returns_by_unit"].set_index(["account", "unit_id"])
    assert rows.loc[("all", "c"), "reason"] == reason
    assert np.isnan(rows.loc[("all", "c"), ["irr", "npv"]].astype(float)).all()
    assert value(tables["returns"], "npv") == pytest.approx(value(returns_of(SPREADSHEET), "npv"))


def test_zero_investment_has_no_rate_but_a_reason() -> None:
    later = {year: [0, 0, 5, 1] for year in range(2010, 2013)}
    units, outcomes = tables_of(
        {
            "free": {2009: [9, 0, 0, 1], **later},
            "early": {2009: [0, 0, 5, 0], **later, 2010: [9, 0, 0, 1]},
        }
    )
    described = returns_study(RecordedStudy(study_with(), {"flows": units}, {"flows": outcomes}))
    frame = described.tables["returns"].set_index(["account", "measure"])
    by_unit = described.tables["returns_by_unit"].set_index(["account", "unit_id"])
    for row in (frame.loc[("own", "irr")], frame.loc[("own", "irr_median")]):
        assert np.isnan(row["estimate"])
    assert frame.loc[("own", "irr"), "reason"] == "nothing is invested"
    assert (by_unit.loc["own", "reason"] == "nothing is invested").all()
    (told,) = [noted for noted in described.inconsistent if noted.units]
    assert told.units == ("early",) and "'all': flows begin with a gain" in told.problem


def test_no_unit_left_is_an_error_that_counts_the_reasons() -> None:
    units, outcomes = tables_of({"a": {2009: [1, 1, 0, 0]}})
    with pytest.raises(DataError, match=r"analysis efa: no unit .* before the horizon \(1\)"):
        returns_study(RecordedStudy(study_with(), {"flows": units}, {"flows": outcomes}))


def test_several_currencies_are_refused_by_unit() -> None:
    units, outcomes = tables_of(SPREADSHEET)
    units["money"] = np.where(units["unit_id"] == "b 2011", "Bs", "US$")
    with pytest.raises(DataError, match=r"'money', unit b 2011: .* Bs, US\$"):
        cash_register(analysis_of(currency="money"), units, outcomes)


@pytest.mark.parametrize(
    ("variable", "values"), [("paid_in", ("Bs.", "US$")), ("moneda", ("pesos", "dólares"))]
)
def test_currencies_that_nobody_named_are_found(variable: str, values: tuple[str, str]) -> None:
    units, outcomes = tables_of(SPREADSHEET)
    units[variable] = np.where(units["unit_id"] == "b 2011", *values)
    with pytest.raises(DataError, match=f"'{variable}', unit b 2011: .* leave '{variable}' out"):
        cash_register(analysis_of(), units, outcomes)
    units[variable] = values[0]
    assert not len(cash_register(analysis_of(), units, outcomes).excluded)


def test_a_unit_of_a_currency_that_is_not_known_is_excluded() -> None:
    units, outcomes = tables_of(SPREADSHEET)
    units["money"] = pd.Series("US$", units.index).where(units["unit_id"] != "b 2011")
    register = cash_register(analysis_of(currency="money"), units, outcomes)
    assert register.excluded.to_numpy().tolist() == [["b", "'money' is missing", "money"]]


def test_what_is_said_in_one_year_of_a_unit_is_known_unless_it_was_set_to_missing() -> None:
    units, outcomes = tables_of(SPREADSHEET)
    later = units["unit_id"].isin(["a 2010", "b 2011"])
    units["families"] = pd.Series(12.0, units.index).where(~later)
    units[mark_of("families")] = units["unit_id"] == "b 2011"
    register = cash_register(analysis_of(members="families"), units, outcomes)
    assert register.units.set_index("id")["members"].fillna(-1).to_dict() == {"a": 12, "b": -1}


def test_a_unit_that_earns_without_families_is_named() -> None:
    units, outcomes = tables_of(SPREADSHEET)
    units["families"] = np.where(units["id"] == "b", 0.0, 12.0)
    asked = study_with(members="families")
    described = returns_study(RecordedStudy(asked, {"flows": units}, {"flows": outcomes}))
    (told,) = [noted for noted in described.inconsistent if noted.units]
    assert (told.units, told.column) == (("b",), "families")


def test_years_that_are_words_are_refused() -> None:
    units, outcomes = tables_of(SPREADSHEET)
    with pytest.raises(
        DataError, match="column 'wave', units .*: the wave of a cash flow is its year"
    ):
        cash_register(analysis_of(), units.assign(wave="first"), outcomes)
    with pytest.raises(DataError, match="need the year of each row"):
        cash_register(analysis_of(), units.drop(columns="wave"), outcomes)


def test_a_product_that_changes_is_refused() -> None:
    units, outcomes = tables_of(SPREADSHEET)
    units["product"] = np.where(units["unit_id"] == "b 2011", "milk", "quinoa")
    with pytest.raises(DataError, match="column 'product', unit b: 'product' differs"):
        cash_register(analysis_of(by=["product"]), units, outcomes)


def test_the_order_of_rows_changes_nothing() -> None:
    units, outcomes = tables_of(SPREADSHEET)
    forth = returns_study(RecordedStudy(study_with(), {"flows": units}, {"flows": outcomes})).tables
    back = returns_study(
        RecordedStudy(study_with(), {"flows": units[::-1]}, {"flows": outcomes[::-1]})
    ).tables
    for name, frame in forth.items():
        pd.testing.assert_frame_equal(frame, back[name])


def test_scores_of_the_aggregate_rate_are_its_derivative() -> None:
    """The influence of a unit is what a little more weight on it does to the rate."""
    units, outcomes = many()
    analysis = analysis_of(by=["product"])
    register = cash_register(analysis, units, outcomes)
    flows = account_flows(analysis.accounts[0], register.lines)
    measure = aggregate_rate(flows)
    assert measure.scores is not None
    for unit in (0, 7, 31):
        step = 1e-6
        more = flows.net.sum(axis=0) + step * flows.net[unit]
        moved = (internal_rate(more).rate - measure.estimate) / step
        assert measure.scores[unit] == pytest.approx(moved, rel=1e-3)


def test_intervals_of_shares_stay_within_their_range() -> None:
    units, outcomes = many()
    frame = returns_study(
        RecordedStudy(study_with(), {"flows": units}, {"flows": outcomes})
    ).tables["returns"]
    shares = frame[frame["measure"].isin(["share_above", "share_gain"])]
    assert ((shares["conf_low"].dropna() >= 0) & (shares["conf_high"].dropna() <= 1)).all()


def test_a_net_present_value_of_one_sample_has_the_t_interval_of_a_mean() -> None:
    """Each unit its own group: the textbook interval."""
    units, outcomes = many()
    analysis = analysis_of()
    register = cash_register(analysis, units, outcomes)
    flows = account_flows(analysis.accounts[0], register.lines)
    values = present_values(flows.net, 0.10)
    frame = returns_study(
        RecordedStudy(study_with(), {"flows": units}, {"flows": outcomes})
    ).tables["returns"]
    row = frame[(frame["measure"] == "npv") & (frame["account"] == "all")].iloc[0]
    margin = (
        2.0226909 * values.std(ddof=1) / np.sqrt(40)
    )  # t of 39 degrees of freedom, as tables print it
    ends = values.mean() - margin, values.mean() + margin
    assert (row["conf_low"], row["conf_high"]) == pytest.approx(ends, rel=1e-6)


def test_the_interval_of_revenue_is_made_on_the_logarithm() -> None:
    """No unit earns less than nothing: the ends are the estimate times and over the same factor."""
    revenue = np.array([[0.0, earned] for earned in (1.0, 2.0, 3.0, 10.0, 2.0, 1.0, 4.0, 9.0)])
    last, groups = np.ones(8, dtype=np.int64), np.array(list("abcdefgh"), dtype=object)
    amount, _ = revenue_measures(revenue, last, np.full(8, 5.0))
    ends = interval(amount, groups)
    values = revenue[:, 1]
    error = values.std(ddof=1) / np.sqrt(8) / values.mean()
    factor = np.exp(2.3646243 * error)  # t of 7 degrees of freedom, as tables print it
    assert (ends.conf_low, ends.conf_high) == pytest.approx((4 / factor, 4 * factor), rel=1e-6)
    lossy, _ = revenue_measures(revenue - 2, last, np.full(8, 5.0))
    lost = interval(lossy, groups)
    assert lost.conf_low + lost.conf_high == pytest.approx(2 * lossy.estimate)


def test_one_group_has_no_interval() -> None:
    units, outcomes = many()
    analysis = analysis_of()
    register = cash_register(analysis, units, outcomes)
    measure = aggregate_rate(account_flows(analysis.accounts[0], register.lines))
    assert np.isnan(interval(measure, np.array(["g"] * 40, dtype=object)).conf_low)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"accounts": [{**ACCOUNTS[0], "benefits": ["grant"]}]}, "'grant' is counted twice"),
        ({"accounts": [{**ACCOUNTS[0], "benefits": ["milk"]}]}, "'milk' is not among the outcomes"),
        ({"accounts": [ACCOUNTS[0], ACCOUNTS[0]]}, "the name 'all' stands twice"),
        (
            {"accounts": [{**ACCOUNTS[1], "conversion": {"grant": 1}}]},
            "'grant' is no outcome of the acc",
        ),
        ({"delay": {"label": "L", "probabilities": [0.5, 0.4]}}, "sum to 0.9, not to 1"),
        ({"scenarios": [{"name": "a", "label": "A", "by": "product"}]}, "give `by` and `factors`"),
        ({"horizn": 5}, "unknown key 'horizn' .* 'horizon'"),
    ],
)
def test_mistakes_in_the_configuration_name_their_key(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        analysis_of(**wrong)
