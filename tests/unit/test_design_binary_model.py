"""Maximum likelihood of treatment, against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.discrete.discrete_model import Logit, Probit

from ruralimpact.design.binary_model import SEPARATED, ArmCounts, fit_binary

MODELS = {"logit": Logit, "probit": Probit}


def sample(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Design with two nearly collinear columns, treatment, and weights."""
    rng = np.random.default_rng(n)
    design = np.column_stack([np.ones(n), rng.normal(size=(n, 4))])
    design[:, 3] = design[:, 2] + 0.01 * design[:, 3]
    chance = 1 / (1 + np.exp(-design @ [-1, 0.5, 0.3, 0.2, -0.4]))
    return design, (rng.random(n) < chance).astype(np.int8), rng.exponential(size=n)


@pytest.mark.parametrize("n", [80, 50_000])
@pytest.mark.parametrize("link", MODELS)
def test_maximum_and_errors_are_those_of_statsmodels(link, n) -> None:
    """The larger sample begins at the maximum of a part of it."""
    design, treatment, _ = sample(n)
    ours = fit_binary(design, ArmCounts.of_units(treatment), link)
    theirs = MODELS[link](treatment.astype(float), design).fit(
        method="newton", tol=1e-9, maxiter=100, disp=0
    )
    assert ours is not None
    assert ours.coefficients == pytest.approx(theirs.params, rel=1e-10)
    assert np.sqrt(np.diag(ours.bread)) == pytest.approx(theirs.bse, rel=1e-8)
    assert ours.log_likelihood == pytest.approx(theirs.llf, rel=1e-12)
    assert ours.lr_statistic == pytest.approx(theirs.llr, rel=1e-6)


@pytest.mark.parametrize("link", MODELS)
def test_weighted_maximum_is_that_of_statsmodels_and_its_errors_are_robust(link) -> None:
    design, treatment, weights = sample(400)
    ours = fit_binary(design, ArmCounts.of_units(treatment, weights), link)
    family = sm.families.Binomial(getattr(sm.families.links, link.capitalize())())
    model = sm.GLM(treatment.astype(float), design, family=family, freq_weights=weights)
    theirs = model.fit(tol=1e-13, maxiter=100)
    assert ours is not None
    assert ours.coefficients == pytest.approx(theirs.params, rel=1e-8)
    scores = design * model.score_factor(theirs.params)[:, None]
    bread = np.linalg.inv(-model.hessian(theirs.params, observed=True))
    robust = ours.robust_covariance(design, ArmCounts.of_units(treatment, weights**2), link)
    assert robust == pytest.approx(bread @ scores.T @ scores @ bread, rel=1e-6)


@pytest.mark.parametrize("link", MODELS)
def test_counts_by_distinct_row_are_units(link) -> None:
    design, treatment, _ = sample(300)
    design = np.round(design[:, :3])
    rows, kind = np.unique(design, axis=0, return_inverse=True)
    counts = ArmCounts(*(np.bincount(kind.ravel(), treatment == arm) for arm in (1, 0)))
    by_row = fit_binary(rows, counts, link)
    by_unit = fit_binary(design, ArmCounts.of_units(treatment), link)
    assert by_row is not None and by_unit is not None
    assert by_row.coefficients == pytest.approx(by_unit.coefficients, rel=1e-12)
    assert by_row.log_likelihood == pytest.approx(by_unit.log_likelihood, rel=1e-12)


@pytest.mark.parametrize("link", MODELS)
def test_separated_arms_have_no_maximum_or_one_far_outside(link) -> None:
    """Wholly by a combination of columns, and but for units that one column keeps apart."""
    design, _, _ = sample(300)
    wholly = (design @ [0, 1, 1, 0, 0] > 0).astype(np.int8)
    fit = fit_binary(design, ArmCounts.of_units(wholly), link)
    assert fit is None or np.abs(design @ fit.coefficients).max() > SEPARATED[link]
    rng = np.random.default_rng(2)
    binary = (rng.random(300) < 0.2).astype(float)
    partly = np.where(binary == 1, 1, rng.random(300) < 0.5).astype(np.int8)
    fit = fit_binary(np.column_stack([np.ones(300), binary]), ArmCounts.of_units(partly), link)
    assert fit is None or np.abs(fit.coefficients).max() > SEPARATED[link]
    assert fit_binary(design, ArmCounts.of_units(np.ones(300, np.int8)), link) is None
