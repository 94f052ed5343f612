"""Units that come and go: four means, and what whole panels and stored values of drdid say they must be."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from staggered_panels import PERIODS, draw_panel
from staggered_survey import OUTCOMES, STAGGERED, TWO_ARMS, study, survey, tables
from study_models import study_of

from ruralimpact.difference.arms import arms_over_time
from ruralimpact.difference.group_time import group_time_effects
from ruralimpact.difference.repeated import (
    Observations,
    observations,
    repeated_difference,
    within_cells,
)
from ruralimpact.difference.study import difference_study
from ruralimpact.difference.two_periods import difference_in_differences
from ruralimpact.errors import ConfigError, DesignError
from ruralimpact.estimation.study import estimate_study

REFERENCE = Path(__file__).parents[1] / "reference" / "difference"
FORMS = ["doubly_robust", "regression", "weighting", "unconditional"]
SURVEY = survey()


def reference_units() -> tuple[pd.DataFrame, Observations]:
    """A third of the units in both periods, before only, and after only."""
    units = pd.read_csv(REFERENCE / "lock_data.csv")
    place = np.arange(len(units)) % 3
    before = units["before"].where(place != 2).to_numpy()[:, None]
    after = units["after"].where(place != 1).to_numpy()[:, None]
    return units, observations(before, after)


@pytest.mark.parametrize("weighted", [0, 1])
@pytest.mark.parametrize("form", FORMS)
def test_estimates_and_errors_are_those_of_drdid(form: Any, weighted: int) -> None:
    units, rows = reference_units()
    stored = pd.read_csv(REFERENCE / "drdid_repeated.csv").set_index(["form", "weighted"])
    found = repeated_difference(
        rows,
        units["treatment"].to_numpy(),
        units[["x", "b"]].to_numpy(),
        form=form,
        sampling=1.0 + np.arange(len(units)) % 4 if weighted else None,
    )
    assert found.estimate == pytest.approx(stored.loc[(form, weighted), "estimate"], rel=1e-9)
    error = stored.loc[(form, weighted), "std_error"]
    assert found.std_errors["hc"] == pytest.approx(error, rel=1e-9)
    assert found.outcome_weights is not None
    values = np.column_stack([units["before"], units["after"]])
    assert (found.outcome_weights * values).sum() == pytest.approx(found.estimate)


def test_four_means_by_hand() -> None:
    """Treated: 1, 3 before and 10 after; controls: 2 before and 4, 6 after. (10 - 2) - (5 - 2) = 5."""
    nan = np.nan
    before, after = np.array([1, 3, nan, 2, nan]), np.array([nan, nan, 10, 4, 6])
    treatment = np.array([1, 1, 1, 0, 0], dtype=np.int8)
    found = repeated_difference(observations(before[:, None], after[:, None]), treatment)
    assert found.estimate == 5
    assert (found.n_treated, found.n_control) == (3, 2)
    assert found.treated_mean == 10 and found.counterfactual_mean == 5
    assert "treated units: 2 observed before, 1 after, 0 in both" in found.notes[0]
    assert "controls: 1 observed before, 2 after, 1 in both" in found.notes[0]


def test_a_whole_panel_gives_the_difference_of_changes() -> None:
    rng = np.random.default_rng(4)
    treatment = (np.arange(60) < 25).astype(np.int8)
    before, after = rng.normal(size=(2, 60))
    found = repeated_difference(observations(before[:, None], after[:, None]), treatment)
    wanted = difference_in_differences(before, after, treatment)
    assert found.estimate == pytest.approx(wanted.estimate, rel=1e-12)
    np.testing.assert_allclose(found.scores, wanted.scores, rtol=0, atol=1e-15)


def test_rows_in_another_order_change_nothing() -> None:
    units, rows = reference_units()
    order = np.random.default_rng(1).permutation(len(rows.outcome))
    shuffled = Observations(
        rows.outcome[order],
        rows.after[order],
        rows.unit[order],
        rows.wave[order],
        rows.n,
        rows.n_waves,
    )
    treatment, x = units["treatment"].to_numpy(), units[["x", "b"]].to_numpy()
    one, other = (repeated_difference(item, treatment, x) for item in (rows, shuffled))
    assert other.estimate == pytest.approx(one.estimate, rel=1e-12)
    np.testing.assert_allclose(other.scores, one.scores, rtol=0, atol=1e-12)


def test_an_arm_that_is_never_observed_before_is_refused() -> None:
    before, after = np.array([np.nan, np.nan, 1.0, 2.0]), np.arange(4.0)
    with pytest.raises(DesignError, match="no treated unit is known before"):
        rows = observations(before[:, None], after[:, None])
        repeated_difference(rows, np.array([1, 1, 0, 0], dtype=np.int8))


def test_what_varies_is_told_within_arms_and_waves() -> None:
    treatment = np.array([1, 1, 0, 0], dtype=np.int8)
    constant = np.array([[5.0, np.nan], [np.nan, 7.0], [2.0, 3.0], [2.0, np.nan]])
    values = within_cells(constant, treatment)
    assert np.ptp(values[:2]) == np.ptp(values[2:]) == 0 and np.ptp(values) > 0
    assert np.ptp(within_cells(constant + np.array([[0], [0], [0], [1.0]]), treatment)[2:]) > 0
    assert np.isnan(within_cells(np.full((2, 2), np.nan), treatment[1:3])).all()


# From analyses of a study ------------------------------------------------------------------------

KEPT = {
    **TWO_ARMS,
    "treatment": "arm",
    "fixed": True,
    "before": [2],
    "after": [3],
    "covariates": ["x"],
    "estimators": ["two_by_two", "doubly_robust", "regression", "weighting"],
    "outcomes": ["income"],
    "unbalanced": "keep",
}


def replaced(frame: pd.DataFrame) -> pd.DataFrame:
    """Every third unit leaves before wave 3, and another of its group comes for it."""
    number = frame["id"].str[1:].astype(int)
    leaves = (number % 3 == 0) & (frame["wave"] >= 3)
    return frame.assign(
        id=np.where(leaves, frame["id"] + "n", frame["id"]),
        unit_id=np.where(leaves, frame["id"] + "n:" + frame["wave"].astype(str), frame["unit_id"]),
    ).sort_values("unit_id", ignore_index=True)


def estimates(frame: pd.DataFrame, analysis: dict[str, Any]) -> dict[str, pd.DataFrame]:
    declared = study_of(study(analysis))
    given = tables(frame)
    found = difference_study(declared, given, seed=1)
    return estimate_study(declared, given, seed=1, over_time=found.compared) | found.tables


def test_replaced_households_count() -> None:
    frame = replaced(SURVEY)
    rows = estimates(frame, KEPT)["estimates"].set_index("strategy")
    early = frame[frame["start"].isin([0, 3]) & frame["wave"].isin([2, 3])]
    means = early.groupby(["arm", "wave"])["income"].mean()
    by_hand = means[1, 3] - means[1, 2] - (means[0, 3] - means[0, 2])
    assert rows.loc["two_by_two", "estimate"] == pytest.approx(by_hand, rel=1e-12)
    assert rows.loc["two_by_two", "n_treated"] == 160  # 80 of 120 stay, 40 leave, 40 come
    assert rows["notes"].str.contains("120 observed before, 120 after, 80 in both").all()
    exclude = {**KEPT, "unbalanced": "exclude"}
    assert (estimates(frame, exclude)["estimates"]["n_treated"] == 80).all()


def test_the_flow_of_units_adds_up() -> None:
    frame = replaced(SURVEY)
    lost = frame["id"].isin(["u000", "u001"])  # u000 is asked before only, u001 in both waves
    made = estimates(frame.assign(income=frame["income"].mask(lost)), KEPT)
    row = made["estimates"].set_index("strategy").loc["two_by_two"]
    flow = made["sample_flow"].query("strategy == 'two_by_two' and arm == 'treated'")
    assert flow["n_before"].iloc[0] - flow["n_lost"].sum() == row["n_treated"] == 158
    assert row["dropped"] == 2


def test_staggered_effects_of_a_whole_panel_without_covariates_are_the_same() -> None:
    options: dict[str, Any] = {"control": "not_yet_treated", "base": "universal"}
    outcome, first = draw_panel()
    one = group_time_effects(outcome, first, PERIODS, **options)
    other = group_time_effects(outcome, first, PERIODS, unbalanced=True, **options)
    np.testing.assert_allclose(other.estimates, one.estimates, rtol=0, atol=1e-12)
    np.testing.assert_allclose(other.scores, one.scores, rtol=0, atol=1e-14)


def test_staggered_effects_use_whoever_was_observed() -> None:
    """By hand: a cohort's mean in a period less that in the base, less the same of the never treated."""
    frame = replaced(SURVEY)
    keys = {key: item for key, item in STAGGERED.items() if key not in ("treatment", "covariates")}
    analysis = {**keys, "first_treated": "start", "unbalanced": "keep"}
    made = estimates(frame, analysis)
    means = frame.groupby(["start", "wave"])["income"].mean()
    effects = made["event_study"].query("kind == 'group_time'").set_index(["cohort", "period"])
    for cohort, period in ((3, 3), (3, 6), (5, 6), (5, 2)):
        by_hand = means[cohort, period] - means[cohort, cohort - 1]
        by_hand -= means[0, period] - means[0, cohort - 1]
        assert effects.loc[(cohort, period), "estimate"] == pytest.approx(by_hand, rel=1e-10)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"fixed": False}, "fixed: true"),
        ({"estimators": ["ancova"]}, "outcome before of every unit"),
    ],
)
def test_what_theory_does_not_allow_is_refused(keys: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        study_of(analyses=[{**KEPT, **keys}])


def test_a_status_by_wave_is_refused_where_units_come_and_go() -> None:
    with pytest.raises(ConfigError, match="first_treated"):
        study_of(analyses=[{**STAGGERED, "unbalanced": "keep"}])


def test_covariates_are_those_of_the_wave_that_is_nearest() -> None:
    frame = replaced(SURVEY).drop(columns=[*OUTCOMES])
    frame = frame.assign(x=frame["x"] + 100 * frame["wave"])
    arms = arms_over_time(study_of(analyses=[KEPT]).analyses[0], frame)  # type: ignore[arg-type]
    wave = np.floor(arms.covariates.values[:, 0] / 100 + 0.5)
    came = np.char.endswith(arms.ids.astype(str), "n")
    assert set(wave[came]) == {3} and set(wave[~came]) == {2}
