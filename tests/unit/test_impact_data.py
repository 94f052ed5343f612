"""What `estimate_impact` makes of tables: every kind is read, refused in one sentence, or counted."""

import datetime
import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest

import ruralimpact

MAHALANOBIS = {"method": "nearest", "distance": "mahalanobis"}


def farms(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "d": np.repeat([1, 0], n // 2),
            "y": rng.normal(10, 2, n).round(3),
            "x": rng.normal(size=n).round(2),
            "z": rng.integers(0, 5, n),
            "region": np.tile(["north", "south"], n // 2),
            "village": np.tile(np.arange(10), n // 10) + 10 * np.repeat([1, 0], n // 2),
        }
    )


def impact(data: object, **options: object) -> ruralimpact.ImpactEstimate:
    chosen = {"outcome": "y", "treatment": "d", "covariates": ["x", "z"], "strategy": MAHALANOBIS}
    return ruralimpact.estimate_impact(data, **(chosen | options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "convert",
    [
        polars.from_pandas,
        lambda frame: polars.from_pandas(frame).lazy(),
        lambda frame: pyarrow.Table.from_pandas(frame, preserve_index=False),
        lambda frame: pyarrow.RecordBatch.from_pandas(frame, preserve_index=False),
        lambda frame: frame.convert_dtypes(),
        lambda frame: frame.assign(y=[Decimal(str(value)) for value in frame.y]),
        lambda frame: frame.assign(d=frame.d == 1),
        lambda frame: frame.astype({"x": object, "z": object}),
    ],
    ids=["polars", "polars lazy", "pyarrow", "batch", "nullable", "decimal", "boolean", "objects"],
)
def test_the_same_table_in_other_clothes_gives_the_same_estimate(convert) -> None:
    options = {"covariates": ["x", "z", "region"], "group": "village", "strategy": "ipwra"}
    expected, found = impact(farms(), **options), impact(convert(farms()), **options)
    pd.testing.assert_frame_equal(found.to_frame(), expected.to_frame(), check_exact=True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"y": [1.0]}, "the data must be a table .* not a value of the type dict"),
        (np.ones((3, 3)), "not a value of the type ndarray"),
        (None, "not None"),
        ([1, 2], "not a value of the type list"),
        ("farms.csv", "not a value of the type str"),
        (farms().y, "must be a table"),
        (pyarrow.array([1.0, 2.0]), "must be a table"),
        (pd.DataFrame(), "there are no rows"),
        (farms().iloc[:0], "there are no rows"),
        (pd.concat([farms(), farms().x], axis=1), "column 'x': there is more than one column"),
        (
            farms().assign(d=farms().d.astype(object).where(farms().index != 7, "yes")),
            "column 'd', row 7: the treatment must be 0 or 1; it holds a mixture",
        ),
        (
            pyarrow.table([[1.0], [2.0], [3.0]], names=["x", "y", "x"]),
            "column 'x': there is more than one column",
        ),
        (farms().set_axis(["first", *range(59)], axis=0), "cannot be put in order"),
        (farms().set_axis([0] * 60, axis=0), "the index is not unique"),
        (farms().drop(columns="x"), "column 'x': there is no such column"),
        (farms().assign(x=[[1]] * 60), "column 'x': it cannot be a covariate: it holds values of"),
        (farms().assign(x=1j), "column 'x': .* complex numbers"),
        (farms().assign(x=pd.Timestamp("2020-01-01")), "column 'x': .* dates"),
        (farms().assign(x=datetime.date(2020, 1, 1)), "column 'x': .* dates"),
        (farms().assign(x=[1, "a"] * 30), "column 'x': .* a mixture of numbers and text"),
        (farms().assign(x=np.arange(60) + 2**53), "column 'x': .* beyond 9,007,199,254,740,992"),
        (farms().assign(x=np.inf), "column 'x', rows 0, 1, 2, 3, 4 and 55 more: .* infinite"),
        (
            farms().assign(y=1 + 1j),
            "column 'y', rows? .*: the outcome must be a number; .* complex",
        ),
        (farms().assign(y=[[1.0]] * 60), "column 'y', rows? .*: the outcome must be a number"),
        (farms().assign(y=pd.Timestamp("2020-01-01")), "column 'y', rows? .*: .* dates"),
        (farms().assign(y=-np.inf), "column 'y', rows .*: the outcome is infinite"),
        (farms().assign(d=farms().d.astype(str)), "column 'd'.*: the treatment must be 0 or 1"),
        (farms().assign(d=[{}] * 60), "column 'd'.*: the treatment must be 0 or 1"),
        (farms().assign(d=farms().d.astype("category")), "must be 0 or 1; it holds categories"),
        (farms().assign(d=[True, 0] * 30), "it holds a mixture of numbers and truth values"),
        (farms().assign(y=pd.Timedelta(days=2)), "column 'y', rows? .*: .* it holds durations"),
        (farms().assign(d=2), "column 'd', rows 0, .*: the treatment must be 0 or 1"),
        (farms().assign(d=0), "there are no treated units to compare"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_clear_error(data: object, message: str) -> None:
    with pytest.raises(ruralimpact.DataError, match=message):
        impact(data)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"covariates": ["x", "x"]}, "key 'covariates': 'x' is named twice"),
        ({"covariates": None}, "key 'covariates': .* None is neither"),
        ({"covariates": {"x": 1}}, "key 'covariates': .* dict is neither"),
        ({"covariates": 3}, "key 'covariates'"),
        ({"covariates": [["x"]]}, "is no name of a column"),
        ({"covariates": ["x", "d"]}, "key 'covariates': 'd' is the treatment"),
        ({"covariates": ["x", "y"]}, "key 'covariates': 'y' is the outcome"),
        ({"covariates": "x + y"}, "key 'covariates': 'y' is the outcome"),
        ({"covariates": "y ~ x"}, "the outcome has an argument of its own"),
        ({"covariates": "x + nope"}, "column 'nope': there is no such column. Known: "),
        ({"covariates": "x + vilage"}, "column 'vilage': .* Did you mean 'village'?"),
        ({"covariates": ["x", "Village"]}, "column 'Village': .* Did you mean 'village'?"),
        ({"outcome": "vilage"}, "column 'vilage': .* Did you mean 'village'?"),
        ({"treatment": "vilage"}, "column 'vilage': .* Did you mean 'village'?"),
        ({"group": "vilage"}, "column 'vilage': .* Did you mean 'village'?"),
        ({"weight": "vilage"}, "column 'vilage': .* Did you mean 'village'?"),
        ({"strata": "vilage"}, "column 'vilage': .* Did you mean 'village'?"),
        ({"estimand": "atte"}, "unknown estimand 'atte'. Did you mean 'ATT'?"),
        ({"estimand": "all"}, "unknown estimand 'all'. Known: ATT, ATC, ATE."),
        ({"covariates": "x +"}, r"key 'covariates': the formula cannot be used: [^\n]+\.$"),
        ({"covariates": "x + ."}, "the formula cannot be used: '.' for all other columns is not"),
        ({"covariates": "x | z"}, "key 'covariates': the formula cannot be used"),
        ({"covariates": "bs(x, df='a')"}, "key 'covariates': the formula cannot be used"),
        ({"covariates": "__import__('os').sep"}, "key 'covariates': the formula cannot be used"),
        ({"outcome": ["y"]}, "key 'outcome': .* is no name of a column"),
        ({"treatment": None}, "key 'treatment': None is no name of a column"),
        ({"group": ["village"]}, "key 'group': .* is no name of a column"),
        ({"weight": 3}, "key 'weight': 3 is no name of a column. Names are text. Rename"),
        ({"strata": ["z"]}, "key 'strata': .* is no name of a column"),
        ({"outcome": "d"}, "key 'outcome': 'd' is the treatment"),
        ({"group": "y"}, "key 'group': 'y' is the outcome"),
        ({"strategy": {**MAHALANOBIS, "exact": ["d"]}}, "key 'exact': 'd' is the treatment"),
        (
            {"strategy": {**MAHALANOBIS, "bias_adjust": ["x", "x"]}},
            "key 'bias_adjust.2': an entry stands twice: 'x'",
        ),
        (
            {"strategy": {**MAHALANOBIS, "exact": ["z", "z"]}},
            "key 'exact.2': an entry stands twice: 'z'",
        ),
        ({"strategy": {**MAHALANOBIS, "metric_covariates": ["nope"]}}, "'nope' is no covariate"),
        ({"strategy": {**MAHALANOBIS, "bias_adjust": ["nope"]}}, "'nope' is no covariate"),
    ],
)
def test_a_call_that_means_nothing_is_one_clear_error(options, message: str) -> None:
    with pytest.raises(ruralimpact.RuralImpactError, match=message):
        impact(farms(), **options)


