"""Constructors named in study.yaml: missing in, missing out; a wrong name is met with the nearest."""

import numpy as np
import pandas as pd
import pytest
from study_models import codebook_of, study_of

from ruralimpact.errors import ConfigError
from ruralimpact.outcomes.build import CONSTRUCTORS, Undefined, build
from ruralimpact.survey.codebook import parse_codebook

SURVEY = pd.DataFrame(
    {
        "id": ["A", "B", "C", "D"],
        "tenure": pd.Series(["owner", "share", None, "mixed"], dtype="str"),
        "income": [100.0, 0.0, np.nan, -5.0],
        "price": [2.0, 3.0, 4.0, np.nan],
        "sold": [10.0, 0.0, 1.0, 1.0],
        "rent": [5.0, 5.0, 5.0, 5.0],
        "school": [1.0, 2.0, np.nan, 3.0],
        "year": [2014, 2008, np.nan, 2008],
    }
)
PLOTS = pd.DataFrame(
    {
        "id": ["A", "A", "A", "B", "D", "Z"],
        "crop": ["rice", "rice", "maize", "maize", "rice", "rice"],
        "harvest": [1.0, 2.0, 4.0, 8.0, np.nan, 16.0],
        "price": [10.0, 10.0, np.nan, 1.0, 1.0, 1.0],
        "eaten": [1.0, 0.0, 0.0, 1.0, 1.0, 1.0],
        "cost": [5.0, 0.0, 1.0, 2.0, 1.0, 1.0],
    }
)
PRICES = {"year": 2014, "deflators": {2008: 50.0, 2014: 100.0}}
ENTRIES = parse_codebook(
    codebook_of(
        {
            "variable": "tenure",
            "raw_name": "p2",
            "type": "category",
            "role": "input",
            "labels": "1=owner|2=share|3=mixed",
        }
    ),
    ["farms"],
)


def built(spec, **earlier):
    study = study_of(variables=earlier, outcomes={"y": spec}, prices=PRICES)
    construction = build(
        SURVEY,
        variables=study.variables,
        outcomes=study.outcomes,
        entries=ENTRIES,
        rows={"plots": PLOTS},
        prices=study.prices,
    )
    return construction.table["y"].to_numpy(), construction.undefined


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"build": "variable", "of": "income"}, [100, 0, np.nan, -5]),
        (
            {"build": "indicator", "of": "tenure", "values": ["share", "mixed"]},
            [0, 1, np.nan, 1],
        ),
        (
            {"build": "indicator", "of": "tenure", "values": ["share"], "exclude": ["mixed"]},
            [0, 1, np.nan, np.nan],
        ),
        ({"build": "indicator", "of": "school", "values": [2, 3]}, [0, 1, np.nan, 1]),
        ({"build": "below", "of": "income", "line": 50}, [0, 1, np.nan, 1]),
        ({"build": "positive", "of": "income"}, [1, 0, np.nan, 0]),
        ({"build": "sum", "of": ["income", "rent"]}, [105, 5, np.nan, 0]),
        ({"build": "first_of", "of": ["income", "rent"]}, [100, 0, 5, -5]),
        (
            {
                "build": "net_income",
                "sales": [{"quantity": "sold", "price": "price"}],
                "costs": [{"amount": "rent"}],
            },
            [15, -5, -1, np.nan],
        ),
        (
            {
                "build": "restore_zero",
                "of": "school",
                "total": "sold",
                "parts": ["school", "rent"],
                "stored_as": 1,
            },
            [0, 2, np.nan, 3],
        ),
        ({"build": "difference", "of": "income", "less": "rent"}, [95, -5, np.nan, -10]),
        (
            {"build": "ratio", "of": "income", "over": "sold", "times": 2},
            [5, np.nan, np.nan, -2.5],
        ),
        ({"build": "deflate", "of": "rent", "year": "year"}, [5, 10, np.nan, 10]),
        (
            {
                "build": "poverty",
                "of": "income",
                "by": "tenure",
                "lines": {"owner": 200, "share": 100, "mixed": 100},
                "order": 2,
            },
            [0.25, 1, np.nan, 1],
        ),
        (
            {"build": "sum", "rows": "plots", "of": ["harvest"], "where": {"crop": ["rice"]}},
            [3, 0, np.nan, np.nan],
        ),
        (
            {"build": "sum", "rows": "plots", "of": ["cost"], "without_rows": "zero"},
            [6, 2, 0, 1],
        ),
        ({"build": "count", "rows": "plots"}, [3, 1, np.nan, 1]),
        ({"build": "count", "rows": "plots", "without_rows": "zero"}, [3, 1, 0, 1]),
        ({"build": "count", "rows": "plots", "where": {"crop": ["rice"]}}, [2, 0, np.nan, 1]),
        ({"build": "mean", "rows": "plots", "of": "cost"}, [2, 2, np.nan, 1]),
        ({"build": "mean", "rows": "plots", "of": "harvest"}, [7 / 3, 8, np.nan, np.nan]),
        (
            {"build": "mean", "rows": "plots", "of": "cost", "where": {"crop": ["rice"]}},
            [2.5, np.nan, np.nan, 1],
        ),
        ({"build": "rank", "of": "income"}, [2.5 / 3, 1.5 / 3, np.nan, 0.5 / 3]),
        ({"build": "rank", "of": "sold"}, [3.5 / 4, 0.5 / 4, 0.5, 0.5]),
        ({"build": "rank", "of": "rent", "by": "tenure"}, [0.5, 0.5, np.nan, 0.5]),
        ({"build": "winsorise", "of": "price", "lower": 40}, [3, 3, 4, np.nan]),
        ({"build": "winsorise", "of": "sold", "lower": 25, "upper": 75}, [5.5, 0.5, 1, 1]),
    ],
)
def test_constructors(spec, expected):
    values, undefined = built(spec)
    np.testing.assert_array_equal(values, expected)
    assert not undefined or spec["build"] == "ratio"


