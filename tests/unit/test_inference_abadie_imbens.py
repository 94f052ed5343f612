import numpy as np
import pytest

from ruralimpact.design.neighbours import nearest_in_space, nearest_on_score
from ruralimpact.errors import DesignError
from ruralimpact.inference.abadie_imbens import abadie_imbens_estimate, conditional_variances

# two treated units and three controls; the second treated unit has two nearest controls
SCORE = np.array([1.0, 4.0, 1.5, 3.0, 5.0])
OUTCOME = np.array([10.0, 20.0, 6.0, 8.0, 12.0])
TREATED = np.array([True, True, False, False, False])


def matches(score, treated, k=1, **search):
    find = nearest_on_score if score.ndim == 1 else nearest_in_space
    return (
        find(score[treated], score[~treated], k, **search),
        find(score[~treated], score[treated], k, **search),
    )


def by_hand(y, treated, score, k, j, estimand):
    """The paper's formulas with dense matrices, no shared code."""
    n = len(y)
    distance = np.abs(score[:, None] - score)
    weight, sigma2 = np.zeros((n, n)), np.zeros(n)
    for i in range(n):
        other = np.flatnonzero(treated != treated[i])
        near = other[distance[i, other] <= np.sort(distance[i, other])[k - 1]]
        weight[i, near] = 1 / len(near)
        same = np.flatnonzero((treated == treated[i]) & (np.arange(n) != i))
        near = same[distance[i, same] <= np.sort(distance[i, same])[j - 1]]
        sigma2[i] = np.var(y[np.append(near, i)], ddof=1)
    focal = {"ATT": treated, "ATC": ~treated, "ATE": np.ones(n, bool)}[estimand]
    weight[~focal] = 0
    effects = np.where(treated, 1, -1) * (y - weight @ y)
    tau = effects[focal].mean()
    usage, squared = weight.sum(axis=0), (weight**2).sum(axis=0)
    variance = ((effects[focal] - tau) ** 2).sum()
    variance += (sigma2 * (usage**2 + 2 * focal * usage - squared)).sum()
    return tau, np.sqrt(variance) / focal.sum()


def test_toy_att_shares_the_tie():
    of_treated, _ = matches(SCORE, TREATED)
    result = abadie_imbens_estimate(OUTCOME, TREATED, of_treated=of_treated)
    assert result.estimate == pytest.approx((4 + 10) / 2)
    assert result.variance == pytest.approx((9 + 9) / 4)  # no control serves twice


def test_toy_atc_charges_for_the_control_used_twice():
    _, of_controls = matches(SCORE, TREATED)
    sigma2 = conditional_variances(OUTCOME, TREATED, SCORE, j=1)
    assert sigma2 == pytest.approx([50, 50, 2, 2, 8])
    robust = abadie_imbens_estimate(OUTCOME, TREATED, of_controls=of_controls, sigma2=sigma2)
    plain = abadie_imbens_estimate(OUTCOME, TREATED, of_controls=of_controls)
    assert robust.estimate == pytest.approx((4 + 12 + 8) / 3)
    assert robust.variance == pytest.approx((32 + 50 * 2) / 9)
    assert plain.variance == pytest.approx((32 + 0.5 * 32 / 3 * 2) / 9)


def test_toy_ate():
    of_treated, of_controls = matches(SCORE, TREATED)
    sigma2 = conditional_variances(OUTCOME, TREATED, SCORE, j=1)
    result = abadie_imbens_estimate(
        OUTCOME, TREATED, of_treated=of_treated, of_controls=of_controls, sigma2=sigma2
    )
    assert result.estimate == pytest.approx(7.6)
    assert result.variance == pytest.approx((51.2 + 414) / 25)


@pytest.fixture
def sample():
    rng = np.random.default_rng(4)
    score = rng.integers(0, 25, 120) / 4  # many ties
    treated = rng.random(120) < 0.35
    return rng.normal(size=120) + score + treated, treated, score


@pytest.mark.parametrize("estimand", ["ATT", "ATC", "ATE"])
@pytest.mark.parametrize(("k", "j"), [(1, 1), (3, 2)])
def test_equals_the_formulas_by_brute_force(sample, estimand, k, j):
    y, treated, score = sample
    of_treated, of_controls = matches(score, treated, k)
    result = abadie_imbens_estimate(
        y,
        treated,
        of_treated=None if estimand == "ATC" else of_treated,
        of_controls=None if estimand == "ATT" else of_controls,
        sigma2=conditional_variances(y, treated, score, j=j),
    )
    estimate, std_error = by_hand(y, treated, score, k, j, estimand)
    assert result.estimate == pytest.approx(estimate, rel=1e-12)
    assert result.std_error == pytest.approx(std_error, rel=1e-10)