@pytest.mark.parametrize("names", [("x", "z"), pd.Index(["x", "z"]), np.array(["x", "z"])])
def test_columns_may_be_named_in_any_sequence(names) -> None:
    assert impact(farms(), covariates=names).estimate == impact(farms()).estimate


@pytest.mark.parametrize(
    ("distance", "w", "message"),
    [
        ("mahalanobis", farms().d, "covariates that do not vary within the arms: 'w'"),
        ("inverse_variance", farms().d, "covariates that do not vary within the arms: 'w'"),
        ("mahalanobis", farms().d * 3 + farms().x, "collinear within the arms: 'x' can be"),
    ],
)
def test_a_metric_of_what_arms_alone_differ_in_is_refused(distance: str, w, message: str) -> None:
    strategy = {"method": "nearest", "distance": distance}
    with pytest.raises(ruralimpact.DesignError, match=message):
        impact(farms().assign(w=w), covariates=["w", "x"], strategy=strategy)


@pytest.mark.parametrize("estimand", ["ATT", "ATE"])
def test_units_may_be_named_by_several_levels(estimand: str) -> None:
    named = farms().set_index(["village", farms().index], drop=False)
    options = {"estimand": estimand, "strata": "region", "weight": "z"}
    found, expected = impact(named, **options), impact(farms(), **options)
    assert found.estimate == pytest.approx(expected.estimate, rel=1e-12)
    assert found.std_error == pytest.approx(expected.std_error, rel=1e-12)
    assert len(found.matches.iloc[0]["unit"]) == 2