@pytest.mark.parametrize(
    ("spec", "expected", "reason", "rows"),
    [
        (
            {"build": "log", "of": "income"},
            [np.log(100), np.nan, np.nan, np.nan],
            "logarithm of a number that is not positive",
            2,
        ),
        (
            {"build": "ratio", "of": "rent", "over": "sold"},
            [0.5, np.nan, 5, 5],
            "division by zero",
            1,
        ),
        (
            {"build": "exp", "of": "large"},
            [np.nan, 1, np.nan, np.exp(-50)],
            "exponential of a number that is too large",
            1,
        ),
    ],
)
def test_what_is_not_defined_is_missing_and_counted(spec, expected, reason, rows):
    large = {"build": "ratio", "of": "income", "times": 0.1}
    values, undefined = built(spec, large=large)
    np.testing.assert_allclose(values, expected)
    assert undefined == (Undefined("y", reason, rows),)


def test_exp_undoes_log():
    values, _ = built({"build": "exp", "of": "logged"}, logged={"build": "log", "of": "rent"})
    np.testing.assert_allclose(values, 5)


def test_poverty_lines_of_codes_that_are_numbers():
    lines = {1: 200, "02": 100, "3.0": 100}
    values, _ = built(
        {"build": "poverty", "of": "income", "by": "school", "lines": lines, "order": 0}
    )
    np.testing.assert_array_equal(values, [1, 1, np.nan, 1])


def test_net_income_of_rows_is_that_of_each_row_added_up():
    spec = {
        "build": "net_income",
        "rows": "plots",
        "sales": [{"quantity": "eaten", "price": "price"}],
        "costs": [{"amount": "cost"}],
    }
    values, _ = built(spec)  # nothing of A's maize is eaten, so its price is not needed
    np.testing.assert_array_equal(values, [4, -1, np.nan, 0])
    values, _ = built({**spec, "where": {"crop": ["rice"]}})
    np.testing.assert_array_equal(values, [5, 0, np.nan, 0])


CROPS_UNKNOWN = PLOTS.assign(
    crop=["rice", None, "maize", None, "rice", "rice"],
    eaten=[1.0, 1.0, 0.0, 0.0, 1.0, 1.0],
    watered=[1.0, 1.0, 0.0, 0.0, 1.0, 1.0],
)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [  # A has a plot of rice, one of maize and one of which nobody knows what grew there; B only such a one
        ({"build": "count"}, [np.nan, np.nan, np.nan, 1]),
        ({"build": "count", "where": {"crop": ["rice"], "watered": [0]}}, [0, np.nan, np.nan, 0]),
        ({"build": "sum", "of": ["eaten"]}, [np.nan, 0, np.nan, 1]),  # of nothing nothing is rice
        ({"build": "mean", "of": "cost"}, [np.nan, np.nan, np.nan, 1]),
        (
            {"build": "net_income", "sales": [{"amount": "eaten"}], "costs": []},
            [np.nan, 0, np.nan, 1],
        ),
    ],
)
def test_rows_of_which_it_is_not_known_whether_they_count(spec, expected):
    study = study_of(outcomes={"y": {"where": {"crop": ["rice"]}, "rows": "plots", **spec}})
    table = build(
        SURVEY, variables={}, outcomes=study.outcomes, rows={"plots": CROPS_UNKNOWN}
    ).table
    np.testing.assert_array_equal(table["y"], expected)


