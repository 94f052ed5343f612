"""Edits do what they declare and count it; what they cannot tell they refuse or blank."""

import pandas as pd
import pytest
from study_models import edits_of

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.schema.quality import EditReport
from ruralimpact.survey.edits import apply_edits


def table(**columns):
    frame = pd.DataFrame(columns, dtype="str")
    return frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="row"), axis=0)


def cleaned(raw, *rules, **options):
    return apply_edits(raw, edits_of(*rules), file="f.csv", **options)


@pytest.mark.parametrize(
    ("rule", "raw", "expected", "decimal"),
    [
        (
            {"rule": "spellings", "columns": ["x"], "forms": {"Norte": ["NORTE", "Nte."]}},
            ["NORTE", "Norte", "Nte.", "Sur"],
            ["Norte", "Norte", "Norte", "Sur"],
            ".",
        ),
        (
            {"rule": "decimal_comma", "columns": ["x"]},
            ["1,5", "1.5", "", "1,234.5"],
            ["1.5", "1.5", "", "1,234.5"],
            ".",
        ),
        (
            {"rule": "scale", "columns": ["x"], "above": 1000, "factor": 0.0001},
            ["15000", "1000", "", "7,5"],
            ["1,5", "1000", "", "7,5"],
            ",",
        ),
        (
            {"rule": "year_to_age", "columns": ["x"], "year": 2014},
            ["1964", "50", "", "2015"],
            ["50", "50", "", "2015"],
            ".",
        ),
        (
            {
                "rule": "currency",
                "columns": ["x"],
                "stated_in": "money",
                "home": "Bs",
                "rates": {"US$": 7},
            },
            ["2.5", "3", "", "4"],
            ["17.5", "3", "", "4"],
            ".",
        ),
        (
            {"rule": "implausible", "columns": ["x"], "within": ["kind"], "factor": 3},
            ["10", "11", "100", "9"],
            ["10", "11", "", "9"],
            ".",
        ),
    ],
)
def test_cell_rules(rule, raw, expected, decimal):
    before = table(x=raw, money=["US$", "Bs", "US$", "Bs"], kind=["a"] * 4)
    found = cleaned(before, rule, decimal=decimal)
    assert found.table["x"].tolist() == expected
    changed = [row for row, a, b in zip(before.index, raw, expected, strict=True) if a != b]
    report = EditReport(rule=rule["rule"], column="x", count=len(changed), rows=tuple(changed))
    assert found.edits == (report,)
    assert before["x"].tolist() == raw


def test_a_currency_without_a_rate_is_refused():
    rule = {
        "rule": "currency",
        "columns": ["x"],
        "stated_in": "money",
        "home": "Bs",
        "rates": {"US$": 7},
    }
    with pytest.raises(DataError, match="'€' has no exchange rate"):
        cleaned(table(x=["1"], money=["€"]), rule)


def test_copies_are_left_out():
    found = cleaned(table(id=["a", "b", "a"], x=["1", "1", "1"]), {"rule": "exact_duplicates"})
    assert found.table["id"].tolist() == ["a", "b"]
    assert [item.rows for item in found.excluded] == [1]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0]])
def test_disputed_cells_are_blanked_whatever_the_order(order):
    raw = table(id=["a", "b", "a"], x=["1", "2", "9"], y=["5", "6", "5"]).iloc[order]
    found = cleaned(raw, {"rule": "near_duplicates", "cells": 1}, keys=["id"])
    assert sorted(map(tuple, found.table.to_numpy())) == [("a", "", "5"), ("b", "2", "6")]
    assert [item.rows for item in found.excluded] == [1]


def test_rows_that_differ_in_more_cells_are_refused():
    raw = table(id=["a", "b", "a"], x=["1", "2", "9"], y=["5", "6", "7"])
    with pytest.raises(DataError, match="more than 1 cells different"):
        cleaned(raw, {"rule": "near_duplicates", "cells": 1}, keys=["id"])


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"rule": "decimal_commas"}, "Did you mean 'decimal_comma'"),
        ({"rule": "scale", "columns": ["x"]}, "the key 'above' is missing"),
    ],
)
def test_mistakes_name_the_key(rule, message):
    with pytest.raises(ConfigError, match=message):
        cleaned(table(x=["1"]), rule)