def test_what_is_asked_of_an_estimate_is_checked() -> None:
    found = impact(farms(), group="village")
    for level in (95, 0, 1.0, "wide", None):
        with pytest.raises(ruralimpact.ConfigError, match="key 'level': .* between 0 and 1"):
            found.conf_int(level)  # type: ignore[arg-type]
    with pytest.raises(
        ruralimpact.ConfigError, match="'counterfact'. Did you mean 'counterfactual'"
    ):
        found.percent("counterfact")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="unsupported operand"):
        found - 3  # type: ignore[operator]
    assert found == found and len({found, found}) == 1


def test_estimates_that_cluster_on_other_things_are_not_subtracted() -> None:
    """Units and villages are numbered alike here, and would pass for one another."""
    by_unit, by_village = impact(farms()), impact(farms(), group="village")
    with pytest.raises(
        ruralimpact.ConfigError, match="one estimate clusters on 'village', the other on units"
    ):
        by_village - by_unit
    assert (by_unit - by_unit).estimate == 0


def without_village(table: pd.DataFrame, rows: list[int]) -> pd.DataFrame:
    village = table.village.astype(float)
    village.loc[rows] = np.nan
    return table.assign(village=village)


def test_units_without_a_group_are_left_out_and_counted() -> None:
    """Pooled into one cluster across the arms they would change the error."""
    lacking = [1, 2, 31, 32, 33]
    found = impact(without_village(farms(), lacking), group="village", strategy="ipwra")
    expected = impact(farms().drop(index=lacking), group="village", strategy="ipwra")
    assert found.dropped == {"group missing": 5}
    assert (found.estimate, found.std_error) == (expected.estimate, expected.std_error)


@pytest.mark.parametrize("blank", [None, np.nan, "", "  ", pd.NA])
def test_rows_without_a_stratum_are_left_out_and_counted(blank: object) -> None:
    """In one stratum of their own, treated units and controls without a region would be compared."""
    strategy = {**MAHALANOBIS, "exact": ["region"]}
    region = farms().region.astype(object)
    region.loc[[0, 5, 40]] = blank
    found = impact(farms().assign(region=region), strategy=strategy)
    expected = impact(farms().drop(index=[0, 5, 40]), strategy=strategy)
    assert found.dropped == {"variable of the exact strata missing": 3}
    assert found.estimate == expected.estimate


