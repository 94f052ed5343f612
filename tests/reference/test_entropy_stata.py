"""Entropy balancing against Stata's ebalance on the NSW participants and CPS controls."""

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE

from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.entropy import entropy_weights

DATA = REFERENCE.parents[1] / "data/nsw/cps_16177.csv"


def test_weights_of_controls():
    data = pd.read_csv(DATA)
    covariates = covariate_matrix({c: data[c].to_numpy(float) for c in ("age", "educ", "black")})
    ours = entropy_weights(covariates, data.treat.to_numpy(np.int8))
    weights = ours.weights[data.treat == 0]
    theirs = pd.read_csv(REFERENCE / "stata_ebalance_cps.csv", comment="#", index_col=0).value
    assert weights.sum() == pytest.approx(theirs["sum"], rel=1e-12)
    assert weights.mean() == pytest.approx(theirs["mean"], rel=1e-8)
    # Stata stops early, with means 0.0004 apart; ours agree to 1e-10.
    assert ours.imbalance < 1e-10
    assert weights.std(ddof=1) == pytest.approx(theirs["sd"], rel=3e-4)
    assert weights.max() == pytest.approx(theirs["max"], rel=3e-4)
    assert weights.min() == pytest.approx(theirs["min"], rel=2e-3)
