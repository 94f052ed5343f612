"""Lee bounds: small examples by hand, derivatives, invariants and known truth."""

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from ruralimpact.attrition.imbens_manski import imbens_manski
from ruralimpact.attrition.lee_bounds import LeeBounds, lee_bounds
from ruralimpact.attrition.trimming import trimmed_mean
from ruralimpact.errors import DesignError
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.inference.clustered import clustered_std_error, group_sums, t_inference

NAN = np.nan


def test_by_hand() -> None:
    """Four of five treated and two of four controls respond: 3/8 of the treated are too many."""
    outcome = np.array([1.0, 2.0, 3.0, 4.0, NAN, 2.0, 2.0, NAN, NAN])
    treatment = np.array([1] * 5 + [0] * 4, np.int8)
    found = lee_bounds(outcome, treatment)
    assert found.trimmed == "treated"
    assert found.share == pytest.approx(3 / 8)
    # two and a half units are kept: 1, 2 and half of 3; or 4, 3 and half of 2
    assert found.lower.estimate == pytest.approx(4.5 / 2.5 - 2)
    assert found.upper.estimate == pytest.approx(8 / 2.5 - 2)
    assert (found.lower.n_treated, found.lower.n_control) == (4, 2)


def test_controls_are_trimmed_where_they_respond_more() -> None:
    outcome = np.array([1.0, 2.0, 3.0, 4.0, NAN, 2.0, 2.0, NAN, NAN])
    treatment = np.array([0] * 5 + [1] * 4, np.int8)
    found = lee_bounds(outcome, treatment)
    assert found.trimmed == "control"
    assert found.lower.estimate == pytest.approx(2 - 8 / 2.5)
    assert found.upper.estimate == pytest.approx(2 - 4.5 / 2.5)


def test_ties_are_trimmed_by_a_fraction() -> None:
    """Half of eight treated responses of 0 and 1 are kept, whichever of the ties comes first."""
    outcome = np.array([0.0] * 5 + [1.0] * 3 + [1.0, 0.0, NAN, NAN])
    treatment = np.array([1] * 8 + [0] * 4, np.int8)
    found = lee_bounds(outcome, treatment)
    assert found.upper.treated_mean == pytest.approx(3 / 4)
    assert found.lower.treated_mean == 0
    order = np.random.default_rng(1).permutation(12)
    again = lee_bounds(outcome[order], treatment[order])
    np.testing.assert_allclose(again.upper.scores, found.upper.scores[order], atol=1e-15)


def test_equal_response_leaves_the_difference_in_means() -> None:
    rng = np.random.default_rng(2)
    outcome, treatment = rng.normal(size=20), np.tile([0, 1], 10).astype(np.int8)
    outcome[:4] = NAN
    known = ~np.isnan(outcome)
    plain = difference_in_means(outcome[known], treatment[known])
    found = lee_bounds(outcome, treatment)
    assert found.trimmed == "none"
    for bound in (found.lower, found.upper):
        assert bound.estimate == pytest.approx(plain.estimate, rel=1e-14)
        np.testing.assert_allclose(bound.scores[known], plain.scores, atol=1e-15)


