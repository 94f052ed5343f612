"""Minimum detectable effects: other software, published examples, invariants and simulation."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from ruralimpact.errors import DesignError
from ruralimpact.power.detectable import (
    Sampling,
    Variance,
    minimum_detectable_effect,
    standard_error,
)
from ruralimpact.power.variance_components import autocorrelation, variance_components

REFERENCE = Path(__file__).parents[1] / "reference" / "power"


def _rows(name):
    with (REFERENCE / name).open() as file:
        return list(csv.DictReader(file))


def _column(rows, name):
    return np.array([float(row[name]) for row in rows])


COMPONENTS = {row["data"]: row for row in _rows("variance_components.csv")}


def _components(name):
    if name == "Dyestuff":
        rows = _rows("dyestuff.csv")
        return _column(rows, "Yield"), [row["Batch"] for row in rows], np.empty((len(rows), 0))
    if name == "ChickWeight":
        rows = _rows("chickweight.csv")
        return _column(rows, "weight"), [row["Chick"] for row in rows], np.empty((len(rows), 0))
    rows = _rows("nested.csv")
    covariates = np.column_stack([_column(rows, "treated"), _column(rows, "x")])
    return _column(rows, "y"), [row["group"] for row in rows], covariates


@pytest.mark.parametrize("name", ["Dyestuff", "ChickWeight", "nested"])
def test_components_of_lme4_and_aov(name):
    made = variance_components(*_components(name))
    # lme4 stops its search near the optimum.
    assert made.group == pytest.approx(float(COMPONENTS[name]["group"]), rel=2e-4)
    assert made.unit == pytest.approx(float(COMPONENTS[name]["unit"]), rel=2e-4)
    assert made.icc == pytest.approx(made.group / (made.group + made.unit))


def test_interval_of_the_intra_group_correlation():
    made, expected = variance_components(*_components("ChickWeight")), COMPONENTS["ChickWeight"]
    ends = (float(expected["low"]), float(expected["high"]))
    assert (made.conf_low, made.conf_high) == pytest.approx(ends, rel=1e-8)


def _clustered(generator, n_clusters, size, icc, draws):
    """Outcomes of unit variance: (draws, groups, units)."""
    shared = generator.normal(size=(draws, n_clusters, 1)) * np.sqrt(icc)
    return shared + generator.normal(size=(draws, n_clusters, size)) * np.sqrt(1 - icc)


def test_interval_covers_and_estimate_is_unbiased_within_arms():
    outcomes = _clustered(np.random.default_rng(3), 30, 6, 0.15, 400)
    groups = np.repeat(np.arange(30), 6)
    treated = (groups < 12).astype(float)
    made = [
        variance_components(draw.ravel() + 2 * treated, groups, treated[:, None])
        for draw in outcomes
    ]
    icc, inside = np.mean([m.icc for m in made]), [m.conf_low <= 0.15 <= m.conf_high for m in made]
    assert icc == pytest.approx(0.15, abs=0.012)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.028)


def test_components_are_unbiased_with_unequal_groups_and_covariates_of_both_levels():
    generator = np.random.default_rng(4)
    groups = np.repeat(np.arange(40), generator.integers(2, 15, size=40))
    X = np.column_stack(
        [(groups < 20), generator.normal(size=40)[groups], generator.normal(size=len(groups))]
    )
    X = np.column_stack([X, X[:, 0]])  # collinear columns do no harm
    found = [
        variance_components(
            X @ [1, 2, 3, 4]
            + generator.normal(size=40)[groups]
            + 2 * generator.normal(size=len(groups)),
            groups,
            X,
        )
        for _ in range(300)
    ]
    assert np.mean([one.group for one in found]) == pytest.approx(1, abs=0.06)
    assert np.mean([one.unit for one in found]) == pytest.approx(4, abs=0.06)


def test_autocorrelation_of_units_and_of_groups():
    generator = np.random.default_rng(5)
    n_clusters, size = 3000, 12
    groups = np.repeat(np.arange(n_clusters), size)
    shared = generator.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], size=n_clusters)[groups]
    own = generator.multivariate_normal([0, 0], [[4, 1.2], [1.2, 4]], size=n_clusters * size)
    treated = (groups % 2)[:, None]
    waves = shared + own + treated * [0.0, 3.0]
    made = autocorrelation(waves[:, 0], waves[:, 1], groups, treated)
    assert made.group == pytest.approx(0.8, abs=0.05)
    assert made.unit == pytest.approx(0.3, abs=0.04)


@pytest.mark.parametrize("row", _rows("power_values.csv"), ids=lambda row: str(dict(row)))
def test_without_groups_it_is_the_t_test_of_r_and_statsmodels(row):
    n, power = int(row["n_per_arm"]), float(row["power"])
    made = minimum_detectable_effect(Variance(0.0, 1.0), Sampling(2 * n, 1), power=power)
    # Two central t quantiles stand for the non-central t.
    assert made == pytest.approx(float(row["delta"]), rel=5e-3)
    exact = TTestIndPower().solve_power(nobs1=n, alpha=0.05, power=power)
    assert made == pytest.approx(exact, rel=5e-3)


def of_correlation(sd, icc, **autocorrelations):
    """Variance between and within groups from that of both and the intra-group correlation."""
    return Variance(sd**2 * icc, sd**2 * (1 - icc), **autocorrelations)


def test_published_example_of_powerup():
    """PowerUpR, help page of cra2: rho2=.17, n=15, J=20 has an MDES of .629."""
    variance = of_correlation(1.0, 0.17)
    assert minimum_detectable_effect(variance, Sampling(20, 15)) == pytest.approx(0.629, abs=5e-4)


def test_formula_of_duflo_glennerster_and_kremer():
    """Their equation 11, equal groups: (t + t) sqrt(1 / (P (1 - P) J)) sqrt(rho + (1 - rho) / n) s."""
    made = minimum_detectable_effect(
        of_correlation(3.0, 0.1), Sampling(60, 25, treated_share=0.4), power=0.9
    )
    t = stats.t.ppf(0.975, 58) + stats.t.ppf(0.9, 58)
    expected = t * np.sqrt(1 / (0.4 * 0.6 * 60)) * np.sqrt(0.1 + 0.9 / 25) * 3
    assert made == pytest.approx(expected, rel=1e-12)


def test_designs_of_mckenzie_without_groups():
    sampling = Sampling(200, 1)
    plain = standard_error(Variance(0, 4.0), sampling, "cross_section")
    for rho in (0.0, 0.25, 0.5, 0.8):
        variance = Variance(0, 4.0, unit_autocorrelation=rho)
        ancova = standard_error(variance, sampling, "ancova")
        change = standard_error(variance, sampling, "difference")
        assert ancova**2 / plain**2 == pytest.approx(1 - rho**2)
        assert change**2 / plain**2 == pytest.approx(2 * (1 - rho))
        # His ratio: the difference needs 2 / (1 + rho) times the sample.
        assert change**2 / ancova**2 == pytest.approx(2 / (1 + rho))


def test_correlation_of_group_means_of_teerenstra():
    """Their r for m units a group, from the autocorrelations of groups and subjects."""
    icc, m, of_groups, of_units = 0.05, 20, 0.9, 0.4
    r = (m * icc * of_groups + (1 - icc) * of_units) / (1 + (m - 1) * icc)
    variance = of_correlation(
        1.0, icc, group_autocorrelation=of_groups, unit_autocorrelation=of_units
    )
    ratio = [
        standard_error(variance, Sampling(30, m), name) ** 2
        for name in ("ancova", "difference", "cross_section")
    ]
    assert ratio[0] / ratio[2] == pytest.approx(1 - r**2)
    assert ratio[1] / ratio[2] == pytest.approx(2 * (1 - r))


@pytest.mark.parametrize("n_clusters", [40, 104])
@pytest.mark.parametrize("design", ["cross_section", "ancova", "difference"])
def test_power_at_the_detectable_effect_by_simulation(n_clusters, design):
    """Group means of both waves, tested as this project tests: t of groups less two."""
    generator = np.random.default_rng(n_clusters)
    size, draws, icc, of_groups, of_units = 12, 4000, 0.1, 0.7, 0.4
    variance = of_correlation(
        1.0, icc, group_autocorrelation=of_groups, unit_autocorrelation=of_units
    )
    effect = minimum_detectable_effect(variance, Sampling(n_clusters, size), design)
    shape = (draws, n_clusters)

    def pair(rho, spread):
        first = generator.normal(size=shape)
        second = rho * first + np.sqrt(1 - rho**2) * generator.normal(size=shape)
        return spread * first, spread * second

    shared, own = pair(of_groups, np.sqrt(icc)), pair(of_units, np.sqrt((1 - icc) / size))
    before, after = (shared[wave] + own[wave] for wave in (0, 1))
    treated = np.arange(n_clusters) % 2
    after = after + effect * treated
    arms = np.column_stack([1 - treated, treated]).astype(float)
    df = n_clusters - 2
    values = after - before if design == "difference" else after
    if design == "ancova":  # pooled slope within arms
        residual = [
            wave - wave @ arms @ np.diag(1 / arms.sum(axis=0)) @ arms.T for wave in (before, after)
        ]
        slope = (residual[0] * residual[1]).sum(axis=1) / (residual[0] ** 2).sum(axis=1)
        values = after - slope[:, None] * before
        df -= 1
    means = values @ arms / arms.sum(axis=0)
    rest = ((values - means @ arms.T) ** 2).sum(axis=1) / df
    t = (means[:, 1] - means[:, 0]) / np.sqrt(rest * (1 / arms.sum(axis=0)).sum())
    found = (np.abs(t) > stats.t.ppf(0.975, df)).mean()
    # Ancova: the slope is estimated, which the formula excludes; it costs about 1 / G of variance.
    slack = 0.012 if design == "ancova" and n_clusters == 40 else 0.0
    assert found == pytest.approx(0.8, abs=2.6 * np.sqrt(0.8 * 0.2 / draws) + slack)


def test_standard_error_with_unequal_groups_by_simulation():
    generator = np.random.default_rng(9)
    sizes = np.tile([4, 8, 12, 16, 20, 24], 10)
    groups, arm = np.repeat(np.arange(60), sizes), np.repeat(np.arange(60) // 6 % 2, sizes)
    draws = 3000
    outcome = generator.normal(size=(draws, 60))[:, groups] * 0.5
    outcome += generator.normal(size=(draws, len(groups)))
    effects = outcome[:, arm == 1].mean(axis=1) - outcome[:, arm == 0].mean(axis=1)
    cv = sizes.std() / sizes.mean()
    expected = standard_error(Variance(0.25, 1.0), Sampling(60, sizes.mean(), cv), "cross_section")
    assert effects.std() == pytest.approx(expected, rel=3 / np.sqrt(2 * draws))


def test_covariates_attrition_and_unit_of_measure():
    whole = of_correlation(2.0, 0.2)
    half = Variance(whole.group / 2, whole.unit / 2)
    sampling = Sampling(50, 10)
    plain = minimum_detectable_effect(whole, sampling)
    assert minimum_detectable_effect(half, sampling) == pytest.approx(plain * np.sqrt(0.5))
    lost = minimum_detectable_effect(whole, Sampling(50, 20, attrition=0.5))
    assert lost == pytest.approx(plain)
    scaled = Variance(whole.group * 1e6, whole.unit * 1e6)
    assert minimum_detectable_effect(scaled, sampling) == pytest.approx(1000 * plain)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Sampling(3, 10), "4 groups"),
        (lambda: Sampling(10, 1, attrition=0.5), "one unit"),
        (lambda: Sampling(10, 5, treated_share=1.0), "share"),
        (lambda: Variance(-1.0, 1.0), "at least 0"),
        (lambda: Variance(1.0, 1.0, 2.0), "autocorrelation"),
        (lambda: standard_error(Variance(1, 1), Sampling(4, 5), "levels"), "Unknown design"),
        (lambda: minimum_detectable_effect(Variance(1, 1), Sampling(4, 5), power=0.2), "Power"),
        (lambda: variance_components([1.0, 2.0], [0, 1], np.empty((2, 0))), "told apart"),
        (lambda: variance_components([1.0, np.nan], [0, 0], np.empty((2, 0))), "Missing"),
    ],
)
def test_bad_input_is_one_clear_error(call, words):
    with pytest.raises(DesignError, match=words):
        call()
