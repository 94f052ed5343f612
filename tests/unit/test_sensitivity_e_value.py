"""E-values against the worked examples of VanderWeele & Ding (2017)."""

import numpy as np
import pytest

from ruralimpact.sensitivity.e_value import e_value, e_values, risk_ratio


@pytest.mark.parametrize(
    ("ratio", "low", "high", "estimate", "interval"),
    [
        (3.9, 1.8, 8.7, 7.26, 3.0),  # formula feeding and infant death by respiratory infection
        (0.80, 0.71, 0.91, 1.81, 1.43),  # breast-feeding and leukaemia
    ],
)
def test_published(ratio: float, low: float, high: float, estimate: float, interval: float) -> None:
    found = e_values(ratio, low, high)
    assert found.estimate == pytest.approx(estimate, abs=0.005)
    assert found.interval == pytest.approx(interval, abs=0.005)


def test_confounder_of_that_strength_explains_the_ratio_away() -> None:
    """The largest bias of a confounder associated by E with both is E^2 / (2 E - 1)."""
    for ratio in (1.2, 2.0, 5.0):
        value = e_value(ratio)
        assert value**2 / (2 * value - 1) == pytest.approx(ratio, rel=1e-12)


def test_direction_does_not_matter() -> None:
    assert e_value(0.25) == pytest.approx(e_value(4.0), rel=1e-12)
    assert e_value(1.0) == 1.0


def test_interval_with_no_effect() -> None:
    assert e_values(1.2, 0.9, 1.6).interval == 1.0
    assert e_values(0.9, 0.7, 1.1).interval == 1.0


def test_risk_difference() -> None:
    assert risk_ratio(0.3, 0.1) == pytest.approx(1.5)
    assert risk_ratio(0.3, -0.1) == pytest.approx(0.75)


def test_missing() -> None:
    assert np.isnan(risk_ratio(0.1, 0.2))
    assert np.isnan(e_value(np.nan))
    assert np.isnan(e_value(-1.0))
    assert np.isnan(e_values(1.5, np.nan, np.nan).interval)
