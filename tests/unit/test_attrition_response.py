"""Response by arm, group and covariates, and effects re-weighted for it."""

import numpy as np
import pytest
import statsmodels.api as sm
from dense_cr2 import dense_cr2

from ruralimpact.attrition.response import (
    response_by_covariates,
    response_by_group,
    response_difference,
)
from ruralimpact.attrition.response_weights import (
    everyone_counts,
    fit_response,
    reweighted_difference,
    reweighted_regression,
)
from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
from ruralimpact.errors import DesignError
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.regression import regression_adjustment
from ruralimpact.inference.clustered import clustered_std_error, group_codes, group_sums

N, COPIES = 40, 60


def sample(n: int = N, seed: int = 7) -> dict[str, np.ndarray]:
    """Response falls in `x` among controls and rises among the treated; outcomes rise in it."""
    rng = np.random.default_rng(seed)
    d = rng.integers(0, 2, n).astype(np.int8)
    x, b = rng.normal(size=n), (rng.random(n) < 0.5).astype(float)
    rate = 1 / (1 + np.exp(-0.6 - np.where(d == 1, 0.8, -0.8) * x))
    y = 1 + 2 * x - b + 0.5 * d + rng.normal(size=n)
    return {"y": y, "d": d, "x": x, "b": b, "r": rng.random(n) < rate}


def covariates_of(data: dict[str, np.ndarray]) -> CovariateMatrix:
    return covariate_matrix({"b": data["b"], "x": data["x"]})


def no_covariates(n: int) -> CovariateMatrix:
    return CovariateMatrix(np.empty((n, 0)), (), np.empty(0, dtype=bool), {})


def rows(data: dict[str, np.ndarray], places: np.ndarray) -> dict[str, np.ndarray]:
    return {name: column[places] for name, column in data.items()}


ESTIMATORS = {
    "difference": lambda a: reweighted_difference(
        a["y"], a["d"], fit_response(a["r"], a["d"], covariates_of(a), floor=a["floor"][0])
    ),
    "regression": lambda a: reweighted_regression(
        a["y"],
        a["d"],
        covariates_of(a),
        fit_response(a["r"], a["d"], covariates_of(a), floor=a["floor"][0]),
    ),
    "regression on one": lambda a: reweighted_regression(
        a["y"],
        a["d"],
        covariates_of(a).select(["b"]),
        fit_response(a["r"], a["d"], covariates_of(a), floor=a["floor"][0]),
    ),
}


@pytest.mark.parametrize("floor", [0.01, 0.45])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_scores_are_derivatives(name: str, floor: float) -> None:
    """By how often a unit is counted, in a sample of many copies; the response models are refitted."""
    data = {**sample(), "floor": np.full(N, floor)}
    estimator = ESTIMATORS[name]
    found = estimator(data)
    copies = np.repeat(np.arange(N), COPIES)
    for i in range(0, N, 3):
        more = estimator(rows(data, np.append(copies, i)))
        less = estimator(rows(data, np.delete(copies, i * COPIES)))
        for value, scores in (("estimate", "scores"), ("control_mean", "control_mean_scores")):
            numeric = (getattr(more, value) - getattr(less, value)) * COPIES / 2
            own = getattr(found, scores)
            assert own[i] == pytest.approx(numeric, abs=3e-3 * np.abs(own).max())


def test_weights_are_those_of_a_logit_in_each_arm() -> None:
    data = sample(400)
    model = fit_response(data["r"], data["d"], covariates_of(data))
    for arm in (0, 1):
        inside = data["d"] == arm
        design = sm.add_constant(np.column_stack([data["b"], data["x"]])[inside])
        logit = sm.Logit(data["r"][inside].astype(float), design).fit(disp=0)
        np.testing.assert_allclose(model.probability[inside], logit.predict(design), rtol=1e-8)
    found = data["r"]
    np.testing.assert_allclose(model.weights[found], 1 / model.probability[found])
    assert not model.weights[~found].any()
    assert model.capped == 0
    capped = fit_response(data["r"], data["d"], covariates_of(data), floor=0.5)
    assert capped.capped == int((found & (model.probability <= 0.5)).sum())
    assert capped.weights.max() == 2


def test_without_attrition_weights_change_nothing() -> None:
    data = sample(200)
    everyone = np.ones(200, bool)
    model = fit_response(everyone, data["d"], covariates_of(data))
    plain = difference_in_means(data["y"], data["d"])
    weighted = reweighted_difference(data["y"], data["d"], model)
    assert weighted.estimate == pytest.approx(plain.estimate, rel=1e-12)
    np.testing.assert_allclose(weighted.scores, plain.scores, atol=1e-15)
    adjusted = regression_adjustment(data["y"], data["d"], covariates_of(data))
    again = reweighted_regression(data["y"], data["d"], covariates_of(data), model)
    assert again.estimate == pytest.approx(adjusted.estimate, rel=1e-10)
    np.testing.assert_allclose(again.scores, adjusted.scores, atol=1e-13)


