"""Bias, standard errors and coverage of the two-period difference estimators on clustered panels.

`difference_coverage.csv` has one row a cell, estimator and kind of interval; some ten minutes on one core.
difference_coverage_page.py puts the table into docs/methods/difference.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from simulated import Row, Simulation

from ruralimpact import DesignError
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.difference.doubly_robust import doubly_robust_difference
from ruralimpact.difference.triple import triple_difference
from ruralimpact.difference.two_periods import analysis_of_covariance, difference_in_differences
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.inference.bias_reduced import bias_reduced_covariance
from ruralimpact.inference.clustered import clustered_std_error, group_sums, t_inference
from ruralimpact.inference.multiplier import multiplier_bootstrap
from ruralimpact.inference.sandwich import least_squares

SEED = 20030101
EFFECT, EFFECT_SPREAD = 0.5, 0.25
ICC = 0.1
HEADLINE, PLAIN, BOOTSTRAP = "headline", "plain", "bootstrap"


@dataclass(frozen=True)
class Cell:
    """Groups, how many of them are treated, and whether at random or by their covariates."""

    groups: int
    treated: int
    assignment: str

    @property
    def name(self) -> str:
        return f"{self.groups} groups, {self.treated} treated, {self.assignment}"


CELLS = [
    Cell(groups, treated, assignment)
    for assignment in ("random", "selected")
    for groups, treated in ((13, 4), (13, 6), (40, 20), (104, 52))
]


@dataclass(frozen=True)
class Draw:
    group: np.ndarray
    arms: np.ndarray
    treated: np.ndarray
    eligible: np.ndarray
    covariates: np.ndarray
    before: np.ndarray
    change: np.ndarray
    triple_change: np.ndarray


def draw_panel(cell: Cell, rng: np.random.Generator) -> Draw:
    """Groups of 20 to 56 units with two covariates; 15 percent of their variance is between groups.

    The change depends on the covariates, reverts part of a passing shock to the level before, and has an
    intra-group correlation of .1 given both. Under "selected", groups with more of the covariates are
    treated, so trends are parallel only given covariates. The second outcome, for the triple difference,
    has a trend of its own in treated groups, another among eligible units that grows with the first
    covariate, and an effect on eligible units only.
    """
    count = cell.groups
    group = np.repeat(np.arange(count), rng.integers(20, 57, count))
    n = len(group)
    means = rng.normal(size=(count, 2))
    pull = 1.2 * means @ [0.8, 0.6] if cell.assignment == "selected" else np.zeros(count)
    arms = np.zeros(count, np.int8)
    arms[np.argsort(-(pull + rng.logistic(size=count)))[: cell.treated]] = 1
    x = np.sqrt(0.15) * means[group] + np.sqrt(0.85) * rng.normal(size=(n, 2))
    eligible = (rng.uniform(size=n) < 1 / (1 + np.exp(-0.4 - 0.4 * x[:, 0]))).astype(np.int8)
    treated = arms[group]
    passing = rng.normal(size=n)
    effect = (EFFECT + EFFECT_SPREAD * rng.normal(size=count))[group] * treated
    noise = np.sqrt(ICC) * rng.normal(size=count)[group] + np.sqrt(1 - ICC) * rng.normal(size=n)
    change = 0.3 + x @ [0.4, 0.3] - 0.4 * passing + noise
    own = np.sqrt(0.05) * rng.normal(size=(2, count))[eligible, group]
    gap = eligible * (0.3 + 0.25 * x[:, 0]) + own + 0.4 * treated
    return Draw(
        group,
        arms,
        treated,
        eligible,
        x,
        before=3 + x @ [0.5, 0.3] + passing,
        change=change + effect,
        triple_change=change + gap + effect * eligible,
    )


def _doubly_robust(form: str) -> Callable[[Draw], ScoredEstimate]:
    return lambda d: doubly_robust_difference(
        d.change,
        d.treated,
        covariate_matrix({"x": d.covariates[:, 0], "z": d.covariates[:, 1]}),
        form=form,
    )


def _triple(**options: Any) -> Callable[[Draw], ScoredEstimate]:
    return lambda d: triple_difference(
        d.triple_change,
        d.treated,
        d.eligible,
        **{key: d.covariates if value is ... else value for key, value in options.items()},
    )


# The estimator, and whether its assumption holds under "selected" too.
ESTIMATORS: dict[str, tuple[Callable[[Draw], ScoredEstimate], bool]] = {
    "difference-in-differences": (
        lambda d: difference_in_differences(d.before, d.before + d.change, d.treated),
        False,
    ),
    "covariance": (
        lambda d: analysis_of_covariance(d.before, d.before + d.change, d.treated),
        False,
    ),
    "covariance, covariates": (
        lambda d: analysis_of_covariance(
            d.before, d.before + d.change, d.treated, covariates=d.covariates
        ),
        True,
    ),
    "improved": (_doubly_robust("improved"), True),
    "traditional": (_doubly_robust("traditional"), True),
    "regression": (_doubly_robust("regression"), True),
    "weighting": (_doubly_robust("weighting"), True),
    "triple": (_triple(), False),
    "triple, covariates": (_triple(covariates=...), True),
    "triple, covariates of the eligible": (_triple(covariates=..., population="eligible"), True),
}


def bias_reduced_intervals(d: Draw) -> dict[str, tuple[float, float]]:
    """Standard error and degrees of freedom (CR2) of the estimators that are one regression."""
    arm, ones = d.treated.astype(float), np.ones(len(d.treated))
    after = d.before + d.change
    regressions = {
        "difference-in-differences": (d.change, [arm, ones]),
        "covariance": (after, [arm, ones, d.before]),
        "covariance, covariates": (after, [arm, ones, d.before, *d.covariates.T]),
        "triple": (
            d.triple_change,
            [arm * d.eligible, arm, d.eligible.astype(float), ones],
        ),
    }
    found = {}
    for name, (outcome, columns) in regressions.items():
        fit = bias_reduced_covariance(least_squares(outcome, np.column_stack(columns)), d.group)
        found[name] = (float(np.sqrt(fit.covariance[0, 0])), float(fit.df[0]))
    return found


def one_panel(cell: Cell, number: int) -> list[dict[str, Any]]:
    selected = int(cell.assignment == "selected")
    rng = np.random.default_rng([SEED, cell.groups, cell.treated, selected, number])
    d = draw_panel(cell, rng)
    estimates: dict[str, ScoredEstimate] = {}
    for name, (estimator, _) in ESTIMATORS.items():
        try:
            estimates[name] = estimator(d)
        except DesignError:
            continue
    named = {
        "groups": cell.groups,
        "treated": cell.treated,
        "assignment": cell.assignment,
    }
    return [
        {
            **named,
            "estimator": name,
            "assumption": cell.assignment == "random" or ESTIMATORS[name][1],
            **row,
        }
        for name, row in intervals(d, estimates, rng)
    ]


def intervals(
    d: Draw, estimates: dict[str, ScoredEstimate], rng: np.random.Generator
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield error and interval of each estimate by each kind of inference."""
    corrected = {
        name: scored.clustering(d.group).corrected(scored.tested_scores)
        for name, scored in estimates.items()
    }
    values = np.array([scored.estimate for scored in estimates.values()])
    sums = np.column_stack([scores.sums for scores in corrected.values()])
    boot = multiplier_bootstrap(values, sums, rng=rng, arms=d.arms)
    reduced = bias_reduced_intervals(d)
    for j, (name, scored) in enumerate(estimates.items()):
        plain, groups = clustered_std_error(group_sums(scored.scores, d.group))
        headline = corrected[name]
        kinds = {
            HEADLINE: t_inference(values[j], headline.std_error, headline.df),
            PLAIN: t_inference(values[j], plain, groups - 1),
        }
        if name in reduced:
            kinds["CR2"] = t_inference(values[j], *reduced[name])
        ends = {
            kind: (test.std_error, test.df, test.conf_low, test.conf_high)
            for kind, test in kinds.items()
        }
        ends[BOOTSTRAP] = (boot.std_errors[j], np.nan, boot.conf_low[j], boot.conf_high[j])
        for kind, (error, df, low, high) in ends.items():
            yield (
                name,
                {
                    "kind": kind,
                    "error": values[j] - EFFECT,
                    "std_error": error,
                    "df": df,
                    "covers": low <= EFFECT <= high,
                    "length": high - low,
                },
            )


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    keys = ["groups", "treated", "assignment", "estimator", "assumption", "kind"]
    table = (
        rows.groupby(keys, sort=False)
        .agg(
            draws=("error", "size"),
            bias=("error", "mean"),
            sd=("error", "std"),
            mean_se=("std_error", "mean"),
            df=("df", "mean"),
            length=("length", "mean"),
            coverage=("covers", "mean"),
        )
        .reset_index()
    )
    table["bias_over_sd"] = table["bias"] / table["sd"]
    table["se_over_sd"] = table["mean_se"] / table["sd"]
    return table.round(5)


def one_draw(number: int) -> list[Row]:
    return [row for cell in CELLS for row in one_panel(cell, number)]


SIMULATION = Simulation(lambda: one_draw, summarise, draws=1000, seed=SEED)