def test_score_and_space_agree_and_row_order_does_not_matter(sample):
    y, treated, score = sample
    order = np.random.default_rng(1).permutation(len(y))
    results = []
    for rows, shape in ((slice(None), (-1,)), (order, (-1,)), (order, (-1, 1))):
        points = score[rows].reshape(shape)
        of_treated, of_controls = matches(points, treated[rows], 2)
        sigma2 = conditional_variances(y[rows], treated[rows], points, j=2)
        results.append(
            abadie_imbens_estimate(
                y[rows],
                treated[rows],
                of_treated=of_treated,
                of_controls=of_controls,
                sigma2=sigma2,
            )
        )
    assert results[0].estimate == pytest.approx(results[1].estimate, rel=1e-12)
    assert results[0].variance == pytest.approx(results[1].variance, rel=1e-10)
    assert results[1].variance == pytest.approx(results[2].variance, rel=1e-10)


def test_all_controls_for_everyone_is_the_difference_in_means(sample):
    y, treated, score = sample
    of_treated, _ = matches(score, treated, int((~treated).sum()))
    result = abadie_imbens_estimate(y, treated, of_treated=of_treated)
    assert result.estimate == pytest.approx(y[treated].mean() - y[~treated].mean(), rel=1e-12)


def test_a_large_constant_in_the_outcome_changes_nothing(sample):
    y, treated, score = sample
    of_treated, _ = matches(score, treated)
    one, other = (
        abadie_imbens_estimate(
            v, treated, of_treated=of_treated, sigma2=conditional_variances(v, treated, score)
        )
        for v in (y, y + 1e8)
    )
    assert other.estimate == pytest.approx(one.estimate, abs=1e-6)
    assert other.variance == pytest.approx(one.variance, rel=1e-5)


def test_bias_adjustment_is_exact_when_outcomes_are_linear():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(200, 3))
    treated = rng.random(200) < 0.4
    y = 5.0 * treated + x @ [1.0, -2.0, 3.0]
    of_treated, of_controls = matches(x, treated, 2)
    matched = {"of_treated": of_treated, "of_controls": of_controls}
    assert abadie_imbens_estimate(y, treated, **matched).estimate != pytest.approx(5, abs=0.01)
    result = abadie_imbens_estimate(y, treated, adjust_for=x, **matched)
    assert result.estimate == pytest.approx(5.0, rel=1e-12)
    assert result.std_error == pytest.approx(0.0, abs=1e-6)


def test_bias_adjustment_ignores_constant_and_repeated_covariates(sample):
    y, treated, score = sample
    of_treated, _ = matches(score, treated)

    def adjusted(*columns):
        return abadie_imbens_estimate(
            y, treated, of_treated=of_treated, adjust_for=np.column_stack(columns)
        ).estimate

    plain = abadie_imbens_estimate(y, treated, of_treated=of_treated).estimate
    constant = np.full(len(y), 7.0)
    assert adjusted(constant) == pytest.approx(plain, rel=1e-12)
    assert adjusted(score, constant, 1000 * score - 3) == pytest.approx(adjusted(score), rel=1e-10)


def test_units_without_a_match_are_outside_the_estimand(sample):
    y, treated, score = sample
    far = np.append(score, 100.0)
    with_far = np.append(treated, True)
    inside, _ = matches(score, treated)
    capped, _ = matches(far, with_far, caliper=10.0)
    one = abadie_imbens_estimate(y, treated, of_treated=inside)
    other = abadie_imbens_estimate(np.append(y, 1e6), with_far, of_treated=capped)
    assert (other.estimate, other.n_matched) == (pytest.approx(one.estimate), one.n_matched)
    assert other.variance == pytest.approx(one.variance)


def test_no_variance_in_the_outcome_is_no_variance_of_the_estimate(sample):
    _, treated, score = sample
    of_treated, _ = matches(score, treated)
    y = treated.astype(float)
    result = abadie_imbens_estimate(
        y, treated, of_treated=of_treated, sigma2=conditional_variances(y, treated, score)
    )
    assert (result.estimate, result.std_error) == (1.0, 0.0)


def test_what_cannot_be_matched_is_refused(sample):
    y, treated, score = sample
    of_treated, _ = matches(score + 1000 * treated, treated, caliper=1.0)
    with pytest.raises(DesignError, match="no unit has a match"):
        abadie_imbens_estimate(y, treated, of_treated=of_treated)
    with pytest.raises(DesignError, match="no unit has a match"):
        abadie_imbens_estimate(y, treated, of_treated=of_treated, adjust_for=score)
    with pytest.raises(DesignError, match="both arms"):
        abadie_imbens_estimate(y, np.ones(len(y), bool), of_treated=of_treated)
    with pytest.raises(DesignError, match="two units"):
        conditional_variances(y, np.arange(len(y)) == 0, score)