def test_a_missing_category_in_a_formula_is_not_the_base() -> None:
    region = farms().region.where(farms().index != 4)
    found = impact(farms().assign(region=region), covariates="x + C(region)")
    expected = impact(farms().drop(index=4), covariates="x + C(region)")
    assert found.dropped == {"covariate missing": 1}
    assert found.estimate == expected.estimate


def test_rows_that_a_formula_has_no_value_for_are_counted() -> None:
    table = farms().assign(x=lambda frame: (frame.x.abs() + 1).mask(frame.index == 7, 0.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = impact(table, covariates="np.log(x) + z")
    assert found.dropped == {"covariate of the formula not defined": 1}


def test_an_arm_emptied_by_missing_covariates_says_so() -> None:
    table = farms().assign(x=lambda frame: frame.x.mask(frame.d == 1))
    with pytest.raises(ruralimpact.DataError, match=r"no treated units .* covariate missing: 30"):
        impact(table)


def test_two_groups_that_print_alike_are_not_one() -> None:
    village = farms().village.astype(object)
    village.loc[0] = "11"
    with pytest.raises(ruralimpact.DataError, match="row 0: '11' and 11 differ only in type"):
        impact(farms().assign(village=village), group="village")


def test_groups_that_differ_by_spaces_alone_are_not_two() -> None:
    village = farms().village.map("v{}".format)
    village.loc[0] = " v10"
    with pytest.raises(
        ruralimpact.DataError, match="row 0: ' v10' and 'v10' differ only in spaces"
    ):
        impact(farms().assign(village=village), group="village")


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ("all alike", "constant covariate: 'x' .always all alike"),
        ([f"{value:.6f}" for value in np.linspace(0, 1, 60)], "text of 60 different values"),
        (np.linspace(1, 2, 60) * 1e-300, "as large as 1e-100; scale them"),
    ],
    ids=["one level", "numbers as text", "tiny"],
)
@pytest.mark.parametrize("strategy", [MAHALANOBIS, "nearest", "regression"])
def test_a_covariate_that_tells_nothing_is_refused(x: object, message: str, strategy) -> None:
    with pytest.raises(ruralimpact.DesignError, match=message):
        impact(farms().assign(x=x), strategy=strategy)


def test_identifiers_that_floats_cannot_hold_are_refused() -> None:
    with pytest.raises(ruralimpact.DataError, match="identifiers beyond"):
        impact(farms().assign(village=farms().village + 2.0**60), group="village")
    found = impact(farms().assign(village=farms().village + 2**60), group="village")
    assert found.n_clusters == 20


def test_a_categorical_column_is_no_number_whatever_its_categories() -> None:
    levels = farms().z.to_numpy()
    found = impact(farms().assign(z=pd.Categorical(levels)), strategy="ipw")
    expected = impact(farms().assign(z=[f"level {level}" for level in levels]), strategy="ipw")
    assert found.estimate == expected.estimate
    assert "z[3]" in set(found.balance["covariate"])


def test_what_is_printed_says_why_there_is_no_error() -> None:
    printed = str(impact(farms().assign(y=7.3), group="village"))
    assert "p = none" in printed and "note: the outcome does not vary" in printed
    assert "nan" not in printed


def test_small_amounts_are_printed_by_their_digits() -> None:
    whole, tiny = (impact(farms().assign(y=farms().y * scale)) for scale in (1, 1e-6))
    assert f"{whole.estimate * 1e-6:.4g}" in str(tiny)


def test_nat_in_a_column_of_objects_is_missing() -> None:
    table = farms().astype({"x": object, "d": object, "region": object})
    for row, name in enumerate(("x", "d", "region")):
        table.loc[row, name] = pd.NaT
    counted = impact(table, covariates=["x", "z", "region"]).dropped
    assert counted == {"treatment missing": 1, "covariate missing": 2}
