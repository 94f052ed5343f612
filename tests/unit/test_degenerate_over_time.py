"""An outcome that bears no estimate leaves a missing one with its reason, whatever the method."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from staggered_survey import ALONE, STAGGERED, TRIPLE, TWO_ARMS, study, survey, tables
from study_models import study_of

from ruralimpact.difference.study import difference_study
from ruralimpact.estimation.study import estimate_study
from ruralimpact.tables import schema

SURVEY = survey()
PANEL: dict[str, Any] = {
    "name": "panel",
    "sample": "all",
    "method": "panel",
    "treatment": "treated",
    "estimators": ["two_way_fixed_effects", "first_differences"],
    "outcomes": ["income"],
}
KEPT: dict[str, Any] = {
    **TWO_ARMS,
    "name": "kept",
    "treatment": "arm",
    "fixed": True,
    "covariates": ["x"],
    "estimators": ["two_by_two", "doubly_robust"],
    "outcomes": ["income"],
    "unbalanced": "keep",
}
ANALYSES = [STAGGERED, TWO_ARMS, TRIPLE, ALONE, PANEL, KEPT]
WHOLE = SURVEY["income"]
INCOMES = {
    "constant": WHOLE * 0 + 5,
    "the treatment": SURVEY["treated"],
    "never known": WHOLE * np.nan,
    "known before": WHOLE.where((SURVEY["wave"] < 3) | (SURVEY["start"] == 0)),
    "nil before": WHOLE.where(SURVEY["wave"] >= 3, 0.0),
}


@pytest.mark.parametrize("income", INCOMES)
@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda one: one["name"])
def test_the_study_stands(analysis: dict[str, Any], income: str) -> None:
    frame, declared = SURVEY.assign(income=INCOMES[income]), study_of(study(analysis))
    over_time = difference_study(declared, tables(frame), seed=1)
    made = estimate_study(declared, tables(frame), seed=1, over_time=over_time.compared)
    for name, table in (made | over_time.tables).items():
        schema(name).validate(table)
    rows = made["estimates"]
    silent = rows["std_error"].isna() & (rows["notes"] == "")
    assert not silent.any(), "an estimate without an error says why"


def test_an_outcome_that_is_nil_before_has_no_covariance_adjustment_and_all_else() -> None:
    frame = SURVEY.assign(income=INCOMES["nil before"])
    keys = {**TWO_ARMS, "outcomes": ["income"]}
    found = difference_study(study_of(study(keys)), tables(frame), seed=1)
    estimates = {spec.strategy: item for spec, item in found.compared["two_arms"].estimates}
    assert "constant covariate: 'outcome before'" in estimates["ancova"].notes[0]
    after = (
        frame[frame["start"].isin([0, 3]) & (frame["wave"] >= 3)].groupby("arm")["income"].mean()
    )
    assert estimates["two_by_two"].estimate == pytest.approx(after[1] - after[0], rel=1e-12)
    assert pd.notna([estimates[name].estimate for name in ("doubly_robust", "regression")]).all()


@pytest.mark.parametrize("heavy", ["g00", "g45"])
def test_a_panel_whose_weight_is_on_one_group_says_why_it_has_no_error(heavy: str) -> None:
    frame = SURVEY.assign(sampling_weight=np.where(SURVEY["group"] == heavy, 1e7, 1.0))
    rows = estimate_study(study_of(study(PANEL)), tables(frame), seed=1)["estimates"]
    assert rows["estimate"].isna().any()
    silent = rows["std_error"].isna() & ~rows["notes"].str.contains("degrees of freedom")
    assert not silent.any()
    assert (rows["df"].dropna() >= 1).all()


def test_staggered_covariates_are_called_by_their_names() -> None:
    made = difference_study(study_of(study(STAGGERED)), tables(SURVEY.assign(x=1.0)), seed=1)
    notes = [estimate.notes for _, estimate in made.compared["staggered"].estimates]
    assert notes and all("constant covariate: 'x'" in str(note) for note in notes)


def test_treatment_that_begins_for_all_at_once_is_absorbed_by_the_periods() -> None:
    """Two-way effects cannot tell it; a common drift over five steps can, in first differences."""
    frame = SURVEY[SURVEY["start"] == 3]
    rows = estimate_study(study_of(study(PANEL)), tables(frame), seed=1)["estimates"]
    rows = rows.set_index("strategy")
    assert pd.isna(rows.loc["two_way_fixed_effects", "estimate"])
    assert "in the same period for all" in rows.loc["two_way_fixed_effects", "notes"]
    means = frame.groupby("wave")["income"].mean()
    steps = np.diff(means)
    assert rows.loc["first_differences", "estimate"] == pytest.approx(
        steps[1] - np.delete(steps, 1).mean(), rel=1e-9
    )