def sample(n: int = 61) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcomes, arms and two cells, of which one loses more treated units."""
    rng = np.random.default_rng(3)
    treatment = rng.integers(0, 2, n).astype(np.int8)
    cells = (np.arange(n) % 2).astype(str)
    rate = 0.5 + 0.35 * np.where(cells == "0", treatment, 0.4 * (1 - treatment))
    outcome = rng.normal(size=n) + (cells == "0")
    return np.where(rng.random(n) < rate, outcome, NAN), treatment, cells


@pytest.mark.parametrize("with_cells", [False, True])
@pytest.mark.parametrize("flip", [False, True])
def test_scores_are_derivatives(with_cells: bool, flip: bool) -> None:
    """A score is the derivative of the bound by how often a unit is counted."""
    outcome, treatment, cells = sample()
    treatment = 1 - treatment if flip else treatment

    def bounds(weights: np.ndarray) -> LeeBounds:
        return lee_bounds(outcome, treatment, cells=cells if with_cells else None, weights=weights)

    ones = np.ones(len(outcome))
    found = bounds(ones)
    assert found.n_reversed == (1 if with_cells else 0)
    step = 1e-6
    for end in ("lower", "upper"):
        scores = getattr(found, end).scores
        assert abs(scores.sum()) < 1e-12
        for i in range(len(ones)):
            more, less = (
                getattr(bounds(ones + sign * step * (np.arange(len(ones)) == i)), end).estimate
                for sign in (1, -1)
            )
            assert scores[i] == pytest.approx((more - less) / (2 * step), abs=1e-7)


def test_weights_count_units() -> None:
    outcome, treatment, cells = sample()
    counts = np.random.default_rng(4).integers(1, 4, len(outcome))
    weighted = lee_bounds(outcome, treatment, cells=cells, weights=counts.astype(float))
    copied = lee_bounds(
        *(np.repeat(one, counts) for one in (outcome, treatment)), cells=np.repeat(cells, counts)
    )
    assert weighted.lower.estimate == pytest.approx(copied.lower.estimate, rel=1e-12)
    assert weighted.upper.estimate == pytest.approx(copied.upper.estimate, rel=1e-12)


def test_bounds_hold_the_estimate_without_trimming_and_tighten() -> None:
    outcome, treatment, cells = sample(4000)
    cells = np.where(np.arange(4000) % 2, "b", "a")
    rng = np.random.default_rng(5)
    outcome = 2.0 * (cells == "a") + rng.normal(size=4000)
    gone = rng.random(4000) < np.where(treatment == 1, 0.1, 0.35)
    outcome[gone] = NAN
    known = ~gone
    plain = difference_in_means(outcome[known], treatment[known]).estimate
    whole, within = lee_bounds(outcome, treatment), lee_bounds(outcome, treatment, cells=cells)
    assert whole.lower.estimate < plain < whole.upper.estimate
    assert whole.lower.estimate < within.lower.estimate
    assert within.upper.estimate < whole.upper.estimate


def test_a_cell_without_response_in_an_arm_is_refused() -> None:
    outcome, treatment, cells = sample()
    outcome[(cells == "1") & (treatment == 0)] = NAN
    with pytest.raises(DesignError, match="cell '1' nobody responds"):
        lee_bounds(outcome, treatment, cells=cells)
    outcome[treatment == 0] = NAN
    with pytest.raises(DesignError, match="nobody responds in one arm"):
        lee_bounds(outcome, treatment)


@pytest.mark.parametrize("tail", ["largest", "smallest"])
def test_trimmed_mean_of_everything_is_the_mean(tail: str) -> None:
    values = np.array([3.0, 1.0, 2.0, 9.0])
    found = trimmed_mean(values, np.array([1.0, 2.0, 1.0, 0.0]), 1.0, tail)
    assert found.value == pytest.approx(7 / 4)


def test_interval_solves_its_equation_and_has_the_right_ends() -> None:
    found = imbens_manski(1.0, 1.5, 0.4, 0.5)
    c = found.critical_value
    assert ndtr(c + 0.5 / 0.5) - ndtr(-c) == pytest.approx(0.95, abs=1e-10)
    assert (found.conf_low, found.conf_high) == (1 - 0.4 * c, 1.5 + 0.5 * c)
    assert imbens_manski(1, 1, 0.3, 0.3, df=12).conf_low == pytest.approx(
        t_inference(1, 0.3, 12).conf_low
    )
    assert imbens_manski(0, 100, 1, 1).critical_value == pytest.approx(1.6448536, abs=1e-6)
    assert np.isnan(imbens_manski(0, 1, 0.0, 1.0).conf_low)


def draw(rng: np.random.Generator, groups: int, size: int) -> tuple[np.ndarray, ...]:
    """Arms of whole groups; outcomes with an intra-group correlation of 0.1; no effect at all.

    Treatment adds 0.15 to a response of 0.65 that is the lower the higher the outcome.
    """
    group = np.repeat(np.arange(groups), size)
    treatment = (group % 2).astype(np.int8)
    outcome = np.sqrt(0.1) * rng.normal(size=groups)[group]
    outcome = outcome + np.sqrt(0.9) * rng.normal(size=len(group))
    always = rng.random(len(group)) < 0.65
    responds = always | ((treatment == 1) & (rng.random(len(group)) < 0.15 / 0.35))
    return np.where(responds, outcome, NAN), treatment, group


def test_clustered_errors_and_coverage() -> None:
    """The limits are those of the tails of a normal; the standard error is that of the draws."""
    kept = 0.65 / 0.8
    from scipy.stats import norm

    limit = norm.pdf(norm.ppf(kept)) / kept
    rng = np.random.default_rng(6)
    rows = []
    for _ in range(300):
        outcome, treatment, group = draw(rng, 40, 20)
        found = lee_bounds(outcome, treatment)
        error, n = clustered_std_error(group_sums(found.upper.scores, group))
        inside = t_inference(found.upper.estimate, error, n - 1)
        rows.append((found.upper.estimate, error, inside.conf_low < limit < inside.conf_high))
    estimates, errors, covered = map(np.array, zip(*rows, strict=True))
    assert estimates.mean() == pytest.approx(limit, abs=4 * estimates.std() / np.sqrt(300))
    assert errors.mean() / estimates.std(ddof=1) == pytest.approx(1, abs=0.12)
    assert 0.9 < covered.mean() < 0.99


def test_errors_with_an_outcome_of_two_values() -> None:
    """The threshold is a tie of most of the arm; the upper bound's limit is .3 / k less .3."""
    kept, rng = 0.65 / 0.8, np.random.default_rng(8)
    rows = []
    for _ in range(300):
        latent, treatment, group = draw(rng, 40, 20)
        outcome = np.where(np.isnan(latent), NAN, latent > ndtri(0.7))
        found = lee_bounds(outcome, treatment)
        rows.append(
            (found.upper.estimate, clustered_std_error(group_sums(found.upper.scores, group))[0])
        )
    estimates, errors = map(np.array, zip(*rows, strict=True))
    limit = 0.3 / kept - 0.3
    assert estimates.mean() == pytest.approx(limit, abs=4 * estimates.std() / np.sqrt(300))
    assert errors.mean() / estimates.std(ddof=1) == pytest.approx(1, abs=0.12)
