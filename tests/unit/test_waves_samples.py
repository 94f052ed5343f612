"""Samples of a later wave from survey tables: baseline, groups that are numbers, controls treated since."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from study_models import analysis_of, study_of

from ruralimpact.difference.arms import arms_over_time
from ruralimpact.errors import DataError
from ruralimpact.outcomes.samples import build_sample
from ruralimpact.outcomes.waves import with_baseline

WAVES = {"first": "2014", "later": "2018"}


def row(variable: str, source: str, kind: str, role: str, timing: str = "") -> dict[str, str]:
    blank = dict.fromkeys(("unit", "minimum", "maximum", "labels", "missing_codes"), "")
    own = {"variable": variable, "source": source, "raw_name": variable, "type": kind}
    return {**blank, **own, "role": role, "timing": timing, "label": variable}


VARIABLES = [
    ("village", "integer", "group", ""),
    ("arm", "indicator", "treatment", ""),
    ("began", "integer", "adoption", ""),
    ("income", "number", "outcome", "post"),
    ("land", "number", "covariate", "pre"),
]
FUNDED = {"arm": "arm", "first_treated": "began", "contaminated": "exclude", "group": "village"}
STUDY: dict[str, Any] = {
    "sources": [{"name": name, "id": "id", "wave": wave} for name, wave in WAVES.items()],
    "codebook": [
        row(variable, source, kind, role, timing)
        for source in WAVES
        for variable, kind, role, timing in VARIABLES
    ],
    "variables": {},
    "outcomes": {"y": {"label": "y", "unit": "u", "build": "variable", "of": "income"}},
    "samples": {
        "base": {"sources": ["first"], "group": "village"},
        "later": {"sources": ["later"], "baseline": "base", **FUNDED},
        "both": {"sources": ["first", "later"], **FUNDED},
        "before": {"sources": ["first"], "group": "village", "restrict_to": "later"},
    },
}


def wave(name: str, **columns: Any) -> pd.DataFrame:
    """Eight units in four villages: two villages of beneficiaries, one control since funded, one clean."""
    table = pd.DataFrame(
        {
            "id": [f"u{i}" for i in range(8)],
            "wave": WAVES[name],
            "village": np.repeat([1.0, 2, 3, 4], 2),
            "arm": np.repeat([1.0, 1, 0, 0], 2),
            "began": np.repeat([2015.0, 2016, 2017, 0], 2),
            "income": np.arange(8.0),
            "land": np.arange(8.0),
        }
    )
    return table.astype({"id": "str", "wave": "str"}).assign(**columns)


def sample(name: str, **later: Any) -> Any:
    return build_sample(
        name, {"first": wave("first"), "later": wave("later", **later)}, study_of(STUDY)
    )


def test_groups_that_are_numbers_are_the_same_in_both_waves() -> None:
    found = sample("later")
    assert found.units["group"].tolist() == ["1.0", "1.0", "2.0", "2.0", "4.0", "4.0"]
    with pytest.raises(DataError, match="column 'village', unit u0: a unit has another value"):
        sample("later", village=[9.0, 1, 2, 2, 3, 3, 4, 4])
    assert sample("later", village=np.nan).units["group"].tolist()[0] == "1.0"


def test_a_wave_that_is_a_number_in_one_file_and_stated_of_another_is_one_series() -> None:
    """A file of several waves, with a column of years, beside a file of one."""
    several, study = wave("first").assign(wave=2014), study_of(STUDY)
    rows = {"first": several, "later": wave("later")}
    units = build_sample("both", rows, study).units
    expected = build_sample("both", {**rows, "first": wave("first")}, study).units
    pd.testing.assert_frame_equal(units, expected)


def test_covariates_are_those_of_the_baseline_though_the_later_wave_asked_again() -> None:
    found = sample("later", land=100.0).units
    assert found["land"].tolist() == [0, 1, 2, 3, 6, 7]


def test_contaminated_controls_leave_a_comparison_of_changes_too() -> None:
    both = sample("both")
    assert both.contamination["n_contaminated"].tolist() == [0, 2]
    analysis = {
        "name": "did",
        "method": "difference_in_differences",
        "treatment": "arm",
        "fixed": True,
        "before": [2014],
        "after": [2018],
        "outcomes": ["y"],
    }
    with pytest.raises(Exception, match="single group"):
        arms_over_time(analysis_of(analysis), both.units, adoption="began")
    arms = arms_over_time(
        analysis_of(analysis), both.units.assign(group=both.units["id"]), adoption="began"
    )
    assert arms.ids.tolist() == ["u0", "u1", "u2", "u3", "u6", "u7"]
    assert arms.excluded == (("not observed in every wave", 2, 8),)


def test_units_of_an_earlier_wave_that_are_compared_later() -> None:
    assert sample("before").units["id"].tolist() == ["u0", "u1", "u2", "u3", "u6", "u7"]


def test_waves_are_counted_in_the_order_of_time() -> None:
    names = {"first": "9", "later": "10"}
    study = {
        **STUDY,
        "sources": [{"name": name, "id": "id", "wave": names[name]} for name in names],
    }
    tables = {name: wave(name, wave=number, began=0.0, arm=0.0) for name, number in names.items()}
    assert build_sample("both", tables, study_of(study)).contamination["wave"].tolist() == [
        "9",
        "10",
    ]


def test_amounts_of_a_baseline_are_brought_to_one_year_once() -> None:
    study = {
        **STUDY,
        "sources": [
            {"name": "first", "id": "id", "wave": "2014", "price_year": 2014},
            {"name": "later", "id": "id", "wave": "2018", "price_year": 2018},
        ],
        "codebook": [
            {**one, "type": "money"} if one["variable"] == "land" else one
            for one in STUDY["codebook"]
        ],
        "prices": {"year": 2018, "deflators": {2014: 100, 2018: 200}},
    }
    tables = {"first": wave("first"), "later": wave("later").drop(columns="land")}
    base = build_sample("base", tables, study_of(study)).units.set_index("id")["land"]
    later = build_sample("later", tables, study_of(study)).units.set_index("id")["land"]
    assert base["u3"] == 6
    assert later.to_dict() == {unit: base[unit] for unit in later.index}


def test_samples_that_others_refer_to_are_built_once() -> None:
    built: dict[str, Any] = {}
    tables = {"first": wave("first"), "later": wave("later")}
    build_sample("before", tables, study_of(STUDY), samples=built)
    assert set(built) == {"base", "later", "before"}
    pd.testing.assert_frame_equal(built["base"].units, sample("base").units)


def test_what_the_baseline_never_asked_is_the_later_waves() -> None:
    later = pd.DataFrame({"id": ["a", "b"], "age": [30.0, 40.0], "land": [1.0, 2.0]})
    before = pd.DataFrame({"id": ["b", "a"], "age": [np.nan, np.nan], "land": [7.0, 5.0]})
    names = ["age", "land"]
    options = {"variables": names, "covariates": names, "fixed": [], "sample": "s", "named": "b"}
    table, excluded = with_baseline(later, before, **options)
    assert table["age"].tolist() == [30.0, 40.0]
    assert table["land"].tolist() == [5.0, 7.0]
    assert excluded == []
