"""Errors of groups that were drawn within strata: textbooks, special cases, dense arithmetic."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import ruralimpact
from ruralimpact.estimation.stored_scores import score_columns, stored_scores
from ruralimpact.inference.bias_reduced import bias_reduced_covariance
from ruralimpact.inference.bias_reduced_scores import (
    combine,
    corrected_scores,
    correction_factors,
)
from ruralimpact.inference.clustered import Clustering, group_sums
from ruralimpact.inference.leverage import Leverage
from ruralimpact.inference.regression_strata import reduced_in_strata
from ruralimpact.inference.sampling_strata import stratum_sizes
from ruralimpact.inference.sandwich import least_squares
from ruralimpact.inference.working_model import WORKING_CORRELATION

STRATA = np.repeat(np.arange(7), [1, 2, 3, 2, 4, 6, 6])


def villages(n_villages: int = 20) -> pd.DataFrame:
    village = np.repeat(np.arange(n_villages), 15)
    rng = np.random.default_rng(2)
    outcome = rng.normal(size=n_villages)[village] + rng.normal(size=len(village))
    return pd.DataFrame({"village": village, "d": village % 2, "y": outcome})


def impact(table: pd.DataFrame, **options: object) -> ruralimpact.ImpactEstimate:
    return ruralimpact.estimate_impact(
        table,
        outcome="y",
        treatment="d",
        strategy="unweighted",
        group="village",
        **options,  # type: ignore[arg-type]
    )


def test_pairs_of_which_one_is_treated_have_the_error_of_their_sums() -> None:
    """Two villages of a stratum were drawn alike, so that their difference from each other is their error.

    The score of a control has the other sign: what is left of a pair is the sum of its means.
    """
    table = villages()
    table["pair"] = table["village"] // 2
    ours = impact(table, strata="pair")
    means = table.groupby("village")["y"].mean().to_numpy()
    assert ours.std_error == pytest.approx(stats.sem(means[1::2] + means[::2]), rel=1e-9)
    assert ours.df == pytest.approx(9)


@pytest.mark.parametrize("per_stratum", [2, 5])
def test_equal_groups_have_the_variance_of_a_stratified_mean_and_nothing_on_top(
    per_stratum: int,
) -> None:
    """Cochran (1977), section 5.3: the sum over strata of W_h^2 s_h^2 / n_h, by arm."""
    table = villages()
    place = (table["village"] // 2 // per_stratum).astype(str)
    table["stratum"] = place + "-" + table["d"].astype(str)
    ours = impact(table, strata="stratum")
    means = table.groupby(["d", "stratum", "village"])["y"].mean()
    spread = means.groupby(["d", "stratum"]).var() / per_stratum
    share = per_stratum / 10
    by_hand = np.sqrt(share**2 * spread.sum())
    assert ours.std_error == pytest.approx(by_hand, rel=1e-9)
    assert ours.std_errors["group"] == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize("strategy", ["unweighted", "nearest", "aipw"])
def test_one_stratum_or_one_an_arm_are_none(strategy: str) -> None:
    rng = np.random.default_rng(5)
    village = np.repeat(np.arange(24), rng.integers(3, 30, 24))
    table = pd.DataFrame({"village": village, "d": (village < 9).astype(int)})
    table["x"] = rng.normal(size=24)[village] + rng.normal(size=len(village)) + 0.5 * table["d"]
    table["y"] = table["x"] + rng.gamma(1, size=24)[village]
    options = {"covariates": ["x"], "strategy": strategy, "group": "village"}
    without, one, by_arm = (
        ruralimpact.estimate_impact(
            table.assign(one=0, arm=table["d"]),
            outcome="y",
            treatment="d",
            strata=name,
            **options,
        )
        for name in (None, "one", "arm")
    )
    for ours in (one, by_arm):
        assert ours.std_error == pytest.approx(without.std_error, rel=1e-5)
        assert ours.df == pytest.approx(without.df, rel=1e-9)


def drawn(seed: int, both: int = 0) -> Leverage:
    """Unequal shares of 24 groups in two arms, of which `both` are in both arms, and some in none."""
    rng = np.random.default_rng(seed)
    shares = np.zeros((24, 2))
    shares[np.arange(24), rng.integers(0, 2, 24)] = rng.gamma(0.5, size=24)
    shares[:both] = rng.gamma(1, size=(both, 2))
    shares[20:22] = 0
    sizes = np.where(shares > 0, 1 + rng.gamma(3, size=(24, 2)), 0)
    return Leverage(shares / shares.sum(axis=0), sizes, STRATA)


def dense_map(leverage: Leverage, arm: int) -> np.ndarray:
    """From the errors of the groups' means of an arm to corrected scores."""
    same = STRATA[:, None] == STRATA
    alone = same.sum(axis=1) == 1
    centre = np.eye(24) - np.where(alone[:, None], 0, same / same.sum(axis=1))
    share = leverage.shares[:, arm]
    factor = correction_factors(leverage) * stratum_sizes(STRATA).scale
    return factor[:, None] * (centre @ (np.diag(share) - np.outer(share, share)))


