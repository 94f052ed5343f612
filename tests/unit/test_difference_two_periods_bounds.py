"""Two-period difference estimators: what they refuse, and right answers where one model is wrong."""

import numpy as np
import pytest
from two_period_sample import FORMS, columns, sample

from ruralimpact.difference.doubly_robust import doubly_robust_difference
from ruralimpact.difference.triple import triple_difference
from ruralimpact.difference.two_periods import analysis_of_covariance, difference_in_differences
from ruralimpact.errors import DesignError


def draws(score_right: bool, outcome_right: bool) -> dict[str, np.ndarray]:
    """Errors of 60 draws; each model is right in x or, wrong, in a distortion of it."""
    rng = np.random.default_rng([5, score_right, outcome_right])
    errors: dict[str, list[float]] = {form: [] for form in FORMS}
    for _ in range(60):
        x = rng.normal(size=500)
        bent = np.exp(0.7 * x) - 1.3
        chance = 1 / (1 + np.exp(0.3 - 0.8 * (x if score_right else bent)))
        d = (rng.uniform(size=500) < chance).astype(np.int8)
        change = 1 + 2 * (x if outcome_right else bent) + d + rng.normal(size=500)
        for form in FORMS:
            errors[form].append(doubly_robust_difference(change, d, x, form=form).estimate - 1)
    return {form: np.array(values) for form, values in errors.items()}


def bias(errors: np.ndarray) -> float:
    """In Monte Carlo standard errors."""
    return float(errors.mean() / errors.std(ddof=1) * np.sqrt(len(errors)))


def test_either_model_may_be_wrong() -> None:
    found = draws(score_right=True, outcome_right=False)
    assert abs(bias(found["improved"])) < 3.5
    assert abs(bias(found["traditional"])) < 3.5
    assert abs(bias(found["regression"])) > 5
    found = draws(score_right=False, outcome_right=True)
    assert abs(bias(found["improved"])) < 3.5
    assert abs(bias(found["traditional"])) < 3.5
    assert abs(bias(found["weighting"])) > 5


def test_triple_difference_where_eligible_units_differ() -> None:
    """Trends of treated groups differ with x, and eligible units have more of it."""
    rng = np.random.default_rng(11)
    n = 12_000
    x = rng.normal(size=n)
    d = (rng.uniform(size=n) < 0.5).astype(np.int8)
    e = (rng.uniform(size=n) < 1 / (1 + np.exp(-x))).astype(np.int8)
    change = x + 0.5 * e + d * x + 2.0 * d * e + rng.normal(size=n)
    found = {
        population: triple_difference(change, d, e, covariates=x, population=population)
        for population in ("each", "eligible")
    }
    assert found["eligible"].estimate == pytest.approx(
        2.0, abs=4 * found["eligible"].std_errors["hc"]
    )
    gap = x[(d == 1) & (e == 1)].mean() - x[(d == 1) & (e == 0)].mean()
    assert found["each"].estimate == pytest.approx(2.0 + gap, abs=0.1)


def bad(**changes):
    s = sample()
    given = {
        "change": (s.after - s.before).to_numpy(),
        "treatment": s.treated.to_numpy(),
        "covariates": np.column_stack([s.x, s.z]),
    } | changes
    return lambda form="traditional", **more: doubly_robust_difference(
        given["change"], given["treatment"], given["covariates"], form=form, **more
    )


def test_bad_arrays_are_refused_in_words() -> None:
    s = sample()
    n, y, d = len(s), (s.after - s.before).to_numpy(), s.treated.to_numpy()
    with pytest.raises(DesignError, match="no controls"):
        bad(treatment=np.ones(n, np.int8))()
    with pytest.raises(DesignError, match="no treated units"):
        difference_in_differences(y, y, np.zeros(n, np.int8))
    with pytest.raises(DesignError, match="change: missing for all 120 units"):
        bad(change=np.full(n, np.nan))()
    with pytest.raises(DesignError, match="outcome after: 1 missing"):
        difference_in_differences(y, np.where(np.arange(n) == 3, np.nan, y), d)
    with pytest.raises(DesignError, match="change has 119 rows, treatment 120"):
        bad(change=y[1:])()
    with pytest.raises(DesignError, match="covariates has 119 rows"):
        bad(covariates=np.ones((119, 2)))()
    with pytest.raises(DesignError, match="2 values other than 0 and 1"):
        bad(treatment=np.where(np.arange(n) < 2, 2.0, d))()
    with pytest.raises(DesignError, match="weights: 1 are not positive"):
        bad()(weights=np.where(np.arange(n) == 5, 0.0, 1.0))
    with pytest.raises(DesignError, match="weights has a single value"):
        bad()(weights=np.float64(1.0))
    with pytest.raises(DesignError, match="outcome after: 120 missing|outcome after: missing"):
        bad()(after=np.full(n, np.nan))


@pytest.mark.parametrize("form", FORMS)
def test_bad_covariates_are_refused_by_name(form) -> None:
    s = sample()
    with pytest.raises(DesignError, match="constant covariate: 'covariate 2'"):
        bad(covariates=np.column_stack([s.x, np.ones(len(s))]))(form)
    with pytest.raises(DesignError, match="collinear covariates: 'covariate 2'"):
        bad(covariates=np.column_stack([s.x, 2 * s.x + 1]))(form)
    if form != "weighting":  # it has no regression among controls
        with pytest.raises(DesignError, match="'covariate 1'"):
            bad(covariates=np.where(s.treated == 1, s.x, 0.5))(form)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("form", ["improved", "traditional", "weighting"])
def test_separated_arms_are_refused(form, weighted) -> None:
    """By a covariate alone, and by a combination of two that overlap one by one."""
    s = sample()
    weights = s.weights.to_numpy() if weighted else None
    d = s.treated.to_numpy()
    with pytest.raises(DesignError, match="separates the arms"):
        bad(covariates=s.x.to_numpy() + 10 * d)(form, weights=weights)
    spread = 10 * s.z.to_numpy()
    pair = np.column_stack([s.x + 4 * d + spread, spread])
    with pytest.raises(DesignError, match="separates the arms|tilting"):
        bad(covariates=pair)(form, weights=weights)


def test_a_covariate_that_is_treatment_is_refused() -> None:
    s = sample()
    before, after, d = columns(s, "before", "after", "treated")
    with pytest.raises(DesignError, match="tell the arms apart"):
        analysis_of_covariance(before, after, d, covariates=d.astype(float))
    with pytest.raises(DesignError, match="constant covariate: 'outcome before'"):
        analysis_of_covariance(np.ones(len(s)), after, d)


def test_triple_difference_needs_four_cells() -> None:
    s = sample()
    y, d, e = (s.after - s.before).to_numpy(), s.treated.to_numpy(), s.eligible.to_numpy()
    with pytest.raises(DesignError, match="no units that are not eligible in control groups"):
        triple_difference(y, d, np.where(d == 0, 1, e))
    with pytest.raises(DesignError, match="eligible: 3 values other than 0 and 1"):
        triple_difference(y, d, np.where(np.arange(len(s)) < 3, 9, e))
    with pytest.raises(DesignError, match="units that are not eligible: constant covariate"):
        triple_difference(y, d, e, covariates=np.where(e == 1, s.x, 0.0))
