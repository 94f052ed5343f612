"""Random-effects means of the BCG trials against metafor 3.8.1 (`make_metafor.R`)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ruralimpact.across_studies.random_effects import random_effects
from ruralimpact.errors import DataError

FOLDER = Path(__file__).parent / "meta_analysis"
TRIALS = pd.read_csv(FOLDER / "bcg.csv")
METAFOR = pd.read_csv(FOLDER / "metafor.csv").set_index("first")


@pytest.mark.parametrize("first", METAFOR.index)
def test_means_are_those_of_metafor(first: int) -> None:
    part, expected = TRIALS.head(first), METAFOR.loc[first]
    mean = random_effects(part["effect"], np.sqrt(part["variance"]))
    for name in ("mean", "std_error", "conf_low", "conf_high", "q"):
        assert getattr(mean, name) == pytest.approx(expected[name], rel=1e-6)
    assert mean.tau**2 == pytest.approx(expected["tau2"], rel=1e-6)
    assert mean.q_p_value == pytest.approx(expected["q_p"], rel=1e-6)
    # metafor 3.8 predicts with t on k - 1 degrees of freedom, Higgins et al. (2009) with k - 2.
    wider = stats.t.ppf(0.975, first - 2) / stats.t.ppf(0.975, first - 1)
    reach = (expected["predicted_high"] - expected["predicted_low"]) / 2 * wider
    assert mean.predicted_high - mean.mean == pytest.approx(reach, rel=1e-6)
    assert mean.mean - mean.predicted_low == pytest.approx(reach, rel=1e-6)


def test_alike_studies_have_the_usual_error_and_no_variance_between_them() -> None:
    """By hand: equal effects and errors of 2 in four studies: the error of their mean is 1."""
    mean = random_effects([5.0] * 4, [2.0] * 4)
    assert (mean.mean, mean.std_error, mean.tau, mean.i_squared) == (5.0, 1.0, 0.0, 0.0)
    assert mean.weights == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("effects", "errors"), [([1, 2], [1, 1]), ([1, 2, np.nan], [1, 1, 1]), ([1, 2, 3], [1, 1, 0])]
)
def test_what_cannot_be_combined_is_refused(effects: list[float], errors: list[float]) -> None:
    with pytest.raises(DataError, match="a mean of studies needs"):
        random_effects(effects, errors)
