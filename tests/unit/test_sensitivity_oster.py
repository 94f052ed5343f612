"""Oster's delta and adjusted effect: published numbers and omitted variables built on purpose."""

import numpy as np
import pytest

from ruralimpact.sensitivity.oster import Regressions, adjusted_effect, delta, regressions

# Log price on log lot size of 546 houses in Windsor, Canada (Anglin & Gencay 1996; HousePrices of the R
# package AER), with bedrooms, bathrooms and driveway: our regressions of the published example of the R
# package robomit, whose results equal Stata's psacalc.
HOUSES = Regressions(
    short_effect=0.5421789737922217,
    short_r2=0.3363833150969544,
    effect=0.40020670803534464,
    r2=0.5315712698739652,
    outcome_variance=0.13811935814612786,
    treatment_variance=0.1580533318018486,
    residual_variance=0.1337530630682452,
)


def test_published_numbers() -> None:
    limit = 0.5316 * 1.3
    assert delta(HOUSES, r2_max=limit) == pytest.approx(1.99, abs=0.005)
    assert adjusted_effect(HOUSES, r2_max=limit).effect == pytest.approx(0.27, abs=0.005)
    assert delta(HOUSES, r2_max=0.54) == pytest.approx(3.83, abs=0.005)
    assert delta(HOUSES, r2_max=1.0) == pytest.approx(1.005, abs=0.0005)


def constructed(seed: int, strength: float, weights: np.ndarray | None = None):
    """An outcome of 2 a unit of treatment, three observables and one unobservable; true delta and R2."""
    rng = np.random.default_rng(seed)
    n = 400
    w = np.ones(n) / n if weights is None else weights / weights.sum()

    def rest(values: np.ndarray, *on: np.ndarray) -> np.ndarray:
        design = np.column_stack([np.ones(n), *on]) * np.sqrt(w)[:, None]
        fit = np.linalg.lstsq(design, values * np.sqrt(w), rcond=None)[0]
        return values - np.column_stack([np.ones(n), *on]) @ fit

    def cov(one: np.ndarray, two: np.ndarray) -> float:
        return float(w @ ((one - w @ one) * (two - w @ two)))

    observed = rng.normal(size=(n, 3))
    treatment = observed @ [0.5, -0.3, 0.2] + rng.normal(size=n)
    hidden = rest(rng.normal(size=n) + strength * treatment, observed)
    index = observed @ [1.0, 0.5, -0.7]
    noise = rest(rng.normal(size=n), observed, treatment, hidden)
    outcome = 2 * treatment + index + hidden + noise
    ratio = (cov(treatment, hidden) / cov(hidden, hidden)) / (
        cov(treatment, index) / cov(index, index)
    )
    return outcome, treatment, observed, ratio, 1 - cov(noise, noise) / cov(outcome, outcome)


@pytest.mark.parametrize("strength", [0.1, 0.5, -0.3])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_delta_of_a_constructed_omitted_variable(seed: int, strength: float) -> None:
    outcome, treatment, observed, ratio, r2_max = constructed(seed, strength)
    fits = regressions(outcome, treatment, observed)
    assert delta(fits, r2_max=r2_max, effect=2.0) == pytest.approx(ratio, rel=1e-8)
    found = adjusted_effect(fits, r2_max=r2_max, delta=ratio)
    assert min(abs(np.array([found.effect, *found.others]) - 2)) < 1e-8


def test_weights() -> None:
    weights = np.random.default_rng(7).uniform(0.2, 3, 400)
    outcome, treatment, observed, ratio, r2_max = constructed(4, 0.2, weights)
    fits = regressions(outcome, treatment, observed, weights)
    assert delta(fits, r2_max=r2_max, effect=2.0) == pytest.approx(ratio, rel=1e-8)


def test_delta_and_adjusted_effect_are_inverse() -> None:
    for wanted in (0.5, 1.0, 1.7):
        found = adjusted_effect(HOUSES, delta=wanted)
        for effect in (found.effect, *found.others):
            assert delta(HOUSES, effect=effect) == pytest.approx(wanted, rel=1e-8)


def test_equal_selection_solves_the_quadratic() -> None:
    """Proposition 1: at delta 1 the bias solves a quadratic, whose cubic term has cancelled."""
    found = adjusted_effect(HOUSES, delta=1.0)
    assert len(found.others) == 1
    change = HOUSES.short_effect - HOUSES.effect
    theta = (
        (HOUSES.default_r2_max - HOUSES.r2)
        * HOUSES.outcome_variance
        * (HOUSES.treatment_variance - HOUSES.residual_variance)
        - (HOUSES.r2 - HOUSES.short_r2) * HOUSES.outcome_variance * HOUSES.residual_variance
        - HOUSES.treatment_variance * HOUSES.residual_variance * change**2
    )
    last = (
        (HOUSES.default_r2_max - HOUSES.r2)
        * HOUSES.outcome_variance
        * change
        * HOUSES.treatment_variance
    )
    square = -HOUSES.residual_variance * change * HOUSES.treatment_variance
    biases = np.sort(np.roots([square, theta, last]).real)
    ours = np.sort(HOUSES.effect - np.array([found.effect, *found.others]))
    assert ours == pytest.approx(biases, rel=1e-8)


def test_no_unobservables_leave_the_effect() -> None:
    assert adjusted_effect(HOUSES, r2_max=HOUSES.r2).effect == pytest.approx(
        HOUSES.effect, rel=1e-12
    )
    assert adjusted_effect(HOUSES, delta=0.0).effect == pytest.approx(HOUSES.effect, rel=1e-12)


def test_default_r2_max() -> None:
    assert HOUSES.default_r2_max == pytest.approx(1.3 * HOUSES.r2)
    high = Regressions(1, 0.5, 0.9, 0.9, 1, 1, 0.8)
    assert high.default_r2_max == 1.0


def test_covariates_that_move_nothing() -> None:
    same = Regressions(1.0, 0.5, 1.0, 0.5, 1.0, 1.0, 1.0)
    assert np.isnan(delta(same))


def test_an_outcome_that_does_not_vary_has_no_shares() -> None:
    rng = np.random.default_rng(3)
    covariates, treatment = rng.normal(size=(50, 2)), np.repeat([1, 0], 25).astype(np.int8)
    for constant in (0.0, 7.3):
        found = regressions(np.full(50, constant), treatment, covariates)
        assert np.isnan([found.short_r2, found.r2, delta(found)]).all()
        assert np.isnan(adjusted_effect(found).effect)


def test_shares_stay_between_zero_and_one() -> None:
    """Determined by treatment and covariates: rounding took R2 to 1 + 2e-15."""
    rng = np.random.default_rng(3)
    treatment = np.repeat([1, 0], 25).astype(np.int8)
    for scale in 10.0 ** np.arange(-8, 9):
        covariates = scale * rng.normal(size=(50, 3))
        found = regressions(covariates.sum(axis=1) + scale * treatment, treatment, covariates)
        assert 0 <= found.short_r2 <= 1
        assert found.r2 == pytest.approx(1)
        assert found.r2 <= 1
