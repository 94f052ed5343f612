"""Bootstrap, step-down and false discovery over an analysis, and the ledger of specifications."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from ruralimpact.estimation.joint_tests import (
    DRAWS,
    AnalysisScores,
    arms_of_groups,
    joint_tests,
)
from ruralimpact.estimation.ledger import SpecificationList, with_list


def scores(groups: int = 60, effects: tuple[float, ...] = (0.0, 0.2, 3.0)) -> AnalysisScores:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(groups, len(effects))) / groups
    ids = [f"a/s/y{j}" for j in range(len(effects))]
    labels = [f"g{i:03}" for i in range(groups)]
    estimates = np.array(effects) / np.sqrt(groups)
    p_values = 2 * t.sf(np.abs(estimates) / np.sqrt((values**2).sum(axis=0)), groups - 1)
    return AnalysisScores(
        "a",
        pd.Series(estimates, index=ids),
        pd.Series(p_values, index=ids),
        pd.Series("f", index=ids),
        pd.DataFrame(values, index=labels, columns=ids),
        pd.Series(np.arange(groups) % 2, index=labels),
    )


def test_adjusted_p_values_are_no_smaller_and_keep_the_order() -> None:
    analysis = scores()
    found = joint_tests(analysis, seed=1).set_index("spec_id")
    published = analysis.p_values[found.index]
    assert (found.p_romano_wolf >= published - 1 / DRAWS).all()
    assert (found.q_value >= published - 1e-12).all()
    assert found.p_romano_wolf["a/s/y2"] < 0.05 < found.p_romano_wolf["a/s/y1"]
    assert published.rank().equals(found.p_romano_wolf.rank(method="average"))


def test_the_stream_depends_on_seed_and_analysis_only() -> None:
    analysis = scores()
    reordered = AnalysisScores(
        "a",
        analysis.estimates[::-1],
        analysis.p_values[::-1],
        analysis.families[::-1],
        analysis.scores.iloc[:, ::-1],
        analysis.arms,
    )
    pd.testing.assert_frame_equal(joint_tests(analysis, 1), joint_tests(reordered, 1))
    assert not joint_tests(analysis, 2).equals(joint_tests(analysis, 1))


def test_groups_outside_the_comparison_change_nothing() -> None:
    analysis = scores()
    more = pd.DataFrame(np.nan, index=["x1", "x2"], columns=analysis.scores.columns)
    larger = AnalysisScores(
        "a",
        analysis.estimates,
        analysis.p_values,
        analysis.families,
        pd.concat([analysis.scores, more]),
        pd.concat([analysis.arms, pd.Series([0, 1], index=["x1", "x2"])]),
    )
    pd.testing.assert_frame_equal(joint_tests(analysis, 1), joint_tests(larger, 1))


def test_arms_are_known_only_where_groups_are_whole() -> None:
    groups = pd.Series(["a", "a", "b", "b"])
    whole = arms_of_groups(groups, np.array([1, 1, 0, 0], dtype=np.int8))
    assert whole is not None and whole.to_dict() == {"a": 1, "b": 0}
    assert arms_of_groups(groups, np.array([1, 0, 0, 0], dtype=np.int8)) is None


def test_adjusted_p_values_start_from_those_that_are_published() -> None:
    """Of a family of one they repeat them, to within a draw; q-values are by hand."""
    analysis = scores(groups=20)
    alone = replace(analysis, families=pd.Series(list("abc"), index=analysis.estimates.index))
    found = joint_tests(alone, seed=1).set_index("spec_id")
    published = alone.p_values[found.index].to_numpy()
    assert found["p_romano_wolf"].to_numpy() == pytest.approx(published, abs=2 / DRAWS)
    assert found["q_value"].to_numpy() == pytest.approx(published)
    together = joint_tests(analysis, seed=1).set_index("spec_id")
    assert (together["p_romano_wolf"] >= found["p_romano_wolf"] - 1e-12).all()


def test_groups_of_the_smaller_arm_are_counted_by_their_scores() -> None:
    analysis = scores(groups=60)
    arms = pd.Series([1] * 45 + [0] * 15, index=analysis.scores.index)
    thinner = analysis.scores.copy()
    thinner.iloc[45:50, 0] = 0.0
    found = joint_tests(replace(analysis, scores=thinner, arms=arms), seed=1).set_index("spec_id")
    expected = dict.fromkeys(thinner.columns, 15) | {thinner.columns[0]: 10}
    assert found["fewest_in_arm"].to_dict() == expected


def test_a_changed_list_of_specifications_stays_on_the_ledger() -> None:
    first, second = SpecificationList("a", 1), SpecificationList("b", 2)
    ledger = with_list([], first)
    assert with_list(ledger, first) == ledger
    assert with_list(ledger, second) == [first, second]
