"""The curves of the distribution figure are the shares that the estimates hold."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry
from study_models import with_parts
from test_exhibits_study import build_results

from ruralimpact.exhibits.figures.distribution import (
    Arm,
    _arms,
    distribution_plot,
    distribution_words,
    poverty_lines,
)
from ruralimpact.exhibits.results import StudyResults

EXHIBIT = entry("distribution", analyses=["psid_matching"], outcomes=["earnings"])


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    """Return the small study with outcomes of which every tenth is zero, and a declared line."""
    built = build_results(tmp_path_factory.mktemp("study"))
    ids = built["weights"].loc[built["weights"]["analysis"] == "psid_matching", "unit_id"].unique()
    rng = np.random.default_rng(1)
    earnings = np.where(np.arange(len(ids)) % 10 == 0, 0.0, rng.lognormal(8, 1, len(ids)))
    outcomes = pd.DataFrame({"unit_id": ids, "earnings": earnings})
    lines = {"rural": 3000.0, "urban": 4000.0}
    poor = {
        "build": "poverty",
        "of": "earnings",
        "by": "area",
        "lines": lines,
        "order": 0,
        "label": "Poor",
        "unit": "percentage points",
    }
    study = with_parts(built.study, outcomes={**built.study.outcomes, "poor": poor})
    return replace(built, study=study, outcomes={"psid": outcomes})


def test_shares_count_zeros_and_weights() -> None:
    arm = Arm(np.log([4.0, 1.0, 2.0]).clip(min=-np.inf), np.array([0.5, 0.3, 0.2]))
    np.testing.assert_allclose(arm.below(np.log([0.5, 1.0, 1.5, 3.0, 5.0])), [0, 0, 0.3, 0.5, 1])
    with_zero = Arm(np.array([-np.inf, 0.0]), np.array([0.25, 0.75]))
    np.testing.assert_allclose(with_zero.below(np.array([-5.0, 5.0])), [0.25, 1.0])
    grid = np.linspace(-8, 8, 4001)
    assert np.trapezoid(arm.density(grid), grid) == pytest.approx(1, abs=1e-6)
    assert np.trapezoid(with_zero.density(grid), grid) == pytest.approx(0.75, abs=1e-6)


def test_arms_carry_the_weights_of_the_match(results: StudyResults) -> None:
    treated, controls = _arms(results, "psid_matching", "nn5", "earnings")
    frame = results["weights"].merge(results.outcomes["psid"], on="unit_id")
    frame = frame[(frame["analysis"] == "psid_matching") & (frame["strategy"] == "nn5")]
    for arm, chosen in ((treated, 1), (controls, 0)):
        part = frame[frame["treated"] == chosen]
        expected = np.average(part["earnings"] < 3000, weights=part["weight"])
        assert arm.below(np.log([3000.0]))[0] == pytest.approx(expected)


def test_lines_are_those_declared_on_the_outcome(results: StudyResults) -> None:
    assert poverty_lines(results, "earnings") == {"rural line 3,000": 3000.0}
    assert poverty_lines(results, "employed") == {}
    assert "under the rural line 3,000" in distribution_words(results, EXHIBIT)
    assert len(distribution_plot(results, EXHIBIT).axes) == 2
