"""Sensitivity to violations of parallel trends: HonestDiD's values, and what must hold by theory."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, stats

from ruralimpact.difference.event_estimates import event_estimates
from ruralimpact.difference.parallel_trends import relative_magnitudes, smoothness
from ruralimpact.difference.relative_magnitudes import pieces
from ruralimpact.difference.smoothness import (
    _lasso_path,
    fixed_length_interval,
    folded_normal_critical_value,
)
from ruralimpact.errors import DesignError

REFERENCE = Path(__file__).parents[1] / "reference" / "parallel_trends"


def _rows(name):
    with (REFERENCE / name).open() as file:
        return list(csv.DictReader(file))


ROWS = _rows("benzarti_carloni.csv")
TIMES = [int(row["time"]) for row in ROWS]
BETA = np.array([float(row["estimate"]) for row in ROWS])
SIGMA = np.array([[float(row[f"covariance_{time}"]) for time in TIMES] for row in ROWS])
# A flat study of one event before and two after, for hand calculation.
SMALL = dict(estimates=[0.2, 1.0, 1.5], covariance=np.diag([0.01, 0.04, 0.09]), times=[-2, 0, 1])


def _target(text):
    return text if text in ("first", "average") else [float(value) for value in text.split()]


def _case(row):
    return f"{row['restriction']}-{row['target']}-{row['magnitude']}"


@pytest.mark.parametrize(
    "row", [row for row in _rows("honestdid.csv") if row["test"] == "C-LF"], ids=_case
)
def test_relative_magnitudes_of_honestdid(row):
    made = relative_magnitudes(
        BETA,
        SIGMA,
        TIMES,
        weights=_target(row["target"]),
        magnitudes=[float(row["magnitude"])],
        level=float(row["level"]),
        tolerance=10,
    )
    # HonestDiD's ends are the outermost points of a grid that it accepts, and its first-stage
    # critical value (of size 0.005, or 0.001 at level 0.99) is a quantile of 1,000 draws.
    noise = 1e-3 if row["level"] == "0.95" else 2e-3
    slack = float(row["grid_step"]) + noise * (made.conf_high[0] - made.conf_low[0])
    assert made.conf_low[0] == pytest.approx(float(row["conf_low"]), abs=slack)
    assert made.conf_high[0] == pytest.approx(float(row["conf_high"]), abs=slack)


@pytest.mark.parametrize(
    "row",
    [row for row in _rows("honestdid.csv") if row["test"] == "FLCI"] + _rows("moderndid.csv"),
    ids=_case,
)
def test_fixed_length_intervals_of_honestdid_and_moderndid(row):
    event = event_estimates(BETA, SIGMA, TIMES, weights=row["target"])
    made = fixed_length_interval(event, float(row["magnitude"]), 0.95)
    low, high = float(row["conf_low"]), float(row["conf_high"])
    # Both search a grid of standard errors, in which the centre is less certain than the length;
    # HonestDiD's quantile is simulated as well.
    tolerance = 2e-5 if "version" in row else 1.5e-3
    assert made.half_length == pytest.approx((high - low) / 2, rel=tolerance)
    assert made.centre == pytest.approx((high + low) / 2, abs=0.0125 * made.half_length)


def test_fixed_length_is_the_shortest():
    event = event_estimates(BETA, SIGMA, TIMES)
    best = fixed_length_interval(event, 0.01, 0.95)
    back = np.array([4.0, 3.0, 2.0, 1.0])
    lags = np.maximum(back[:, None] - np.arange(4), 0)
    generator = np.random.default_rng(1)
    for _ in range(300):
        other = best.pre_weights + generator.normal(size=4) * 10 ** generator.uniform(-4, 0)
        other -= back * (other @ back - 1) / (back @ back)  # a straight trend still drops out
        combined = np.append(other, event.weights)
        spread = np.sqrt(combined @ SIGMA @ combined)
        bias = 0.01 * np.abs(other @ lags).sum()
        length = spread * folded_normal_critical_value(bias / spread, 0.95)
        assert length >= best.half_length * (1 - 1e-9)


def test_lasso_paths_meet_their_first_order_conditions():
    generator = np.random.default_rng(4)
    for k in (1, 2, 5, 9):
        for _ in range(20):
            rows = (generator.normal(size=(k + 2, k)) * 10 ** generator.uniform(-1, 1, k)).cumsum(1)
            square, linear = rows.T @ rows, rows.T @ generator.normal(size=k + 2)
            path = _lasso_path(square, linear)
            assert path.penalties[-1] == 0 and not path.corners[0].any()
            for penalty in generator.uniform(0, path.penalties[0], 3):
                weights = path.weights(penalty)
                slope = (square @ weights + linear) / path.penalties[0]
                used = np.abs(weights) > 1e-12
                limit = penalty / path.penalties[0]
                assert slope[used] == pytest.approx(-limit * np.sign(weights[used]), abs=1e-8)
                assert (np.abs(slope) <= limit + 1e-8).all()


def test_fixed_length_without_curvature_is_least_squares():
    made = fixed_length_interval(event_estimates(**SMALL), 0.0, 0.95)
    # One estimate before: the effect less the extrapolated line, 1 + 0.2.
    assert made.centre == pytest.approx(1.2, abs=1e-9)
    assert made.half_length == pytest.approx(stats.norm.ppf(0.975) * np.sqrt(0.05), rel=1e-9)
    assert fixed_length_interval(event_estimates(**SMALL), 0.3, 0.95).bias == pytest.approx(0.3)


def test_folded_normal_quantile():
    for bias in (0.0, 0.3, 2.0, 30.0):
        value = folded_normal_critical_value(bias, 0.9)
        assert value**2 == pytest.approx(stats.ncx2.ppf(0.9, 1, bias**2) if bias else 1.6448536**2)
    assert folded_normal_critical_value(500.0, 0.9) == pytest.approx(500 + stats.norm.ppf(0.9))


def test_no_violation_gives_the_usual_interval():
    made = relative_magnitudes(**SMALL, magnitudes=[0.0], df=12)
    margin = stats.t.ppf(0.975, 12) * 0.2
    assert made.conf_low[0] == pytest.approx(1 - margin, rel=1e-6)
    assert made.conf_high[0] == pytest.approx(1 + margin, rel=1e-6)
    assert (made.estimate, made.std_error) == pytest.approx((1.0, 0.2))


def test_with_precise_estimates_the_identified_set_remains():
    tiny = np.eye(5) * 1e-12
    study = dict(
        estimates=[0.1, 0.3, 1.0, 2.0, 3.0],
        covariance=tiny,
        times=[-3, -2, 0, 1, 2],
        tolerance=1e-4,
    )
    # Steps before: 0.2 and -0.3. First effect 1 -+ 0.3 Mbar; mean 2 -+ 0.3 Mbar (1 + 2/3 + 1/3).
    first = relative_magnitudes(**study, magnitudes=[2.0])
    assert (first.conf_low[0], first.conf_high[0]) == pytest.approx((0.4, 1.6), abs=1e-5)
    assert first.breakdown == pytest.approx(1 / 0.3, abs=2e-4)
    mean = relative_magnitudes(**study, weights="average", magnitudes=[1.0])
    assert (mean.conf_low[0], mean.conf_high[0]) == pytest.approx((1.4, 2.6), abs=1e-5)
    contrast = relative_magnitudes(**study, weights=[0, -1, 1], magnitudes=[1.0])
    assert (contrast.conf_low[0], contrast.conf_high[0]) == pytest.approx((0.7, 1.3), abs=1e-5)


def test_vertices_agree_with_the_linear_programme():
    """The closed-form statistics are the optimum of the test's linear programme, at any effect."""
    event = event_estimates(BETA, SIGMA, TIMES, weights=[0.5, -0.2, 0.4, 0.3])
    steps = np.diff(np.insert(np.eye(8), 4, 0.0, axis=0), axis=0)
    basis = np.vstack([event.weights, np.eye(4)[1:]])
    for part, change in zip(pieces(event, 0.7)[::2], steps[:4], strict=True):
        matrix = np.vstack([steps[4:] - 0.7 * change, -steps[4:] - 0.7 * change])
        spreads = np.sqrt(np.diag(matrix @ SIGMA @ matrix.T))
        nuisance = matrix[:, 4:] @ np.linalg.inv(basis)
        for effect in (-0.4, 0.0, 0.3):
            found = optimize.linprog(
                [1.0, 0, 0, 0],
                A_ub=np.column_stack([-spreads, -nuisance[:, 1:]]),
                b_ub=-(matrix @ BETA - nuisance[:, 0] * effect),
                bounds=[(None, None)] * 4,
            )
            assert (part.statistics + effect * part.slopes).max() == pytest.approx(found.fun)


