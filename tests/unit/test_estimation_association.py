"""Associations among the treated, against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
from dense_cr2 import dense_cr2

from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.errors import DesignError
from ruralimpact.estimation.association import associations
from ruralimpact.inference.clustered import Clustering


@pytest.fixture
def members():
    rng = np.random.default_rng(12)
    groups = np.repeat(np.arange(30), 8)
    advice, storage = rng.random((2, 240)) < [[0.6], [0.4]]
    age = rng.normal(size=240) + 0.5 * rng.normal(size=30)[groups]
    income = 2 * advice + age + rng.normal(size=30)[groups] + rng.normal(size=240)
    asked = covariate_matrix({"advice": advice * 1.0, "storage": storage * 1.0})
    return income, asked, covariate_matrix({"age": age}), groups


def test_coefficients_and_clustered_errors_are_those_of_statsmodels(members):
    income, asked, covariates, groups = members
    found = associations(income, asked, covariates)
    X = sm.add_constant(np.column_stack([asked.values, covariates.values]))
    options = {"groups": groups, "use_correction": False}
    fit = sm.OLS(income, X).fit(cov_type="cluster", cov_kwds=options)
    np.testing.assert_allclose(found.coefficients, fit.params[1:3], rtol=1e-10)
    errors = [Clustering(groups).std_error(column)[0] for column in found.scores.T]
    np.testing.assert_allclose(errors, np.sqrt(30 / 29) * fit.bse[1:3], rtol=1e-10)
    assert found.r_squared == pytest.approx(fit.rsquared)
    np.testing.assert_allclose(found.share, asked.values.mean(axis=0))


def test_errors_and_joint_test_are_bias_reduced(members):
    income, asked, covariates, groups = members
    found = associations(income, asked, covariates)
    X = sm.add_constant(np.column_stack([asked.values, covariates.values]))
    covariance = dense_cr2(X, sm.OLS(income, X).fit().resid, groups)[1:3, 1:3]
    corrected = found.corrected(groups)
    errors = [scores.std_error for scores in corrected]
    np.testing.assert_allclose(errors, np.sqrt(np.diag(covariance)), rtol=1e-9)
    assert all(20 < scores.df < 30 for scores in corrected)
    wald = found.coefficients @ np.linalg.solve(covariance, found.coefficients)
    joint = found.jointly_zero(groups)
    df = joint.df_denominator + 1
    assert joint.statistic == pytest.approx(wald * (df - 1) / (df * 2))
    assert joint.df_numerator == 2
    assert df == pytest.approx(min(scores.df for scores in corrected))


def test_units_without_the_outcome_leave(members):
    income, asked, covariates, _ = members
    income = income.copy()
    income[::7] = np.nan
    known = ~np.isnan(income)
    found = associations(income, asked, covariates)
    alone = associations(income[known], asked.rows(known), covariates.rows(known))
    np.testing.assert_allclose(found.coefficients, alone.coefficients)
    assert not found.scores[~known].any()
    assert found.n_units == known.sum()


def test_a_variable_that_covariates_imply_is_refused(members):
    income, asked, _, _ = members
    same = covariate_matrix({"again": asked.values[:, 1]})
    with pytest.raises(DesignError, match="'storage' is constant"):
        associations(income, asked, same)


def test_weighted_coefficients_and_errors_are_those_of_statsmodels(members):
    income, asked, covariates, groups = members
    sampling = np.random.default_rng(4).uniform(0.5, 3, len(income))
    weighted = associations(income, asked, covariates, sampling=sampling)
    X = sm.add_constant(np.column_stack([asked.values, covariates.values]))
    options = {"groups": groups, "use_correction": False}
    fit = sm.WLS(income, X, weights=sampling).fit(cov_type="cluster", cov_kwds=options)
    np.testing.assert_allclose(weighted.coefficients, fit.params[1:3], rtol=1e-10)
    errors = [Clustering(groups).std_error(column)[0] for column in weighted.scores.T]
    np.testing.assert_allclose(errors, np.sqrt(30 / 29) * fit.bse[1:3], rtol=1e-10)
    assert weighted.r_squared == pytest.approx(fit.rsquared)
    share = sampling @ asked.values / sampling.sum()
    np.testing.assert_allclose(weighted.share, share)
    reduced = [scores.std_error for scores in weighted.corrected(groups)]
    assert all(0 < new / old - 1 < 0.1 for new, old in zip(reduced, errors, strict=True))