@pytest.mark.parametrize("both", [0, 6])
def test_squares_have_the_expectation_of_the_working_model_stratum_by_stratum(both: int) -> None:
    """Means that vary in inverse proportion to their weight have the variance of their weight."""
    leverage = drawn(1, both)
    expected = np.zeros((24, 24))
    for arm in (0, 1):
        share = leverage.shares[:, arm]
        inverse = np.where(share > 0, 1 / np.where(share > 0, share, 1), 0)
        linear = dense_map(leverage, arm)
        expected += linear @ np.diag(inverse) @ linear.T
    by_stratum = np.bincount(STRATA, np.diag(expected))
    assert by_stratum == pytest.approx(np.bincount(STRATA, leverage.shares.sum(axis=1)), rel=1e-12)


def test_degrees_of_freedom_of_an_estimate_and_of_a_contrast_are_those_of_dense_matrices() -> None:
    leverages = [drawn(1, 6), drawn(1, 6)]
    shares = leverages[0].shares ** 1.5
    leverages[1] = Leverage(shares / shares.sum(axis=0), leverages[0].sizes, STRATA)
    parts = [corrected_scores(np.ones(24), one) for one in leverages]
    for signs in ((1.0, 0.0), (1.0, -1.0)):
        form = np.zeros((24, 24))
        for arm in (0, 1):
            sizes = leverages[0].sizes[:, arm]
            variance = WORKING_CORRELATION + (1 - WORKING_CORRELATION) / np.maximum(sizes, 1)
            linear = sum(s * dense_map(one, arm) for s, one in zip(signs, leverages, strict=True))
            form += linear @ np.diag(np.where(sizes > 0, variance, 0)) @ linear.T
        found = combine(parts, signs) if signs[1] else parts[0]
        assert found.model is not None
        expected = np.trace(form) ** 2 / np.sum(form**2)
        assert found.model.df == pytest.approx(expected, rel=1e-9)


def test_stored_scores_give_the_stratified_error_back() -> None:
    leverage = drawn(3)
    scores = np.random.default_rng(4).normal(size=24)
    clustering = Clustering(np.arange(24), leverage=leverage, strata=STRATA)
    columns = score_columns("a/b/c", scores, clustering, [f"g{code:02}" for code in range(24)])
    table = pd.DataFrame(columns)
    table.loc["elsewhere"] = np.nan
    again = stored_scores(table, "a/b/c")
    assert (again.std_error, again.df) == pytest.approx(clustering.std_error(scores))
    assert len(again.sums) == 25


def regression(columns: list[np.ndarray]):
    """Bias-reduced fit of 24 groups of 2 to 9 rows, with codes of groups and strata by row."""
    rng = np.random.default_rng(6)
    group = np.repeat(np.arange(24), rng.integers(2, 10, 24))
    treated = rng.normal(size=24)[group] + rng.normal(size=len(group))
    design = np.column_stack([treated, *(column[group] for column in columns)])
    outcome = rng.normal(size=24)[group] + rng.normal(size=len(group))
    return bias_reduced_covariance(least_squares(outcome, design), group), group, design


def test_scores_that_add_up_to_zero_are_centred_already() -> None:
    """A mean of groups of one size in a single stratum: nothing is left to correct."""
    group = np.repeat(np.arange(12), 5)
    fit = least_squares(np.random.default_rng(8).normal(size=60), np.ones((60, 1)))
    reduced = bias_reduced_covariance(fit, group)
    ours = reduced_in_strata(reduced.scores[:, 0], reduced.forms[0], group, np.zeros(60, int))
    assert ours.scores == pytest.approx(reduced.scores[:, 0], rel=1e-9, abs=1e-12)
    assert ours.df == pytest.approx(reduced.df[0], rel=1e-9) == 11


def test_centred_scores_of_a_regression_keep_their_expected_squares() -> None:
    """Over 20,000 samples of independent errors, and the degrees of freedom of that variance."""
    reduced, group, design = regression([np.ones(24)])
    rng, bread = np.random.default_rng(7), np.linalg.inv(design.T @ design)
    hat = design @ bread @ design.T
    rows = reduced.forms[0]
    member = group == np.arange(24)[:, None]
    # scores are linear in the errors, so that the map is found from unit errors
    fitted = [
        bias_reduced_covariance(least_squares(error - hat @ error, design), group).scores[:, 0]
        for error in np.eye(len(group))
    ]
    centred = np.array(
        [
            group_sums(reduced_in_strata(own, rows, group, STRATA[group]).scores, group)
            for own in fitted
        ]
    )
    plain = np.array(fitted) @ member.T
    variances = ((rng.normal(size=(20_000, len(group))) @ centred) ** 2).sum(axis=1)
    ours = reduced_in_strata(fitted[0], rows, group, STRATA[group])
    assert np.sum(centred**2) == pytest.approx(np.sum(plain**2), rel=1e-9)
    assert ours.df == pytest.approx(2 * variances.mean() ** 2 / variances.var(), rel=0.05)