def test_first_stage_critical_value_by_simulation():
    part = pieces(event_estimates(BETA, SIGMA, TIMES, weights="average"), 1.0)[3]
    draws = np.random.default_rng(2).multivariate_normal(
        np.zeros(6), part.covariance, size=200_000, check_valid="ignore"
    )
    assert (draws.max(axis=1) > part._least_favourable(0.05)).mean() == pytest.approx(
        0.05, abs=2e-3
    )


@pytest.mark.parametrize("weights", ["first", "average"])
@pytest.mark.parametrize("steps", [[0.02, -0.01, 0.03, 0.05], [0.05, -0.05, 0.05, -0.05]])
def test_coverage_at_the_edge_of_the_restriction(steps, weights):
    """Treatment does nothing and the trend moves as far as Mbar = 1 lets it: zero is covered."""
    path = np.cumsum([0.0, *steps, 0.05, 0.05, 0.05, 0.05])
    truth = np.delete(path - path[4], 4)
    generator = np.random.default_rng(5)
    draws = generator.multivariate_normal(truth, SIGMA, size=1000)
    cutoffs = None
    covered = 0
    for draw in draws:
        parts = pieces(event_estimates(draw, SIGMA, TIMES, weights=weights), 1.0)
        if cutoffs is None:  # they depend on the covariance alone
            cutoffs = [part._least_favourable(0.005) for part in parts]
        covered += not all(
            part.rejects(np.zeros(1), 0.045 / 0.995, cutoff)[0]
            for part, cutoff in zip(parts, cutoffs, strict=True)
        )
    assert covered / len(draws) >= 0.95 - 2.6 * np.sqrt(0.95 * 0.05 / len(draws))