def test_as_found_is_the_estimate_among_respondents() -> None:
    data = sample(200)
    known = data["r"]
    hidden = np.where(known, data["y"], np.nan)
    plain = difference_in_means(data["y"][known], data["d"][known])
    found = reweighted_difference(hidden, data["d"], everyone_counts(known))
    assert found.estimate == pytest.approx(plain.estimate, rel=1e-12)
    np.testing.assert_allclose(found.scores[known], plain.scores, atol=1e-15)
    assert not found.scores[~known].any()
    by_rate = reweighted_difference(
        hidden, data["d"], fit_response(known, data["d"], no_covariates(200))
    )
    assert by_rate.estimate == pytest.approx(plain.estimate, rel=1e-12)
    np.testing.assert_allclose(by_rate.scores, found.scores, atol=1e-12)


def test_weights_recover_what_attrition_hides() -> None:
    """Attrition by a covariate, in opposite directions by arm; the effect is 0.5."""
    plain, weighted, errors = [], [], []
    for seed in range(150):
        data = sample(600, seed)
        model = fit_response(data["r"], data["d"], covariates_of(data))
        found = reweighted_difference(data["y"], data["d"], model)
        weighted.append(found.estimate)
        errors.append(found.std_errors["hc"])
        known = data["r"]
        plain.append(difference_in_means(data["y"][known], data["d"][known]).estimate)
    spread = np.std(weighted, ddof=1)
    assert np.mean(weighted) == pytest.approx(0.5, abs=4 * spread / np.sqrt(150))
    assert np.mean(plain) > 1
    assert np.mean(errors) / spread == pytest.approx(1, abs=0.2)


def test_covariates_that_tell_respondents_apart_are_left_out() -> None:
    data = sample(200)
    certain = (np.arange(200) % 20 == 0).astype(float)
    responds = data["r"] | (certain == 1)
    both = covariate_matrix({"certain": certain, "x": data["x"], "half": data["x"] / 2})
    model = fit_response(responds, data["d"], both)
    assert set(model.excluded) == {
        f"{name} ({arm})" for name in ("certain", "half") for arm in ("controls", "treated units")
    }


def test_an_arm_without_respondents_is_refused() -> None:
    data = sample(40)
    responds = data["r"] & (data["d"] == 1)
    with pytest.raises(DesignError, match="response among controls: nobody responds"):
        fit_response(responds, data["d"], covariates_of(data))
    with pytest.raises(DesignError, match="nobody responds in one arm"):
        reweighted_difference(data["y"], data["d"], everyone_counts(responds))


def test_rates_and_their_difference() -> None:
    responds = np.array([1, 1, 1, 0, 1, 0, 0, 0], bool)
    treatment = np.array([1, 1, 1, 1, 0, 0, 0, 0], np.int8)
    groups = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    found = response_difference(responds, treatment)
    assert (found.treated_mean, found.control_mean, found.estimate) == (0.75, 0.25, 0.5)
    sums = np.array([0.5, -0.5, -0.5, 0.5]) / 4
    error = clustered_std_error(group_sums(found.scores, groups))[0]
    assert error == pytest.approx(np.sqrt(4 / 3 * (sums**2).sum()))
    by_group = response_by_group(responds, groups)
    assert by_group.rates.tolist() == [1, 0.5, 0.5, 0]
    assert by_group.lost == 1
    assert response_by_group(responds[4:], groups[4:]).units.tolist() == [2, 2]


def test_response_by_covariates_against_statsmodels() -> None:
    data = sample(300)
    groups = group_codes(np.arange(300) % 50)
    found = response_by_covariates(data["r"], data["d"], covariates_of(data), groups)
    design = sm.add_constant(np.column_stack([data["d"], data["b"], data["x"]]).astype(float))
    crossed = np.column_stack([design, data["d"] * data["b"], data["d"] * data["x"]])
    for regressors, tested, test in (
        (design, [2, 3], found.predict),
        (crossed, [4, 5], found.by_arm),
    ):
        fit = sm.OLS(data["r"].astype(float), regressors).fit()
        cov = dense_cr2(regressors, fit.resid, groups)[np.ix_(tested, tested)]
        slopes, df = fit.params[tested], test.df_denominator + 1
        wald = slopes @ np.linalg.solve(cov, slopes)
        assert test.statistic == pytest.approx(wald * (df - 1) / (df * 2), rel=1e-8)
        assert test.df_numerator == 2
        assert 30 < df < 49
    assert found.predict.p_value > found.by_arm.p_value
    fit = sm.OLS(data["r"].astype(float), design).fit()
    np.testing.assert_allclose(found.coefficients, fit.params[2:], rtol=1e-8)


def test_covariates_of_one_arm_only_do_no_harm() -> None:
    data = sample(300)
    region = np.where((data["d"] == 1) & (np.arange(300) % 3 == 0), "west", "east")
    both = covariate_matrix({"region": region, "x": data["x"], "twice": 2 * data["x"]})
    found = response_by_covariates(data["r"], data["d"], both, group_codes(np.arange(300) % 50))
    assert found.names == ("region[west]", "x")
    assert set(found.excluded) == {"twice", "region[west] x arm"}
    assert found.by_arm.df_numerator == 1
