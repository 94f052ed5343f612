"""Coarsened exact matching against MatchIt 4.5.1 on 614 rows of the NSW and PSID data."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE

from ruralimpact.design.coarsened import coarsened_exact_weights
from ruralimpact.design.covariates import covariate_matrix

COVARIATES = ["age", "educ", "race", "married", "nodegree", "re74", "re75"]
CUTS = {
    "sturges": {},
    "points": {
        "age": [20, 25, 30, 40],
        "educ": [8, 11.5, 12],
        "re74": [0.01, 5000],
        "re75": [0.01, 5000],
    },
    "bins": {"age": 4, "educ": "exact", "re74": 3, "re75": 5},
}


@cache
def lalonde() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "r/data/lalonde_matchit_614.csv")


@pytest.mark.parametrize("name", CUTS)
def test_weights_and_strata(name):
    data = lalonde()
    table = pd.read_csv(REFERENCE / "cem/cem_lalonde614_weights.csv").query("spec == @name")
    assert (table.id.to_numpy() == data.id.to_numpy()).all()
    ours = coarsened_exact_weights(
        covariate_matrix({c: data[c].to_numpy() for c in COVARIATES}),
        data.treat.to_numpy(np.int8),
        cutpoints=CUTS[name],
    )
    control = data.treat.to_numpy() == 0
    theirs = table.weight.to_numpy()
    # MatchIt scales control weights to sum to the controls used, we to the treated they stand for.
    scale = ours.weights[control].sum() / theirs[control].sum()
    np.testing.assert_allclose(ours.weights[control], theirs[control] * scale, rtol=1e-12)
    np.testing.assert_array_equal(ours.weights[~control], theirs[~control])
    subclass = table.subclass.fillna(-1).astype(int).to_numpy()
    pairs = set(zip(subclass.tolist(), ours.strata.tolist(), strict=True))
    assert len(pairs) == len(set(subclass)) == len(set(ours.strata.tolist()))
    assert (-1, -1) in pairs