def test_intervals_widen_and_breakdown_is_where_they_meet_zero():
    made = relative_magnitudes(BETA, SIGMA, TIMES, magnitudes=np.linspace(0, 3, 7))
    assert (np.diff(made.conf_high - made.conf_low) > 0).all()
    near = [made.breakdown, made.breakdown + 1e-3]
    ends = relative_magnitudes(BETA, SIGMA, TIMES, magnitudes=near, tolerance=10).conf_low
    assert ends[0] > 0 >= ends[1]
    curved = smoothness(BETA, SIGMA, TIMES, magnitudes=[0.0])
    near = [curved.breakdown, curved.breakdown + 1e-3 * curved.std_error]
    ends = smoothness(BETA, SIGMA, TIMES, magnitudes=near, tolerance=10).conf_low
    assert ends[0] > 0 >= ends[1]


def test_unit_of_measure_order_and_sign_do_not_matter():
    order = np.random.default_rng(3).permutation(8)
    for study, grid in (
        (relative_magnitudes, np.array([0.5, 1.0])),
        (smoothness, np.array([0.02])),
    ):
        unit = 1e4 if study is smoothness else 1
        plain = study(BETA, SIGMA, TIMES, magnitudes=grid)
        other = study(
            -1e4 * BETA[order],
            1e8 * SIGMA[np.ix_(order, order)],
            np.array(TIMES)[order],
            magnitudes=grid * unit,
        )
        assert -other.conf_high / 1e4 == pytest.approx(plain.conf_low, rel=1e-6)
        assert other.breakdown / unit == pytest.approx(plain.breakdown, abs=1e-3)


def test_reference_row_is_dropped_and_no_effect_has_no_breakdown():
    beta, sigma = np.insert(BETA, 4, 0.0), np.insert(np.insert(SIGMA, 4, 0, axis=0), 4, 0, axis=1)
    times = [*TIMES[:4], -1, *TIMES[4:]]
    with_row = relative_magnitudes(beta, sigma, times, tolerance=10)
    without = relative_magnitudes(BETA, SIGMA, TIMES, tolerance=10)
    assert with_row.conf_low == pytest.approx(without.conf_low, rel=1e-12)
    none = relative_magnitudes([0.0, 0.1], np.eye(2), [-2, 0])
    assert np.isnan(none.breakdown)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (dict(estimates=[1.0, 1.5], covariance=np.eye(2), times=[0, 1]), "before the reference"),
        (dict(estimates=[1.0, 1.5], covariance=np.eye(2), times=[-3, -2]), "after the reference"),
        (dict(times=[-3, 0, 1]), "consecutive"),
        (dict(times=[-2, 0]), "Shapes"),
        (dict(covariance=np.diag([1.0, 1.0, 0.0])), "singular"),
        (dict(covariance=np.triu(np.ones((3, 3)))), "symmetric"),
        (dict(estimates=[np.nan, 1.0, 1.5]), "Missing"),
        (dict(weights=[1.0]), "2 numbers"),
        (dict(weights="last"), "'last'"),
        (dict(magnitudes=[-1.0]), "at least 0"),
        (dict(level=95), "between 0 and 1"),
        (dict(df=0), "Degrees of freedom"),
    ],
)
def test_bad_input_is_one_clear_error(change, words):
    with pytest.raises(DesignError, match=words):
        relative_magnitudes(**(SMALL | change))
