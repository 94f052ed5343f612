"""Omitted-variable bias: published numbers, identities, and confounders built with known strength."""

import numpy as np
import pytest
import statsmodels.api as sm

from ruralimpact.errors import DesignError
from ruralimpact.sensitivity.least_squares import orthonormal, partial_r2, with_constant
from ruralimpact.sensitivity.omitted import (
    TreatmentRegression,
    adjusted_estimate,
    benchmark_strength,
    interval_robustness_value,
    robustness_value,
    treatment_regression,
)

# Cinelli & Hazlett (2020), section 5: exposure to violence in Darfur and attitudes to peace.
DARFUR = TreatmentRegression(0.09731582, 0.02325654, 783, np.nan, 0)


def test_published_robustness_values() -> None:
    assert DARFUR.partial_r2 == pytest.approx(0.02187309, rel=1e-6)
    assert robustness_value(DARFUR.statistic, 783) == pytest.approx(0.138776, rel=1e-5)
    level = robustness_value(DARFUR.statistic, 783, level=0.05)
    assert level == pytest.approx(0.07625797, rel=1e-6)
    assert robustness_value(2, 100) == pytest.approx(0.1809975, rel=1e-6)


@pytest.mark.parametrize(
    ("r2_treatment", "r2_outcome", "estimate", "std_error"),
    [  # as strong as `female`, two and three times as strong
        (0.00916428667504862, 0.12464092303637, 0.0752202698486415, 0.0218733298036818),
        (0.0183285733500972, 0.249324064199975, 0.0529151689180575, 0.0203500639944344),
        (0.0274928600251459, 0.374050471038094, 0.0303960178770157, 0.0186700665753491),
    ],
)
def test_published_bounds(
    r2_treatment: float, r2_outcome: float, estimate: float, std_error: float
) -> None:
    found = adjusted_estimate(DARFUR, r2_treatment, r2_outcome)
    assert found.estimate == pytest.approx(estimate, rel=1e-12)
    assert found.std_error == pytest.approx(std_error, rel=1e-12)


def test_a_confounder_as_strong_as_the_robustness_value_leaves_nothing() -> None:
    value = robustness_value(DARFUR.statistic, 783)
    assert adjusted_estimate(DARFUR, value, value).estimate == pytest.approx(0, abs=1e-15)
    half = robustness_value(DARFUR.statistic, 783, share=0.5)
    left = adjusted_estimate(DARFUR, half, half).estimate
    assert left == pytest.approx(DARFUR.estimate / 2, rel=1e-12)


def test_robustness_at_a_level_brings_t_to_its_critical_value() -> None:
    from scipy import stats

    value = robustness_value(DARFUR.statistic, 783, level=0.05)
    found = adjusted_estimate(DARFUR, value, value)
    assert found.estimate / found.std_error == pytest.approx(stats.t.ppf(0.975, 782), rel=1e-9)
    # few degrees of freedom: a confounder weaker for the outcome than for the treatment suffices
    small = TreatmentRegression(1.0, 0.3, 7, np.nan, 0)
    value = robustness_value(small.statistic, 7, level=0.05)
    critical = stats.t.ppf(0.975, 6)
    found = adjusted_estimate(small, value, value / (critical**2 / 6 + value))
    assert found.estimate / found.std_error == pytest.approx(critical, rel=1e-9)


def data(seed: int, n: int = 500) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    covariates = rng.normal(size=(n, 3))
    treatment = (rng.uniform(size=n) < 1 / (1 + np.exp(-covariates[:, 0]))).astype(np.int8)
    outcome = 1.5 * treatment + covariates @ [1.0, -0.5, 0.3] + rng.normal(size=n) * 2
    weights = np.where(treatment == 1, 1.0, rng.uniform(0.1, 3, n))
    return outcome, treatment, covariates, weights


