"""Samples: units without outcomes, whoever is excluded is counted, two periods by hand."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from study_models import study_of

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.outcomes.covariates import check_covariates
from ruralimpact.outcomes.samples import build_sample
from ruralimpact.outcomes.unit_ids import in_waves
from ruralimpact.schema.codebook import COLUMNS
from ruralimpact.tables import schema

CODEBOOK = [
    {"variable": "year", "role": "wave", "type": "integer", "timing": "pre"},
    {"variable": "in_scheme", "role": "treatment", "type": "indicator"},
    {"variable": "age", "role": "covariate", "type": "number", "timing": "pre"},
    {"variable": "variety", "role": "covariate", "type": "category", "timing": "post"},
    {"variable": "coop", "role": "group", "type": "category"},
    {"variable": "income", "role": "outcome", "type": "number", "timing": "post"},
]
STUDY = {
    "sources": [{"name": "farms", "wave_variable": "year"}],
    "codebook": [
        {**dict.fromkeys(COLUMNS, ""), "source": "*", "raw_name": "x", **row} for row in CODEBOOK
    ],
    "variables": {
        "ln_income": {"build": "log", "of": "income", "role": "covariate", "timing": "pre"}
    },
    "outcomes": {"earned": {"build": "variable", "of": "income"}},
    "samples": {
        "years": {"sources": ["farms"], "group": "coop"},
        "leavers": {
            "sources": ["farms"],
            "group": "id",
            "two_periods": {
                "before": [1, 2],
                "after": [3, 4],
                "status": "in_scheme",
                "treatment": "left",
                "covariates": ["age", "earned"],
            },
        },
    },
    "analyses": [],
}
HISTORIES = {
    "leaver": [1, 1, 0, 0],
    "never": [0, 0, 0, 0],
    "always": [1, 1, 1, 1],
    "late": [1, 1, 1, 0],
    "entrant": [0, 0, 1, 1],
    "unknown": [1, 1, 0, np.nan],
    "absent": [0, 0, 0],
}


def survey():
    rows = [
        {
            "id": name,
            "wave": year,
            "year": year,
            "in_scheme": status,
            "age": 30.0 + year,
            "variety": "high",
            "coop": "north",
            "income": 10.0 * year * year,
        }
        for name, history in HISTORIES.items()
        for year, status in enumerate(history, start=1)
    ]
    return pd.DataFrame(rows).astype({"id": "str", "variety": "str", "coop": "str"})


def sample(name, table=None, study=STUDY):
    return build_sample(name, {"farms": survey() if table is None else table}, study_of(study))


def test_units_hold_no_outcome():
    result = sample("years")
    assert result.units.columns.tolist() == [
        *("unit_id", "group", "id", "wave", "year"),
        *("in_scheme", "age", "variety", "ln_income"),
    ]
    assert result.outcomes.columns.tolist() == ["unit_id", "earned"]
    assert result.units["unit_id"].tolist() == result.outcomes["unit_id"].tolist()
    assert result.units["unit_id"].is_monotonic_increasing
    assert result.units["unit_id"].tolist()[0] == "absent:1"
    assert set(result.units["group"]) == {"north"}


def test_rows_without_a_treatment_stay():
    units = sample("years").units.set_index("unit_id")
    assert np.isnan(units.loc["unknown:4", "in_scheme"])


def test_undefined_values_are_counted_under_the_variable():
    table = survey()
    table.loc[[0, 5], "income"] = 0.0
    assert sample("years", table).exclusions.to_dict("records") == [
        {
            "stage": "construct",
            "scope": "years/ln_income",
            "reason": "logarithm of a number that is not positive",
            "rows": 2,
            "rows_before": 27,
        }
    ]


def test_two_periods_by_hand():
    result = sample("leavers")
    assert result.units.to_dict("list") == {
        "unit_id": ["leaver", "never"],
        "group": ["leaver", "never"],
        "id": ["leaver", "never"],
        "left": [1.0, 0.0],
        "age_before": [31.5, 31.5],
        "earned_before": [25.0, 25.0],  # (10 + 40) / 2
    }
    assert result.outcomes["earned"].tolist() == [100.0, 100.0]  # (90 + 160) / 2 - 25
    reasons = result.exclusions[["reason", "rows", "rows_before"]].to_numpy().tolist()
    assert reasons == [
        ["not observed in every wave", 1, 7],
        ["in_scheme missing in some wave", 1, 6],
        ["in_scheme in every wave", 1, 5],
        ["in_scheme in some waves, but not in all before and none after", 2, 4],
    ]
    lost = result.excluded_arms[["treatment", "arm", "reason", "rows"]].to_numpy().tolist()
    assert lost == [
        ["left", "control", "not observed in every wave", 1],
        ["left", "treated", "in_scheme missing in some wave", 1],
    ]


def test_units_of_waves_that_are_not_compared_are_counted_with_the_arm_that_these_show():
    table = survey()
    later = table[table["id"].isin(["leaver", "never"]) & (table["wave"] == 4)]
    strangers = [
        later.assign(id=later["id"] + str(number), wave=5, in_scheme=[1.0, 0.0])
        for number in range(2)
    ]
    result = sample("leavers", pd.concat([table, *strangers], ignore_index=True))
    assert result.units["id"].tolist() == ["leaver", "never"]
    first, second = result.exclusions[["reason", "rows", "rows_before"]].to_numpy().tolist()[:2]
    assert first == ["observed in none of the waves", 4, 11]
    assert second == ["not observed in every wave", 1, 7]
    lost = result.excluded_arms.query("reason == 'observed in none of the waves'")
    assert dict(zip(lost["arm"], lost["rows"], strict=True)) == {"treated": 2, "control": 2}


def test_a_mean_over_waves_is_missing_where_a_wave_is():
    table = survey()
    table.loc[(table["id"] == "leaver") & (table["wave"] == 3), "income"] = np.nan
    outcomes = sample("leavers", table).outcomes["earned"]
    assert outcomes.isna().tolist() == [True, False]


@pytest.mark.parametrize("name", ["years", "leavers"])
def test_row_order_changes_nothing(name):
    shuffled = survey().sample(frac=1, random_state=7).reset_index(drop=True)
    expected, found = sample(name), sample(name, shuffled)
    for table in ("units", "outcomes", "exclusions"):
        pd.testing.assert_frame_equal(getattr(expected, table), getattr(found, table))


def test_sources_are_stacked_and_told_apart_by_wave():
    first = pd.DataFrame({"id": ["A", "B"], "wave": "2008", "age": [1.0, 2.0]})
    second = pd.DataFrame({"id": ["A"], "wave": "2014", "income": [5.0]})
    study = {
        **STUDY,
        "sources": [{"name": "w1"}, {"name": "w2"}],
        "variables": {},
        "samples": {"both": {"sources": ["w1", "w2"], "group": "id"}},
    }
    result = build_sample("both", {"w1": first, "w2": second}, study_of(study))
    units = result.units
    assert units["unit_id"].tolist() == ["A:2008", "A:2014", "B:2008"]
    assert units["group"].tolist() == ["A", "A", "B"]
    assert units["age"].isna().tolist() == [False, True, False]
    assert result.outcomes["earned"].isna().tolist() == [True, False, True]
    with pytest.raises(DataError, match="unit A: the same unit occurs"):
        build_sample("both", {"w1": first, "w2": first.head(1)}, study_of(study))


def test_files_of_a_wave_whose_units_never_meet_are_refused():
    people = pd.DataFrame({"id": ["A", "B"], "wave": "2014", "age": [1.0, 2.0]})
    money = pd.DataFrame({"id": ["X", "Y", "Z"], "wave": "2014", "income": [5.0, 6.0, 7.0]})
    rows = {row["variable"]: row for row in STUDY["codebook"]}
    study = {
        **STUDY,
        "sources": [{"name": "people"}, {"name": "money"}],
        "codebook": [
            {**rows["age"], "source": "people"},
            {**rows["income"], "source": "money"},
        ],
        "variables": {},
        "samples": {"all": {"sources": ["people", "money"], "group": "id"}},
    }
    with pytest.raises(
        DataError, match="none of the 2 units of 'people' is among the 3 of 'money'"
    ):
        build_sample("all", {"people": people, "money": money}, study_of(study))
    met = money.assign(id=["A", "B", "Z"])
    assert len(build_sample("all", {"people": people, "money": met}, study_of(study)).units) == 3
    later = money.assign(wave="2018")
    assert len(build_sample("all", {"people": people, "money": later}, study_of(study)).units) == 5


def test_colons_in_identifiers_and_waves_make_no_two_units_one():
    texts = ["a", "a:b", "b", "b:a", ":", "a%3Ab", "%", "a:", ":b"]
    pairs = pd.DataFrame(list(product(texts, texts)), columns=["id", "wave"])
    names = in_waves(pairs["id"], pairs["wave"])
    assert names.is_unique
    assert in_waves(pd.Series(["a:b"]), pd.Series([2014])).tolist() == ["a:b:2014"]


def test_units_whose_identifiers_and_waves_have_colons():
    table = survey().query("id in ('never', 'always') and year <= 2")
    table["id"] = table["id"].map({"never": "1", "always": "1:10"})
    table["wave"] = (
        table["id"].map({"1": "10:2014", "1:10": "2014"}).where(table["year"] == 1, "2015")
    )
    study = {**STUDY, "samples": {"years": {"sources": ["farms"], "group": "coop"}}}
    ids = sample("years", table, study).units["unit_id"]
    assert sorted(ids) == ["1:10%3A2014", "1:10:2014", "1:10:2015", "1:2015"]


def test_a_source_without_a_wave_among_others():
    study = {
        **STUDY,
        "sources": [{"name": "farms", "wave_variable": "year"}, {"name": "list"}],
        "samples": {"both": {"sources": ["farms", "list"], "group": "coop"}},
    }
    tables = {"farms": survey(), "list": survey().drop(columns="wave")}
    with pytest.raises(ConfigError, match="key 'samples.both.sources': the source 'list' has no w"):
        build_sample("both", tables, study_of(study))


def test_rows_without_a_group_are_left_out_and_counted():
    table = survey()
    table.loc[3, "coop"] = None
    found, whole = sample("years", table), sample("years", survey())
    assert set(whole.units["unit_id"]) - set(found.units["unit_id"]) == {"leaver:4"}
    assert found.units["group"].notna().all()
    counted = found.exclusions.query("reason == \"the group 'coop' is missing\"")
    assert counted[["scope", "rows", "rows_before"]].to_numpy().tolist() == [
        ["years", 1, len(whole.units)]
    ]


def test_excluded_rows_are_counted_by_arm():
    """As many as pandas counts; rows whose arm is not known are in no count."""
    table = survey()
    table.loc[(table.index % 3 == 0) | (table["id"] == "unknown"), "coop"] = None
    found = sample("years", table)
    schema("excluded_arms").validate(found.excluded_arms)
    lost = sample("years", survey()).units
    lost = lost[~lost["unit_id"].isin(found.units["unit_id"])]
    assert lost["in_scheme"].isna().any()
    expected = lost["in_scheme"].value_counts()
    counts = found.excluded_arms.set_index("arm")
    assert counts["rows"].to_dict() == {"treated": expected[1.0], "control": expected[0.0]}
    assert set(counts["treatment"]) == {"in_scheme"}
    assert set(counts["reason"]) == {"the group 'coop' is missing"}
    assert sample("years", survey()).excluded_arms.empty


def test_a_sample_without_any_group_is_refused():
    with pytest.raises(DataError, match="column 'coop', units .*: no row has a group"):
        sample("years", survey().assign(coop=None))


def drawn(table, **keys):
    return sample("drawn", table, {**STUDY, "samples": {"drawn": {"sources": ["farms"], **keys}}})


def test_weights_are_a_product_and_strata_are_counted_where_missing():
    table = survey().assign(w=2.0, size=lambda frame: frame["year"] * 1.0)
    table.loc[[0, 5], "coop"] = None
    table.loc[3, "size"] = np.nan
    found = drawn(table, weight=["w", "size"], strata="coop").units
    weights = found.set_index("unit_id")["sampling_weight"]
    assert weights["leaver:2"] == 4.0
    assert np.isnan(weights["leaver:4"])  # an error where it is compared, not a 1 or a 0
    assert set(found["sampling_stratum"]) == {"north"}
    counted = drawn(table, weight="w", strata="coop").exclusions
    assert counted[["reason", "rows", "rows_before"]].to_numpy().tolist() == [
        ["the sampling stratum 'coop' is missing", 2, len(table)]
    ]
    assert "sampling_weight" not in sample("years", table).units


def test_weights_that_are_not_there():
    with pytest.raises(ConfigError, match=r"samples.drawn.weight.*no variable 'weigth'"):
        drawn(survey().assign(weight=1.0), weight="weigth")


def test_group_that_changes_between_waves():
    table = survey()
    table.loc[3, "coop"] = "south"
    study = {**STUDY, "samples": {"leavers": {**STUDY["samples"]["leavers"], "group": "coop"}}}
    with pytest.raises(DataError, match="unit leaver: the group of a unit changes"):
        sample("leavers", table, study)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"after": [3, 9]}, r"two_periods\.after.*no wave 9. Known: 1, 2, 3, 4"),
        ({"status": "in_schme"}, r"two_periods\.status.*Did you mean 'in_scheme'"),
        ({"covariates": ["variety"]}, "'variety' is a category"),
    ],
)
def test_two_periods_mistakes_name_the_key(changes, message):
    leavers = STUDY["samples"]["leavers"]
    periods = {**leavers["two_periods"], **changes}
    study = {**STUDY, "samples": {"leavers": {**leavers, "two_periods": periods}}}
    with pytest.raises(ConfigError, match=message):
        sample("leavers", study=study)


def test_allowed_covariates():
    check_covariates(study_of(STUDY), "years", ["age", "ln_income", "year"], "key")
    check_covariates(study_of(STUDY), "leavers", ["earned_before"], "key")


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (("years", "variety"), "'variety' is declared as measured after"),
        (("years", "variety"), r"key 'analyses.main.exact'.*measured after"),
        (("years", "income"), r"not a covariate \(its role is 'outcome'\)"),
        (("years", "earned"), r"not a covariate \(its role is 'outcome'\)"),
        (("years", "agee"), "no variable 'agee'. Did you mean 'age'"),
        (("leavers", "age"), "the sample has no covariate 'age'. Known: age_before"),
    ],
)
def test_refused_covariates(named, message):
    sample_name, covariate = named
    with pytest.raises(ConfigError, match=message):
        check_covariates(study_of(STUDY), sample_name, [covariate], "analyses.main.exact")