def test_nobody_has_zero_rows_in_a_wave_without_any():
    spec = {"build": "count", "rows": "plots", "without_rows": "zero"}
    study = study_of(outcomes={"y": spec})
    waves = SURVEY[["id"]].assign(wave=[1, 1, 2, 2])
    rows = {"plots": PLOTS.assign(wave=1)}
    table = build(waves, variables={}, outcomes=study.outcomes, rows=rows).table
    np.testing.assert_array_equal(table["y"], [3, 1, np.nan, np.nan])


def test_definitions_are_built_in_the_order_of_need():
    spec = {"build": "sum", "of": ["double", "income"]}
    values, _ = built(
        spec,
        double={"build": "sum", "of": ["again", "income"]},
        again={"build": "variable", "of": "income"},
    )
    np.testing.assert_array_equal(values, [300, 0, np.nan, -15])
    with pytest.raises(ConfigError, match="'double' and 'again' are made of each other"):
        built(
            spec,
            double={"build": "sum", "of": ["again", "income"]},
            again={"build": "variable", "of": "double"},
        )


def test_later_definitions_see_earlier_ones():
    values, _ = built(
        {"build": "sum", "of": ["double", "income"]},
        double={"build": "sum", "of": ["income", "income"]},
    )
    np.testing.assert_array_equal(values, [300, 0, np.nan, -15])


def test_survey_is_left_alone():
    before = SURVEY.copy(deep=True)
    built({"build": "log", "of": "income"})
    pd.testing.assert_frame_equal(SURVEY, before)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            {"build": "logs", "of": "income"},
            r"'outcomes\.y\.build'.*'logs' is not one of .* Did you mean 'log'",
        ),
        ({"of": "income"}, "the key 'build' is missing"),
        ({"build": "log"}, r"'outcomes\.y'.*the key 'of' is missing"),
        ({"build": "log", "of": "incom"}, r"'outcomes\.y\.of'.*'incom'. Did you mean 'income'"),
        ({"build": "log", "of": "tenure"}, "'tenure' is a category, and 'log' needs a number"),
        ({"build": "sum", "of": ["rent", "rnt"]}, r"'outcomes\.y\.of\[1\]'.*'rnt'"),
        (
            {"build": "indicator", "of": "tenure", "values": ["shared"]},
            "'tenure' has no value 'shared'. Did you mean 'share'",
        ),
        (
            {"build": "indicator", "of": "tenure", "values": [True]},
            "true is not a text or a number. Put it in quotes",
        ),
        (
            {"build": "net_income", "sales": [{"quantity": "sold"}], "costs": []},
            r"'outcomes\.y\.sales\.1'.*a quantity and its price must be given together",
        ),
        ({"build": "sum", "rows": "plot", "of": ["harvest"]}, "'plot' .*Did you mean 'plots'"),
        (
            {"build": "poverty", "of": "income", "by": "tenure", "lines": {"owner": 1}, "order": 0},
            "'tenure' has the value 'share', which has no line",
        ),
        ({"build": "deflate", "of": "rent", "year": "sold"}, "no deflator of the year 0"),
        ({"build": "winsorise", "of": "rent"}, "needs `lower` or `upper`"),
        ({"build": "winsorise", "of": "rent", "upper": 0.99}, r"'outcomes\.y\.upper'.*50"),
        ({"build": "rank", "of": "tenure"}, "'tenure' is a category, and 'rank' needs a number"),
        ({"build": "count"}, "the key 'rows' is missing"),
        ({"build": "sum", "of": ["rent"], "where": {"tenure": ["share"]}}, "give `rows` too"),
        ({"build": "first_of", "of": ["rent"], "rows": "plots"}, "does not apply to"),
        (
            {
                "build": "net_income",
                "sales": [{"amount": "sold"}],
                "costs": [{"amount": "rent"}] * 2,
            },
            r"'outcomes\.y\.costs\.2'.*'rent' is listed twice",
        ),
    ],
)
def test_mistakes_name_the_key(spec, message):
    with pytest.raises(ConfigError, match=message):
        built(spec)


def test_taken_name():
    with pytest.raises(ConfigError, match="the name 'income' is already taken"):
        taken = {"income": {"build": "variable", "of": "rent"}}
        build(SURVEY, variables={}, outcomes=study_of(outcomes=taken).outcomes)


def test_every_constructor_is_tested_here():
    tested = {
        mark.args[1][i][0].get("build")
        for mark in test_constructors.pytestmark
        for i in range(len(mark.args[1]))
    }
    assert set(CONSTRUCTORS) == tested | {"log", "exp"}