def confounder(
    outcome: np.ndarray,
    treatment: np.ndarray,
    covariates: np.ndarray,
    weights: np.ndarray,
    r2_treatment: float,
    r2_outcome: float,
) -> np.ndarray:
    """A variable with exactly these partial R2, orthogonal to the covariates, biasing upwards."""
    root = np.sqrt(weights)
    base = with_constant(covariates) * root[:, None]

    def rest(values: np.ndarray, on: np.ndarray) -> np.ndarray:
        left = values - on @ np.linalg.lstsq(on, values, rcond=None)[0]
        return left / np.linalg.norm(left)

    d = rest(root * treatment, base)
    y = rest(root * outcome, np.column_stack([base, d]))
    noise = np.random.default_rng(9).normal(size=len(d))
    other = rest(noise, np.column_stack([base, d, y]))
    given = np.sqrt(r2_outcome) * y + np.sqrt(1 - r2_outcome) * other
    return (np.sqrt(r2_treatment) * d + np.sqrt(1 - r2_treatment) * given) / root


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("r2_treatment", "r2_outcome"), [(0.05, 0.1), (0.3, 0.02), (0.2, 0.6)])
def test_adding_such_a_confounder_gives_the_adjusted_estimate(
    weighted: bool, r2_treatment: float, r2_outcome: float
) -> None:
    outcome, treatment, covariates, weights = data(1)
    weights = weights if weighted else np.ones_like(weights)
    omitted = confounder(outcome, treatment, covariates, weights, r2_treatment, r2_outcome)
    design = with_constant(covariates)
    assert partial_r2(
        treatment.astype(float), orthonormal(design, weights), omitted, weights
    ) == pytest.approx(r2_treatment, rel=1e-9)
    whole = np.column_stack([design, treatment])
    assert partial_r2(outcome, orthonormal(whole, weights), omitted, weights) == pytest.approx(
        r2_outcome, rel=1e-9
    )
    bound = adjusted_estimate(
        treatment_regression(outcome, treatment, covariates, weights), r2_treatment, r2_outcome
    )
    more = np.column_stack([covariates, omitted])
    actual = treatment_regression(outcome, treatment, more, weights)
    assert bound.estimate == pytest.approx(actual.estimate, rel=1e-9)
    assert bound.std_error == pytest.approx(actual.std_error, rel=1e-9)


def test_regression_equals_statsmodels() -> None:
    outcome, treatment, covariates, weights = data(2)
    groups = np.arange(len(outcome)) // 10
    found = treatment_regression(outcome, treatment, covariates, weights, groups)
    design = sm.add_constant(np.column_stack([treatment, covariates]))
    fit = sm.WLS(outcome, design, weights).fit()
    assert found.estimate == pytest.approx(fit.params[1], rel=1e-10)
    assert found.std_error == pytest.approx(fit.bse[1], rel=1e-10)
    assert found.df == fit.df_resid
    clustered = sm.WLS(outcome, design, weights).fit(
        cov_type="cluster",
        cov_kwds={"groups": groups, "df_correction": False, "use_correction": False},
    )
    correction = np.sqrt(50 / 49)
    assert found.clustered_std_error == pytest.approx(clustered.bse[1] * correction, rel=1e-10)


def test_benchmark_bound_holds_for_a_confounder_like_the_covariate() -> None:
    """A confounder with the same partial R2 as the covariate, both given the others, meets the bound."""
    outcome, treatment, covariates, weights = data(3)
    others, benchmark = covariates[:, 1:], covariates[:, :1]
    r2_treatment, r2_outcome = benchmark_strength(outcome, treatment, others, benchmark, weights)
    design = with_constant(others)
    observed = partial_r2(treatment.astype(float), orthonormal(design, weights), benchmark, weights)
    assert r2_treatment == pytest.approx(observed / (1 - observed), rel=1e-12)
    # the covariate itself, were it omitted, biases no more than the bound allows
    full = treatment_regression(outcome, treatment, covariates, weights)
    short = treatment_regression(outcome, treatment, others, weights)
    bound = adjusted_estimate(full, r2_treatment, r2_outcome)
    assert 0 < r2_outcome < 1
    assert abs(full.estimate - bound.estimate) >= 0.9 * abs(short.estimate - full.estimate)


def test_benchmark_strength_by_the_published_darfur_formula() -> None:
    """Bounds in Darfur for one, two and three times `female` all follow from two partial R2."""
    of_treatment = 0.00916428667504862 / (1 + 0.00916428667504862)
    # solve the published bound for the partial R2 of `female` with the outcome, then predict the others
    shared = of_treatment**2 / (1 - of_treatment) ** 2
    factor = ((1 + np.sqrt(shared)) / np.sqrt(1 - shared)) ** 2
    odds = 0.12464092303637 / factor
    for times, published in ((2, 0.249324064199975), (3, 0.374050471038094)):
        shared = times * of_treatment**2 / ((1 - times * of_treatment) * (1 - of_treatment))
        factor = ((np.sqrt(times) + np.sqrt(shared)) / np.sqrt(1 - shared)) ** 2
        assert factor * odds == pytest.approx(published, rel=1e-10)
    # and our function computes that formula
    outcome, treatment, covariates, _ = data(4)
    others, benchmark, ones = covariates[:, 1:], covariates[:, :1], np.ones(len(outcome))
    design = with_constant(others)
    d = partial_r2(treatment.astype(float), orthonormal(design, ones), benchmark, ones)
    y = partial_r2(
        outcome, orthonormal(np.column_stack([design, treatment]), ones), benchmark, ones
    )
    shared = 2 * d**2 / ((1 - 2 * d) * (1 - d))
    expected = ((np.sqrt(2) + np.sqrt(shared)) / np.sqrt(1 - shared)) ** 2 * y / (1 - y)
    found = benchmark_strength(outcome, treatment, others, benchmark, times=2)
    assert found == pytest.approx((2 * d / (1 - d), expected), rel=1e-10)


def test_impossible_confounders_are_missing() -> None:
    outcome, treatment, covariates, _ = data(5)
    found = benchmark_strength(outcome, treatment, covariates[:, 1:], covariates[:, :1], times=50)
    assert np.isnan(found).all()
    with pytest.raises(ValueError, match="partial R2"):
        adjusted_estimate(DARFUR, 1.0, 0.5)


def test_interval_robustness_value() -> None:
    """Zero where the clustered interval holds zero; else the estimate falls to its margin."""
    from scipy import stats

    regression = TreatmentRegression(2.0, 0.3, 400, 0.5, 60)
    value = interval_robustness_value(regression)
    left = adjusted_estimate(regression, value, value).estimate
    assert left == pytest.approx(stats.t.ppf(0.975, 59) * 0.5, rel=1e-9)
    assert interval_robustness_value(TreatmentRegression(1.0, 0.3, 400, 0.6, 60)) == 0.0


def test_bad_input() -> None:
    outcome, treatment, covariates, _ = data(6)
    with pytest.raises(DesignError, match="determine the treatment"):
        treatment_regression(outcome, treatment, treatment[:, None].astype(float))
    with pytest.raises(DesignError, match="degrees of freedom"):
        treatment_regression(outcome[:5], treatment[:5], covariates[:5])


@pytest.mark.parametrize("outcome", ["constant", "determined"])
def test_nothing_left_to_explain_is_refused(outcome: str) -> None:
    _, treatment, covariates, weights = data(6)
    values = {
        "constant": np.full(len(treatment), 7.3),
        "determined": 3 * treatment + covariates.sum(axis=1),
    }
    with pytest.raises(DesignError, match="the outcome"):
        treatment_regression(values[outcome], treatment, covariates, weights)


def test_an_empty_arm_is_refused() -> None:
    outcome, treatment, covariates, _ = data(6)
    with pytest.raises(DesignError, match="no controls"):
        treatment_regression(outcome, treatment, covariates, 1.0 * treatment)
